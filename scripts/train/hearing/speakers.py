"""People who speak Mandarin syllables, or digits, in the packages of Debian and npm; and how their sounds become clips.

Debian's `gcin-voice` holds some 1,160 syllables in all tones by the voice actress Chu Lo (ChionMeilin, CC BY 3.0) and as
many by Edward Der-Hua Liu (GPL-3 or LGPL-3: only to measure with), npm's `yanyu` 2,000 by somebody unnamed (package MIT,
where they come from is not said: only to measure with), Debian's `tuxpaint-stamps-default` the digits 0 to 9 by a speaker
each of Taiwan, America and Britain (GPL-2: only to measure with). Needs apt, dpkg-deb and npm.
"""
import pathlib
import subprocess

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
GCIN = {"gcin-chulo": "5", "gcin-liu": "3"}
TUXPAINT = {"tuxpaint-tw": ("zh", "_zh_tw"), "tuxpaint-us": ("en", ""), "tuxpaint-gb": ("en", "_en_GB")}
LONGEST = 8


def unpack_debian(package, work):
    subprocess.run(["apt-get", "download", "--quiet", package], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["dpkg-deb", "--extract", next(pathlib.Path(work).glob(f"{package}_*.deb")), work], check=True)


def bopomofo_to_pinyin():
    """Of every syllable that a character has."""
    characters = [chr(code) for code in PINYIN_DICT]
    pinyin = lazy_pinyin(characters, style=Style.NORMAL)
    bopomofo = lazy_pinyin(characters, style=Style.BOPOMOFO)
    return {b.strip("ˉˊˇˋ˙"): p for b, p in zip(bopomofo, pinyin) if p.isascii() and b}


def gcin(work, speakers):
    """(speaker, syllable with the number of its tone, file) of each."""
    unpack_debian("gcin-voice", work)
    names = bopomofo_to_pinyin()
    for folder in sorted(pathlib.Path(work, "usr/share/gcin-voice/ogg").iterdir()):
        sound = folder.name.rstrip("12345")
        # No digit is the first tone, 1 the neutral one.
        tone = {"": "1", "1": "5"}.get(folder.name[len(sound):], folder.name[len(sound):])
        if sound in LETTERS or sound not in names:
            continue
        for speaker in speakers:
            file = folder / f"{GCIN[speaker]}.ogg"
            if file.is_file():
                yield speaker, names[sound] + tone, file


def yanyu(work):
    """The same of yanyu's."""
    subprocess.run(["npm", "pack", "--silent", "yanyu@0.1.4"], cwd=work, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["tar", "xzf", "yanyu-0.1.4.tgz"], cwd=work, check=True)
    for path in sorted(pathlib.Path(work, "package/pinyin-syllables").glob("*[1-4].mp3")):
        if path.stem[:-1].isalpha():
            yield "yanyu", path.stem, path


def tuxpaint(work):
    """(speaker, language, digit, file) of each."""
    unpack_debian("tuxpaint-stamps-default", work)
    folder = pathlib.Path(work, "usr/share/tuxpaint/stamps/symbols/math")
    for speaker, (language, suffix) in TUXPAINT.items():
        for digit in range(10):
            yield speaker, language, digit, folder / f"{digit}{suffix}.ogg"


def wave(path):
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = resample_poly(sound.mean(1), RATE, rate)
    return np.clip(sound / max(1e-3, np.abs(sound).max()) * 0.5, -1, 1)


def write(path, sound):
    """Between silence, as a caller's answer is."""
    quiet = np.zeros(RATE // 10, "float32")
    soundfile.write(path, np.concatenate([quiet, sound, quiet]), RATE, subtype="PCM_16")


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


def answers_of(sounds, count, rng):
    """(text, rating or None, sound) of up to `count` answers of the closed set, as many of one rating as of another and of none, joined from
    syllables (`sounds` by pinyin, with and without tone)."""
    by_rating = {}
    for text, rating in answers("zh").items():
        if 1 < sum("\u4e00" <= c <= "\u9fff" for c in text) <= LONGEST:
            by_rating.setdefault(rating, []).append(text)
    for rating, texts in sorted(by_rating.items(), key=lambda item: item[0] or 0):
        rng.shuffle(texts)
        for text in texts[:count // len(by_rating)]:
            toned = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
            said = [sounds.get(syllable, sounds.get(syllable[:-1])) for syllable in toned]
            if not any(sound is None for sound in said):
                yield text, rating, joined(said, rng)


def row(speaker, pinyin):
    """A syllable's line of a manifest."""
    return {"path": f"{speaker}-{pinyin}.wav", "dataset": "syllables", "lang": "zh", "speaker": speaker, "unit": "syllable",
            "pinyin": pinyin, "digit": NUMBERS.get(pinyin.rstrip("12345"))}
