//! A record's parts that lie in rows of their own, and what is no record.

use super::call_record::CallRecord;
use super::sql::digest;
use crate::error::{Error, ErrorKind, Result};

/// A record's free text, audio apart: more than this is not one call's.
const TEXT_LIMIT: usize = 1 << 20;
const AUDIO_LIMIT: usize = 256 << 20;

/// One part of a record that lies in its own row.
pub(super) struct Part {
    pub class: &'static str,
    pub plain: Vec<u8>,
}

/// One hash over several objects of a record.
pub(super) fn combined(objects: &[(impl AsRef<str>, [u8; 32])]) -> [u8; 32] {
    let parts: Vec<&[u8]> = objects.iter().flat_map(|(class, hash)| [class.as_ref().as_bytes(), &hash[..]]).collect();
    digest(&parts)
}

/// The rows of a record's content.
///
/// # Errors
/// [`ErrorKind::Internal`] for what JSON cannot hold.
pub(super) fn parts(record: &CallRecord) -> Result<Vec<Part>> {
    let json = |value: &CallRecord| {
        serde_json::to_vec(value)
            .map_err(|e| Error::new(ErrorKind::Internal, "call record", format!("cannot be written as JSON: {e}")))
    };
    let mut open = record.clone();
    (open.transcript, open.customer, open.audio) = (None, None, None);
    let mut parts = vec![Part { class: "detail", plain: json(&open)? }];
    if let Some(customer) = &record.customer {
        let plain = serde_json::to_vec(customer).unwrap_or_default();
        parts.push(Part { class: "identity", plain });
    }
    if let Some(text) = &record.transcript {
        parts.push(Part { class: "transcript", plain: text.clone().into_bytes() });
    }
    if let Some(audio) = &record.audio {
        parts.push(Part { class: "audio", plain: audio.clone() });
    }
    Ok(parts)
}

/// Whether a record is one.
///
/// # Errors
/// [`ErrorKind::Usage`] saying what was expected and found.
pub(super) fn check(record: &CallRecord) -> Result<()> {
    let wrong = |problem: String| Err(Error::new(ErrorKind::Usage, format!("call {:?}", record.call), problem));
    if record.version != 1 {
        return wrong(format!("expected record version 1, got {}", record.version));
    }
    if record.call.trim().is_empty() || record.call.len() > 200 {
        return wrong(format!("expected a name of 1 to 200 bytes, got {}", record.call.len()));
    }
    if record.customer.as_ref().is_some_and(|c| c.id.trim().is_empty() || c.id.len() > 200) {
        return wrong("expected a customer id of 1 to 200 bytes".into());
    }
    // 1970 to 9999: what a date can be written of.
    if !(0..253_402_300_800_000).contains(&record.at_unix_ms) {
        return wrong(format!("expected a start between 1970 and 9999, got {} ms since 1970", record.at_unix_ms));
    }
    let text = record.transcript.as_ref().map_or(0, String::len);
    if text > TEXT_LIMIT {
        return wrong(format!("expected a transcript of at most {TEXT_LIMIT} bytes, got {text}"));
    }
    let audio = record.audio.as_ref().map_or(0, Vec::len);
    if audio > AUDIO_LIMIT {
        return wrong(format!("expected audio of at most {AUDIO_LIMIT} bytes, got {audio}"));
    }
    Ok(())
}
