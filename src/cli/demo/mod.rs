//! `codetta demo`: the sample calls end to end. Needs no microphone; writes every ending and a page to hear them.

pub mod flac;
mod page;
mod scene;
mod timeline;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use codetta::audio::{Samples, write_wav_stereo};
use codetta::capture::{self, ReadOptions};
use codetta::hear::RatingPosterior;
use codetta::judge::{self, Action, Ask, Consent, Decision, Evidence, Policy, ReadBack};
use codetta::listen::{Answer, Listener, ListenerOptions, Terms};
use codetta::outro::{Library, PlayHistory, PromptId, SampleCall, sample_calls, select};
use codetta::units::Language;
use codetta::{Error, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Status;
use super::output::Output;
use super::rate::{text_summary, voice_summary};
use page::PageCall;
use scene::Scene;

#[derive(Args)]
pub struct DemoArgs {
    /// Folder for the rendered endings and index.html
    #[arg(long, value_name = "FOLDER", default_value = "demo-output")]
    out: PathBuf,

    /// Outros and prompts of your own: a folder with a library.toml
    #[arg(long, value_name = "FOLDER")]
    audio: Option<PathBuf>,

    /// Policy that turns evidence into a decision (default: the one built in)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Decides among outros that fit equally
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// After so many turns every policy has come to an end; more would be a loop.
const MOST_TURNS: usize = 6;
/// A caller who says nothing is waited for.
const SILENT_TURN_S: f64 = 2.5;

pub fn run(args: &DemoArgs, output: &mut Output) -> Result<Status> {
    fs::create_dir_all(&args.out).map_err(|e| Error::io(&args.out, &e))?;
    let library = Library::locate(args.audio.as_deref())?;
    let policy = args.policy.as_deref().map_or_else(|| Ok(Policy::default()), Policy::load)?;
    let calls = sample_calls()?;
    let listener = Listener::load(&ListenerOptions::default())?;
    let progress = ProgressBar::new(calls.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:32} {pos}/{len} calls  {msg}").expect("the template is sound"));
    output.columns(&["call", "heard", "felt", "decided", "why", "ms", "ending"]);
    let mut history = PlayHistory::default();
    let mut pages = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        progress.set_message(call.shows.clone());
        let wav = args.out.join(format!("{:02}-{}.wav", number + 1, call.id));
        let told = perform(call, &listener, &library, &policy, &mut history, args.seed)?;
        write_wav_stereo(&wav, &told.scene.sound)?;
        let page = page_call(call, &told, &wav)?;
        let record = json!({
            "call": call.id, "language": call.language, "shows": call.shows, "said": call.said,
            "heard": told.answer.heard.as_ref().map(|h| &h.transcript.text), "rating": told.evidence.rating,
            "sentiment": told.answer.text, "voice": told.answer.voice, "decision": told.first, "ending": told.last,
            "outro": told.outro, "expected": { "action": call.expect, "band": call.band },
            "timings_ms": told.answer.timings, "wav": wav,
            "fade": told.scene.timeline.fade.map(|(start_s, end_s)| json!({
                "start_s": start_s, "end_s": end_s, "mid_deviation_db": told.scene.timeline.mid_fade_deviation_db,
            })),
        });
        output.result(&record, || {
            vec![
                call.id.clone(),
                page.heard.clone(),
                page.felt.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n"),
                format!("{}\n{}", page.action, page.music),
                page.reasons.iter().take(2).map(|(_, words)| words.clone()).collect::<Vec<_>>().join("\n"),
                format!("{:.0}", page.milliseconds),
                wav.display().to_string(),
            ]
        })?;
        pages.push(page);
        progress.inc(1);
    }
    progress.finish_and_clear();
    output.finish()?;
    let page = args.out.join("index.html");
    codetta::files::write_whole(&page, page::page(&pages).as_bytes())?;
    eprintln!("The endings, with their fades and reasons: {}", page.display());
    Ok(Status::Done)
}

/// What became of one call.
struct Told {
    answer: Answer,
    evidence: Evidence,
    /// The decision on the caller's answer.
    first: Decision,
    /// The decision that ended the call: the first, unless it asked back.
    last: Decision,
    outro: Option<String>,
    scene: scene::Rendered,
}

/// The whole call: question, answer, as often as the policy asks back, then the ending.
fn perform(
    call: &SampleCall,
    listener: &Listener,
    library: &Library,
    policy: &Policy,
    history: &mut PlayHistory,
    seed: u64,
) -> Result<Told> {
    let file = call.sound()?;
    let mut recording = capture::decode(&file.bytes, &file.name, &ReadOptions::default())?;
    let mut scene = Scene::open(library, call.language, history, seed)?;
    scene.say(PromptId::Question)?;
    let start = Instant::now();
    let mut answer = listener.listen(&recording, Terms { language: call.language, ..Default::default() })?;
    let evidence = answer.evidence(policy, Consent::default());
    let first = judge::decide(&evidence, policy);
    answer.timings.set_total(start.elapsed());
    let mut last = first.clone();
    let mut asked = evidence.clone();
    for _ in 0..MOST_TURNS {
        scene.caller(&recording)?;
        if matches!(last.action, Action::Outro | Action::Transfer) {
            break;
        }
        scene.say(ask_prompt(&last))?;
        // The sample callers say one thing each; asked back, they stay silent and the policy has to cope.
        recording = Samples::silence(recording.rate().frames(SILENT_TURN_S), recording.rate());
        asked = asked_back(&asked, &last);
        last = judge::decide(&asked, policy);
    }
    let outro = match &last.outro {
        Some(query) => {
            let selection = select(library, query, None, history, seed)?;
            let chosen = selection.outro.clone();
            history.played(&chosen.id);
            scene.say(closing_prompt(&last))?;
            scene.ending(&chosen, last.action == Action::Transfer)?;
            Some(chosen.title)
        }
        None => None,
    };
    Ok(Told { answer, evidence, first, last, outro, scene: scene.render()? })
}

/// The evidence of a silent turn after `decision` asked back.
fn asked_back(before: &Evidence, decision: &Decision) -> Evidence {
    let mut next =
        Evidence { consent: before.consent, asked_back: before.asked_back, ..Evidence::silence(before.language) };
    match (decision.action, decision.rating, before.rating) {
        (Action::Confirm, Some(rating), Some(stated)) => {
            next.read_back = Some(ReadBack { rating, source: stated.source, affirmed: None });
        }
        _ => next.asked_back += 1,
    }
    next
}

fn ask_prompt(decision: &Decision) -> PromptId {
    match (decision.ask, decision.rating) {
        (Some(Ask::ReadBack), Some(rating)) => PromptId::Readback(rating),
        (Some(Ask::Keypad), _) => PromptId::Keypad,
        _ => PromptId::Reprompt,
    }
}

fn closing_prompt(decision: &Decision) -> PromptId {
    match (decision.action, decision.band) {
        (Action::Transfer, _) => PromptId::Transfer,
        (_, Some(band)) => PromptId::Thanks(band),
        (_, None) => PromptId::Goodbye,
    }
}

fn page_call(call: &SampleCall, told: &Told, wav: &Path) -> Result<PageCall> {
    let posterior = told.evidence.rating.map_or(RatingPosterior::NONE, |r| r.posterior);
    let [one, two, three, four, five] = posterior.levels;
    let heard = match (&told.answer.heard, told.answer.keys.presses.as_slice()) {
        (Some(heard), []) => format!("“{}”", heard.transcript.text),
        (None, []) => "nothing".to_owned(),
        (_, keys) => format!("key {}", keys.iter().map(|press| press.digit.to_string()).collect::<String>()),
    };
    let mut felt = Vec::new();
    // A keyed call has silence for a voice: neutral, trusted not at all, is nothing to tell.
    let said = told.answer.heard.as_ref().is_some_and(|heard| !heard.transcript.text.is_empty());
    if let Some(text) = told.answer.text.filter(|_| said) {
        felt.push(("words".to_owned(), text_summary(&text)));
    }
    if let Some(voice) = told.answer.voice.as_ref().filter(|voice| voice.confidence > 0.0) {
        felt.push(("voice".to_owned(), format!("{}, trusted {:.0} %", voice_summary(voice), 100.0 * voice.confidence)));
    }
    if let Some(prosody) = &told.answer.prosody {
        felt.extend(prosody.f0_mean_hz.map(|hertz| ("pitch".to_owned(), format!("{hertz:.0} Hz"))));
        felt.extend(
            prosody
                .speech_rate_hz
                .filter(|rate| *rate > 0.0)
                .map(|rate| ("tempo".to_owned(), format!("{rate:.1} syllables/s"))),
        );
    }
    let asked =
        if told.first.action == told.last.action { String::new() } else { format!("{:?}, then ", told.first.action) };
    let ending = match told.last.action {
        Action::Transfer => "soothing music, then a human",
        _ => "outro",
    };
    let title = told.outro.as_deref().unwrap_or("no music");
    Ok(PageCall {
        title: call.shows.clone(),
        language: if call.language == Language::Zh { "Mandarin" } else { "English" }.to_owned(),
        heard,
        posterior: [one, two, three, four, five, posterior.none],
        felt,
        action: format!("{:?}", told.first.action).to_lowercase(),
        music: format!("{asked}{ending}: {title}").to_lowercase().replacen(&title.to_lowercase(), title, 1),
        reasons: told.first.reasons.iter().map(|r| (r.weight, reason(r, call.language))).collect(),
        milliseconds: 1000.0 * told.answer.timings.total().as_secs_f64(),
        timeline: told.scene.timeline.clone(),
        flac: flac::encode(&told.scene.sound.to_mono(), &call.id)?,
        wav_name: wav.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    })
}

/// A supervisor of Mandarin calls reads both.
fn reason(reason: &judge::Reason, language: Language) -> String {
    match language {
        Language::Zh => format!("{} · {}", reason.zh, reason.en),
        Language::En => reason.en.clone(),
    }
}
