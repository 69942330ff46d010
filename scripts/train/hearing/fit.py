"""Fits the head over the first token: ridge multinomial logistic regression, judged on speakers left out.

    fit.py OUT.json --tokens N --ridge L DUMP.jsonl…

A DUMP comes from `measure_hearing --dump`. Prints, per line, top-1 and calibration on left-out speakers, then writes
the weights fitted on all of them. Deterministic.
"""
import argparse
import collections
import json
import re

import numpy as np
from scipy.optimize import minimize

FLOOR = -10.0
MASS_FLOOR = 1e-3
# Ratings are what callers mostly say: other speech in the training set counts less.
OTHER_WEIGHT = 0.4


def load(paths):
    clips = []
    for path in paths:
        for line in open(path):
            clip = json.loads(line)
            name = clip["path"].split("/")[-1]
            # The same syllable in another tone is no fair example of "not a rating": Whisper hardly hears tones.
            confuser = "syllables" in clip["path"] and re.match(r"(yi|er|san|si|wu|liang)\d", name)
            if clip["detail"] is None or (clip["truth"] is None and confuser):
                continue
            clip["log_probability"] = dict(clip["detail"]["first"])
            parts = name.split("_")
            if "fsdd" in clip["path"]:
                clip["speaker"] = parts[1]
            elif "cmn" in clip["path"]:
                clip["speaker"] = clip["path"].split("/")[2]
            else:
                clip["speaker"] = parts[1].split("+")[0] if len(parts) > 1 and parts[0][0] == "z" else "asterisk"
            clips.append(clip)
    return clips


def choose(clips, count):
    weight = collections.defaultdict(float)
    for clip in clips:
        for token, log_probability in clip["detail"]["first"][:60]:
            weight[token] += max(0.0, log_probability - FLOOR)
    ranked = sorted(weight.items(), key=lambda item: (-item[1], item[0]))
    return [token for token, _ in ranked if token][:count]


def features(clips, tokens):
    rows = [[max(FLOOR, clip["log_probability"].get(token, FLOOR)) for token in tokens] for clip in clips]
    return (np.array(rows) - FLOOR) / -FLOOR


def masses(clips):
    rows = [clip["detail"]["masses"]["levels"] + [clip["detail"]["masses"]["other"]] for clip in clips]
    return np.log(np.array(rows) + MASS_FLOOR)


def softmax(scores):
    weight = np.exp(scores - scores.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)


def scores(weights, mass, inputs):
    return weights[0] * mass + weights[1:7] + inputs @ weights[7:].reshape(6, -1).T


def fit(mass, inputs, truth, weight, ridge):
    rows = np.arange(len(truth))

    def loss(weights):
        probability = softmax(scores(weights, mass, inputs))
        value = -(weight * np.log(probability[rows, truth] + 1e-30)).sum() / weight.sum()
        error = probability.copy()
        error[rows, truth] -= 1
        error *= weight[:, None] / weight.sum()
        matrix = weights[7:].reshape(6, -1)
        value += ridge * (matrix**2).sum() + 1e-3 * (weights[0] - 1) ** 2
        gradient = np.concatenate([
            [(error * mass).sum() + 2e-3 * (weights[0] - 1)], error.sum(0), (error.T @ inputs + 2 * ridge * matrix).ravel()])
        return value, gradient

    start = np.zeros(7 + 6 * inputs.shape[1])
    start[0] = 1
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def report(clips, probability, truth):
    for line in sorted({clip["line"] for clip in clips}):
        chosen = np.array([clip["line"] == line for clip in clips])
        p, y = probability[chosen], truth[chosen]
        rated, best, sure = y < 5, p.argmax(1), p.max(1)
        accepted = (best < 5) & (sure >= 0.8)
        bins = np.minimum((sure * 10).astype(int), 9)
        error = sum(abs(sure[bins == b].sum() - (best == y)[bins == b].sum()) for b in range(10)) / len(y)
        print(f"{line}: ratings {rated.sum()}, others {(~rated).sum()}; top-1 {(best == y)[rated].mean():.3f}, "
              f"among levels {(p[rated][:, :5].argmax(1) == y[rated]).mean():.3f}; accepted {accepted[rated].mean():.3f}, "
              f"right {(best == y)[accepted].mean():.3f}; others accepted {accepted[~rated].mean():.3f}; "
              f"calibration error {error:.3f}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out")
    arguments.add_argument("dumps", nargs="+")
    arguments.add_argument("--tokens", type=int, required=True)
    arguments.add_argument("--ridge", type=float, required=True)
    options = arguments.parse_args()
    clips = load(options.dumps)
    truth = np.array([(clip["truth"] or 6) - 1 for clip in clips])
    weight = np.where(truth == 5, OTHER_WEIGHT, 1.0)
    mass, speakers = masses(clips), np.array([clip["speaker"] for clip in clips])
    probability = np.full((len(clips), 6), 1 / 6)
    for speaker in sorted(set(speakers)):
        test, train = speakers == speaker, speakers != speaker
        tokens = choose([clip for clip, use in zip(clips, train) if use], options.tokens)
        inputs = features(clips, tokens)
        weights = fit(mass[train], inputs[train], truth[train], weight[train], options.ridge)
        probability[test] = softmax(scores(weights, mass[test], inputs[test]))
    logs, rows = np.log(probability + 1e-9), np.arange(len(truth))

    def held_out_loss(temperature):
        return -(weight * np.log(softmax(logs / temperature)[rows, truth] + 1e-9)).sum()

    temperature = min(np.arange(0.8, 2.5, 0.05), key=held_out_loss)
    report(clips, softmax(logs / temperature), truth)
    tokens = choose(clips, options.tokens)
    weights = fit(mass, features(clips, tokens), truth, weight, options.ridge)
    matrix = weights[7:].reshape(6, -1)
    head = {
        "tokens": tokens,
        "weights": [[round(float(value), 4) for value in matrix[:, index]] for index in range(len(tokens))],
        "bias": [round(float(value), 4) for value in weights[1:7]],
        "mass": round(float(weights[0]), 4),
        "temperature": round(float(temperature), 3),
    }
    with open(options.out, "w") as file:
        json.dump(head, file)
        file.write("\n")


if __name__ == "__main__":
    main()
