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
from scipy.optimize import minimize
from tensors import read, write
from trees import trees

# As in src/hear/spell.
FLOOR = 1e-3
SPELT_FLOOR = 1e-4
UNHEARD = 1e-5
NOT_ON_SCALE = 0.2
# Where the head was not asked.
NOT_HEARD = np.ones(6) / 6
# What any speech may count beside the answers: as much as each of them, or a tenth. Against nothing, what sounds like an answer by
# chance somewhere in a long remark would be all that was heard.
ANY_SPEECH = (0.1, 1)
# What an answer amid other talk may count beside one that is all that was said: it may stand at any of some hundred states.
SPOTTED = (0, 0.01, 0.001)
# By how much less what is none does that sounds like a part of one; and how many states before and after an answer's end such a rival
# may end.
RIVALS = 0.3
BEFORE, AFTER = 20, 25
# What one counts beside it that is found only where it is said last, and first.
LAST, FIRST = 10, 0.1
ACCEPT = 0.8
# Exponents of written and spelt, the bias of none, exponent of the whole; the first and the third where nothing was spelt.
START = [0.7, 0.5, 0.0, 0.0, 1.0, 0.0]
BOUNDS = [(0, None), (0, None), (None, None), (0, None), (0, None), (None, None)]


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
    """A set of `trees.trees` as a tree of units; `whole` and `by_state` are the forward recursions of src/hear/spell/trie.rs over it, as multiples
    of any speech, by outcome: of all that was said, and of what ends at each state (and began at any, or at the first)."""

    def __init__(self, language, closed, frequencies):
        self.frequencies = frequencies
        children = {}
        parents, own, ends, classes, shares = [0], [0], [], [], []
        asked = requests(language)
        for text, rating, said in closed:
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

    def states(self, rows, begin):
        """Each answer's probability after each state; with `begin`, one may begin at any."""
        sounding, paused = np.zeros(len(self.own)), np.zeros(len(self.own))
        paused[0] = 1
        for row in against_any_speech(np.exp(rows.astype("float64")), self.frequencies):
            arriving = sounding + paused[self.parents] + np.where(self.again, 0, sounding[self.parents])
            paused = (sounding + paused) * row[0]
            sounding = arriving * row[self.own]
            sounding[0] = 0
            yield (sounding + paused)[self.ends]
            if begin:
                paused[0] = 1

    def folded(self, probabilities):
        folded = np.zeros(6)
        np.add.at(folded, self.classes, self.shares * probabilities)
        return folded

    def whole(self, rows):
        *_, probabilities = self.states(rows, False)
        return self.folded(probabilities)

    def by_state(self, rows, begin=True):
        return np.array([self.folded(probabilities) for probabilities in self.states(rows, begin)])

    def any_of_all(self, rows, begin=True):
        return np.array([probabilities.sum() for probabilities in self.states(rows, begin)])


def heard_by(sets, rows):
    """What `found` is made from: the answers that are all that was said; by state, those amid other talk and their rivals, those that are said last, and
    first."""
    return (sets["answers"].whole(rows), sets["spotted"].by_state(rows), sets["rivals"].any_of_all(rows),
            sets["last"].by_state(rows)[-1:], sets["last_rivals"].any_of_all(rows),
            sets["first"].by_state(rows, False), sets["first_rivals"].any_of_all(rows, False))


def likeliest(answers, rivals, share):
    near = np.array([rivals[max(0, at - BEFORE):at + AFTER + 1].max() for at in range(len(answers))])
    return (share * answers / (1 + RIVALS * share * near)[:, None]).max(0)


def found(heard, share):
    """As src/hear/spell/spotting.rs: an answer amid other talk counts `share`."""
    whole, amid, rivals, last, last_rivals, first, first_rivals = heard
    ending = np.maximum(rivals, last_rivals)[-BEFORE - 1:]
    return whole + likeliest(amid, rivals, share) + likeliest(last, ending, LAST * share) + likeliest(first, first_rivals, FIRST * share)


def spelt_by(clips, share):
    """The geometric mean of what the networks give each outcome."""
    masses = [[found(heard, share) for heard in networks] for networks in clips]
    return np.exp(np.log(np.array(masses) + UNHEARD).mean(1))


def weighed(x, written, spelt, whole):
    """As `Weighing::rating` in src/hear/spell/weighing.rs: where no answer of the set was heard, the words stand alone."""
    by_words, by_sound, bias, any_speech, by_whole, _, words_alone, bias_alone = x
    known = 1 - 6 * UNHEARD / spelt.sum(1, keepdims=True)
    words, none = np.log(written + FLOOR), np.array([0, 0, 0, 0, 0, 1])
    spelt = spelt + any_speech * none
    scores = by_words * words + by_sound * np.log(spelt / spelt.sum(1, keepdims=True) + SPELT_FLOOR) + bias * none
    scores = known * (scores + by_whole * np.log(whole + FLOOR)) + (1 - known) * (words_alone * words + bias_alone * none)
    weight = np.exp(scores - scores.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)


def fit(written, spelt, whole, truth):
    """The exponents, the bias of none, and what any speech and what was said amid other talk count; `spelt` by the latter. Other speech
    counts less than its share of the clips; nothing counts against what it says."""
    rows, weights = np.arange(len(truth)), np.where(truth == 5, 0.5, 1.0)
    def order(x, any_speech, share):
        return [*x[:3], any_speech, x[3], share, *x[4:]]
    fits = []
    for number, share in enumerate(SPOTTED):
        for any_speech in ANY_SPEECH:
            def loss(x):
                p = weighed(order(x, any_speech, share), written, spelt[:, number], whole)[rows, truth]
                return -(weights * np.log(p + 1e-9)).sum() / weights.sum() + 1e-3 * (x**2).sum()
            bounds = list(BOUNDS)
            if not (whole != NOT_HEARD).any():
                bounds[3] = (0, 0)
            best = minimize(loss, np.array(START), method="L-BFGS-B", bounds=bounds)
            fits.append((best.fun, order(best.x, any_speech, share)))
    return min(fits)[1]


def judge(x, written, spelt, whole):
    return weighed(x, written, spelt[:, SPOTTED.index(x[5])], whole)


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
    keys_of = {}
    for key in folds.files:
        if key != "names":
            keys_of.setdefault(tuple(key.split("/")[1:]), []).append(key)
    sets, seen = None, set()
    columns = tuple([] for _ in range(9))
    names = {"clean 8 kHz": "clean", "mu-law + 10 dB": "noisy"}
    for row in map(json.loads, open(dump)):
        *_, folder, file = row["path"].split("/")
        folder = "human" if row["set"].startswith(("cmn", "fsdd")) else folder
        clip = (f"{row['language']}-{folder}", file, names[row["line"]])
        if clip not in keys_of or clip in seen or not row["detail"]:
            continue
        seen.add(clip)
        if not sets:
            closed = trees(row["language"], {name: index for index, name in enumerate(folds["names"])})
            sets = {name: Set(row["language"], answers, frequencies) for name, answers in closed.items()}
        levels, one_word = row["detail"]["by_words"], row["detail"]["one_word"]
        heard = [folds[key] for key in keys_of[clip]]
        spelt = [heard_by(sets, rows) for rows in heard]
        asked = one_word and row["heard"]["transcript"]["text"]
        whole = head.get("/".join(clip), NOT_HEARD) if asked else NOT_HEARD
        values = (levels["levels"] + [levels["none"]], [spelt_by([spelt], share)[0] for share in SPOTTED], whole,
                  (row["truth"] or 6) - 1, names[row["line"]], row["speaker"].split("+")[0], folder in ("human", "syllables"),
                  folder == "remarks", one_word)
        for column, value in zip(columns, values):
            column.append(value)
    *heard, truth, lines, voices, human, remark, one_word = map(np.array, columns)
    half = np.array([sorted(set(voices)).index(voice) % 2 for voice in voices])
    judged = np.zeros_like(heard[0])
    for side in (0, 1):
        kept, held = half != side, half == side
        judged[held] = judge(fit(*[values[kept] for values in heard], truth[kept]), *[values[held] for values in heard])
    kinds = (("one word", one_word & ~remark), ("more words", ~one_word & ~remark), ("human voices", human), ("all of these", ~remark),
             ("with a remark", remark))
    for title, chosen in kinds:
        if chosen.any():
            report(f"{title}: words alone", heard[0][chosen], truth[chosen], lines[chosen])
            report(f"{title}: words and sound", judged[chosen], truth[chosen], lines[chosen])
    x = fit(*heard, truth)
    print("exponents of written and spelt, bias of none, any speech, exponent of the whole, what is said amid other talk, exponent of written and "
          "bias where nothing was spelt:", np.round(x, 3))
    tensors = [tensor for tensor in read(path) if tensor[0] != "weighing"]
    write(path, [*tensors, ("weighing", np.array(x, dtype="float32"), "F32")])


if __name__ == "__main__":
    main()
