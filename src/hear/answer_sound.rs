//! What a short answer sounds like as a whole, before any word is written.

use crate::encoder::States;
use crate::error::Result;

/// The voiced stretch is cut into this many equal spans, so that slow and quick answers look alike.
const SPANS: usize = 5;
/// A state counts as voiced from this voice probability on.
const VOICED: f32 = 0.5;
/// Nothing longer was trained on: 2 s of states at 20 ms.
const LONGEST_STATES: usize = 100;

/// The sound of one short answer: the mean state of each span of its voiced stretch, span after span.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerSound(pub(super) Vec<f32>);

impl AnswerSound {
    /// None if nothing was voiced, or if it lasted longer than a short answer does (2 s).
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the states are no matrix.
    pub fn of(states: &States) -> Result<Option<Self>> {
        let voiced = |p: &f32| *p >= VOICED;
        let first = states.speech().iter().position(voiced);
        let last = states.speech().iter().rposition(voiced);
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        let length = last + 1 - first;
        if length > LONGEST_STATES {
            return Ok(None);
        }
        let Some(rows) = states.rows()?.pop() else { return Ok(None) };
        let width = rows.first().map_or(0, Vec::len);
        let mut means = Vec::with_capacity(SPANS * width);
        for span in 0..SPANS {
            // Spans overlap by a state where the length does not divide; none is empty.
            let from = first + length * span / SPANS;
            let to = (first + (length * (span + 1)).div_ceil(SPANS)).max(from + 1);
            let states = &rows[from..to];
            let mean = |i: usize| states.iter().map(|row| row[i]).sum::<f32>() / states.len() as f32;
            means.extend((0..width).map(mean));
        }
        Ok(Some(Self(means)))
    }

    /// Spans times the encoder's width.
    pub fn values(&self) -> &[f32] {
        &self.0
    }
}
