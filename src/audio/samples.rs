//! Owned audio buffers that always know their sample rate.

use std::ops::Range;

use crate::units::{Frames, SampleRate};

/// Mono sound: `f32` samples, nominally −1..1 (full scale), always finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    data: Vec<f32>,
    rate: SampleRate,
}

impl Samples {
    /// Samples that are not finite become 0: no stage after this one has to ask.
    pub fn new(mut data: Vec<f32>, rate: SampleRate) -> Self {
        for sample in &mut data {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
        Self { data, rate }
    }

    pub fn silence(length: Frames, rate: SampleRate) -> Self {
        Self { data: vec![0.0; length.0 as usize], rate }
    }

    pub fn data(&self) -> &[f32] {
        &self.data
    }

    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    pub fn frames(&self) -> Frames {
        Frames(self.data.len() as u64)
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames().seconds(self.rate)
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// A copy of part of the sound; the range is cut to what is there.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.data.len());
        let start = range.start.min(end);
        Self { data: self.data[start..end].to_vec(), rate: self.rate }
    }

    /// Root mean square over all samples, 0 for an empty sound.
    pub fn rms(&self) -> f32 {
        if self.data.is_empty() {
            return 0.0;
        }
        let energy: f64 = self.data.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
        (energy / self.data.len() as f64).sqrt() as f32
    }

    /// Largest absolute sample, 0 for an empty sound.
    pub fn peak(&self) -> f32 {
        self.data.iter().fold(0.0, |peak, s| peak.max(s.abs()))
    }
}

/// Stereo sound for playing: two channels of equal length, `f32`, nominally −1..1, always finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Stereo {
    left: Vec<f32>,
    right: Vec<f32>,
    rate: SampleRate,
}

impl Stereo {
    /// The longer channel is cut to the shorter one; samples that are not finite become 0.
    pub fn new(left: Vec<f32>, right: Vec<f32>, rate: SampleRate) -> Self {
        let length = left.len().min(right.len());
        let channel = |mut data: Vec<f32>| {
            data.truncate(length);
            Samples::new(data, rate).into_data()
        };
        Self { left: channel(left), right: channel(right), rate }
    }

    /// The same sound on both sides.
    pub fn from_mono(samples: &Samples) -> Self {
        Self { left: samples.data().to_vec(), right: samples.data().to_vec(), rate: samples.rate() }
    }

    pub fn left(&self) -> &[f32] {
        &self.left
    }

    pub fn right(&self) -> &[f32] {
        &self.right
    }

    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    pub fn frames(&self) -> Frames {
        Frames(self.left.len() as u64)
    }

    pub fn seconds(&self) -> f64 {
        self.frames().seconds(self.rate)
    }

    /// A copy of part of the sound; the range is cut to what is there.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.left.len());
        let start = range.start.min(end);
        let channel = |data: &[f32]| data[start..end].to_vec();
        Self { left: channel(&self.left), right: channel(&self.right), rate: self.rate }
    }

    /// Mean of both channels.
    pub fn to_mono(&self) -> Samples {
        let data = self.left.iter().zip(&self.right).map(|(l, r)| 0.5 * (l + r)).collect();
        Samples::new(data, self.rate)
    }
}
