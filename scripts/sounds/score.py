"""Scores: parts written in a small text notation, and a seeded player who gives them breath.

Notation: `D5:1.5` is a pitch and its length in beats; the length sticks until it changes. `-` is a rest, `C4+E4+G4`
a chord, `'` after the length makes a note short, `>` accents it. A `|` must fall on a bar line: a bar with a missing
or surplus beat is an error, not a surprise.
"""

import re
from dataclasses import dataclass, field

import numpy

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
TOKEN = re.compile(r"^(-|[A-G][#b]?\d(?:\+[A-G][#b]?\d)*)(?::([\d.]+))?(['>]*)$")


def pitch(name):
    """MIDI number of a name such as C4 (60), F#5 or Bb3."""
    step, accidental, octave = name[0], name[1:-1], int(name[-1])
    return 12 * (octave + 1) + STEPS[step] + {"": 0, "#": 1, "b": -1}[accidental]


@dataclass
class Note:
    start: float  # beats
    length: float  # beats
    pitch: int
    accent: float = 0.0
    voice: int = 0  # place in its chord, from the bottom


@dataclass
class Part:
    """One instrument. `pan` -1..1; `level` and `reverb` in dB; `strum` seconds between the notes of a chord."""

    name: str
    program: int
    text: str
    dynamics: list  # (beat, velocity), linear between
    pan: float = 0.0
    level: float = 0.0
    reverb: float = -12.0
    low_cut: float = 60.0
    shelf: float = 0.0  # dB above 2.5 kHz
    legato: float = 0.96
    strum: float = 0.0
    timing: float = 0.006
    velocity_spread: float = 3.0
    ring: list = field(default_factory=list)  # beats at which the pedal changes; notes sound until the next one
    drums: bool = False
    swing: float = 0.0  # how late an off-beat eighth comes, in beats


@dataclass
class Score:
    title: str
    key: str
    beats_per_bar: float
    tempo: list  # (beat, beats per minute), linear between
    parts: list
    seed: int
    tail: float = 3.0  # seconds kept after the last note ends
    room: float = 1.5  # reverberation time, seconds
    loop: tuple = None  # (first beat, beat after the last) of the part that repeats
    ending: float = None  # beat at which the closing cadence starts
    low_pass: float = 16000.0


def parse(text, beats_per_bar):
    """The notes of a line, and its length in beats."""
    notes, now, length = [], 0.0, 1.0
    for token in text.split():
        if token == "|":
            bars = now / beats_per_bar
            if abs(bars - round(bars)) > 1e-6:
                raise ValueError(f"bar line at beat {now}, bars have {beats_per_bar}: ...{text[:60]}")
            continue
        match = TOKEN.match(token)
        if not match:
            raise ValueError(f"no note: {token!r}")
        names, written, marks = match.groups()
        length = float(written) if written else length
        if names != "-":
            sounding = length * (0.45 if "'" in marks else 1.0)
            accent = 10.0 if ">" in marks else 0.0
            numbers = sorted(pitch(name) for name in names.split("+"))
            notes += [Note(now, sounding, n, accent, i) for i, n in enumerate(numbers)]
        now += length
    return notes, now


def seconds_at(tempo, last_beat):
    """A function from beats to seconds for a tempo that changes linearly between the marks."""
    grid = numpy.arange(0.0, last_beat + 64.0, 1 / 64)
    marks = numpy.array(tempo, dtype=float)
    bpm = numpy.interp(grid, marks[:, 0], marks[:, 1])
    time = numpy.concatenate([[0.0], numpy.cumsum(60.0 / bpm[:-1] / 64)])
    return lambda beat: float(numpy.interp(beat, grid, time))


def perform(score):
    """Each part as (start s, end s, pitch, velocity) events: humanised, the same for the same seed."""
    lines = [(part, *parse(part.text, score.beats_per_bar)) for part in score.parts]
    last = max(end for _, _, end in lines)
    clock = seconds_at(score.tempo, last)
    generator = numpy.random.default_rng(score.seed)
    # The ensemble breathes together: one slow drift for all, then a little for each player.
    drift = numpy.convolve(generator.normal(0, 0.006, int(last) + 80), numpy.ones(5) / 5, "same")
    played = []
    for part, notes, end in lines:
        generator = numpy.random.default_rng([score.seed, sum(map(ord, part.name))])
        marks = numpy.array(part.dynamics, dtype=float)
        events = []
        for note in notes:
            in_bar = note.start % score.beats_per_bar
            metric = 4.0 if in_bar < 1e-6 else (1.0 if abs(in_bar % 1) < 1e-6 else -3.0)
            velocity = numpy.interp(note.start, marks[:, 0], marks[:, 1]) + metric + note.accent
            velocity += generator.normal(0, part.velocity_spread) - 1.5 * (note.voice > 0)
            late = part.swing if abs(note.start % 1 - 0.5) < 1e-6 else 0.0
            start = clock(note.start + late) + drift[int(note.start) + 4] + generator.normal(0, part.timing)
            start += part.strum * note.voice * (1 + generator.normal(0, 0.15))
            stop = note.start + note.length * part.legato
            if part.ring:
                stop = next((beat for beat in part.ring if beat > note.start + 1e-6), end)
            finish = max(clock(stop) + drift[int(stop) + 4], start + 0.06)
            events.append((max(start + 0.05, 0.0), finish + 0.05, note.pitch, int(numpy.clip(velocity, 8, 120))))
        played.append((part, events))
    return played, clock
