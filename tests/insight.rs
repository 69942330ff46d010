//! Every figure of insight beside an independent computation: SQL over the same rows, or a table worked by hand.
#![cfg(feature = "ledger")]

mod support;

use std::collections::BTreeMap;
use std::fs;

use codetta::insight::{Collector, Insight, Join, Row, Segment, Settings, assign, page, zone};
use codetta::record::WordFound;
use rusqlite::{Connection, params};
use support::{browser, program};

const DAY: i64 = 86_400_000;
/// 2026-01-05, a Monday.
const START: i64 = 1_767_571_200_000;

fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// Four thousand calls of two hundred customers over 400 days, seeded.
fn rows() -> Vec<Row> {
    let mut state = 7;
    let mut lot = |below| random(&mut state, below);
    (0..4_000)
        .map(|number| {
            let rating = (lot(10) > 1).then(|| 1 + (lot(5).max(lot(5))) as u8);
            let at = START + lot(400) as i64 * DAY + lot(86_400) as i64 * 1000;
            let angry = lot(100) as f64 / 100.0;
            Row {
                call: format!("call {number}"),
                at: Some(at),
                customer: (lot(20) > 0).then(|| format!("customer {}", lot(200))),
                agent: Some(format!("agent {}", lot(8))),
                language: Some(if lot(2) == 0 { "zh" } else { "en" }.into()),
                rating,
                recommend: (lot(3) == 0).then(|| lot(11) as u8),
                response: if rating.is_some() { 2 } else { lot(2) as u8 },
                score: Some(lot(200) as f64 / 100.0 - 1.0),
                angry: Some(angry * angry),
                action: Some(if lot(6) == 0 { "transfer" } else { "outro" }.into()),
                outro: Some(format!("outro {}", lot(4))),
                sub_scores: BTreeMap::from([("speed".to_owned(), 1 + lot(5) as u8)]),
                words: vec![WordFound {
                    word: format!("word {}", lot(5)),
                    category: "price".into(),
                    positive: lot(2) == 0,
                }],
                needs: vec![["wish", "demand"][lot(2) as usize].into()],
                first_response_s: Some(lot(600) as f64),
                resolved_first: Some(lot(3) > 0),
                ..Row::default()
            }
        })
        .collect()
}

fn insight(rows: &[Row], settings: Settings) -> Insight {
    let mut collector = Collector::new(settings);
    rows.iter().for_each(|row| collector.add(row));
    collector.finish()
}

fn sql(rows: &[Row]) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE r (n INTEGER PRIMARY KEY, at INT, customer TEXT, agent TEXT, language TEXT, rating INT, recommend INT,
         response INT, score REAL, angry REAL, action TEXT, outro TEXT, speed INT, word TEXT, positive INT, need TEXT,
         seconds REAL, resolved INT, complaint INT);",
    )
    .unwrap();
    for row in rows {
        let complaint = row.rating.is_some_and(|r| r <= 2) || row.angry.is_some_and(|a| a >= 0.8);
        db.prepare_cached("INSERT INTO r VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
            .unwrap()
            .execute(params![
                row.at,
                row.customer,
                row.agent,
                row.language,
                row.rating,
                row.recommend,
                row.response,
                row.score,
                row.angry,
                row.action,
                row.outro,
                row.sub_scores["speed"],
                row.words[0].word,
                row.words[0].positive,
                row.needs[0],
                row.first_response_s,
                row.resolved_first,
                complaint
            ])
            .unwrap();
    }
    db
}

fn near(got: Option<f64>, expected: f64, what: &str) {
    let got = got.unwrap_or_else(|| panic!("{what} is missing"));
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {got} instead of {expected}");
}

#[test]
fn counts_shares_and_means_are_those_of_sql() {
    let rows = rows();
    let found = insight(&rows, Settings { min_count: 1, ..Settings::default() });
    let db = sql(&rows);
    let one = |query: &str| -> f64 { db.query_row(&format!("SELECT {query}"), [], |row| row.get(0)).unwrap() };
    let f = &found.figures;
    near(Some(f.calls as f64), one("CAST(count(*) AS REAL) FROM r"), "calls");
    near(f.response_rate.share, one("avg(response > 0) FROM r"), "response rate");
    near(f.answer_rate.share, one("avg(rating IS NOT NULL) FROM r"), "answer rate");
    near(f.csat.share, one("avg(rating >= 4) FROM r WHERE rating IS NOT NULL"), "CSAT");
    near(f.mean.mean, one("avg(rating) FROM r"), "mean");
    near(
        f.mean.sd,
        one("sqrt((sum(rating*rating) - sum(rating)*sum(rating)*1.0/count(rating)) / (count(rating) - 1)) FROM r"),
        "sd",
    );
    for level in 1..=5 {
        let share = one(&format!("avg(rating = {level}) FROM r WHERE rating IS NOT NULL"));
        near(f.ratings[level - 1].share, share, "share of a rating");
    }
    near(f.nps.score, one("100.0 * (sum(recommend >= 9) - sum(recommend <= 6)) / count(recommend) FROM r"), "NPS");
    near(Some(f.nps.passives as f64), one("CAST(sum(recommend IN (7, 8)) AS REAL) FROM r"), "passives");
    near(f.complaints.share, one("avg(complaint) FROM r"), "complaints");
    near(f.transfers.share, one("avg(action = 'transfer') FROM r"), "transfers");
    near(f.sentiment.mean, one("avg(score) FROM r"), "sentiment");
    near(f.strong_anger.share, one("avg(angry >= 0.8) FROM r"), "strong anger");
    near(f.sub_scores["speed"].mean, one("avg(speed) FROM r"), "speed");
    near(f.first_response_s.unwrap().mean, one("avg(seconds) FROM r"), "first response");
    near(f.first_contact_resolution.unwrap().share, one("avg(resolved) FROM r"), "first-contact resolution");
    for grouping in found.groupings.iter().filter(|g| g.by == "agent" || g.by == "language") {
        for group in &grouping.groups {
            let mean = one(&format!("avg(rating) FROM r WHERE {} = '{}'", grouping.by, group.name));
            near(group.figures.mean.mean, mean, &group.name);
        }
    }
    assert_eq!(found.groupings.iter().find(|g| g.by == "agent").unwrap().groups.len(), 8);
    for month in &found.trend.months {
        let of = format!("FROM r WHERE strftime('%Y-%m', at / 1000, 'unixepoch') = '{}'", month.name);
        near(month.figures.mean.mean, one(&format!("avg(rating) {of}")), &month.name);
        near(Some(month.figures.calls as f64), one(&format!("CAST(count(*) AS REAL) {of}")), &month.name);
    }
    for (day, share) in found.trend.weekdays.iter().enumerate() {
        // SQLite counts from Sunday.
        let of =
            format!("FROM r WHERE rating IS NOT NULL AND strftime('%w', at / 1000, 'unixepoch') = '{}'", (day + 1) % 7);
        near(share.share, one(&format!("avg(rating >= 4) {of}")), "weekday");
    }
    // Least squares by its textbook formula, x in units of 30 days.
    let x = format!("(at - {START}) / (30.0 * {DAY})");
    let slope = one(&format!(
        "(count(rating) * sum({x} * rating) - sum({x}) * sum(rating)) / (count(rating) * sum({x} * {x}) - sum({x}) * sum({x}))
         FROM r WHERE rating IS NOT NULL"
    ));
    let got = found.trend.slope_per_30_days.unwrap().difference;
    assert!((got - slope).abs() < 1e-7, "slope {got} instead of {slope}");
    for word in &found.words {
        let count = one(&format!(
            "CAST(count(*) AS REAL) FROM r WHERE word = '{}' AND positive = {}",
            word.what,
            word.positive.unwrap()
        ));
        near(Some(word.count as f64), count, &word.what);
    }
    for need in &found.needs {
        near(
            Some(need.count as f64),
            one(&format!("CAST(count(*) AS REAL) FROM r WHERE need = '{}'", need.what)),
            &need.what,
        );
    }
    for outro in &found.outros {
        near(outro.share.share, one(&format!("avg(outro = '{}') FROM r", outro.name)), &outro.name);
    }
    near(Some(found.customers as f64), one("CAST(count(DISTINCT customer) AS REAL) FROM r"), "customers");
}

#[test]
fn what_follows_a_call_is_that_of_sql() {
    let rows = rows();
    let found = insight(&rows, Settings { min_count: 1, ..Settings::default() });
    let db = sql(&rows);
    let window = 30 * DAY;
    let (of, repeated): (u64, u64) = db
        .query_row(
            "SELECT count(*), sum(EXISTS (SELECT 1 FROM r b WHERE b.customer = a.customer AND b.complaint AND
               (b.at > a.at OR (b.at = a.at AND b.n > a.n)) AND b.at - a.at <= ?1))
             FROM r a WHERE complaint AND customer IS NOT NULL AND at + ?1 <= (SELECT max(at) FROM r)",
            [window],
            |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)),
        )
        .unwrap();
    let repeats = &found.repeat_complaints;
    assert_eq!((repeats.rate.of, repeats.rate.count), (of, repeated));
    assert_eq!(repeats.alarm, repeated as f64 / of as f64 > 0.15);
    assert!(!found.outro_association.is_empty() && found.outro_association_is_confounded);
    for line in &found.outro_association {
        let band = match line.band.as_str() {
            "low" => "a.rating <= 2",
            "middle" => "a.rating = 3",
            _ => "a.rating >= 4",
        };
        let (calls, known, satisfied): (i64, i64, i64) = db
            .query_row(
                &format!(
                    "WITH next AS (SELECT (SELECT b.n FROM r b WHERE b.customer = a.customer AND b.rating IS NOT NULL AND
                       (b.at > a.at OR (b.at = a.at AND b.n > a.n)) ORDER BY b.at, b.n LIMIT 1) AS next, a.at AS at
                       FROM r a WHERE a.customer IS NOT NULL AND a.outro = ?1 AND {band})
                     SELECT count(*), sum(ifnull(r.at - next.at <= ?2, 0)), sum(ifnull(r.at - next.at <= ?2 AND r.rating >= 4, 0))
                     FROM next LEFT JOIN r ON r.n = next.next"
                ),
                params![line.outro, 90 * DAY],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        let got = (line.calls as i64, line.later_satisfied.of as i64, line.later_satisfied.count as i64);
        assert_eq!(got, (calls, known, satisfied), "{} {}", line.band, line.outro);
    }
}

#[test]
fn the_order_of_calls_does_not_matter() {
    let mut rows = rows();
    let settings = || Settings { min_count: 1, ..Settings::default() };
    let mut forward = insight(&rows, settings());
    rows.reverse();
    let mut backward = insight(&rows, settings());
    // Sums of fractions may differ in their last digit, lists of equals in their order.
    for found in [&mut forward, &mut backward] {
        found.trend.slope_per_30_days = None;
        found.outros.sort_by(|a, b| a.name.cmp(&b.name));
        found.figures.sentiment = codetta::insight::Sums::default().mean();
        found
            .groupings
            .iter_mut()
            .flat_map(|g| &mut g.groups)
            .for_each(|g| g.figures.sentiment = found.figures.sentiment);
        found.trend.months.iter_mut().for_each(|m| m.figures.sentiment = found.figures.sentiment);
    }
    assert_eq!(forward, backward);
}

/// Worked by hand: one customer for each rule.
#[test]
fn segments_follow_their_rules() {
    let row = |customer: &str, day: i64, rating: u8| Row {
        call: format!("{customer} {day}"),
        at: Some(START + day * DAY),
        customer: Some(customer.into()),
        rating: (rating > 0).then_some(rating),
        response: if rating > 0 { 2 } else { 0 },
        ..Row::default()
    };
    let rows = [
        row("fell", 360, 5),
        row("fell", 370, 4),
        row("fell", 380, 3),
        row("unhappy", 390, 5),
        row("unhappy", 399, 1),
        row("left", 100, 5),
        row("left", 200, 2),
        row("happy", 390, 5),
        row("happy", 395, 5),
        row("once happy", 395, 5),
        row("silent", 380, 0),
        row("silent", 385, 0),
        row("silent", 390, 0),
        row("long ago", 10, 4),
        row("complained", 300, 1),
        row("complained", 390, 5),
        row("complained", 395, 5),
        row("today", 400, 3),
    ];
    let found = insight(&rows, Settings::default());
    let of = |segment: Segment| -> Vec<String> {
        let figures = found.segments.iter().find(|s| s.segment == segment).unwrap();
        let mut names: Vec<String> = figures.profiles.iter().map(|p| p.customer.clone()).collect();
        names.sort();
        assert_eq!(figures.customers.count as usize, if segment == Segment::Other { 3 } else { names.len() });
        names
    };
    assert_eq!(of(Segment::AtRisk), ["fell", "unhappy"]);
    assert_eq!(of(Segment::ToWinBack), ["left"]);
    assert_eq!(of(Segment::Promoter), ["happy"]);
    assert_eq!(of(Segment::Quiet), ["long ago", "silent"]);
    of(Segment::Other);
}

/// A lot decides between two endings. Where one is better it is found, where none is, none is promoted.
#[test]
fn an_experiment_promotes_what_a_lot_has_shown_and_nothing_else() {
    let arms = ["a".to_owned(), "b".to_owned()];
    let run = |better: u64, customers: u64| {
        let mut state = 11;
        let mut rows = Vec::new();
        for number in 0..customers {
            let call = format!("call {number}");
            let arm = assign(5, "waltz", "best", &call, &arms).unwrap().to_owned();
            let chance = if arm == "b" { 50 + better } else { 50 };
            let first = Row {
                call,
                at: Some(START),
                customer: Some(format!("c{number}")),
                rating: Some(5),
                experiment: Some(("waltz".into(), arm)),
                ..Row::default()
            };
            let rating = if random(&mut state, 100) < chance { 5 } else { 2 };
            let later = Row {
                call: format!("later {number}"),
                at: Some(START + 9 * DAY),
                rating: Some(rating),
                experiment: None,
                ..first.clone()
            };
            rows.extend([first, later]);
        }
        let settings = Settings { experiment: Some("waltz".into()), detect: 0.1, ..Settings::default() };
        insight(&rows, settings).experiment.unwrap().into_iter().find(|band| band.band == "best").unwrap()
    };
    let found = run(15, 2_000);
    assert_eq!(found.promote.as_deref(), Some("b"), "{found:?}");
    assert!(found.test.unwrap().power > 0.95);
    let nothing = run(0, 2_000);
    assert_eq!(nothing.promote, None, "{nothing:?}");
    let early = run(15, 100);
    assert_eq!(early.promote, None, "{early:?}");
    assert!(early.verdict.starts_with("too early"), "{}", early.verdict);
}

#[test]
fn lists_are_read_in_every_encoding_and_wrong_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let zone = zone("Asia/Shanghai").unwrap();
    let text = "call,customer,at,agent,resolved_first_contact,first_response_s,speed\n一,张三,2026年1月5日 10:00,李师傅,是,90,5\n二,张三,2026/1/6,王师傅,否,30,3\n三,王五,05.02.2026,李师傅,1,12.5,4\n";
    let mut written = vec![("utf8", text.as_bytes().to_vec())];
    written.push(("bom", [b"\xef\xbb\xbf", text.as_bytes()].concat()));
    written.push(("gbk", encoding_rs::GBK.encode(text).0.into_owned()));
    written.push(("utf16", [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()));
    written.push(("semicolons", text.replace(',', ";").into_bytes()));
    for (name, bytes) in written {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let join = Join::read(&file, &zone).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut row = Row { call: "一".into(), ..Row::default() };
        join.apply(&mut row);
        assert_eq!(row.agent.as_deref(), Some("李师傅"), "{name}");
        assert_eq!(
            (row.at, row.resolved_first, row.first_response_s),
            (Some(1_767_578_400_000), Some(true), Some(90.0))
        );
        assert_eq!(row.sub_scores["speed"], 5);
        assert_eq!(join.len(), 3);
    }
    let file = folder.path().join("list.csv");
    for (text, expected) in [
        ("call,at\na,11/12/2026\n", "row 2"),
        ("call,at\na,2026-01-05\nb,2026-13-01\n", "row 3"),
        ("call,speed\na,9\n", "1 to 5"),
        ("call,first_response_s\na,-4\n", "seconds"),
        ("call,complaint\na,perhaps\n", "yes or no"),
        ("name,age\na,4\n", "call"),
        ("call,agent\na\n", "2 fields"),
        ("call,customer\n,\n", "neither"),
    ] {
        fs::write(&file, text).unwrap();
        let error = Join::read(&file, &zone).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("list.csv"), "{error}");
    }
    fs::write(&file, [0xff, 0x80, 0x81, 0x00, 0xff]).unwrap();
    assert!(Join::read(&file, &zone).unwrap_err().to_string().contains("UTF-8"));
    fs::write(&file, "customer,product\n张三,冰箱\n李四,洗衣机\n张三,空调\n").unwrap();
    let join = Join::read(&file, &zone).unwrap();
    assert!(join.notes[0].contains("1 rows"), "{:?}", join.notes);
    let mut row = Row { customer: Some("张三".into()), ..Row::default() };
    join.apply(&mut row);
    assert_eq!(row.product.as_deref(), Some("空调"), "the later row counts");
}

/// The program over a file of results: as `rate` prints them, with a list beside it.
#[test]
fn results_files_are_read_as_rate_prints_them() {
    let folder = tempfile::tempdir().unwrap();
    let (results, list) = (folder.path().join("results.jsonl"), folder.path().join("list.csv"));
    let line = |file: &str, rating: &str, text: &str| {
        format!(
            "{{\"file\":\"{file}\",\"rating\":{{\"value\":{rating},\"posterior\":[0,0,0,0,1],\"none\":0,\"source\":\"speech\"}},\
             \"transcript\":{{\"text\":\"{text}\",\"language\":\"zh\"}},\"intents\":{{}},\"sentiment\":{{\"score\":0.5,\"label\":\"positive\"}},\
             \"voice\":null,\"decision\":{{\"action\":\"outro\",\"outro\":{{\"mood\":\"bright\",\"tone\":null}}}},\"timings_ms\":{{\"total\":9}}}}\n"
        )
    };
    let lines = [line("a.wav", "5", "师傅很准时"), line("b.wav", "2", "态度恶劣，我要退款"), line("c.wav", "null", "")]
        .concat();
    fs::write(&results, &lines).unwrap();
    fs::write(&list, "call,agent,at\na.wav,Li,2026-01-05\nb.wav,Li,2026-01-06\n").unwrap();
    let run = |more: &[&str]| {
        program::codetta()
            .args(["--format", "json", "insight"])
            .arg(&results)
            .arg("--join")
            .arg(&list)
            .args(more)
            .output()
            .unwrap()
    };
    let output = run(&["--min-count", "1"]);
    assert!(output.status.success(), "{}", program::stderr(&output));
    let found = &program::records(&output)[0];
    assert_eq!(found["figures"]["calls"], 3);
    assert_eq!(found["figures"]["csat"]["share"], 0.5);
    assert_eq!(found["figures"]["mean"]["mean"], 3.5);
    let agents = found["groupings"].as_array().unwrap().iter().find(|g| g["by"] == "agent").unwrap();
    assert_eq!(agents["groups"][0]["figures"]["mean"]["n"], 2);
    assert!(found["words"].as_array().unwrap().iter().any(|w| w["what"] == "准时" && w["positive"] == true));
    assert!(found["needs"].as_array().unwrap().iter().any(|n| n["what"] == "demand"));
    let output = run(&["--from", "2026-01-06"]);
    assert_eq!(program::records(&output)[0]["figures"]["calls"], 1);
    fs::write(&results, lines + "{\"rating\":7}\n").unwrap();
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(program::stderr(&output).contains("results.jsonl, line 4"), "{}", program::stderr(&output));
    assert!(program::stdout(&output).is_empty(), "nothing half-written");
}

#[test]
fn the_page_is_quiet_and_hides_low_counts() {
    let mut rows = rows();
    for row in &mut rows {
        if row.agent.as_deref() == Some("agent 7") {
            row.agent = Some("<script>alert('agent')</script> & co".into());
        }
    }
    rows.truncate(3_999);
    let lone = Row { call: "x".into(), agent: Some("lonely agent".into()), rating: Some(1), ..rows[0].clone() };
    rows.push(lone);
    let html = page(&insight(&rows, Settings::default()));
    assert!(!html.contains("<script"), "names are escaped, and there are no scripts");
    assert!(!html.contains("lonely agent") && html.contains("1 with too few ratings"));
    let Some(chromium) = browser::chromium() else {
        eprintln!("SKIPPED: Chromium is not installed (scripts/setup --test installs it)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("insight.html");
    fs::write(&file, html).unwrap();
    for width in [390, 1280] {
        let visit = browser::visit(chromium, &file, width, 1200, &folder.path().join("page.png"));
        assert!(visit.console.is_empty() && visit.requests.is_empty(), "{visit:?}");
    }
}
