//! Text that becomes a cell of a spreadsheet.

/// The text, with an apostrophe before it where a spreadsheet would take it for a formula: what a caller said, or how a
/// file is named, must not be carried out by whoever opens the table.
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_text_stays_as_it_is() {
        for formula in ["=HYPERLINK(\"http://x\")", "+1", "-2", "@SUM(1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["", "五分", "a=b", "4", "'quoted"] {
            assert_eq!(harmless(text), text);
        }
    }
}
