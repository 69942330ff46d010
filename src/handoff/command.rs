//! A hand-over by a configured command: a dial script, or a webhook client. It is spawned, never waited for.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::adapter::{Adapter, HandoffRequest, Line};
use super::state::News;
use crate::error::{Error, ErrorKind, Result};

/// A command that says more than this is broken: it is cut off there.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// Spawns a command for each request.
///
/// The request comes on its standard input as one line of JSON ([`HandoffRequest`]). It answers on standard output, a
/// word a line: `ringing`, `answered`, `busy`, `no_answer` or `failed`; other lines are ignored. If it exits before a
/// final word, the hand-over has failed, and the last line of its standard error says why. It runs without a shell, in
/// a process group of its own, which is killed when the request is taken back or the caller's patience ends; one that
/// has answered is left to run until it exits.
#[derive(Clone, Debug)]
pub struct CommandAdapter {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl CommandAdapter {
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self { program: program.into(), arguments: arguments.into_iter().map(Into::into).collect() }
    }
}

enum Message {
    News(News),
    /// One of its two outputs ended.
    Ended,
    /// The last line that it wrote to standard error.
    Complaint(String),
}

impl Adapter for CommandAdapter {
    fn request(&mut self, request: &HandoffRequest) -> Result<Box<dyn Line>> {
        let subject = || self.program.display().to_string();
        let mut json = serde_json::to_vec(request)
            .map_err(|e| Error::new(ErrorKind::Internal, "hand-over", format!("cannot be written as JSON: {e}")))?;
        json.push(b'\n');
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|e| Error::io(&self.program, &e))?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::new(ErrorKind::Internal, subject(), "was started without its pipes"));
        };
        let (sender, receiver) = channel();
        // Threads, since a command may read, write or close its pipes in any order; each ends with the pipes.
        let complaints = sender.clone();
        thread::spawn(move || write_request(stdin, &json));
        thread::spawn(move || read_complaint(stderr, &complaints));
        thread::spawn(move || read_news(stdout, &sender));
        Ok(Box::new(Spawned {
            subject: subject(),
            child: Some(child),
            receiver,
            answered: false,
            complaint: None,
            ended: 0,
        }))
    }
}

/// A command that does not read its input is no fault: not every script wants to know who calls.
fn write_request(mut stdin: impl Write, json: &[u8]) {
    let _ = stdin.write_all(json);
}

fn read_news(stdout: impl Read, sender: &Sender<Message>) {
    for line in BufReader::new(stdout.take(OUTPUT_LIMIT)).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        if let Some(news) = News::ALL.into_iter().find(|news| news.word() == line.trim()) {
            // Nobody listens any more: the request was taken back.
            if sender.send(Message::News(news)).is_err() {
                return;
            }
        }
    }
    let _ = sender.send(Message::Ended);
}

fn read_complaint(stderr: impl Read, sender: &Sender<Message>) {
    let lines = BufReader::new(stderr.take(OUTPUT_LIMIT)).split(b'\n').map_while(Result::ok);
    let last =
        lines.map(|line| String::from_utf8_lossy(&line).trim().to_owned()).filter(|line| !line.is_empty()).last();
    if let Some(line) = last {
        let _ = sender.send(Message::Complaint(line.chars().take(200).collect()));
    }
    let _ = sender.send(Message::Ended);
}

struct Spawned {
    subject: String,
    child: Option<Child>,
    receiver: Receiver<Message>,
    answered: bool,
    complaint: Option<String>,
    /// How many of its two outputs have ended.
    ended: u8,
}

impl Line for Spawned {
    fn poll(&mut self) -> Option<News> {
        while let Ok(message) = self.receiver.try_recv() {
            match message {
                Message::News(news) => {
                    self.answered |= news == News::Answered;
                    return Some(news);
                }
                Message::Complaint(line) => self.complaint = Some(line),
                Message::Ended => self.ended += 1,
            }
        }
        // Both, so that the complaint is known. After a final word this changes nothing, since a final state stays.
        self.ended.checked_sub(2).map(|_| {
            self.ended = 0;
            News::Failed
        })
    }

    fn cancel(&mut self) {
        if let Some(mut child) = self.child.take() {
            kill_group(&mut child);
            // Collecting its exit status may take a moment; the call does not wait for it.
            thread::spawn(move || child.wait());
        }
    }

    fn problem(&self) -> Option<String> {
        let why = self.complaint.as_deref().unwrap_or("it gave no reason");
        (!self.answered).then(|| format!("{}: the command brought no human: {why}", self.subject))
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if self.answered {
            if let Some(mut child) = self.child.take() {
                thread::spawn(move || child.wait());
            }
        } else {
            self.cancel();
        }
    }
}

/// The command and whatever it has started: a child that lived on would hold the pipes open, and the line engaged.
fn kill_group(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // It may be gone already, which is what was wanted.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
}
