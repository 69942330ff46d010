//! The sounds inside the program, so that one binary plays wherever it stands.

/// Pairs of path (relative to `audio/`) and content.
macro_rules! embed {
    ($($path:literal)*) => {
        &[$(($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/audio/", $path)) as &[u8])),*]
    };
}

static FILES: &[(&str, &[u8])] = embed! {
    "calls/angry-en.wav"
    "calls/angry-zh.wav"
    "calls/calls.toml"
    "calls/contradictory-zh.wav"
    "calls/delighted-en.wav"
    "calls/delighted-zh.wav"
    "calls/human-en.wav"
    "calls/human-zh.wav"
    "calls/keyed-en.wav"
    "calls/keyed-zh.wav"
    "calls/lukewarm-en.wav"
    "calls/lukewarm-zh.wav"
    "calls/satisfied-en.wav"
    "calls/satisfied-zh.wav"
    "calls/silent.wav"
    "library.toml"
    "outros/bright-classical.ogg"
    "outros/bright-nature.ogg"
    "outros/bright-neutral.ogg"
    "outros/bright-pop.ogg"
    "outros/calm-classical.ogg"
    "outros/calm-nature.ogg"
    "outros/calm-neutral.ogg"
    "outros/calm-pop.ogg"
    "outros/soothing-classical.ogg"
    "outros/soothing-nature.ogg"
    "outros/soothing-neutral.ogg"
    "outros/soothing-pop.ogg"
    "prompts/en/goodbye.ogg"
    "prompts/en/greeting.ogg"
    "prompts/en/keypad.ogg"
    "prompts/en/nobody-free.ogg"
    "prompts/en/question.ogg"
    "prompts/en/readback-1.ogg"
    "prompts/en/readback-2.ogg"
    "prompts/en/readback-3.ogg"
    "prompts/en/readback-4.ogg"
    "prompts/en/readback-5.ogg"
    "prompts/en/reprompt.ogg"
    "prompts/en/thanks-best.ogg"
    "prompts/en/thanks-low.ogg"
    "prompts/en/thanks-middle.ogg"
    "prompts/en/transfer.ogg"
    "prompts/zh/goodbye.ogg"
    "prompts/zh/greeting.ogg"
    "prompts/zh/keypad.ogg"
    "prompts/zh/nobody-free.ogg"
    "prompts/zh/question.ogg"
    "prompts/zh/readback-1.ogg"
    "prompts/zh/readback-2.ogg"
    "prompts/zh/readback-3.ogg"
    "prompts/zh/readback-4.ogg"
    "prompts/zh/readback-5.ogg"
    "prompts/zh/reprompt.ogg"
    "prompts/zh/thanks-best.ogg"
    "prompts/zh/thanks-low.ogg"
    "prompts/zh/thanks-middle.ogg"
    "prompts/zh/transfer.ogg"
};

/// The content of a file under `audio/`, by its relative path with `/`.
pub(super) fn file(path: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The list above is written by hand (`scripts/render-outros --list`): it must be what lies in the folder.
    #[test]
    fn the_program_holds_every_file_of_the_folder() {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio");
        let mut found = Vec::new();
        walk(&root, &root, &mut found);
        found.sort();
        let mut embedded: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        embedded.sort_unstable();
        assert_eq!(found, embedded);
        let bytes: usize = FILES.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(bytes <= 8_000_000, "the sounds have {bytes} bytes, at most 8 MB may be built in");
    }
}
