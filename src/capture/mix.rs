//! From interleaved channels to mono or stereo, packet by packet.

use super::Channel;

/// Takes decoded sound as it comes.
pub(super) trait Sink {
    /// One packet: interleaved samples of `channels` ≥ 1 channels.
    fn push(&mut self, interleaved: &[f32], channels: usize);
}

/// Mono, by mean or by choice of channel.
pub(super) struct Mono {
    channel: Channel,
    pub data: Vec<f32>,
    /// Energy of each channel, and of the mono sound: they tell whether the mean cancels.
    channel_energy: Vec<f64>,
    mono_energy: f64,
}

/// Mean square below which a channel counts as silent (−70 dBFS).
const SILENT: f64 = 1e-7;
/// The mean of independent channels has at least 1/channels of their energy; a hundredth is cancellation.
const CANCELLED: f64 = 0.01;

impl Mono {
    pub fn new(channel: Channel) -> Self {
        Self { channel, data: Vec::new(), channel_energy: Vec::new(), mono_energy: 0.0 }
    }

    /// The loudest channel, if the mean of the channels has cancelled what they hold.
    pub fn cancelled(&self) -> Option<usize> {
        let channels = self.channel_energy.len();
        if self.channel != Channel::Mix || channels < 2 || self.data.is_empty() {
            return None;
        }
        let mean = self.channel_energy.iter().sum::<f64>() / channels as f64;
        let is_cancelled = mean / self.data.len() as f64 > SILENT && self.mono_energy < CANCELLED * mean;
        let loudest = (0..channels).max_by(|&a, &b| self.channel_energy[a].total_cmp(&self.channel_energy[b]));
        loudest.filter(|_| is_cancelled)
    }
}

impl Sink for Mono {
    fn push(&mut self, interleaved: &[f32], channels: usize) {
        match self.channel {
            Channel::Index(index) => self.data.extend(interleaved.chunks_exact(channels).map(|frame| frame[index])),
            Channel::Mix if channels == 1 => self.data.extend_from_slice(interleaved),
            Channel::Mix => {
                self.channel_energy.resize(channels, 0.0);
                let scale = 1.0 / channels as f32;
                for frame in interleaved.chunks_exact(channels) {
                    for (energy, &sample) in self.channel_energy.iter_mut().zip(frame) {
                        *energy += f64::from(sample) * f64::from(sample);
                    }
                    let mean = frame.iter().sum::<f32>() * scale;
                    self.mono_energy += f64::from(mean) * f64::from(mean);
                    self.data.push(mean);
                }
            }
        }
    }
}

/// The first two channels; a mono recording on both sides.
#[derive(Default)]
pub(super) struct Pair {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
}

impl Sink for Pair {
    fn push(&mut self, interleaved: &[f32], channels: usize) {
        let right = usize::from(channels > 1);
        // Lengths are known beforehand: no room is asked for sample by sample.
        self.left.extend(interleaved.chunks_exact(channels).map(|frame| frame[0]));
        self.right.extend(interleaved.chunks_exact(channels).map(|frame| frame[right]));
    }
}
