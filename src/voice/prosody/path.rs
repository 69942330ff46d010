//! The most probable pitch path through the candidates of all frames (Viterbi; Boersma 1993, section 4).

/// One possible pitch of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Hertz; 0 means unvoiced.
    pub(super) frequency: f64,
    /// Height of its correlation peak, 0..=1.
    pub(super) strength: f64,
    /// Where the peak lies in the sampled correlation; 0 when unvoiced.
    pub(super) lag: usize,
}

impl Candidate {
    pub(super) const UNVOICED: Self = Self { frequency: 0.0, strength: 0.0, lag: 0 };
}

/// Candidates of one frame. The first is always the unvoiced one.
#[derive(Clone, Debug)]
pub(super) struct CandidateFrame {
    pub(super) candidates: Vec<Candidate>,
    /// Local peak over the recording's peak, 0..=1.
    pub(super) intensity: f64,
}

/// What a path pays. The jump costs are for frames 10 ms apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathCosts {
    pub(super) ceiling: f64,
    pub(super) silence_threshold: f64,
    pub(super) voicing_threshold: f64,
    pub(super) octave: f64,
    pub(super) octave_jump: f64,
    pub(super) voiced_unvoiced: f64,
    pub(super) time_step: f64,
}

impl PathCosts {
    /// Strength of the unvoiced candidate: it rises as the frame falls below the silence threshold (equation 23).
    pub(super) fn unvoiced_strength(&self, intensity: f64) -> f64 {
        let quiet = 2.0 - intensity * (1.0 + self.voicing_threshold) / self.silence_threshold;
        self.voicing_threshold + quiet.max(0.0)
    }

    fn is_voiced(&self, candidate: &Candidate) -> bool {
        candidate.frequency > 0.0 && candidate.frequency < self.ceiling
    }

    /// Equation 24: a voiced candidate is favoured by its strength, and a little for being high.
    fn local_score(&self, candidate: &Candidate, intensity: f64) -> f64 {
        if self.is_voiced(candidate) {
            candidate.strength - self.octave * (self.ceiling / candidate.frequency).log2()
        } else {
            self.unvoiced_strength(intensity)
        }
    }
}

/// The place of the best candidate in each frame. Time O(frames · candidates²), memory O(frames · candidates).
pub(super) fn best_path(frames: &[CandidateFrame], costs: &PathCosts) -> Vec<usize> {
    let correction = 0.01 / costs.time_step;
    let (jump_cost, voicing_cost) = (costs.octave_jump * correction, costs.voiced_unvoiced * correction);
    let mut came_from: Vec<Vec<u8>> = Vec::with_capacity(frames.len());
    let mut scores: Vec<f64> = Vec::new();
    let mut octaves: Vec<Option<f64>> = Vec::new();
    for frame in frames {
        let local = |c: &Candidate| costs.local_score(c, frame.intensity);
        let here: Vec<Option<f64>> =
            frame.candidates.iter().map(|c| costs.is_voiced(c).then(|| c.frequency.log2())).collect();
        if came_from.is_empty() {
            came_from.push(vec![0; here.len()]);
            scores = frame.candidates.iter().map(local).collect();
            octaves = here;
            continue;
        }
        let transition = |from: Option<f64>, to: Option<f64>| match (from, to) {
            (None, None) => 0.0,
            (Some(from), Some(to)) => jump_cost * (from - to).abs(),
            _ => voicing_cost,
        };
        let (mut places, mut totals) = (Vec::with_capacity(here.len()), Vec::with_capacity(here.len()));
        for (candidate, &to) in frame.candidates.iter().zip(&here) {
            let (mut place, mut best) = (0, f64::NEG_INFINITY);
            for (i, (&score, &from)) in scores.iter().zip(&octaves).enumerate() {
                let total = score - transition(from, to);
                if total > best {
                    (place, best) = (i, total);
                }
            }
            places.push(place as u8);
            totals.push(best + local(candidate));
        }
        came_from.push(places);
        (scores, octaves) = (totals, here);
    }
    let last = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(place, _)| place);
    let mut path = vec![0; frames.len()];
    let mut place = last;
    for (step, places) in path.iter_mut().zip(&came_from).rev() {
        *step = place;
        place = usize::from(places[place]);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const COSTS: PathCosts = PathCosts {
        ceiling: 600.0,
        silence_threshold: 0.03,
        voicing_threshold: 0.45,
        octave: 0.01,
        octave_jump: 0.35,
        voiced_unvoiced: 0.14,
        time_step: 0.01,
    };

    fn frame(candidates: &[(f64, f64)]) -> CandidateFrame {
        let voiced = candidates.iter().map(|&(frequency, strength)| Candidate { frequency, strength, lag: 1 });
        CandidateFrame { candidates: std::iter::once(Candidate::UNVOICED).chain(voiced).collect(), intensity: 0.5 }
    }

    #[test]
    fn one_frame_of_octave_error_is_smoothed_over() {
        let mut frames = vec![frame(&[(200.0, 0.9), (100.0, 0.8)]); 9];
        frames[4] = frame(&[(200.0, 0.85), (100.0, 0.9)]);
        assert_eq!(best_path(&frames, &COSTS), vec![1; 9]);
    }

    #[test]
    fn weak_peaks_and_silence_are_unvoiced() {
        assert_eq!(best_path(&vec![frame(&[(200.0, 0.3)]); 5], &COSTS), vec![0; 5]);
        let mut quiet = vec![frame(&[(200.0, 0.9)]); 5];
        quiet.iter_mut().for_each(|f| f.intensity = 0.001);
        assert_eq!(best_path(&quiet, &COSTS), vec![0; 5]);
        assert!(best_path(&[], &COSTS).is_empty());
    }
}
