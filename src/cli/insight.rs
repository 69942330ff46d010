//! `codetta insight`: what the record teaches, over a ledger or files of results.

use std::path::PathBuf;

use clap::Args;
use codetta::insight::{Collector, Filter, Insight, Join, Row, Settings, moment, page, read_results, zone};
use codetta::{Error, ErrorKind, Result};

use super::Status;
use super::output::{Output, print_line};

#[derive(Args)]
pub struct InsightArgs {
    /// Results as `codetta rate --format json` prints them; without any, the ledger is read
    #[arg(value_name = "FILE")]
    results: Vec<PathBuf>,

    #[cfg(feature = "ledger")]
    #[command(flatten)]
    key: super::ledger::key::KeyOptions,

    #[command(flatten)]
    filter: FilterOptions,

    /// CSV files with a column `call` or `customer` and any of: at, brand, queue, agent, product,
    /// resolved_first_contact, first_response_s, complaint, speed, solution, attitude
    #[arg(long, value_name = "FILE")]
    join: Vec<PathBuf>,

    /// Evaluate an experiment: arms assigned by lot within a band
    #[arg(long, value_name = "NAME")]
    experiment: Option<String>,

    /// Difference of shares that the experiment is meant to detect
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    detect: f64,

    /// Groups and words with fewer answers than this are not shown
    #[arg(long, default_value_t = 5)]
    min_count: u64,

    /// Days within which a second complaint is a repeated one
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3650))]
    repeat_days: i64,

    /// Leave example lines out, even if the key opens transcripts
    #[arg(long)]
    no_examples: bool,

    /// Write a page to look at and to print
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Which calls count.
#[derive(Args, Clone, Debug)]
pub struct FilterOptions {
    /// From this day on, such as 2026-11-01
    #[arg(long)]
    from: Option<String>,
    /// Up to this day, exclusive
    #[arg(long)]
    to: Option<String>,
    #[arg(long)]
    brand: Option<String>,
    #[arg(long)]
    queue: Option<String>,
    #[arg(long)]
    agent: Option<String>,
    #[arg(long)]
    product: Option<String>,
    /// zh or en
    #[arg(long)]
    language: Option<String>,
    /// Time zone of days and months, such as Asia/Shanghai
    #[arg(long, default_value = "UTC")]
    pub time_zone: String,
}

impl FilterOptions {
    pub fn filter(&self) -> Result<Filter> {
        let zone = zone(&self.time_zone)?;
        let day = |text: &Option<String>| text.as_deref().map(|text| moment(text, &zone)).transpose();
        Ok(Filter {
            from: day(&self.from)?,
            to: day(&self.to)?,
            brand: self.brand.clone(),
            queue: self.queue.clone(),
            agent: self.agent.clone(),
            product: self.product.clone(),
            language: self.language.clone(),
        })
    }
}

fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("expected a share between 0 and 0.5, got {text}");
    text.parse().ok().filter(|share: &f64| (0.001..=0.5).contains(share)).ok_or_else(wrong)
}

pub fn run(args: &InsightArgs, output: &mut Output) -> Result<Status> {
    let settings = Settings {
        zone: zone(&args.filter.time_zone)?,
        min_count: args.min_count,
        repeat_days: args.repeat_days,
        experiment: args.experiment.clone(),
        detect: args.detect,
        ..Settings::default()
    };
    let filter = args.filter.filter()?;
    let joins: Vec<Join> = args.join.iter().map(|file| Join::read(file, &settings.zone)).collect::<Result<_>>()?;
    for note in joins.iter().flat_map(|join| &join.notes) {
        eprintln!("codetta: {note}");
    }
    let mut collector = Collector::new(settings.clone());
    if args.results.is_empty() {
        from_ledger(args, &filter, joins, &mut collector)?;
    } else {
        let finder = codetta::sentiment::KeywordFinder::new()?;
        for file in &args.results {
            read_results(file, &settings.zone, |mut row| {
                joins.iter().for_each(|join| join.apply(&mut row));
                if filter.passes(&row) {
                    row.note_words(&finder);
                    if args.no_examples {
                        row.transcript = None;
                    }
                    collector.add(&row);
                }
                Ok(())
            })?;
        }
    }
    let insight = collector.finish();
    if let Some(file) = &args.html {
        codetta::files::write_whole(file, page(&insight).as_bytes())?;
        eprintln!("codetta: {}: open it in a browser", file.display());
    }
    print(&insight, output)?;
    Ok(Status::Done)
}

#[cfg(feature = "ledger")]
fn from_ledger(args: &InsightArgs, filter: &Filter, mut joins: Vec<Join>, collector: &mut Collector) -> Result<()> {
    use codetta::record::Right;
    let ledger = args.key.open()?;
    joins.iter_mut().for_each(|join| join.pseudonymise(|name| ledger.pseudonym(name)));
    // A list may know the brand, queue, agent, product or time that the call itself does not: then it filters too.
    let narrow = if joins.is_empty() { filter.into() } else { codetta::record::FactsFilter::default() };
    let mut examples = std::collections::HashMap::new();
    if !args.no_examples && ledger.role().may(Right::Content) {
        // Enough lines to show, not all there are.
        ledger.transcripts(&narrow, |call, text| {
            if examples.len() < 50_000 {
                examples.insert(call.to_owned(), text.to_owned());
            }
        })?;
    }
    ledger.facts(&narrow, |facts| {
        let mut row = Row::from(facts);
        joins.iter().for_each(|join| join.apply(&mut row));
        if filter.passes(&row) {
            row.transcript = examples.remove(&row.call);
            collector.add(&row);
        }
    })
}

#[cfg(not(feature = "ledger"))]
fn from_ledger(_: &InsightArgs, _: &Filter, _: Vec<Join>, _: &mut Collector) -> Result<()> {
    let problem = "this build has no ledger (feature `ledger`); name files of results";
    Err(Error::new(ErrorKind::Usage, "insight", problem))
}

fn print(insight: &Insight, output: &mut Output) -> Result<()> {
    if output.is_json() {
        let text = serde_json::to_string(insight)
            .map_err(|e| Error::new(ErrorKind::Internal, "insight", format!("cannot be written as JSON: {e}")))?;
        return print_line(&text);
    }
    let none = "–".to_owned();
    let percent = |v: Option<f64>| v.map_or(none.clone(), |v| format!("{:.1} %", 100.0 * v));
    let share = |s: &codetta::insight::Share| vec![percent(s.share), percent(s.low), percent(s.high), s.of.to_string()];
    let number = |v: Option<f64>| v.map_or(none.clone(), |v| format!("{v:.2}"));
    let mean = |m: &codetta::insight::Mean| vec![number(m.mean), number(m.low), number(m.high), m.n.to_string()];
    output.columns(&["what", "value", "from", "to", "of"]);
    let mut line = |what: &str, mut cells: Vec<String>| {
        cells.insert(0, what.to_owned());
        output.result(&(), || cells)
    };
    let f = &insight.figures;
    line("mean rating", mean(&f.mean))?;
    line("CSAT (4 and 5)", share(&f.csat))?;
    let nps = &f.nps;
    let answers = nps.promoters + nps.passives + nps.detractors;
    line("NPS (0 to 10 only)", vec![number(nps.score), number(nps.low), number(nps.high), answers.to_string()])?;
    line("reacted", share(&f.response_rate))?;
    line("gave a rating", share(&f.answer_rate))?;
    for (level, s) in (1..).zip(&f.ratings) {
        line(&format!("rated {level}"), share(s))?;
    }
    line("complaints", share(&f.complaints))?;
    line(
        if insight.repeat_complaints.alarm { "repeated complaints: ALARM" } else { "repeated complaints" },
        share(&insight.repeat_complaints.rate),
    )?;
    for (name, m) in &f.sub_scores {
        line(name, mean(m))?;
    }
    if let Some(s) = &f.first_contact_resolution {
        line("solved at first contact", share(s))?;
    }
    if let Some(m) = &f.first_response_s {
        line("first response, s", mean(m))?;
    }
    for grouping in &insight.groupings {
        for group in grouping.groups.iter().take(10) {
            line(&format!("{} {}: mean", grouping.by, group.name), mean(&group.figures.mean))?;
        }
    }
    for word in insight.words.iter().take(10) {
        line(&format!("word {}", word.what), vec![word.count.to_string(), none.clone(), none.clone(), none.clone()])?;
    }
    for segment in &insight.segments {
        line(&format!("customers {}", segment.segment.name()), share(&segment.customers))?;
    }
    for band in insight.experiment.iter().flatten() {
        line(
            &format!("experiment, {}", band.band),
            vec![band.verdict.clone(), none.clone(), none.clone(), none.clone()],
        )?;
    }
    output.finish()
}
