//! An integrator's view: one recorded answer in, a decision with its reasons out.
//!
//! `cargo run --release --example embed -- audio/calls/angry-en.wav en`

use std::path::Path;

use codetta::listen::{Listener, ListenerOptions, Terms};
use codetta::{Language, capture, judge};

fn main() -> codetta::Result<()> {
    codetta::neural::one_thread();
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or_else(|| "audio/calls/angry-en.wav".to_owned());
    let language = if arguments.next().as_deref() == Some("zh") { Language::Zh } else { Language::En };

    // Load the models once; listen to any number of answers.
    let listener = Listener::load(&ListenerOptions::default())?;
    let policy = judge::Policy::default();

    let recording = capture::read(Path::new(&file))?;
    let answer = listener.listen(&recording, Terms { language, ..Terms::default() })?;
    let decision = judge::decide(&answer.evidence(&policy, judge::Consent::default()), &policy);

    println!("{:?}", decision.action);
    for reason in &decision.reasons {
        println!("  {:.2}  {}", reason.weight, reason.en);
    }
    Ok(())
}
