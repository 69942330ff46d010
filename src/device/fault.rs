//! What goes wrong with a running device: noted by its callbacks without waiting, read by whoever holds the stream.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use crate::error::{Error, ErrorKind};

/// Whether a stream still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    Running,
    /// The device is gone (unplugged, its sound server stopped): open another.
    Gone,
}

/// What has gone wrong so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Buffers that came too late (xruns), as the system tells them.
    pub late_buffers: u64,
    /// Frames that were lost because nobody fetched them.
    pub lost_frames: u64,
}

/// A stream that has failed for so long, without one buffer in between, does not heal (milliseconds).
const HOPELESS_MS: u64 = 2_000;

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Milliseconds of one clock, never 0.
fn now_ms() -> u64 {
    BEGAN.elapsed().as_millis() as u64 + 1
}

fn is_hopeless(failing_since_ms: u64, now_ms: u64) -> bool {
    failing_since_ms > 0 && now_ms.saturating_sub(failing_since_ms) > HOPELESS_MS
}

/// Counters that callbacks write. Each stands alone, so that relaxed order is enough.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    late_buffers: AtomicU64,
    /// Since when an unclassified failure lasts; 0 while buffers come.
    failing_since_ms: AtomicU64,
    gone: AtomicU8,
}

impl Watch {
    /// What a stream's error callback does: counts what heals by itself, notes what does not. Neither locks nor waits.
    pub(crate) fn note(self: &Arc<Self>) -> impl FnMut(cpal::Error) + Send + 'static {
        let watch = Arc::clone(self);
        move |error| match error.kind() {
            cpal::ErrorKind::Xrun => _ = watch.late_buffers.fetch_add(1, Ordering::Relaxed),
            cpal::ErrorKind::DeviceChanged | cpal::ErrorKind::RealtimeDenied => {}
            cpal::ErrorKind::DeviceNotAvailable
            | cpal::ErrorKind::StreamInvalidated
            | cpal::ErrorKind::HostUnavailable => watch.gone.store(1, Ordering::Relaxed),
            // Unclassified, such as a delay that the sound server does not know yet: it may heal.
            _ => {
                let first = watch.failing_since_ms.compare_exchange(0, now_ms(), Ordering::Relaxed, Ordering::Relaxed);
                if first.is_ok() {
                    tracing::debug!("the sound system reports: {error}");
                }
            }
        }
    }

    /// A buffer has come: whatever failed has healed. For the sound callback: neither locks nor waits.
    pub(crate) fn alive(&self) {
        self.failing_since_ms.store(0, Ordering::Relaxed);
    }

    pub(crate) fn faults(&self) -> Faults {
        Faults { late_buffers: self.late_buffers.load(Ordering::Relaxed), lost_frames: 0 }
    }

    pub(crate) fn state(&self) -> DeviceState {
        let hopeless = is_hopeless(self.failing_since_ms.load(Ordering::Relaxed), now_ms());
        let gone = self.gone.load(Ordering::Relaxed) != 0 || hopeless;
        if gone { DeviceState::Gone } else { DeviceState::Running }
    }
}

/// The sound system's error as ours: what it is about, and what to do.
pub(super) fn error(subject: &str, error: &cpal::Error) -> Error {
    let advice = match error.kind() {
        cpal::ErrorKind::DeviceBusy => "another program uses it; close that, or choose another device",
        cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::StreamInvalidated => {
            "it is not there; plug it in, choose one of those that --devices lists, or work with files (--input, --output)"
        }
        cpal::ErrorKind::HostUnavailable => "the sound server does not run; start it, or work with files (--input)",
        cpal::ErrorKind::PermissionDenied => "this user may not use it; see the system's privacy or group settings",
        cpal::ErrorKind::UnsupportedConfig => "it does not run at a rate that we know; choose another device",
        _ => "choose another device (--devices lists them), or work with files (--input, --output)",
    };
    Error::new(ErrorKind::Device, subject, format!("{error}; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_buffer_is_counted_and_a_lost_device_is_noted() {
        let watch = Arc::new(Watch::default());
        let mut note = watch.note();
        note(cpal::Error::new(cpal::ErrorKind::Xrun));
        note(cpal::Error::new(cpal::ErrorKind::Xrun));
        note(cpal::Error::new(cpal::ErrorKind::DeviceChanged));
        assert_eq!((watch.faults().late_buffers, watch.state()), (2, DeviceState::Running));
        note(cpal::Error::new(cpal::ErrorKind::BackendError));
        assert_eq!(watch.state(), DeviceState::Running, "it may heal");
        assert!(is_hopeless(5, 6 + HOPELESS_MS) && !is_hopeless(5, HOPELESS_MS));
        watch.alive();
        assert!(!is_hopeless(watch.failing_since_ms.load(Ordering::Relaxed), u64::MAX), "it has healed");
        let watch = Arc::new(Watch::default());
        watch.note()(cpal::Error::new(cpal::ErrorKind::DeviceNotAvailable));
        assert_eq!(watch.state(), DeviceState::Gone);
    }
}
