"""Held-out figures of a model that maps texts to five-level probabilities."""

import sys
from collections import defaultdict

import numpy as np
from scipy.stats import spearmanr

from .text import ROOT, normalise

VALUES = np.array([-1, -0.5, 0, 0.5, 1])


def checklist(name):
    lines = (ROOT / f"tests/data/sentiment-checklist-{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(int(p), c, t) for p, c, t in rows]


def labels(p):
    """-1, 0, 1 by the most likely of three."""
    three = np.stack([p[:, :2].sum(1), p[:, 2], p[:, 3:].sum(1)], 1)
    return three.argmax(1) - 1


def calibration_error(confidence, right, bins=10):
    """Expected calibration error over bins of equal width."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(abs(right[which == b].mean() - confidence[which == b].mean()) * (which == b).mean()
               for b in range(bins) if (which == b).any())


def sets(rows, p, out=sys.stdout):
    by = defaultdict(list)
    for i, row in enumerate(rows):
        by[row.source].append(i)
        if row.source.startswith("own"):
            by[row.source.split(":")[0]].append(i)
    score = p @ VALUES
    for source in sorted(by):
        index = np.array(by[source])
        truth = np.array([rows[i].truth for i in index])
        if source.startswith("own"):
            mask = np.array([rows[i].mask for i in index])
            three = np.stack([mask[:, :2].max(1), mask[:, 2], mask[:, 3:].max(1)], 1)
            ok = three[np.arange(len(index)), labels(p[index]) + 1]
            print(f"  {source:<28} n {len(index):5}  3-level accuracy {ok.mean():.3f}", file=out)
        elif set(np.unique(truth)) <= {-1.0, 1.0}:
            print(f"  {source:<28} n {len(index):5}  2-level accuracy {((score[index] > 0) == (truth > 0)).mean():.3f}", file=out)
        else:
            rho = spearmanr(score[index], truth).statistic
            print(f"  {source:<28} n {len(index):5}  Spearman {rho:.3f}", file=out)


def checklists(predict, names, misses=False, trained=frozenset(), out=sys.stdout):
    """Figures of checklists by label and category, without sentences that were trained on."""
    for name in names:
        rows = [row for row in checklist(name) if normalise(row[2]).strip(" .。!?") not in trained]
        p = predict([t for _, _, t in rows])
        guess = labels(p)
        truth = np.array([r[0] for r in rows])
        chinese = np.array([any(ord(c) > 0x2E80 for c in r[2]) for r in rows])
        print(f"  checklist {name}: {(guess == truth).mean():.3f} of {len(rows)} "
              f"(zh {(guess == truth)[chinese].mean():.3f}, en {(guess == truth)[~chinese].mean():.3f})", file=out)
        by = defaultdict(list)
        for r, g in zip(rows, guess):
            by[r[1]].append(g == r[0])
        print("   ", ", ".join(f"{k} {sum(v)}/{len(v)}" for k, v in by.items()), file=out)
        if misses:
            for r, g, q in zip(rows, guess, p):
                if g != r[0]:
                    print(f"    miss {r[0]:+d} as {g:+d} {np.round(q, 2)} {r[1]:<10} {r[2]}", file=out)
