//! The policy as data: what a decision does with the evidence. Checked once, hashed in its canonical form.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::decision::{Action, Band, Mood};
use crate::units::Rating;

/// The rules as a `policy.toml` states them; `policy/policy.schema.json` documents every key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Version of the format: 1.
    pub version: u32,
    pub name: String,
    pub bands: Bands,
    pub thresholds: Thresholds,
    pub limits: Limits,
    pub pool: PoolWeights,
    pub words: Vec<WordRule>,
}

/// The three bands; together they hold each rating once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bands {
    pub low: BandRule,
    pub middle: BandRule,
    pub best: BandRule,
}

/// Which ratings a band holds and how a call in it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandRule {
    pub ratings: Vec<Rating>,
    /// `outro` or `transfer`.
    pub action: Action,
    pub mood: Mood,
    /// Brand tone of the outro library; none takes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
}

/// Probabilities from which something counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    pub accept: f64,
    pub confirm: f64,
    pub contradiction: f64,
    pub unhappy: f64,
    pub inferred: f64,
    pub anger: f64,
    pub anger_confidence: f64,
    pub human: f64,
    pub repeat: f64,
    pub later: f64,
}

/// How often a caller is asked, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub reprompts: u8,
    pub keypad: bool,
    pub read_backs: u8,
    pub after: AfterLimit,
}

/// The end of a call in which nothing usable was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterLimit {
    NoResponse,
    Transfer,
}

/// Weights of the log-linear pool.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolWeights {
    pub prior: [f64; 5],
    pub rating: f64,
    pub text: f64,
    pub voice_negative: f64,
    pub voice_anger: f64,
    pub mirrored: f64,
    pub neighbour: f64,
}

/// The caller's own words as a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordRule {
    pub name: String,
    pub action: WordAction,
    #[serde(default)]
    pub zh: Vec<String>,
    #[serde(default)]
    pub en: Vec<String>,
}

/// What a phrase of the caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordAction {
    Transfer,
    Later,
    Repeat,
    /// Never to be called again.
    NoCalls,
}

/// Rules that passed every check, with their hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    rules: Rules,
    hash: String,
}

impl Policy {
    /// The embedded default, as text: a template to copy.
    pub const DEFAULT_TOML: &'static str = include_str!("../../policy/default.toml");
    /// JSON schema of a policy file.
    pub const SCHEMA_JSON: &'static str = include_str!("../../policy/policy.schema.json");

    /// Only for rules that were checked: see [`super::policy_file`].
    pub(super) fn from_checked(rules: Rules) -> Self {
        let hash = Sha256::digest(canonical_form(&rules)).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { rules, hash }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// SHA-256 of the canonical form, hexadecimal: comments, order and layout of the file do not change it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Every value, defaults included, as one line of JSON in the order of the schema: what is hashed.
    pub fn canonical_form(&self) -> String {
        canonical_form(&self.rules)
    }

    /// The band of a rating.
    pub fn band(&self, rating: Rating) -> Band {
        [Band::Low, Band::Middle, Band::Best]
            .into_iter()
            .find(|&band| self.band_rule(band).ratings.contains(&rating))
            // The checks let no rating be without a band; low is the side on which a caller is not sent away.
            .unwrap_or(Band::Low)
    }

    pub fn band_rule(&self, band: Band) -> &BandRule {
        match band {
            Band::Low => &self.rules.bands.low,
            Band::Middle => &self.rules.bands.middle,
            Band::Best => &self.rules.bands.best,
        }
    }
}

fn canonical_form(rules: &Rules) -> String {
    // Plain structs of numbers, strings and lists always serialise.
    serde_json::to_string(rules).unwrap_or_default()
}

impl Default for Policy {
    fn default() -> Self {
        Self::from_checked(Rules::default())
    }
}

// The same values as policy/default.toml, which a test compares: a key left out of a file takes them.

impl Default for Rules {
    fn default() -> Self {
        let phrases = |list: &[&str]| list.iter().map(|&phrase| phrase.to_owned()).collect();
        Self {
            version: 1,
            name: "default".to_owned(),
            bands: Bands::default(),
            thresholds: Thresholds::default(),
            limits: Limits::default(),
            pool: PoolWeights::default(),
            words: vec![WordRule {
                name: "human".to_owned(),
                action: WordAction::Transfer,
                zh: phrases(&["转人工", "转接人工", "找人工", "要人工", "要投诉", "想投诉", "找真人", "要真人"]),
                en: phrases(&[
                    "transfer me",
                    "speak to a human",
                    "talk to a human",
                    "speak to an agent",
                    "talk to an agent",
                    "speak to a person",
                    "talk to a person",
                    "want an agent",
                    "need an agent",
                    "want a human",
                    "want to complain",
                    "like to complain",
                ]),
            }],
        }
    }
}

impl Default for Bands {
    fn default() -> Self {
        let band = |levels: &[usize], action, mood| BandRule {
            ratings: levels.iter().map(|level| Rating::from_index(level - 1)).collect(),
            action,
            mood,
            tone: None,
        };
        Self {
            low: band(&[1, 2], Action::Transfer, Mood::Soothing),
            middle: band(&[3], Action::Outro, Mood::Calm),
            best: band(&[4, 5], Action::Outro, Mood::Bright),
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            accept: 0.80,
            confirm: 0.50,
            contradiction: 0.60,
            unhappy: 0.75,
            inferred: 0.75,
            anger: 0.80,
            anger_confidence: 0.50,
            human: 0.50,
            repeat: 0.50,
            later: 0.50,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { reprompts: 2, keypad: true, read_backs: 1, after: AfterLimit::NoResponse }
    }
}

impl Default for PoolWeights {
    fn default() -> Self {
        Self {
            prior: [0.2; 5],
            rating: 1.0,
            text: 0.50,
            voice_negative: 0.17,
            voice_anger: 0.64,
            mirrored: 0.025,
            neighbour: 0.10,
        }
    }
}
