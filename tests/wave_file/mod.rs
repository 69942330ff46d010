//! WAV files built by hand: every coding, and headers that lie.
#![allow(dead_code)] // Each test binary uses its part.

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Pcm8,
    Pcm16,
    Pcm24,
    Pcm32,
    Float32,
    Float64,
}

/// A WAV file to be; fields that are none are written truthfully.
#[derive(Clone, Debug)]
pub struct WaveFile {
    pub coding: Coding,
    pub channels: u16,
    pub rate: u32,
    pub extensible: bool,
    pub riff_length: Option<u32>,
    pub data_length: Option<u32>,
    pub tag: Option<u16>,
    pub bits: Option<u16>,
    pub before: Vec<([u8; 4], Vec<u8>)>,
    pub after: Vec<([u8; 4], Vec<u8>)>,
}

impl WaveFile {
    pub fn mono() -> Self {
        Self {
            coding: Coding::Pcm16,
            channels: 1,
            rate: 8_000,
            extensible: false,
            riff_length: None,
            data_length: None,
            tag: None,
            bits: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// The file; `interleaved` samples are −1..1.
    pub fn bytes(&self, interleaved: &[f32]) -> Vec<u8> {
        let (width, tag) = match self.coding {
            Coding::Pcm8 => (1u16, 1u16),
            Coding::Pcm16 => (2, 1),
            Coding::Pcm24 => (3, 1),
            Coding::Pcm32 => (4, 1),
            Coding::Float32 => (4, 3),
            Coding::Float64 => (8, 3),
        };
        let tag = self.tag.unwrap_or(tag);
        let bits = self.bits.unwrap_or(width * 8);
        let mut format = Vec::new();
        format.extend((if self.extensible { 0xfffe } else { tag }).to_le_bytes());
        format.extend(self.channels.to_le_bytes());
        format.extend(self.rate.to_le_bytes());
        format.extend((self.rate.wrapping_mul(u32::from(width))).to_le_bytes());
        format.extend(width.wrapping_mul(self.channels).to_le_bytes());
        format.extend(bits.to_le_bytes());
        if self.extensible {
            format.extend(22u16.to_le_bytes());
            format.extend(bits.to_le_bytes());
            format.extend(0u32.to_le_bytes());
            format.extend(tag.to_le_bytes());
            format.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
        }
        let mut data = Vec::new();
        for &s in interleaved {
            let scaled = |full: f64| (f64::from(s) * full).round() as i64;
            match self.coding {
                Coding::Pcm8 => data.push((scaled(127.0) + 128) as u8),
                Coding::Pcm16 => data.extend((scaled(32_767.0) as i16).to_le_bytes()),
                Coding::Pcm24 => data.extend(&(scaled(8_388_607.0) as i32).to_le_bytes()[..3]),
                Coding::Pcm32 => data.extend((scaled(2_147_483_647.0) as i32).to_le_bytes()),
                Coding::Float32 => data.extend(s.to_le_bytes()),
                Coding::Float64 => data.extend(f64::from(s).to_le_bytes()),
            }
        }
        let mut body = b"WAVE".to_vec();
        let mut chunk = |name: &[u8; 4], length: u32, content: &[u8]| {
            body.extend(name);
            body.extend(length.to_le_bytes());
            body.extend(content);
            body.extend(&[0][..content.len() % 2]);
        };
        chunk(b"fmt ", format.len() as u32, &format);
        for (name, content) in &self.before {
            chunk(name, content.len() as u32, content);
        }
        chunk(b"data", self.data_length.unwrap_or(data.len() as u32), &data);
        for (name, content) in &self.after {
            chunk(name, content.len() as u32, content);
        }
        let mut file = b"RIFF".to_vec();
        file.extend(self.riff_length.unwrap_or(body.len() as u32).to_le_bytes());
        file.extend(body);
        file
    }
}
