//! Keys, copies, retention and audit.

use std::path::Path;

use codetta::insight::local;
use codetta::record::{Class, Key, Ledger, Role, system_clock};
use codetta::{Error, ErrorKind, Result};
use serde_json::json;

use super::super::Status;
use super::super::output::{Output, print_line};
use super::key::KeyOptions;

pub fn new_key(file: &Path) -> Result<Status> {
    Key::generate()?.write_new(file)?;
    eprintln!("codetta: {}: a new key; without it nothing opens, so keep a copy in a safe place", file.display());
    Ok(Status::Done)
}

pub fn init(key: &KeyOptions, output: &mut Output) -> Result<Status> {
    let folder = key.folder()?;
    let ledger = Ledger::init(folder, &key.key()?, &key.who, system_clock)?;
    let head = ledger.head()?.to_string();
    output.columns(&["ledger", "head"]);
    output.result(&json!({ "ledger": folder, "head": head }), || vec![folder.display().to_string(), head.clone()])?;
    output.finish()?;
    Ok(Status::Done)
}

pub fn rekey(key: &KeyOptions, next: &Path, without: Option<Role>) -> Result<Status> {
    Ledger::rekey(key.folder()?, &key.key()?, &Key::read(next)?, without, &key.who, system_clock)?;
    eprintln!("codetta: all keys are new; the old administrator's key opens older backups only");
    Ok(Status::Done)
}

pub fn role(key: &KeyOptions, role: Role, file: &Path) -> Result<Status> {
    let administrator = key.key()?;
    let mut ledger = Ledger::open(key.folder()?, &administrator, &key.who, system_clock)?;
    ledger.issue(&administrator, role, &Key::read(file)?)?;
    Ok(Status::Done)
}

pub fn backup(key: &KeyOptions, folder: &Path) -> Result<Status> {
    let head = key.open()?.backup(folder)?;
    print_line(&head.to_string())?;
    Ok(Status::Done)
}

pub fn backup_keys(key: &KeyOptions, folder: &Path) -> Result<Status> {
    key.open()?.backup_keys(folder)?;
    eprintln!("codetta: destroy earlier copies of the key store: they hold the keys of customers erased since");
    Ok(Status::Done)
}

pub fn restore(key: &KeyOptions, backup: &Path, old: Option<&Path>, keys: Option<&Path>) -> Result<Status> {
    let current = key.key()?;
    let backup_key = old.map_or_else(|| Ok(current.clone()), Key::read)?;
    let head = Ledger::restore(key.folder()?, backup, &current, &backup_key, keys, &key.who, system_clock)?;
    print_line(&head.to_string())?;
    Ok(Status::Done)
}

pub fn verify(key: &KeyOptions, head: Option<&str>, output: &mut Output) -> Result<Status> {
    let head = head.map(str::parse).transpose()?;
    let found = key.open()?.verify(head)?;
    output.columns(&["records", "audit rows", "tombstones", "problems"]);
    output.result(&found, || {
        let problems = found.problems.len() as u64 + found.more;
        [found.records, found.audit_rows, found.tombstones, problems].map(|n| n.to_string()).to_vec()
    })?;
    output.finish()?;
    for problem in &found.problems {
        eprintln!("codetta: {problem}");
    }
    if found.more > 0 {
        eprintln!("codetta: and {} problems more", found.more);
    }
    Ok(if found.problems.is_empty() { Status::Done } else { Status::SomeFailed })
}

pub fn audit(key: &KeyOptions, from: i64, output: &mut Output) -> Result<Status> {
    output.columns(&["row", "at (UTC)", "role", "who", "action", "subject", "detail"]);
    key.open()?.audit(from, |entry| {
        output.result(entry, || {
            let at = local(entry.at_unix_ms, &jiff::tz::TimeZone::UTC);
            vec![
                entry.sequence.to_string(),
                at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                entry.role.clone(),
                entry.who.clone(),
                entry.action.clone(),
                entry.subject.clone(),
                entry.detail.clone(),
            ]
        })
    })?;
    output.finish()?;
    Ok(Status::Done)
}

pub fn head(key: &KeyOptions) -> Result<Status> {
    print_line(&key.open()?.head()?.to_string())?;
    Ok(Status::Done)
}

pub fn retention(
    key: &KeyOptions,
    class: Option<Class>,
    days: Option<Option<u32>>,
    output: &mut Output,
) -> Result<Status> {
    let ledger = key.open()?;
    match (class, days) {
        (Some(class), Some(days)) => ledger.set_retention(class, days)?,
        (Some(_), None) => {
            return Err(Error::new(ErrorKind::Usage, "retention", "say how long: --days N or --forever"));
        }
        _ => {}
    }
    output.columns(&["class", "days"]);
    for retention in ledger.retention()? {
        output.result(&retention, || {
            let days = retention.days.map_or("for ever".into(), |days| days.to_string());
            vec![retention.class.name().into(), days]
        })?;
    }
    output.finish()?;
    Ok(Status::Done)
}

pub fn purge(key: &KeyOptions, output: &mut Output) -> Result<Status> {
    let purged = key.open()?.purge()?;
    if purged.is_empty() {
        eprintln!("codetta: nothing is older than its retention");
    }
    output.columns(&["class", "objects", "proof (SHA-256)", "audit row"]);
    for proof in &purged {
        output.result(proof, || {
            vec![proof.class.name().into(), proof.objects.to_string(), proof.digest.clone(), proof.audit.to_string()]
        })?;
    }
    output.finish()?;
    Ok(Status::Done)
}
