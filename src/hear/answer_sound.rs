//! What an answer sounds like, as a whole and state by state, before any word is written.

use crate::encoder::States;
use crate::neural::Matrix;

/// The voiced stretch is cut into this many equal spans, so that slow and quick answers look alike.
const SPANS: usize = 5;
/// A state counts as voiced from this voice probability on.
const VOICED: f32 = 0.5;
/// The heads over short answers were trained on nothing longer: 2 s of states at 20 ms.
const LONGEST_WHOLE: usize = 100;
/// Nor the spellers: 5 s.
const LONGEST_SPELT: usize = 250;

/// The sound of one answer.
#[derive(Clone, Debug)]
pub struct AnswerSound {
    whole: Option<Vec<f32>>,
    #[cfg_attr(not(feature = "whisper"), expect(dead_code, reason = "it is spelt beside the words of a recogniser"))]
    states: Option<Matrix>,
}

impl AnswerSound {
    /// None if nothing was voiced, or if it lasted longer than an answer of a few words does (5 s).
    pub fn of(states: &States) -> Option<Self> {
        let whole = whole(states);
        let spelt = states.speech().len() <= LONGEST_SPELT && states.speech().iter().any(|p| *p >= VOICED);
        let states = spelt.then(|| states.side_by_side());
        (whole.is_some() || states.is_some()).then_some(Self { whole, states })
    }

    /// The mean state of each span of the voiced stretch, span after span: spans times the encoder's width. None if the
    /// stretch is longer than 2 s.
    pub fn whole(&self) -> Option<&[f32]> {
        self.whole.as_deref()
    }

    /// `[states, blocks · width]`; none if the utterance is longer than 5 s.
    #[cfg(feature = "whisper")]
    pub(super) fn states(&self) -> Option<&Matrix> {
        self.states.as_ref()
    }

    #[cfg(all(test, feature = "whisper"))]
    pub(super) fn of_whole(values: Vec<f32>) -> Self {
        Self { whole: Some(values), states: None }
    }

    #[cfg(all(test, feature = "whisper"))]
    pub(super) fn of_states(states: Matrix) -> Self {
        Self { whole: None, states: Some(states) }
    }
}

fn whole(states: &States) -> Option<Vec<f32>> {
    let voiced = |p: &f32| *p >= VOICED;
    let first = states.speech().iter().position(voiced)?;
    let last = states.speech().iter().rposition(voiced)?;
    let length = last + 1 - first;
    if length > LONGEST_WHOLE {
        return None;
    }
    let rows: Vec<&[f32]> = states.blocks().last()?.rows().collect();
    let width = rows.first().map_or(0, |row| row.len());
    let mut means = Vec::with_capacity(SPANS * width);
    for span in 0..SPANS {
        // Spans overlap by a state where the length does not divide; none is empty.
        let from = first + length * span / SPANS;
        let to = (first + (length * (span + 1)).div_ceil(SPANS)).max(from + 1);
        let states = &rows[from..to];
        let mean = |i: usize| states.iter().map(|row| row[i]).sum::<f32>() / states.len() as f32;
        means.extend((0..width).map(mean));
    }
    Some(means)
}
