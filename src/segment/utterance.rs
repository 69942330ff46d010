//! One stretch of the caller's speech, cut out of its recording.

use std::borrow::Cow;
use std::ops::Range;

use super::detector::{AUDIBLE, FRAME};
use super::settings::EndpointSettings;
use crate::audio::{Random, Samples};
use crate::units::{Frames, SampleRate};

/// Of the quiet that a recording lacks, below its voice: as `audio::telephone` pads clips, by which hearing was fitted.
const QUIET_DECIBELS: f32 = -34.0;

/// Speech of the caller: 16 kHz mono, from a little before the first voiced frame to a little after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// 16 kHz mono.
    pub samples: Samples,
    /// Where `samples` lies in the recording it came from, in frames at 16 kHz.
    pub span: Range<Frames>,
    /// Voice probability of each 256-sample (16 ms) frame of `samples`, 0..=1.
    pub speech_frames: Vec<f32>,
}

impl Utterance {
    /// Seconds of 16 ms frames that are more likely speech than not.
    pub fn speech_seconds(&self) -> f32 {
        self.speech_frames.iter().filter(|&&p| p >= 0.5).count() as f32 * 0.016
    }

    /// One past the last frame that counts as voice (probability at least 0.3), in frames at 16 kHz.
    pub fn voice_end(&self) -> Frames {
        let last = self.speech_frames.iter().rposition(|&p| p >= AUDIBLE);
        Frames(self.span.start.0 + last.map_or(0, |last| (last + 1) * FRAME) as u64)
    }

    /// With as much quiet before and after the voice as on a line that was open already and stays open: where a recording
    /// begins or ends with the voice, a recogniser lacks what it always had when it was fitted. The same utterance where
    /// enough is there.
    ///
    /// The span stays what the recording has, so that it is shorter than the samples.
    pub fn amid_quiet(&self) -> Cow<'_, Self> {
        let EndpointSettings { pre_roll, pause, .. } = EndpointSettings::default();
        let quiet = |p: &&f32| **p < AUDIBLE;
        let missing = |seconds: f64, there: usize| {
            (SampleRate::SPEECH.frames(seconds).0 as usize).div_ceil(FRAME).saturating_sub(there)
        };
        let before = missing(pre_roll, self.speech_frames.iter().take_while(quiet).count());
        let after = missing(pause, self.speech_frames.iter().rev().take_while(quiet).count());
        let data = self.samples.data();
        let voiced = self.speech_frames.iter().zip(data.chunks(FRAME)).filter(|(p, _)| **p >= AUDIBLE);
        let (count, power) = voiced.fold((0, 0.0), |(count, power), (_, frame)| {
            (count + frame.len(), power + frame.iter().map(|x| x * x).sum::<f32>())
        });
        if before + after == 0 || power == 0.0 {
            return Cow::Borrowed(self);
        }
        let level = (power / count as f32).sqrt() * 10f32.powf(QUIET_DECIBELS / 20.0);
        let mut random = Random::new(0);
        let mut hiss = |length: usize| -> Vec<f32> { (0..length).map(|_| level * random.normal()).collect() };
        // The recording may end within a frame.
        let rest = (FRAME - data.len() % FRAME) % FRAME;
        let samples = [hiss(before * FRAME), data.to_vec(), hiss(rest + after * FRAME)].concat();
        Cow::Owned(Self {
            samples: Samples::new(samples, self.samples.rate()),
            span: self.span.clone(),
            speech_frames: [vec![0.0; before], self.speech_frames.clone(), vec![0.0; after]].concat(),
        })
    }

    /// Both as one, the pause between them cut: `next` is what the caller went on to say.
    ///
    /// The span reaches from the first to the last, so that it is longer than the samples.
    pub fn followed_by(&self, next: &Self) -> Self {
        let joined = |a: &[f32], b: &[f32]| [a, b].concat();
        Self {
            samples: Samples::new(joined(self.samples.data(), next.samples.data()), next.samples.rate()),
            span: self.span.start..next.span.end,
            speech_frames: joined(&self.speech_frames, &next.speech_frames),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voiced tone of so many frames between so many quiet ones, the last frame cut by `short` samples.
    fn utterance(before: usize, voiced: usize, after: usize, short: usize) -> Utterance {
        let speech_frames = [vec![0.0; before], vec![0.9; voiced], vec![0.1; after]].concat();
        let length = speech_frames.len() * FRAME - short;
        let data = (0..length).map(|i| 0.2 * (i as f32 * 0.3).sin()).collect();
        let span = Frames(700)..Frames(700 + length as u64);
        Utterance { samples: Samples::new(data, SampleRate::SPEECH), span, speech_frames }
    }

    #[test]
    fn a_voice_cut_out_of_its_line_gets_quiet_around_it() {
        let (cut, whole) = (utterance(0, 12, 1, 100), utterance(15, 12, 8, 0));
        let padded = cut.amid_quiet();
        assert_eq!((&padded.span, padded.speech_frames.len()), (&cut.span, 15 + 12 + 8));
        // Frame for frame, although the recording ended within one.
        let data = padded.samples.data();
        assert_eq!(data.len(), padded.speech_frames.len() * FRAME);
        assert_eq!(&data[15 * FRAME..][..cut.samples.data().len()], cut.samples.data());
        let level = |data: &[f32]| (data.iter().map(|x| x * x).sum::<f32>() / data.len() as f32).sqrt();
        let quiet = 20.0 * (level(&data[..15 * FRAME]) / level(cut.samples.data())).log10();
        assert!((quiet - QUIET_DECIBELS).abs() < 1.0, "{quiet} dB");
        assert_eq!(padded.amid_quiet(), padded.amid_quiet().amid_quiet(), "it is quiet enough then");
        assert!(matches!(whole.amid_quiet(), Cow::Borrowed(_)));
        assert_eq!(cut.amid_quiet(), cut.amid_quiet());
    }

    #[test]
    fn what_holds_no_voice_stays_as_it_is() {
        let silent = Utterance { samples: Samples::new(vec![0.0; 512], SampleRate::SPEECH), ..utterance(0, 2, 0, 0) };
        let nothing = Utterance {
            samples: Samples::new(vec![], SampleRate::SPEECH),
            speech_frames: vec![],
            span: Frames(0)..Frames(0),
        };
        assert!(matches!(silent.amid_quiet(), Cow::Borrowed(_)) && matches!(nothing.amid_quiet(), Cow::Borrowed(_)));
    }
}
