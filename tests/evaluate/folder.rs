//! What several of these tests share: folders of recordings, runs over them, and what they wrote.

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::program::{self, write_wav};

/// A folder of recordings and one for results, both gone at the end of the test.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.input()).unwrap();
        place
    }

    pub fn input(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    pub fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Copies sample answers by their names in `audio/calls`.
    pub fn answers(&self, names: &[&str]) {
        for name in names {
            self.answer_as(name, &format!("{name}.wav"));
        }
    }

    pub fn answer_as(&self, name: &str, path: &str) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/calls").join(format!("{name}.wav"));
        let path = self.input().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(source, path).unwrap();
    }

    /// A recording of one telephone key: done in milliseconds, since no speech is in it.
    pub fn key(&self, path: &str, digit: usize) {
        let (rows, columns) = ([697.0, 770.0, 852.0], [1209.0, 1336.0, 1477.0]);
        let (row, column) = (rows[(digit - 1) / 3], columns[(digit - 1) % 3]);
        let sample = |i: usize| {
            let t = i as f32 / 8_000.0;
            if (800..1_600).contains(&i) { 0.25 * ((TAU * row * t).sin() + (TAU * column * t).sin()) } else { 0.0 }
        };
        let path = self.input().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_wav(&path, 8_000, &(0..2_400).map(sample).collect::<Vec<_>>());
    }
}

pub fn evaluate(input: &Path, out: &Path, more: &[&str]) -> Output {
    command(input, out, more).output().unwrap()
}

pub fn command(input: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = program::codetta();
    command.arg("evaluate").arg(input).arg("--out").arg(out).args(more);
    command
}

/// The lines of a file, sorted: the order in which answers were done does not count.
pub fn sorted(path: &Path) -> Vec<String> {
    let mut lines: Vec<String> = fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

pub fn rows(path: &Path) -> Vec<Value> {
    sorted(path).iter().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

pub fn results(out: &Path) -> Vec<Value> {
    rows(&out.join("results.jsonl"))
}

pub fn quarantine(out: &Path) -> Vec<Value> {
    rows(&out.join("quarantine.jsonl"))
}
