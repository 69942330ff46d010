//! Whether an Ogg file is whole: a complete one ends where a page ends.

use std::io::{Read, Seek, SeekFrom};

/// Longest Ogg page: 27 bytes of header, 255 lacing values, 255 × 255 bytes of payload (RFC 3533 §6).
const LONGEST_PAGE: u64 = 27 + 255 + 255 * 255;

/// Whether the last page of `source` (`length` bytes) is cut off. Leaves the position as it was.
pub(super) fn is_cut<S: Read + Seek>(source: &mut S, length: u64) -> std::io::Result<bool> {
    let here = source.stream_position()?;
    source.seek(SeekFrom::Start(length.saturating_sub(2 * LONGEST_PAGE)))?;
    let mut tail = Vec::new();
    source.by_ref().take(2 * LONGEST_PAGE).read_to_end(&mut tail)?;
    source.seek(SeekFrom::Start(here))?;
    // The capture pattern may also occur inside a payload; version 0 behind it makes that unlikely.
    let Some(start) = tail.windows(5).rposition(|bytes| bytes == b"OggS\0") else { return Ok(true) };
    let page = &tail[start..];
    let end = page.get(26).and_then(|&count| {
        let lacing = page.get(27..27 + usize::from(count))?;
        Some(27 + usize::from(count) + lacing.iter().map(|&n| usize::from(n)).sum::<usize>())
    });
    Ok(end.is_none_or(|end| end > page.len()))
}
