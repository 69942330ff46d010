//! Handing over: typed states, a bound on every adapter, and tasks to call back that survive a crash.

use std::time::Duration;

use codetta::handoff::{
    Adapter, CallbackFile, CallbackReason, CallbackTask, CommandAdapter, ConsoleAdapter, Handoff, HandoffRequest, Line,
    News, State,
};
use codetta::units::{Frames, Language, Rating};
use codetta::{Error, ErrorKind};
use proptest::prelude::*;

fn request() -> HandoffRequest {
    HandoffRequest {
        call: "call-7".to_owned(),
        language: Language::Zh,
        rating: Rating::new(1).ok(),
        band: None,
        reasons: vec![],
    }
}

/// An adapter that says what it is told to, and notes whether it was taken back.
struct Said {
    news: Vec<News>,
    cancelled: std::sync::Arc<std::sync::atomic::AtomicU32>,
}

impl Adapter for Said {
    fn request(&mut self, _: &HandoffRequest) -> codetta::Result<Box<dyn Line>> {
        Ok(Box::new(Said { news: self.news.clone(), cancelled: self.cancelled.clone() }))
    }
}

impl Line for Said {
    fn poll(&mut self) -> Option<News> {
        (!self.news.is_empty()).then(|| self.news.remove(0))
    }

    fn cancel(&mut self) {
        self.cancelled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Rings and rings.
struct Babbling;

impl Adapter for Babbling {
    fn request(&mut self, _: &HandoffRequest) -> codetta::Result<Box<dyn Line>> {
        Ok(Box::new(Babbling))
    }
}

impl Line for Babbling {
    fn poll(&mut self) -> Option<News> {
        Some(News::Ringing)
    }

    fn cancel(&mut self) {}
}

#[test]
fn an_adapter_that_babbles_is_bounded_too() {
    let mut handoff = Handoff::begin(&mut Babbling, &request(), Frames(0), Frames(10));
    assert_eq!(handoff.poll(Frames(0)), Some(News::Ringing));
    assert_eq!(handoff.poll(Frames(9)), None);
    assert_eq!(handoff.poll(Frames(10)), Some(News::NoAnswer));
}

struct Refusing;

impl Adapter for Refusing {
    fn request(&mut self, _: &HandoffRequest) -> codetta::Result<Box<dyn Line>> {
        Err(Error::new(ErrorKind::Device, "trunk", "no line is free; retry after a short delay"))
    }
}

proptest! {
    #[test]
    fn whatever_an_adapter_says_the_states_are_legal_and_the_end_comes_in_time(
        news in prop::collection::vec(prop::sample::select(News::ALL.to_vec()), 0..12),
        polls in 0u64..20,
        hangs_up in any::<bool>(),
    ) {
        let cancelled = std::sync::Arc::default();
        let mut adapter = Said { news, cancelled: std::sync::Arc::clone(&cancelled) };
        let mut handoff = Handoff::begin(&mut adapter, &request(), Frames(100), Frames(50));
        let mut seen = vec![State::Requested];
        for at in 0..polls {
            while let Some(_news) = handoff.poll(Frames(100 + at)) {
                prop_assert!(!seen.last().unwrap().is_final(), "nothing follows a final state");
                seen.push(handoff.state());
            }
        }
        if hangs_up {
            handoff.cancel();
            prop_assert!(handoff.state().is_final());
        }
        let told: Vec<News> = std::iter::from_fn(|| handoff.poll(Frames(150))).collect();
        prop_assert!(handoff.state().is_final());
        prop_assert!(handoff.deadline().is_none());
        prop_assert!(handoff.poll(Frames(151)).is_none());
        prop_assert!(!hangs_up || told.is_empty(), "no news after hanging up");
        let expected = u32::from(handoff.state() != State::Answered);
        prop_assert_eq!(cancelled.load(std::sync::atomic::Ordering::Relaxed), expected, "taken back once, unless answered");
    }
}

#[test]
fn an_adapter_that_refuses_is_a_failed_hand_over_with_its_reason() {
    let mut handoff = Handoff::begin(&mut Refusing, &request(), Frames(0), Frames(10));
    assert_eq!(handoff.poll(Frames(0)), Some(News::Failed));
    assert_eq!(handoff.problem(), Some("trunk: no line is free; retry after a short delay"));
}

#[test]
fn the_console_says_who_waits_and_answers_by_its_script() {
    let mut said = Vec::new();
    let mut adapter = ConsoleAdapter::answering(&mut said);
    let mut handoff = Handoff::begin(&mut adapter, &request(), Frames(0), Frames(1000));
    let news: Vec<News> = (0..30).filter_map(|at| handoff.poll(Frames(at))).collect();
    assert_eq!(news, [News::Ringing, News::Answered]);
    drop(handoff);
    assert_eq!(String::from_utf8(said).unwrap(), "hand-over of call-7 (zh, rated 1 of 5): \n");
}

#[cfg(unix)]
mod command {
    use super::*;

    fn shell(script: &str) -> CommandAdapter {
        CommandAdapter::new("/bin/sh", ["-c", script])
    }

    /// Polls at a standing sample clock until the hand-over is over; the wall clock only guards the test itself.
    fn to_its_end(handoff: &mut Handoff) -> Vec<News> {
        let mut news = Vec::new();
        let guard = std::time::Instant::now();
        while !handoff.state().is_final() {
            news.extend(handoff.poll(Frames(0)));
            assert!(guard.elapsed() < Duration::from_secs(60), "the command never came to an end");
            std::thread::yield_now();
        }
        news
    }

    fn begin(script: &str) -> Handoff {
        Handoff::begin(&mut shell(script), &request(), Frames(0), Frames(1000))
    }

    #[test]
    fn a_command_is_told_who_waits_and_tells_how_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let script =
            format!("cat > '{0}.part'; mv '{0}.part' '{0}'; echo ringing; echo noise; echo answered", told.display());
        let mut handoff = begin(&script);
        assert_eq!(to_its_end(&mut handoff), [News::Ringing, News::Answered]);
        let told: HandoffRequest = serde_json::from_str(&std::fs::read_to_string(told).unwrap()).unwrap();
        assert_eq!(told, request());
        assert_eq!(handoff.problem(), None);
    }

    #[test]
    fn busy_no_answer_and_failure_are_told_apart() {
        for (script, end) in [
            ("echo busy", News::Busy),
            ("echo ringing; echo no_answer", News::NoAnswer),
            ("exit 3", News::Failed),
            ("echo answered by a machine", News::Failed),
            ("yes", News::Failed),
        ] {
            assert_eq!(to_its_end(&mut begin(script)).last(), Some(&end), "{script}");
        }
    }

    #[test]
    fn a_failure_says_why() {
        let mut handoff = begin("echo dialling >&2; echo 'trunk 2 is down' >&2; exit 1");
        to_its_end(&mut handoff);
        let expected = "/bin/sh: the command brought no human: trunk 2 is down";
        assert_eq!(handoff.problem(), Some(expected));
        let mut missing = CommandAdapter::new("/nowhere/dial", Vec::<String>::new());
        let mut handoff = Handoff::begin(&mut missing, &request(), Frames(0), Frames(1000));
        assert_eq!(handoff.poll(Frames(0)), Some(News::Failed));
        assert!(handoff.problem().unwrap().contains("/nowhere/dial"));
    }

    #[test]
    fn a_command_that_hangs_is_bounded_by_the_callers_patience_and_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        // The shell hangs in a child of its own, which holds the pipes open.
        let script =
            format!("sleep 1000 & echo $! > '{0}.part'; mv '{0}.part' '{0}'; echo ringing; wait", pid.display());
        let mut handoff = begin(&script);
        let guard = std::time::Instant::now();
        while handoff.poll(Frames(999)) != Some(News::Ringing) {
            assert!(guard.elapsed() < Duration::from_secs(60));
            std::thread::yield_now();
        }
        assert_eq!(handoff.poll(Frames(999)), None);
        assert_eq!(handoff.poll(Frames(1000)), Some(News::NoAnswer));
        assert!(handoff.problem().is_some());
        let child = std::fs::read_to_string(pid).unwrap().trim().to_owned();
        let state = format!("/proc/{child}/stat");
        // Gone, or a zombie that its new parent has yet to collect.
        while std::fs::read_to_string(&state).is_ok_and(|stat| !stat.contains(") Z ")) && cfg!(target_os = "linux") {
            assert!(guard.elapsed() < Duration::from_secs(60), "the child of the command lives on");
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_answered_command_is_left_to_do_its_work() {
        let folder = tempfile::tempdir().unwrap();
        let (go, done) = (folder.path().join("go"), folder.path().join("done"));
        let script =
            format!("echo answered; while [ ! -e '{}' ]; do sleep 0.01; done; : > '{}'", go.display(), done.display());
        let mut handoff = begin(&script);
        assert_eq!(to_its_end(&mut handoff), [News::Answered]);
        drop(handoff);
        std::fs::write(go, "").unwrap();
        let guard = std::time::Instant::now();
        while !done.exists() {
            assert!(guard.elapsed() < Duration::from_secs(60), "it was killed");
            std::thread::yield_now();
        }
    }
}

fn task(call: &str) -> CallbackTask {
    let (language, reason) = (Language::En, CallbackReason::NobodyFree);
    CallbackTask { call: call.to_owned(), reason, language, rating: None, created_unix_s: 1_790_000_000, problem: None }
}

#[test]
fn callback_tasks_are_appended_and_survive_a_line_that_a_crash_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let file = CallbackFile::new(folder.path().join("callbacks.jsonl"));
    assert_eq!(file.tasks().unwrap(), []);
    file.append(&task("a")).unwrap();
    // A crash in the middle of the second.
    let mut bytes = std::fs::read(file.path()).unwrap();
    bytes.extend_from_slice(br#"{"call":"lost","rea"#);
    std::fs::write(file.path(), &bytes).unwrap();
    file.append(&task("b")).unwrap();
    let calls: Vec<String> = file.tasks().unwrap().into_iter().map(|task| task.call).collect();
    assert_eq!(calls, ["a", "b"]);
}

#[test]
fn many_writers_lose_no_task() {
    let folder = tempfile::tempdir().unwrap();
    let file = CallbackFile::new(folder.path().join("callbacks.jsonl"));
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let file = &file;
            scope.spawn(move || (0..25).for_each(|n| file.append(&task(&format!("{writer}-{n}"))).unwrap()));
        }
    });
    let calls: std::collections::BTreeSet<String> = file.tasks().unwrap().into_iter().map(|task| task.call).collect();
    assert_eq!(calls.len(), 100);
}

#[test]
fn a_folder_in_the_files_place_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = CallbackFile::new(folder.path()).append(&task("a")).unwrap_err();
    assert!(error.to_string().contains(&folder.path().display().to_string()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_no_half_line() {
    // /dev/full refuses every write.
    let error = CallbackFile::new("/dev/full").append(&task("a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Write, "{error}");
}
