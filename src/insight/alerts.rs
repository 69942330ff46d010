//! Alert rules: which calls ask for somebody to act, until when, and to what effect.

use std::collections::HashMap;

use super::row::Row;

/// When a call is an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertRules {
    /// Ratings up to this.
    pub low_rating: u8,
    /// P(angry) of the voice from this on.
    pub strong_anger: f64,
    /// Ratings of one customer, each lower than the one before: this many in a row.
    pub falling: usize,
    /// Hours until somebody must have acted.
    pub hours: i64,
}

impl Default for AlertRules {
    fn default() -> Self {
        Self { low_rating: 2, strong_anger: 0.8, falling: 3, hours: 24 }
    }
}

impl AlertRules {
    /// When somebody must have acted on a call that started at `at`, milliseconds since 1970.
    fn due(&self, at: i64) -> i64 {
        at.saturating_add(self.hours.saturating_mul(3_600_000))
    }
}

/// A call that asks for somebody to act.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub call: String,
    pub customer: Option<String>,
    /// `low rating`, `strong anger` or `falling trend`.
    pub rule: &'static str,
    pub reason: String,
    /// Milliseconds since 1970.
    pub due: i64,
    pub effect: &'static str,
}

/// Finds alerts while calls go by. Calls without a time are let by: a task needs a due date.
pub struct Alerts {
    rules: AlertRules,
    found: Vec<Alert>,
    /// Time, rating and call, by customer.
    ratings: HashMap<String, Vec<(i64, u8, String)>>,
}

impl Alerts {
    pub fn new(rules: AlertRules) -> Self {
        Self { rules, found: Vec::new(), ratings: HashMap::new() }
    }

    pub fn add(&mut self, row: &Row) {
        let Some(at) = row.at else { return };
        let mut raise = |rule, reason, effect| {
            let (call, customer) = (row.call.clone(), row.customer.clone());
            let due = self.rules.due(at);
            self.found.push(Alert { call, customer, rule, reason, due, effect });
        };
        if let Some(rating) = row.rating.filter(|&rating| rating <= self.rules.low_rating) {
            raise("low rating", format!("rated {rating}"), "the cause is removed; the next rating is 3 or better");
        }
        if let Some(angry) = row.angry.filter(|&angry| angry >= self.rules.strong_anger) {
            let reason = format!("voice angry with probability {angry:.2}");
            raise("strong anger", reason, "the customer was called back and is calm; no complaint for 30 days");
        }
        if let (Some(customer), Some(rating)) = (&row.customer, row.rating) {
            self.ratings.entry(customer.clone()).or_default().push((at, rating, row.call.clone()));
        }
    }

    /// All alerts, oldest due date first.
    pub fn finish(mut self) -> Vec<Alert> {
        for (customer, mut ratings) in self.ratings {
            ratings.sort();
            let mut run = 1;
            for i in 1..ratings.len() {
                run = if ratings[i].1 < ratings[i - 1].1 { run + 1 } else { 1 };
                if run == self.rules.falling {
                    let values: Vec<String> = ratings[i + 1 - run..=i].iter().map(|r| r.1.to_string()).collect();
                    self.found.push(Alert {
                        call: ratings[i].2.clone(),
                        customer: Some(customer.clone()),
                        rule: "falling trend",
                        reason: format!("ratings fell: {}", values.join(", ")),
                        due: self.rules.due(ratings[i].0),
                        effect: "the next rating is higher than the last",
                    });
                }
            }
        }
        self.found.sort_by(|a, b| (a.due, &a.call, a.rule).cmp(&(b.due, &b.call, b.rule)));
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_raises_its_alert_and_good_calls_raise_none() {
        let mut alerts = Alerts::new(AlertRules::default());
        let row = |call: &str, day: i64, rating: u8, angry: f64| Row {
            call: call.into(),
            at: Some(day * 86_400_000),
            customer: Some("c".into()),
            rating: Some(rating),
            angry: Some(angry),
            ..Row::default()
        };
        // In another order than that of time.
        for row in [row("c", 30, 3, 0.0), row("a", 10, 5, 0.1), row("b", 20, 4, 0.9), row("d", 40, 1, 0.0)] {
            alerts.add(&row);
        }
        let found: Vec<(String, &str)> = alerts.finish().into_iter().map(|a| (a.call, a.rule)).collect();
        let expected = [("b", "strong anger"), ("c", "falling trend"), ("d", "low rating")];
        assert_eq!(found, expected.map(|(call, rule)| (call.to_owned(), rule)));
    }
}
