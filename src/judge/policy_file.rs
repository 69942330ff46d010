//! Reading a policy file strictly: every complaint names file, line, what was expected and what to do.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::decision::{Action, Mood};
use super::policy::{Bands, Limits, Policy, PoolWeights, Rules, Thresholds};
use crate::error::{Error, ErrorKind, Result};

/// A policy is a page of text; more than this is not one.
const SIZE_LIMIT: u64 = 1 << 20;
/// Bound on a pool weight: ten times what a calibrated source may claim.
const WEIGHT_LIMIT: f64 = 10.0;

impl Policy {
    /// Reads and checks a policy file.
    ///
    /// # Errors
    /// The file system's; [`ErrorKind::Limit`] above 1 MiB; [`ErrorKind::Usage`] as [`Self::parse`].
    pub fn load(path: &Path) -> Result<Self> {
        let subject = path.display().to_string();
        let size = std::fs::metadata(path).map_err(|e| Error::io(path, &e))?.len();
        if size > SIZE_LIMIT {
            let problem =
                format!("expected a policy of at most {SIZE_LIMIT} bytes, got {size}; is this the right file?");
            return Err(Error::new(ErrorKind::Limit, subject, problem));
        }
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        Self::parse(&text, &subject)
    }

    /// Parses and checks the text of a policy; `subject` names it in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] with the line: not TOML, an unknown key (with the nearest known one), a wrong type, bands
    /// that overlap or leave a rating out, a value out of range, a mood that an ending lacks.
    pub fn parse(text: &str, subject: &str) -> Result<Self> {
        let rules: Rules = toml::from_str(text).map_err(|error| {
            let problem = with_suggestion(error.message());
            at_line(subject, text, error.span(), &problem)
        })?;
        check(&rules).map_err(|Complaint { path, problem }| at_line(subject, text, span_of(text, &path), &problem))?;
        Ok(Self::from_checked(rules))
    }

    /// Checks rules that come from elsewhere, such as a record; `subject` names that in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] with the key that breaks a rule.
    pub fn from_rules(rules: Rules, subject: &str) -> Result<Self> {
        check(&rules).map_err(|Complaint { path, problem }| {
            Error::new(ErrorKind::Usage, subject, format!("policy.{}: {problem}", path.join(".")))
        })?;
        Ok(Self::from_checked(rules))
    }
}

/// What is wrong, and the key it stands under (the nearest that the file has gives the line).
struct Complaint {
    path: Vec<String>,
    problem: String,
}

fn complaint(path: &[&str], problem: impl Into<String>) -> Complaint {
    Complaint { path: path.iter().map(|&key| key.to_owned()).collect(), problem: problem.into() }
}

fn at_line(subject: &str, text: &str, span: Option<Range<usize>>, problem: &str) -> Error {
    let subject = match span.and_then(|span| text.get(..span.start)) {
        Some(before) => format!("{subject}:{}", before.matches('\n').count() + 1),
        None => subject.to_owned(),
    };
    Error::new(ErrorKind::Usage, subject, format!("{problem}; see `codetta policy explain`"))
}

/// serde lists the known keys behind an unknown one; the nearest is offered by name.
fn with_suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let Some(wrong) = quoted.next().filter(|_| unknown) else {
        return message.to_owned();
    };
    let nearest = quoted
        .map(|known| (strsim::damerau_levenshtein(wrong, known), known))
        .filter(|&(distance, known)| distance <= 1 + known.len() / 3)
        .min();
    match nearest {
        Some((_, known)) => format!("{message}; did you mean `{known}`?"),
        None => message.to_owned(),
    }
}

/// Where the value under `path` stands, or its nearest ancestor that the file holds.
fn span_of(text: &str, path: &[String]) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut found = None;
    for key in path {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key.as_str()) else { break };
        found = Some(name.span());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    found
}

fn check(rules: &Rules) -> Result<(), Complaint> {
    if rules.version != 1 {
        return Err(complaint(&["version"], format!("expected version 1, got {}", rules.version)));
    }
    if rules.name.trim().is_empty() || rules.name.chars().count() > 100 {
        return Err(complaint(&["name"], "expected a name of 1 to 100 characters"));
    }
    check_bands(&rules.bands)?;
    check_thresholds(&rules.thresholds)?;
    check_limits(&rules.limits)?;
    check_pool(&rules.pool)?;
    check_words(rules)
}

fn check_bands(bands: &Bands) -> Result<(), Complaint> {
    let named = [("low", &bands.low), ("middle", &bands.middle), ("best", &bands.best)];
    let mut holder: [Option<&str>; 5] = [None; 5];
    let mut above = 0;
    for (name, band) in named {
        let at = |key: &str, problem: String| complaint(&["bands", name, key], problem);
        for rating in &band.ratings {
            if let Some(other) = holder[rating.index()].replace(name) {
                let problem = format!("rating {rating} is in band {other} and in band {name}; bands must not overlap");
                return Err(at("ratings", problem));
            }
            if rating.value() < above {
                let problem = format!("rating {rating} lies below a rating of a lower band; bands must rise");
                return Err(at("ratings", problem));
            }
        }
        above = band.ratings.iter().map(|rating| rating.value()).max().unwrap_or(above);
        if !matches!(band.action, Action::Outro | Action::Transfer) {
            return Err(at("action", "expected \"outro\" or \"transfer\": a band is an ending".to_owned()));
        }
        if band.action == Action::Transfer && band.mood == Mood::Bright {
            let problem = "a bright mood before a transfer mocks an unhappy caller; expected \"soothing\" or \"calm\"";
            return Err(at("mood", problem.to_owned()));
        }
        if band.tone.as_ref().is_some_and(|tone| tone.trim().is_empty()) {
            return Err(at("tone", "expected a brand tone, got an empty one; leave the key out for any".to_owned()));
        }
    }
    match holder.iter().position(Option::is_none) {
        Some(index) => Err(complaint(&["bands"], format!("rating {} is in no band; add it to one", index + 1))),
        None => Ok(()),
    }
}

fn check_thresholds(thresholds: &Thresholds) -> Result<(), Complaint> {
    let Thresholds { accept, confirm, contradiction, unhappy, inferred, anger, anger_confidence, human, repeat, later } =
        *thresholds;
    let named = [
        ("accept", accept),
        ("confirm", confirm),
        ("contradiction", contradiction),
        ("unhappy", unhappy),
        ("inferred", inferred),
        ("anger", anger),
        ("anger_confidence", anger_confidence),
        ("human", human),
        ("repeat", repeat),
        ("later", later),
    ];
    for (name, value) in named {
        // Not-a-number fails every comparison, so it is caught here too.
        if !(value > 0.0 && value <= 1.0) {
            let problem = format!("expected a probability above 0 and up to 1, got {value}");
            return Err(complaint(&["thresholds", name], problem));
        }
    }
    if confirm > accept {
        let problem = format!("expected at most accept ({accept}), got {confirm}: nothing would be read back");
        return Err(complaint(&["thresholds", "confirm"], problem));
    }
    if human > 0.5 {
        let problem = format!("expected at most 0.5, got {human}: who more likely than not asked is never refused");
        return Err(complaint(&["thresholds", "human"], problem));
    }
    Ok(())
}

fn check_limits(limits: &Limits) -> Result<(), Complaint> {
    if limits.reprompts > 5 {
        let problem = format!("expected 0 to 5, got {}: a caller is not asked for ever", limits.reprompts);
        return Err(complaint(&["limits", "reprompts"], problem));
    }
    if limits.read_backs > 1 {
        let problem = format!("expected 0 or 1, got {}: a rating is read back once", limits.read_backs);
        return Err(complaint(&["limits", "read_backs"], problem));
    }
    Ok(())
}

fn check_pool(pool: &PoolWeights) -> Result<(), Complaint> {
    let PoolWeights { prior, rating, text, voice_negative, voice_anger, mirrored, neighbour } = *pool;
    let weights =
        [("rating", rating), ("text", text), ("voice_negative", voice_negative), ("voice_anger", voice_anger)];
    for (name, value) in weights {
        if !(0.0..=WEIGHT_LIMIT).contains(&value) {
            let problem = format!("expected a weight from 0 to {WEIGHT_LIMIT}, got {value}");
            return Err(complaint(&["pool", name], problem));
        }
    }
    if rating == 0.0 {
        return Err(complaint(&["pool", "rating"], "expected a weight above 0: the stated rating always counts"));
    }
    for (name, value) in [("mirrored", mirrored), ("neighbour", neighbour)] {
        if !(0.0..=0.4).contains(&value) {
            return Err(complaint(&["pool", name], format!("expected a share from 0 to 0.4, got {value}")));
        }
    }
    let total: f64 = prior.iter().sum();
    if !prior.iter().all(|&p| p > 0.0) || (total - 1.0).abs() > 1e-6 {
        let problem = format!("expected five probabilities above 0 that sum to 1, got {prior:?}");
        return Err(complaint(&["pool", "prior"], problem));
    }
    Ok(())
}

fn check_words(rules: &Rules) -> Result<(), Complaint> {
    let mut names = Vec::new();
    for rule in &rules.words {
        let at = |problem: String| complaint(&["words"], problem);
        if rule.name.trim().is_empty() || names.contains(&&rule.name) {
            return Err(at(format!("expected a name of its own for every word rule, got {:?}", rule.name)));
        }
        names.push(&rule.name);
        let mut phrases = rule.zh.iter().chain(&rule.en).peekable();
        if phrases.peek().is_none() {
            return Err(at(format!("word rule {:?} has no phrase; add some to zh or en", rule.name)));
        }
        if let Some(phrase) = phrases.find(|phrase| super::words::normalised(phrase).trim().is_empty()) {
            return Err(at(format!("word rule {:?} has an empty phrase {phrase:?}; it would always match", rule.name)));
        }
    }
    Ok(())
}
