//! The sound callback: no allocation, no freeing, the same sound for any buffer size, sane under any order of cues.

mod sounds;

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use codetta::audio::Stereo;
use codetta::play::{
    Action, Channels, Cue, LoopMarks, Loudness, Mixer, MixerSettings, Remote, Sink, Track, TrackSettings,
};
use codetta::{Decibels, ErrorKind, Frames, SampleRate};
use proptest::prelude::*;
use sounds::{noise, steepest, tone};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const RATE: SampleRate = SampleRate::TELEPHONE;

fn prepared(sound: &Stereo, gain: f32, looped: bool) -> Arc<Track> {
    let settings = TrackSettings {
        loudness: Loudness::Gain(Decibels(gain)),
        looped: looped.then_some(LoopMarks { start_s: 0.3, end_s: 0.9, crossfade_s: 0.1 }),
        ending_s: Some(0.95),
        keep_edges: true,
    };
    let sink = Sink { rate: RATE, channels: Channels::Stereo };
    Arc::new(Track::prepare("track", sound, sink, &settings).unwrap())
}

/// A cue of any kind for a handful of tracks.
fn cue_of(tracks: &[Arc<Track>], kind: u8, which: usize, at: u64, length: u64) -> Cue {
    let track = Arc::clone(&tracks[which % tracks.len()]);
    let frames = Frames(length);
    let action = match kind % 6 {
        0 | 1 => Action::Music { track, fade: frames },
        2 => Action::Prompt { track },
        3 => Action::HushPrompts { fade: frames },
        4 => Action::Finish { within: frames },
        _ => Action::FadeOut { fade: frames },
    };
    Cue::new(Frames(at), action)
}

/// Renders to the end in pieces of the given sizes, over and over.
fn drain(mixer: &mut Mixer, sizes: &[usize], frames: usize) -> Stereo {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let (mut done, mut turn) = (0, 0);
    while done < frames {
        let end = (done + sizes[turn % sizes.len()]).min(frames);
        mixer.render(&mut left[done..end], &mut right[done..end]);
        (done, turn) = (end, turn + 1);
    }
    Stereo::new(left, right, RATE)
}

/// The check itself works: an allocation within it is counted.
#[test]
fn an_allocation_would_be_noticed() {
    let before = violation_count();
    let kept = assert_no_alloc(|| vec![1u8; 100]);
    assert!(kept.len() == 100 && violation_count() > before);
}

#[test]
fn rendering_neither_allocates_nor_frees() {
    let before = violation_count();
    let (mut remote, mut mixer) = Mixer::new(RATE, MixerSettings { voices: 4, ..MixerSettings::default() });
    let mut buffer = [0.0f32; 3 * 160];
    for round in 0..400u64 {
        // Fresh tracks whose only other owner is the mixer: it must not be the one to free them.
        let hot = if round % 3 == 0 { 20.0 } else { 0.0 };
        let tracks = [prepared(&noise(round, 0.1, 1.0, RATE), hot, round % 2 == 0)];
        let clock = remote.status().clock.0;
        remote.send(cue_of(&tracks, (round * 7 % 11) as u8, 0, clock + round % 50, round * 13 % 900)).unwrap();
        drop(tracks);
        assert_no_alloc(|| match round % 3 {
            0 => mixer.render_interleaved(&mut buffer, 3),
            1 => mixer.render_mono(&mut buffer[..160]),
            _ => {
                let (left, right) = buffer.split_at_mut(240);
                mixer.render(left, right);
            }
        });
    }
    assert_eq!(violation_count(), before);
    assert!(remote.collect() < 400, "tracks came back along the way");
}

#[test]
fn every_track_comes_back_to_be_freed() {
    let (mut remote, mut mixer) = Mixer::new(RATE, MixerSettings::default());
    let tracks: Vec<_> = (0..20).map(|seed| prepared(&noise(seed, 0.1, 1.0, RATE), 0.0, false)).collect();
    for track in &tracks {
        remote.send(Cue::now(Action::Music { track: Arc::clone(track), fade: Frames(100) })).unwrap();
        drain(&mut mixer, &[64], 640);
    }
    drain(&mut mixer, &[64], 8000);
    remote.collect();
    assert!(mixer.is_idle());
    assert!(tracks.iter().all(|track| Arc::strong_count(track) == 1));
}

#[test]
fn a_queue_that_nobody_empties_reports_it() {
    let (mut remote, mixer) = Mixer::new(RATE, MixerSettings { cues: 3, ..MixerSettings::default() });
    let mut fade_out = || remote.send(Cue::now(Action::FadeOut { fade: Frames(1) }));
    assert!((0..3).all(|_| fade_out().is_ok()));
    assert_eq!(fade_out().unwrap_err().kind(), ErrorKind::Limit);
    drop(mixer);
}

#[test]
fn interleaved_and_mono_agree_with_planes() {
    let track = prepared(&noise(5, 0.1, 1.0, RATE), 0.0, false);
    let play = || {
        let (mut remote, mixer) = Mixer::new(RATE, MixerSettings::default());
        remote.send(Cue::now(Action::Music { track: Arc::clone(&track), fade: Frames(0) })).unwrap();
        (remote, mixer)
    };
    let ((_a, mut planes), (_b, mut frames), (_c, mut one)) = (play(), play(), play());
    let sound = drain(&mut planes, &[1000], 1000);
    let (mut interleaved, mut mono) = (vec![9.0; 4000], vec![0.0; 1000]);
    frames.render_interleaved(&mut interleaved, 4);
    one.render_interleaved(&mut mono, 1);
    for (i, frame) in interleaved.chunks_exact(4).enumerate() {
        assert_eq!(frame, [sound.left()[i], sound.right()[i], 0.0, 0.0]);
        assert_eq!(mono[i], 0.5 * (sound.left()[i] + sound.right()[i]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any cues in any order, any buffer sizes: the same finite, peak-limited sound, and an end to it.
    #[test]
    fn any_cues_in_any_order_sound_the_same_for_any_buffer_size(
        cues in prop::collection::vec((0u8..6, 0usize..5, 0u64..20_000, 0u64..6000), 1..30),
        sizes in prop::collection::vec(1usize..700, 1..5),
        voices in 2usize..6,
    ) {
        let tracks: Vec<_> = (0..5).map(|seed| prepared(&noise(seed, 0.1, 1.0, RATE), 6.0, seed == 0)).collect();
        let settings = MixerSettings { voices, ..MixerSettings::default() };
        let perform = |sizes: &[usize]| {
            let (mut remote, mut mixer): (Remote, Mixer) = Mixer::new(RATE, settings);
            for &(kind, which, at, length) in &cues {
                remote.send(cue_of(&tracks, kind, which, at, length)).unwrap();
            }
            remote.send(Cue::new(Frames(20_000), Action::FadeOut { fade: Frames(100) })).unwrap();
            let sound = drain(&mut mixer, sizes, 60_000);
            (sound, mixer.is_idle())
        };
        let (sound, idle) = perform(&[64]);
        prop_assert!(idle, "everything ends after the last fade");
        let (again, _) = perform(&sizes);
        prop_assert!(sound == again);
        let peak = sound.left().iter().chain(sound.right()).fold(0.0f32, |peak, s| peak.max(s.abs()));
        prop_assert!(peak <= 0.8913, "{peak}");
    }

    /// Slow tones, any number of fades at any moment: no step that neither tones nor fades explain.
    #[test]
    fn fades_at_any_moment_do_not_click(
        fades in prop::collection::vec((0usize..4, 400u64..12_000, 0u64..3000), 1..12),
    ) {
        let tracks: Vec<_> = [60.0, 70.0, 85.0, 95.0]
            .map(|hertz| prepared(&tone(hertz, 0.2, 3.0, RATE), 0.0, false)).into_iter().collect();
        let own = 2.0 * tracks.iter().map(|track| steepest(track.sound())).fold(0.0, f32::max);
        let (mut remote, mut mixer) = Mixer::new(RATE, MixerSettings { limiter: false, ..MixerSettings::default() });
        let first = Action::Music { track: Arc::clone(&tracks[0]), fade: Frames(0) };
        remote.send(Cue::now(first)).unwrap();
        for (which, at, fade) in fades {
            let action = Action::Music { track: Arc::clone(&tracks[which]), fade: Frames(fade) };
            remote.send(Cue::new(Frames(at), action)).unwrap();
        }
        let sound = drain(&mut mixer, &[480], 16_000);
        let after_onset = Stereo::new(sound.left()[1..].to_vec(), sound.right()[1..].to_vec(), RATE);
        // The shortest fade is 40 frames here: π/2 · 0.2 · √2 over it.
        prop_assert!(steepest(&after_onset) < own + 0.012, "{} against {own}", steepest(&after_onset));
    }
}
