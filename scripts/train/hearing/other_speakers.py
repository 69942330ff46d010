"""Speakers that do not exist, from those that do: clips with another vocal tract, pitch, pace and breath.

    other_speakers.py OUT.jsonl --of MANIFEST FOLDER N [--of …]

Each clip of MANIFEST (paths in FOLDER) is taken apart by WORLD (Morise et al. 2016; pyworld, MIT) and put together N
times: formants moved by up to about a fifth, pitch by up to two thirds of an octave and how much it moves, pace by up to a fifth, more or less
breath, another tilt of the spectrum. Playing a clip faster moves all of these at once, these move one by one. Writes 16 kHz WAV
files beside OUT.jsonl; a clip keeps the name of its speaker, for who was left out is left out in every guise. Seeded.
"""
import argparse
import json
import pathlib

import numpy as np
import pyworld
import soundfile
from scipy.signal import resample_poly

RATE = 16000
SEED = 11


def apart(sound):
    """Pitch, spectral envelope and breath (aperiodicity), every 5 ms."""
    pitch, at = pyworld.dio(sound, RATE, f0_floor=60, f0_ceil=500)
    pitch = pyworld.stonemask(sound, pitch, at, RATE)
    return pitch, pyworld.cheaptrick(sound, pitch, at, RATE), pyworld.d4c(sound, pitch, at, RATE)


def together(pitch, envelope, breath, random):
    """With another speaker's."""
    pitch = pitch.copy()
    bins = np.arange(envelope.shape[1], dtype=float)
    tract, tilt = np.exp(random.uniform(-0.2, 0.2)), random.uniform(-6, 6)
    # Decibels an octave above 500 Hz.
    octaves = np.log2(np.maximum(bins / bins[-1] * RATE / 2, 500) / 500)
    warped = lambda rows: np.array([np.interp(bins / tract, bins, row) for row in rows])
    envelope = np.exp(warped(np.log(envelope + 1e-16))) * 10 ** (tilt * octaves / 10 / 2)
    breath = np.clip(warped(breath), 1e-3, 1) ** np.exp(random.uniform(-0.7, 0.7))
    # Across the sexes, but not beyond what people have.
    voiced = pitch > 0
    if voiced.any():
        middle = np.exp(np.log(pitch[voiced]).mean())
        wanted = np.clip(middle * np.exp(random.uniform(-0.45, 0.45)), 75, 330)
        pitch[voiced] = wanted * (pitch[voiced] / middle) ** random.uniform(0.6, 1.4)
    pace = np.exp(random.uniform(-0.2, 0.2))
    made = pyworld.synthesize(pitch, envelope, breath, RATE, 5.0 * pace)
    return 0.7 * made / max(np.abs(made).max(), 1e-9)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--of", nargs=3, action="append", required=True, metavar=("MANIFEST", "FOLDER", "N"))
    options = arguments.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for manifest, folder, each in options.of:
        random = np.random.default_rng(SEED)
        for line in open(manifest):
            row = json.loads(line)
            sound, rate = soundfile.read(pathlib.Path(folder, row["path"]), dtype="float64")
            sound = sound if sound.ndim == 1 else sound.mean(1)
            sound = resample_poly(sound, RATE // np.gcd(RATE, rate), rate // np.gcd(RATE, rate))
            parts = apart(sound)
            for number in range(int(each)):
                path = f"{pathlib.Path(folder).name}-{pathlib.Path(row['path']).stem}-{number}.wav"
                soundfile.write(options.out.parent / path, together(*parts, random), RATE, subtype="PCM_16")
                rows.append({**row, "path": path})
    with open(options.out, "w") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    print(f"{len(rows)} clips")


if __name__ == "__main__":
    main()
