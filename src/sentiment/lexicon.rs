//! Words of service talk with a category and a polarity.

use std::collections::HashMap;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::units::Language;

/// What a word is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// How people behaved.
    Attitude,
    /// Being on time, waiting.
    Timeliness,
    /// Skill, and whether it was solved.
    Competence,
    Price,
    /// Promises, trust, deceit.
    Honesty,
    /// The thing itself.
    Product,
    /// What the caller feels, with no cause named.
    Feeling,
}

impl Category {
    /// What it is called.
    pub(super) fn name(self, language: Language) -> &'static str {
        let (mandarin, english) = match self {
            Self::Attitude => ("态度", "attitude"),
            Self::Timeliness => ("时效", "timeliness"),
            Self::Competence => ("水平", "competence"),
            Self::Price => ("价格", "price"),
            Self::Honesty => ("诚信", "honesty"),
            Self::Product => ("产品", "product"),
            Self::Feeling => ("感受", "feeling"),
        };
        match language {
            Language::Zh => mandarin,
            Language::En => english,
        }
    }
}

/// Which way a word speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    Positive,
    Negative,
}

impl Polarity {
    pub(super) fn flipped(self) -> Self {
        match self {
            Polarity::Positive => Polarity::Negative,
            Polarity::Negative => Polarity::Positive,
        }
    }
}

/// Word or phrase, in normalised form, to what it says.
pub(super) type Lexicon = HashMap<&'static str, (Category, Polarity)>;

/// The lexicon that is part of the program: `data/lexicon.tsv`.
pub(super) fn embedded() -> Result<Lexicon> {
    let lines = include_str!("data/lexicon.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(entry).collect()
}

fn entry(line: &'static str) -> Result<(&'static str, (Category, Polarity))> {
    let wrong =
        || Error::new(ErrorKind::Internal, "lexicon.tsv", format!("expected word, category, +/-; got {line:?}"));
    let mut fields = line.split('\t');
    let (Some(word), Some(category), Some(sign)) = (fields.next(), fields.next(), fields.next()) else {
        return Err(wrong());
    };
    let category = match category {
        "attitude" => Category::Attitude,
        "timeliness" => Category::Timeliness,
        "competence" => Category::Competence,
        "price" => Category::Price,
        "honesty" => Category::Honesty,
        "product" => Category::Product,
        "feeling" => Category::Feeling,
        _ => return Err(wrong()),
    };
    let polarity = match sign {
        "+" => Polarity::Positive,
        "-" => Polarity::Negative,
        _ => return Err(wrong()),
    };
    Ok((word, (category, polarity)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise;

    #[test]
    fn every_entry_is_read_once_and_is_in_normal_form() {
        let lexicon = embedded().unwrap();
        let lines = include_str!("data/lexicon.tsv").lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(lexicon.len(), lines, "a word stands twice");
        assert!((200..=400).contains(&lines), "{lines}");
        assert!(lexicon.keys().all(|word| normalise(word) == **word));
    }
}
