"""Fits the head over short English answers, and how its word is weighed against the words written.

    fit.py OUT.safetensors --dump DUMP.jsonl SOUNDS…

SOUNDS are stems of files that `examples/answer_sounds` wrote; DUMP is what `measure_hearing --dump` wrote on some of the
same clips. The head is a multinomial logistic regression in the principal components of the sounds. How well it and
the blend do is told for voices that neither was fitted on. Deterministic.
"""
import argparse
import json
import os

import numpy as np
from clips import answer, load, voice_groups
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from tensors import write

COMPONENTS = 400
STRENGTH = 0.03
FLOOR = 1e-3
LINES = {"clean 8 kHz": "clean", "mu-law + 10 dB": "noisy"}


def fit_head(sounds, names, weights):
    mean, deviation = sounds.mean(0), sounds.std(0) + 1e-3
    standard = (sounds - mean) / deviation
    values, vectors = np.linalg.eigh(standard.T @ standard / len(standard))
    chosen = vectors[:, ::-1][:, :COMPONENTS] / np.maximum(values[::-1][:COMPONENTS], 1e-6) ** 0.25
    model = LogisticRegression(C=STRENGTH, max_iter=150).fit(standard @ chosen, names, sample_weight=weights)
    matrix = chosen @ model.coef_.T / deviation[:, None]
    return list(model.classes_), matrix, model.intercept_ - mean @ matrix


def probabilities(head, classes, sounds):
    names, matrix, bias = head
    scores = sounds @ matrix + bias
    weight = np.exp(scores - scores.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    folded = np.zeros((len(sounds), 6))
    for column, name in enumerate(names):
        folded[:, classes[name]] += weight[:, column]
    return folded


def blended(blend, written, heard):
    scores = blend[0] * np.log(written + FLOOR) + blend[1] * np.log(heard + FLOOR) + blend[2:]
    weight = np.exp(scores - scores.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)


def fit_blend(written, heard, truth, weights):
    """The levels share one bias: none of them is likelier before anything is said."""
    rows = np.arange(len(truth))

    def expand(x):
        return np.concatenate([x[:2], np.zeros(5), x[2:]])

    def loss(x):
        p = blended(expand(x), written, heard)[rows, truth]
        return -(weights * np.log(p + 1e-9)).sum() / weights.sum() + 1e-3 * (x**2).sum()

    return expand(minimize(loss, np.array([0.5, 0.5, 0.0]), method="L-BFGS-B").x)


def report(title, posterior, truth, lines):
    for line in sorted(set(lines)):
        p, y = posterior[lines == line], truth[lines == line]
        best, sure, rated = p.argmax(1), p.max(1), y < 5
        accepted = (best < 5) & (sure >= 0.8)
        right = (best == y)[accepted & rated].mean() if (accepted & rated).any() else float("nan")
        bins = np.minimum((sure * 10).astype(int), 9)
        error = sum(abs(sure[bins == b].sum() - (best == y)[bins == b].sum()) for b in range(10)) / len(y)
        print(f"{title}, {line}: ratings {rated.sum()}, others {(~rated).sum()}; top-1 {(best == y)[rated].mean():.3f}, among "
              f"levels {(p[rated][:, :5].argmax(1) == y[rated]).mean():.3f}; ratings accepted {accepted[rated].mean():.3f}, "
              f"right {right:.3f}; others accepted {accepted[~rated].mean():.3f}; calibration error {error:.3f}", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out")
    arguments.add_argument("sounds", nargs="+")
    arguments.add_argument("--dump", required=True)
    options = arguments.parse_args()

    clips, sounds = load(options.sounds)
    answers = [answer(clip) for clip in clips]
    names = np.array([name for name, _ in answers])
    classes = {name: rating - 1 if rating else 5 for name, rating in answers}
    # What is no answer is of many kinds and needs fewer.
    weights = np.where(names == "other", 0.5, 1.0)
    groups, heard = voice_groups(clips), np.zeros((len(clips), 6))
    for group in sorted(set(groups)):
        kept, held = groups != group, groups == group
        heard[held] = probabilities(fit_head(sounds[kept], names[kept], weights[kept]), classes, sounds[held])
    truth = np.array([classes[name] for name in names])
    plain = np.isin([clip["line"] for clip in clips], list(LINES.values()))
    lines = np.array([clip["line"] for clip in clips])
    for kind in sorted({clip["dataset"] for clip in clips}):
        of_kind = plain & np.array([clip["dataset"] == kind for clip in clips])
        report(f"sound alone, {kind}", heard[of_kind], truth[of_kind], lines[of_kind])

    by_clip = {(os.path.basename(clip["path"]), clip["lang"], clip["line"]): index for index, clip in enumerate(clips)}
    joined, written = [], []
    for row in map(json.loads, open(options.dump)):
        index = by_clip.get((os.path.basename(row["path"]), row["language"], LINES[row["line"]]))
        if index is not None and row["detail"]:
            joined.append(index)
            written.append(row["detail"]["masses"]["levels"] + [row["detail"]["masses"]["other"]])
    joined, written = np.array(joined), np.maximum(np.array(written), 0)
    truth, heard, groups, lines = truth[joined], heard[joined], groups[joined], lines[joined]
    # Callers mostly answer with a rating: other speech counts less here than its share of the clips.
    counts = np.where(truth == 5, 0.5, 1.0)
    posterior = np.zeros((len(joined), 6))
    for group in sorted(set(groups)):
        kept, held = groups != group, groups == group
        blend = fit_blend(written[kept], heard[kept], truth[kept], counts[kept])
        posterior[held] = blended(blend, written[held], heard[held])
    report("both", posterior, truth, lines)
    human = np.array([clips[index]["dataset"] != "kok" for index in joined])
    report("both, human voices", posterior[human], truth[human], lines[human])
    blend = fit_blend(written, heard, truth, counts)
    print("exponents of written and heard, biases:", np.round(blend, 3))

    head = fit_head(sounds, names, weights)
    write(options.out, [
        ("weights", head[1].astype("float16"), "F16"),
        ("bias", head[2].astype("float32"), "F32"),
        ("answers", np.frombuffer("\n".join(head[0]).encode(), dtype="uint8"), "U8"),
        ("blend", blend.astype("float32"), "F32"),
    ])


if __name__ == "__main__":
    main()
