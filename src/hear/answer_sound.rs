//! What an answer sounds like, as a whole and state by state, before any word is written.

#[cfg(feature = "whisper")]
use super::spell::{Speller, Spelt};
use crate::encoder::{SAMPLES_PER_STATE, SpeechEncoder, States};
use crate::neural::Matrix;
use crate::segment::Utterance;
#[cfg(feature = "whisper")]
use crate::units::{Language, Scale};

/// The voiced stretch is cut into this many equal spans, so that slow and quick answers look alike.
const SPANS: usize = 5;
/// A state counts as voiced from this voice probability on.
const VOICED: f32 = 0.5;
/// The heads over short answers were trained on nothing longer: 2 s of states at 20 ms.
const LONGEST_WHOLE: usize = 100;
/// Spelt is what is no longer than an answer with a remark: 15 s.
const LONGEST_SPELT: usize = 750;

/// The sound of one answer.
#[derive(Clone, Debug)]
pub struct AnswerSound {
    whole: Option<Vec<f32>>,
    #[cfg_attr(not(feature = "whisper"), expect(dead_code, reason = "it is spelt beside the words of a recogniser"))]
    states: Option<Matrix>,
    /// What it is spelt as in a language on a scale, once that is known.
    #[cfg(feature = "whisper")]
    spelt: Option<(Language, Scale, Option<Spelt>)>,
}

impl AnswerSound {
    /// What an utterance sounds like to the encoder: in Mandarin one that is adapted to lines ([`SpeechEncoder::for_lines`]), in
    /// English the given one. None if nothing was voiced, or if it lasted longer than an answer with a remark does (15 s), which costs
    /// nothing.
    ///
    /// Takes about as long as a thirtieth of the speech on one core. Blocking: not for a real-time thread.
    pub fn of_utterance(encoder: &SpeechEncoder, utterance: &Utterance) -> Option<Self> {
        let short = utterance.samples.data().len() / SAMPLES_PER_STATE <= LONGEST_SPELT;
        short.then(|| States::of(encoder, utterance)).and_then(|states| Self::of(&states))
    }

    /// The same of states that have been made already.
    pub fn of(states: &States) -> Option<Self> {
        let whole = whole(states);
        let spelt = states.speech().len() <= LONGEST_SPELT && states.speech().iter().any(|p| *p >= VOICED);
        let states = spelt.then(|| states.side_by_side());
        (whole.is_some() || states.is_some()).then_some(Self {
            whole,
            states,
            #[cfg(feature = "whisper")]
            spelt: None,
        })
    }

    /// The mean state of each span of the voiced stretch, span after span: spans times the encoder's width. None if the
    /// stretch is longer than 2 s.
    pub fn whole(&self) -> Option<&[f32]> {
        self.whole.as_deref()
    }

    /// Spells it, which takes some milliseconds: here rather than in [`super::Recogniser::decode`] where another thread has
    /// time for it. In another language or on another scale it is spelt again.
    #[cfg(feature = "whisper")]
    #[must_use]
    pub fn spell(mut self, language: Language, scale: Scale) -> Self {
        self.spelt = Some((language, scale, self.spelling(language, scale)));
        self
    }

    /// None if it is too long, or its numbers are none of the speller's.
    #[cfg(feature = "whisper")]
    pub(super) fn spelling(&self, language: Language, scale: Scale) -> Option<Spelt> {
        match &self.spelt {
            Some((spelt_in, on, spelt)) if (*spelt_in, *on) == (language, scale) => *spelt,
            _ => Speller::of(language).spell(self.states.as_ref()?, scale),
        }
    }

    #[cfg(all(test, feature = "whisper"))]
    pub(super) fn of_whole(values: Vec<f32>) -> Self {
        Self { whole: Some(values), states: None, spelt: None }
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

#[cfg(all(test, feature = "whisper"))]
mod tests {
    use super::*;

    #[test]
    fn spelt_before_it_is_asked_for_is_spelt_the_same() {
        let states = (0..9 * 1024).map(|i| (i as f32 * 0.37).sin()).collect();
        let sound = AnswerSound { whole: None, states: Some(Matrix::new(states, 1024)), spelt: None };
        let masses = |sound: &AnswerSound, language, scale: &str| {
            sound.spelling(language, scale.parse().unwrap()).map(|spelt| spelt.masses)
        };
        let before = sound.clone().spell(Language::Zh, Scale::default());
        // Also where what was spelt before is in another language or on another scale.
        for (language, scale) in
            [(Language::Zh, "1..5:best=5"), (Language::Zh, "1..5:best=1"), (Language::En, "1..5:best=5")]
        {
            let asked = masses(&sound, language, scale);
            assert!(asked.is_some() && masses(&before, language, scale) == asked, "{language:?}, {scale}");
        }
        let of_nothing = AnswerSound::of_whole(Vec::new()).spell(Language::Zh, Scale::default());
        assert!(masses(&of_nothing, Language::Zh, "1..5:best=5").is_none());
    }
}
