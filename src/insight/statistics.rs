//! Shares, means, net scores, differences and slopes, each with its interval or test. All intervals are 95 %.

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

/// Two-sided 5 % point of the standard normal distribution.
pub const Z: f64 = 1.959_963_984_540_054;

/// A share of a count, with its Wilson score interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    pub count: u64,
    pub of: u64,
    /// `count / of`; none of nothing.
    pub share: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Share {
    /// Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22: 209–212.
    pub fn new(count: u64, of: u64) -> Self {
        if of == 0 {
            return Self { count, of, share: None, low: None, high: None };
        }
        let (n, p) = (of as f64, count as f64 / of as f64);
        let z2 = Z * Z;
        let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        Self { count, of, share: Some(p), low: Some((centre - half).max(0.0)), high: Some((centre + half).min(1.0)) }
    }
}

/// A mean with its interval after Student's t.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    pub n: u64,
    pub mean: Option<f64>,
    /// Sample standard deviation; from two values on.
    pub sd: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// Sums from which a mean, a difference of means and a slope follow, whatever the order of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    pub n: u64,
    pub sum: f64,
    pub squares: f64,
}

impl Sums {
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        self.sum += value;
        self.squares += value * value;
    }

    fn variance(&self) -> Option<f64> {
        let n = self.n as f64;
        (self.n >= 2).then(|| ((self.squares - self.sum * self.sum / n) / (n - 1.0)).max(0.0))
    }

    /// `mean ± t(0.975; n − 1) · sd / √n` (Student 1908).
    pub fn mean(&self) -> Mean {
        let n = self.n as f64;
        let mean = (self.n > 0).then(|| self.sum / n);
        let sd = self.variance().map(f64::sqrt);
        let half = sd.map(|sd| t_quantile(n - 1.0) * sd / n.sqrt());
        let ends = mean.zip(half);
        Mean { n: self.n, mean, sd, low: ends.map(|(m, h)| m - h), high: ends.map(|(m, h)| m + h) }
    }
}

/// A difference with its interval and two-sided p-value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub difference: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
}

/// `after − before` of two means: Welch, B. L. (1947), Biometrika 34: 28–35. None below two values on a side, or where
/// nothing varies.
pub fn welch(before: &Sums, after: &Sums) -> Option<Difference> {
    let (vb, va) = (before.variance()? / before.n as f64, after.variance()? / after.n as f64);
    let error = (vb + va).sqrt();
    if error <= 0.0 {
        return None;
    }
    let freedom = (vb + va).powi(2) / (vb.powi(2) / (before.n - 1) as f64 + va.powi(2) / (after.n - 1) as f64);
    let difference = after.sum / after.n as f64 - before.sum / before.n as f64;
    let half = t_quantile(freedom) * error;
    let p = t_two_sided(difference / error, freedom);
    Some(Difference { difference, low: difference - half, high: difference + half, p })
}

/// Promoters, passives and detractors, and the net promoter score with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Net {
    pub promoters: u64,
    pub passives: u64,
    pub detractors: u64,
    /// −100..=100.
    pub score: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Net {
    /// Score: Reichheld, F. F. (2003), "The One Number You Need to Grow", Harvard Business Review 81(12). Interval:
    /// adjusted Wald with ¾ added to promoters and detractors and 3 to all, Rocks, B. (2016), "Interval estimation for
    /// the 'Net Promoter Score'", The American Statistician 70: 365–372.
    pub fn new(promoters: u64, passives: u64, detractors: u64) -> Self {
        let n = promoters + passives + detractors;
        let mut net = Self { promoters, passives, detractors, score: None, low: None, high: None };
        if n > 0 {
            net.score = Some(100.0 * (promoters as f64 - detractors as f64) / n as f64);
            let (centre, error) = net.adjusted();
            net.low = Some((100.0 * (centre - Z * error)).max(-100.0));
            net.high = Some((100.0 * (centre + Z * error)).min(100.0));
        }
        net
    }

    fn adjusted(&self) -> (f64, f64) {
        let n = (self.promoters + self.passives + self.detractors) as f64 + 3.0;
        let (up, down) = ((self.promoters as f64 + 0.75) / n, (self.detractors as f64 + 0.75) / n);
        (up - down, ((up + down - (up - down).powi(2)) / n).sqrt())
    }

    /// `later − self` in points, with interval and p-value from both adjusted errors. None if one side is empty.
    pub fn shift(&self, later: &Self) -> Option<Difference> {
        let difference = later.score? - self.score?;
        let ((c0, e0), (c1, e1)) = (self.adjusted(), later.adjusted());
        let error = (e0 * e0 + e1 * e1).sqrt();
        let centre = c1 - c0;
        let p = two_sided(centre / error);
        Some(Difference { difference, low: 100.0 * (centre - Z * error), high: 100.0 * (centre + Z * error), p })
    }
}

/// Two shares compared: difference `b − a`, two-sided z test with pooled variance, and how much the comparison could
/// have found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TwoShares {
    pub difference: f64,
    /// Newcombe's hybrid score interval (Newcombe 1998, Statistics in Medicine 17: 873–890, method 10).
    pub low: f64,
    pub high: f64,
    pub p: f64,
    /// Probability that a true difference of `detect` would have been found at these sizes.
    pub power: f64,
    pub detect: f64,
    /// Answers in each arm from which on that probability is 0.8.
    pub needed_per_arm: u64,
}

/// Compares two shares; none if one is of nothing.
pub fn two_shares(a: Share, b: Share, detect: f64) -> Option<TwoShares> {
    let (pa, pb) = (a.share?, b.share?);
    let (na, nb) = (a.of as f64, b.of as f64);
    let pooled = (a.count + b.count) as f64 / (na + nb);
    let error = (pooled * (1.0 - pooled) * (1.0 / na + 1.0 / nb)).sqrt();
    let difference = pb - pa;
    let p = if error > 0.0 { two_sided(difference / error) } else { 1.0 };
    let low = difference - ((pb - b.low?).powi(2) + (a.high? - pa).powi(2)).sqrt();
    let high = difference + ((b.high? - pb).powi(2) + (pa - a.low?).powi(2)).sqrt();
    let power = power(pa, detect, na, nb);
    Some(TwoShares { difference, low, high, p, power, detect, needed_per_arm: needed(pa, detect) })
}

/// Power of the two-sided 5 % z test for shares `p` and `p + detect` (Fleiss, Levin & Paik 2003, Statistical Methods
/// for Rates and Proportions, §4.3, without continuity correction).
fn power(p: f64, detect: f64, na: f64, nb: f64) -> f64 {
    let q = other(p, detect);
    let pooled = (p * na + q * nb) / (na + nb);
    let null = (pooled * (1.0 - pooled) * (1.0 / na + 1.0 / nb)).sqrt();
    let error = (p * (1.0 - p) / na + q * (1.0 - q) / nb).sqrt();
    if error <= 0.0 {
        return 1.0;
    }
    normal().cdf(((q - p).abs() - Z * null) / error)
}

/// Same source, equation for equal sizes and a power of 0.8.
fn needed(p: f64, detect: f64) -> u64 {
    let q = other(p, detect);
    let mean = (p + q) / 2.0;
    let z_power = 0.841_621_233_572_914_3;
    let root = Z * (2.0 * mean * (1.0 - mean)).sqrt() + z_power * (p * (1.0 - p) + q * (1.0 - q)).sqrt();
    (root / (q - p)).powi(2).ceil() as u64
}

/// The share that lies `detect` away: above, or below where there is no room above.
fn other(p: f64, detect: f64) -> f64 {
    if p + detect <= 1.0 { p + detect } else { p - detect }
}

/// Sums for a straight line through points.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineSums {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl LineSums {
    pub fn add(&mut self, x: f64, y: f64) {
        self.n += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
        self.yy += y * y;
    }

    /// Slope of the least-squares line, with interval and p-value after Student's t (n − 2). None below three points
    /// or where x does not vary.
    pub fn slope(&self) -> Option<Difference> {
        let sxx = self.xx - self.x * self.x / self.n;
        if self.n < 3.0 || sxx <= 1e-12 * self.xx.max(1.0) {
            return None;
        }
        let sxy = self.xy - self.x * self.y / self.n;
        let syy = self.yy - self.y * self.y / self.n;
        let slope = sxy / sxx;
        let freedom = self.n - 2.0;
        let error = ((syy - slope * sxy).max(0.0) / freedom / sxx).sqrt();
        let half = t_quantile(freedom) * error;
        let p = if error > 0.0 {
            t_two_sided(slope / error, freedom)
        } else if slope == 0.0 {
            1.0
        } else {
            0.0
        };
        Some(Difference { difference: slope, low: slope - half, high: slope + half, p })
    }
}

/// Whether shares differ between groups: Pearson's chi-squared test of independence (Pearson 1900). `(count, of)` each;
/// none below two groups, or where an expected count is below 5 (Cochran 1954).
pub fn independence(groups: &[(u64, u64)]) -> Option<f64> {
    let groups: Vec<_> = groups.iter().filter(|(_, of)| *of > 0).collect();
    let count: u64 = groups.iter().map(|(count, _)| count).sum();
    let of: u64 = groups.iter().map(|(_, of)| of).sum();
    let p = count as f64 / of as f64;
    if groups.len() < 2 || groups.iter().any(|(_, of)| *of as f64 * p.min(1.0 - p) < 5.0) {
        return None;
    }
    let statistic: f64 =
        groups.iter().map(|&&(count, of)| (count as f64 - of as f64 * p).powi(2) / (of as f64 * p * (1.0 - p))).sum();
    Some(1.0 - ChiSquared::new((groups.len() - 1) as f64).ok()?.cdf(statistic))
}

fn normal() -> Normal {
    Normal::standard()
}

fn two_sided(z: f64) -> f64 {
    2.0 * normal().cdf(-z.abs())
}

fn t_two_sided(t: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |d| 2.0 * d.cdf(-t.abs()))
}

/// Two-sided 5 % point of Student's t. Beyond 10 million degrees it is the normal's to seven digits.
fn t_quantile(freedom: f64) -> f64 {
    if freedom > 1e7 {
        return Z;
    }
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |d| d.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64, within: f64) {
        assert!((got - expected).abs() <= within, "{got} instead of {expected}");
    }

    #[test]
    fn intervals_are_those_of_published_examples() {
        // Newcombe (1998), Statistics in Medicine 17: 857–872, table I: 81 of 263 and 15 of 148 by the score method.
        let a = Share::new(81, 263);
        near(a.low.unwrap(), 0.2553, 5e-5);
        near(a.high.unwrap(), 0.3662, 5e-5);
        let b = Share::new(15, 148);
        near(b.low.unwrap(), 0.0624, 5e-5);
        near(b.high.unwrap(), 0.1605, 5e-5);
        // Newcombe (1998), 873–890, table II (a): 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339.
        let d = two_shares(Share::new(48, 80), Share::new(56, 70), 0.05).unwrap();
        near(d.low, 0.0524, 5e-5);
        near(d.high, 0.3339, 5e-5);
        // Student's t, 4 degrees of freedom: 2.7764.
        let mut sums = Sums::default();
        [1.0, 2.0, 3.0, 4.0, 5.0].into_iter().for_each(|v| sums.add(v));
        let mean = sums.mean();
        near(mean.sd.unwrap(), 2.5f64.sqrt(), 1e-12);
        near(mean.high.unwrap() - 3.0, 2.776_445 * (2.5f64 / 5.0).sqrt(), 1e-5);
    }

    #[test]
    fn the_net_score_is_the_textbook_one_and_its_interval_the_adjusted_one() {
        let net = Net::new(50, 30, 20);
        near(net.score.unwrap(), 30.0, 1e-12);
        // By hand: n' = 103, up = 50.75/103, down = 20.75/103, centre 30/103, se = √((71.5/103 − (30/103)²)/103).
        let se = ((71.5 / 103.0 - (30.0f64 / 103.0).powi(2)) / 103.0).sqrt();
        near(net.low.unwrap(), 100.0 * (30.0 / 103.0 - 1.959_964 * se), 1e-4);
        assert_eq!(Net::new(0, 0, 0).score, None);
        near(net.shift(&Net::new(50, 30, 20)).unwrap().p, 1.0, 1e-9);
    }

    #[test]
    fn needed_sizes_are_those_of_tables() {
        // 0.60 against 0.70, two-sided 5 %, power 0.80: 356 in each arm (Fleiss, Levin & Paik 2003, without correction).
        assert_eq!(needed(0.6, 0.1), 356);
        near(power(0.6, 0.1, 356.0, 356.0), 0.80, 0.002);
    }

    #[test]
    fn tests_find_what_is_there_and_not_what_is_not() {
        let mut line = LineSums::default();
        (0..30).for_each(|i| line.add(f64::from(i), 5.0 - 0.1 * f64::from(i) + if i % 2 == 0 { 0.05 } else { -0.05 }));
        let slope = line.slope().unwrap();
        near(slope.difference, -0.1, 0.001);
        assert!(slope.p < 1e-9 && slope.high < 0.0);
        // Two by two with 30/100 and 50/100: chi-squared 8.333, p 0.00389.
        near(independence(&[(30, 100), (50, 100)]).unwrap(), 0.003_892, 1e-5);
        assert_eq!(independence(&[(1, 3), (2, 3)]), None);
    }
}
