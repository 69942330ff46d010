//! The voices that sound: who leads, who fades, how they add up, and where their tracks go when they are over.

use std::sync::Arc;

use rtrb::Producer;

use super::duck::{Ducker, Glide};
use super::fade::{BLOCK, Fade};
use super::plan::Action;
use super::track::Track;
use super::voice::{Role, Voice};
use crate::units::{Frames, SampleRate};

/// Fade from the running music to its marked ending.
const ENDING_FADE_SECONDS: f64 = 0.5;

/// All voices of a mixer. Its methods neither lock nor allocate.
pub(super) struct Voices {
    rate: SampleRate,
    list: Vec<Voice>,
    /// Most voices: the list never grows beyond it, so it never allocates.
    capacity: usize,
    next_id: u32,
    fade: Option<Fade>,
    /// The music that fades in or stands alone.
    leading: Option<u32>,
    ducker: Ducker,
    finished: Producer<Arc<Track>>,
}

impl Voices {
    /// At most `capacity` voices; finished tracks go to `finished`.
    pub(super) fn new(rate: SampleRate, capacity: usize, finished: Producer<Arc<Track>>) -> Self {
        Self {
            rate,
            list: Vec::with_capacity(capacity),
            capacity,
            next_id: 0,
            fade: None,
            leading: None,
            ducker: Ducker::new(rate),
            finished,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the action starts a voice for which there is no room yet.
    pub(super) fn has_no_room_for(&self, action: &Action) -> bool {
        let starts = match action {
            Action::Music { track, .. } => self.voice_of(track).is_none(),
            Action::Prompt { .. } => true,
            Action::HushPrompts { .. } | Action::Finish { .. } | Action::FadeOut { .. } => false,
        };
        starts && self.list.len() == self.capacity
    }

    /// Frames until the running fade is over.
    pub(super) fn fade_remaining(&self) -> Option<u64> {
        self.fade.as_ref().map(Fade::remaining)
    }

    /// The music and prompts that sound now: track, next frame of it, gain without the track's own. Not for the
    /// callback's hot path, though it neither locks nor allocates.
    pub(super) fn sounding(&self) -> impl Iterator<Item = (&Arc<Track>, usize, f32)> {
        let ducked = self.ducker.gain();
        self.list.iter().map(move |voice| {
            let gain = match &voice.role {
                Role::Music { weight } => self.faded(voice.id, *weight) * ducked,
                Role::Prompt { gain } => gain.now(),
            };
            (&voice.track, voice.position(), gain)
        })
    }

    /// Does what the action says, now. The caller has asked [`has_no_room_for`](Self::has_no_room_for).
    pub(super) fn carry_out(&mut self, action: Action) {
        match action {
            Action::Music { track, fade } => match self.voice_of(&track) {
                Some(id) => {
                    self.fade_to(Some(id), fade);
                    self.hand_back(track);
                }
                None => self.enter(track, 0, fade),
            },
            Action::Prompt { track } => {
                self.start(track, Role::Prompt { gain: Glide::at(1.0) }, 0);
            }
            Action::HushPrompts { fade } => {
                let length = self.at_least_shortest(fade);
                for voice in &mut self.list {
                    if let Role::Prompt { gain } = &mut voice.role {
                        gain.start(0.0, length);
                    }
                }
            }
            Action::Finish { within } => self.finish(within),
            Action::FadeOut { fade } => self.fade_to(None, fade),
        }
    }

    /// Adds one span, at most [`BLOCK`] frames and no longer than the running fade; returns how many of its frames
    /// came before the end of all voices.
    pub(super) fn mix(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let (span, mut sounded) = (left.len(), 0);
        let (mut entering, mut leaving) = ([0.0; BLOCK], [0.0; BLOCK]);
        if let Some(fade) = &self.fade {
            fade.fill(&mut entering[..span], &mut leaving[..span]);
        }
        let fading = self.fade.is_some();
        for voice in &mut self.list {
            let Role::Music { weight } = voice.role else { continue };
            let added = if !fading {
                voice.add_to(left, right, None, weight)
            } else if Some(voice.id) == self.leading {
                voice.add_to(left, right, Some(&entering[..span]), 1.0)
            } else {
                voice.add_to(left, right, Some(&leaving[..span]), weight)
            };
            sounded = sounded.max(added);
        }
        self.ducker.follow(self.list.iter().any(|voice| match &voice.role {
            Role::Prompt { gain } => gain.target() > 0.0,
            Role::Music { .. } => false,
        }));
        self.ducker.apply(left, right);
        sounded = sounded.max(self.add_prompts(left, right));
        if let Some(fade) = &mut self.fade {
            fade.advance(span as u64);
            if fade.remaining() == 0 {
                self.end_fade();
            }
        }
        self.retire(|voice| match &voice.role {
            Role::Prompt { gain } => voice.is_over() || (gain.is_still() && gain.now() == 0.0),
            Role::Music { .. } => voice.is_over(),
        });
        sounded
    }

    fn add_prompts(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        let (span, mut sounded) = (left.len(), 0);
        for voice in &mut self.list {
            let gains = match &mut voice.role {
                Role::Prompt { gain } if gain.is_still() => None,
                Role::Prompt { gain } => {
                    let (mut gains, mut same) = ([1.0; BLOCK], [1.0; BLOCK]);
                    gain.apply(&mut gains[..span], &mut same[..span]);
                    Some(gains)
                }
                Role::Music { .. } => continue,
            };
            let added = voice.add_to(left, right, gains.as_ref().map(|gains| &gains[..span]), 1.0);
            sounded = sounded.max(added);
        }
        sounded
    }

    /// Ends the leading music within some frames, the most musical way that fits.
    fn finish(&mut self, within: Frames) {
        let Some(index) = self.list.iter().position(|voice| Some(voice.id) == self.leading) else { return };
        let voice = &mut self.list[index];
        if voice.remaining() as u64 <= within.0 {
            voice.stop_looping();
            return;
        }
        let crossing = self.rate.frames(ENDING_FADE_SECONDS);
        let ending = voice.track.ending().filter(|&ending| (voice.track.length() - ending) as u64 <= within.0);
        match ending {
            Some(ending) if self.list.len() < self.capacity => {
                // A second reference, no copy of the sound.
                let track = Arc::clone(&self.list[index].track);
                let fade = crossing.min(Frames((track.length() - ending) as u64));
                self.enter(track, ending, fade);
            }
            _ => self.fade_to(None, within),
        }
    }

    /// Music from `position` of the track, faded to.
    fn enter(&mut self, track: Arc<Track>, position: usize, fade: Frames) {
        let alone = !self.list.iter().any(Voice::is_music);
        let id = self.start(track, Role::Music { weight: 0.0 }, position);
        if alone && fade.0 == 0 {
            self.leading = Some(id);
            self.fade = None;
            self.set_weights(|_| 1.0);
        } else {
            self.fade_to(Some(id), fade);
        }
    }

    fn start(&mut self, track: Arc<Track>, role: Role, position: usize) -> u32 {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        // Within the capacity: the mixer asked for room first.
        self.list.push(Voice::new(id, track, role, position));
        id
    }

    /// Freezes every gain where it is and begins the fade from there.
    fn fade_to(&mut self, leading: Option<u32>, length: Frames) {
        let fade = self.fade.take();
        let (previous, (entering, leaving)) = (self.leading, fade.as_ref().map_or((1.0, 1.0), Fade::now));
        if fade.is_some() {
            self.set_weights(|voice| match voice.role {
                Role::Music { .. } if Some(voice.id) == previous => entering,
                Role::Music { weight } => weight * leaving,
                Role::Prompt { .. } => 1.0,
            });
        }
        let present = self.list.iter().find(|voice| Some(voice.id) == leading).map_or(0.0, |voice| match voice.role {
            Role::Music { weight } => weight,
            Role::Prompt { .. } => 0.0,
        });
        self.leading = leading;
        self.fade = Some(Fade::new(self.at_least_shortest(length), present));
    }

    fn end_fade(&mut self) {
        self.fade = None;
        let leading = self.leading;
        self.set_weights(|voice| if Some(voice.id) == leading { 1.0 } else { 0.0 });
        self.retire(|voice| matches!(voice.role, Role::Music { .. }) && Some(voice.id) != leading);
    }

    fn set_weights(&mut self, weight_of: impl Fn(&Voice) -> f32) {
        for voice in &mut self.list {
            let new = weight_of(voice);
            if let Role::Music { weight } = &mut voice.role {
                *weight = new;
            }
        }
    }

    fn faded(&self, id: u32, weight: f32) -> f32 {
        match &self.fade {
            None => weight,
            Some(fade) if Some(id) == self.leading => fade.now().0,
            Some(fade) => fade.now().1 * weight,
        }
    }

    fn voice_of(&self, track: &Arc<Track>) -> Option<u32> {
        let same = |voice: &&Voice| voice.is_music() && Arc::ptr_eq(&voice.track, track);
        self.list.iter().find(same).map(|voice| voice.id)
    }

    fn at_least_shortest(&self, length: Frames) -> u64 {
        length.0.max(self.rate.frames(Action::SHORTEST_FADE_SECONDS).0)
    }

    fn retire(&mut self, is_done: impl Fn(&Voice) -> bool) {
        let mut index = 0;
        while index < self.list.len() {
            if is_done(&self.list[index]) {
                let voice = self.list.remove(index);
                self.hand_back(voice.track);
            } else {
                index += 1;
            }
        }
    }

    /// Drops an action that is not to happen.
    pub(super) fn let_go(&mut self, action: Action) {
        if let Action::Music { track, .. } | Action::Prompt { track } = action {
            self.hand_back(track);
        }
    }

    /// Frees nothing here: the last reference may be this one.
    fn hand_back(&mut self, track: Arc<Track>) {
        if let Err(rtrb::PushError::Full(track)) = self.finished.push(track) {
            // The ring holds all that can be inside, so this is not reached; leaking is the lesser evil in a callback.
            std::mem::forget(track);
        }
    }
}
