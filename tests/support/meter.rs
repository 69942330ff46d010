//! Loudness and true peak as ffmpeg's ebur128 measures them: a second opinion on our own meter.

use std::path::Path;
use std::process::Command;

#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub integrated_lufs: f32,
    pub true_peak_dbtp: f32,
}

pub fn ffmpeg_is_installed() -> bool {
    Command::new("ffmpeg").arg("-version").output().is_ok_and(|out| out.status.success())
}

/// Measures the part of a file between two times, in seconds.
pub fn ebur128(file: &Path, from_s: f64, to_s: f64) -> Measured {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-ss", &from_s.to_string(), "-t", &(to_s - from_s).to_string(), "-i"])
        .arg(file)
        .args(["-filter_complex", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .expect("ffmpeg that answered -version also runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit("Summary:").next().unwrap_or_default();
    let value = |name: &str| -> f32 {
        let rest = summary.split(name).nth(1).unwrap_or_else(|| panic!("no {name} in: {text}"));
        rest.split_whitespace()
            .next()
            .and_then(|v| v.parse().ok())
            .unwrap_or_else(|| panic!("no value of {name}: {text}"))
    };
    Measured { integrated_lufs: value("I:"), true_peak_dbtp: value("Peak:") }
}
