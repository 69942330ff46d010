"""Text as both models see it. Mirrors src/text/normalise.rs and src/sentiment/features.rs exactly."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
LONGEST = 600  # characters kept of a longer text: so many of its head and tail together
HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


def _traditional():
    pairs = {}
    for line in (ROOT / "src/simplified/characters.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            pairs.update((pair[0], pair[1]) for pair in line.split())
    return str.maketrans(pairs)


TRADITIONAL = _traditional()


def is_han(c):
    return any(low <= ord(c) <= high for low, high in HAN)


def normalise(text):
    """NFKC, lower case, simplified characters, no control or format characters, single spaces, head and tail."""
    kept = text if len(text) <= 8 * LONGEST else text[: 4 * LONGEST] + " " + text[-4 * LONGEST :]
    folded = unicodedata.normalize("NFKC", kept).lower().translate(TRADITIONAL)
    folded = "".join(" " if unicodedata.category(c) == "Cc" else c for c in folded if not invisible(c))
    folded = " ".join(folded.split())
    if len(folded) > LONGEST:
        folded = folded[: LONGEST // 2] + " " + folded[-LONGEST // 2 :]
    return folded


def invisible(c):
    """Zero-width characters, direction marks and variation selectors."""
    n = ord(c)
    return 0x200B <= n <= 0x200F or 0x202A <= n <= 0x202E or 0x2060 <= n <= 0x2064 or 0xFE00 <= n <= 0xFE0F or n == 0xFEFF


def tokens(normal):
    """A Han character, a word of letters, `0` for a run of digits, `!`, `?`, or any other non-ASCII symbol."""
    out, word, kind = [], [], None
    for c in normal + " ":
        if c.isnumeric() and not is_han(c):
            new = "number"
        elif is_han(c):
            new = "han"
        elif c.isalpha():
            new = "word"
        elif c == "'" or c == "’":
            continue  # don't and dont are one word
        else:
            new = "other"
        if word and new != kind:
            out.append("0" if kind == "number" else "".join(word))
            word = []
        kind = new
        if new in ("number", "word"):
            word.append(c)
        elif new == "han" or c in "!?" or (ord(c) >= 0x2190 and not 0x3000 <= ord(c) <= 0x303F):
            out.append(c)
    return out


@lru_cache(maxsize=None)
def features(text):
    """Sorted unique CRC-32 hashes: token 1- to 4-grams, and 3- and 4-grams of letters inside bounded words."""
    found = set()
    parts = tokens(normalise(text))
    encoded = [p.encode() for p in parts]
    for start in range(len(encoded)):
        for size in range(1, 5):
            if start + size <= len(encoded):
                found.add(crc32(b"t" + b"\x1f".join(encoded[start : start + size])))
    for part in parts:
        if part[0].isalpha() and not is_han(part[0]):
            bounded = "<" + part[:30] + ">"
            for size in (3, 4):
                for start in range(len(bounded) - size + 1):
                    found.add(crc32(b"c" + bounded[start : start + size].encode()))
    return np.fromiter(sorted(found), dtype=np.uint32)
