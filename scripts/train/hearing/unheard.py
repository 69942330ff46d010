"""Fetches people whom nothing is fitted on, to measure with (`speakers.py`; scripts/measure-unheard).

    unheard.py FOLDER

Edward Der-Hua Liu and yanyu's voice: every number and every fifth other syllable, and answers of the closed set joined from all;
three speakers of Tux Paint's digits. Writes 16 kHz WAV files and FOLDER/manifest.jsonl.
"""
import json
import pathlib
import sys
import tempfile

import numpy as np
from speakers import answers_of, gcin, row, tuxpaint, wave, write, yanyu

EVERY = 5
JOINED, SEED = 180, 100


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rows, sounds, others = [], {}, {}
    with tempfile.TemporaryDirectory() as work:
        for speaker, pinyin, path in [*gcin(work, ["gcin-liu"]), *yanyu(work)]:
            clip, own = row(speaker, pinyin), sounds.setdefault(speaker, {})
            own[pinyin] = own[pinyin.rstrip("12345")] = wave(path)
            if clip["digit"] is None:
                others[speaker] = others.get(speaker, 0) + 1
                if others[speaker] % EVERY or pinyin.startswith("yao"):
                    continue
            rows.append(clip)
            write(out / clip["path"], own[pinyin])
        for speaker, language, digit, path in tuxpaint(work):
            rows.append({"path": f"{speaker}-{digit}.wav", "dataset": "syllables", "lang": language, "speaker": speaker, "digit": digit})
            write(out / rows[-1]["path"], wave(path))
    for number, (speaker, own) in enumerate(sorted(sounds.items())):
        for index, (text, rating, sound) in enumerate(answers_of(own, JOINED, np.random.default_rng(SEED + number))):
            rows.append({"path": f"{speaker}-joined-{index:03d}.wav", "dataset": "syllables", "lang": "zh", "speaker": f"{speaker}, joined",
                         "text": text, "rating": rating})
            write(out / rows[-1]["path"], sound)
    with open(out / "manifest.jsonl", "w") as file:
        file.writelines(json.dumps(clip, ensure_ascii=False) + "\n" for clip in rows)
    print(f"{len(rows)} clips of {len({clip['speaker'] for clip in rows})} speakers and ways", file=sys.stderr)


if __name__ == "__main__":
    main()
