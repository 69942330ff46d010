//! Calls and customers of a ledger.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use codetta::record::CallRecord;
use codetta::sentiment::KeywordFinder;
use codetta::{Error, ErrorKind, Result};

use super::super::Status;
use super::super::output::{Output, print_line};
use super::key::KeyOptions;

/// One record's JSON; more is not one.
const LINE: u64 = 8 << 20;

pub fn import(key: &KeyOptions, files: &[PathBuf], words: bool, output: &mut Output) -> Result<Status> {
    let ledger = key.open()?;
    let finder = if words { Some(KeywordFinder::new()?) } else { None };
    output.columns(&["file", "new", "revised", "already there"]);
    let mut status = Status::Done;
    for file in files {
        let name = file.display().to_string();
        match open(file).and_then(|reader| ledger.import(records(reader, &name, finder.as_ref()))) {
            Ok(imported) => output.result(&serde_json::json!({ "file": name, "imported": imported }), || {
                vec![name.clone(), imported.new.to_string(), imported.revised.to_string(), imported.already.to_string()]
            })?,
            Err(error) => {
                eprintln!("codetta: {error}");
                status = Status::SomeFailed;
            }
        }
    }
    output.finish()?;
    Ok(status)
}

fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let opened = std::fs::File::open(file).map_err(|e| Error::io(file, &e))?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, opened)))
}

fn records<'a>(
    mut reader: Box<dyn BufRead>,
    name: &'a str,
    finder: Option<&'a KeywordFinder>,
) -> impl Iterator<Item = Result<CallRecord>> + 'a {
    let mut number = 0;
    let mut line = Vec::new();
    std::iter::from_fn(move || {
        loop {
            line.clear();
            number += 1;
            let corrupt =
                |problem: String| Some(Err(Error::new(ErrorKind::Corrupt, format!("{name}, line {number}"), problem)));
            match (&mut reader).take(LINE).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(read) if read as u64 == LINE => return corrupt(format!("expected a line of at most {LINE} bytes")),
                Ok(_) => {}
                Err(error) => return corrupt(error.to_string()),
            }
            let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
            if text.is_empty() {
                continue;
            }
            return match serde_json::from_slice::<CallRecord>(text) {
                Ok(mut record) => {
                    if let Some(finder) = finder.filter(|_| record.words.is_empty() && record.needs.is_empty()) {
                        record.note_words(finder);
                    }
                    Some(Ok(record))
                }
                Err(error) => corrupt(format!("expected a call record: {error}")),
            };
        }
    })
}

pub fn show(key: &KeyOptions, call: &str) -> Result<Status> {
    let opened = key.open()?.open_call(call)?;
    for class in &opened.gone {
        eprintln!("codetta: call {call}: its {class} was erased");
    }
    print(&opened.record)
}

pub fn export(key: &KeyOptions, customer: &str) -> Result<Status> {
    print(&key.open()?.export(customer)?)
}

pub fn erase(key: &KeyOptions, customer: &str, output: &mut Output) -> Result<Status> {
    let erased = key.open()?.erase(customer)?;
    output.columns(&["key destroyed", "objects removed", "calls untied", "proof (SHA-256)"]);
    output.result(&erased, || {
        let key = if erased.key_destroyed { "yes" } else { "there was none" };
        vec![key.into(), erased.objects.to_string(), erased.calls.to_string(), erased.digest.clone()]
    })?;
    output.finish()?;
    eprintln!("codetta: a copy of the key store from before still holds this key: run backup-keys and destroy it");
    Ok(Status::Done)
}

pub fn withdraw(key: &KeyOptions, customer: &str, recording: bool, emotion: bool) -> Result<Status> {
    let removed = key.open()?.withdraw(customer, recording, emotion)?;
    eprintln!("codetta: {removed} objects removed; what was not agreed to is no longer kept of this customer");
    Ok(Status::Done)
}

pub fn do_not_call(key: &KeyOptions, customer: &str, flag: bool) -> Result<Status> {
    key.open()?.do_not_call(customer, flag)?;
    Ok(Status::Done)
}

fn print(value: &impl serde::Serialize) -> Result<Status> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Error::new(ErrorKind::Internal, "record", format!("cannot be written as JSON: {e}")))?;
    print_line(&text)?;
    Ok(Status::Done)
}
