//! The run: what is not done yet is done, and each result is written as it comes.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;

use super::journal::Journal;
use super::listing::{Item, Listing};
use super::retry::{OVERDUE, release};
use super::row::{Refusal, Row, Timed, key};
use super::settings::Settings;
use super::suspect::Marks;
use super::table::{Table, TableKind};
use super::worker::{Done, Work, start};
use crate::error::{Error, ErrorKind, Result};
use crate::judge::{Consent, Policy};
use crate::listen::{Listener, Terms};

pub const RESULTS: &str = "results.jsonl";
pub const QUARANTINE: &str = "quarantine.jsonl";
pub const TIMINGS: &str = "timings.jsonl";
pub const RUN: &str = "run.json";
/// Workers that may hang before the run gives up: each keeps what it holds.
pub(super) const MOST_LOST: usize = 16;
/// How often the watch looks.
const WATCH: Duration = Duration::from_millis(500);

/// Tries one recording in a process of its own; the way that process died, if it did.
pub type Alone = Box<dyn Fn(&Item) -> Option<String>>;

/// Everything that a run needs.
pub struct Batch {
    pub listener: Arc<Listener>,
    pub policy: Arc<Policy>,
    pub consent: Consent,
    pub terms: Terms,
    pub settings: Settings,
    /// Folder that results are written to.
    pub out: PathBuf,
    /// Go on with what is in `out`; else it must hold no results yet.
    pub resume: bool,
    /// Answers done at the same time; at most what the listener was loaded for is of use.
    pub at_once: NonZeroUsize,
    /// A recording that takes longer is put in quarantine.
    pub time_limit: Duration,
    pub table: Option<TableKind>,
    /// Does a recording in a process of its own and says how that process died, if it did. Asked about those that an
    /// earlier run was at when it ended early, so that one which kills its process is met once and not for ever.
    pub alone: Alone,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Recordings listed, and how many of them are done or refused, those of earlier runs included.
    pub listed: usize,
    pub done: usize,
    pub refused: usize,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Recordings with a result, and with a reason why not, earlier runs included.
    pub results: usize,
    pub refused: usize,
    /// Results that this run added, and the time it took.
    pub added: usize,
    pub elapsed: Duration,
    /// From the start of the run (models loaded) to its first result.
    pub first_result: Option<Duration>,
    pub left_aside: BTreeMap<String, usize>,
}

/// The files that a run appends to.
struct Files {
    results: Journal,
    quarantine: Journal,
    timings: Journal,
    table: Option<Table>,
    /// Keys of what is done.
    done: HashSet<String>,
    /// Keys of what was in quarantine for a cause that may have passed, and is tried again.
    retried: HashSet<String>,
    rows: usize,
    refused: usize,
    /// Held while the run lasts, so that no second run writes to the same folder.
    _lock: fs::File,
}

/// Does everything in `listing` that is not done yet. `progress` is told after each recording.
///
/// Blocking. Memory does not grow with the number of recordings, but for the listing itself.
///
/// # Errors
/// [`ErrorKind::Usage`] if `out` holds results and `resume` is off, is in use, or was made with other settings;
/// [`ErrorKind::Write`] when the disk is full: what was recorded is kept.
pub fn run(batch: &Batch, listing: Listing, mut progress: impl FnMut(Progress)) -> Result<Outcome> {
    let mut files = Files::open(batch, &listing.items)?;
    let listed = listing.items.len() + listing.refused.len();
    for refusal in &listing.refused {
        if files.done.insert(refusal.key()) {
            files.refuse(refusal)?;
        }
    }
    let mut items = listing.items;
    items.retain(|item| !files.done.contains(&key(&item.file, item.channel)));
    // Last, so that what cannot be done again holds up nothing that can. The sort is stable.
    items.sort_by_key(|item| files.retried.contains(&key(&item.file, item.channel)));
    let marks = Marks::open(&batch.out)?;
    files.refuse_deadly(batch, &marks, &mut items)?;
    // From here on the queue says what is left.
    (files.done, files.retried) = (HashSet::new(), HashSet::new());
    let mut left = items.len();
    let work = Arc::new(Work::new(
        Arc::clone(&batch.listener),
        Arc::clone(&batch.policy),
        batch.consent,
        batch.terms,
        batch.settings.max_seconds,
        (listing.root, items),
        marks,
    ));
    let begin = Instant::now();
    let (sender, results) = sync_channel::<Done>(2 * batch.at_once.get());
    for _ in 0..batch.at_once.get().min(left) {
        start(&work, sender.clone())?;
    }
    let mut outcome = Outcome {
        results: 0,
        refused: 0,
        added: 0,
        elapsed: Duration::ZERO,
        first_result: None,
        left_aside: listing.left_aside,
    };
    let mut lost = 0;
    while left > 0 {
        progress(Progress { listed, done: listed - left, refused: files.refused });
        if let Ok(done) = results.recv_timeout(WATCH) {
            let kept = files.keep(&work, done, &mut outcome);
            if kept.is_err() {
                work.stop();
            }
            outcome.first_result.get_or_insert_with(|| begin.elapsed());
            left -= 1;
            kept?;
        }
        for index in work.overdue(batch.time_limit) {
            files.overdue(&work, index, batch.time_limit)?;
            left -= 1;
            lost += 1;
            replace(&work, &sender, lost)?;
        }
    }
    progress(Progress { listed, done: listed, refused: files.refused });
    work.marks.clear();
    outcome.elapsed = begin.elapsed();
    (outcome.results, outcome.refused) = (files.rows, files.refused);
    files.finish()?;
    Ok(outcome)
}

fn replace(work: &Arc<Work>, sender: &SyncSender<Done>, lost: usize) -> Result<()> {
    if lost > MOST_LOST {
        work.stop();
        let problem =
            format!("more than {MOST_LOST} recordings passed the time limit; free the machine, then use --resume");
        return Err(Error::new(ErrorKind::Limit, "evaluation", problem));
    }
    start(work, sender.clone())
}

impl Files {
    fn open(batch: &Batch, items: &[Item]) -> Result<Self> {
        let out = &batch.out;
        fs::create_dir_all(out).map_err(|e| Error::io(out, &e))?;
        let lock = lock(out)?;
        let path = |name: &str| out.join(name);
        let holds_results = [RESULTS, QUARANTINE].iter().any(|n| fs::metadata(path(n)).is_ok_and(|m| m.len() > 0));
        if holds_results && !batch.resume {
            let problem = "holds results already; go on with --resume, or name another folder with --out";
            return Err(Error::new(ErrorKind::Usage, out.display().to_string(), problem));
        }
        if !holds_results {
            // What an earlier run was made with counts only beside its results.
            let _ = fs::remove_file(path(RUN));
        }
        batch.settings.keep(&path(RUN))?;
        let mut done = HashSet::new();
        let (mut rows, mut refused) = (0, 0);
        // A table cannot be appended to after a crash as safely as lines can: it is begun anew from the results.
        let mut table = batch.table.map(|kind| Table::create(kind, out)).transpose()?;
        let results = Journal::open(&path(RESULTS), |row: Row| {
            rows += 1;
            done.insert(row.key());
            table.as_mut().map_or(Ok(()), |table| table.append(&row))
        })?;
        let retried = release(&path(QUARANTINE), items)?;
        let quarantine = Journal::open(&path(QUARANTINE), |refusal: Refusal| {
            refused += 1;
            done.insert(refusal.key());
            Ok(())
        })?;
        let timings = Journal::open(&path(TIMINGS), |_: Timed<IgnoredAny>| Ok(()))?;
        Ok(Self { results, quarantine, timings, table, done, retried, rows, refused, _lock: lock })
    }

    fn keep(&mut self, work: &Work, done: Done, outcome: &mut Outcome) -> Result<()> {
        let item = &work.items[done.index];
        match done.outcome {
            Ok((row, timings)) => {
                // The time first: so a result always has one, and one without a result is superseded when it is redone.
                self.timings.append(&Timed { file: item.file.clone(), channel: item.channel, timings_ms: timings })?;
                self.results.append(&row)?;
                self.rows += 1;
                outcome.added += 1;
                self.table.as_mut().map_or(Ok(()), |table| table.append(&row))
            }
            Err(error) => self.refuse(&Refusal::new(&item.file, item.channel, &error)),
        }
    }

    fn overdue(&mut self, work: &Work, index: usize, limit: Duration) -> Result<()> {
        let item = &work.items[index];
        let problem = format!("{OVERDUE} {} s; shorten it, or raise --time-limit", limit.as_secs_f64());
        self.refuse(&Refusal::new(&item.file, item.channel, &Error::new(ErrorKind::Limit, "", problem)))
    }

    /// What an earlier process was at when it died is tried in a process of its own first.
    fn refuse_deadly(&mut self, batch: &Batch, marks: &Marks, items: &mut Vec<Item>) -> Result<()> {
        let left = marks.left();
        let suspects: Vec<Item> =
            items.iter().filter(|item| left.contains(&key(&item.file, item.channel))).cloned().collect();
        for suspect in suspects {
            let Some(death) = (batch.alone)(&suspect) else { continue };
            let problem =
                format!("the process died on it ({death}), also when it was alone; please report this recording");
            self.refuse(&Refusal::new(&suspect.file, suspect.channel, &Error::new(ErrorKind::Internal, "", problem)))?;
            items.retain(|item| *item != suspect);
        }
        Ok(())
    }

    fn refuse(&mut self, refusal: &Refusal) -> Result<()> {
        self.refused += 1;
        self.quarantine.append(refusal)
    }

    fn finish(self) -> Result<()> {
        for journal in [&self.results, &self.quarantine, &self.timings] {
            journal.sync()?;
        }
        self.table.map_or(Ok(()), Table::finish)
    }
}

/// Takes the folder for one run; the system gives it back when the run ends, however it ends.
fn lock(out: &Path) -> Result<fs::File> {
    let path = out.join(".lock");
    let file = fs::File::create(&path).map_err(|e| Error::io(&path, &e))?;
    #[cfg(unix)]
    if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
        let problem = "another run is writing to this folder; wait for it, or name another with --out";
        return Err(Error::new(ErrorKind::Usage, out.display().to_string(), problem));
    }
    Ok(file)
}
