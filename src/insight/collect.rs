//! Collecting: calls go in one by one, in any order; sums are kept, not calls.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;

use super::customers::{Contact, Customers};
use super::dates::local;
use super::row::Row;
use super::statistics::{LineSums, Sums};

/// Values told apart in each grouping; the rest is counted together, so that memory is bounded.
const GROUPS: usize = 10_000;
/// Words told apart.
const WORDS: usize = 20_000;
/// Example lines kept of a word or need.
const EXAMPLES: usize = 3;
/// Characters of an example line.
const EXAMPLE_LENGTH: usize = 120;

/// How insight is to be drawn.
#[derive(Clone, Debug)]
pub struct Settings {
    pub zone: TimeZone,
    /// Groups and words with fewer answers than this are not shown.
    pub min_count: u64,
    /// P(angry) from which on a voice counts as strongly angry.
    pub strong_anger: f64,
    /// Days within which a second complaint is a repeated one.
    pub repeat_days: i64,
    /// Repeat-complaint rate above which there is an alarm.
    pub repeat_alarm: f64,
    /// Days within which a later rating of the same customer counts as an outro's later outcome.
    pub later_days: i64,
    /// Name of the experiment to evaluate.
    pub experiment: Option<String>,
    /// Difference of shares that an experiment is meant to detect.
    pub detect: f64,
    /// "Now" for segments, milliseconds since 1970; none: the newest call.
    pub now: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            min_count: 5,
            strong_anger: 0.8,
            repeat_days: 30,
            repeat_alarm: 0.15,
            later_days: 90,
            experiment: None,
            detect: 0.05,
            now: None,
        }
    }
}

/// Counts and sums over some calls.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub calls: u64,
    /// Calls in which the customer spoke or pressed a key.
    pub reacted: u64,
    /// By canonical rating, 1..=5.
    pub ratings: [u64; 5],
    pub rating: Sums,
    pub complaints: u64,
    pub transfers: u64,
    /// Promoters, passives, detractors, of answers on 0..10.
    pub recommend: [u64; 3],
    pub sub_scores: BTreeMap<String, Sums>,
    pub resolved_first: (u64, u64),
    pub first_response_s: Sums,
    pub sentiment: Sums,
    pub strong_anger: (u64, u64),
}

impl Tally {
    fn add(&mut self, row: &Row, settings: &Settings) {
        self.calls += 1;
        self.reacted += u64::from(row.response > 0);
        if let Some(rating) = row.rating {
            self.ratings[usize::from(rating.clamp(1, 5)) - 1] += 1;
            self.rating.add(f64::from(rating));
        }
        self.complaints += u64::from(row.is_complaint(settings.strong_anger));
        self.transfers += u64::from(row.action.as_deref() == Some("transfer"));
        if let Some(answer) = row.recommend {
            self.recommend[match answer {
                9.. => 0,
                7 | 8 => 1,
                _ => 2,
            }] += 1;
        }
        for (name, value) in &row.sub_scores {
            if self.sub_scores.len() < 50 || self.sub_scores.contains_key(name) {
                self.sub_scores.entry(name.clone()).or_default().add(f64::from(*value));
            }
        }
        if let Some(resolved) = row.resolved_first {
            self.resolved_first.0 += u64::from(resolved);
            self.resolved_first.1 += 1;
        }
        if let Some(seconds) = row.first_response_s {
            self.first_response_s.add(seconds);
        }
        if let Some(score) = row.score {
            self.sentiment.add(score);
        }
        if let Some(angry) = row.angry {
            self.strong_anger.0 += u64::from(angry >= settings.strong_anger);
            self.strong_anger.1 += 1;
        }
    }

    /// Calls with a rating.
    pub fn rated(&self) -> u64 {
        self.rating.n
    }

    /// Ratings of 4 and 5.
    pub fn satisfied(&self) -> u64 {
        self.ratings[3] + self.ratings[4]
    }
}

/// A word or need, how often, and lines that hold it.
#[derive(Clone, Debug, Default)]
pub struct Mention {
    pub count: u64,
    pub examples: Vec<String>,
}

impl Mention {
    fn add(&mut self, transcript: Option<&str>) {
        self.count += 1;
        if let Some(text) = transcript.filter(|_| self.examples.len() < EXAMPLES) {
            let line: String = text.chars().take(EXAMPLE_LENGTH).collect();
            if !self.examples.contains(&line) {
                self.examples.push(line);
            }
        }
    }
}

/// Everything that is kept while calls go by.
pub struct Collector {
    pub(super) settings: Settings,
    pub(super) all: Tally,
    /// By grouping (`brand`, `queue`, `agent`, `product`, `language`), then value.
    pub(super) groups: BTreeMap<&'static str, HashMap<String, Tally>>,
    /// By year and month.
    pub(super) months: BTreeMap<(i16, i8), Tally>,
    /// Monday first.
    pub(super) weekdays: [Tally; 7],
    pub(super) month_of_year: [(u64, u64); 12],
    /// Rating against days since 2000.
    pub(super) line: LineSums,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    /// By category, whether positive, and word.
    pub(super) words: HashMap<(String, bool, String), Mention>,
    pub(super) needs: BTreeMap<String, Mention>,
    pub(super) customers: Customers,
    /// Whether transcripts were seen: then there are example lines.
    pub(super) has_examples: bool,
}

impl Collector {
    pub fn new(settings: Settings) -> Self {
        Self {
            customers: Customers::new(settings.experiment.clone()),
            settings,
            all: Tally::default(),
            groups: BTreeMap::new(),
            months: BTreeMap::new(),
            weekdays: Default::default(),
            month_of_year: [(0, 0); 12],
            line: LineSums::default(),
            first: None,
            last: None,
            words: HashMap::new(),
            needs: BTreeMap::new(),
            has_examples: false,
        }
    }

    /// Takes in one call.
    pub fn add(&mut self, row: &Row) {
        let settings = &self.settings;
        self.all.add(row, settings);
        for (name, value) in [
            ("brand", &row.brand),
            ("queue", &row.queue),
            ("agent", &row.agent),
            ("product", &row.product),
            ("language", &row.language),
        ] {
            let Some(value) = value else { continue };
            let group = self.groups.entry(name).or_default();
            match group.get_mut(value) {
                Some(tally) => tally.add(row, settings),
                None => {
                    let value = if group.len() < GROUPS { value.as_str() } else { "(others)" };
                    group.entry(value.to_owned()).or_default().add(row, settings);
                }
            }
        }
        if let Some(at) = row.at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
            let there = local(at, &settings.zone);
            self.months.entry((there.year(), there.month())).or_default().add(row, settings);
            let weekday = there.weekday().to_monday_zero_offset();
            self.weekdays[weekday.clamp(0, 6) as usize].add(row, settings);
            if let Some(rating) = row.rating {
                let month = &mut self.month_of_year[(there.month() - 1).clamp(0, 11) as usize];
                month.0 += u64::from(rating >= 4);
                month.1 += 1;
                // Days since 2000, so that the squares keep their digits.
                self.line.add((at as f64 - 946_684_800_000.0) / 86_400_000.0, f64::from(rating));
            }
        }
        for word in &row.words {
            let key = (word.category.clone(), word.positive, word.word.clone());
            if self.words.len() < WORDS || self.words.contains_key(&key) {
                self.words.entry(key).or_default().add(row.transcript.as_deref());
            }
        }
        for need in &row.needs {
            if self.needs.len() < 50 || self.needs.contains_key(need) {
                self.needs.entry(need.clone()).or_default().add(row.transcript.as_deref());
            }
        }
        self.has_examples |= row.transcript.is_some();
        let complaint = row.is_complaint(settings.strong_anger);
        let strong_anger = row.angry.is_some_and(|angry| angry >= settings.strong_anger);
        self.customers.add(row, &Contact::of(row, complaint, strong_anger));
    }
}
