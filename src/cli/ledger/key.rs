//! Which ledger, and the key that opens it.

use std::path::PathBuf;

use clap::Args;
use codetta::record::{Key, Ledger, system_clock};
use codetta::{Error, ErrorKind, Result};

/// The ledger's folder and key. The key is never an argument, which other users of the machine could read.
#[derive(Args, Clone, Debug)]
pub struct KeyOptions {
    /// Folder of the ledger
    #[arg(long, env = "CODETTA_LEDGER", value_name = "FOLDER", global = true)]
    pub ledger: Option<PathBuf>,

    /// File of the key: 32 raw bytes or 64 hexadecimal digits, mode 0600. Without it the key is taken from the
    /// variable CODETTA_LEDGER_KEY (hexadecimal)
    #[arg(long, env = "CODETTA_LEDGER_KEY_FILE", value_name = "FILE", global = true)]
    pub key_file: Option<PathBuf>,

    /// Read the key from standard input
    #[arg(long, global = true, conflicts_with = "key_file")]
    pub key_stdin: bool,

    /// Your name in the audit
    #[arg(long, env = "USER", default_value = "unnamed", global = true)]
    pub who: String,
}

impl KeyOptions {
    pub fn folder(&self) -> Result<&PathBuf> {
        self.ledger.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Usage, "ledger", "name its folder: --ledger FOLDER, or CODETTA_LEDGER")
        })
    }

    pub fn key(&self) -> Result<Key> {
        if self.key_stdin {
            return Key::take(std::io::stdin().lock(), "key on standard input");
        }
        if let Some(file) = &self.key_file {
            return Key::read(file);
        }
        match std::env::var("CODETTA_LEDGER_KEY") {
            Ok(text) => Key::parse(text.as_bytes(), "CODETTA_LEDGER_KEY"),
            Err(_) => {
                let problem = "no key: name its file (--key-file), set CODETTA_LEDGER_KEY, or pass --key-stdin; \
                               `codetta ledger new-key FILE` makes one";
                Err(Error::new(ErrorKind::Usage, "ledger", problem))
            }
        }
    }

    pub fn open(&self) -> Result<Ledger> {
        Ledger::open(self.folder()?, &self.key()?, &self.who, system_clock)
    }
}
