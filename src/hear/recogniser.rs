//! The recogniser: an utterance in, transcript, rating posterior and requests out.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::answer::{Answer, awaits_noun};
use super::answer_sound::AnswerSound;
use super::heard::{ASKED_BACK, Heard, RatingPosterior, Transcript};
use super::loops::{read_once, tidy};
use super::posterior::{Calibration, Masses, Reading};
use super::search::{Hypothesis, NextToken, once, search};
use super::session::Session;
use super::short_answers::ShortAnswers;
use super::spell::{Speller, intents};
use crate::error::{Error, ErrorKind, Result};
use crate::segment::Utterance;
use crate::units::{Language, SampleRate, Scale};

/// Silence put before an utterance: its first sound is heard better a little way into Whisper's window.
const LEAD_SAMPLES: usize = 3_200;
/// What Whisper takes at once, less the lead. Of longer speech the end is heard, since the last answer counts.
const MAX_SAMPLES: usize = 29 * 16_000;
/// Shorter input makes whisper.cpp return before it has encoded anything.
const MIN_SAMPLES: usize = 8_000;

/// Tokens that must follow a word for an alternative to it to be read as if they followed it too: one-word answers and
/// their units stay below it, so that what competes with a number competes with all its mass.
const LONG_TAIL: usize = 5;
/// A rating or request is no less probable than this where its words are written as they were spelt.
const SURE: f32 = 0.8;

/// Odds (natural logarithm) from which an answer is heard in the other language. On one word Whisper is easily wrong.
const OTHER_LANGUAGE_FROM: f32 = 3.0;

/// Settings of one recognition.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// After this time recognition gives up with [`ErrorKind::Limit`].
    pub deadline: Duration,
    /// Alternatives followed beside the best text; each costs one step of the decoder.
    pub alternatives: usize,
    /// Threads for the decoder; none takes those of the encoder. Its steps are short, so that a core is better used by
    /// other work beside it.
    pub decoding_threads: Option<NonZeroUsize>,
    /// What the numbers mean that are said.
    pub scale: Scale,
    /// Also allow the other language: it is taken where the model holds it for much likelier.
    pub either_language: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            alternatives: 6,
            decoding_threads: None,
            scale: Scale::default(),
            either_language: false,
        }
    }
}

/// What a posterior was made from: for diagnosis, and for fitting the calibration.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    pub masses: Masses,
    /// What the words alone say.
    pub by_words: RatingPosterior,
    /// What was spelt by sound, as multiples of any speech.
    pub spelt: Option<Masses>,
    /// Whether the words are one word, or one in a loop: what was heard as a whole is asked for only there.
    pub one_word: bool,
    /// The heaviest texts and their probabilities.
    pub texts: Vec<(String, f32)>,
    /// Where both languages were allowed: logarithm of how much likelier the other one was.
    pub other_language: Option<f32>,
}

/// A loaded model, used for one utterance at a time.
pub struct Recogniser {
    session: Session,
    /// In which language what was encoded is to be decoded, and the odds of the other one where both are allowed.
    encoded: Option<(Language, Option<f32>)>,
}

impl Recogniser {
    /// Loads a multilingual whisper.cpp model (`ggml-*.bin`).
    ///
    /// `threads` should not exceed the cores that are free: ggml's threads spin while they wait.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the file is no such model, [`ErrorKind::Unsupported`] if it knows English only,
    /// those of the file system.
    pub fn load(path: &Path, threads: usize) -> Result<Self> {
        let session = Session::load(path, threads.max(1))?;
        crate::text::meaning::load();
        Ok(Self { session, encoded: None })
    }

    /// Another recogniser on the same weights, for a second utterance at the same time.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if there is no memory for it.
    pub fn another(&self) -> Result<Self> {
        Ok(Self { session: self.session.another()?, encoded: None })
    }

    /// Hears one utterance, which a voice detector has passed: on other sound the text is an invention.
    ///
    /// `sound` is asked for once the words are there, so that it may be made on another thread meanwhile, and told the language
    /// that they are in: by that language's encoder it must be ([`AnswerSound::of_utterance`]). Without it the rating rests on
    /// the words alone.
    ///
    /// Not for a real-time thread: it computes for some 100 ms and allocates.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the utterance is not at 16 kHz, [`ErrorKind::Limit`] at the deadline.
    pub fn hear(
        &mut self,
        utterance: &Utterance,
        language: Language,
        options: &Options,
        sound: impl FnOnce(Language) -> Option<AnswerSound>,
    ) -> Result<Heard> {
        self.hear_in_detail(utterance, language, options, sound).map(|(heard, _)| heard)
    }

    /// The same, with what the posterior was made from.
    ///
    /// # Errors
    /// As [`Recogniser::hear`].
    pub fn hear_in_detail(
        &mut self,
        utterance: &Utterance,
        language: Language,
        options: &Options,
        sound: impl FnOnce(Language) -> Option<AnswerSound>,
    ) -> Result<(Heard, Detail)> {
        self.encode(utterance, language, options)?;
        self.decode(options, sound)
    }

    /// The first half of [`Recogniser::hear_in_detail`], and the one that uses all its threads.
    ///
    /// # Errors
    /// As [`Recogniser::hear`].
    pub fn encode(&mut self, utterance: &Utterance, language: Language, options: &Options) -> Result<()> {
        if utterance.samples.rate() != SampleRate::SPEECH {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "utterance",
                format!("expected {}, got {}", SampleRate::SPEECH, utterance.samples.rate()),
            ));
        }
        let data = utterance.samples.data();
        let speech = &data[data.len().saturating_sub(MAX_SAMPLES)..];
        let mut padded = vec![0.0; LEAD_SAMPLES];
        padded.extend_from_slice(speech);
        padded.resize(padded.len().max(MIN_SAMPLES), 0.0);
        self.encoded = None;
        self.session.listen(&padded, language, options.deadline)?;
        let odds = options.either_language.then(|| self.session.odds_against(language)).transpose()?;
        let chosen = if odds.is_some_and(|odds| odds >= OTHER_LANGUAGE_FROM) { language.other() } else { language };
        self.session.write_in(chosen);
        self.encoded = Some((chosen, odds));
        Ok(())
    }

    /// The second half: the words of what was encoded last, once.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if nothing was; [`ErrorKind::Limit`] at the deadline, which began with the encoding.
    pub fn decode(
        &mut self,
        options: &Options,
        sound: impl FnOnce(Language) -> Option<AnswerSound>,
    ) -> Result<(Heard, Detail)> {
        let (language, other_language) = self
            .encoded
            .take()
            .ok_or_else(|| Error::new(ErrorKind::Usage, "recogniser", "expected an encoded utterance; encode first"))?;
        self.session.set_decoding_threads(options.decoding_threads);
        let found = search(&mut self.session, options.alternatives)?;
        let text = |tokens: &[i32]| {
            let bytes: Vec<u8> = tokens.iter().flat_map(|token| self.session.text(*token)).copied().collect();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let best = text(&found.best);
        let read = |text: &str| read_once(text, language, options.scale);
        let read_best = read(&best);
        // What the best path had said after so many tokens.
        let so_far: Vec<Answer> = (0..=found.best.len()).map(|length| read(&text(&found.best[..length]))).collect();
        let mut readings = Vec::with_capacity(found.hypotheses.len());
        for Hypothesis { tokens, mass, ended } in &found.hypotheses {
            let whole = text(tokens);
            // A hypothesis that is only begun, and has said until here what the best path had said by then, would most
            // likely have gone on as the best does: "四分" before ", 不是, 五分" is no four.
            let answer = read(&whole);
            let begun = !ended && so_far.get(tokens.len()) == Some(&answer);
            let tail = found.best.get(tokens.len()..).unwrap_or_default();
            let (text, answer) = if begun && answer.rating.is_some() {
                (best.clone(), read_best)
            } else if begun && tail.len() >= LONG_TAIL || !ended && !tail.is_empty() && awaits_noun(&whole, language) {
                // One other word early in a long answer says nothing against what comes after it, which its number may count.
                let spliced = text(&[tokens, tail].concat());
                let answer = read(&spliced);
                (spliced, answer)
            } else {
                (whole, answer)
            };
            readings.push(Reading { text, answer, mass: *mass, ended: *ended });
        }
        let masses = Masses::of(&readings, language, options.scale);
        let transcript = tidy(&text(once(&found.best)));
        let (mut spelt, mut spelt_words, mut told) = (None, None, None);
        let by_words = masses.rating(&Calibration::of(language));
        let one_word = is_one_word(&transcript, language);
        let by_sound = sound(language).and_then(|sound| {
            // Where nothing is written, or a noise is described ("[inaudible]"), it may be music or a word drowned in the
            // line's noise. The speller has learnt both; the head finds ratings in music.
            let whole = ShortAnswers::of(language).filter(|_| one_word && !transcript.is_empty());
            let whole = whole.and_then(|head| head.heard(&sound, options.scale));
            let speller = Speller::of(language);
            let whole_spelt = sound.spelling(language, options.scale);
            spelt_words = whole_spelt.as_ref().and_then(|spelt| speller.words(spelt));
            told = whole_spelt.and_then(|spelt| spelt.told);
            spelt = whole_spelt.map(|spelt| spelt.masses);
            let held = transcript.is_empty() && sound.whole().is_none();
            let believed = if held { ASKED_BACK } else { 1.0 };
            spelt.map(|spelt| speller.weighing.rating(&by_words, &spelt, whole).doubted(believed))
        });
        let rating = by_sound.unwrap_or(by_words);
        let written = masses.intents();
        let intents = spelt.map_or(written, |spelt| intents(written, &spelt));
        // What is sure is written as it was spelt: "非常危險" for 非常满意 would be taken for what the caller feels.
        let sure = rating.best().filter(|(_, p)| *p >= SURE).map(|(level, _)| level);
        let is_sure = |words: &String| {
            let Answer { rating, request, .. } = read(words);
            let asked = request.is_some_and(|request| intents.of(request) >= SURE);
            asked && rating.is_none() || rating.is_some() && rating == sure
        };
        let transcript = spelt_words.filter(is_sure).unwrap_or(transcript);
        let said = read(&transcript);
        let guessed = said.implied && said.rating == rating.best().map(|(level, _)| level);
        let rating = if guessed { rating.doubted(ASKED_BACK) } else { rating };
        let heard = Heard { transcript: Transcript { text: transcript, language }, rating, intents };
        let heard = heard.read_again(&said, told, options.scale);
        readings.sort_by(|a, b| b.mass.total_cmp(&a.mass));
        readings.truncate(40);
        let texts = readings.into_iter().map(|reading| (reading.text, reading.mass)).collect();
        Ok((heard, Detail { masses, by_words, spelt, one_word, texts, other_language }))
    }
}

/// Whether `text`, as Whisper wrote it, is one word (or one in a loop): there the head over whole answers knows something. It
/// has learnt nothing that is longer ("four, no, three", "not very satisfied").
fn is_one_word(text: &str, language: Language) -> bool {
    let distinct = |mut pieces: Vec<String>| {
        pieces.sort_unstable();
        pieces.dedup();
        pieces.len()
    };
    let lower = text.to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(String::from);
    let single = distinct(words().collect()) <= 1;
    match language {
        Language::En => single,
        Language::Zh if lower.is_ascii() => single,
        Language::Zh => distinct(lower.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect()) <= 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_told_from_more() {
        for text in ["Five.", "4 4 4 4", "", "(", "Hi."] {
            assert!(is_one_word(text, Language::En), "{text}");
        }
        for text in ["I'd say four", "very satisfied", "five, no, four"] {
            assert!(!is_one_word(text, Language::En), "{text}");
        }
        for text in ["五。", "语", "Leo", "五分"] {
            assert!(is_one_word(text, Language::Zh), "{text}");
        }
        assert!(!is_one_word("我给五分", Language::Zh));
    }
}
