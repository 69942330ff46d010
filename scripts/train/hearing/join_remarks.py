"""Joins recordings of ratings and of remarks, for scripts/measure-remarks: a clip each of DATA's sets tts, one after the other.

    join_remarks.py DATA OUT

Of each language 160 ratings (numbers with what is said around them, words of satisfaction; no corrections, no bare number) before or after a remark
that gives none, and 80 pairs of two remarks; a tenth to a third of a second of silence between them. Writes manifest.jsonl and the clips. Seeded.
"""
import json
import pathlib
import random
import sys

import numpy as np
import soundfile

RATINGS, PAIRS = 160, 80
SEED = 5
# A remark of this many characters is no reply; one with these words may be meant as a rating.
LEAST = {"zh": 5, "en": 20}
RATING_WORDS = {"zh": ["满意"], "en": ["satisf"]}
BARE = {"zh": "一二两三四五", "en": ["one", "two", "three", "four", "five"]}


def trimmed(data, rate):
    """Without the silence around it, but for 50 ms before and 100 ms after."""
    loud = np.flatnonzero(np.abs(data) > 0.02 * np.abs(data).max())
    return data[max(0, loud[0] - rate // 20):loud[-1] + rate // 10]


def main():
    source, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    clips = [clip for clip in map(json.loads, open(source / "manifest.jsonl")) if clip["dataset"].startswith("tts-")]
    rows = []
    for language in ("zh", "en"):
        rng = random.Random(SEED)
        mine = [clip for clip in clips if clip["lang"] == language]
        talk = [clip for clip in mine if clip["intent"] in ("opinion", "none") and not clip.get("rating") and len(clip["text"]) >= LEAST[language]
                and clip["group"] == "opinion" and not any(word in clip["text"].lower() for word in RATING_WORDS[language])]
        rated = [clip for clip in mine if clip.get("rating") and clip["group"] in ("digit", "words") and clip["text"].lower().strip("。.！!") not in BARE[language]]
        for index in range(RATINGS + PAIRS):
            pair = (rng.choice(rated), rng.choice(talk)) if index < RATINGS else tuple(rng.sample(talk, 2))
            pair = pair[::-1] if index % 2 else pair
            sounds = [soundfile.read(source / clip["path"]) for clip in pair]
            rate = sounds[0][1]
            pause = np.zeros(int(rate * rng.uniform(0.1, 0.33)))
            name = f"{language}-{index:03}.wav"
            soundfile.write(out / name, np.concatenate([trimmed(sounds[0][0], rate), pause, trimmed(sounds[1][0], rate)]), rate)
            rating = next((clip["rating"] for clip in pair if clip.get("rating")), None)
            rows.append({"path": name, "dataset": f"tts-{language}-joined", "lang": language, "speaker": pair[0]["speaker"],
                         "text": " | ".join(clip["text"] for clip in pair), "rating": rating, "group": "remark"})
    (out / "manifest.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
