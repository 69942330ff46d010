"""Chooses the clips that the heads are fitted on, and writes the manifests that `measure_hearing --dump` reads.

    select_clips.py DATA OUT_FOLDER [ASTERISK_SOUNDS]

English: FSDD takes 5, 11 and 14 of six speakers (train rows), and, as words that are no ratings, 70 short prompts of
Debian's asterisk-core-sounds-en-wav (CC BY-SA 3.0; its digits 1 to 5 are left for tests).
Mandarin: all digits of cmn and 90 of its other words.
"""
import glob
import json
import os
import pathlib
import random
import sys
import wave


def write(path, rows):
    with open(path, "w") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(path, len(rows))


def short_prompts(folder):
    rows = []
    for pattern in ("letters/*.wav", "*.wav", "digits/*.wav", "phonetic/*.wav"):
        for path in sorted(glob.glob(os.path.join(folder, pattern))):
            try:
                sound = wave.open(path)
            except wave.Error:
                continue
            name = pathlib.Path(path).stem
            if sound.getnframes() / sound.getframerate() < 1.6 and name not in "12345":
                rows.append({"path": path, "dataset": "tts-asterisk", "lang": "en", "speaker": "allison", "text": name,
                             "group": "word"})
    return rows


def main():
    data, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    sounds = sys.argv[3] if len(sys.argv) > 3 else "/usr/share/asterisk/sounds/en_US_f_Allison"
    out.mkdir(parents=True, exist_ok=True)
    random.seed(2)
    rows = [json.loads(line) for line in open(data / "manifest.jsonl")]
    rows = [row for row in rows if row["use"] == "train" or row["dataset"] == "fsdd"]
    english = [row for row in rows if row["dataset"] == "fsdd" and row["take"] in (5, 11, 14)]
    prompts = short_prompts(sounds)
    random.shuffle(prompts)
    write(out / "en.jsonl", english + prompts[:70])
    mandarin = [row for row in rows if row["dataset"] == "cmn"]
    digits = [row for row in mandarin if row["digit"] is not None]
    others = [row for row in mandarin if row["digit"] is None]
    random.shuffle(others)
    write(out / "zh.jsonl", digits + others[:90])


if __name__ == "__main__":
    main()
