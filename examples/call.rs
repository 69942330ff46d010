//! A telephony integrator's view: a whole call over a line of one's own, 20 ms of sound in and 20 ms out.
//!
//! `cargo run --release --example call -- audio/calls/angry-en.wav en heard.wav`
//!
//! A recording stands for the caller here, and understanding takes no time on the call's clock. On a line in real time
//! hand each job to a thread and its answer back when it is there; the sound goes on meanwhile.

use std::path::Path;

use codetta::audio::{Samples, resample, write_wav};
use codetta::call::{Conversation, ConversationSettings, Duplex, Sounds, SoundsSettings};
use codetta::dialogue::CallSettings;
use codetta::handoff::{ConsoleAdapter, News};
use codetta::judge::Policy;
use codetta::listen::{Listener, ListenerOptions};
use codetta::outro::{Library, PlayHistory};
use codetta::play::{Mixer, MixerSettings, Sink};
use codetta::{Language, SampleRate, capture};

/// 20 ms at the caller's 16 kHz and at the line's 8 kHz.
const IN: usize = 320;
const OUT: usize = 160;

fn main() -> codetta::Result<()> {
    codetta::neural::one_thread();
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or_else(|| "audio/calls/angry-en.wav".to_owned());
    let language = if arguments.next().as_deref() == Some("zh") { Language::Zh } else { Language::En };
    let heard = arguments.next().unwrap_or_else(|| "heard.wav".to_owned());

    // Once for all calls: the models, the policy, the library of sounds.
    let listener = Listener::load(&ListenerOptions::default())?;
    let (policy, library) = (Policy::default(), Library::built_in()?);

    // For each call: its sounds, decoded before the caller is on the line, and a mixer at the line's own rate.
    let sink = Sink::TELEPHONE;
    let settings = SoundsSettings { sink, language, brand: None, seed: 1, bed: true };
    let sounds = Sounds::prepare(&library, &policy, &settings, &PlayHistory::default())?;
    let (remote, mut mixer) = Mixer::new(sink.rate, MixerSettings::default());
    let call = CallSettings { language, ..CallSettings::default() };
    // Nothing of ours is in what this caller says, so that he may speak over a prompt.
    let settings = ConversationSettings { name: "call-1".to_owned(), call, duplex: Duplex::Full };
    // A human who answers after 350 looks of 20 ms, and a keeper who keeps nothing: put your own in their place.
    let human = ConsoleAdapter::new(std::io::stderr(), vec![(50, News::Ringing), (350, News::Answered)]);
    let mut conversation = Conversation::new(settings, policy, sounds, remote, Box::new(human), Box::new(()))?;

    let caller = resample(&capture::read(Path::new(&file))?, SampleRate::SPEECH)?;
    let (mut pieces, mut line) = (caller.data().chunks(IN), Vec::new());
    conversation.connect();
    while !conversation.is_over() {
        conversation.hear(pieces.next().unwrap_or(&[0.0; IN]))?;
        while let Some(job) = conversation.next_job() {
            conversation.understood(job.id, listener.understand(&job.utterance, job.terms));
        }
        let (mut left, mut right) = ([0.0; OUT], [0.0; OUT]);
        mixer.render(&mut left, &mut right);
        // A telephone has one channel; in mono both are the same.
        line.extend(left);
        for note in conversation.take_notes() {
            println!("{note}");
        }
    }
    write_wav(Path::new(&heard), &Samples::new(line, sink.rate))?;
    println!("{heard}: what the caller heard; {:?}", conversation.report().outcome);
    Ok(())
}
