"""Fits what a likeness in sound weighs beside written words (src/hear/posterior.rs), for Mandarin, on words alone.

    fit_likeness.py DUMP.jsonl MANIFEST.jsonl

DUMP is what `measure_hearing KOKORO --manifest MANIFEST --dump DUMP` wrote. Prints accuracy without likeness and with
it, each voice judged by a fit on three quarters of the other voices' groups, then the parameters fitted on all.
"""
import json
import sys

import numpy as np
from scipy.optimize import minimize

FOLDS = 4
START = {"other": 0.02, "temperature": 1.7, "floor": 0.001, "near": 1.0, "far": 0.3}


def load(dump, manifest):
    clips = {clip["path"]: clip for clip in map(json.loads, open(manifest))}
    rows = [row for row in map(json.loads, open(dump)) if row["detail"]]
    masses = [row["detail"]["masses"] for row in rows]
    levels, alike = np.array([m["levels"] for m in masses]), np.array([m["alike"] for m in masses])
    other = np.array([m["other"] for m in masses])
    clips = [clips[row["path"]] for row in rows]
    truth = np.array([(clip["rating"] or 6) - 1 for clip in clips])
    return levels, alike, other, truth, clips, np.array([row["line"] for row in rows])


def posterior(x, levels, alike, other):
    weight, temperature, floor, *likeness = np.exp(x)
    if likeness:
        levels = levels + likeness[0] * alike[:, 0] + likeness[1] * alike[:, 1]
        other = np.maximum(other - alike.sum((1, 2)), 0)
    weights = np.column_stack([np.maximum(levels, 1e-9), weight * other + floor]) ** (1 / temperature)
    return weights / weights.sum(1, keepdims=True)


def fit(data, truth, with_likeness):
    start = np.log(list(START.values()))[: 5 if with_likeness else 3]
    # Callers mostly answer with a rating: other speech counts less here than its share of the clips.
    weights = np.where(truth == 5, 0.5, 1.0)

    def loss(x):
        p = posterior(x, *data)[np.arange(len(truth)), truth]
        return -(weights * np.log(p + 1e-9)).sum() / weights.sum() + 1e-3 * ((x - start) ** 2).sum()

    return minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "maxfev": 4000}).x


def main():
    *data, truth, clips, lines = load(*sys.argv[1:3])
    voices = [clip["speaker"].split("+")[0] for clip in clips]
    order = {voice: index % FOLDS for index, voice in enumerate(sorted(set(voices)))}
    fold = np.array([order[voice] for voice in voices])
    group = np.array([clip["group"] for clip in clips])
    kinds = {"numbers": group == "digit", "phrases": np.isin(group, ["phrase", "unit"]), "others": truth == 5}
    for with_likeness in (False, True):
        judged = np.zeros((len(truth), 6))
        for part in range(FOLDS):
            kept, held = fold != part, fold == part
            x = fit([values[kept] for values in data], truth[kept], with_likeness)
            judged[held] = posterior(x, *[values[held] for values in data])
        for line in sorted(set(lines)):
            for kind, chosen in kinds.items():
                best = judged[chosen & (lines == line)]
                right = (best.argmax(1) == truth[chosen & (lines == line)]).mean()
                print(f"likeness {with_likeness}, {line}, {kind}: n {len(best)}, top-1 {right:.3f}")
        fitted = np.exp(fit(data, truth, with_likeness))
        print({name: round(float(value), 4) for name, value in zip(START, fitted)})


if __name__ == "__main__":
    main()
