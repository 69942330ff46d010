//! Numbers that carry their meaning: each range is checked once, at construction.

mod scale;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

pub use scale::Scale;

/// A canonical rating, 1 (worst) to 5 (best), whatever scale the caller was asked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Rating(u8);

impl Rating {
    /// Number of canonical levels.
    pub const LEVELS: usize = 5;

    /// A rating from 1 to 5.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] outside that range.
    pub fn new(value: u8) -> Result<Self> {
        if (1..=5).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Error::new(ErrorKind::Usage, "rating", format!("expected 1 to 5, got {value}")))
        }
    }

    /// The level whose index in a five-element posterior is `index` (0 is rating 1).
    ///
    /// # Panics
    /// If `index` is above 4: a posterior has five levels by type.
    pub fn from_index(index: usize) -> Self {
        assert!(index < Self::LEVELS, "a rating posterior has five levels, index {index}");
        Self(index as u8 + 1)
    }

    /// 1 to 5.
    pub fn value(self) -> u8 {
        self.0
    }

    /// 0 to 4: the place in a five-element posterior.
    pub fn index(self) -> usize {
        usize::from(self.0) - 1
    }
}

impl TryFrom<u8> for Rating {
    type Error = Error;
    fn try_from(value: u8) -> Result<Self> {
        Self::new(value)
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> u8 {
        rating.0
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A probability in 0..=1. Not a number becomes 0; values outside are clamped, since they arise from rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "f32", into = "f32")]
pub struct Probability(f32);

impl Probability {
    pub const ZERO: Self = Self(0.0);
    pub const ONE: Self = Self(1.0);

    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    pub fn value(self) -> f32 {
        self.0
    }
}

impl From<f32> for Probability {
    fn from(value: f32) -> Self {
        Self::new(value)
    }
}

impl From<Probability> for f32 {
    fn from(probability: Probability) -> f32 {
        probability.0
    }
}

/// A level or gain in decibels (amplitude ratio: 20·log10).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decibels(pub f32);

impl Decibels {
    pub const UNITY: Self = Self(0.0);
    pub const SILENCE: Self = Self(f32::NEG_INFINITY);

    pub fn from_amplitude(amplitude: f32) -> Self {
        Self(20.0 * amplitude.abs().log10())
    }

    /// Linear amplitude factor; −∞ dB gives 0.
    pub fn amplitude(self) -> f32 {
        10f32.powf(self.0 / 20.0)
    }
}

impl fmt::Display for Decibels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} dB", self.0)
    }
}

/// Programme loudness after EBU R 128 / ITU-R BS.1770-4, in LUFS. −∞ for silence.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lufs(pub f32);

impl fmt::Display for Lufs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} LUFS", self.0)
    }
}

/// Samples per second of one channel, 1 Hz to 768 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct SampleRate(u32);

impl SampleRate {
    /// What recognition and voice analysis run at.
    pub const SPEECH: Self = Self(16_000);
    pub const TELEPHONE: Self = Self(8_000);
    pub const STUDIO: Self = Self(48_000);

    /// # Errors
    /// [`ErrorKind::Unsupported`] at 0 Hz or above 768 kHz.
    pub fn new(hertz: u32) -> Result<Self> {
        if (1..=768_000).contains(&hertz) {
            Ok(Self(hertz))
        } else {
            Err(Error::new(ErrorKind::Unsupported, "sample rate", format!("expected 1 to 768000 Hz, got {hertz}")))
        }
    }

    pub fn hertz(self) -> u32 {
        self.0
    }

    /// The number of frames nearest to `seconds`; negative or not-a-number times give none.
    pub fn frames(self, seconds: f64) -> Frames {
        Frames((seconds.max(0.0) * f64::from(self.0)).round() as u64)
    }
}

impl TryFrom<u32> for SampleRate {
    type Error = Error;
    fn try_from(value: u32) -> Result<Self> {
        Self::new(value)
    }
}

impl From<SampleRate> for u32 {
    fn from(rate: SampleRate) -> u32 {
        rate.0
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.0)
    }
}

/// A count of sample frames (one sample per channel): the clock of everything that sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Frames(pub u64);

impl Frames {
    pub fn seconds(self, rate: SampleRate) -> f64 {
        self.0 as f64 / f64::from(rate.hertz())
    }
}

/// The two languages a call may be held in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Mandarin.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_is_always_in_range() {
        for value in [f32::NAN, f32::INFINITY, -1.0, 0.5, 2.0] {
            let p = Probability::new(value).value();
            assert!((0.0..=1.0).contains(&p), "{value} became {p}");
        }
    }
}
