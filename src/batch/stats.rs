//! Intervals and tests. All are two-sided at 95 %, and exact where that is cheap.

use libm::{erfc, lgamma};
use serde::{Deserialize, Serialize};

/// 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Beyond this many pairs a binomial tail is taken from the normal distribution, with continuity correction.
const EXACT: u64 = 20_000;

/// A share with its Wilson score interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub n: u64,
    pub count: u64,
    /// `count / n`; null for no cases.
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Share {
    /// Wilson (1927), without continuity correction.
    pub fn of(count: u64, n: u64) -> Self {
        if n == 0 {
            return Self { n, count, value: None, low: None, high: None };
        }
        let (k, total) = (count as f64, n as f64);
        let p = k / total;
        let scale = 1.0 + Z * Z / total;
        let centre = (p + Z * Z / (2.0 * total)) / scale;
        let half = Z / scale * (p * (1.0 - p) / total + Z * Z / (4.0 * total * total)).sqrt();
        // At the ends the interval is closed: rounding must not leave it a hair beside 0 or 1.
        let low = if count == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if count == n { 1.0 } else { (centre + half).min(1.0) };
        Self { n, count, value: Some(p), low: Some(low), high: Some(high) }
    }
}

/// Exact sign test: the probability that of `up + down` fair coins as few fall on one side, or fewer. McNemar's exact
/// test is this test on the discordant pairs.
pub fn sign_test(up: u64, down: u64) -> f64 {
    let (n, k) = (up + down, up.min(down));
    if n == 0 {
        return 1.0;
    }
    if n > EXACT {
        let z = ((up as f64 - down as f64).abs() - 1.0).max(0.0) / (n as f64).sqrt();
        return erfc(z / std::f64::consts::SQRT_2).min(1.0);
    }
    let log_choose = |i: u64| lgamma(n as f64 + 1.0) - lgamma(i as f64 + 1.0) - lgamma((n - i) as f64 + 1.0);
    let tail: f64 = (0..=k).map(|i| (log_choose(i) - n as f64 * std::f64::consts::LN_2).exp()).sum();
    (2.0 * tail).min(1.0)
}

/// Difference of two paired shares, B less A, with the adjusted Wald interval of Bonett and Price (2012).
///
/// `gained` pairs are right in B alone, `lost` in A alone, of `n` pairs.
pub fn paired_difference(gained: u64, lost: u64, n: u64) -> Option<(f64, [f64; 2])> {
    if n == 0 {
        return None;
    }
    let (b, c, total) = (gained as f64 + 1.0, lost as f64 + 1.0, n as f64 + 2.0);
    let centre = (b - c) / total;
    let half = Z * ((b + c - (b - c).powi(2) / total).max(0.0)).sqrt() / total;
    let difference = (gained as f64 - lost as f64) / n as f64;
    Some((difference, [(centre - half).max(-1.0), (centre + half).min(1.0)]))
}

/// Mean with a percentile bootstrap interval (2,000 seeded resamples: the same input gives the same interval).
pub fn bootstrap_mean(values: &[f64]) -> Option<(f64, [f64; 2])> {
    const RESAMPLES: usize = 2_000;
    if values.is_empty() {
        return None;
    }
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let mut state = 0x636f_6465_7474_6100_u64 ^ n as u64;
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..n).map(|_| values[(random(&mut state) % n as u64) as usize]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    Some((mean, [means[RESAMPLES * 25 / 1000], means[RESAMPLES * 975 / 1000 - 1]]))
}

/// splitmix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Spearman's rank correlation with Fisher's interval (variance 1.06 / (n − 3), Fieller et al. 1957).
pub fn spearman(pairs: &[(f64, f64)]) -> Option<(f64, [f64; 2])> {
    if pairs.len() < 4 {
        return None;
    }
    let x = ranks(pairs.iter().map(|pair| pair.0).collect());
    let y = ranks(pairs.iter().map(|pair| pair.1).collect());
    let mean = (pairs.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    let r = product(&x, &y) / (product(&x, &x) * product(&y, &y)).sqrt();
    let half = Z * (1.06 / (pairs.len() as f64 - 3.0)).sqrt();
    let z = r.clamp(-0.999_999, 0.999_999).atanh();
    r.is_finite().then(|| (r, [(z - half).tanh(), (z + half).tanh()]))
}

/// Ranks from 0; ties share their mean rank.
fn ranks(values: Vec<f64>) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let tied = order[start..].iter().take_while(|i| values[**i] == values[order[start]]).count();
        for index in &order[start..start + tied] {
            ranks[*index] = start as f64 + (tied as f64 - 1.0) / 2.0;
        }
        start += tied;
    }
    ranks
}

/// The value below which a share of sorted values lies: the smallest with at least that share at or below it.
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    /// Published or independently computed values.
    #[test]
    fn intervals_and_tests_agree_with_tables() {
        // Newcombe 1998, table I: 81 of 263 by Wilson's score method without correction.
        let share = Share::of(81, 263);
        close(share.low.unwrap(), 0.2553, 5e-5);
        close(share.high.unwrap(), 0.3662, 5e-5);
        // And 0 of 20.
        assert_eq!(Share::of(0, 20).low, Some(0.0));
        close(Share::of(0, 20).high.unwrap(), 0.1611, 5e-5);
        assert_eq!(Share::of(0, 0).value, None);
        // 2·(1 + 10 + 45)/1024 of ten coins, two on one side.
        close(sign_test(2, 8), 2.0 * 56.0 / 1024.0, 1e-12);
        assert_eq!(sign_test(0, 0), 1.0);
        assert_eq!(sign_test(5, 5), 1.0);
        close(sign_test(9_800, 10_200), sign_test(9_801, 10_202), 1e-3);
        // The exact tail and the normal one meet.
        close(sign_test(9_800, 10_200), sign_test(9_800, 10_201), 1e-3);
    }

    #[test]
    fn paired_intervals_hold_the_difference_and_turn_with_it() {
        let (difference, [low, high]) = paired_difference(30, 10, 100).unwrap();
        assert!(low < difference && difference < high && low > 0.0, "{low} {difference} {high}");
        let (back, [low_back, high_back]) = paired_difference(10, 30, 100).unwrap();
        close(back, -difference, 1e-12);
        close(low_back, -high, 1e-12);
        close(high_back, -low, 1e-12);
    }

    #[test]
    fn ranks_share_ties_and_a_monotone_relation_is_perfect() {
        assert_eq!(ranks(vec![3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
        let pairs: Vec<(f64, f64)> = (0..20).map(|i| (f64::from(i), f64::from(i * i))).collect();
        close(spearman(&pairs).unwrap().0, 1.0, 1e-12);
        assert!(spearman(&[(1.0, 1.0); 10]).is_none());
    }

    #[test]
    fn a_bootstrap_interval_covers_its_mean_and_repeats() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i % 7)).collect();
        let (mean, [low, high]) = bootstrap_mean(&values).unwrap();
        assert!(low < mean && mean < high && high - low < 1.0, "{low} {mean} {high}");
        assert_eq!(bootstrap_mean(&values), bootstrap_mean(&values));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(percentile(&sorted, 0.5), Some(2.0));
        assert_eq!(percentile(&sorted, 0.95), Some(4.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
