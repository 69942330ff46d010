//! The chunks of a WAV file, read with suspicion: what is declared is held against what is there.
//!
//! Recorders that crash or write to a pipe leave lengths of 0 or of all ones, copies get cut off, and hostile
//! headers lie. So the chunks are walked here, and the decoder is given a fresh plain header before the data.

use std::io::{Chain, Cursor, Read, Seek, SeekFrom, Take};

use crate::error::{Error, ErrorKind, Result};

/// A file has a handful of chunks before its data; one with more is not a recording.
const MAX_CHUNKS: usize = 1024;
/// As many loudspeaker positions as the decoder can name.
const MAX_CHANNELS: u16 = 26;

/// Format tags (Microsoft, mmreg.h).
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;

/// Bytes 2 to 16 of the sub-format identifiers that stand for the plain format tags (Microsoft, ksmedia.h).
const SUB_FORMAT_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// A fresh header, then the audio data alone.
pub(super) type Wave<S> = Chain<Cursor<Vec<u8>>, Take<S>>;

/// What the header says about its data.
pub(super) struct Extent {
    /// Frames that the header declares; none where it was written before the length was known.
    pub declared_frames: Option<u64>,
}

struct Format {
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

impl Format {
    fn frame_bytes(&self) -> u64 {
        u64::from(self.channels) * u64::from(self.bits / 8)
    }
}

/// Walks the chunks of `source` (`length` bytes in all) and returns a stream that any WAV reader can trust.
///
/// # Errors
/// [`ErrorKind::Corrupt`] for chunks that make no sense, [`ErrorKind::Unsupported`] for a codec that we do not
/// read; the file system's.
pub(super) fn open<S: Read + Seek>(mut source: S, length: u64, name: &str) -> Result<(Wave<S>, Extent)> {
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => cut_header(name),
        _ => Error::io(name.as_ref(), &e),
    };
    let mut head = [0u8; 12];
    source.read_exact(&mut head).map_err(io)?;
    let riff_length = u64::from(u32_at(&head, 4));
    let (mut format, mut long_data_length) = (None, None);
    for _ in 0..MAX_CHUNKS {
        let mut chunk = [0u8; 8];
        source.read_exact(&mut chunk).map_err(io)?;
        let declared = u64::from(u32_at(&chunk, 4));
        match &chunk[..4] {
            b"data" => {
                let missing = || Error::new(ErrorKind::Corrupt, name, "no fmt chunk before the data; replace the file");
                let format: Format = format.ok_or_else(missing)?;
                let here = source.stream_position().map_err(io)?;
                let available = length.saturating_sub(here);
                let declared = long_data_length.filter(|_| declared == u64::from(u32::MAX)).unwrap_or(declared);
                // A length of 0 is meant only where the outer length agrees that nothing follows but chunks.
                let streamed = ((0x7fff_0000..=u64::from(u32::MAX)).contains(&declared) && declared > available)
                    || (declared == 0 && riff_length + 8 != length);
                let frames = available.min(if streamed { available } else { declared }) / format.frame_bytes();
                let declared_frames = (!streamed).then_some(declared / format.frame_bytes());
                let data = frames * format.frame_bytes();
                let header = plain_header(&format, data);
                return Ok((Cursor::new(header).chain(source.take(data)), Extent { declared_frames }));
            }
            b"fmt " => {
                let mut bytes = Vec::with_capacity(40);
                source.by_ref().take(declared.min(40)).read_to_end(&mut bytes).map_err(io)?;
                format = Some(parse_format(&bytes, name)?);
                skip(&mut source, declared.saturating_sub(40) + (declared & 1)).map_err(io)?;
            }
            b"ds64" if declared >= 16 => {
                let mut lengths = [0u8; 16];
                source.read_exact(&mut lengths).map_err(io)?;
                long_data_length = Some(u64::from(u32_at(&lengths, 8)) | u64::from(u32_at(&lengths, 12)) << 32);
                skip(&mut source, declared - 16 + (declared & 1)).map_err(io)?;
            }
            _ => skip(&mut source, declared + (declared & 1)).map_err(io)?,
        }
    }
    Err(Error::new(ErrorKind::Corrupt, name, format!("no data among the first {MAX_CHUNKS} chunks; replace the file")))
}

fn cut_header(name: &str) -> Error {
    Error::new(ErrorKind::Corrupt, name, "the WAV file ends before its data chunk; fetch it again")
}

fn skip<S: Seek>(source: &mut S, bytes: u64) -> std::io::Result<()> {
    source.seek(SeekFrom::Current(bytes as i64)).map(|_| ())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    (0..4).fold(0, |value, i| value | u32::from(bytes[at + i]) << (8 * i))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from(bytes[at]) | u16::from(bytes[at + 1]) << 8
}

fn parse_format(bytes: &[u8], name: &str) -> Result<Format> {
    let corrupt = |problem: String| Error::new(ErrorKind::Corrupt, name, problem);
    if bytes.len() < 16 {
        return Err(corrupt(format!("expected a fmt chunk of at least 16 bytes, got {}; replace it", bytes.len())));
    }
    let mut tag = u16_at(bytes, 0);
    if tag == EXTENSIBLE {
        if bytes.len() < 40 || bytes[26..40] != SUB_FORMAT_TAIL {
            return Err(corrupt("extensible WAV with an unknown sub-format; convert it to PCM".into()));
        }
        tag = u16_at(bytes, 24);
    }
    let format = Format { tag, channels: u16_at(bytes, 2), rate: u32_at(bytes, 4), bits: u16_at(bytes, 14) };
    if !(1..=MAX_CHANNELS).contains(&format.channels) {
        return Err(corrupt(format!("expected 1 to {MAX_CHANNELS} channels, the header says {}", format.channels)));
    }
    let wanted: &[u16] = match format.tag {
        PCM => &[8, 16, 24, 32],
        FLOAT => &[32, 64],
        A_LAW | MU_LAW => &[8],
        other => {
            let codec = codec_name(other);
            let problem = format!(
                "expected PCM, float, A-law or mu-law, got {codec}; convert it, for example: ffmpeg -i FILE NEW.wav"
            );
            return Err(Error::new(ErrorKind::Unsupported, name, problem));
        }
    };
    if wanted.contains(&format.bits) {
        Ok(format)
    } else {
        Err(corrupt(format!("expected one of {wanted:?} bits a sample, the header says {}", format.bits)))
    }
}

fn codec_name(tag: u16) -> String {
    let known = match tag {
        0x02 => "Microsoft ADPCM",
        0x11 => "IMA ADPCM",
        0x31 => "GSM 6.10",
        0x22 => "TrueSpeech",
        0x45 => "G.726",
        0x55 => "MP3 inside WAV",
        _ => return format!("codec {tag:#06x}"),
    };
    known.to_owned()
}

fn plain_header(format: &Format, data: u64) -> Vec<u8> {
    // The codes of A-law and mu-law have always had an extended format chunk, with an empty extension.
    let extension: &[u8] = if matches!(format.tag, A_LAW | MU_LAW) { &[0, 0] } else { &[] };
    let frame_bytes = format.frame_bytes();
    let length = u32::try_from(data).unwrap_or(u32::MAX);
    let mut header = Vec::with_capacity(46);
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&length.saturating_add(36 + extension.len() as u32).to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&(16 + extension.len() as u32).to_le_bytes());
    header.extend_from_slice(&format.tag.to_le_bytes());
    header.extend_from_slice(&format.channels.to_le_bytes());
    header.extend_from_slice(&format.rate.to_le_bytes());
    let bytes_per_second = (u64::from(format.rate) * frame_bytes).min(u64::from(u32::MAX)) as u32;
    header.extend_from_slice(&bytes_per_second.to_le_bytes());
    header.extend_from_slice(&(frame_bytes as u16).to_le_bytes());
    header.extend_from_slice(&format.bits.to_le_bytes());
    header.extend_from_slice(extension);
    header.extend_from_slice(b"data");
    header.extend_from_slice(&length.to_le_bytes());
    header
}
