//! What a word of an answer can be, and what may be asked for instead of one.

use serde::Deserialize;

/// What a form can be; a form may be several things, and its neighbours decide.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Word {
    /// A bare digit, 0 to 9.
    pub number: Option<u8>,
    /// A number that is one word or sign and no digit: 10 to 99.
    pub large: Option<u8>,
    /// The last number of the scale that the caller has in mind: "out of ten".
    pub out_of: Option<u8>,
    /// Words that stand for a rating by themselves.
    pub phrase: Option<u8>,
    /// A phrase only where hardly anything else is said: "fair", but not "the price was fair and there were no fees".
    pub phrase_alone: bool,
    /// A phrase that is on no scale: an opinion whose rating is guessed.
    pub phrase_implied: bool,
    pub request: Option<Request>,
    /// A request only if nothing else is said.
    pub request_alone: bool,
    /// May stand beside a request.
    pub asking: bool,
    /// Leads to a party: "speak" … "manager", 让 … 经理.
    pub contact: bool,
    /// Who can be asked for.
    pub party: bool,
    /// Calling, which beside a time is to be another one.
    pub calling: bool,
    pub time: bool,
    /// Makes no request of the one that follows.
    pub refusal: bool,
    pub magnitude: bool,
    pub fraction: bool,
    pub unit: bool,
    pub range: bool,
    pub correction: bool,
    pub negation: bool,
    /// May stand between what denies and what is denied: "don't *give him* five".
    pub giving: bool,
    /// Where it is denied, the number after it is given all but so: "not more than two".
    pub bound: bool,
    /// Denies the state right after it: "not busy".
    pub not: bool,
    /// At the end of an answer it takes back the rating before it: "four, scratch that".
    pub withdrawal: bool,
    /// Takes back what was given before it, with the number after it: 不给, which may be "no, give".
    pub retraction: bool,
    /// The number after it is a difference: "minus one".
    pub deduction: bool,
    /// The number before it is: "one point off".
    pub deducted: bool,
    /// May be what a number counts.
    pub countable: bool,
    /// Takes back the number before it: "five is too high".
    pub rejection: bool,
    /// A number that also stands for a noun: "I lost one".
    pub pronoun: bool,
    /// After it a number is a decimal, or a time of day if none follows.
    pub decimal: bool,
    /// May follow a number without being what it counts: "five but he was late".
    pub remark: bool,
    /// The same where no noun follows: "five excellent".
    pub opinion: bool,
    pub ordinal: bool,
    pub filler: bool,
    pub noise: bool,
    /// A pause: any punctuation mark.
    pub comma: bool,
    /// A digit that was written right after another: "55" is no "5 5".
    pub joined: bool,
    /// After 十分 it tells that a number was meant and not "very".
    pub particle: bool,
}

impl Word {
    /// In no table.
    pub fn is_stray(&self) -> bool {
        // What may stand beside a request or after a number means nothing by itself.
        Self { asking: false, remark: false, opinion: false, ..*self }.is_unknown()
    }

    /// In no table at all.
    pub fn is_unknown(&self) -> bool {
        let composing = Self { contact: false, party: false, calling: false, time: false, ..*self };
        let beside = Self { giving: false, not: false, particle: false, ..composing };
        Self { countable: false, joined: false, ..beside } == Self::default()
    }
}

/// What a caller may ask for instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    Human,
    Repeat,
    Later,
    /// Never to be called again.
    NoCalls,
    /// Nothing: the call was meant for somebody else.
    WrongNumber,
}

impl Request {
    pub const ALL: [Self; 5] = [Self::Human, Self::Repeat, Self::Later, Self::NoCalls, Self::WrongNumber];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// As it is labelled.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Repeat => "repeat",
            Self::Later => "later",
            Self::NoCalls => "no_calls",
            Self::WrongNumber => "wrong_number",
        }
    }
}
