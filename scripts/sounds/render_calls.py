"""Makes the sample calls that audio/calls/calls.toml lists: synthetic callers over a simulated telephone line."""

import argparse
import math
import pathlib
import tomllib
from fractions import Fraction

import numpy
from scipy import signal

import speech
import telephone

AUDIO = pathlib.Path(__file__).parents[2] / "audio"

# How each caller speaks and what line he is on: ratios of length and pitch, the take's seed, level and noise in dB.
CALLERS = {
    "delighted-zh": dict(slowness=1.2, pitch=0.92, level=-24, noise=28),
    "delighted-en": dict(slowness=0.95, pitch=1.07, variation=0.8, level=-24, noise=28),
    "satisfied-zh": dict(slowness=1.2, pitch=0.92, level=-26, noise=26),
    "satisfied-en": dict(slowness=1.05, pitch=0.96, level=-27, noise=26),
    "lukewarm-zh": dict(slowness=1.18, pitch=0.88, level=-28, noise=26),
    "lukewarm-en": dict(slowness=1.12, pitch=0.90, variation=0.4, level=-28, noise=24),
    "angry-zh": dict(slowness=1.1, pitch=1.0, energy=1.1, level=-22, noise=20),
    "angry-en": dict(slowness=0.97, pitch=1.12, variation=0.9, level=-22, noise=18),
    "contradictory-zh": dict(slowness=1.15, pitch=0.9, level=-25, noise=26),
    "human-zh": dict(slowness=1.1, pitch=0.9, level=-25, noise=26),
    "human-en": dict(slowness=1.0, pitch=1.02, level=-25, noise=24),
    "keyed-zh": dict(level=-18, noise=30),
    "keyed-en": dict(level=-20, noise=16),
    "silent": dict(level=-26, noise=24),
}
LEAD, TAIL = 0.8, 1.2  # seconds of line before and after the answer


def voice(call, caller):
    """The words at 8 kHz."""
    pitch, slowness = caller.get("pitch", 1.0), caller.get("slowness", 1.0)
    if call["language"] == "zh":
        # Half of the shift by the model's own pitch control, half by playing faster: both at once stay natural.
        faster = math.sqrt(pitch)
        sound, rate = speech.mandarin(call["said"], slowness * faster, pitch / faster, caller.get("energy", 1.0), 0.28)
    else:
        faster = pitch
        sound, rate = speech.english(call["said"], slowness * faster, caller.get("variation", 0.6), caller.get("seed", 5))
    ratio = Fraction(telephone.RATE / (rate * faster)).limit_denominator(400)
    return signal.resample_poly(sound, ratio.numerator, ratio.denominator)


def answer(call):
    """The caller's side of the line."""
    caller = CALLERS[call["id"]]
    generator = numpy.random.default_rng(sum(ord(letter) * (i + 1) for i, letter in enumerate(call["id"])))
    sound = voice(call, caller) if call["said"] else numpy.zeros(0 if call.get("keys") else 3 * telephone.RATE)
    sound = numpy.concatenate([sound, telephone.tones(call.get("keys", ""))])
    padded = numpy.pad(sound, (int(LEAD * telephone.RATE), int(TAIL * telephone.RATE)))
    return telephone.line(padded, generator, caller["level"], caller["noise"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", help="which ones; all by default")
    parser.add_argument("--out", type=pathlib.Path, default=AUDIO)
    arguments = parser.parse_args()
    for call in tomllib.loads((AUDIO / "calls" / "calls.toml").read_text(encoding="utf-8"))["call"]:
        if arguments.ids and call["id"] not in arguments.ids:
            continue
        path = arguments.out / call["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = answer(call)
        telephone.write_wav(path, sound)
        print(f"{call['id']:18} {len(sound) / telephone.RATE:5.2f} s  {path.stat().st_size // 1000:3} kB", flush=True)


if __name__ == "__main__":
    main()
