"""Fits the head over short English answers.

    fit.py OUT.safetensors FOLDS.npz SOUNDS…

SOUNDS are stems of files that `examples/answer_sounds` wrote. The head is a multinomial logistic regression in the
principal components of the sounds. How well it does is told for voices that it was not fitted on, and what it makes of
their clips goes to FOLDS.npz, by which `weigh.py` weighs it. Deterministic.
"""
import argparse
import os

import numpy as np
from clips import answer, load, voice_groups
from sklearn.linear_model import LogisticRegression
from tensors import write

COMPONENTS = 400
STRENGTH = 0.03
LINES = ("clean", "noisy")


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
    arguments.add_argument("folds")
    arguments.add_argument("sounds", nargs="+")
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
    lines = np.array([clip["line"] for clip in clips])
    plain = np.isin(lines, LINES)
    for kind in sorted({clip["dataset"] for clip in clips}):
        of_kind = plain & np.array([clip["dataset"] == kind for clip in clips])
        report(f"sound alone, {kind}", heard[of_kind], truth[of_kind], lines[of_kind])
    np.savez(options.folds, **{f"{clip['stem']}/{os.path.basename(clip['path'])}/{clip['line']}": p.astype("float32")
                               for clip, p, told in zip(clips, heard, plain) if told})

    head = fit_head(sounds, names, weights)
    write(options.out, [
        ("weights", head[1].astype("float16"), "F16"),
        ("bias", head[2].astype("float32"), "F32"),
        ("answers", np.frombuffer("\n".join(head[0]).encode(), dtype="uint8"), "U8"),
    ])


if __name__ == "__main__":
    main()
