//! What each source of evidence adds, on simulated callers: `cargo run --release --example judge_ablation`.
//!
//! The callers are drawn from the error rates that DESIGN.md, "Judging", derives the weights from. So the tables show
//! whether the pool and the rules do what the derivation says; they say nothing about real callers.

use codetta::hear::{Intents, RatingPosterior};
use codetta::judge::{Action, Band, Evidence, Policy, RatingEvidence, RatingSource, Rules, decide};
use codetta::sentiment::{SentimentLabel, TextSentiment};
use codetta::units::Language;
use codetta::voice::VoiceEmotion;

const CALLERS: usize = 50_000;
/// Shares of felt satisfaction 1..=5: a typical survey, where most are content.
const FELT: [f64; 5] = [0.08, 0.07, 0.15, 0.30, 0.40];
/// What the voice and text models claim (separation d′ on the data they were made with) and what is left of it on
/// callers: DESIGN.md, "Judging", has the sources.
const TEXT: (f64, f64) = (2.95, 1.48);
const VOICE: (f64, f64) = (2.59, 0.45);
const ANGER: (f64, f64) = (2.59, 1.66);
/// Shares of callers who sound angry: at the worst two levels, and at the others.
const ANGRY: (f64, f64) = (0.3, 0.02);
/// Share of calls in which the recogniser is right at top 1.
const HEARD: f64 = 0.97;

/// xorshift64*, so that every run draws the same callers.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().max(1e-300).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|w| {
                left -= w;
                left < 0.0
            })
            .unwrap_or(weights.len() - 1)
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Felt satisfaction (0..=4) and the evidence it gives.
fn caller(random: &mut Random) -> (usize, Evidence) {
    let felt = random.pick(&FELT);
    let slip = random.uniform();
    let stated = match felt {
        _ if slip < 0.025 => 4 - felt,
        0 if slip < 0.125 => 1,
        4 if slip < 0.125 => 3,
        _ if slip < 0.075 => felt - 1,
        _ if slip < 0.125 => felt + 1,
        _ => felt,
    };
    let heard = if random.uniform() < HEARD { stated } else { random.pick(&[1.0; 5]) };
    // Surer where it is right; a calibrated recogniser errs mostly where it is unsure.
    let sure = if heard == stated { 0.55 + 0.45 * random.uniform().sqrt() } else { 0.4 + 0.5 * random.uniform() };
    let mut levels = [((1.0 - sure) / 5.0) as f32; 5];
    levels[heard] += sure as f32 - levels[heard];
    let posterior = RatingPosterior::from_weights(levels, ((1.0 - sure) / 5.0) as f32);
    // Signed satisfaction of the words, −1..=1; a middling caller lies between.
    let feeling = (felt as f64 - 2.0) / 1.5;
    let text = three_classes(TEXT.1 / 2.0 * feeling.clamp(-1.0, 1.0) + random.normal());
    let unhappy = felt <= 1;
    let angry = random.uniform() < if unhappy { ANGRY.0 } else { ANGRY.1 };
    let negative = logistic(VOICE.0 * (VOICE.1 / 2.0 * if unhappy { 1.0 } else { -1.0 } + random.normal()));
    let anger = logistic(ANGER.0 * (ANGER.1 / 2.0 * if angry { 1.0 } else { -1.0 } + random.normal()) - 1.1);
    let rest = (1.0 - anger as f32) / 3.0;
    let score = levels_score(&text);
    let evidence = Evidence {
        rating: Some(RatingEvidence { posterior, source: RatingSource::Speech, raw_key: None }),
        intents: Intents::default(),
        text: Some(TextSentiment { levels: text, score, label: SentimentLabel::Neutral, confidence: 1.0 }),
        voice: Some(VoiceEmotion {
            angry: anger as f32,
            sad: rest,
            neutral: rest,
            happy: rest,
            negative: negative as f32,
            arousal: 0.5,
            valence: 0.0,
            confidence: 0.7,
        }),
        speech_s: 2.0,
        ..Evidence::silence(Language::En)
    };
    (felt, evidence)
}

/// What a model calibrated where the classes lie `TEXT.0` apart makes of `x`: Bayes' rule on three normal densities.
fn three_classes(x: f64) -> [f32; 5] {
    let classes = [(-1.0, 0.4), (0.0, 0.2), (1.0, 0.4)]
        .map(|(place, base): (f64, f64)| base * (-(x - place * TEXT.0 / 2.0).powi(2) / 2.0).exp());
    let total: f64 = classes.iter().sum();
    let [negative, neutral, positive] = classes.map(|c| (c / total) as f32);
    [negative / 2.0, negative / 2.0, neutral, positive / 2.0, positive / 2.0]
}

fn levels_score(levels: &[f32; 5]) -> f32 {
    levels.iter().zip([-1.0, -0.5, 0.0, 0.5, 1.0]).map(|(p, x)| p * x).sum()
}

#[derive(Default)]
struct Tally {
    log_loss: f64,
    band_right: usize,
    unhappy: usize,
    unhappy_noticed: usize,
    happy: usize,
    happy_to_human: usize,
    read_back: usize,
}

fn measure(policy: &Policy, keep: impl Fn(&mut Evidence)) -> Tally {
    let mut random = Random(0x5EED_C0DE);
    let mut tally = Tally::default();
    for _ in 0..CALLERS {
        let (felt, mut evidence) = caller(&mut random);
        keep(&mut evidence);
        let decision = decide(&evidence, policy);
        tally.log_loss -= f64::from(decision.satisfaction[felt].max(1e-4)).ln();
        let most = |band: Band| -> f32 {
            policy.band_rule(band).ratings.iter().map(|rating| decision.satisfaction[rating.index()]).sum()
        };
        let best = [Band::Low, Band::Middle, Band::Best].into_iter().max_by(|a, b| most(*a).total_cmp(&most(*b)));
        let truth = if felt <= 1 {
            Band::Low
        } else if felt == 2 {
            Band::Middle
        } else {
            Band::Best
        };
        tally.band_right += usize::from(best == Some(truth));
        tally.read_back += usize::from(matches!(decision.action, Action::Confirm | Action::Reprompt));
        match truth {
            Band::Low => {
                tally.unhappy += 1;
                tally.unhappy_noticed += usize::from(decision.action != Action::Outro);
            }
            Band::Best => {
                tally.happy += 1;
                tally.happy_to_human += usize::from(decision.action == Action::Transfer);
            }
            Band::Middle => {}
        }
    }
    tally
}

fn row(name: &str, tally: &Tally) {
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!(
        "| {name} | {:.3} | {:.1} % | {:.1} % | {:.2} % | {:.1} % |",
        tally.log_loss / CALLERS as f64,
        percent(tally.band_right, CALLERS),
        percent(tally.unhappy_noticed, tally.unhappy),
        percent(tally.happy_to_human, tally.happy),
        percent(tally.read_back, CALLERS),
    );
}

fn main() -> codetta::Result<()> {
    let head = "log loss | band right | unhappy: human or asked back | happy: sent to a human | asked back";
    println!("{CALLERS} simulated callers, default policy\n\n| sources | {head} |\n|---|---|---|---|---|---|");
    let policy = Policy::default();
    type Keep = fn(&mut Evidence);
    let cases: [(&str, Keep); 6] = [
        ("rating", |e| (e.text, e.voice) = (None, None)),
        ("rating + text", |e| e.voice = None),
        ("rating + voice", |e| e.text = None),
        ("rating + text + voice", |_| {}),
        ("text + voice", |e| e.rating = None),
        ("rating only by consent", |e| e.consent.emotion = false),
    ];
    for (name, keep) in cases {
        row(name, &measure(&policy, keep));
    }
    println!("\nWeights, all sources\n\n| weight | {head} |\n|---|---|---|---|---|---|");
    for factor in [0.0, 0.5, 1.0, 1.5, 2.0] {
        let rules = Policy::default().rules().clone();
        let mut pool = rules.pool;
        pool.text *= factor;
        pool.voice_negative *= factor;
        pool.voice_anger *= factor;
        let policy = Policy::from_rules(Rules { pool, ..rules }, "sweep")?;
        row(&format!("text and voice × {factor}"), &measure(&policy, |_| {}));
    }
    Ok(())
}
