//! Two sinusoids and a constant, fitted to a stretch of sound by least squares.
//!
//! Unlike separate bins, a joint fit does not let one tone leak into the other, whatever the twist and
//! however short the stretch; the constant keeps a DC offset out of both.

const PARAMETERS: usize = 5;

/// What the two tones explain of a stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct TwoToneFit {
    /// Peak amplitude of the lower tone.
    pub low: f64,
    /// Peak amplitude of the higher tone.
    pub high: f64,
    /// Energy about the mean, as a sum of squares.
    pub total: f64,
    /// Energy that neither the tones nor the constant explain, as a sum of squares.
    pub residual: f64,
    /// Weights of cos low, sin low, cos high, sin high and 1, from the first sample on.
    weights: [f64; PARAMETERS],
    /// Radians per sample of both tones.
    angles: [f64; 2],
}

/// A unit phasor that turns by a fixed angle at each step.
pub(super) struct Rotor {
    now: (f64, f64),
    turn: (f64, f64),
}

impl Rotor {
    pub fn new(radians_per_sample: f64) -> Self {
        let (sin, cos) = radians_per_sample.sin_cos();
        Self { now: (1.0, 0.0), turn: (cos, sin) }
    }

    /// (cos, sin) of the present angle; then turns.
    pub fn next(&mut self) -> (f64, f64) {
        let (cos, sin) = self.now;
        self.now = (cos * self.turn.0 - sin * self.turn.1, sin * self.turn.0 + cos * self.turn.1);
        (cos, sin)
    }
}

impl TwoToneFit {
    /// Fits tones of `low` and `high` radians per sample. None if the stretch is too short to tell them apart.
    pub fn new(samples: &[f32], low: f64, high: f64) -> Option<Self> {
        let mut gram = [[0.0; PARAMETERS]; PARAMETERS];
        let mut right = [0.0; PARAMETERS];
        let (mut energy, mut sum) = (0.0, 0.0);
        let (mut low_rotor, mut high_rotor) = (Rotor::new(low), Rotor::new(high));
        for &sample in samples {
            let sample = f64::from(sample);
            let (low_cos, low_sin) = low_rotor.next();
            let (high_cos, high_sin) = high_rotor.next();
            let basis = [low_cos, low_sin, high_cos, high_sin, 1.0];
            for row in 0..PARAMETERS {
                for column in 0..=row {
                    gram[row][column] += basis[row] * basis[column];
                }
                right[row] += basis[row] * sample;
            }
            energy += sample * sample;
            sum += sample;
        }
        let weights = solve(gram, right)?;
        let explained: f64 = weights.iter().zip(right).map(|(w, r)| w * r).sum();
        Some(Self {
            low: weights[0].hypot(weights[1]),
            high: weights[2].hypot(weights[3]),
            total: energy - sum * sum / samples.len() as f64,
            residual: (energy - explained).max(0.0),
            weights,
            angles: [low, high],
        })
    }

    /// The share of the energy that the tones explain, 0..=1.
    pub fn explained(&self) -> f64 {
        if self.total > 0.0 { (1.0 - self.residual / self.total).max(0.0) } else { 0.0 }
    }

    /// What the tones and the constant leave of the stretch they were fitted to, into a buffer of its length.
    pub fn rest(&self, samples: &[f32], rest: &mut [f32]) {
        let [mut low, mut high] = self.angles.map(Rotor::new);
        for (&sample, rest) in samples.iter().zip(rest) {
            let (low_cos, low_sin) = low.next();
            let (high_cos, high_sin) = high.next();
            let tones = self.weights[0] * low_cos
                + self.weights[1] * low_sin
                + self.weights[2] * high_cos
                + self.weights[3] * high_sin;
            *rest = (f64::from(sample) - tones - self.weights[4]) as f32;
        }
    }
}

/// Solves a symmetric positive definite system (lower triangle given) by Cholesky; none if it is singular.
fn solve(mut lower: [[f64; PARAMETERS]; PARAMETERS], mut x: [f64; PARAMETERS]) -> Option<[f64; PARAMETERS]> {
    for j in 0..PARAMETERS {
        let scale = lower[j][j];
        for k in 0..j {
            lower[j][j] -= lower[j][k] * lower[j][k];
        }
        // A pivot that all but vanished means two columns that cannot be told apart.
        if lower[j][j] <= 1e-6 * scale {
            return None;
        }
        lower[j][j] = lower[j][j].sqrt();
        for i in j + 1..PARAMETERS {
            for k in 0..j {
                lower[i][j] -= lower[i][k] * lower[j][k];
            }
            lower[i][j] /= lower[j][j];
        }
    }
    for i in 0..PARAMETERS {
        for k in 0..i {
            x[i] -= lower[i][k] * x[k];
        }
        x[i] /= lower[i][i];
    }
    for i in (0..PARAMETERS).rev() {
        for k in i + 1..PARAMETERS {
            x[i] -= lower[k][i] * x[k];
        }
        x[i] /= lower[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn angle(hertz: f64) -> f64 {
        std::f64::consts::TAU * hertz / 8_000.0
    }

    #[test]
    fn amplitudes_are_exact_even_in_four_milliseconds_with_twist_and_offset() {
        for length in [32, 33, 192] {
            let samples: Vec<f32> = (0..length)
                .map(|i| {
                    let t = f64::from(i);
                    (0.3 + 0.1 * (angle(941.0) * t + 1.0).sin() + 0.025 * (angle(1209.0) * t + 2.0).sin()) as f32
                })
                .collect();
            let fit = TwoToneFit::new(&samples, angle(941.0), angle(1209.0)).unwrap();
            assert!((fit.low - 0.1).abs() < 1e-5 && (fit.high - 0.025).abs() < 1e-5, "{fit:?}");
            assert!(fit.explained() > 0.9999, "{fit:?}");
        }
    }

    #[test]
    fn equal_tones_empty_stretches_and_silence_are_no_fit() {
        assert!(TwoToneFit::new(&[0.5; 100], 0.6, 0.6).is_none());
        assert!(TwoToneFit::new(&[], 0.6, 0.9).is_none());
        assert_eq!(TwoToneFit::new(&[0.0; 100], 0.6, 0.9).unwrap().explained(), 0.0);
    }

    #[test]
    fn the_rest_is_what_is_neither_tone() {
        let bump = |i: i32| if i == 100 { 0.01f32 } else { 0.0 };
        let samples: Vec<f32> = (0..192)
            .map(|i| {
                let t = f64::from(i);
                (0.1 + 0.1 * (angle(697.0) * t).sin() + 0.1 * (angle(1336.0) * t + 2.0).sin()) as f32 + bump(i)
            })
            .collect();
        let fit = TwoToneFit::new(&samples, angle(697.0), angle(1336.0)).unwrap();
        let mut rest = vec![0.0; samples.len()];
        fit.rest(&samples, &mut rest);
        let energy: f32 = rest.iter().map(|r| r * r).sum();
        assert!((f64::from(energy) - fit.residual).abs() < 1e-6, "{energy} against {}", fit.residual);
        assert!((0..192).all(|i| (rest[i as usize] - bump(i)).abs() < 1e-3));
    }
}
