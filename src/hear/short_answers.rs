//! A learned head that knows short answers by their sound as a whole.
//!
//! A word said alone gives Whisper's decoder no context to write it by, while its encoder hears it well. So a linear
//! head on the encoder's third block tells a closed set of short answers apart (digits in both units, words of
//! satisfaction, numbers off the scale, anything else). How much that counts beside what was written and spelt is the
//! speller's to say (`spell`). `scripts/train/train-hearing` fits it; the model card is `models/short-answers.md`. There
//! is one for English. A Mandarin one knew its own voices and cost new ones (DESIGN.md).

use std::sync::LazyLock;

use super::answer_sound::AnswerSound;
use super::closed_set::ClosedSet;
use crate::neural::{Layout, Linear, Matrix, Weights, softmax};
use crate::units::{Language, Scale};

/// Ratings 1 to 5, and none.
const CLASSES: usize = 6;

/// The fitted head of one language.
pub(super) struct ShortAnswers {
    /// From the values of a sound to the answers of the closed set.
    head: Linear,
    answers: ClosedSet,
}

/// The embedded weights by file name.
pub(super) const WEIGHTS: [(&str, &[u8]); 1] =
    [("short-answers-en.safetensors", include_bytes!("../../models/short-answers-en.safetensors"))];

static ENGLISH: LazyLock<ShortAnswers> = LazyLock::new(|| embedded(WEIGHTS[0].1, Language::En));

fn embedded(bytes: &[u8], language: Language) -> ShortAnswers {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    ShortAnswers::read(bytes, language).expect("the embedded head is valid")
}

impl ShortAnswers {
    /// None for a language that has no head.
    pub(super) fn of(language: Language) -> Option<&'static Self> {
        match language {
            Language::Zh => None,
            Language::En => Some(&ENGLISH),
        }
    }

    fn read(bytes: &[u8], language: Language) -> Result<Self, String> {
        let stored = Weights::read(bytes)?;
        let answers: Vec<String> = stored.text("answers")?.lines().map(String::from).collect();
        let inputs = stored.shape("weights")?.first().copied().unwrap_or(0);
        let weights = stored.floats("weights", &[inputs, answers.len()])?;
        Ok(Self {
            head: Linear::new(&weights, inputs, Layout::InputsFirst, stored.floats("bias", &[answers.len()])?),
            answers: ClosedSet::new(answers, language),
        })
    }

    /// 0 to 4 for ratings 1 to 5, 5 for none.
    fn class(&self, answer: usize, scale: Scale) -> usize {
        self.answers.meaning(answer, scale).rating.map_or(CLASSES - 1, |rating| rating.index())
    }

    /// Probabilities of ratings 1 to 5 and of none. None if the head does not know a number of the scale, or the sound is too
    /// long or does not fit it, as with another encoder.
    pub(super) fn heard(&self, sound: &AnswerSound, scale: Scale) -> Option<[f32; CLASSES]> {
        let sound = sound.whole().filter(|sound| sound.len() == self.head.inputs() && self.answers.covers(scale))?;
        let mut probabilities = self.head.forward(&Matrix::new(sound.to_vec(), sound.len()));
        softmax(&mut probabilities);
        let mut classes = [0.0; CLASSES];
        for (answer, probability) in probabilities.data().iter().enumerate() {
            classes[self.class(answer, scale)] += probability;
        }
        Some(classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> &'static ShortAnswers {
        ShortAnswers::of(Language::En).expect("there is a head for English")
    }

    #[test]
    fn the_head_is_whole_and_serves_the_scales_whose_numbers_it_knows() {
        let head = english();
        assert!(head.answers.len() >= 12);
        let classes: Vec<usize> = (0..head.answers.len()).map(|answer| head.class(answer, Scale::default())).collect();
        assert!((0..CLASSES).all(|class| classes.contains(&class)), "{classes:?}");
        let covers = |scale: &str| head.answers.covers(scale.parse().unwrap());
        assert!(covers("1..5:best=5") && covers("1..5:best=1") && !covers("0..99:best=99"));
        assert!(ShortAnswers::of(Language::Zh).is_none());
    }

    #[test]
    fn probabilities_add_up_on_scales_that_the_head_knows() {
        let sound = AnswerSound::of_whole(vec![0.1; english().head.inputs()]);
        let heard = |scale: &str| english().heard(&sound, scale.parse().unwrap());
        assert!((heard("1..5:best=5").unwrap().iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!(heard("0..99:best=99").is_none());
        // Another encoder's.
        assert!(english().heard(&AnswerSound::of_whole(vec![0.0; 7]), Scale::default()).is_none());
    }

    #[test]
    fn a_damaged_head_is_refused() {
        let whole = include_bytes!("../../models/short-answers-en.safetensors");
        assert!(ShortAnswers::read(whole, Language::En).is_ok());
        assert!(ShortAnswers::read(&whole[..whole.len() / 2], Language::En).is_err());
        assert!(ShortAnswers::read(b"", Language::En).is_err());
    }
}
