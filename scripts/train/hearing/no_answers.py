"""What a voice detector may pass and nobody said: clips for the spellers to hear nothing in.

    no_answers.py OUTROS FOLDER

Pieces of our outros in two of four styles, and tones, sweeps, bells, melodies and noises from other seeds than those of
`scripts/measure-not-speech` (scripts/train/not_speech.py), cut to half a second and more. Writes 16 kHz WAV files,
FOLDER/zh.jsonl and en.jsonl (the same clips).
"""
import json
import pathlib
import sys

import numpy as np
import soundfile
from scipy.signal import resample_poly

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from not_speech import music, synthetic

RATE = 16000
# The other two are left for the measurement.
STYLES = ("classical", "nature")
SEEDS = range(101, 106)
SHORTEST_S = 0.5


def main():
    outros, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    pieces = [piece for first in (0, 1) for piece in music(outros, STYLES, first)]
    pieces += [piece for seed in SEEDS for piece in synthetic(seed)]
    random, rows = np.random.default_rng(7), []
    for index, (kind, sound, rate) in enumerate(pieces):
        sound = resample_poly(sound, RATE // np.gcd(RATE, rate), rate // np.gcd(RATE, rate))
        length = int(random.uniform(SHORTEST_S, len(sound) / RATE) * RATE)
        begin = random.integers(0, len(sound) - length + 1)
        path = f"{kind}-{index:03d}.wav"
        soundfile.write(out / path, np.clip(sound[begin:begin + length], -1, 1), RATE, subtype="PCM_16")
        rows.append({"path": path, "dataset": "not-speech", "speaker": kind, "text": ""})
    for language in ("zh", "en"):
        with open(out / f"{language}.jsonl", "w") as file:
            file.writelines(json.dumps({**row, "lang": language}) + "\n" for row in rows)
    print(f"{len(rows)} pieces")


if __name__ == "__main__":
    main()
