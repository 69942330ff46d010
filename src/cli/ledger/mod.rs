//! `codetta ledger`: the encrypted record of calls, its keys, copies, retention and audit.

mod calls;
mod care;
pub mod key;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use codetta::Result;
use codetta::record::{Class, Role};

use super::Status;
use super::output::Output;
use key::KeyOptions;

#[derive(Args)]
pub struct LedgerArgs {
    #[command(flatten)]
    key: KeyOptions,

    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write a new random key to a file that only you can read
    NewKey { file: PathBuf },
    /// Make a ledger; the key becomes the administrator's
    Init,
    /// Replace all keys: encrypts everything anew
    Rekey {
        /// The administrator's new key (made with new-key)
        #[arg(long, value_name = "FILE")]
        new_key_file: PathBuf,
        /// A role whose key is to open nothing any more
        #[arg(long)]
        without: Option<Role>,
    },
    /// Give a role its own key, or replace it
    Role {
        role: Role,
        /// The role's key (made with new-key)
        #[arg(long, value_name = "FILE")]
        role_key_file: PathBuf,
    },
    /// Store calls: JSON Lines of call records, from files or standard input (-)
    Import {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Do not look for emotion words and needs in transcripts
        #[arg(long)]
        no_words: bool,
    },
    /// Open one call: its record with transcript, as JSON
    Show { call: String },
    /// Copy the ledger, while in use, into a new folder (without the customers' keys)
    Backup { folder: PathBuf },
    /// Copy the customers' keys into a new folder: keep one such copy only, and renew it after each erasure
    BackupKeys { folder: PathBuf },
    /// Put a backup in place; customers erased since stay erased, and what they forbade since still holds
    Restore {
        backup: PathBuf,
        /// The administrator's key of the backup's time, if it was replaced since
        #[arg(long, value_name = "FILE")]
        backup_key_file: Option<PathBuf>,
        /// Copy of the customers' keys, if the ledger's own are lost or damaged
        #[arg(long, value_name = "FOLDER")]
        keys: Option<PathBuf>,
    },
    /// Check every page, record, audit row and tombstone
    Verify {
        /// A chain head that was kept elsewhere
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
    /// The audit of writes and reads
    Audit {
        #[command(subcommand)]
        action: AuditAction,
    },
    /// Show or set how long a class of data is kept
    Retention {
        class: Option<Class>,
        /// Days after the call
        #[arg(long, requires = "class", conflicts_with = "forever")]
        days: Option<u32>,
        #[arg(long, requires = "class")]
        forever: bool,
    },
    /// Remove what is older than its retention, and print the proof
    Purge,
    /// Everything that is held of a customer, as JSON
    Export { customer: String },
    /// Destroy a customer's key, and with it their content here and in every backup
    Erase { customer: String },
    /// A customer takes consent back
    Withdraw {
        customer: String,
        /// To being recorded: transcripts, audio, words and needs go
        #[arg(long, required_unless_present = "emotion")]
        recording: bool,
        /// To being read for emotion: sentiment, voice, emotion words and what decisions tell of them go
        #[arg(long)]
        emotion: bool,
    },
    /// A customer must not be called (or may be again)
    DoNotCall {
        customer: String,
        #[arg(long)]
        undo: bool,
    },
}

#[derive(Subcommand)]
enum AuditAction {
    /// Print the rows
    List {
        /// First row
        #[arg(long, default_value_t = 1)]
        from: i64,
    },
    /// The same as `ledger verify`
    Verify {
        /// A chain head that was kept elsewhere
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
    /// Print the chain's head, for safekeeping elsewhere
    Head,
}

pub fn run(args: &LedgerArgs, output: &mut Output) -> Result<Status> {
    let key = &args.key;
    match &args.action {
        Action::NewKey { file } => care::new_key(file),
        Action::Init => care::init(key, output),
        Action::Rekey { new_key_file, without } => care::rekey(key, new_key_file, *without),
        Action::Role { role, role_key_file } => care::role(key, *role, role_key_file),
        Action::Import { files, no_words } => calls::import(key, files, !no_words, output),
        Action::Show { call } => calls::show(key, call),
        Action::Backup { folder } => care::backup(key, folder),
        Action::BackupKeys { folder } => care::backup_keys(key, folder),
        Action::Restore { backup, backup_key_file, keys } => {
            care::restore(key, backup, backup_key_file.as_deref(), keys.as_deref())
        }
        Action::Verify { head } => care::verify(key, head.as_deref(), output),
        Action::Audit { action } => match action {
            AuditAction::List { from } => care::audit(key, *from, output),
            AuditAction::Verify { head } => care::verify(key, head.as_deref(), output),
            AuditAction::Head => care::head(key),
        },
        Action::Retention { class, days, forever } => {
            let days = (days.is_some() || *forever).then_some(*days);
            care::retention(key, *class, days, output)
        }
        Action::Purge => care::purge(key, output),
        Action::Export { customer } => calls::export(key, customer),
        Action::Erase { customer } => calls::erase(key, customer, output),
        Action::Withdraw { customer, recording, emotion } => calls::withdraw(key, customer, *recording, *emotion),
        Action::DoNotCall { customer, undo } => calls::do_not_call(key, customer, !undo),
    }
}
