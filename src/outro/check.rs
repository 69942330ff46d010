//! Quality control: does each sound of a library keep what its entry promises, and will it play cleanly?

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::library::{Library, SoundFile};
use super::manifest::{Outro, Prompt};
use super::prompt::PromptId;
use crate::audio::{Stereo, integrated_loudness, true_peak};
use crate::error::Result;
use crate::units::{Decibels, Language};

/// Highest true peak, dBTP: EBU R 128 asks for −1 at most.
const PEAK_CEILING: f32 = -1.0;
/// How far the measured loudness may be from the declared one, LU.
const LOUDNESS_TOLERANCE: f32 = 0.5;
/// Largest change of level that a repeat may bring, dB.
const LARGEST_STEP: f32 = 6.0;
/// Under this level an end counts as silent, and over it as cut off: −60 and −46 dBFS.
const SILENCE: f32 = 0.001;
const ABRUPT: f32 = 0.005;
/// Longest silence before and after the sound, seconds.
const LONGEST_LEAD: f64 = 0.3;
const LONGEST_TAIL: f64 = 1.0;
/// Outros are the end of a call, hold music may be longer: seconds.
const SHORTEST_OUTRO: f64 = 4.0;
const LONGEST_OUTRO: f64 = 180.0;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; plays all the same.
    Remark,
    /// Will be heard, or is untrue: put it right.
    Fault,
}

/// Something that the check found, in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Outro (`bright-pop`) or prompt (`zh/greeting`).
    pub subject: String,
    pub severity: Severity,
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Fault { "fault" } else { "remark" };
        write!(f, "{}: {severity}: {}", self.subject, self.problem)
    }
}

/// Findings about one subject, as they are gathered.
struct Findings(Vec<Finding>, String);

impl Findings {
    fn about(subject: impl Into<String>) -> Self {
        Self(Vec::new(), subject.into())
    }

    fn add(&mut self, severity: Severity, problem: impl Into<String>) {
        self.0.push(Finding { subject: self.1.clone(), severity, problem: problem.into() });
    }

    fn fault_if(&mut self, wrong: bool, problem: impl FnOnce() -> String) {
        if wrong {
            self.add(Severity::Fault, problem());
        }
    }

    fn remark_if(&mut self, odd: bool, problem: impl FnOnce() -> String) {
        if odd {
            self.add(Severity::Remark, problem());
        }
    }
}

/// Checks every outro and prompt; `decode` turns a sound file into samples. No findings: all is well.
///
/// Reads and decodes the whole library: some seconds of work, not for a call.
pub fn check_library(library: &Library, decode: impl Fn(&SoundFile) -> Result<Stereo>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut owners: HashMap<Vec<u8>, String> = HashMap::new();
    let mut open = |subject: &str, file: &str, findings: &mut Vec<Finding>| -> Option<Stereo> {
        let mut about = Findings::about(subject);
        let sound = library.sound(file).and_then(|sound| {
            if let Some(owner) = owners.insert(sound.bytes.to_vec(), subject.to_owned()) {
                about.add(Severity::Fault, format!("the same recording as {owner}"));
            }
            decode(&sound)
        });
        let sound = sound.map_err(|e| about.add(Severity::Fault, e.to_string())).ok();
        findings.append(&mut about.0);
        sound
    };
    for outro in library.outros() {
        if let Some(sound) = open(&outro.id, &outro.file, &mut findings) {
            findings.extend(check_track(outro, &sound));
        }
    }
    for prompt in library.prompts() {
        if let Some(sound) = open(&prompt_name(prompt), &prompt.file, &mut findings) {
            findings.extend(check_prompt(prompt, &sound));
        }
    }
    for language in [Language::Zh, Language::En] {
        let mut about = Findings::about(format!("prompts {language}"));
        for id in PromptId::all() {
            about.fault_if(library.prompt(id, language).is_err(), || format!("there is no {id}"));
        }
        findings.append(&mut about.0);
    }
    findings
}

/// Checks an outro's sound against its entry.
pub fn check_track(outro: &Outro, sound: &Stereo) -> Vec<Finding> {
    let mut findings = Findings::about(&outro.id);
    findings.fault_if(outro.licence.trim().is_empty(), || "no licence is stated".to_owned());
    check_sound(sound, &mut findings);
    if let Ok(measured) = integrated_loudness(sound) {
        let off = (measured.0 - outro.loudness_lufs.0).abs();
        findings.fault_if(off.is_nan() || off > LOUDNESS_TOLERANCE, || {
            format!("measures {measured}, its entry says {}; correct loudness_lufs", outro.loudness_lufs)
        });
    }
    let length = sound.seconds();
    findings.remark_if(!(SHORTEST_OUTRO..=LONGEST_OUTRO).contains(&length), || {
        format!("is {length:.1} s long, expected {SHORTEST_OUTRO} to {LONGEST_OUTRO} s")
    });
    if let Some((start, end)) = outro.loop_s() {
        if end > length {
            findings.add(Severity::Fault, format!("loop_end_s {end} lies beyond its end at {length:.2} s"));
        } else {
            let step = seam_step(sound, start, end);
            findings.fault_if(step.abs() > LARGEST_STEP, || {
                format!("changes its level by {step:+.1} dB where it repeats; move loop_start_s or loop_end_s")
            });
        }
    }
    findings.fault_if(outro.ending_s.is_some_and(|ending| ending >= length), || {
        format!("ending_s {:?} lies beyond its end at {length:.2} s", outro.ending_s)
    });
    findings.0
}

/// Checks a prompt's sound and its entry.
pub fn check_prompt(prompt: &Prompt, sound: &Stereo) -> Vec<Finding> {
    let mut findings = Findings::about(prompt_name(prompt));
    findings.fault_if(prompt.licence.trim().is_empty(), || "no licence is stated".to_owned());
    findings.remark_if(prompt.text.trim().is_empty(), || "no text is stated".to_owned());
    check_sound(sound, &mut findings);
    findings.0
}

fn prompt_name(prompt: &Prompt) -> String {
    format!("{}/{}", prompt.language, prompt.id)
}

/// What holds for any sound of the library: peaks, ends, balance.
fn check_sound(sound: &Stereo, findings: &mut Findings) {
    let loudest = |i: usize| sound.left()[i].abs().max(sound.right()[i].abs());
    let length = sound.left().len();
    let first = (0..length).find(|&i| loudest(i) > SILENCE);
    let last = (0..length).rev().find(|&i| loudest(i) > SILENCE);
    let (Some(first), Some(last)) = (first, last) else {
        findings.add(Severity::Fault, "is silent");
        return;
    };
    let seconds = |samples: usize| samples as f64 / f64::from(sound.rate().hertz());
    if let Ok(peak) = true_peak(sound) {
        findings.fault_if(peak.0 > PEAK_CEILING, || format!("true peak {:.1} dBTP, at most {PEAK_CEILING}", peak.0));
    }
    findings.remark_if(seconds(first) > LONGEST_LEAD, || format!("begins with {:.2} s of silence", seconds(first)));
    let tail = seconds(length - 1 - last);
    findings.remark_if(tail > LONGEST_TAIL, || format!("ends with {tail:.2} s of silence"));
    findings.fault_if(loudest(0) > ABRUPT, || "begins with a click: its first sample is not silent".to_owned());
    findings.fault_if(loudest(length - 1) > ABRUPT, || "ends with a click: its last sample is not silent".to_owned());
    let power = |channel: &[f32]| channel.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>();
    let balance = 10.0 * (power(sound.left()).max(1e-12) / power(sound.right()).max(1e-12)).log10();
    findings.remark_if(balance.abs() > 6.0, || format!("leans to one side: left {balance:+.1} dB against right"));
    let mean = |channel: &[f32]| channel.iter().map(|&s| f64::from(s)).sum::<f64>() / channel.len() as f64;
    let offset = mean(sound.left()).abs().max(mean(sound.right()).abs()) as f32;
    findings.fault_if(offset > SILENCE * 10.0, || {
        format!("has a constant offset of {:.0} dBFS", Decibels::from_amplitude(offset).0)
    });
}

/// Level of what leads up to `end` against what leads up to `start`, dB over 0.2 s: the player blends the one into the
/// other, so the waveforms need not meet, but the levels must.
fn seam_step(sound: &Stereo, start: f64, end: f64) -> f32 {
    let mono = sound.to_mono();
    let place = |seconds: f64| sound.rate().frames(seconds).0 as usize;
    let level = |end: f64, start: f64| mono.slice(place(start)..place(end)).rms().max(SILENCE);
    let (before, after) = (level(end, end - 0.2), level(start + 0.2, start));
    // A loop that opens the track has nothing before it: what follows its start stands in.
    let usual = if start >= 0.2 { level(start, start - 0.2) } else { after };
    Decibels::from_amplitude(before / usual).0
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
