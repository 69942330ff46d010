//! A key of the telephone and the moment it was held.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the sixteen DTMF keys (ITU-T Q.23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Key(char);

impl Key {
    /// In keypad order: rows of 697, 770, 852 and 941 Hz, columns of 1209, 1336, 1477 and 1633 Hz.
    pub const ALL: [Key; 16] = [
        Key('1'),
        Key('2'),
        Key('3'),
        Key('A'),
        Key('4'),
        Key('5'),
        Key('6'),
        Key('B'),
        Key('7'),
        Key('8'),
        Key('9'),
        Key('C'),
        Key('*'),
        Key('0'),
        Key('#'),
        Key('D'),
    ];

    /// The key of a character; `a`..`d` are taken as capitals.
    pub fn new(character: char) -> Option<Self> {
        let key = Key(character.to_ascii_uppercase());
        Self::ALL.contains(&key).then_some(key)
    }

    /// Its digit, unless it is a star, a hash or a letter.
    pub fn digit(self) -> Option<u8> {
        self.0.to_digit(10).map(|d| d as u8)
    }
}

impl TryFrom<char> for Key {
    type Error = String;
    fn try_from(character: char) -> Result<Self, String> {
        Self::new(character).ok_or_else(|| format!("expected a telephone key (0-9, *, #, A-D), got {character:?}"))
    }
}

impl From<Key> for char {
    fn from(key: Key) -> char {
        key.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key that was held from `start_s` to `end_s`, in seconds from the start of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyPress {
    pub digit: Key,
    pub start_s: f64,
    pub end_s: f64,
}
