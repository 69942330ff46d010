//! One recording in a process of its own: whether it is the one that kills its process.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use codetta::batch::Item;
use serde_json::json;

/// How to run this program again for one recording.
pub struct Alone {
    /// Folder that may be written to, and is removed afterwards.
    pub folder: PathBuf,
    pub root: PathBuf,
    /// The options of the run that results depend on.
    pub options: Vec<OsString>,
}

impl Alone {
    /// Does `item` in a process of its own. Says how that process died, or nothing if it ended by itself; also nothing
    /// where it could not be started, since then nothing is known against the recording.
    pub fn death(&self, item: &Item) -> Option<String> {
        let status = self.run(item);
        let _ = fs::remove_dir_all(&self.folder);
        died(&status?)
    }

    fn run(&self, item: &Item) -> Option<ExitStatus> {
        fs::create_dir_all(&self.folder).ok()?;
        let manifest = self.folder.join("one.jsonl");
        let row = json!({ "path": item.file, "language": item.language, "channel": item.channel });
        fs::write(&manifest, row.to_string()).ok()?;
        let mut command = Command::new(std::env::current_exe().ok()?);
        command.arg("evaluate").arg(&manifest).arg("--root").arg(&self.root);
        command.arg("--out").arg(self.folder.join("out")).args(["--threads", "1"]).args(&self.options);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()
    }
}

#[cfg(unix)]
fn died(status: &ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt;
    status.signal().map(|signal| format!("signal {signal}"))
}

#[cfg(not(unix))]
fn died(status: &ExitStatus) -> Option<String> {
    // Exit statuses of our own are 0, 1 and 2.
    status.code().filter(|code| !(0..=2).contains(code)).map(|code| format!("exit status {code}"))
}

/// Options by name and value, for [`Alone::options`].
pub fn option(options: &mut Vec<OsString>, name: &str, value: impl AsRef<Path>) {
    options.push(name.into());
    options.push(value.as_ref().as_os_str().to_owned());
}
