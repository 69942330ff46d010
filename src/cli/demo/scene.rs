//! One call as it sounds: the bed, the voices over it, and the fade into its ending.

use std::sync::Arc;

use codetta::audio::{Samples, Stereo};
use codetta::call::music_track;
use codetta::capture;
use codetta::outro::{Library, Outro, PlayHistory, PromptId, select};
use codetta::play::{Action, Cue, Loudness, MixerSettings, PlayPlan, Sink, Track, TrackSettings, render_with_timeline};
use codetta::units::{Frames, Language, Lufs};
use codetta::{Result, judge};

use super::timeline::Timeline;

/// Seconds of bed before the first word, and between one voice and the next.
const OPENING_S: f64 = 1.2;
const BREATH_S: f64 = 0.45;
/// The bed comes back to its level before the fade begins, so that the ear has something to compare.
const BEFORE_FADE_S: f64 = 1.6;
const FADE_S: f64 = 3.0;
/// How long the demo's human takes to pick up.
const RINGING_S: f64 = 7.0;
const ANSWERED_FADE_S: f64 = 1.2;
/// Voices stand as loud as the music when it is alone; the bed steps back under them.
const VOICE: Lufs = Lufs(-18.0);

/// A call that is being put together.
pub struct Scene<'a> {
    library: &'a Library,
    language: Language,
    sink: Sink,
    clock: u64,
    cues: Vec<Cue>,
    fade: Option<(f64, f64)>,
    marks: Vec<(f64, String)>,
    length: Option<Frames>,
}

/// A call that can be heard and drawn.
pub struct Rendered {
    pub sound: Stereo,
    pub timeline: Timeline,
}

impl<'a> Scene<'a> {
    /// The bed begins: a soothing track, looped. It counts as played, so that no ending repeats it.
    pub fn open(library: &'a Library, language: Language, history: &mut PlayHistory, seed: u64) -> Result<Self> {
        let sink = Sink::STUDIO;
        let query = judge::OutroQuery { mood: judge::Mood::Soothing, tone: None };
        let bed = select(library, &query, None, &PlayHistory::default(), seed)?.outro;
        history.played(&bed.id);
        let track = music_track(library, bed, sink, "bed", true)?;
        let cues = vec![Cue::new(Frames(0), Action::Music { track, fade: Frames(0) })];
        let clock = sink.rate.frames(OPENING_S).0;
        Ok(Self { library, language, sink, clock, cues, fade: None, marks: Vec::new(), length: None })
    }

    /// A prompt over the bed.
    pub fn say(&mut self, prompt: PromptId) -> Result<()> {
        let file = self.library.sound(&self.library.prompt(prompt, self.language)?.file)?;
        let sound = capture::decode_stereo(&file.bytes, &file.name)?;
        self.mark(&prompt.to_string());
        self.voice(&sound)
    }

    /// The caller, so that a listener of the demo hears what codetta heard.
    pub fn caller(&mut self, recording: &Samples) -> Result<()> {
        self.mark("caller");
        if recording.peak() < 1e-3 {
            self.clock += self.sink.rate.frames(recording.seconds()).0;
            return Ok(());
        }
        self.voice(&Stereo::from_mono(recording))
    }

    /// The fade into the ending. A track for a transfer goes on until the human answers.
    pub fn ending(&mut self, outro: &Outro, transfer: bool) -> Result<()> {
        let rate = self.sink.rate;
        self.clock += rate.frames(BEFORE_FADE_S).0;
        let track = music_track(self.library, outro, self.sink, "ending", transfer)?;
        let fade = rate.frames(FADE_S);
        self.mark(&outro.title);
        let start = Frames(self.clock);
        self.cues.push(Cue::new(start, Action::Music { track, fade }));
        self.fade = Some((start.seconds(rate), Frames(start.0 + fade.0).seconds(rate)));
        if transfer {
            self.clock += fade.0 + rate.frames(RINGING_S).0;
            self.mark("a human answers");
            let fade = rate.frames(ANSWERED_FADE_S);
            self.cues.push(Cue::new(Frames(self.clock), Action::FadeOut { fade }));
            self.length = Some(Frames(self.clock + fade.0 + rate.frames(0.3).0));
        }
        Ok(())
    }

    /// Plays it all through the mixer that plays live.
    pub fn render(self) -> Result<Rendered> {
        let plan = PlayPlan { sink: self.sink, cues: self.cues, length: self.length };
        let (sound, course) = render_with_timeline(&plan, MixerSettings::default())?;
        let layer = |wanted: &str| -> Vec<f32> {
            course
                .points
                .iter()
                .map(|point| {
                    let energy: f32 = point
                        .tracks
                        .iter()
                        .filter(|level| course.tracks[level.track] == wanted)
                        .map(|level| 10f32.powf(level.level_dbfs / 10.0))
                        .sum();
                    10.0 * energy.log10()
                })
                .collect()
        };
        let mid_fade_deviation_db = self.fade.map(|fade| mid_fade_deviation(&course, fade));
        let timeline = Timeline {
            mid_fade_deviation_db,
            step_s: course.step_s,
            before: layer("bed"),
            voice: layer("voice"),
            after: layer("ending"),
            sum: course.points.iter().map(|point| point.level_dbfs).collect(),
            fade: self.fade,
            marks: self.marks,
        };
        Ok(Rendered { sound, timeline })
    }

    fn voice(&mut self, sound: &Stereo) -> Result<()> {
        let settings = TrackSettings { loudness: Loudness::Match(VOICE), ..Default::default() };
        let track = Arc::new(Track::prepare("voice", sound, self.sink, &settings)?);
        let length = track.length() as u64;
        self.cues.push(Cue::new(Frames(self.clock), Action::Prompt { track }));
        self.clock += length + self.sink.rate.frames(BREATH_S).0;
        Ok(())
    }

    fn mark(&mut self, name: &str) {
        self.marks.push((Frames(self.clock).seconds(self.sink.rate), name.to_owned()));
    }
}

/// Equal power: what is heard in the middle of a crossfade is the sum of the powers of what enters and what leaves,
/// each at −3 dB. Both are checked: the gains against equal power, and the mix against the layers.
fn mid_fade_deviation(course: &codetta::play::Timeline, (start, end): (f64, f64)) -> f32 {
    let third = (end - start) / 3.0;
    let middle = course.points.iter().filter(|point| (start + third..end - third).contains(&point.at_s));
    let power = |db: f32| 10f32.powf(db / 10.0);
    let (mut mixed, mut wanted) = (0.0, 0.0);
    for point in middle {
        mixed += power(point.level_dbfs);
        let gains: f32 = point.tracks.iter().map(|track| power(track.gain_db)).sum();
        wanted += point.tracks.iter().map(|track| power(track.level_dbfs)).sum::<f32>() / gains;
    }
    10.0 * (mixed / wanted).log10()
}
