//! How many words of praise and blame, and how many needs, are pointed out as people labelled them.
//!
//! `cargo run --release --no-default-features --example measure_words -- FILE... [--show]`
//!
//! A FILE has a line for each utterance: the text, a tab, `none` or what is praised and blamed (`attitude-,price+`), a tab, `none` or
//! what is asked for (`wish`, `request`, `suggestion`, `demand`), as in `tests/data/words`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Parser;
use codetta::sentiment::{Category, KeywordFinder, Polarity};
use codetta::{Error, Result};

#[derive(Parser)]
struct Arguments {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Every utterance with something missed or too much.
    #[arg(long)]
    show: bool,
}

/// Labels that were found and meant, found alone, meant alone.
#[derive(Default)]
struct Count {
    both: usize,
    found: usize,
    meant: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let finder = KeywordFinder::new()?;
    for file in &arguments.files {
        let list = std::fs::read_to_string(file).map_err(|e| Error::io(file, &e))?;
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        for line in list.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [text, aspects, needs_meant] = fields[..] else { continue };
            let meant: BTreeSet<String> = labels(aspects, "").chain(labels(needs_meant, "need ")).collect();
            let found = pointed_out(&finder, text);
            if arguments.show && found != meant {
                println!("  {text} | meant {meant:?} | found {found:?}");
            }
            for label in meant.union(&found) {
                let kind = if label.starts_with("need ") { "needs" } else { "praise and blame" };
                for name in [label.as_str(), kind] {
                    let count = counts.entry(name.to_owned()).or_default();
                    match (found.contains(label), meant.contains(label)) {
                        (true, true) => count.both += 1,
                        (true, false) => count.found += 1,
                        _ => count.meant += 1,
                    }
                }
            }
        }
        println!("{}: {} utterances", file.display(), list.lines().count());
        for (name, Count { both, found, meant }) in counts {
            println!("  {name:20} found {both} of {}, and {found} that were not meant", both + meant);
        }
    }
    Ok(())
}

fn labels<'a>(list: &'a str, kind: &'a str) -> impl Iterator<Item = String> + 'a {
    list.split(',').filter(|label| *label != "none").map(move |label| format!("{kind}{label}"))
}

/// Feeling apart, which the lists do not label.
fn pointed_out(finder: &KeywordFinder, text: &str) -> BTreeSet<String> {
    let (keywords, needs) = finder.keywords_and_needs(text);
    let words = keywords.into_iter().filter(|word| word.category != Category::Feeling).map(|word| {
        let sign = if word.polarity == Polarity::Positive { '+' } else { '-' };
        format!("{:?}{sign}", word.category).to_lowercase()
    });
    words.chain(needs.into_iter().map(|need| format!("need {:?}", need.kind).to_lowercase())).collect()
}
