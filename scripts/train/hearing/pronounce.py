"""How Mandarin and English are pronounced: for the synthesiser, and as the units that the speller learns.

Mandarin by pypinyin (MIT): initials and finals, tones apart. English by misaki's American dictionary (Apache-2.0): its
phonemes, stress apart. What the dictionary lacks is not pronounced: such a text gives None.
"""
import functools
import json
import pathlib
import re

import misaki
from pypinyin import lazy_pinyin

# Spoken as part of a phrase.
WEAK = {"a": "ɐ", "the": "ðə", "of": "əv", "to": "tə", "and": "ænd", "an": "ən", "for": "fɔɹ", "was": "wʌz", "it's": "ɪts"}


def parts(syllable):
    """Initial and final; a bare final is one part."""
    if syllable[:2] in ("zh", "ch", "sh"):
        return [syllable[:2], syllable[2:]]
    return [syllable] if syllable[0] in "aoeiuv" else [syllable[0], syllable[1:]]


@functools.cache
def dictionary():
    return json.loads((pathlib.Path(misaki.__file__).parent / "data" / "us_gold.json").read_text(encoding="utf-8"))


@functools.cache
def word_phonemes(word):
    if word in WEAK:
        return WEAK[word]
    found = dictionary().get(word) or dictionary().get(word.capitalize())
    if isinstance(found, dict):
        found = found.get("DEFAULT")
    if found or not word.endswith("s") or len(word) < 3:
        return found
    stem = word_phonemes(word[:-1])
    if not stem:
        return None
    return stem + ("ᵻz" if stem[-1] in "szʃʒʧʤ" else "s" if stem[-1] in "ptkfθ" else "z")


def phonemes(text):
    """English phonemes with stress, commas kept; None if a word is unknown."""
    pieces = re.findall(r"[a-z']+|,", text.lower())
    spoken = [piece if piece == "," else word_phonemes(piece) for piece in pieces]
    return None if None in spoken or not spoken else " ".join(spoken).replace(" ,", ",")


def phoneme_units(spoken):
    same = {"ɾ": "T", "ᵊ": "ə", "ᵻ": "ɪ", "ɐ": "ə", "ɜ": "ɜ"}
    # Marks of stress and length are letters to Unicode.
    return [same.get(c, c) for c in spoken if c.isalpha() and c not in "ˈˌː"]


def units(text, language):
    """Units of a text; None if it cannot be pronounced."""
    if language == "zh":
        return [part for syllable in lazy_pinyin(text, errors="ignore") for part in parts(syllable) if part]
    spoken = phonemes(text)
    return spoken and phoneme_units(spoken)
