//! Measures the ledger and insight over it: what one call costs, what a million cost.
//!
//! `cargo run --release --example measure_ledger -- write FOLDER` (sealed writes with fsync, bulk import)
//! `cargo run --release --example measure_ledger -- build FOLDER 1000000`
//! `cargo run --release --example measure_ledger -- read FOLDER` (insight; time and peak memory of this process)

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use codetta::insight::{Collector, Row, Settings};
use codetta::judge::{Action, Band, Decision, Mood, OutroQuery, Reason};
use codetta::record::{
    CallRecord, Customer, FactsFilter, Key, Ledger, OutroPlayed, Response, SentimentSummary, WordFound, system_clock,
};
use codetta::sentiment::SentimentLabel;
use codetta::voice::VoiceEmotion;
use codetta::{Language, Rating, Result};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "expected write FOLDER, build FOLDER RECORDS or read FOLDER";
    let (Some(what), Some(folder)) = (arguments.first(), arguments.get(1)) else { panic!("{usage}") };
    let folder = Path::new(folder);
    match what.as_str() {
        "write" => write(folder),
        "build" => build(folder, arguments.get(2).and_then(|n| n.parse().ok()).expect(usage)),
        "read" => read(folder),
        _ => panic!("{usage}"),
    }
}

/// A record such as a call leaves behind, seeded by its number.
fn record(number: u64) -> CallRecord {
    let lot = |salt: u64, below: u64| {
        let mut z = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (z ^ (z >> 31)) % below
    };
    let mut record =
        CallRecord::new(format!("call-{number:08}"), 1_700_000_000_000 + number as i64 * 60_000, Language::Zh);
    let customer = lot(1, 300_000);
    record.customer = Some(Customer {
        id: format!("customer {customer}"),
        name: Some("王小明".into()),
        phone: Some(format!("13{customer:09}")),
    });
    record.channel = Some("telephone".into());
    record.brand = Some(format!("brand {}", lot(2, 4)));
    record.queue = Some(format!("queue {}", lot(3, 12)));
    record.agent = Some(format!("agent {}", lot(4, 200)));
    record.product = Some(format!("product {}", lot(5, 30)));
    let index = [4, 4, 4, 4, 3, 3, 2, 1, 0, 0][lot(6, 10) as usize];
    if lot(7, 10) > 0 {
        record.rating = Some(Rating::from_index(index));
        record.raw_key = Some(index as u8 + 1);
        record.response = Response::Rated;
    }
    record.transcript = Some("师傅来得很准时，就是收费有点贵，希望下次便宜一些，谢谢。".into());
    record.words = vec![WordFound { word: "准时".into(), category: "timeliness".into(), positive: true }];
    record.needs = vec!["wish".into()];
    record.sentiment = Some(SentimentSummary { score: 0.3, label: SentimentLabel::Positive });
    record.voice = Some(VoiceEmotion { angry: lot(8, 100) as f32 / 100.0, ..VoiceEmotion::UNTOLD });
    let mood = [Mood::Soothing, Mood::Soothing, Mood::Calm, Mood::Bright, Mood::Bright][index];
    record.decision = Some(Decision {
        action: if index < 2 { Action::Transfer } else { Action::Outro },
        outro: Some(OutroQuery { mood, tone: None }),
        ask: None,
        follow_up: None,
        band: Some([Band::Low, Band::Low, Band::Middle, Band::Best, Band::Best][index]),
        rating: record.rating,
        satisfaction: [0.1, 0.1, 0.1, 0.2, 0.5],
        mean: 3.9,
        entropy_bits: 1.96,
        reasons: vec![Reason {
            code: "rating.stated".into(),
            weight: 1.0,
            zh: "客户给出了评分".into(),
            en: "the caller stated a rating".into(),
        }],
        policy_hash: "0123456789abcdef".repeat(4),
    });
    record.outro = Some(OutroPlayed { id: format!("outro-{}", lot(9, 12)), mood, tone: None });
    record.timings_ms = BTreeMap::from([("total".into(), 800.0 + lot(10, 500) as f64)]);
    record
}

fn make(folder: &Path) -> Result<Ledger> {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let key = Key::generate()?;
    key.write_new(&folder.join("key"))?;
    Ledger::init(&folder.join("ledger"), &key, "measure", system_clock)
}

fn open(folder: &Path) -> Result<Ledger> {
    Ledger::open(&folder.join("ledger"), &Key::read(&folder.join("key"))?, "measure", system_clock)
}

fn write(folder: &Path) -> Result<()> {
    let ledger = make(folder)?;
    let measure = |name: &str, records: Vec<CallRecord>| -> Result<()> {
        let mut times = Vec::with_capacity(records.len());
        for record in &records {
            let start = Instant::now();
            ledger.append(record)?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!(
            "{name}: median {:.2} ms, p95 {:.2} ms, largest {:.2} ms (n {})",
            at(0.5),
            at(0.95),
            at(1.0),
            times.len()
        );
        Ok(())
    };
    let with_customer = |range: std::ops::Range<u64>, customer: &dyn Fn(u64) -> String| -> Vec<CallRecord> {
        range
            .map(|number| {
                let mut record = record(number);
                record.customer = Some(Customer { id: customer(number), name: None, phone: None });
                record
            })
            .collect()
    };
    measure("sealed write, new customer each", with_customer(0..500, &|number| format!("new {number}")))?;
    measure("sealed write, known customers", with_customer(500..1000, &|number| format!("new {}", number - 500)))?;
    let records: Vec<CallRecord> = (10_000..40_000).map(record).collect();
    let start = Instant::now();
    let imported = ledger.import(records.into_iter().map(Ok))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("bulk import: {} records in {seconds:.1} s, {:.0}/s", imported.new, imported.new as f64 / seconds);
    let start = Instant::now();
    let found = ledger.verify(None)?;
    println!(
        "verify: {} records in {:.1} s, {} problems",
        found.records,
        start.elapsed().as_secs_f64(),
        found.problems.len()
    );
    Ok(())
}

fn build(folder: &Path, count: u64) -> Result<()> {
    let ledger = make(folder)?;
    let start = Instant::now();
    let imported = ledger.import((0..count).map(|number| Ok(record(number))))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("built: {} records in {seconds:.1} s, {:.0}/s", imported.new, imported.new as f64 / seconds);
    Ok(())
}

fn read(folder: &Path) -> Result<()> {
    let ledger = open(folder)?;
    let start = Instant::now();
    let mut collector = Collector::new(Settings::default());
    ledger.facts(&FactsFilter::default(), |facts| collector.add(&Row::from(facts)))?;
    let insight = collector.finish();
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown here");
    println!("insight: {} records in {seconds:.1} s; {peak}", insight.figures.calls);
    println!("CSAT {:?}", insight.figures.csat);
    Ok(())
}
