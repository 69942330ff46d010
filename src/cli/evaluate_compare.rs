//! `codetta evaluate --compare`: what changed between two runs.

use std::path::Path;

use codetta::Result;
use codetta::batch;

use super::Status;
use super::output::Output;

pub fn run(a: &Path, b: &Path, output: &mut Output) -> Result<Status> {
    let comparison = batch::compare(a, b)?;
    output.columns(&["measure", "n", "A", "B", "B − A, 95 % interval", "B alone / A alone", "p"]);
    output.result(&comparison, || vec!["in both runs".to_owned(), comparison.in_both.to_string()])?;
    let points = |share: f64| format!("{:+.1}", 100.0 * share);
    for paired in &comparison.shares {
        let [low, high] = paired.interval;
        output.row(|| {
            vec![
                paired.measure.clone(),
                paired.n.to_string(),
                format!("{:.1} %", 100.0 * paired.a),
                format!("{:.1} %", 100.0 * paired.b),
                format!("{} ({} to {})", points(paired.difference), points(low), points(high)),
                format!("{} / {}", paired.gained, paired.lost),
                format!("{:.4}", paired.p),
            ]
        });
    }
    for mean in &comparison.means {
        let [low, high] = mean.interval;
        output.row(|| {
            vec![
                mean.measure.clone(),
                mean.n.to_string(),
                String::new(),
                String::new(),
                format!("{:+.4} ({low:+.4} to {high:+.4})", mean.difference),
                format!("{} up, {} down", mean.higher, mean.lower),
                format!("{:.4}", mean.p),
            ]
        });
    }
    output.finish()?;
    eprintln!(
        "{} Ratings changed on {} of {} recordings, actions on {}; {} only in A, {} only in B.",
        comparison.verdict,
        comparison.ratings_changed,
        comparison.in_both,
        comparison.actions_changed,
        comparison.only_a,
        comparison.only_b
    );
    if comparison.truth_differs > 0 {
        eprintln!(
            "codetta: the truth of {} recordings differs between the runs; they are left out of the accuracies",
            comparison.truth_differs
        );
    }
    Ok(Status::Done)
}
