//! A 32-byte key: where it comes from, and who else could have read it.

use std::io::Read;
use std::path::Path;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::sql::random;
use crate::error::{Error, ErrorKind, Result};

/// A key of 32 bytes. Wiped from memory when dropped; never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; Key::LENGTH]);

impl Key {
    pub const LENGTH: usize = 32;

    /// A key from the system's random numbers.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the system has none.
    pub fn generate() -> Result<Self> {
        random().map(Self)
    }

    pub fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Reads 32 raw bytes, or 64 hexadecimal digits with or without a line end. `subject` names where they come from.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for anything else. The content is never part of the message.
    pub fn parse(content: &[u8], subject: &str) -> Result<Self> {
        if let Ok(raw) = <[u8; Self::LENGTH]>::try_from(content) {
            return Ok(Self(raw));
        }
        let wrong = || {
            let problem =
                format!("expected 32 raw bytes or 64 hexadecimal digits, got {} bytes of another sort", content.len());
            Error::new(ErrorKind::Usage, subject, problem)
        };
        let digits = content.trim_ascii();
        let mut key = [0; Self::LENGTH];
        if digits.len() != 2 * Self::LENGTH {
            return Err(wrong());
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16).ok_or_else(wrong);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(key))
    }

    /// Reads a key file. On Unix a file that others than its owner can read or write is refused.
    ///
    /// # Errors
    /// The file system's; [`ErrorKind::Permission`] for a loose mode; those of [`Key::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|e| Error::io(path, &e))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = file.metadata().map_err(|e| Error::io(path, &e))?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                let problem =
                    format!("others can read this key: expected mode 0600, got {mode:04o}; run chmod 600 and rekey");
                return Err(Error::new(ErrorKind::Permission, path.display().to_string(), problem));
            }
        }
        Self::take(file, &path.display().to_string())
    }

    /// Reads a key from a stream to its end, such as standard input.
    ///
    /// # Errors
    /// Those of [`Key::parse`].
    pub fn take(stream: impl Read, subject: &str) -> Result<Self> {
        let mut content = Vec::with_capacity(256);
        let read = stream.take(256).read_to_end(&mut content);
        let key = read
            .map_err(|e| Error::new(ErrorKind::Usage, subject, format!("the key cannot be read: {e}")))
            .and_then(|_| Self::parse(&content, subject));
        content.zeroize();
        key
    }

    /// Writes the key, in hexadecimal, to a new file that only its owner can read.
    ///
    /// # Errors
    /// The file system's; a file that is there already is not overwritten.
    pub fn write_new(&self, path: &Path) -> Result<()> {
        use std::io::Write;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut text = self.hex();
        text.push('\n');
        let written = options.open(path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        text.zeroize();
        written.map_err(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => Error::new(
                ErrorKind::Usage,
                path.display().to_string(),
                "this file is there already, and a key is never overwritten; name a new file",
            ),
            _ => Error::io(path, &e),
        })
    }

    pub(super) fn hex(&self) -> String {
        hex(&self.0)
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_both_forms_and_nothing_else() {
        let raw = Key::parse(&[0xab; 32], "k").unwrap();
        let text = Key::parse(format!("{}\r\n", "aB".repeat(32)).as_bytes(), "k").unwrap();
        assert_eq!(raw.bytes(), text.bytes());
        for wrong in [&b""[..], &b"secret"[..], &[b'g'; 64], &[0; 31], &[0; 33]] {
            let error = Key::parse(wrong, "k").err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
