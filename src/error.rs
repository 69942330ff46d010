//! The crate's one error: a kind that says what the caller can do, and one line that says what happened.

use std::fmt;
use std::path::Path;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, sorted by what a caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or argument is wrong: correct it and call again.
    Usage,
    /// A file or folder is not there: check the path.
    NotFound,
    /// A file may not be read or written by this user: change its mode or owner.
    Permission,
    /// The content is damaged or is not what it claims to be: replace the file.
    Corrupt,
    /// The content is sound, but of a sort that this build does not handle: convert it.
    Unsupported,
    /// A bound on time, memory or length was reached: shorten the input or raise the bound.
    Limit,
    /// A model is missing or damaged: the message names the command that repairs it.
    Model,
    /// A sound device is missing, busy or gone: choose another, or retry after a short delay.
    Device,
    /// Writing failed (disk full, broken pipe): free some space and run again; nothing recorded is lost.
    Write,
    /// A component broke its own promise. Please report it.
    Internal,
}

/// One clear line: which file or setting, what was expected and found, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    subject: String,
    problem: String,
}

impl Error {
    /// `subject` is the file or setting; `problem` says expected and actual, and what to do.
    pub fn new(kind: ErrorKind, subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), problem: problem.into() }
    }

    /// An input/output failure on `path`, with its kind derived from the system's.
    pub fn io(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let (kind, advice) = match error.kind() {
            Io::NotFound => (ErrorKind::NotFound, "check the path"),
            Io::PermissionDenied => (ErrorKind::Permission, "check the file's mode and owner"),
            Io::StorageFull | Io::QuotaExceeded => (ErrorKind::Write, "free some space and run again"),
            Io::BrokenPipe | Io::WriteZero | Io::ReadOnlyFilesystem => (ErrorKind::Write, "check where output goes"),
            Io::IsADirectory => (ErrorKind::Usage, "expected a file, got a folder"),
            Io::UnexpectedEof | Io::InvalidData => (ErrorKind::Corrupt, "the file is cut off or damaged; replace it"),
            _ => (ErrorKind::Corrupt, "check the file and the disk"),
        };
        Self::new(kind, path.display().to_string(), format!("{error}; {advice}"))
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file or setting that is at fault.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// What was expected and found, and what to do, without the subject.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The same error, about `subject`: for callers who know the file that a deeper layer did not.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever a lower layer put into its message.
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "{}: {}", line(&self.subject), line(&self.problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_that_names_its_subject() {
        let error = Error::new(ErrorKind::Corrupt, "a.wav", "expected RIFF,\n got ÿØÿ");
        assert_eq!(error.to_string(), "a.wav: expected RIFF, got ÿØÿ");
    }
}
