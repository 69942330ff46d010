//! Options that several verbs share.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use codetta::{Language, Scale};

/// How answers are listened to.
#[derive(Args, Clone, Debug)]
pub struct ListenOptions {
    /// Language the call is held in
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    pub lang: Language,

    /// Hear an answer that is clearly in the other language in that one
    #[arg(long)]
    pub either_lang: bool,

    /// Scale the caller was asked on, such as 1..5:best=5 or 0..10:best=10
    #[arg(long, default_value = "1..5:best=5", value_parser = |text: &str| text.parse::<Scale>().map_err(|e| e.to_string()))]
    pub scale: Scale,

    /// Processor threads for one answer (default: two, or one on a single core)
    #[arg(long, env = "CODETTA_THREADS")]
    pub threads: Option<NonZeroUsize>,

    /// A whisper.cpp model of your own (ggml-*.bin) instead of the installed one
    #[arg(long, value_name = "FILE")]
    pub asr_model: Option<PathBuf>,

    /// Judge by the rating and the caller's requests alone: no emotion from words or voice
    #[arg(long)]
    pub no_emotion: bool,
}

impl ListenOptions {
    pub fn listener(&self) -> codetta::listen::ListenerOptions {
        codetta::listen::ListenerOptions {
            threads: self.threads,
            asr_model: self.asr_model.clone(),
            ..Default::default()
        }
    }

    pub fn terms(&self) -> codetta::listen::Terms {
        codetta::listen::Terms { language: self.lang, scale: self.scale, either_language: self.either_lang }
    }

    pub fn consent(&self) -> codetta::judge::Consent {
        codetta::judge::Consent { emotion: !self.no_emotion, ..Default::default() }
    }
}
