//! Experiments: which ending serves better is only known where a lot decided between them.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::customers::Later;
use super::statistics::{Share, TwoShares, two_shares};
use crate::error::{Error, ErrorKind, Result};

/// The arm that a call is assigned to within its band, by a seeded lot: the same arguments give the same arm, and
/// nobody can choose. The arms' order matters.
///
/// # Errors
/// [`ErrorKind::Usage`] with fewer than two arms.
pub fn assign<'a>(seed: u64, experiment: &str, band: &str, call: &str, arms: &'a [String]) -> Result<&'a str> {
    if arms.len() < 2 {
        let problem = format!("expected two or more arms, got {}", arms.len());
        return Err(Error::new(ErrorKind::Usage, format!("experiment {experiment}"), problem));
    }
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for part in [experiment, band, call] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let hash = hash.finalize();
    let lot = u64::from_le_bytes(std::array::from_fn(|i| hash[i]));
    // The bias of the remainder is below 2^-60 for any number of arms one can name.
    Ok(&arms[(lot % arms.len() as u64) as usize])
}

/// One arm within a band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmResult {
    pub arm: String,
    pub calls: u64,
    /// Of the calls whose customer was rated again: satisfied then.
    pub later_satisfied: Share,
}

/// Two arms within a band, compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BandResult {
    pub band: String,
    pub arms: Vec<ArmResult>,
    /// Second arm against the first, in alphabetical order; none unless there are exactly two with later outcomes.
    pub test: Option<TwoShares>,
    /// The arm to make the default, if the test found a difference at 5 % (divided by the number of bands tested,
    /// Bonferroni) and both arms have the size that was needed.
    pub promote: Option<String>,
    /// In words.
    pub verdict: String,
}

/// Evaluates an experiment from later outcomes by band and arm.
pub(super) fn evaluate(later: Vec<((&'static str, String), Later)>, detect: f64) -> Vec<BandResult> {
    let mut bands: Vec<BandResult> = Vec::new();
    for ((band, arm), later) in later {
        if bands.last().is_none_or(|last| last.band != band) {
            bands.push(BandResult {
                band: band.into(),
                arms: Vec::new(),
                test: None,
                promote: None,
                verdict: String::new(),
            });
        }
        if let Some(last) = bands.last_mut() {
            last.arms.push(ArmResult { arm, calls: later.shown, later_satisfied: later.share() });
        }
    }
    for band in &mut bands {
        if let [a, b] = &band.arms[..] {
            band.test = two_shares(a.later_satisfied, b.later_satisfied, detect);
        }
    }
    let tested = bands.iter().filter(|band| band.test.is_some()).count().max(1) as f64;
    for band in &mut bands {
        let Some(test) = band.test else {
            band.verdict = "no test: exactly two arms with later ratings are needed".into();
            continue;
        };
        let enough = band.arms.iter().all(|arm| arm.later_satisfied.of >= test.needed_per_arm);
        let found = test.p * tested < 0.05;
        let better = &band.arms[usize::from(test.difference > 0.0)].arm;
        band.promote = (enough && found).then(|| better.clone());
        band.verdict = match (enough, found) {
            (true, true) => format!("{better} serves better; it may become the default"),
            (true, false) => {
                "no difference found, and there were enough calls to find the one that was looked for".into()
            }
            (false, _) => format!(
                "too early: {} later ratings in each arm are needed, the smaller arm has {}",
                test.needed_per_arm,
                band.arms.iter().map(|arm| arm.later_satisfied.of).min().unwrap_or(0)
            ),
        };
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lot_is_fair_repeatable_and_differs_between_seeds() {
        let arms = ["a".to_owned(), "b".to_owned()];
        let draw = |seed| -> Vec<&str> {
            (0..10_000).map(|i| assign(seed, "x", "best", &format!("call {i}"), &arms).unwrap()).collect()
        };
        let first = draw(1);
        assert_eq!(first, draw(1));
        let a = first.iter().filter(|arm| **arm == "a").count();
        // Five standard deviations of 10,000 fair throws.
        assert!(a.abs_diff(5_000) < 250, "{a}");
        let same = first.iter().zip(draw(2)).filter(|(one, two)| *one == two).count();
        assert!(same.abs_diff(5_000) < 250, "{same}");
        assert!(assign(1, "x", "best", "c", &arms[..1]).is_err());
    }
}
