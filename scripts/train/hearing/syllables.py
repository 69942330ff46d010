"""Fetches Mandarin syllables of one more person to fit on: Chu Lo's (`speakers.py`).

    syllables.py FOLDER

Writes 16 kHz WAV files and FOLDER/zh.jsonl: her numbers and every fourth other syllable, and answers of the closed set
joined from all.
"""
import json
import pathlib
import sys
import tempfile

import numpy as np
from speakers import answers_of, gcin, row, wave, write

# Of syllables that are no numbers: among a thousand of them a speller forgets that numbers are what is mostly said.
EVERY = 4
JOINED, SEED = 600, 7


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rows, sounds, others = [], {}, 0
    with tempfile.TemporaryDirectory() as work:
        for speaker, pinyin, path in gcin(work, ["gcin-chulo"]):
            clip = row(speaker, pinyin)
            sounds[pinyin] = sounds[pinyin.rstrip("12345")] = wave(path)
            if clip["digit"] is None:
                others += 1
                if others % EVERY or pinyin.startswith("yao"):
                    continue
            rows.append(clip)
            write(out / clip["path"], sounds[pinyin])
    for index, (text, rating, sound) in enumerate(answers_of(sounds, JOINED, np.random.default_rng(SEED))):
        rows.append({"path": f"joined-{index:03d}.wav", "dataset": "syllables", "lang": "zh", "speaker": "gcin-chulo", "text": text,
                     "rating": rating, "group": "joined"})
        write(out / rows[-1]["path"], sound)
    with open(out / "zh.jsonl", "w") as file:
        file.writelines(json.dumps(clip, ensure_ascii=False) + "\n" for clip in rows)
    print(f"{len(rows)} clips")


if __name__ == "__main__":
    main()
