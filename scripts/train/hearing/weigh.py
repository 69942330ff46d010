"""Fits how much a speller's word counts beside the words that were written (`weighing` in models/speller-*.safetensors).

    weigh.py SPELLER.safetensors FOLDS.npz DUMP.jsonl [HEAD.npz]

FOLDS is what `spell.py --folds` wrote: each clip spelt by networks that were fitted without its voice. DUMP is what
`measure_hearing --dump` wrote on some of these clips, HEAD what `fit.py` wrote: what a head over whole answers, fitted without
its voice, makes of a clip. It counts where one word was written. Prints how words alone and all together do, half of the voices
judged by a fit on the other half; then writes the fit on all.
"""
import json
import sys

import numpy as np
from closed_set import has_number, requests
from closed_set import spelt as spelt_set
from scipy.optimize import minimize
from tensors import read, write

# As in src/hear/spell.
FLOOR = 1e-3
SPELT_FLOOR = 1e-4
UNHEARD = 1e-5
NOT_ON_SCALE = 0.2
# Where the head was not asked.
NOT_HEARD = np.ones(6) / 6
# What any speech may count beside the answers: nothing, or as much as each of them.
ANY_SPEECH = (0, 1)
ACCEPT = 0.8
BOUNDS = [(0, None), (0, None), (None, None)]


def against_any_speech(rows, frequencies):
    """As src/hear/spell/background.rs."""
    sounding, paused = np.zeros(rows.shape[1]), 1.0
    for row in rows:
        total = paused + sounding.sum()
        sounding = (sounding + frequencies * (total - sounding)) * row
        sounding[0], paused = 0, total * row[0]
        whole = paused + sounding.sum()
        row /= whole
        sounding, paused = sounding / whole, paused / whole
    return rows


class Set:
    """The closed set as a tree of units; `masses` is the forward recursion of src/hear/spell/trie.rs over it, as a multiple of any
    speech."""

    def __init__(self, language, names, frequencies):
        self.frequencies = frequencies
        number, children = {name: index for index, name in enumerate(names)}, {}
        parents, own, ends, classes, shares = [0], [0], [], [], []
        asked = requests(language)
        for text, rating, said in spelt_set(language, number):
            node = 0
            for unit in said:
                if (node, unit) not in children:
                    children[node, unit] = len(own)
                    parents.append(node)
                    own.append(unit)
                node = children[node, unit]
            ends.append(node)
            classes.append(5 if rating is None else rating - 1)
            not_on_scale = rating is None and text not in asked and has_number(text, language)
            shares.append(NOT_ON_SCALE if not_on_scale else 1)
        self.parents, self.own, self.ends, self.classes, self.shares = map(np.array, (parents, own, ends, classes, shares))
        self.again = self.own == self.own[self.parents]

    def masses(self, rows):
        sounding, paused = np.zeros(len(self.own)), np.zeros(len(self.own))
        paused[0] = 1
        for row in against_any_speech(np.exp(rows.astype("float64")), self.frequencies):
            arriving = sounding + paused[self.parents] + np.where(self.again, 0, sounding[self.parents])
            paused = (sounding + paused) * row[0]
            sounding = arriving * row[self.own]
            sounding[0] = 0
        folded = np.zeros(6)
        np.add.at(folded, self.classes, self.shares * (sounding + paused)[self.ends])
        return folded

    def spelt(self, networks):
        """The geometric mean of what the networks give each outcome."""
        return np.exp(np.mean([np.log(self.masses(rows) + UNHEARD) for rows in networks], 0))


def weighed(x, written, spelt, whole):
    """As `Weighing::rating` in src/hear/spell/weighing.rs: where no answer of the set was heard, the words stand alone."""
    by_words, by_sound, bias, any_speech, by_whole = x
    known = 1 - 6 * UNHEARD / spelt.sum(1, keepdims=True)
    words, none = np.log(written + FLOOR), np.array([0, 0, 0, 0, 0, 1])
    spelt = spelt + any_speech * none
    scores = by_words * words + by_sound * np.log(spelt / spelt.sum(1, keepdims=True) + SPELT_FLOOR) + bias * none
    scores = known * (scores + by_whole * np.log(whole + FLOOR)) + (1 - known) * words
    weight = np.exp(scores - scores.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)


def fit(written, spelt, whole, truth):
    """The exponents, the bias of none, and what any speech counts. Other speech counts less than its share of the clips; nothing
    counts against what it says."""
    rows, weights = np.arange(len(truth)), np.where(truth == 5, 0.5, 1.0)
    def order(x, any_speech):
        return [*x[:3], any_speech, x[3]]
    def loss(x, any_speech):
        p = weighed(order(x, any_speech), written, spelt, whole)[rows, truth]
        return -(weights * np.log(p + 1e-9)).sum() / weights.sum() + 1e-3 * (x**2).sum()
    bounds = [*BOUNDS, (0, None if (whole != NOT_HEARD).any() else 0)]
    fits = [(minimize(loss, np.array([0.7, 0.5, 0.0, 0.0]), args=(value,), method="L-BFGS-B", bounds=bounds), value)
            for value in ANY_SPEECH]
    best, any_speech = min(fits, key=lambda fit: fit[0].fun)
    return order(best.x, any_speech)


def report(title, p, truth, lines):
    for line in sorted(set(lines)):
        q, y = p[lines == line], truth[lines == line]
        best, sure, rated = q.argmax(1), q.max(1), y < 5
        accepted = (best < 5) & (sure >= ACCEPT)
        right = (best == y)[accepted & rated].mean() if (accepted & rated).any() else float("nan")
        bins = np.minimum((sure * 10).astype(int), 9)
        error = sum(abs(sure[bins == b].sum() - (best == y)[bins == b].sum()) for b in range(10)) / len(y)
        print(f"{title}, {line}: ratings {rated.sum()}, others {(~rated).sum()}; top-1 {(best == y)[rated].mean():.3f}; ratings accepted "
              f"{accepted[rated].mean():.3f}, right {right:.3f}; others accepted {accepted[~rated].mean():.3f}; calibration error {error:.3f}; log loss {-np.log(q[np.arange(len(y)), y] + 1e-9).mean():.3f}")


def main():
    path, folds, dump = sys.argv[1:4]
    folds, head = np.load(folds), dict(np.load(sys.argv[4])) if len(sys.argv) > 4 else {}
    frequencies = {name: values for name, values, _ in read(path)}["frequencies"]
    spelt_by = {}
    for key in folds.files:
        if key != "names":
            spelt_by.setdefault(tuple(key.split("/")[1:]), []).append(key)
    closed, seen = None, set()
    columns = tuple([] for _ in range(8))
    names = {"clean 8 kHz": "clean", "mu-law + 10 dB": "noisy"}
    for row in map(json.loads, open(dump)):
        *_, folder, file = row["path"].split("/")
        folder = "human" if row["set"].startswith(("cmn", "fsdd")) else folder
        clip = (f"{row['language']}-{folder}", file, names[row["line"]])
        if clip not in spelt_by or clip in seen or not row["detail"]:
            continue
        seen.add(clip)
        closed = closed or Set(row["language"], list(folds["names"]), frequencies)
        levels, one_word = row["detail"]["by_words"], row["detail"]["one_word"]
        spelt = closed.spelt([folds[key] for key in spelt_by[clip]])
        asked = one_word and row["heard"]["transcript"]["text"]
        whole = head.get("/".join(clip), NOT_HEARD) if asked else NOT_HEARD
        values = (levels["levels"] + [levels["none"]], spelt, whole, (row["truth"] or 6) - 1, names[row["line"]],
                  row["speaker"].split("+")[0], folder in ("human", "syllables"), one_word)
        for column, value in zip(columns, values):
            column.append(value)
    written, spelt, whole, truth, lines, voices, human, one_word = map(np.array, columns)
    half = np.array([sorted(set(voices)).index(voice) % 2 for voice in voices])
    judged = np.zeros_like(written)
    for side in (0, 1):
        kept, held = half != side, half == side
        judged[held] = weighed(fit(written[kept], spelt[kept], whole[kept], truth[kept]), written[held], spelt[held], whole[held])
    for title, chosen in (("one word", one_word), ("more words", ~one_word), ("human voices", human), ("all", one_word | True)):
        report(f"{title}: words alone", written[chosen], truth[chosen], lines[chosen])
        report(f"{title}: words and sound", judged[chosen], truth[chosen], lines[chosen])
    x = fit(written, spelt, whole, truth)
    print("exponents of written and spelt, bias of none, any speech, exponent of the whole:", np.round(x, 3))
    tensors = [tensor for tensor in read(path) if tensor[0] != "weighing"]
    write(path, [*tensors, ("weighing", np.array(x, dtype="float32"), "F32")])


if __name__ == "__main__":
    main()
