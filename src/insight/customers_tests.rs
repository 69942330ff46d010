//! Which of two rules counts, and times that no calendar holds.

use super::{AlertRules, Alerts, Collector, Row, Segment, Settings};

const DAY_MS: i64 = 86_400_000;

fn collected(calls: &[(i64, u8)], now: Option<i64>) -> Collector {
    let mut collector = Collector::new(Settings { now, min_count: 1, ..Settings::default() });
    for &(at, rating) in calls {
        let (customer, outro) = (Some("c".to_owned()), Some("o".to_owned()));
        let response = if rating > 0 { 2 } else { 0 };
        let rating = Some(rating).filter(|&rating| rating > 0);
        collector.add(&Row { at: Some(at), customer, outro, rating, response, ..Row::default() });
    }
    collector
}

/// A customer who meets two rules: the order of the list, which is the printed one, says which counts.
#[test]
fn of_two_rules_the_one_that_is_listed_first_counts() {
    for (days, now, meets) in [
        // Unhappy, and gone for long.
        (&[(0, 1)][..], 100, [Segment::ToWinBack, Segment::AtRisk]),
        // Falling, and silent since.
        (&[(0, 5), (1, 4), (2, 3), (3, 0), (4, 0), (5, 0)], 6, [Segment::AtRisk, Segment::Quiet]),
        // Two best ratings, long ago.
        (&[(0, 5), (1, 5)], 400, [Segment::Quiet, Segment::Promoter]),
    ] {
        let calls: Vec<(i64, u8)> = days.iter().map(|&(day, rating)| (day * DAY_MS, rating)).collect();
        let found = collected(&calls, Some(now * DAY_MS)).finish();
        let listed: Vec<Segment> = found.segments.iter().map(|figures| figures.segment).collect();
        assert_eq!(listed, Segment::ALL);
        let counted = found.segments.iter().find(|figures| figures.customers.count == 1).map(|f| f.segment);
        assert_eq!(counted, listed.into_iter().find(|segment| meets.contains(segment)), "{meets:?}");
    }
}

#[test]
fn times_at_the_ends_of_what_a_number_holds_are_counted() {
    let ends = [i64::MIN + 1, 0, i64::MAX];
    assert_eq!(collected(&ends.map(|at| (at, 1)), None).finish().figures.calls, 3);
    let mut alerts = Alerts::new(AlertRules::default());
    ends.iter().for_each(|&at| alerts.add(&Row { at: Some(at), rating: Some(1), ..Row::default() }));
    assert_eq!(alerts.finish().len(), 3);
}
