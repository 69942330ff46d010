//! Threads that listen to one recording after another, and a watch over how long each takes.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::listing::Item;
use super::rated::{rate, rated};
use super::row::Row;
use super::suspect::Marks;
use crate::audio::Samples;
use crate::capture::{Channel, ReadOptions, read_stereo, read_with};
use crate::error::{Error, ErrorKind, Result};
use crate::judge::{Consent, Policy};
use crate::listen::{Listener, Terms, Timings};
use crate::voice::is_two_sided;

/// What all workers share.
pub struct Work {
    pub listener: Arc<Listener>,
    pub policy: Arc<Policy>,
    pub consent: Consent,
    pub terms: Terms,
    pub max_seconds: f64,
    pub root: PathBuf,
    pub items: Vec<Item>,
    pub marks: Marks,
    next: AtomicUsize,
    stopped: AtomicBool,
    workers: AtomicUsize,
    /// When each recording that is being listened to was begun, by its index.
    begun: Mutex<HashMap<usize, Instant>>,
}

/// What became of one recording.
pub struct Done {
    pub index: usize,
    pub outcome: Result<(Box<Row>, Timings)>,
}

impl Work {
    pub fn new(
        listener: Arc<Listener>,
        policy: Arc<Policy>,
        consent: Consent,
        terms: Terms,
        max_seconds: f64,
        listing: (PathBuf, Vec<Item>),
        marks: Marks,
    ) -> Self {
        let (root, items) = listing;
        Self {
            listener,
            policy,
            consent,
            terms,
            max_seconds,
            root,
            items,
            marks,
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            workers: AtomicUsize::new(0),
            begun: Mutex::default(),
        }
    }

    /// No recording is begun after this.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Recordings that were begun longer ago than `limit`; each is told once.
    pub fn overdue(&self, limit: Duration) -> Vec<usize> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let late: Vec<usize> = begun.iter().filter(|(_, at)| at.elapsed() > limit).map(|(index, _)| *index).collect();
        for index in &late {
            begun.remove(index);
        }
        late
    }

    fn one(&self, item: &Item) -> Result<(Box<Row>, Timings)> {
        let path = self.root.join(&item.file);
        let real = path.canonicalize().map_err(|e| Error::io(&path, &e))?;
        if !real.starts_with(&self.root) {
            let problem = "the path leaves the folder by a link; name its folder with --root";
            return Err(Error::new(ErrorKind::Permission, item.file.clone(), problem));
        }
        let terms = Terms { language: item.language.unwrap_or(self.terms.language), ..self.terms };
        let options = ReadOptions {
            channel: item.channel.map_or(Channel::Mix, Channel::from),
            max_seconds: self.max_seconds,
            ..Default::default()
        };
        self.listen(&real, item, terms, &options)
    }

    fn listen(&self, path: &Path, item: &Item, terms: Terms, options: &ReadOptions) -> Result<(Box<Row>, Timings)> {
        let (answer, decision, seconds) =
            rate(path, || callers_side(path, options), &self.listener, terms, &self.policy, self.consent)?;
        let evidence = answer.evidence(&self.policy, self.consent);
        let row = Row {
            rated: rated(item.file.clone(), &answer, &evidence, decision),
            channel: item.channel,
            language: terms.language,
            seconds: (1000.0 * seconds).round() / 1000.0,
            speech_s: answer.speech_s,
            keys: answer.keys.presses.iter().map(|press| char::from(press.digit)).collect(),
            truth: item.truth,
        };
        Ok((Box::new(row), answer.timings))
    }
}

/// The channel that is asked for. Two people who talk in turn on two channels are not mixed: one of them is an agent.
fn callers_side(path: &Path, options: &ReadOptions) -> Result<Samples> {
    let samples = read_with(path, options)?;
    if options.channel == Channel::Mix && is_two_sided(&read_stereo(path)?) {
        let problem = "two people on two channels; name the caller's in a manifest's column channel: left or right";
        return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
    }
    Ok(samples)
}

/// Starts a worker. It ends when nothing is left to be begun, or nobody takes its results.
///
/// # Errors
/// [`ErrorKind::Limit`] if the system gives no thread.
pub fn start(work: &Arc<Work>, results: SyncSender<Done>) -> Result<()> {
    let work = Arc::clone(work);
    let number = work.workers.fetch_add(1, Ordering::Relaxed);
    let body = move || {
        while !work.stopped.load(Ordering::Relaxed) {
            let index = work.next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = work.items.get(index) else { break };
            work.begun.lock().unwrap_or_else(PoisonError::into_inner).insert(index, Instant::now());
            work.marks.begin(number, item);
            // A recording that makes a component panic must not take the others with it.
            let outcome = catch_unwind(AssertUnwindSafe(|| work.one(item))).unwrap_or_else(|panic| {
                let problem = format!("a component stopped on it ({}); please report this recording", message(&*panic));
                Err(Error::new(ErrorKind::Internal, item.file.clone(), problem))
            });
            // Whoever was overdue has been counted already, and another worker has taken this one's place.
            let in_time = work.begun.lock().unwrap_or_else(PoisonError::into_inner).remove(&index).is_some();
            if !in_time || results.send(Done { index, outcome }).is_err() {
                break;
            }
        }
    };
    let started = thread::Builder::new().name("answer".into()).spawn(body);
    started.map(drop).map_err(|e| Error::new(ErrorKind::Limit, "threads", format!("cannot be started: {e}")))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}
