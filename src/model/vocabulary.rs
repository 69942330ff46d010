//! Whisper's text tokens as bytes, from a Hugging Face `tokenizer.json`.

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};

/// Text tokens of multilingual Whisper; the special tokens follow them.
pub const TEXT_TOKENS: usize = 50_257;

#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    vocab: HashMap<String, u32>,
}

/// The printable character that GPT-2's byte-level encoding writes for each byte, inverted.
fn byte_of_character() -> HashMap<char, u8> {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut next = 256u32;
    (0..=255u8)
        .filter_map(|byte| {
            let code = if printable(byte) {
                u32::from(byte)
            } else {
                next += 1;
                next - 1
            };
            char::from_u32(code).map(|character| (character, byte))
        })
        .collect()
}

/// The bytes of tokens 0 to 50256.
///
/// # Errors
/// [`ErrorKind::Corrupt`], about `subject`, if a token is missing or is not byte-level text.
pub fn text_tokens(tokenizer_json: &[u8], subject: &str) -> Result<Vec<Vec<u8>>> {
    let wrong = |problem: String| Error::new(ErrorKind::Corrupt, subject, problem);
    let tokenizer: Tokenizer = serde_json::from_slice(tokenizer_json)
        .map_err(|e| wrong(format!("expected a byte-level BPE tokenizer.json: {e}")))?;
    let bytes = byte_of_character();
    let mut tokens: Vec<Option<Vec<u8>>> = vec![None; TEXT_TOKENS];
    for (text, id) in &tokenizer.model.vocab {
        let Some(slot) = tokens.get_mut(*id as usize) else { continue };
        let decoded: Option<Vec<u8>> = text.chars().map(|character| bytes.get(&character).copied()).collect();
        *slot = Some(decoded.ok_or_else(|| wrong(format!("token {id} is not byte-level text: {text:?}")))?);
    }
    let missing = tokens.iter().position(Option::is_none);
    match missing {
        Some(id) => Err(wrong(format!("expected {TEXT_TOKENS} text tokens, token {id} is missing"))),
        None => Ok(tokens.into_iter().flatten().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_alphabet_is_a_bijection_with_gpt2s_landmarks() {
        let map = byte_of_character();
        assert_eq!(map.len(), 256);
        assert_eq!((map[&'Ġ'], map[&'Ċ'], map[&'!'], map[&'ÿ']), (b' ', b'\n', b'!', 0xFF));
    }

    #[test]
    fn a_short_vocabulary_is_refused() {
        let error = text_tokens(br#"{"model":{"vocab":{"!":0}}}"#, "tokenizer.json").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.to_string().contains("token 1 is missing"), "{error}");
    }
}
