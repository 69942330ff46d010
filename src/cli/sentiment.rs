//! `codetta sentiment`: satisfaction read from words, one utterance a line on standard input.

use std::io::{self, BufRead};

use clap::Args;
use codetta::sentiment::{Sentiment, SentimentLabel};
use codetta::{Error, ErrorKind, Result};
use serde::Serialize;

use super::Status;
use super::output::Output;
use super::rate::signed;

#[derive(Args)]
pub struct SentimentArgs {}

/// The contract of the `sentiment` verb.
#[derive(Serialize)]
struct Felt {
    text: String,
    score: f32,
    label: SentimentLabel,
    levels: [f32; 5],
    confidence: f32,
}

/// A longer line is no utterance; reading on would take memory without end.
const LONGEST_LINE_BYTES: usize = 1 << 20;

pub fn run(_args: &SentimentArgs, output: &mut Output) -> Result<Status> {
    let sentiment = Sentiment::embedded()?;
    output.columns(&["text", "score", "label"]);
    let mut status = Status::Done;
    let mut input = io::stdin().lock();
    let failed = |e: io::Error| Error::new(ErrorKind::Corrupt, "standard input", e.to_string());
    for number in 1.. {
        let mut line = Vec::new();
        let taken =
            io::Read::take(&mut input, LONGEST_LINE_BYTES as u64).read_until(b'\n', &mut line).map_err(failed)?;
        if taken == 0 {
            break;
        }
        if taken == LONGEST_LINE_BYTES && line.last() != Some(&b'\n') {
            eprintln!("codetta: standard input: line {number} is longer than 1 MiB; one utterance a line is expected");
            skip_line(&mut input).map_err(failed)?;
            status = Status::SomeFailed;
            continue;
        }
        // A stray byte is no reason to lose the rest of what was said.
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        let felt = sentiment.analyse(&text);
        let record =
            Felt { text, score: felt.score, label: felt.label, levels: felt.levels, confidence: felt.confidence };
        output.result(&record, || {
            vec![record.text.clone(), signed(record.score), format!("{:?}", record.label).to_lowercase()]
        })?;
    }
    output.finish()?;
    Ok(status)
}

/// Reads past the rest of a line without keeping it.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|&b| b == b'\n') {
            Some(end) => {
                input.consume(end + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                input.consume(length);
            }
        }
    }
}
