//! One loaded Whisper model and one utterance on it: encode once, then ask for the next token after any prefix.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

use super::search::NextToken;
use super::search::Token;
use crate::error::{Error, ErrorKind, Result};
use crate::units::Language;

/// Encoder frames per second of audio.
const FRAMES_PER_SECOND: usize = 50;
/// Frames beyond the utterance's end that the encoder sees, so that it knows the utterance has ended.
const TAIL_FRAMES: usize = 32;
/// The encoder's context is a multiple of this, so that few sizes occur.
const CONTEXT_STEP: usize = 64;
const MAX_CONTEXT: usize = 1_500;
const SAMPLES_PER_FRAME: usize = 16_000 / FRAMES_PER_SECOND;

/// Numbers of the special tokens.
pub struct Special {
    pub end_of_text: Token,
    start: Token,
    transcribe: Token,
    no_timestamps: Token,
    language: [Token; 2],
}

/// A model with the working state of one utterance at a time.
pub struct Session {
    /// Kept so that further sessions can share the weights.
    context: Arc<WhisperContext>,
    state: WhisperState,
    subject: String,
    threads: usize,
    decoding_threads: usize,
    parameters: [FullParams<'static, 'static>; 2],
    deadline: Arc<Deadline>,
    texts: Vec<Vec<u8>>,
    special: Special,
    prompt: Vec<Token>,
    /// Tokens in the decoder's cache; `logits` follow the last of them.
    path: Vec<Token>,
}

/// A point in time that an abort callback can read from another thread.
struct Deadline {
    origin: Instant,
    after_origin_ms: AtomicU64,
}

impl Deadline {
    fn set(&self, limit: Duration) {
        let end = self.origin.elapsed().saturating_add(limit);
        self.after_origin_ms.store(u64::try_from(end.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn passed(&self) -> bool {
        self.origin.elapsed().as_millis() as u64 > self.after_origin_ms.load(Ordering::Relaxed)
    }
}

impl Session {
    /// Loads a whisper.cpp model file.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if it is no such file; [`ErrorKind::Unsupported`] if it knows English only.
    pub fn load(path: &Path, threads: usize) -> Result<Self> {
        whisper_rs::install_logging_hooks();
        let subject = path.display().to_string();
        let broken = |problem: String| {
            Error::new(
                ErrorKind::Model,
                subject.clone(),
                format!("{problem}; expected a whisper.cpp ggml model; run scripts/setup"),
            )
        };
        std::fs::File::open(path).map_err(|e| Error::io(path, &e))?;
        let context = WhisperContext::new_with_params(path, WhisperContextParameters::default())
            .map_err(|e| broken(format!("cannot be loaded: {e}")))?;
        if !context.is_multilingual() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                subject,
                "this model knows English only; choose a multilingual ggml file",
            ));
        }
        Self::on(Arc::new(context), subject, threads)
    }

    /// Another session on the same weights, with a working state of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if there is no memory for the state.
    pub fn another(&self) -> Result<Self> {
        Self::on(Arc::clone(&self.context), self.subject.clone(), self.threads)
    }

    fn on(context: Arc<WhisperContext>, subject: String, threads: usize) -> Result<Self> {
        let state = context
            .create_state()
            .map_err(|e| Error::new(ErrorKind::Model, subject.clone(), format!("has no working state: {e}")))?;
        let special = Special {
            end_of_text: context.token_eot(),
            start: context.token_sot(),
            transcribe: context.token_transcribe(),
            no_timestamps: context.token_not(),
            language: [Language::Zh, Language::En]
                .map(|language| context.token_lang(whisper_rs::get_lang_id(language.code()).unwrap_or(0))),
        };
        let texts: Vec<Vec<u8>> = (0..special.end_of_text)
            .map(|token| context.token_to_bytes(token).map(<[u8]>::to_vec).unwrap_or_default())
            .collect();
        let deadline = Arc::new(Deadline { origin: Instant::now(), after_origin_ms: AtomicU64::new(u64::MAX) });
        let parameters = [Language::Zh, Language::En].map(|language| parameters(language, threads, &deadline));
        Ok(Self {
            context,
            state,
            subject,
            threads,
            decoding_threads: threads,
            parameters,
            deadline,
            texts,
            special,
            prompt: Vec::new(),
            path: Vec::new(),
        })
    }

    /// Encodes an utterance (16 kHz mono, up to 30 s) and resets the decoder.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if `limit` passes first.
    pub fn listen(&mut self, samples: &[f32], language: Language, limit: Duration) -> Result<()> {
        self.deadline.set(limit);
        let frames = samples.len().div_ceil(SAMPLES_PER_FRAME) + TAIL_FRAMES;
        let context = (frames.div_ceil(CONTEXT_STEP) * CONTEXT_STEP).min(MAX_CONTEXT);
        let mut parameters = self.parameters[index_of(language)].clone();
        // `encode` alone keeps the context of the last `full`, so `full` it is; its one token is thrown away.
        parameters.set_audio_ctx(context as i32);
        let done = self.state.full(parameters, samples);
        self.check_deadline()?;
        done.map_err(|e| Error::new(ErrorKind::Internal, self.subject.clone(), format!("recognition failed: {e}")))?;
        self.write_in(language);
        // `full` has put all but the last of them into the cache already.
        self.path = self.prompt[..3].to_vec();
        Ok(())
    }

    /// What follows is written in `language`.
    pub fn write_in(&mut self, language: Language) {
        let special = &self.special;
        self.prompt =
            vec![special.start, special.language[index_of(language)], special.transcribe, special.no_timestamps];
    }

    /// How much likelier than `language` the model holds the other one for what was listened to: the logarithm of their
    /// probabilities' ratio. Costs one step of the decoder.
    ///
    /// # Errors
    /// As [`NextToken::next`].
    pub fn odds_against(&mut self, language: Language) -> Result<f32> {
        self.path.clear();
        self.decode(&[self.special.start], 0)?;
        self.path.push(self.special.start);
        let logits = self.state.get_logits().map_err(|e| self.internal(&e.to_string()))?;
        let of = |language: Language| logits.get(self.special.language[index_of(language)] as usize).copied();
        let odds = of(language.other()).zip(of(language)).map(|(other, usual)| other - usual);
        odds.ok_or_else(|| self.internal("has no tokens for both languages"))
    }

    /// None: those of the encoder.
    pub fn set_decoding_threads(&mut self, threads: Option<NonZeroUsize>) {
        self.decoding_threads = threads.map_or(self.threads, NonZeroUsize::get);
    }

    fn decode(&mut self, tokens: &[Token], past: usize) -> Result<()> {
        self.check_deadline()?;
        self.state.decode(tokens, past, self.decoding_threads).map_err(|e| self.internal(&e.to_string()))
    }

    fn check_deadline(&self) -> Result<()> {
        if self.deadline.passed() {
            return Err(Error::new(
                ErrorKind::Limit,
                "recognition",
                "expected to finish before its deadline; raise it or free a core",
            ));
        }
        Ok(())
    }

    fn internal(&self, problem: &str) -> Error {
        Error::new(ErrorKind::Internal, self.subject.clone(), problem)
    }
}

impl NextToken for Session {
    fn next(&mut self, prefix: &[Token]) -> Result<Vec<f32>> {
        let wanted: Vec<Token> = self.prompt.iter().chain(prefix).copied().collect();
        let shared = self.path.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
        // The last token always goes alone: whisper-rs reads the first row of logits.
        let (last, before) = wanted.split_last().ok_or_else(|| self.internal("nothing was listened to"))?;
        if shared < before.len() {
            self.decode(&before[shared..], shared)?;
        }
        self.decode(&[*last], before.len())?;
        self.path = wanted;
        let logits = self.state.get_logits().map_err(|e| self.internal(&e.to_string()))?;
        Ok(log_softmax(logits))
    }

    fn end_of_text(&self) -> Token {
        self.special.end_of_text
    }

    fn text(&self, token: Token) -> &[u8] {
        usize::try_from(token).ok().and_then(|index| self.texts.get(index)).map_or(&[], Vec::as_slice)
    }
}

fn index_of(language: Language) -> usize {
    usize::from(language == Language::En)
}

/// Parameters of a run that encodes and decodes one token.
fn parameters(language: Language, threads: usize, deadline: &Arc<Deadline>) -> FullParams<'static, 'static> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_language(Some(language.code()));
    parameters.set_n_threads(threads as i32);
    parameters.set_no_context(true);
    parameters.set_no_timestamps(true);
    parameters.set_single_segment(true);
    parameters.set_max_tokens(1);
    parameters.set_temperature_inc(0.0);
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    parameters.set_print_special(false);
    parameters.set_print_timestamps(false);
    // whisper-rs 0.16 calls back through the type given here but stores a boxed trait object: with any other
    // type than that very box it would read the wrong memory. It never frees it, so it is set once per model.
    let deadline = Arc::clone(deadline);
    let passed: Box<dyn FnMut() -> bool> = Box::new(move || deadline.passed());
    parameters.set_abort_callback_safe(passed);
    parameters
}

fn log_softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    let normaliser = largest + total.ln();
    logits.iter().map(|logit| logit - normaliser).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_a_limit_too() {
        let deadline = Deadline { origin: Instant::now(), after_origin_ms: AtomicU64::new(0) };
        deadline.set(Duration::MAX);
        assert!(!deadline.passed());
    }
}
