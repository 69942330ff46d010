//! How a caller usually sounds: a running mean of the call, shrunk toward the population.

/// Fewer utterances than this say more about their words than about the caller.
const FEWEST: usize = 3;
/// Utterances at which half of the caller's offset is believed.
const HALF_BELIEF: f32 = 9.0;

/// Running mean of a caller's standardised voice vectors during one call; the population's mean is 0.
///
/// Nothing of it outlives the call unless the caller of this library keeps it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallerBaseline {
    mean: Vec<f32>,
    weight: f32,
    utterances: usize,
}

impl CallerBaseline {
    pub fn new() -> Self {
        Self::default()
    }

    /// Utterances heard so far.
    pub fn utterances(&self) -> usize {
        self.utterances
    }

    /// Share of the caller's offset that is taken away: 0 until three utterances were heard, then n/(n + 9), where n is the
    /// sum of their trusts.
    ///
    /// It never nears 1, since a caller who is angry throughout would be made to sound neutral.
    fn belief(&self) -> f32 {
        if self.utterances < FEWEST { 0.0 } else { self.weight / (self.weight + HALF_BELIEF) }
    }

    pub(super) fn adjust(&self, standard: &mut [f32]) {
        let belief = self.belief();
        standard.iter_mut().zip(&self.mean).for_each(|(x, mean)| *x -= belief * mean);
    }

    pub(super) fn add(&mut self, standard: &[f32], trust: f32) {
        if trust <= 0.0 {
            return;
        }
        self.mean.resize(standard.len(), 0.0);
        self.weight += trust;
        self.utterances += 1;
        let share = trust / self.weight;
        self.mean.iter_mut().zip(standard).for_each(|(mean, x)| *mean += share * (x - *mean));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_changes_before_the_third_utterance_and_never_all_of_it() {
        let mut baseline = CallerBaseline::new();
        for heard in 0..40 {
            let mut vector = [2.0, -1.0];
            baseline.adjust(&mut vector);
            if heard < FEWEST {
                assert_eq!(vector, [2.0, -1.0]);
            } else {
                assert!(vector[0] > 0.3 && vector[0] < 2.0, "after {heard}: {vector:?}");
                assert!((vector[0] + 2.0 * vector[1]).abs() < 1e-5);
            }
            baseline.add(&[2.0, -1.0], 1.0);
        }
    }

    #[test]
    fn an_untrusted_utterance_leaves_no_trace() {
        let mut baseline = CallerBaseline::new();
        baseline.add(&[5.0], 0.0);
        assert_eq!(baseline, CallerBaseline::new());
    }
}
