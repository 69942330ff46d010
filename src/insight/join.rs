//! Joining what other systems know: CSV files by call or customer, whatever encoding they were saved in.

use std::collections::HashMap;
use std::path::Path;

use jiff::tz::TimeZone;

use super::dates::moment;
use super::row::Row;
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a CSV file; more is refused.
const SIZE: u64 = 512 << 20;

/// What a list says of each call or customer.
#[derive(Clone, Debug, Default)]
pub struct Join {
    by_call: HashMap<String, Joined>,
    by_customer: HashMap<String, Joined>,
    /// What was odd but not wrong, one line each: for standard error.
    pub notes: Vec<String>,
}

/// What one row says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joined {
    pub at: Option<i64>,
    pub customer: Option<String>,
    pub brand: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub product: Option<String>,
    pub resolved_first: Option<bool>,
    pub first_response_s: Option<f64>,
    pub complaint: Option<bool>,
    pub sub_scores: Vec<(String, u8)>,
}

const COLUMNS: &str = "call, customer, at, brand, queue, agent, product, resolved_first_contact, first_response_s, \
                       complaint, speed, solution, attitude";

/// Reads a CSV file into a header and rows: UTF-8 with or without a byte-order mark, UTF-16 with one, else GB 18030
/// (which holds GBK and GB 2312). Comma, semicolon or tab separate.
///
/// # Errors
/// The file system's; [`ErrorKind::Corrupt`] for bytes in none of these encodings or rows of differing length.
pub fn read_csv(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let subject = path.display().to_string();
    let length = std::fs::metadata(path).map_err(|e| Error::io(path, &e))?.len();
    if length > SIZE {
        let problem = format!("expected at most {SIZE} bytes, got {length}; split the file");
        return Err(Error::new(ErrorKind::Limit, subject, problem));
    }
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    let text = decode(&bytes).ok_or_else(|| {
        let problem = "expected UTF-8, UTF-16 with a byte-order mark, or GBK; save it as UTF-8";
        Error::new(ErrorKind::Corrupt, subject.clone(), problem)
    })?;
    let header = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|&separator| header.bytes().filter(|&b| b == separator).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(text.as_bytes());
    let corrupt = |e: csv::Error| Error::new(ErrorKind::Corrupt, subject.clone(), e.to_string());
    let header = reader.headers().map_err(corrupt)?.iter().map(|name| name.to_lowercase()).collect();
    let rows = reader
        .records()
        .map(|row| row.map(|row| row.iter().map(str::to_owned).collect()).map_err(corrupt))
        .collect::<Result<_>>()?;
    Ok((header, rows))
}

fn decode(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]).map(Into::into);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
}

impl Join {
    /// Reads a list with a column `call` or `customer` and any of the others; further columns are let be. Of a call or
    /// customer that is listed twice, the later row counts, and it is noted.
    ///
    /// # Errors
    /// Those of [`read_csv`]; [`ErrorKind::Usage`] for a list without a usable column; [`ErrorKind::Corrupt`] naming
    /// the row for a value that cannot be read. Nothing of a list with an error is used.
    pub fn read(path: &Path, zone: &TimeZone) -> Result<Self> {
        let subject = path.display().to_string();
        let (header, rows) = read_csv(path)?;
        let column = |name: &str| header.iter().position(|column| column == name);
        let (call, customer) = (column("call").or_else(|| column("file")), column("customer"));
        if call.is_none() && customer.is_none() {
            let found = header.join(", ");
            let problem = format!("expected a column \"call\" or \"customer\", found: {found}; known are: {COLUMNS}");
            return Err(Error::new(ErrorKind::Usage, subject, problem));
        }
        let mut join = Self::default();
        let mut doubled = 0;
        for (number, row) in rows.iter().enumerate() {
            let place = format!("{subject}, row {}", number + 2);
            let field = |name: &str| column(name).and_then(|i| row.get(i)).filter(|text| !text.is_empty());
            let text = |name: &str| field(name).cloned();
            let mut joined = Joined {
                at: field("at").map(|t| moment(t, zone).map_err(|e| e.about(place.clone()))).transpose()?,
                customer: customer.and_then(|i| row.get(i)).filter(|text| !text.is_empty()).cloned(),
                brand: text("brand"),
                queue: text("queue"),
                agent: text("agent"),
                product: text("product"),
                resolved_first: field("resolved_first_contact").map(|text| yes_or_no(text, &place)).transpose()?,
                first_response_s: field("first_response_s").map(|text| seconds(text, &place)).transpose()?,
                complaint: field("complaint").map(|text| yes_or_no(text, &place)).transpose()?,
                sub_scores: Vec::new(),
            };
            for name in ["speed", "solution", "attitude"] {
                if let Some(text) = field(name) {
                    joined.sub_scores.push((name.into(), sub_score(text, &place)?));
                }
            }
            let (map, key) = match call.and_then(|i| row.get(i)).filter(|text| !text.is_empty()) {
                Some(call) => (&mut join.by_call, call.clone()),
                None => match joined.customer.clone() {
                    Some(customer) => (&mut join.by_customer, customer),
                    None => {
                        let problem = "neither a call nor a customer is named";
                        return Err(Error::new(ErrorKind::Corrupt, place, problem));
                    }
                },
            };
            doubled += usize::from(map.insert(key, joined).is_some());
        }
        if doubled > 0 {
            join.notes.push(format!("{subject}: {doubled} rows name a call or customer again; the last row counts"));
        }
        Ok(join)
    }

    /// Replaces customers' names by what `pseudonym` makes of them, to fit a ledger's calls.
    pub fn pseudonymise(&mut self, pseudonym: impl Fn(&str) -> String) {
        for joined in self.by_call.values_mut() {
            joined.customer = joined.customer.take().map(|name| pseudonym(&name));
        }
        self.by_customer = self.by_customer.drain().map(|(name, joined)| (pseudonym(&name), joined)).collect();
    }

    /// Adds what the list knows. What it says of a call goes before what it says of the customer, and both before
    /// nothing; what the call itself says stays, but for the columns that only a list has.
    pub fn apply(&self, row: &mut Row) {
        if let Some(joined) = self.by_call.get(&row.call) {
            fill(row, joined);
        }
        if let Some(joined) = row.customer.as_ref().and_then(|customer| self.by_customer.get(customer)) {
            fill(row, joined);
        }
    }

    pub fn len(&self) -> usize {
        self.by_call.len() + self.by_customer.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn fill(row: &mut Row, joined: &Joined) {
    fn or<T: Clone>(slot: &mut Option<T>, value: &Option<T>) {
        if slot.is_none() {
            slot.clone_from(value);
        }
    }
    or(&mut row.at, &joined.at);
    or(&mut row.customer, &joined.customer);
    or(&mut row.brand, &joined.brand);
    or(&mut row.queue, &joined.queue);
    or(&mut row.agent, &joined.agent);
    or(&mut row.product, &joined.product);
    or(&mut row.resolved_first, &joined.resolved_first);
    or(&mut row.first_response_s, &joined.first_response_s);
    or(&mut row.complaint, &joined.complaint);
    for (name, value) in &joined.sub_scores {
        row.sub_scores.entry(name.clone()).or_insert(*value);
    }
}

fn yes_or_no(text: &str, place: &str) -> Result<bool> {
    match text.to_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "是" => Ok(true),
        "0" | "no" | "n" | "false" | "否" => Ok(false),
        _ => Err(Error::new(ErrorKind::Corrupt, place, format!("expected yes or no (是, 否, 1, 0), got {text:?}"))),
    }
}

fn seconds(text: &str, place: &str) -> Result<f64> {
    text.parse().ok().filter(|s: &f64| s.is_finite() && *s >= 0.0).ok_or_else(|| {
        Error::new(ErrorKind::Corrupt, place, format!("expected seconds, such as 90 or 12.5, got {text:?}"))
    })
}

fn sub_score(text: &str, place: &str) -> Result<u8> {
    text.parse()
        .ok()
        .filter(|score| (1..=5).contains(score))
        .ok_or_else(|| Error::new(ErrorKind::Corrupt, place, format!("expected a score of 1 to 5, got {text:?}")))
}
