"""Renders every outro from its score into audio/outros/ and prints what audio/library.toml has to say of it."""

import argparse
import importlib
import pathlib


import library
import mix
import nature
from score import perform
from synth import RATE, read_wav, render

AUDIO = pathlib.Path(__file__).parents[2] / "audio"


def scores():
    found = {}
    for name in ("bright", "calm", "soothing"):
        found |= importlib.import_module(f"outros.{name}").SCORES
    return found


def sound_of(score):
    """The mixed, mastered sound and its marks in seconds."""
    played, clock = perform(score)
    last = max(end for _, events in played for _, end, _, _ in events)
    stems = [(part, render(part, events, last + score.tail)) for part, events in played if events]
    sound = mix.mix(stems, score.room, score.low_pass)
    sound, cut = mix.clean_ends(sound)
    at = lambda beat: clock(beat) + 0.05 - cut
    marks = {}
    if score.loop:
        start, end = (round(at(beat) * RATE) for beat in score.loop)
        marks |= {"loop_start_s": start / RATE, "loop_end_s": end / RATE}
    if score.ending is not None:
        marks["ending_s"] = at(score.ending)
    return mix.master(sound), marks


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which ones; all by default")
    parser.add_argument("--out", type=pathlib.Path, default=AUDIO / "outros")
    parser.add_argument("--wav", type=pathlib.Path, help="also write WAV files here, to look at")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    everything = scores()
    for name in arguments.names or [*everything, *nature.SOUNDS]:
        if name in nature.SOUNDS:
            sound, marks = nature.SOUNDS[name]()
            sound = mix.master(sound)
        else:
            sound, marks = sound_of(everything[name]())
        path = arguments.out / f"{name}.ogg"
        mix.encode(sound, path)
        decoded = mix.decode(path)
        lufs, peak = mix.loudness(decoded)
        if arguments.out == AUDIO / "outros":
            library.update("outro", name, {"loudness_lufs": round(lufs, 1), **marks})
        written = ", ".join(f"{key} = {value:.4f}" for key, value in marks.items())
        seconds, kilobytes = sound.shape[1] / RATE, path.stat().st_size // 1000
        print(f"{name:20} {seconds:6.2f} s {lufs:6.1f} LUFS {peak:5.1f} dBTP {kilobytes:4} kB  {written}", flush=True)


if __name__ == "__main__":
    main()
