//! How keys become an answer: timers, lengths, retries and the meaning of 0, as data.

use serde::{Deserialize, Serialize};

use super::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::units::Scale;

/// Longest time any timer may be set to: ten minutes.
const LONGEST_MS: u32 = 600_000;
/// A scale ends at 99 at most.
const MOST_DIGITS: u8 = 2;

/// What key 0 says. It matters where a scale contains 0, such as 0–10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroKey {
    /// A human, always. Where the scale contains 0, that answer is stored as well: whichever the caller meant, it is
    /// not lost, and a caller who rates 0 is one whom a human should talk to. The default.
    #[default]
    HumanAndRating,
    /// A human, always, and never a rating, even where the scale contains 0.
    Human,
    /// Where the scale contains 0, only that answer. Callers need another way to a human then: say it in the prompt.
    /// Where it does not, a human as ever.
    Rating,
}

/// Why an attempt gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No key in time.
    NoInput,
    /// Keys that are no answer on the scale.
    Invalid,
    /// More digits than any answer has.
    TooMany,
}

/// What follows one kind of failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How often the caller is asked again after this failure.
    pub retries: u8,
    /// Name of the prompt that asks again.
    pub prompt: String,
}

/// Everything that a [`super::Gatherer`] goes by. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatherPolicy {
    /// The scale that the caller was asked on.
    pub scale: Scale,
    /// From the end of the prompt to the first key.
    pub first_key_ms: u32,
    /// From one key to the next while the answer may still grow (1 may become 10).
    pub between_keys_ms: u32,
    /// After an answer that cannot grow: a further digit in this time shows that it was a slip of the hand. 0 takes
    /// the answer at once, and then one more digit is never seen.
    pub settle_ms: u32,
    /// The longest that a prompt may take when nobody tells that it ended.
    pub prompt_ms: u32,
    /// More digits than this are too many; by default as many as the scale's largest answer has.
    pub max_digits: Option<u8>,
    /// Ends an answer at once.
    pub terminator: Option<Key>,
    /// Takes back what was keyed in this attempt.
    pub clear: Option<Key>,
    pub zero: ZeroKey,
    pub no_input: Retry,
    pub invalid: Retry,
    pub too_many: Retry,
}

impl Default for GatherPolicy {
    /// 1–5 with 5 best; 5 s to the first key, 3 s between keys, 0.4 s to settle; `#` ends, `*` clears; two retries each.
    fn default() -> Self {
        let retry = |prompt: &str| Retry { retries: 2, prompt: prompt.to_owned() };
        Self {
            scale: Scale::default(),
            first_key_ms: 5_000,
            between_keys_ms: 3_000,
            settle_ms: 400,
            prompt_ms: 30_000,
            max_digits: None,
            terminator: Key::new('#'),
            clear: Key::new('*'),
            zero: ZeroKey::default(),
            no_input: retry("reprompt"),
            invalid: retry("keypad"),
            too_many: retry("keypad"),
        }
    }
}

impl GatherPolicy {
    /// # Errors
    /// [`ErrorKind::Usage`], naming the setting: a timer of 0 or above ten minutes (`settle_ms` may be 0), a length
    /// that the scale's answers do not fit in, a terminator or clear key that is a digit, or the same key for both.
    pub fn check(&self) -> Result<()> {
        let wrong = |setting: &str, problem: String| Err(Error::new(ErrorKind::Usage, setting, problem));
        for (setting, value, least) in [
            ("first_key_ms", self.first_key_ms, 1),
            ("between_keys_ms", self.between_keys_ms, 1),
            ("settle_ms", self.settle_ms, 0),
            ("prompt_ms", self.prompt_ms, 1),
        ] {
            if !(least..=LONGEST_MS).contains(&value) {
                return wrong(setting, format!("expected {least} to {LONGEST_MS} ms, got {value}"));
            }
        }
        let needed = digits_of(self.scale.max());
        if self.max_digits.is_some_and(|max| !(needed..=MOST_DIGITS).contains(&max)) {
            let got = self.max_digits();
            return wrong("max_digits", format!("expected {needed} to {MOST_DIGITS} for {}, got {got}", self.scale));
        }
        for (setting, key) in [("terminator", self.terminator), ("clear", self.clear)] {
            if let Some(key) = key.filter(|key| key.digit().is_some()) {
                return wrong(setting, format!("expected *, # or a letter, got the digit {key}"));
            }
        }
        if self.terminator.is_some() && self.terminator == self.clear {
            return wrong(
                "clear",
                "expected another key than the terminator; choose one of * and # for each".to_owned(),
            );
        }
        Ok(())
    }

    /// Digits of the longest answer.
    pub fn max_digits(&self) -> u8 {
        self.max_digits.unwrap_or(digits_of(self.scale.max()))
    }

    /// What follows this failure.
    pub fn retry(&self, failure: Failure) -> &Retry {
        match failure {
            Failure::NoInput => &self.no_input,
            Failure::Invalid => &self.invalid,
            Failure::TooMany => &self.too_many,
        }
    }

    /// Whether `raw` of so many digits may become an answer by one more digit.
    pub(super) fn may_grow(&self, raw: u8, digits: u8) -> bool {
        let grown = u16::from(raw) * 10;
        let range = u16::from(self.scale.min())..=u16::from(self.scale.max());
        digits < self.max_digits() && raw > 0 && (grown..grown + 10).any(|grown| range.contains(&grown))
    }
}

fn digits_of(number: u8) -> u8 {
    if number < 10 { 1 } else { 2 }
}
