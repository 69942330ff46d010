"""Fetches Mandarin syllables spoken by three more people: one to fit on, two whom nothing is fitted on.

    syllables.py FOLDER

Debian's `gcin-voice` holds some 1,160 syllables in all tones by the voice actress Chu Lo (ChionMeilin, CC BY 3.0) and as
many by Edward Der-Hua Liu (GPL-3 or LGPL-3: only to measure with), npm's `yanyu` 2,000 by somebody unnamed (package MIT,
where they come from is not said: only to measure with). Writes 16 kHz WAV files, FOLDER/zh.jsonl with the clips to fit on
(Chu Lo's numbers and every fourth other syllable, and answers of the closed set joined from all), and FOLDER/zh-held.jsonl
with every number and every fifth other syllable of the other two. Needs apt, dpkg-deb and npm.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
from closed_set import answers
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from scipy.signal import resample_poly

RATE = 16000
# Toneless, as everywhere in hearing; yao is both 幺 (1) and 要, and says nothing here.
NUMBERS = {"ling": 0, "yi": 1, "er": 2, "liang": 2, "san": 3, "si": 4, "wu": 5, "liu": 6, "qi": 7, "ba": 8, "jiu": 9, "shi": 10}
# Names of letters, not syllables.
LETTERS = set("ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒ")
GCIN_SPEAKERS = {"5": "gcin-chulo", "3": "gcin-liu"}
FITTED = {"gcin-chulo"}
# Of syllables that are no numbers: among a thousand of them a speller forgets that numbers are what is mostly said.
FITTED_EVERY, HELD_EVERY = 4, 5
JOINED, LONGEST, SEED = 600, 8, 7


def bopomofo_to_pinyin():
    """Of every syllable that a character has."""
    characters = [chr(code) for code in PINYIN_DICT]
    pinyin = lazy_pinyin(characters, style=Style.NORMAL)
    bopomofo = lazy_pinyin(characters, style=Style.BOPOMOFO)
    return {b.strip("ˉˊˇˋ˙"): p for b, p in zip(bopomofo, pinyin) if p.isascii() and b}


def gcin(work):
    subprocess.run(["apt-get", "download", "--quiet", "gcin-voice"], cwd=work, check=True, stderr=subprocess.DEVNULL)
    package = next(pathlib.Path(work).glob("gcin-voice_*.deb"))
    subprocess.run(["dpkg-deb", "--extract", package, work], check=True)
    names = bopomofo_to_pinyin()
    for folder in sorted(pathlib.Path(work, "usr/share/gcin-voice/ogg").iterdir()):
        sound = folder.name.rstrip("12345")
        # No digit is the first tone, 1 the neutral one.
        tone = {"": "1", "1": "5"}.get(folder.name[len(sound):], folder.name[len(sound):])
        if sound in LETTERS or sound not in names:
            continue
        for file, speaker in GCIN_SPEAKERS.items():
            if (folder / f"{file}.ogg").is_file():
                yield speaker, names[sound] + tone, folder / f"{file}.ogg"


def yanyu(work):
    subprocess.run(["npm", "pack", "--silent", "yanyu@0.1.4"], cwd=work, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["tar", "xzf", "yanyu-0.1.4.tgz"], cwd=work, check=True)
    for path in sorted(pathlib.Path(work, "package/pinyin-syllables").glob("*[1-4].mp3")):
        if path.stem[:-1].isalpha():
            yield "yanyu", path.stem, path


def wave(path):
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = resample_poly(sound.mean(1), RATE, rate)
    return np.clip(sound / max(1e-3, np.abs(sound).max()) * 0.5, -1, 1)


def between_silence(sound):
    """As a caller's answer is."""
    quiet = np.zeros(RATE // 10, "float32")
    return np.concatenate([quiet, sound, quiet])


def joined(said, rng):
    """Syllables said without a pause: their quiet ends cut off and the rest overlapping, each a little shorter or longer."""
    out = np.zeros(0, "float32")
    for sound in said:
        loud = np.flatnonzero(np.abs(sound) > 0.02)
        sound = sound[loud[0]:loud[-1] + 1]
        kept = int(len(sound) * rng.uniform(0.75, 1.0))
        sound = sound[:kept]
        overlap = min(int(RATE * rng.uniform(0.01, 0.05)), len(out), len(sound) // 3)
        fade = np.linspace(0, 1, overlap, dtype="float32")
        end = len(out) - overlap
        out = np.concatenate([out[:end], out[end:] * (1 - fade) + sound[:overlap] * fade, sound[overlap:]])
    fade = np.linspace(1, 0, min(RATE // 50, len(out)), dtype="float32")
    out[len(out) - len(fade):] *= fade
    return out


def answers_of(sounds, rng):
    """(text, rating or None, sound) of JOINED answers, as many of one rating as of another and of none."""
    by_rating = {}
    for text, rating in answers("zh").items():
        if 1 < sum("\u4e00" <= c <= "\u9fff" for c in text) <= LONGEST:
            by_rating.setdefault(rating, []).append(text)
    for rating, texts in sorted(by_rating.items(), key=lambda item: item[0] or 0):
        rng.shuffle(texts)
        for text in texts[:JOINED // len(by_rating)]:
            toned = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
            said = [sounds.get(syllable, sounds.get(syllable[:-1])) for syllable in toned]
            if not any(sound is None for sound in said):
                yield text, rating, joined(said, rng)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    fitted, held, others, sounds = [], [], {}, {}
    with tempfile.TemporaryDirectory() as work:
        for speaker, pinyin, path in [*gcin(work), *yanyu(work)]:
            digit = NUMBERS.get(pinyin.rstrip("12345"))
            row = {"path": f"{speaker}-{pinyin}.wav", "dataset": "syllables", "lang": "zh", "speaker": speaker, "unit": "syllable",
                   "pinyin": pinyin, "digit": digit}
            sound = wave(path)
            if speaker in FITTED:
                sounds[pinyin] = sounds[pinyin.rstrip("12345")] = sound
            rows, every = (fitted, FITTED_EVERY) if speaker in FITTED else (held, HELD_EVERY)
            if digit is None:
                others[speaker] = others.get(speaker, 0) + 1
                if others[speaker] % every or pinyin.startswith("yao"):
                    continue
            rows.append(row)
            soundfile.write(out / row["path"], between_silence(sound), RATE, subtype="PCM_16")
    for index, (text, rating, sound) in enumerate(answers_of(sounds, np.random.default_rng(SEED))):
        row = {"path": f"joined-{index:03d}.wav", "dataset": "syllables", "lang": "zh", "speaker": "gcin-chulo", "text": text,
               "rating": rating, "group": "joined"}
        soundfile.write(out / row["path"], between_silence(sound), RATE, subtype="PCM_16")
        fitted.append(row)
    for name, rows in (("zh", fitted), ("zh-held", held)):
        with open(out / f"{name}.jsonl", "w") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        print(f"{name}: {len(rows)} clips of {len({row['speaker'] for row in rows})} speakers")


if __name__ == "__main__":
    main()
