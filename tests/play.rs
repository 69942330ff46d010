//! What a listener would notice of fades, ducking, loops, endings, limiting and rates.

mod sounds;

use std::sync::Arc;

use codetta::audio::{Stereo, integrated_loudness, true_peak};
use codetta::play::{
    Action, Channels, CrossfadeSettings, Cue, EndingParts, LoopMarks, Loudness, MixerSettings, PlayPlan, Sink, Track,
    TrackSettings, crossfade, render, render_with_timeline,
};
use codetta::{Decibels, ErrorKind, Frames, Lufs, SampleRate};
use sounds::{constant, level_db, noise, part, steepest, tone, true_peak_of};

const RATE: SampleRate = SampleRate::STUDIO;

fn as_is(sound: &Stereo) -> Arc<Track> {
    let settings =
        TrackSettings { loudness: Loudness::Gain(Decibels::UNITY), keep_edges: true, ..TrackSettings::default() };
    let sink = Sink { rate: sound.rate(), channels: Channels::Stereo };
    Arc::new(Track::prepare("track", sound, sink, &settings).unwrap())
}

fn at(seconds: f64, action: Action) -> Cue {
    Cue::new(RATE.frames(seconds), action)
}

fn music(track: &Arc<Track>, fade_s: f64) -> Action {
    Action::Music { track: Arc::clone(track), fade: RATE.frames(fade_s) }
}

fn perform(cues: Vec<Cue>, length_s: Option<f64>, limiter: bool) -> Stereo {
    let plan = PlayPlan { sink: Sink::STUDIO, cues, length: length_s.map(|s| RATE.frames(s)) };
    render(&plan, MixerSettings { limiter, ..MixerSettings::default() }).unwrap()
}

fn raw(at_s: f64, fade_s: f64) -> CrossfadeSettings {
    CrossfadeSettings { at_s: Some(at_s), fade_s, matched: false, sink: None, timeline: false }
}

fn matched(at_s: f64, fade_s: f64) -> CrossfadeSettings {
    CrossfadeSettings { matched: true, ..raw(at_s, fade_s) }
}

#[test]
fn unrelated_music_keeps_its_level_through_the_whole_fade() {
    let (from, to) = (noise(1, 0.1, 7.0, RATE), noise(2, 0.1, 7.0, RATE));
    let mixed = crossfade(&from, &to, &raw(2.0, 4.0)).unwrap().sound;
    let before = level_db(&mixed, 0.0..2.0);
    for step in 0..16 {
        let start = 2.0 + 0.25 * f64::from(step);
        let difference = level_db(&mixed, start..start + 0.25) - before;
        assert!(difference.abs() < 0.25, "{start} s: {difference} dB off");
    }
}

#[test]
fn the_fade_is_sample_accurate_and_touches_nothing_else() {
    let (from, to) = (noise(3, 0.1, 2.0, RATE), noise(4, 0.1, 2.0, RATE));
    for (at_frame, length) in [(1u64, 5000u64), (12_345, 4801), (63, 64 * 100), (64, 9000)] {
        let settings = raw(at_frame as f64 / 48_000.0, length as f64 / 48_000.0);
        let mixed = crossfade(&from, &to, &settings).unwrap().sound;
        let (at, length) = (at_frame as usize, length as usize);
        assert_eq!(mixed.left()[..at], from.left()[..at]);
        assert_eq!(mixed.right()[at + length..], to.right()[length..]);
        for i in (0..length).step_by(37) {
            let phase = std::f64::consts::FRAC_PI_2 * i as f64 / length as f64;
            let expected = phase.cos() * f64::from(from.left()[at + i]) + phase.sin() * f64::from(to.left()[i]);
            assert!((f64::from(mixed.left()[at + i]) - expected).abs() < 1e-6, "frame {i}");
        }
    }
}

#[test]
fn loudness_is_matched_across_the_fade_at_every_sink_rate() {
    let (from, to) = (noise(5, 0.2, 6.0, RATE), noise(6, 0.01, 6.0, RATE));
    for hertz in [8_000, 16_000, 44_100, 48_000] {
        for channels in [Channels::Mono, Channels::Stereo] {
            let sink = Some(Sink { rate: SampleRate::new(hertz).unwrap(), channels });
            let mixed = crossfade(&from, &to, &CrossfadeSettings { sink, ..matched(4.0, 1.0) }).unwrap();
            let difference = mixed.after_lufs.unwrap() - mixed.before_lufs.unwrap();
            assert!(difference.abs() < 0.5, "{hertz} Hz {channels:?}: {difference} LU");
        }
    }
}

#[test]
fn hot_material_stays_below_the_ceiling_at_every_rate() {
    for hertz in [8_000, 16_000, 44_100, 48_000] {
        let rate = SampleRate::new(hertz).unwrap();
        // Clipped noise and a tone whose crests lie between the samples, far beyond full scale.
        let hot = noise(7, 2.0, 3.0, rate);
        let clipped = Stereo::new(hot.left().iter().map(|s| s.clamp(-1.0, 1.0)).collect(), hot.right().to_vec(), rate);
        let between = tone(f64::from(hertz) / 4.0, 1.9, 3.0, rate);
        let mixed = crossfade(&clipped, &between, &matched(1.0, 1.0)).unwrap();
        assert!(mixed.true_peak_dbtp.unwrap() <= -1.0, "{hertz} Hz: {:?} dBTP", mixed.true_peak_dbtp);
        // And with no loudness matching in the way: the limiter alone.
        let (hot, between) = (as_is(&clipped), as_is(&between));
        let plan = PlayPlan {
            sink: Sink { rate, channels: Channels::Stereo },
            cues: vec![
                Cue::new(Frames(0), Action::Music { track: hot, fade: Frames(0) }),
                Cue::new(rate.frames(1.0), Action::Music { track: between, fade: rate.frames(1.0) }),
            ],
            length: None,
        };
        let sound = render(&plan, MixerSettings::default()).unwrap();
        assert!(true_peak(&sound).unwrap().0 <= -1.0, "{hertz} Hz: {:?}", true_peak(&sound));
        let strict = true_peak_of(&sound);
        // White noise up to the highest frequency is the hardest case for any meter of few taps; full scale holds.
        assert!(strict <= -0.2, "{hertz} Hz: {strict} dBTP by 16-fold interpolation");
        // Limiting is not muting.
        assert!(level_db(&sound, 0.1..2.9) > -12.0);
    }
}

/// A limiter that follows the waveform of a bass note, or that wobbles on a steady tone, is heard as distortion.
#[test]
fn limiting_a_steady_tone_adds_no_distortion() {
    for hertz in [50.0, 100.0, 440.0, 997.0, 5000.0] {
        let sound = perform(vec![at(0.0, music(&as_is(&tone(hertz, 1.8, 3.0, RATE)), 0.0))], None, true);
        let (residual, fundamental) = sounds::residual_of_tone(&sound, hertz, 1.0..2.5);
        assert!(residual - fundamental < -70.0, "{hertz} Hz: {residual} dB beside {fundamental} dB");
        assert!((fundamental - (-1.2 - 3.01)).abs() < 0.2, "{hertz} Hz: {fundamental} dB");
    }
}

#[test]
fn what_cannot_reach_the_ceiling_passes_the_limiter_unchanged() {
    let sound = noise(8, 0.05, 2.0, RATE);
    let track = as_is(&sound);
    let out = perform(vec![at(0.0, music(&track, 0.0))], None, true);
    assert_eq!(out, sound);
}

#[test]
fn no_fade_steps_further_than_the_programme_itself() {
    // Slow tones: any click would stand out.
    let tracks: Vec<_> = [(110.0, 0.3), (131.0, 0.3), (97.0, 0.3)]
        .into_iter()
        .map(|(hertz, amplitude)| as_is(&tone(hertz, amplitude, 6.0, RATE)))
        .collect();
    let own: f32 = tracks.iter().map(|track| steepest(track.sound())).sum();
    let plans = [
        // A fade of no length between two sounding tracks; one cut short; two requested 5 ms apart; there and back.
        vec![at(0.0, music(&tracks[0], 0.0)), at(1.0, music(&tracks[1], 0.0))],
        vec![at(0.0, music(&tracks[0], 0.0)), at(1.0, music(&tracks[1], 2.0)), at(1.7, music(&tracks[2], 1.0))],
        vec![at(0.0, music(&tracks[0], 0.0)), at(1.0, music(&tracks[1], 1.0)), at(1.005, music(&tracks[2], 1.0))],
        vec![at(0.0, music(&tracks[0], 0.0)), at(1.0, music(&tracks[1], 1.0)), at(1.5, music(&tracks[0], 0.2))],
        vec![
            at(0.0, music(&tracks[0], 0.0)),
            at(1.0, music(&tracks[1], 1.0)),
            at(1.5, Action::FadeOut { fade: RATE.frames(0.3) }),
        ],
        vec![at(0.0, music(&tracks[0], 0.0)), at(2.0, Action::Finish { within: RATE.frames(1.0) })],
    ];
    for (index, cues) in plans.into_iter().enumerate() {
        let out = perform(cues, Some(5.0), false);
        // The fade itself adds at most its own slope: π/2 over the 5 ms of the shortest one.
        let by_fade = 0.6 * std::f32::consts::FRAC_PI_2 / (0.005 * 48_000.0);
        assert!(steepest(&out) < own + by_fade, "plan {index}: {} against {own}", steepest(&out));
    }
}

#[test]
fn an_interrupted_fade_has_no_hole() {
    let tracks: Vec<_> = (20..23).map(|seed| as_is(&noise(seed, 0.1, 8.0, RATE))).collect();
    for second in [1.005, 1.3, 2.0, 2.9] {
        let cues =
            vec![at(0.0, music(&tracks[0], 0.0)), at(1.0, music(&tracks[1], 2.0)), at(second, music(&tracks[2], 2.0))];
        let out = perform(cues, None, false);
        let before = level_db(&out, 0.0..1.0);
        for step in 0..20 {
            let start = 1.0 + 0.2 * f64::from(step);
            let difference = level_db(&out, start..start + 0.2) - before;
            assert!(difference.abs() < 0.3, "interrupted at {second} s, {start} s: {difference} dB");
        }
    }
}

#[test]
fn many_changes_of_mind_are_survived() {
    let tracks: Vec<_> = (0..200).map(|seed| as_is(&noise(seed, 0.05, 1.0, RATE))).collect();
    let mut cues = vec![at(0.0, music(&as_is(&noise(999, 0.05, 9.0, RATE)), 0.0))];
    for (i, track) in tracks.iter().enumerate() {
        cues.push(at(1.0 + 0.001 * i as f64, music(track, 0.1)));
    }
    let out = perform(cues, None, true);
    // The last one wanted plays to its end, whatever there was no room for.
    let last = as_is(&noise(199, 0.05, 1.0, RATE));
    let (end, tail) = (out.left().len(), 10_000);
    assert_eq!(out.left()[end - tail..], last.sound().left()[48_000 - tail..]);
}

#[test]
fn the_bed_steps_back_under_a_prompt_and_returns() {
    let bed = as_is(&noise(30, 0.1, 8.0, RATE));
    let silent_prompt = as_is(&constant(0.0, 2.0, RATE));
    let out = perform(vec![at(0.0, music(&bed, 0.0)), at(2.0, Action::Prompt { track: silent_prompt })], None, true);
    let before = level_db(&out, 0.0..2.0);
    assert!((level_db(&out, 2.3..4.0) - before + 12.0).abs() < 0.2);
    assert!((level_db(&out, 4.8..8.0) - before).abs() < 0.2);
    assert_eq!(out.left()[5 * 48_000..], bed.sound().left()[5 * 48_000..]);
}

#[test]
fn a_hushed_prompt_falls_silent_and_the_bed_returns() {
    let bed = as_is(&constant(0.0, 6.0, RATE));
    let prompt = as_is(&tone(200.0, 0.3, 4.0, RATE));
    let own = steepest(prompt.sound());
    let hush = Action::HushPrompts { fade: RATE.frames(0.06) };
    let out =
        perform(vec![at(0.0, music(&bed, 0.0)), at(0.5, Action::Prompt { track: prompt }), at(1.5, hush)], None, true);
    assert!(level_db(&out, 0.6..1.5) > -14.0);
    assert!(out.left()[RATE.frames(1.565).0 as usize..].iter().all(|&s| s == 0.0));
    assert!(steepest(&part(&out, 0.6..4.0)) < 1.05 * own);
}

#[test]
fn a_loop_repeats_without_a_dip_until_it_is_finished_and_then_ends_as_composed() {
    let sound = noise(40, 0.1, 5.0, RATE);
    let settings = TrackSettings {
        loudness: Loudness::Gain(Decibels::UNITY),
        looped: Some(LoopMarks { start_s: 1.0, end_s: 3.0, crossfade_s: 0.25 }),
        keep_edges: true,
        ..TrackSettings::default()
    };
    let track = Arc::new(Track::prepare("loop", &sound, Sink::STUDIO, &settings).unwrap());
    let out =
        perform(vec![at(0.0, music(&track, 0.0)), at(12.3, Action::Finish { within: RATE.frames(10.0) })], None, false);
    // Enters at 0, loops of 2 s end at 3, 5, …, 13 s; asked at 12.3 s (outside a seam), the pass at 13 s runs on.
    assert_eq!(out.frames(), RATE.frames(15.0));
    let before = level_db(&out, 0.0..1.0);
    for step in 0..60 {
        let start = 0.25 * f64::from(step);
        let difference = level_db(&out, start..start + 0.25) - before;
        assert!(difference.abs() < 0.3, "{start} s: {difference} dB");
    }
    assert_eq!(out.left()[13 * 48_000..], sound.left()[3 * 48_000..]);
    // The loop's content repeats exactly outside its seam.
    assert_eq!(out.left()[48_000 + 100..48_000 * 2], out.left()[3 * 48_000 + 100..48_000 * 4]);
}

#[test]
fn a_loop_of_a_repeating_wave_does_not_swell() {
    // 100 Hz repeats exactly after 2 s: equal power alone would swell by 3 dB in the seam.
    let settings = TrackSettings {
        loudness: Loudness::Gain(Decibels::UNITY),
        looped: Some(LoopMarks { start_s: 1.0, end_s: 3.0, crossfade_s: 0.5 }),
        ..TrackSettings::default()
    };
    let track = Track::prepare("loop", &tone(100.0, 0.3, 4.0, RATE), Sink::STUDIO, &settings).unwrap();
    let out = perform(vec![at(0.0, music(&Arc::new(track), 0.0))], Some(10.0), false);
    for step in 1..19 {
        let start = 0.5 * f64::from(step);
        let difference = level_db(&out, start..start + 0.5) - level_db(&out, 0.5..1.0);
        assert!(difference.abs() < 0.01, "{start} s: {difference} dB");
    }
}

#[test]
fn a_long_track_is_brought_to_its_marked_ending() {
    let sound = noise(50, 0.1, 30.0, RATE);
    let settings = TrackSettings {
        loudness: Loudness::Gain(Decibels::UNITY),
        ending_s: Some(26.0),
        keep_edges: true,
        ..TrackSettings::default()
    };
    let track = Arc::new(Track::prepare("long", &sound, Sink::STUDIO, &settings).unwrap());
    let finish =
        |within_s| vec![at(0.0, music(&track, 0.0)), at(5.0, Action::Finish { within: RATE.frames(within_s) })];
    let crossed = perform(finish(6.0), None, true);
    assert_eq!(crossed.frames(), RATE.frames(9.0));
    assert_eq!(crossed.left()[6 * 48_000..], sound.left()[27 * 48_000..]);
    // Too little time for the ending: it fades. Enough for all of it: it runs out.
    let faded = perform(finish(2.0), None, true);
    assert_eq!(faded.frames(), RATE.frames(7.0));
    assert!(level_db(&faded, 6.9..7.0) < level_db(&faded, 4.0..5.0) - 20.0);
    assert_eq!(perform(finish(26.0), None, true).frames(), RATE.frames(30.0));
}

#[test]
fn folding_down_for_the_telephone_brings_no_level_jump() {
    // A bed with equal sides keeps its level in one channel, a wide outro loses 3 dB: matched where it is heard.
    let narrow = Stereo::from_mono(&noise(60, 0.1, 6.0, RATE).to_mono());
    let wide = noise(61, 0.1, 6.0, RATE);
    let settings = CrossfadeSettings { sink: Some(Sink::TELEPHONE), ..matched(4.0, 1.0) };
    let mixed = crossfade(&narrow, &wide, &settings).unwrap().sound;
    assert_eq!(mixed.left(), mixed.right());
    let jump = level_db(&mixed, 5.5..9.0) - level_db(&mixed, 0.5..4.0);
    assert!(jump.abs() < 0.5, "{jump} dB");
    // Sides that cancel are not lost.
    let data = noise(62, 0.1, 3.0, RATE).left().to_vec();
    let cancelling = Stereo::new(data.clone(), data.iter().map(|s| -s).collect(), RATE);
    let track = Track::prepare("cancelling", &cancelling, Sink::TELEPHONE, &TrackSettings::default()).unwrap();
    assert!(level_db(track.sound(), 0.5..2.5) > -40.0);
}

#[test]
fn an_ending_is_performed_in_order_and_at_one_loudness() {
    for sink in [Sink::STUDIO, Sink::TELEPHONE] {
        let track = |sound: &Stereo, looped| {
            let settings = TrackSettings { looped, ..TrackSettings::default() };
            Arc::new(Track::prepare("part", sound, sink, &settings).unwrap())
        };
        let bed = track(&noise(70, 0.3, 4.0, RATE), Some(LoopMarks { start_s: 1.0, end_s: 3.5, crossfade_s: 0.2 }));
        let outro = track(&noise(71, 0.02, 10.0, RATE), None);
        let prompts = vec![(1.0, track(&tone(300.0, 0.1, 2.0, RATE), None))];
        let parts = EndingParts { bed: Some(bed), prompts, outro, answer_s: 4.0, fade_s: 2.0 };
        let plan = PlayPlan::ending(parts, sink);
        let (ending, timeline) = render_with_timeline(&plan, MixerSettings::default()).unwrap();
        assert!((ending.seconds() - 17.0).abs() < 0.001, "{}", ending.seconds());
        let loudness = |span| integrated_loudness(&part(&ending, span)).unwrap().0;
        assert!((loudness(9.0..17.0) - loudness(4.0..7.0)).abs() < 1.0);
        assert!((loudness(9.0..17.0) - -18.0).abs() < 0.5);
        assert!(true_peak(&ending).unwrap().0 <= -1.0);
        assert!((timeline.points.len() as f64 * timeline.step_s - 17.0).abs() < 2.0 * timeline.step_s);
        let middle = timeline.points.iter().find(|point| point.at_s >= 8.0).unwrap();
        let power: f32 = middle.tracks.iter().map(|track| Decibels(track.gain_db).amplitude().powi(2)).sum();
        assert!((power - 1.0).abs() < 0.01 && middle.tracks.len() == 2, "{middle:?}");
    }
}

#[test]
fn odd_inputs_have_a_defined_outcome() {
    let (nothing, one) = (constant(0.0, 0.0, RATE), Stereo::new(vec![0.5], vec![0.5], RATE));
    let usual = noise(80, 0.1, 1.0, RATE);
    for (from, to) in [(&nothing, &usual), (&usual, &nothing), (&one, &usual), (&usual, &one), (&nothing, &nothing)] {
        for fade_s in [0.0, 0.5, 1000.0] {
            let settings = CrossfadeSettings { at_s: None, ..matched(0.0, fade_s) };
            let mixed = crossfade(from, to, &settings).unwrap();
            assert!(mixed.sound.left().iter().all(|s| s.is_finite()));
            assert!(mixed.fade_s <= from.seconds());
        }
    }
    for (at_s, fade_s) in [(-1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.5, -1.0), (0.5, f64::NAN)] {
        assert_eq!(crossfade(&usual, &usual, &raw(at_s, fade_s)).unwrap_err().kind(), ErrorKind::Usage);
    }
    let marks = |start_s, end_s, crossfade_s| TrackSettings {
        looped: Some(LoopMarks { start_s, end_s, crossfade_s }),
        ..TrackSettings::default()
    };
    for wrong in [marks(0.5, 0.2, 0.1), marks(0.1, 5.0, 0.1), marks(0.0, 0.5, 0.1), marks(0.4, 0.5, 0.3)] {
        let error = Track::prepare("loop.flac", &usual, Sink::STUDIO, &wrong).unwrap_err();
        assert_eq!((error.kind(), error.subject()), (ErrorKind::Usage, "loop.flac"));
    }
    let late = TrackSettings { ending_s: Some(1.5), ..TrackSettings::default() };
    assert_eq!(Track::prepare("late", &usual, Sink::STUDIO, &late).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_plan_that_never_ends_or_mixes_rates_is_refused() {
    let usual = noise(81, 0.1, 1.0, SampleRate::TELEPHONE);
    let looped = TrackSettings {
        looped: Some(LoopMarks { start_s: 0.2, end_s: 0.9, crossfade_s: 0.1 }),
        ..TrackSettings::default()
    };
    let track = Arc::new(Track::prepare("loop", &usual, Sink::TELEPHONE, &looped).unwrap());
    let cues = vec![Cue::new(Frames(0), Action::Music { track, fade: Frames(0) })];
    let endless = PlayPlan { sink: Sink::TELEPHONE, cues: cues.clone(), length: None };
    assert_eq!(render(&endless, MixerSettings::default()).unwrap_err().kind(), ErrorKind::Limit);
    let wrong_rate = PlayPlan { sink: Sink::STUDIO, cues, length: Some(Frames(100)) };
    assert_eq!(render(&wrong_rate, MixerSettings::default()).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn silence_is_left_alone_by_matching() {
    let settings = TrackSettings { loudness: Loudness::Match(Lufs(-18.0)), ..TrackSettings::default() };
    let silent = Track::prepare("silent", &constant(0.0, 1.0, RATE), Sink::STUDIO, &settings).unwrap();
    assert_eq!(silent.gain(), 1.0);
}
