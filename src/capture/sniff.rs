//! What a file is, told by its first bytes and never by its name.

use std::io::{Read, Seek, SeekFrom};

use crate::error::{Error, ErrorKind, Result};

/// A container that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Wave,
    Flac,
    Ogg,
    /// MPEG audio; `length_known` where an encoder's header frame (Xing, Info) counts the frames.
    Mp3 {
        length_known: bool,
    },
}

/// What we can name but not read: offset, first bytes, name.
const FOREIGN: &[(usize, &[u8], &str)] = &[
    (4, b"ftyp", "MP4 or M4A"),
    (0, b"FORM", "AIFF"),
    (0, b".snd", "Sun AU"),
    (0, b"#!AMR", "AMR"),
    (0, b"#!SILK", "SILK"),
    (0, b"\x02#!SILK", "SILK"),
    (0, b"caff", "Core Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (0, b"\x30\x26\xb2\x75", "Windows Media"),
    (0, b"RIFX", "big-endian WAV"),
    (8, b"AVI ", "AVI video"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"version https://git-lfs", "a Git LFS pointer: run `git lfs pull`"),
];

const WANTED: &str = "expected WAV, FLAC, MP3 or Ogg Vorbis";

/// At most this many ID3v2 tags are skipped at the start of a file; one is usual.
const MAX_TAGS: usize = 8;

/// Tells the container and leaves `source` where its audio data begins (after ID3v2 tags).
///
/// # Errors
/// [`ErrorKind::Corrupt`] for an empty file and for what is not audio, [`ErrorKind::Unsupported`] for audio of
/// a sort that we do not read; the file system's.
pub(super) fn sniff<S: Read + Seek>(source: &mut S, name: &str) -> Result<Container> {
    let io = |e: std::io::Error| Error::io(name.as_ref(), &e);
    let mut start = 0u64;
    for _ in 0..=MAX_TAGS {
        source.seek(SeekFrom::Start(start)).map_err(io)?;
        let mut head = Vec::with_capacity(512);
        source.by_ref().take(512).read_to_end(&mut head).map_err(io)?;
        source.seek(SeekFrom::Start(start)).map_err(io)?;
        if head.is_empty() {
            let problem = format!("the file holds no audio ({start} bytes); {WANTED}");
            return Err(Error::new(ErrorKind::Corrupt, name, problem));
        }
        match id3_length(&head) {
            Some(length) => start += length,
            None => return classify(&head, name),
        }
    }
    Err(Error::new(ErrorKind::Corrupt, name, format!("more than {MAX_TAGS} ID3 tags before the audio; {WANTED}")))
}

/// Bytes of a leading ID3v2 tag, header and footer included (ID3v2.4 §3.1).
fn id3_length(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] = *head else { return None };
    let size = [a, b, c, d].iter().fold(0u64, |size, &byte| (size << 7) | u64::from(byte & 0x7f));
    Some(10 + size + if flags & 0x10 != 0 { 10 } else { 0 })
}

fn classify(head: &[u8], name: &str) -> Result<Container> {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if (at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Ok(Container::Wave);
    }
    if at(0, b"fLaC") {
        return Ok(Container::Flac);
    }
    if at(0, b"OggS") {
        return ogg_codec(head, name);
    }
    if is_mp3_frame(head) {
        let length_known = head.windows(4).any(|tag| tag == b"Xing" || tag == b"Info");
        return Ok(Container::Mp3 { length_known });
    }
    for &(offset, magic, what) in FOREIGN {
        if at(offset, magic) {
            let problem = format!("{WANTED}, got {what}; convert it, for example: ffmpeg -i FILE -ar 16000 FILE.wav");
            return Err(Error::new(ErrorKind::Unsupported, name, problem));
        }
    }
    let first: Vec<String> = head.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let problem = format!("not an audio file: {WANTED}, got bytes {}", first.join(" "));
    Err(Error::new(ErrorKind::Corrupt, name, problem))
}

/// The codec's own header is the payload of the first page (RFC 3533 §6: 27 bytes, then the lacing values).
fn ogg_codec(head: &[u8], name: &str) -> Result<Container> {
    let payload = head.get(26).and_then(|&lacing| head.get(27 + usize::from(lacing)..)).unwrap_or_default();
    if payload.starts_with(b"\x01vorbis") || payload.starts_with(b"\x7fFLAC") {
        return Ok(Container::Ogg);
    }
    let codec = if payload.starts_with(b"OpusHead") {
        "Opus"
    } else if payload.starts_with(b"Speex") {
        "Speex"
    } else {
        "an unknown codec"
    };
    let problem =
        format!("expected Vorbis or FLAC in Ogg, got {codec}; convert it, for example: ffmpeg -i FILE FILE.wav");
    Err(Error::new(ErrorKind::Unsupported, name, problem))
}

/// An MPEG audio frame header of layer III with a valid bit rate and sample rate (ISO/IEC 11172-3 §2.4.1.3).
fn is_mp3_frame(head: &[u8]) -> bool {
    let [0xff, second, third, ..] = *head else { return false };
    let (sync, version, layer) = (second & 0xe0 == 0xe0, (second >> 3) & 3, (second >> 1) & 3);
    let (bit_rate, sample_rate) = (third >> 4, (third >> 2) & 3);
    sync && version != 1 && layer == 1 && bit_rate != 0 && bit_rate != 15 && sample_rate != 3
}
