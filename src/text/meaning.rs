//! The network that reads what a text means: as an answer to the question for a rating or to one read back, and what it praises, blames
//! and asks for.
//!
//! Fitted by `scripts/train/meaning`; the model card is `models/meaning.md`.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::{Branch, Trunk, normalise};
use crate::neural::{Matrix, Weights, softmax};

const WEIGHTS: (&str, &[u8]) = ("meaning.safetensors", include_bytes!("../../models/meaning.safetensors"));

const LAYERS: usize = 6;
/// Where its outputs stand: the levels 1 to 5 and none; no request and `Request::ALL`; `sentiment`'s points, each by itself; what is
/// said to a rating that was read back: neither, yes, no.
pub(crate) const RATINGS: Range<usize> = 0..6;
pub(crate) const REQUESTS: Range<usize> = 6..12;
pub(crate) const POINTS: Range<usize> = 12..28;
pub(crate) const REPLIES: Range<usize> = 28..31;

struct Network {
    trunk: Arc<Trunk>,
    branch: Branch,
}

static NETWORK: LazyLock<Network> = LazyLock::new(|| {
    let loaded = Weights::read(WEIGHTS.1).and_then(|weights| Branch::load(&weights, LAYERS, REPLIES.end));
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    Network { trunk: Trunk::embedded(), branch: loaded.expect("the embedded network is valid") }
});

/// Log-odds of all outputs for `text`, Mandarin or English. None where there are no words. Takes some milliseconds, and time and
/// memory are bounded. The first call loads the weights: 43 MB of floats, 14 of which the sentiment encoder shares.
pub(crate) fn log_odds(text: &str) -> Option<Vec<f32>> {
    let normal = normalise(text);
    if !has_words(&normal) {
        return None;
    }
    let read = NETWORK.trunk.read(&normal).inspect_err(warn).ok()?;
    Some(NETWORK.branch.logits(read))
}

/// As [`log_odds`] of a text that is normalised, by piece: where each stands, and its share. The means are those of the text.
pub(crate) fn log_odds_by_piece(normal: &str) -> Option<(Matrix, Vec<Range<usize>>)> {
    if !has_words(normal) {
        return None;
    }
    let (read, places) = NETWORK.trunk.read_with_places(normal).inspect_err(warn).ok()?;
    Some((NETWORK.branch.logits_by_piece(read), places))
}

/// Of outputs one of which it is.
pub(crate) fn probabilities(log_odds: &[f32]) -> Vec<f32> {
    let mut row = Matrix::new(log_odds.to_vec(), log_odds.len());
    softmax(&mut row);
    row.data().to_vec()
}

/// The embedded weights by file name.
pub(crate) fn weights() -> (&'static str, &'static [u8]) {
    WEIGHTS
}

/// Loads the weights, which else the first text would wait for.
#[cfg(feature = "whisper")]
pub(crate) fn load() {
    LazyLock::force(&NETWORK);
}

fn has_words(normal: &str) -> bool {
    normal.chars().any(char::is_alphanumeric)
}

fn warn(error: &crate::Error) {
    tracing::warn!(%error, "a text was not read");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Reference {
        text: String,
        logits: Vec<f32>,
    }

    #[test]
    fn log_odds_agree_with_the_training_script_whole_and_by_piece() {
        let references: Vec<Reference> =
            serde_json::from_str(include_str!("../../tests/data/meaning-parity.json")).unwrap();
        assert!(references.len() >= 8);
        for Reference { text, logits } in references {
            let close = |got: &[f32]| got.iter().zip(&logits).all(|(a, b)| (a - b).abs() < 0.02);
            let whole = log_odds(&text).unwrap();
            assert_eq!(whole.len(), logits.len());
            assert!(close(&whole), "{text}: {whole:?}, expected {logits:?}");
            let (by_piece, places) = log_odds_by_piece(&normalise(&text)).unwrap();
            assert!(close(&by_piece.mean_row()), "{text}");
            assert_eq!(by_piece.len(), places.len());
            assert!(places.iter().all(|place| normalise(&text).get(place.clone()).is_some()), "{text}: {places:?}");
        }
    }

    #[test]
    fn without_words_there_is_nothing_to_read() {
        for text in ["", "。。。", "\u{0}", "😀"] {
            assert_eq!(log_odds(text), None, "{text:?}");
        }
    }
}
