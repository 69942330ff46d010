//! What is not a clear voice is never a confident emotion, and every such answer states a reason.

use std::f64::consts::TAU;
use std::path::Path;

use codetta::audio::{Samples, resample};
use codetta::model::Store;
use codetta::segment::{FRAME, Utterance, speech};
use codetta::voice::{CallerSpeech, VoiceAssessment, VoiceScorer};
use codetta::{Frames, SampleRate, capture};

const RATE: f64 = 16_000.0;

fn scorer() -> Option<VoiceScorer> {
    let loaded = Store::locate().and_then(|store| VoiceScorer::load(&store.path("whisper-base-encoder3.safetensors")?));
    loaded.map_err(|error| eprintln!("SKIPPED: {error}")).ok()
}

/// As a program meets it (the voice detector decides where speech is), and in the worst case: all of it passes for speech.
fn assessments(scorer: &VoiceScorer, data: &[f32]) -> Vec<VoiceAssessment> {
    let samples = Samples::new(data.to_vec(), SampleRate::SPEECH);
    let found = speech(&samples).unwrap();
    let met = found.map(|u| scorer.assess(&CallerSpeech::of_caller(&u), None));
    let all =
        Utterance { span: Frames(0)..samples.frames(), speech_frames: vec![1.0; data.len().div_ceil(FRAME)], samples };
    let worst = scorer.assess(&CallerSpeech::of_caller(&all), None);
    vec![met.unwrap_or(VoiceAssessment::NOTHING_HEARD), worst]
}

fn tells_nothing(scorer: &VoiceScorer, name: &str, data: &[f32]) {
    for assessment in assessments(scorer, data) {
        let emotion = assessment.emotion;
        assert!(emotion.confidence <= 0.4, "{name}: {assessment:?}");
        assert!(emotion.neutral > emotion.angry.max(emotion.sad).max(emotion.happy), "{name}: {assessment:?}");
        assert!(emotion.negative < 0.5, "{name}: {assessment:?}");
        let reason = assessment.caution.map(|caution| caution.reason());
        assert!(reason.is_some_and(|reason| !reason.is_empty()), "{name}: {assessment:?}");
    }
}

fn sound(seconds: f64, at: impl FnMut(f64) -> f64) -> Vec<f32> {
    let mut at = at;
    (0..(RATE * seconds) as usize).map(|i| at(i as f64 / RATE) as f32).collect()
}

fn noise() -> impl FnMut() -> f64 {
    let mut state = 5u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0
    }
}

fn recording(file: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio").join(file);
    resample(&capture::read(&path).unwrap(), SampleRate::SPEECH).unwrap().into_data()
}

/// Real speech whose voice is replaced by breath: linear prediction keeps what the mouth does (12th order, frames of
/// 20 ms), noise of the residual's level takes the place of the vocal folds. Formants are widened by about 100 Hz, as in
/// whispering, where the open glottis damps them; without that, noise rings at the edges of the telephone band like a voice.
fn whispered(speech: &[f32]) -> Vec<f32> {
    const ORDER: usize = 12;
    let mut random = noise();
    let mut out: Vec<f32> = Vec::with_capacity(speech.len());
    for frame in speech.chunks(320) {
        let r: Vec<f64> = (0..=ORDER)
            .map(|lag| frame.iter().zip(frame.get(lag..).unwrap_or(&[])).map(|(a, b)| f64::from(a * b)).sum())
            .collect();
        let (mut a, mut error) = ([0.0f64; ORDER + 1], r[0] * 1.01 + 1e-9);
        for i in 1..=ORDER {
            let reflection = (r[i] - (1..i).map(|j| a[j] * r[i - j]).sum::<f64>()) / error;
            let before = a;
            a[i] = reflection;
            (1..i).for_each(|j| a[j] = before[j] - reflection * before[i - j]);
            error *= 1.0 - reflection * reflection;
        }
        a.iter_mut().enumerate().for_each(|(i, a)| *a *= 0.98f64.powi(i as i32));
        let level = (3.0 * error / frame.len() as f64).max(0.0).sqrt();
        for _ in frame {
            let past =
                (1..=ORDER).map(|j| a[j] * out.len().checked_sub(j).map_or(0.0, |k| f64::from(out[k]))).sum::<f64>();
            out.push((past + level * random()).clamp(-1.0, 1.0) as f32);
        }
    }
    out
}

#[test]
fn silence_and_a_pure_tone() {
    let Some(scorer) = scorer() else { return };
    tells_nothing(&scorer, "no samples", &[]);
    tells_nothing(&scorer, "silence", &[0.0; 48_000]);
    let mut random = noise();
    tells_nothing(&scorer, "an idle line", &sound(3.0, |_| 1e-3 * random()));
    for hertz in [100.0, 220.0, 440.0, 1_000.0, 3_000.0] {
        tells_nothing(&scorer, &format!("tone of {hertz} Hz"), &sound(3.0, |t| 0.5 * (TAU * hertz * t).sin()));
    }
}

#[test]
fn music() {
    let Some(scorer) = scorer() else { return };
    for name in ["bright-pop", "calm-classical", "soothing-neutral", "bright-classical"] {
        tells_nothing(&scorer, name, &recording(&format!("outros/{name}.ogg")));
    }
}

#[test]
fn whispered_and_clipped_speech_and_a_fifth_of_a_second() {
    let Some(scorer) = scorer() else { return };
    for call in ["angry-en", "angry-zh", "delighted-zh"] {
        let speech = recording(&format!("calls/{call}.wav"));
        tells_nothing(&scorer, &format!("{call}, whispered"), &whispered(&speech));
        let clipped: Vec<f32> = speech.iter().map(|x| (200.0 * x).clamp(-0.9, 0.9)).collect();
        tells_nothing(&scorer, &format!("{call}, clipped"), &clipped);
        let loudest = (0..speech.len() - 3_200)
            .step_by(160)
            .max_by(|a, b| power(&speech[*a..a + 3_200]).total_cmp(&power(&speech[*b..b + 3_200])))
            .unwrap();
        tells_nothing(&scorer, &format!("{call}, 0.2 s"), &speech[loudest..loudest + 3_200]);
    }
}

fn power(data: &[f32]) -> f32 {
    data.iter().map(|x| x * x).sum()
}
