"""Everyday speech of many voices, in Mandarin and English: in what differs among it no emotion is to be heard.

Each third of the answers and sentences that hearing is trained on (hearing/speak: synthetic voices, Apache-2.0).
"""
import json
import os
import subprocess

import numpy as np
import soundfile

from telephone import seeded, telephone, wide_band

EVERY = 3
SPEAK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hearing", "speak")


def ordinary_speech(work):
    """Name, voice and 16 kHz sound of each version: one in wide band, one over the telephone, with and without noise."""
    for kind in ("answers", "sentences"):
        folder = os.path.join(work, f"ordinary-{kind}")
        subprocess.run([SPEAK, kind, folder, "--every", str(EVERY)], check=True)
        for language in ("zh", "en"):
            for row in map(json.loads, open(os.path.join(folder, f"{language}.jsonl"))):
                samples, rate = soundfile.read(os.path.join(folder, row["path"]))
                key = f"{kind}-{os.path.splitext(row['path'])[0]}"
                random = seeded(key, "ordinary")
                quiet = random.choice([np.inf, 20, 10])
                yield f"{key}.clean", row["speaker"], wide_band(samples, rate, None if quiet == np.inf else quiet, random)
                noisy = random.choice([np.inf, np.inf, 15, 10])
                yield f"{key}.telephone", row["speaker"], telephone(samples, rate, None if noisy == np.inf else noisy, key)
