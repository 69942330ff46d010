"""The faster-whisper side of scripts/compare-asr: transcribes the same 16 kHz clips, reads ratings from the text.

    compare_asr.py MODEL_FOLDER WAV_FOLDER CODETTA_DUMP THREADS
"""
import collections
import json
import pathlib
import re
import statistics
import sys
import time

import soundfile
from faster_whisper import WhisperModel

# What a user would write: digits, number words and the plainest homophones.
WORDS = {
    "en": {1: "one won 1", 2: "two to too 2", 3: "three 3", 4: "four for 4", 5: "five 5"},
    "zh": {1: "一 1", 2: "二 两 兩 2", 3: "三 3", 4: "四 4", 5: "五 5"},
}
PHRASES = [("非常不", 1), ("很不", 1), ("不满", 2), ("不滿", 2), ("不太", 2), ("非常满", 5), ("很满", 5), ("非常滿", 5), ("满分", 5),
           ("满意", 4), ("滿意", 4), ("一般", 3), ("very dissatisfied", 1), ("extremely dissatisfied", 1), ("not satisfied", 2),
           ("dissatisfied", 2), ("very satisfied", 5), ("extremely satisfied", 5), ("completely satisfied", 5),
           ("satisfied", 4), ("neutral", 3)]


def rating(text, language):
    text = text.lower()
    for phrase, value in PHRASES:
        if phrase in text:
            return value
    pieces = re.findall(r"[a-z]+|\d+", text) if language == "en" else list(text)
    found = [value for piece in pieces for value, words in WORDS[language].items() if piece in words.split()]
    return found[-1] if found else None


def main():
    folder, wav, dump, threads = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)
    rows = collections.defaultdict(lambda: {"n": 0, "ours": 0, "theirs": 0, "ours_ms": [], "theirs_ms": []})
    warm = False
    for line in open(dump):
        clip = json.loads(line)
        if clip["truth"] is None:
            continue
        sound, rate = soundfile.read(wav / clip["wav"], dtype="float32")
        assert rate == 16000
        for _ in range(1 if warm else 2):
            start = time.perf_counter()
            segments, _ = model.transcribe(sound, language=clip["language"], beam_size=5, without_timestamps=True)
            text = "".join(segment.text for segment in segments)
            elapsed = 1e3 * (time.perf_counter() - start)
        warm = True
        levels = clip["heard"]["rating"]["levels"] + [clip["heard"]["rating"]["none"]] if clip["heard"] else [0] * 5 + [1]
        ours = levels.index(max(levels)) + 1
        row = rows[(clip["set"], clip["line"])]
        row["n"] += 1
        row["ours"] += ours == clip["truth"]
        row["theirs"] += rating(text, clip["language"]) == clip["truth"]
        row["ours_ms"].append(clip["ms"])
        row["theirs_ms"].append(elapsed)
    print(f"{threads} threads\n\n| set | line | n | codetta top-1 | faster-whisper top-1 | codetta ms (median) | faster-whisper ms (median) | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for (name, line), row in sorted(rows.items()):
        ours, theirs = statistics.median(row["ours_ms"]), statistics.median(row["theirs_ms"])
        print(f"| {name} | {line} | {row['n']} | {row['ours'] / row['n']:.3f} | {row['theirs'] / row['n']:.3f} "
              f"| {ours:.0f} | {theirs:.0f} | {ours / theirs:.2f} |")


if __name__ == "__main__":
    main()
