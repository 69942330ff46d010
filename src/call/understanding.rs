//! What the caller has said on its way to being understood: in which order, and together with what came before it.

use std::collections::VecDeque;

use super::settings::Job;
use crate::listen::Terms;
use crate::segment::Utterance;

/// Utterances by number, until their answers have been taken.
#[derive(Default)]
pub(super) struct Understanding {
    /// Not yet handed out.
    queue: VecDeque<Job>,
    /// Handed out; their answers are on the way.
    running: Vec<u64>,
    /// Of those, the ones that have been begun anew: the first answer does not count.
    stale: Vec<u64>,
    /// All whose answers have not been taken.
    said: Vec<(u64, Utterance)>,
    /// An answer that was not clear: what the caller goes on to say is understood together with it.
    begun: Option<Utterance>,
}

impl Understanding {
    pub(super) fn next(&mut self) -> Option<Job> {
        let job = self.queue.pop_front()?;
        self.running.push(job.id);
        Some(job)
    }

    /// The caller begins to speak: he goes on with what was not clear, if that is still being waited for.
    pub(super) fn speech_started(&mut self, hesitating: bool) {
        self.begun.take_if(|_| !hesitating);
    }

    pub(super) fn add(&mut self, id: u64, utterance: Utterance, terms: Terms) {
        let whole = self.begun.as_ref().map(|begun| begun.followed_by(&utterance)).unwrap_or(utterance);
        self.said.push((id, whole.clone()));
        self.queue.push_back(Job { id, utterance: whole, terms });
    }

    /// The caller went on speaking: the work is in vain.
    pub(super) fn forget(&mut self, id: u64) {
        self.queue.retain(|job| job.id != id);
        self.said.retain(|(said, _)| *said != id);
    }

    /// Whether an answer that has come in still counts.
    pub(super) fn accept(&mut self, id: u64) -> bool {
        if let Some(place) = self.running.iter().position(|running| *running == id) {
            self.running.swap_remove(place);
        }
        let stale = self.stale.iter().position(|stale| *stale == id);
        stale.map(|place| self.stale.swap_remove(place)).is_none()
    }

    /// An answer has been taken. If it was not clear (`hesitating`), whatever has been said since is understood anew,
    /// together with it; returns the numbers of that.
    pub(super) fn taken(&mut self, id: u64, hesitating: bool, terms: Terms) -> Vec<u64> {
        let place = self.said.iter().position(|(said, _)| *said == id);
        let said = place.map(|place| self.said.remove(place).1);
        self.begun = said.filter(|_| hesitating);
        let Some(begun) = &self.begun else { return Vec::new() };
        for (later, utterance) in &mut self.said {
            *utterance = begun.followed_by(utterance);
            self.queue.retain(|job| job.id != *later);
            self.queue.push_back(Job { id: *later, utterance: utterance.clone(), terms });
            if self.running.contains(later) {
                self.stale.push(*later);
            }
        }
        self.said.iter().map(|(later, _)| *later).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Samples;
    use crate::units::{Frames, Language, SampleRate, Scale};

    fn terms() -> Terms {
        Terms { language: Language::Zh, scale: Scale::default(), either_language: false }
    }

    fn utterance(value: f32) -> Utterance {
        let samples = Samples::new(vec![value; 256], SampleRate::SPEECH);
        Utterance { samples, span: Frames(0)..Frames(256), speech_frames: vec![1.0] }
    }

    #[test]
    fn what_follows_an_unclear_answer_is_understood_with_it() {
        let mut understanding = Understanding::default();
        understanding.add(1, utterance(0.1), terms());
        assert_eq!(understanding.next().map(|job| job.id), Some(1));
        assert!(understanding.accept(1));
        assert!(understanding.taken(1, true, terms()).is_empty());
        understanding.speech_started(true);
        understanding.add(2, utterance(0.2), terms());
        let job = understanding.next().unwrap();
        assert_eq!((job.id, job.utterance.samples.data().len()), (2, 512));
        assert!(understanding.accept(2) && understanding.taken(2, false, terms()).is_empty());
        understanding.add(3, utterance(0.3), terms());
        assert_eq!(understanding.next().unwrap().utterance, utterance(0.3), "a clear answer stands alone");
    }

    #[test]
    fn what_was_said_before_the_unclear_answer_came_is_understood_anew() {
        let mut understanding = Understanding::default();
        understanding.add(1, utterance(0.1), terms());
        understanding.next();
        understanding.add(2, utterance(0.2), terms());
        understanding.next();
        assert!(understanding.accept(1));
        assert_eq!(understanding.taken(1, true, terms()), [2]);
        assert_eq!(understanding.next().unwrap().utterance.samples.data().len(), 512);
        assert!(!understanding.accept(2), "the answer to its second half alone");
        assert!(understanding.accept(2));
    }

    #[test]
    fn when_the_wait_is_over_speech_is_a_turn_of_its_own() {
        let mut understanding = Understanding::default();
        understanding.add(1, utterance(0.1), terms());
        understanding.next();
        understanding.accept(1);
        understanding.taken(1, true, terms());
        understanding.speech_started(false);
        understanding.add(2, utterance(0.2), terms());
        assert_eq!(understanding.next().unwrap().utterance, utterance(0.2));
    }
}
