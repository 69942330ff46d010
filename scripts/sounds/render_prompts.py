"""Speaks every prompt that audio/library.toml lists, at one loudness, trimmed, as mono Ogg."""

import argparse
import pathlib
import tomllib

import numpy
from scipy import signal

import mix
import speech
from synth import RATE

AUDIO = pathlib.Path(__file__).parents[2] / "audio"
PROMPT_RATE = 24000
LOUDNESS = -20.0  # LUFS when the one channel plays on both sides


def spoken(language, text):
    """The text as mono sound at the prompts' rate, with clean ends."""
    if language == "zh":
        sound, rate = speech.mandarin(text, slowness=1.03)
    else:
        sound, rate = speech.english(text, slowness=1.06)
    sound = signal.resample_poly(sound, PROMPT_RATE, rate) if rate != PROMPT_RATE else sound
    sound = signal.sosfilt(signal.butter(2, 70, "high", fs=PROMPT_RATE, output="sos"), sound)
    rise, fall = int(0.01 * PROMPT_RATE), int(0.03 * PROMPT_RATE)
    sound[:rise] *= numpy.linspace(0, 1, rise)
    sound[-fall:] *= numpy.linspace(1, 0, fall)
    return sound


def levelled(sound):
    """The sound at the prompts' loudness, measured as it is heard: on two channels."""
    both = signal.resample_poly(numpy.stack([sound, sound]), RATE // PROMPT_RATE, 1, axis=1)
    return signal.resample_poly(mix.master(both, LOUDNESS)[0], 1, RATE // PROMPT_RATE)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", help="which ones (id or language/id); all by default")
    parser.add_argument("--out", type=pathlib.Path, default=AUDIO)
    arguments = parser.parse_args()
    library = tomllib.loads((AUDIO / "library.toml").read_text(encoding="utf-8"))
    for prompt in library["prompt"]:
        names = {prompt["id"], f"{prompt['language']}/{prompt['id']}"}
        if arguments.ids and not names & set(arguments.ids):
            continue
        path = arguments.out / prompt["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = levelled(spoken(prompt["language"], prompt["text"]))
        mix.encode(sound, path, PROMPT_RATE, quality=4)
        lufs, peak = mix.loudness(mix.decode(path, channels=1))
        print(f"{prompt['language']} {prompt['id']:14} {len(sound) / PROMPT_RATE:5.2f} s {lufs:6.1f} LUFS "
              f"{peak:5.1f} dBTP {path.stat().st_size // 1000:3} kB", flush=True)


if __name__ == "__main__":
    main()
