//! One utterance a line on standard input, one JSON object a line on standard output.
//!
//! `echo '等了三天都没人来' | cargo run --release --no-default-features --example sentiment`

use std::io::{BufRead, Write};

use codetta::sentiment::Sentiment;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sentiment = Sentiment::embedded()?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text = line?;
        let read = sentiment.analyse(&text);
        let (score, label, levels) = (read.score, read.label, read.levels);
        let row = serde_json::json!({"text": text, "score": score, "label": label, "levels": levels, "confidence": read.confidence});
        writeln!(out, "{row}")?;
    }
    Ok(())
}
