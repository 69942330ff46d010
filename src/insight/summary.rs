//! What was learnt, as figures: each count with its share, each share and mean with its interval.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::collect::{Collector, Mention, Tally};
use super::customers::{Profile, Segment};
use super::dates::local;
use super::experiment::{self, BandResult};
use super::statistics::{Difference, Mean, Net, Share, independence};

/// Customers listed of each segment.
const PROFILES: usize = 20;

/// Figures of some calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    pub calls: u64,
    /// Customer spoke or pressed a key.
    pub response_rate: Share,
    /// A rating was given.
    pub answer_rate: Share,
    /// Share of each canonical rating among ratings, 1 to 5.
    pub ratings: [Share; 5],
    pub mean: Mean,
    /// CSAT: ratings of 4 and 5 among all ratings (top-two-box score; Farris, Bendle, Pfeifer & Reibstein 2010,
    /// Marketing Metrics, 2nd ed., §2.7).
    pub csat: Share,
    /// Only of answers on 0..10: a net promoter score is not defined on five levels.
    pub nps: Net,
    pub complaints: Share,
    pub transfers: Share,
    /// Of the words, −1..=1.
    pub sentiment: Mean,
    pub strong_anger: Share,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sub_scores: BTreeMap<String, Mean>,
    /// From a joined list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_contact_resolution: Option<Share>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_response_s: Option<Mean>,
}

impl Figures {
    pub fn of(tally: &Tally) -> Self {
        let rated = tally.rated();
        Self {
            calls: tally.calls,
            response_rate: Share::new(tally.reacted, tally.calls),
            answer_rate: Share::new(rated, tally.calls),
            ratings: tally.ratings.map(|count| Share::new(count, rated)),
            mean: tally.rating.mean(),
            csat: Share::new(tally.satisfied(), rated),
            nps: net(tally),
            complaints: Share::new(tally.complaints, tally.calls),
            transfers: Share::new(tally.transfers, tally.calls),
            sentiment: tally.sentiment.mean(),
            strong_anger: Share::new(tally.strong_anger.0, tally.strong_anger.1),
            sub_scores: tally.sub_scores.iter().map(|(name, sums)| (name.clone(), sums.mean())).collect(),
            first_contact_resolution: (tally.resolved_first.1 > 0)
                .then(|| Share::new(tally.resolved_first.0, tally.resolved_first.1)),
            first_response_s: (tally.first_response_s.n > 0).then(|| tally.first_response_s.mean()),
        }
    }
}

fn net(tally: &Tally) -> Net {
    let [promoters, passives, detractors] = tally.recommend;
    Net::new(promoters, passives, detractors)
}

/// Figures under a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
    pub name: String,
    pub figures: Figures,
}

/// One grouping.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grouping {
    pub by: String,
    /// Most calls first.
    pub groups: Vec<Named>,
    /// Groups not shown, since they have too few ratings.
    pub suppressed: u64,
}

/// How often an ending was chosen, and how its customers rated the next time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutroFigures {
    pub band: String,
    pub outro: String,
    pub calls: u64,
    pub later_satisfied: Share,
}

/// Repeated complaints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repeats {
    pub days: i64,
    pub rate: Share,
    pub alarm_above: f64,
    /// The rate is above the limit.
    pub alarm: bool,
    /// So is the low end of its interval: it is hardly chance.
    pub alarm_is_certain: bool,
}

/// Movement in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    pub months: Vec<Named>,
    /// Change of the mean rating in 30 days.
    pub slope_per_30_days: Option<Difference>,
    /// The newest month's NPS against the month before it.
    pub nps_shift: Option<Difference>,
    /// CSAT by weekday, Monday first.
    pub weekdays: Vec<Share>,
    /// Whether CSAT differs between weekdays: p-value of a chi-squared test.
    pub weekday_p: Option<f64>,
    /// CSAT by month of the year, January first; only from two years of calls on.
    pub month_of_year: Option<Vec<Share>>,
    pub month_of_year_p: Option<f64>,
}

/// A word or need with lines that hold it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MentionFigures {
    pub what: String,
    /// Category of a word; empty for a need.
    pub category: String,
    pub positive: Option<bool>,
    pub count: u64,
    pub examples: Vec<String>,
}

/// A segment of customers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentFigures {
    pub segment: Segment,
    pub rule: &'static str,
    pub customers: Share,
    /// At most 20, most complaints first.
    pub profiles: Vec<Profile>,
}

/// Everything that was learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Insight {
    pub first: Option<String>,
    pub last: Option<String>,
    pub figures: Figures,
    pub groupings: Vec<Grouping>,
    pub trend: Trend,
    pub repeat_complaints: Repeats,
    /// Calls by outro.
    pub outros: Vec<CountFigures>,
    /// An outro is chosen by the rating: these figures show that choice, not what the outro does.
    pub outro_association_is_confounded: bool,
    pub outro_association: Vec<OutroFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Vec<BandResult>>,
    pub words: Vec<MentionFigures>,
    pub needs: Vec<MentionFigures>,
    /// False where the key or the input holds no transcripts.
    pub has_examples: bool,
    pub customers: u64,
    pub segments: Vec<SegmentFigures>,
    pub min_count: u64,
}

/// A count under a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CountFigures {
    pub name: String,
    pub share: Share,
}

impl Collector {
    /// Draws the conclusions.
    pub fn finish(mut self) -> Insight {
        self.customers.sort();
        let settings = &self.settings;
        let last = self.last.unwrap_or(0);
        let now = settings.now.unwrap_or(last);
        let rate = self.customers.repeated_complaints(settings.repeat_days, last);
        let above = |value: Option<f64>| value.is_some_and(|value| value > settings.repeat_alarm);
        let day = |at: i64| local(at, &settings.zone).strftime("%Y-%m-%d").to_string();
        let played: Vec<(&String, u64)> =
            self.customers.outro_names().iter().zip(self.customers.played.iter().copied()).skip(1).collect();
        let shown = played.iter().map(|(_, count)| count).sum();
        let experiment = settings
            .experiment
            .is_some()
            .then(|| experiment::evaluate(self.customers.later(settings.later_days, true), settings.detect));
        let association = self
            .customers
            .later(settings.later_days, false)
            .into_iter()
            .filter(|(_, later)| later.shown >= settings.min_count)
            .map(|((band, outro), later)| OutroFigures {
                band: band.into(),
                outro,
                calls: later.shown,
                later_satisfied: later.share(),
            });
        Insight {
            first: self.first.map(day),
            last: self.last.map(day),
            figures: Figures::of(&self.all),
            groupings: groupings(&self.groups, settings.min_count),
            trend: trend(&self),
            repeat_complaints: Repeats {
                days: settings.repeat_days,
                rate,
                alarm_above: settings.repeat_alarm,
                alarm: above(rate.share),
                alarm_is_certain: above(rate.low),
            },
            outros: played
                .into_iter()
                .map(|(name, count)| CountFigures { name: name.clone(), share: Share::new(count, shown) })
                .collect(),
            outro_association_is_confounded: true,
            outro_association: association.collect(),
            experiment,
            words: words(&self.words, settings.min_count),
            needs: needs(&self.needs, settings.min_count),
            has_examples: self.has_examples,
            customers: self.customers.known() as u64,
            segments: segments(&self, now),
            min_count: settings.min_count,
        }
    }
}

fn groupings(groups: &BTreeMap<&'static str, HashMap<String, Tally>>, min: u64) -> Vec<Grouping> {
    groups
        .iter()
        .map(|(by, values)| {
            let (mut shown, few): (Vec<_>, Vec<_>) = values.iter().partition(|(_, tally)| tally.rated() >= min);
            shown.sort_by(|a, b| b.1.calls.cmp(&a.1.calls).then(a.0.cmp(b.0)));
            let groups = shown.into_iter().map(|(name, t)| Named { name: name.clone(), figures: Figures::of(t) });
            Grouping { by: (*by).into(), groups: groups.collect(), suppressed: few.len() as u64 }
        })
        .collect()
}

fn trend(collector: &Collector) -> Trend {
    let months = &collector.months;
    let mut latest = months.values().rev();
    let nps_shift = latest.next().zip(latest.next()).and_then(|(last, before)| net(before).shift(&net(last)));
    let weekdays: Vec<(u64, u64)> = collector.weekdays.iter().map(|t| (t.satisfied(), t.rated())).collect();
    // With less than two years a month of the year is just a month.
    let years = months.keys().next().zip(months.keys().next_back()).is_some_and(|(first, last)| {
        12 * (i32::from(last.0) - i32::from(first.0)) + i32::from(last.1) - i32::from(first.1) >= 23
    });
    let share = |&(count, of): &(u64, u64)| Share::new(count, of);
    let slope = collector.line.slope().map(|d| Difference {
        difference: 30.0 * d.difference,
        low: 30.0 * d.low,
        high: 30.0 * d.high,
        p: d.p,
    });
    Trend {
        months: months
            .iter()
            .map(|((year, month), tally)| Named { name: format!("{year}-{month:02}"), figures: Figures::of(tally) })
            .collect(),
        slope_per_30_days: slope,
        nps_shift,
        weekdays: weekdays.iter().map(share).collect(),
        weekday_p: independence(&weekdays),
        month_of_year: years.then(|| collector.month_of_year.iter().map(share).collect()),
        month_of_year_p: if years { independence(&collector.month_of_year) } else { None },
    }
}

fn words(words: &HashMap<(String, bool, String), Mention>, min: u64) -> Vec<MentionFigures> {
    let mut found: Vec<_> = words
        .iter()
        .filter(|(_, mention)| mention.count >= min)
        .map(|((category, positive, word), mention)| MentionFigures {
            what: word.clone(),
            category: category.clone(),
            positive: Some(*positive),
            count: mention.count,
            examples: mention.examples.clone(),
        })
        .collect();
    found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    found
}

fn needs(needs: &BTreeMap<String, Mention>, min: u64) -> Vec<MentionFigures> {
    let mut found: Vec<_> = needs
        .iter()
        .filter(|(_, mention)| mention.count >= min)
        .map(|(kind, mention)| MentionFigures {
            what: kind.clone(),
            category: String::new(),
            positive: None,
            count: mention.count,
            examples: mention.examples.clone(),
        })
        .collect();
    found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    found
}

fn segments(collector: &Collector, now: i64) -> Vec<SegmentFigures> {
    let of = collector.customers.known() as u64;
    let mut counts: BTreeMap<Segment, (u64, Vec<Profile>)> = BTreeMap::new();
    for profile in collector.customers.profiles(now) {
        let (count, profiles) = counts.entry(profile.segment).or_default();
        *count += 1;
        if profile.segment == Segment::Other {
            continue;
        }
        profiles.push(profile);
        // Kept short while it grows: twice the list, then cut.
        if profiles.len() > 2 * PROFILES {
            shorten(profiles);
        }
    }
    Segment::ALL
        .into_iter()
        .map(|segment| {
            let (count, mut profiles) = counts.remove(&segment).unwrap_or_default();
            shorten(&mut profiles);
            SegmentFigures { segment, rule: segment.rule(), customers: Share::new(count, of), profiles }
        })
        .collect()
}

fn shorten(profiles: &mut Vec<Profile>) {
    profiles.sort_by(|a, b| {
        b.complaints
            .cmp(&a.complaints)
            .then(b.last_call_unix_ms.cmp(&a.last_call_unix_ms))
            .then_with(|| a.customer.cmp(&b.customer))
    });
    profiles.truncate(PROFILES);
}
