//! The scale that a rating was asked on, and how its numbers become canonical ratings.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Rating;
use crate::error::{Error, ErrorKind, Result};

/// The scale a caller was asked on: raw keys on it are translated to canonical ratings at the edge.
///
/// Text form: `1..5:best=5`, `1..5:best=1`, `0..10:best=10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scale {
    min: u8,
    max: u8,
    best: u8,
}

impl Default for Scale {
    fn default() -> Self {
        Self { min: 1, max: 5, best: 5 }
    }
}

impl Scale {
    /// # Errors
    /// [`ErrorKind::Usage`] unless `min < max ≤ 99` and `best` is one of the ends.
    pub fn new(min: u8, max: u8, best: u8) -> Result<Self> {
        if min < max && max <= 99 && (best == min || best == max) {
            Ok(Self { min, max, best })
        } else {
            Err(Error::new(
                ErrorKind::Usage,
                "scale",
                format!("expected MIN..MAX:best=MIN or MAX with MIN < MAX ≤ 99, got {min}..{max}:best={best}"),
            ))
        }
    }

    pub fn min(self) -> u8 {
        self.min
    }

    pub fn max(self) -> u8 {
        self.max
    }

    /// Whether the largest number is the best answer.
    pub fn best_is_high(self) -> bool {
        self.best == self.max
    }

    /// The canonical rating of a raw answer, or none when it is off the scale.
    ///
    /// Longer scales are cut into five linear steps: `1 + round(4·(raw − worst)/(best − worst))`.
    pub fn canonical(self, raw: u8) -> Option<Rating> {
        if !(self.min..=self.max).contains(&raw) {
            return None;
        }
        let span = f32::from(self.max - self.min);
        let from_worst = if self.best_is_high() { raw - self.min } else { self.max - raw };
        let level = (4.0 * f32::from(from_worst) / span).round() as usize;
        Some(Rating::from_index(level))
    }
}

impl FromStr for Scale {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong =
            || Error::new(ErrorKind::Usage, "scale", format!("expected a form such as 1..5:best=5, got {text:?}"));
        let (range, best) = text.split_once(":best=").ok_or_else(wrong)?;
        let (min, max) = range.split_once("..").ok_or_else(wrong)?;
        let number = |s: &str| s.trim().parse::<u8>().map_err(|_| wrong());
        Self::new(number(min)?, number(max)?, number(best)?)
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}:best={}", self.min, self.max, self.best)
    }
}

impl TryFrom<String> for Scale {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Scale> for String {
    fn from(scale: Scale) -> String {
        scale.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_polarities_reach_the_same_canonical_ends() {
        let usual: Scale = "1..5:best=5".parse().unwrap();
        let reversed: Scale = "1..5:best=1".parse().unwrap();
        for raw in 1..=5 {
            assert_eq!(usual.canonical(raw).unwrap().value(), raw);
            assert_eq!(reversed.canonical(raw).unwrap().value(), 6 - raw);
        }
        assert_eq!(usual.canonical(0), None);
        assert_eq!(usual.canonical(6), None);
    }

    #[test]
    fn long_scales_are_monotone_and_cover_all_levels() {
        for text in ["0..10:best=10", "1..10:best=10"] {
            let scale: Scale = text.parse().unwrap();
            let levels: Vec<u8> =
                (scale.min()..=scale.max()).map(|raw| scale.canonical(raw).unwrap().value()).collect();
            assert!(levels.is_sorted(), "{levels:?}");
            assert_eq!((levels[0], *levels.last().unwrap()), (1, 5));
            assert!((1..=5).all(|level| levels.contains(&level)), "{levels:?}");
        }
    }

    #[test]
    fn a_scale_survives_its_text_form() {
        for text in ["1..5:best=1", "0..10:best=10"] {
            assert_eq!(text.parse::<Scale>().unwrap().to_string(), text);
        }
        for wrong in ["", "1-5", "5..1:best=5", "1..5:best=3", "1..500:best=1", "a..b:best=c"] {
            assert!(wrong.parse::<Scale>().is_err(), "{wrong}");
        }
    }
}
