//! One door for keys that arrive both as tones in the audio and as signals of the call leg.

use std::collections::VecDeque;

use super::Key;

/// How a key arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Heard by a [`super::Detector`].
    Tone,
    /// Told by the call leg (RFC 4733 events, SIP INFO).
    Signalled,
}

/// The two reports of one press are at most this far apart.
const SAME_PRESS_MS: u64 = 500;
/// Presses that may wait for their second report; nobody keys more than this in half a second.
const WAITING: usize = 16;

/// Lets every press in once, though a gateway may report it twice.
///
/// Memory is bounded; the first report of a press is let in at once.
#[derive(Clone, Debug, Default)]
pub struct Door {
    waiting: VecDeque<(Origin, Key, u64)>,
}

impl Door {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a key that began at `at_ms` is news, rather than the second report of a press already let in.
    pub fn admit(&mut self, origin: Origin, key: Key, at_ms: u64) -> bool {
        self.waiting.retain(|&(_, _, earlier)| at_ms.abs_diff(earlier) <= SAME_PRESS_MS);
        let twin = self.waiting.iter().position(|&(other, same, _)| other != origin && same == key);
        match twin.and_then(|place| self.waiting.remove(place)) {
            Some(_) => false,
            None => {
                if self.waiting.len() == WAITING {
                    self.waiting.pop_front();
                }
                self.waiting.push_back((origin, key, at_ms));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_reported_twice_counts_once_in_any_order() {
        let key = Key::ALL[5];
        let (tone, signal) = (Origin::Tone, Origin::Signalled);
        for order in [[signal, tone, signal, tone], [signal, signal, tone, tone], [tone, signal, signal, tone]] {
            let mut door = Door::new();
            let admitted = order.iter().enumerate().filter(|(i, origin)| door.admit(**origin, key, 100 * *i as u64));
            assert_eq!(admitted.count(), 2, "{order:?}");
        }
    }

    #[test]
    fn equal_keys_by_one_way_and_late_ones_by_both_all_count() {
        let mut door = Door::new();
        assert!((0..100).all(|i| door.admit(Origin::Tone, Key::ALL[0], 80 * i)));
        assert!(door.admit(Origin::Signalled, Key::ALL[0], 80 * 99 + SAME_PRESS_MS + 1));
        assert!(door.admit(Origin::Tone, Key::ALL[1], 80 * 99 + SAME_PRESS_MS + 1));
    }
}
