//! Whole calls by the sample clock: real sound in, cues out, a listener that says what it is told to say.

use std::cell::RefCell;
use std::path::Path;
use std::sync::{Arc, Mutex};

use codetta::audio::{Samples, WavFile, resample};
use codetta::call::{
    Conversation, ConversationSettings, Duplex, Happening, Keeper, Note, Particulars, Rendered, Sink, Sounds,
    SoundsSettings, Understand, run_offline,
};
use codetta::capture::{ReadOptions, decode};
use codetta::dialogue::{CallReport, CallSettings, Outcome};
use codetta::handoff::{Adapter, CallbackReason, CommandAdapter, ConsoleAdapter, News};
use codetta::hear::{Heard, Intents, RatingPosterior, Transcript};
use codetta::judge::{Mood, Policy};
use codetta::keypad::Key;
use codetta::listen::{Answer, Terms};
use codetta::outro::{Library, PlayHistory, PromptId, sample_calls};
use codetta::play::{Mixer, MixerSettings, Sink as Format};
use codetta::segment::Utterance;
use codetta::units::{Frames, Language, Rating, SampleRate};
use codetta::{Error, ErrorKind, Result};

/// Hears one rating in whatever is said, or nothing.
struct Says(Option<u8>);

impl Understand for Says {
    fn understand(&self, _: &Utterance, terms: Terms) -> Result<Answer> {
        let Some(rating) = self.0 else { return Ok(Answer::silent(terms)) };
        let transcript = Transcript { text: format!("{rating}"), language: terms.language };
        let rating = RatingPosterior::certain(Rating::new(rating)?);
        let heard = Some(Heard { transcript, rating, intents: Intents::default() });
        Ok(Answer { heard, speech_s: 1.0, ..Answer::silent(terms) })
    }
}

/// A recogniser whose deadline always passes.
struct TooSlow;

impl Understand for TooSlow {
    fn understand(&self, _: &Utterance, _: Terms) -> Result<Answer> {
        Err(Error::new(ErrorKind::Limit, "recognition", "gave up after 10 s"))
    }
}

/// Why, and what the hand-over failed of.
type Callback = (CallbackReason, Option<String>);

#[derive(Clone, Default)]
struct Kept {
    reports: Arc<Mutex<Vec<CallReport>>>,
    callbacks: Arc<Mutex<Vec<Callback>>>,
    fails: bool,
}

impl Keeper for Kept {
    fn report(&mut self, _: &str, report: &CallReport, _: &Particulars) -> Result<()> {
        if self.fails {
            return Err(Error::new(ErrorKind::Write, "records", "No space left on device; free some space"));
        }
        self.reports.lock().unwrap().push(report.clone());
        Ok(())
    }

    fn call_back(&mut self, _: &str, reason: CallbackReason, _: &CallReport, problem: Option<&str>) -> Result<()> {
        self.callbacks.lock().unwrap().push((reason, problem.map(str::to_owned)));
        Ok(())
    }
}

/// How one call is set up.
struct Setting<'a> {
    library: Library,
    duplex: Duplex,
    adapter: Box<dyn Adapter>,
    kept: Kept,
    /// Called when everything is prepared, before the caller is on the line.
    prepared: &'a dyn Fn(),
}

impl Default for Setting<'_> {
    fn default() -> Self {
        let adapter = Box::new(ConsoleAdapter::new(std::io::sink(), vec![(10, News::Ringing), (100, News::Answered)]));
        let (library, kept) = (Library::built_in().unwrap(), Kept::default());
        Self { library, duplex: Duplex::Full, adapter, kept, prepared: &|| {} }
    }
}

/// What came of it: every note, and the sound.
struct Run {
    notes: Vec<Note>,
    outcome: Outcome,
    sound: Samples,
}

impl Run {
    fn find(&self, wanted: impl Fn(&Happening) -> bool) -> Option<f64> {
        self.notes.iter().find(|note| wanted(&note.happening)).map(|note| note.at_s)
    }

    fn prompts(&self) -> Vec<String> {
        let prompt = |note: &Note| match &note.happening {
            Happening::Prompt { prompt, .. } => Some(prompt.to_string()),
            _ => None,
        };
        self.notes.iter().filter_map(prompt).collect()
    }

    fn outro(&self) -> Option<(Mood, Option<f64>, bool)> {
        self.notes.iter().rev().find_map(|note| match &note.happening {
            Happening::Outro { mood, after_speech_ms, substitute, .. } => {
                Some((*mood, *after_speech_ms, substitute.is_some()))
            }
            _ => None,
        })
    }

    /// Root mean square of a second of what the caller heard.
    fn level(&self, second: f64) -> f32 {
        let rate = self.sound.rate();
        let (start, end) = (rate.frames(second).0 as usize, rate.frames(second + 1.0).0 as usize);
        self.sound.slice(start..end).rms()
    }
}

fn hold(setting: Setting<'_>, caller: &Samples, listener: &dyn Understand) -> Run {
    let policy = Policy::default();
    let sink = Format::TELEPHONE;
    let bed = setting.duplex == Duplex::Full;
    let settings = SoundsSettings { sink, language: Language::En, brand: None, seed: 1, bed };
    let sounds = Sounds::prepare(&setting.library, &policy, &settings, &PlayHistory::default()).unwrap();
    (setting.prepared)();
    let (remote, mixer) = Mixer::new(sink.rate, MixerSettings::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heard.wav");
    let file = WavFile::create(&path, sink.rate).unwrap();
    let mut ears = Box::new(Rendered::new(mixer, sink.rate, Some(file)));
    let mut call = codetta::dialogue::CallSettings { language: Language::En, ..Default::default() };
    call.transfer_s = 20.0;
    let settings = ConversationSettings { name: "call-1".to_owned(), call, duplex: setting.duplex };
    let keeper = Box::new(setting.kept);
    let mut conversation = Conversation::new(settings, policy, sounds, remote, setting.adapter, keeper).unwrap();
    run_offline(&mut conversation, caller, listener, ears.as_mut()).unwrap();
    ears.close().unwrap();
    let sound = codetta::capture::read(&path).unwrap();
    Run { notes: conversation.take_notes(), outcome: conversation.report().outcome, sound }
}

/// Silence, then the sample call of this name, at 16 kHz.
fn speaks(after_s: f64, call: &str) -> Samples {
    let call = sample_calls().unwrap().into_iter().find(|known| known.id == call).unwrap();
    let file = call.sound().unwrap();
    let answer = decode(&file.bytes, &file.name, &ReadOptions::default()).unwrap();
    let answer = resample(&answer, SampleRate::SPEECH).unwrap();
    let mut data = vec![0.0; SampleRate::SPEECH.frames(after_s).0 as usize];
    data.extend_from_slice(answer.data());
    Samples::new(data, SampleRate::SPEECH)
}

fn nobody() -> Samples {
    Samples::new(Vec::new(), SampleRate::SPEECH)
}

#[test]
fn a_spoken_answer_over_the_question_stops_it_and_leads_to_the_outro_at_once() {
    let run = hold(Setting::default(), &speaks(9.0, "lukewarm-en"), &Says(Some(3)));
    assert_eq!(run.prompts(), ["greeting", "question", "thanks-middle"]);
    let started = run.find(|h| matches!(h, Happening::SpeechStarted)).unwrap();
    let stopped = run.find(|h| matches!(h, Happening::PromptStopped)).unwrap();
    assert!((stopped - started).abs() < 0.03, "{started} {stopped}");
    // Understanding takes no time on this clock: what is left is the endpointer's patience.
    let (mood, after, substitute) = run.outro().unwrap();
    assert_eq!((mood, substitute), (Mood::Calm, false));
    assert!(after.unwrap() <= 450.0, "{after:?} ms after the last word");
    assert_eq!(run.outcome, Outcome::Outro(Mood::Calm));
    let ended = run.find(|h| matches!(h, Happening::Outro { .. })).unwrap();
    assert!(run.level(ended + 6.0) > 0.01, "the outro is heard");
}

#[test]
fn the_same_call_is_the_same_to_the_sample() {
    let perform = || hold(Setting::default(), &speaks(9.0, "lukewarm-en"), &Says(Some(3)));
    let (one, two) = (perform(), perform());
    assert_eq!(one.notes, two.notes);
    assert!(one.sound == two.sound);
}

#[test]
fn beside_a_speaker_words_over_our_own_voice_are_not_taken_and_keys_are() {
    // The words fall into the greeting: ours, as far as the microphone can tell.
    let half = || Setting { duplex: Duplex::Half, ..Setting::default() };
    let run = hold(half(), &speaks(0.5, "lukewarm-en"), &Says(Some(3)));
    let first = run.find(|h| matches!(h, Happening::SpeechStarted));
    assert!(first.is_none(), "{first:?}");
    assert!(run.prompts().contains(&"reprompt".to_owned()), "nobody answered: {:?}", run.prompts());
    // The key falls into the question.
    let run = hold(half(), &speaks(9.0, "keyed-en"), &Says(None));
    assert!(run.find(|h| matches!(h, Happening::Key { .. })).is_some());
    assert!(matches!(run.outcome, Outcome::Transferred), "{:?}", run.outcome);
}

#[test]
fn a_transfer_plays_on_until_the_human_answers_and_then_falls_silent() {
    let run = hold(Setting::default(), &speaks(9.0, "angry-en"), &Says(Some(1)));
    let waiting = run.find(|h| matches!(h, Happening::Waiting { .. })).unwrap();
    let answered = run.find(|h| matches!(h, Happening::HumanConnected)).unwrap();
    assert!(answered > waiting + 1.0);
    assert!(run.level(answered - 1.0) > 0.005);
    assert_eq!(run.outcome, Outcome::Transferred);
}

/// An adapter that hangs: a real command that never says a word.
#[cfg(unix)]
#[test]
fn an_adapter_that_hangs_is_bounded_and_the_caller_hears_an_ending() {
    let kept = Kept::default();
    let adapter = Box::new(CommandAdapter::new("sleep", ["600"]));
    let setting = Setting { adapter, kept: kept.clone(), ..Setting::default() };
    let run = hold(setting, &speaks(9.0, "angry-en"), &Says(Some(1)));
    assert_eq!(run.prompts()[2..], ["transfer".to_owned(), "nobody-free".to_owned()]);
    assert_eq!(run.outro().map(|outro| outro.0), Some(Mood::Calm));
    assert_eq!(run.outcome, Outcome::CallbackStored);
    let callbacks = kept.callbacks.lock().unwrap().clone();
    assert!(matches!(&callbacks[..], [(CallbackReason::NobodyFree, Some(why))] if !why.is_empty()), "{callbacks:?}");
    let ended = run.find(|h| matches!(h, Happening::Outro { .. })).unwrap();
    assert!(run.level(ended + 8.0) > 0.01);
}

fn own_library(folder: &Path) -> Library {
    std::fs::create_dir(folder.join("outros")).unwrap();
    let built_in = Library::built_in().unwrap();
    for outro in built_in.outros() {
        std::fs::write(folder.join(&outro.file), built_in.sound(&outro.file).unwrap().bytes).unwrap();
    }
    Library::open(folder).unwrap()
}

#[test]
fn an_outro_that_is_deleted_in_the_middle_of_a_call_is_heard_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let library = own_library(folder.path());
    let delete = || std::fs::remove_dir_all(folder.path().join("outros")).unwrap();
    let setting = Setting { library, prepared: &delete, ..Setting::default() };
    let deleted = hold(setting, &speaks(9.0, "lukewarm-en"), &Says(Some(3)));
    let whole = hold(Setting::default(), &speaks(9.0, "lukewarm-en"), &Says(Some(3)));
    assert!(deleted.find(|h| matches!(h, Happening::Problem { .. })).is_none());
    assert!(deleted.sound == whole.sound, "not a sample differs");
}

#[test]
fn an_outro_that_cannot_be_read_is_told_and_another_stands_in() {
    let folder = tempfile::tempdir().unwrap();
    let library = own_library(folder.path());
    // Every calm one is damaged: a calmer one than bright has to stand in.
    for outro in library.outros().iter().filter(|outro| outro.mood == Mood::Calm) {
        std::fs::write(folder.path().join(&outro.file), b"OggS and nothing else").unwrap();
    }
    let setting = Setting { library, ..Setting::default() };
    let run = hold(setting, &speaks(9.0, "lukewarm-en"), &Says(Some(3)));
    let told = run.notes.iter().any(|note| match &note.happening {
        Happening::Problem { problem } => problem.contains("calm-") && problem.contains("stands in"),
        _ => false,
    });
    assert!(told, "{:?}", run.notes);
    let (mood, _, substitute) = run.outro().unwrap();
    assert_eq!((mood, substitute), (Mood::Soothing, true));
    let ended = run.find(|h| matches!(h, Happening::Outro { .. })).unwrap();
    assert!(run.level(ended + 6.0) > 0.005, "the caller hears an ending");
}

#[test]
fn a_full_disk_does_not_cost_the_caller_the_ending() {
    let kept = Kept { fails: true, ..Kept::default() };
    let run = hold(Setting { kept, ..Setting::default() }, &speaks(9.0, "lukewarm-en"), &Says(Some(3)));
    let told = |h: &Happening| matches!(h, Happening::Problem { problem } if problem.contains("free some space"));
    assert!(run.find(told).is_some());
    assert_eq!(run.outcome, Outcome::Outro(Mood::Calm));
}

#[test]
fn recognition_that_gives_up_is_asked_again_and_the_call_still_ends() {
    let run = hold(Setting::default(), &speaks(9.0, "lukewarm-en"), &TooSlow);
    assert!(run.find(|h| matches!(h, Happening::Problem { .. })).is_some());
    assert!(run.prompts().contains(&"reprompt".to_owned()), "{:?}", run.prompts());
    assert!(run.notes.iter().any(|note| matches!(note.happening, Happening::Over { .. })));
}

#[test]
fn a_caller_who_never_says_a_word_comes_to_an_end_too() {
    let kept = Kept::default();
    let run = hold(Setting { kept: kept.clone(), ..Setting::default() }, &nobody(), &Says(None));
    assert_eq!(run.outcome, Outcome::NoResponse);
    assert_eq!(kept.reports.lock().unwrap().last().unwrap().outcome, Outcome::NoResponse);
}

#[test]
fn hanging_up_at_any_moment_leaves_a_report() {
    let policy = Policy::default();
    let sink = Format::TELEPHONE;
    let settings = SoundsSettings { sink, language: Language::En, brand: None, seed: 1, bed: true };
    let library = Library::built_in().unwrap();
    let caller = speaks(9.0, "lukewarm-en");
    for seconds in [0.1, 5.0, 9.5, 14.0] {
        let kept = Kept::default();
        let sounds = Sounds::prepare(&library, &policy, &settings, &PlayHistory::default()).unwrap();
        let (remote, _mixer) = Mixer::new(sink.rate, MixerSettings::default());
        let adapter = Box::new(ConsoleAdapter::answering(std::io::sink()));
        let held = ConversationSettings { name: "call-1".to_owned(), ..Default::default() };
        let mut conversation =
            Conversation::new(held, policy.clone(), sounds, remote, adapter, Box::new(kept.clone())).unwrap();
        conversation.connect();
        let frames = SampleRate::SPEECH.frames(seconds).0 as usize;
        conversation.hear(caller.slice(0..frames).data()).unwrap();
        conversation.hang_up();
        assert!(conversation.is_over());
        let reports = kept.reports.lock().unwrap();
        assert!(reports.last().is_some_and(|report| report.hung_up), "after {seconds} s");
    }
}

/// Press and hang up, before the time is over in which another key might follow.
#[test]
fn a_key_pressed_just_before_hanging_up_is_a_rating() {
    let policy = Policy::default();
    let settings = SoundsSettings { sink: Format::TELEPHONE, language: Language::En, brand: None, seed: 1, bed: true };
    let sounds = Sounds::prepare(&Library::built_in().unwrap(), &policy, &settings, &PlayHistory::default()).unwrap();
    let (remote, _mixer) = Mixer::new(Format::TELEPHONE.rate, MixerSettings::default());
    let kept = Kept::default();
    let adapter = Box::new(ConsoleAdapter::answering(std::io::sink()));
    let call = CallSettings { scale: "0..10:best=10".parse().unwrap(), ..CallSettings::default() };
    let held = ConversationSettings { name: "call-1".to_owned(), call, ..Default::default() };
    let mut conversation = Conversation::new(held, policy, sounds, remote, adapter, Box::new(kept.clone())).unwrap();
    conversation.connect();
    conversation.hear(&vec![0.0; 16_000 * 10]).unwrap();
    // Another digit might follow a one.
    conversation.key(Key::new('1').unwrap()).unwrap();
    conversation.hear(&[0.0; 1_600]).unwrap();
    conversation.hang_up();
    let reports = kept.reports.lock().unwrap();
    let report = reports.last().unwrap();
    assert_eq!((report.outcome, report.raw_key, report.hung_up), (Outcome::HungUp, Some(1), true), "{report:?}");
    assert_eq!(report.rating, Some(Rating::new(1).unwrap()));
    assert!(kept.callbacks.lock().unwrap().is_empty(), "nobody dials for who is gone");
}

/// An answer that comes when the caller has gone on already is not taken.
#[test]
fn what_was_understood_too_early_is_dropped() {
    let order = RefCell::new(Vec::new());
    let policy = Policy::default();
    let sink = Format::TELEPHONE;
    let settings = SoundsSettings { sink, language: Language::En, brand: None, seed: 1, bed: true };
    let library = Library::built_in().unwrap();
    let sounds = Sounds::prepare(&library, &policy, &settings, &PlayHistory::default()).unwrap();
    let (remote, _mixer) = Mixer::new(sink.rate, MixerSettings::default());
    let adapter = Box::new(ConsoleAdapter::answering(std::io::sink()));
    let held = ConversationSettings { duplex: Duplex::Full, ..Default::default() };
    let mut conversation = Conversation::new(held, policy, sounds, remote, adapter, Box::new(())).unwrap();
    conversation.connect();
    let caller = speaks(5.0, "satisfied-en");
    let terms = Terms { language: Language::En, ..Terms::default() };
    let mut late = None;
    for piece in caller.data().chunks(320).chain(std::iter::repeat_n(&[0.0; 320][..], 100)) {
        conversation.hear(piece).unwrap();
        if let Some(job) = conversation.next_job() {
            order.borrow_mut().push(job.id);
            // The first one is answered only after a later one has begun.
            if let Some(early) = late.replace(job.id) {
                conversation.understood(early, Says(Some(1)).understand(&job.utterance, terms));
            }
        }
    }
    assert!(order.borrow().len() > 1, "this caller pauses: {:?}", order.borrow());
    let understood = |note: &Note| matches!(note.happening, Happening::Understood { .. });
    assert!(!conversation.take_notes().iter().any(understood));
    conversation.understood(late.unwrap(), Says(Some(4)).understand(&utterance(), terms));
    let notes = conversation.take_notes();
    assert!(notes.iter().any(understood), "{notes:?}");
    assert_eq!(conversation.report().rating.map(Rating::value), Some(4));
    assert_ne!(conversation.view().prompt, Some(PromptId::Reprompt));
}

fn utterance() -> Utterance {
    let samples = Samples::new(vec![0.0; 512], SampleRate::SPEECH);
    Utterance { samples, span: Frames(0)..Frames(512), speech_frames: vec![0.0; 2] }
}
