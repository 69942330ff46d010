"""What a voice detector may take for speech and is not: our own music, tones, bells, noises. All made here."""
import os

import numpy as np
import soundfile

RATE = 16000
PIECE_S = 2.5


def music(folder, styles=("",), first=0):
    """Every second piece, from number `first` on, of the recordings in a folder whose names hold one of `styles`: name, samples, rate."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".ogg", ".flac", ".wav")) or not any(style in name for style in styles):
            continue
        samples, rate = soundfile.read(os.path.join(folder, name))
        mono = samples.mean(1) if samples.ndim > 1 else samples
        length = int(PIECE_S * rate)
        for begin in range(first * length, len(mono) - length, 2 * length):
            yield os.path.splitext(name)[0], mono[begin : begin + length], rate


def synthetic(seed=11):
    """Tones, chords, sweeps, ring-back, bells, hum, noises; a name of the kind, samples, rate."""
    random = np.random.default_rng(seed)
    time = np.arange(int(PIECE_S * RATE)) / RATE
    tone = lambda hertz: np.sin(2 * np.pi * hertz * time)
    gate = lambda rate: (np.sin(2 * np.pi * rate * time) > 0).astype(float)
    for _ in range(8):
        root = random.uniform(110, 500)
        yield "tone", 0.2 * tone(root), RATE
        yield "chord", 0.1 * sum(tone(root * ratio) for ratio in (1, 1.25, 1.5, 2)), RATE
        yield "beeps", 0.2 * tone(2 * root) * gate(random.uniform(1, 5)), RATE
        yield "vibrato", 0.2 * np.sin(2 * np.pi * (root * time + 0.8 * np.sin(2 * np.pi * 5.5 * time))), RATE
        sweep = np.cumsum(np.geomspace(root, root * random.uniform(2, 6), len(time))) / RATE
        yield "sweep", 0.2 * np.sin(2 * np.pi * sweep), RATE
        bell = sum(tone(root * k) * np.exp(-3 * k * (time % 0.6)) for k in (1, 2.76, 5.4))
        yield "bell", 0.15 * bell, RATE
        notes = root * 2 ** (random.integers(0, 12, 10) / 12)
        melody = np.concatenate([np.arange(RATE // 4) * f / RATE for f in notes])
        saw = (melody % 1 - 0.5) * np.tile(np.exp(-4 * np.arange(RATE // 4) / RATE), 10)
        yield "melody", 0.2 * saw, RATE
        white = random.standard_normal(len(time))
        yield "noise", 0.05 * white * (1 if random.random() < 0.5 else gate(random.uniform(1, 6))), RATE
        yield "hum", 0.2 * sum(tone(50 * k) / k for k in (1, 2, 3, 5, 7)) + 0.005 * white, RATE
    yield "ring-back", 0.2 * tone(450) * (time % 5 < 1), RATE
    yield "ring-back", 0.1 * (tone(440) + tone(480)) * (time % 6 < 2), RATE


def not_speech(outros):
    yield from music(outros)
    yield from synthetic()
