//! What the endpointer promises for any course of voice, and what it must not take for voice.

use codetta::audio::Samples;
use codetta::segment::{
    EndpointSettings, Endpointer, Event, FRAME, Machine, Transition, VoiceDetector, segment, speech,
};
use codetta::{ErrorKind, Frames, SampleRate};
use proptest::prelude::*;

/// Voice comes in runs: a course of single random frames would hardly ever be speech.
fn course() -> impl Strategy<Value = Vec<(f32, bool)>> {
    let voice = prop_oneof![0.0f32..1.0, Just(0.0), Just(0.45), Just(1.0), Just(f32::NAN)];
    prop::collection::vec((1usize..60, voice, any::<bool>()), 0..40).prop_map(|runs| {
        runs.into_iter().flat_map(|(length, p, noisy)| std::iter::repeat_n((p, noisy), length)).collect()
    })
}

fn short() -> EndpointSettings {
    EndpointSettings { maximum: 2.0, ..EndpointSettings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_speech_that_starts_ends_once_and_in_order(course in course()) {
        let mut machine = Machine::new(&short()).unwrap();
        let mut transitions: Vec<(u64, Transition)> = Vec::new();
        for (now, &(probability, noisy)) in course.iter().enumerate() {
            transitions.extend(machine.push(probability, noisy).map(|t| (now as u64, t)));
        }
        transitions.extend(machine.finish().map(|t| (course.len() as u64, t)));
        prop_assert!(machine.finish().is_none(), "finishing twice ends nothing twice");

        let (mut open, mut paused, mut free) = (None, None, 0u64);
        for (now, transition) in transitions {
            match transition {
                Transition::Started { start } => {
                    prop_assert!(open.is_none() && start >= free && start <= now);
                    open = Some(start);
                }
                Transition::Paused { voiced } => {
                    prop_assert!(paused.is_none() && Some(voiced.start) == open && voiced.end <= now);
                    paused = Some(voiced);
                }
                Transition::Resumed => prop_assert!(paused.take().is_some()),
                Transition::Ended { ref voiced } | Transition::TooLong { ref voiced } => {
                    prop_assert_eq!(Some(voiced.start), open.take());
                    prop_assert!(voiced.end > voiced.start && voiced.end <= now + 1);
                    prop_assert!(voiced.end - voiced.start <= 125, "2 s are 125 frames");
                    free = voiced.end;
                    if let (Some(said), Transition::Ended { voiced }) = (paused.take(), transition) {
                        prop_assert_eq!(said, voiced, "what was speculated on is what was said");
                    }
                }
            }
        }
        prop_assert!(open.is_none(), "an utterance was left open");
    }

    /// After any past, silence brings the machine back and a plain word is heard again.
    #[test]
    fn no_state_is_stuck(course in course()) {
        let mut machine = Machine::new(&short()).unwrap();
        for &(probability, noisy) in &course {
            machine.push(probability, noisy);
        }
        for _ in 0..60 {
            machine.push(0.0, false);
        }
        let word = std::iter::repeat_n(0.9, 12).chain(std::iter::repeat_n(0.0, 40));
        let heard: Vec<_> = word.filter_map(|probability| machine.push(probability, false)).collect();
        prop_assert!(matches!(
            heard[..],
            [Transition::Started { .. }, Transition::Paused { .. }, Transition::Ended { .. }]
        ), "{heard:?}");
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name(wrong in prop_oneof![Just(-1.0), Just(f64::NAN), Just(1e9)]) {
        for (name, settings) in [
            ("pause", EndpointSettings { pause: wrong, ..short() }),
            ("maximum", EndpointSettings { maximum: wrong, ..short() }),
            ("pre_roll", EndpointSettings { pre_roll: wrong, ..short() }),
            ("onset", EndpointSettings { onset: wrong as f32, ..short() }),
            ("pause_in_noise", EndpointSettings { pause_in_noise: short().pause - 0.032, ..short() }),
            ("hangover", EndpointSettings { hangover: short().pause_in_noise, ..short() }),
        ] {
            let error = Machine::new(&settings).unwrap_err();
            prop_assert!(error.kind() == ErrorKind::Usage && error.subject() == name, "{error}");
        }
    }
}

/// A crude voice: a falling buzz of pulses through two resonances, loud and soft by turns of a syllable.
fn voice(seconds: f64, level: f32) -> Vec<f32> {
    let frames = (seconds * 16_000.0) as usize;
    let (mut phase, mut formants) = (0.0f64, [[0.0f64; 2]; 2]);
    let mut sound: Vec<f32> = (0..frames)
        .map(|i| {
            let time = i as f64 / 16_000.0;
            phase += (150.0 - 30.0 * time / seconds) / 16_000.0;
            let mut sample = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase %= 1.0;
            for (state, (hertz, width)) in formants.iter_mut().zip([(650.0, 90.0), (1_200.0, 120.0)]) {
                let radius = (-std::f64::consts::PI * width / 16_000.0f64).exp();
                let turn = (std::f64::consts::TAU * hertz / 16_000.0f64).cos();
                let out = sample + 2.0 * radius * turn * state[0] - radius * radius * state[1];
                *state = [out, state[0]];
                sample = out;
            }
            sample as f32
        })
        .collect();
    let peak = sound.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
    sound.iter_mut().for_each(|s| *s *= level / peak);
    sound
}

fn noise(frames: usize, level: f32, pink: bool) -> Vec<f32> {
    let (mut seed, mut slow) = (12_345u32, 0.0f32);
    (0..frames)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (seed >> 8) as f32 / (1 << 23) as f32 - 1.0;
            slow += 0.05 * (white - slow);
            level * if pink { 4.0 * slow } else { white }
        })
        .collect()
}

fn tones(hertz: &[f64], frames: usize, level: f32) -> Vec<f32> {
    (0..frames)
        .map(|i| {
            let sum: f64 = hertz.iter().map(|h| (std::f64::consts::TAU * h * i as f64 / 16_000.0).sin()).sum();
            level * sum as f32 / hertz.len() as f32
        })
        .collect()
}

#[test]
fn silence_noise_and_tones_are_not_speech() {
    let length = 3 * 16_000;
    for level in [0.0, 0.001, 0.03, 0.5] {
        let mut sounds = vec![
            ("white noise".to_string(), noise(length, level, false)),
            ("brown noise".to_string(), noise(length, level, true)),
            ("hum".to_string(), tones(&[50.0, 150.0], length, level)),
            ("dial tone".to_string(), tones(&[350.0, 440.0], length, level)),
            ("whistle".to_string(), tones(&[1_000.0], length, level)),
        ];
        for (low, high) in [(697.0, 1_209.0), (770.0, 1_336.0), (852.0, 1_477.0), (941.0, 1_633.0)] {
            let mut keys = tones(&[low, high], 4_000, level);
            keys.extend(vec![0.0; 3_000]);
            sounds.push((format!("keys {low}+{high}"), keys.repeat(6)));
        }
        for (what, sound) in sounds {
            let found = segment(&Samples::new(sound, SampleRate::SPEECH)).unwrap();
            assert!(found.is_empty(), "{what} at {level}: {} utterances", found.len());
        }
    }
    for length in [0, 1, 255, 256, 1_600] {
        assert_eq!(speech(&Samples::silence(Frames(length), SampleRate::SPEECH)).unwrap(), None);
    }
    let wrong = Samples::silence(Frames(8_000), SampleRate::TELEPHONE);
    assert_eq!(segment(&wrong).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_voice_is_found_where_it_is_at_any_level() {
    for level in [0.01, 0.1, 0.9] {
        let mut sound = noise(16_000, 1e-4, false);
        sound.extend(voice(0.5, level));
        sound.extend(noise(16_000, 1e-4, false));
        let recording = Samples::new(sound, SampleRate::SPEECH);
        let utterance = speech(&recording).unwrap().unwrap_or_else(|| panic!("nothing found at {level}"));
        let (start, end) = (utterance.span.start.0, utterance.span.end.0);
        assert!((9_600..=16_000).contains(&start), "level {level}: starts at {start}");
        assert!((24_000..=30_000).contains(&end), "level {level}: ends at {end}");
        assert_eq!(utterance.samples.data(), &recording.data()[start as usize..end as usize]);
        assert_eq!(utterance.speech_frames.len(), utterance.samples.data().len().div_ceil(FRAME));
    }
}

/// In a recording nothing need be cut off: who talks for longer than an utterance lasts is heard to his last word.
#[test]
fn who_talks_on_in_a_recording_is_heard_to_the_end() {
    let breath = noise(3_200, 1e-4, false);
    let mut sound = [voice(1.0, 0.3), breath].concat().repeat(34);
    let spoken = sound.len() as u64;
    sound.extend(noise(16_000, 1e-4, false));
    let recording = Samples::new(sound, SampleRate::SPEECH);
    let utterance = speech(&recording).unwrap().unwrap();
    assert!(utterance.span.start.0 < 16_000, "{:?}", utterance.span);
    assert!(utterance.span.end.0 >= spoken - 1_600, "{:?} of {spoken}", utterance.span);
    assert_eq!(utterance.speech_frames.len(), utterance.samples.data().len().div_ceil(FRAME));
}

/// One damaged sample is forgotten with its frame.
#[test]
fn a_damaged_sample_does_not_deafen_a_line() {
    for wild in [f32::MAX, f32::INFINITY, f32::NAN, -1e30] {
        let mut sound = noise(16_000, 1e-4, false);
        sound[8_000] = wild;
        // A blow on the microphone is loud for a while; then it must be heard again.
        sound.extend(noise(16_000 * 8, 1e-4, false));
        sound.extend(voice(0.5, 0.3));
        sound.extend(noise(16_000, 1e-4, false));
        let mut endpointer = Endpointer::new(&EndpointSettings::default(), VoiceDetector::live()).unwrap();
        let heard = endpointer.push(&sound).into_iter().any(|event| matches!(event, Event::SpeechEnd(_)));
        assert!(heard, "after a sample of {wild}");
        let mut detector = VoiceDetector::live();
        detector.predict(&[wild; FRAME]);
        assert!((0..200).all(|_| detector.predict(&[0.0; FRAME]).is_finite()));
    }
}

/// Cutting the stream into other chunks changes nothing.
#[test]
fn chunks_of_any_size_bring_the_same_events() {
    let mut sound = vec![0.0; 8_000];
    sound.extend(voice(0.4, 0.3));
    sound.extend(vec![0.0; 2_600]);
    sound.extend(voice(0.6, 0.3));
    sound.extend(vec![0.0; 12_000]);
    let run = |chunk: usize| {
        let mut endpointer = Endpointer::new(&EndpointSettings::default(), VoiceDetector::live()).unwrap();
        let mut events: Vec<Event> = sound.chunks(chunk).flat_map(|samples| endpointer.push(samples)).collect();
        events.extend(endpointer.finish());
        events
    };
    let whole = run(sound.len());
    assert!(matches!(whole.first(), Some(Event::SpeechStart { .. })), "{whole:?}");
    for chunk in [1, 160, 256, 257, 4_000] {
        assert_eq!(run(chunk), whole, "chunks of {chunk}");
    }
}

/// A voice that dies away lies under the line's noise before it is over: its end is given a moment more. An offset
/// above what the detector holds shows what would be heard without that.
#[test]
fn a_weak_end_under_noise_is_given_a_moment() {
    let dying: Vec<f32> =
        voice(0.7, 0.3).into_iter().enumerate().map(|(i, s)| s * (-(i as f32) / 16_000.0 * 6.0).exp()).collect();
    let end = |hiss: f32, offset: f32| {
        let mut sound = vec![0.0; 9_600];
        sound.extend(&dying);
        sound.resize(sound.len() + 16_000, 0.0);
        sound.iter_mut().zip(noise(40_000, hiss, false)).for_each(|(sample, hiss)| *sample += hiss);
        let settings = EndpointSettings { offset, ..EndpointSettings::default() };
        let mut endpointer = Endpointer::new(&settings, VoiceDetector::live()).unwrap();
        let events = endpointer.push(&sound);
        let ended = events.iter().find_map(|event| match event {
            Event::SpeechEnd(utterance) => Some(utterance.span.end.0),
            _ => None,
        });
        ended.unwrap_or_else(|| panic!("no end with noise of {hiss}: {events:?}"))
    };
    let (held, let_go) = (end(0.02, 0.3), end(0.02, 0.45));
    assert!((2..=5).contains(&((held - let_go) / FRAME as u64)), "in noise {held}, without {let_go}");
}

/// Where noise hides the end of a word more of it is kept; what is speculated on is what the end brings.
#[test]
fn more_is_kept_after_a_word_in_noise() {
    let kept = |hiss: f32| {
        let mut sound = vec![0.0; 9_600];
        sound.extend(voice(0.5, 0.3));
        sound.resize(sound.len() + 16_000, 0.0);
        sound.iter_mut().zip(noise(40_000, hiss, false)).for_each(|(sample, hiss)| *sample += hiss);
        let mut endpointer = Endpointer::new(&EndpointSettings::default(), VoiceDetector::live()).unwrap();
        let mut paused = None;
        for event in endpointer.push(&sound) {
            match event {
                Event::PauseStarted(utterance) => paused = Some(utterance),
                Event::SpeechResumed => paused = None,
                Event::SpeechEnd(utterance) => {
                    assert_eq!(paused.as_ref(), Some(&utterance));
                    return utterance.span.end.0 - utterance.voice_end().0;
                }
                _ => {}
            }
        }
        panic!("no end with noise of {hiss}");
    };
    let frames = |seconds: f64| SampleRate::SPEECH.frames(seconds).0;
    assert_eq!((kept(1e-4), kept(0.03)), (frames(0.128), frames(0.192)));
}
