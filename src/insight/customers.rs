//! What a customer's calls tell together: repeated complaints, later outcomes, segments by stated rules.

use std::collections::HashMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::row::Row;
use super::statistics::Share;

const DAY_MS: i64 = 86_400_000;

/// One call of a customer, in 16 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Contact {
    at: i64,
    /// 0 is none.
    rating: u8,
    complaint: bool,
    strong_anger: bool,
    reacted: bool,
    /// Index into the outros seen; 0 is none.
    outro: u16,
    /// Index into the experiment's arms; 0 is none.
    arm: u16,
}

impl Contact {
    pub(super) fn of(row: &Row, complaint: bool, strong_anger: bool) -> Self {
        let (at, rating) = (row.at.unwrap_or(i64::MIN), row.rating.unwrap_or(0));
        Self { at, rating, complaint, strong_anger, reacted: row.response > 0, outro: 0, arm: 0 }
    }

    fn band(self) -> Option<&'static str> {
        match self.rating {
            1 | 2 => Some("low"),
            3 => Some("middle"),
            4 | 5 => Some("best"),
            _ => None,
        }
    }
}

/// All customers' calls.
pub struct Customers {
    experiment: Option<String>,
    contacts: HashMap<u128, Vec<Contact>>,
    names: HashMap<u128, String>,
    outros: Vec<String>,
    arms: Vec<String>,
    /// Calls by outro, customers known or not.
    pub(super) played: Vec<u64>,
}

/// A segment, and the rule that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    ToWinBack,
    AtRisk,
    Quiet,
    Promoter,
    Other,
}

impl Segment {
    /// In the order in which their rules are tried.
    pub const ALL: [Self; 5] = [Self::ToWinBack, Self::AtRisk, Self::Quiet, Self::Promoter, Self::Other];

    /// The rule in words; the first that holds counts, in the order of [`Self::ALL`].
    pub fn rule(self) -> &'static str {
        match self {
            Self::ToWinBack => "the last rating is 1 or 2, or the last call strongly angry, and no call for 60 days",
            Self::AtRisk => {
                "the last rating is 1 or 2, or the last call strongly angry, or the last three ratings fall each time"
            }
            Self::Quiet => "no reaction in the last three calls, or the last reaction is over 180 days old",
            Self::Promoter => "the last two ratings are 5 and no complaint for 180 days",
            Self::Other => "none of the above",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::AtRisk => "at risk",
            Self::ToWinBack => "to win back",
            Self::Promoter => "promoter",
            Self::Quiet => "quiet",
            Self::Other => "other",
        }
    }
}

/// A customer in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// Pseudonym, or the name in the results.
    pub customer: String,
    pub segment: Segment,
    pub calls: u64,
    pub ratings: u64,
    pub mean_rating: Option<f64>,
    pub last_rating: Option<u8>,
    pub complaints: u64,
    pub last_call_unix_ms: i64,
}

/// Later outcomes after some calls: of how many the next rating of the same customer is known, and satisfied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Later {
    pub shown: u64,
    pub known: u64,
    pub satisfied: u64,
}

impl Later {
    pub fn share(&self) -> Share {
        Share::new(self.satisfied, self.known)
    }
}

impl Customers {
    pub(super) fn new(experiment: Option<String>) -> Self {
        let none = || vec![String::new()];
        Self {
            experiment,
            contacts: HashMap::new(),
            names: HashMap::new(),
            outros: none(),
            arms: none(),
            played: vec![0],
        }
    }

    pub(super) fn add(&mut self, row: &Row, contact: &Contact) {
        let mut contact = *contact;
        contact.outro = index(&mut self.outros, row.outro.as_deref());
        self.played.resize(self.outros.len(), 0);
        self.played[usize::from(contact.outro)] += 1;
        let arm = row.experiment.as_ref().filter(|(name, _)| Some(name) == self.experiment.as_ref());
        contact.arm = index(&mut self.arms, arm.map(|(_, arm)| arm.as_str()));
        let Some(customer) = &row.customer else { return };
        if contact.at == i64::MIN {
            return;
        }
        let id = id(customer);
        // A pseudonym is its own number; other names must be remembered.
        if format!("{id:032x}") != *customer {
            self.names.entry(id).or_insert_with(|| customer.clone());
        }
        self.contacts.entry(id).or_default().push(contact);
    }

    /// Puts each customer's calls into order of time: before anything is asked.
    pub(super) fn sort(&mut self) {
        for contacts in self.contacts.values_mut() {
            contacts.sort_by_key(|contact| contact.at);
        }
    }

    pub(super) fn outro_names(&self) -> &[String] {
        &self.outros
    }

    pub(super) fn known(&self) -> usize {
        self.contacts.len()
    }

    /// Of the complaints that were `days` or more before `last`, those followed by another of the same customer within
    /// `days`.
    pub(super) fn repeated_complaints(&self, days: i64, last: i64) -> Share {
        let window = days.saturating_mul(DAY_MS);
        let (mut repeated, mut of) = (0, 0);
        for contacts in self.contacts.values() {
            let times: Vec<i64> = contacts.iter().filter(|c| c.complaint).map(|c| c.at).collect();
            for (i, &at) in times.iter().enumerate() {
                if at.saturating_add(window) <= last {
                    of += 1;
                    repeated += u64::from(times.get(i + 1).is_some_and(|&next| next.saturating_sub(at) <= window));
                }
            }
        }
        Share::new(repeated, of)
    }

    /// Later outcomes by band and, as `group` says, outro or arm.
    pub(super) fn later(&self, days: i64, by_arm: bool) -> Vec<((&'static str, String), Later)> {
        let window = days.saturating_mul(DAY_MS);
        let mut found: HashMap<(&'static str, u16), Later> = HashMap::new();
        for contacts in self.contacts.values() {
            for (i, contact) in contacts.iter().enumerate() {
                let group = if by_arm { contact.arm } else { contact.outro };
                let (Some(band), true) = (contact.band(), group > 0) else { continue };
                let later = found.entry((band, group)).or_default();
                later.shown += 1;
                let next = contacts[i + 1..].iter().find(|next| next.rating > 0);
                if let Some(next) = next.filter(|next| next.at.saturating_sub(contact.at) <= window) {
                    later.known += 1;
                    later.satisfied += u64::from(next.rating >= 4);
                }
            }
        }
        let names = if by_arm { &self.arms } else { &self.outros };
        let mut found: Vec<_> =
            found.into_iter().map(|((band, i), later)| ((band, names[usize::from(i)].clone()), later)).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    /// Every customer's profile, as of `now`.
    pub(super) fn profiles(&self, now: i64) -> impl Iterator<Item = Profile> {
        self.contacts.iter().map(move |(id, contacts)| {
            let rated = contacts.iter().filter(|c| c.rating > 0);
            let (ratings, sum) = rated.clone().fold((0, 0), |(n, sum), c| (n + 1, sum + u64::from(c.rating)));
            Profile {
                customer: self.names.get(id).cloned().unwrap_or_else(|| format!("{id:032x}")),
                segment: segment(contacts, now),
                calls: contacts.len() as u64,
                ratings,
                mean_rating: (ratings > 0).then(|| sum as f64 / ratings as f64),
                last_rating: rated.clone().next_back().map(|c| c.rating),
                complaints: contacts.iter().filter(|c| c.complaint).count() as u64,
                last_call_unix_ms: contacts.last().map_or(0, |c| c.at),
            }
        })
    }

    /// Customers whose last three ratings fall each time.
    pub(super) fn falls(contacts: &[u8]) -> bool {
        contacts.len() >= 3 && contacts[contacts.len() - 3..].windows(2).all(|pair| pair[1] < pair[0])
    }
}

/// The segment of a customer; `contacts` in order of time.
fn segment(contacts: &[Contact], now: i64) -> Segment {
    let days_since = |at: i64| now.saturating_sub(at) / DAY_MS;
    let Some(last) = contacts.last() else { return Segment::Other };
    let ratings: Vec<u8> = contacts.iter().map(|c| c.rating).filter(|&r| r > 0).collect();
    let unhappy = ratings.last().is_some_and(|&r| r <= 2) || last.strong_anger;
    let complained = contacts.iter().rev().find(|c| c.complaint).map(|c| days_since(c.at));
    let reacted = contacts.iter().rev().find(|c| c.reacted).map(|c| days_since(c.at));
    if unhappy && days_since(last.at) >= 60 {
        Segment::ToWinBack
    } else if unhappy || Customers::falls(&ratings) {
        Segment::AtRisk
    } else if (contacts.len() >= 3 && contacts[contacts.len() - 3..].iter().all(|c| !c.reacted))
        || reacted.is_none_or(|days| days > 180)
    {
        Segment::Quiet
    } else if ratings.len() >= 2 && ratings[ratings.len() - 2..] == [5, 5] && complained.is_none_or(|days| days >= 180)
    {
        Segment::Promoter
    } else {
        Segment::Other
    }
}

/// A pseudonym's own 128 bits, or a hash of another name.
fn id(customer: &str) -> u128 {
    let pseudonym = (customer.len() == 32).then(|| u128::from_str_radix(customer, 16).ok()).flatten();
    pseudonym.unwrap_or_else(|| {
        let hash = Sha256::digest(customer.as_bytes());
        u128::from_be_bytes(std::array::from_fn(|i| hash[i]))
    })
}

/// The place of a name in a list; 0 is none. What no longer fits is counted as the last.
fn index(names: &mut Vec<String>, name: Option<&str>) -> u16 {
    let Some(name) = name else { return 0 };
    let found = names.iter().position(|known| known == name);
    let place = found.unwrap_or_else(|| {
        if names.len() < 1_000 {
            names.push(name.to_owned());
        } else {
            names[999] = "(others)".into();
        }
        names.len() - 1
    });
    place as u16
}
