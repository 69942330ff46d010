"""Fits a speller: what units of sound are heard, state by state, in answers of a few words (src/hear/spell).

    spell.py LANGUAGE OUT.safetensors [--folds FOLDS.npz [--fold GROUPS]] STATES… [--given STATES…] [--judged STATES…]

STATES are stems of files that `examples/answer_sounds --states` wrote; those after `--given` hold the same clips, heard by the
encoder without an adapter. Each time a clip is seen it is as one of both heard it, drawn anew. Two small convolutions over the states of the
encoder give the probability of each unit (Mandarin initials and finals, English phonemes) and of none (connectionist
temporal classification, Graves et al. 2006). A language may have several such networks, which err differently. `--folds`
also fits them without each quarter of the voices, and writes what they make of these to FOLDS.npz; with `--fold 0,4` it does
no more than this, once, without these groups of voices. Nothing is fitted on the clips after `--judged`, whose voices are among the
others': they are only spelt without them. Seeded.
"""
import argparse
import json
import os
import sys
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from clips import voice_groups
from closed_set import NUMBERS
from pronounce import parts, units
from tensors import write
from trees import listed

PROJECTED, SPAN = 128, 5
BATCH, RATE = 16, 2e-3
LONGEST = 250
SEED = 7


class Fitting(NamedTuple):
    epochs: int
    dropped: float
    # Deviation of noise on the standardised states, and channels of them left out of a whole clip.
    noise: float = 0
    left_out: float = 0
    # Each time a clip is seen, its tempo changes by up to so much (natural logarithm).
    stretch: float = 0
    hidden: int = 192
    # Whether it also hears what other_speakers.py made.
    others: bool = False


# What keeps three human voices from being learnt by heart does not help where there are six.
FITTING = {
    "zh": [Fitting(6, 0.35, noise=0.3, left_out=0.15), Fitting(6, 0.35, noise=0.3, left_out=0.15, stretch=0.15, hidden=256),
           Fitting(6, 0.25, noise=0.2, left_out=0.1, hidden=384), Fitting(5, 0.35, noise=0.3, left_out=0.15, others=True)],
    "en": [Fitting(8, 0.2), Fitting(8, 0.2, stretch=0.15, hidden=256)],
}


def hears(fitting, clip):
    return fitting.others or not made(clip)


def made(clip):
    return clip["stem"].endswith("other-speakers")


def transcript(clip):
    """None where it cannot be told; nothing where nobody speaks."""
    if clip["dataset"] == "not-speech":
        return []
    if clip.get("unit") == "syllable":
        return [part for part in parts(clip["pinyin"].rstrip("12345")) if part]
    if clip["dataset"] == "fsdd":
        return units(NUMBERS["en"][clip["digit"]], "en")
    return units(clip["text"], clip["lang"])


def load(stems):
    clips, states = [], []
    for stem in stems:
        rows = [json.loads(line) for line in open(f"{stem}.jsonl")]
        total = sum(row["states"] for row in rows)
        values = np.memmap(f"{stem}.f16", dtype="float16", mode="r").reshape(total, -1)
        at = 0
        for row in rows:
            clips.append({**row, "stem": os.path.basename(stem)})
            states.append(values[at:at + row["states"]])
            at += row["states"]
    return clips, states


def initial(key, width, hidden, units):
    keys = jax.random.split(key, 3)
    scale = lambda key, shape: jax.random.normal(key, shape) / np.sqrt(np.prod(shape[:-1]))
    return {
        "project": scale(keys[0], (width, PROJECTED)), "project_bias": jnp.zeros(PROJECTED),
        "hidden": scale(keys[1], (SPAN, PROJECTED, hidden)), "hidden_bias": jnp.zeros(hidden),
        "out": scale(keys[2], (SPAN, hidden, units)), "out_bias": jnp.zeros(units),
    }


def convolve(x, weights, bias):
    return jax.lax.conv_general_dilated(x, weights, (1,), "SAME", dimension_numbers=("NWC", "WIO", "NWC")) + bias


def drop(x, key, share, shape=None):
    return jnp.where(jax.random.bernoulli(key, 1 - share, shape or x.shape), x / (1 - share), 0)


def scores(model, x, there, key=None, fitting=None):
    """`there` is 1 for states and 0 beyond the clip's end, where every layer sees zeros. With a `key`: as when fitting."""
    there = there[..., None]
    if key is not None and fitting.noise:
        key, noise, channels = jax.random.split(key, 3)
        x = x + fitting.noise * jax.random.normal(noise, x.shape)
        x = drop(x, channels, fitting.left_out, (x.shape[0], 1, x.shape[2]))
    keys = jax.random.split(key, 2) if key is not None else None
    x = jax.nn.gelu(x @ model["project"] + model["project_bias"], approximate=False) * there
    x = drop(x, keys[0], fitting.dropped) if keys is not None else x
    x = jax.nn.gelu(convolve(x, model["hidden"], model["hidden_bias"]), approximate=False) * there
    x = drop(x, keys[1], fitting.dropped) if keys is not None else x
    return convolve(x, model["out"], model["out_bias"])


def stretched(clip, least, stretch, rng):
    """The clip's states at another tempo, `least` of them or more."""
    clip = clip.astype("float32")
    count = max(least, round(len(clip) * np.exp(rng.uniform(-stretch, stretch))))
    at = np.linspace(0, len(clip) - 1, count)
    low = np.minimum(at.astype(int), max(0, len(clip) - 2))
    share = (at - low)[:, None].astype("float32")
    return clip[low] * (1 - share) + clip[np.minimum(low + 1, len(clip) - 1)] * share


def batch(chosen, states, labels, mean, deviation):
    length = -(-max(len(states[i]) for i in chosen) // 32) * 32
    letters = 24
    x = np.zeros((len(chosen), length, len(mean)), "float32")
    padded, y, unused = np.ones((len(chosen), length), "float32"), np.zeros((len(chosen), letters), int), np.ones((len(chosen), letters), "float32")
    for row, i in enumerate(chosen):
        n, m = len(states[i]), len(labels[i])
        x[row, :n] = (states[i] - mean) / deviation
        padded[row, :n] = 0
        y[row, :m], unused[row, :m] = labels[i], 0
    return x, padded, y, unused


def fit(ears, labels, units, mean, deviation, fitting):
    """The fitted model; clips in order of length, batches in random order. Each of `ears` has the states of every clip."""
    rng = np.random.default_rng(SEED)
    model = initial(jax.random.PRNGKey(SEED), len(mean), fitting.hidden, units)
    order = sorted(range(len(labels)), key=lambda i: len(ears[0][i]))
    steps = fitting.epochs * -(-len(order) // BATCH)
    optimiser = optax.adamw(optax.warmup_cosine_decay_schedule(0.0, RATE, steps // 20, steps), weight_decay=1e-2)
    memory = optimiser.init(model)

    @jax.jit
    def step(model, memory, key, x, padded, y, unused):
        def loss(model):
            each = optax.ctc_loss(scores(model, x, 1 - padded, key, fitting), padded, y, unused)
            # Where nothing is said, each state counts as a unit: it is easily learnt, and must not teach that faint
            # units are nothing.
            said = (1 - unused).sum(1)
            return (each / jnp.where(said > 0, said, (1 - padded).sum(1))).mean()
        value, slope = jax.value_and_grad(loss)(model)
        change, memory = optimiser.update(slope, memory, model)
        return optax.apply_updates(model, change), memory, value

    key = jax.random.PRNGKey(SEED + 1)
    for epoch in range(fitting.epochs):
        shift = int(rng.integers(BATCH))
        batches = [order[max(0, at):at + BATCH] for at in range(-shift, len(order), BATCH) if at + BATCH > 0]
        total = 0.0
        for index in rng.permutation(len(batches)):
            chosen = batches[index]
            chosen = list(chosen) + list(rng.choice(chosen, BATCH - len(chosen)))
            key, part = jax.random.split(key)
            seen = {i: ears[rng.integers(len(ears))][i] for i in dict.fromkeys(chosen)}
            if fitting.stretch:
                seen = {i: stretched(clip, 2 * len(labels[i]) + 1, fitting.stretch, rng) for i, clip in seen.items()}
            model, memory, value = step(model, memory, part, *batch(chosen, seen, labels, mean, deviation))
            total += float(value)
        print(f"epoch {epoch + 1}: loss {total / len(batches):.3f} a unit", file=sys.stderr, flush=True)
    return model


def stored(index, model, mean, deviation):
    """The tensors of network `index`."""
    model = {name: np.asarray(value) for name, value in model.items()}
    # The standardisation becomes part of the first layer.
    model["project_bias"] = model["project_bias"] - (mean / deviation) @ model["project"]
    model["project"] = model["project"] / deviation[:, None]
    return [(f"{index}.{name}", value.astype("float16" if value.ndim > 1 else "float32"), "F16" if value.ndim > 1 else "F32")
            for name, value in model.items()]


def frequencies(clips, labels, units):
    """The tensor of how frequent each unit is in what was said, none of them never."""
    counts = np.ones(units)
    for clip, said in zip(clips, labels):
        if clip["line"] == "clean" and not made(clip):
            np.add.at(counts, said, 1)
    counts[0] = 0
    return "frequencies", (counts / counts.sum()).astype("float32"), "F32"


def log_probabilities(model, states, mean, deviation):
    run = jax.jit(lambda x, there: jax.nn.log_softmax(scores(model, x, there)))
    out = []
    for clip in states:
        x = np.zeros((1, -(-len(clip) // 32) * 32, clip.shape[1]), "float32")
        x[0, :len(clip)] = (clip - mean) / deviation
        there = (np.arange(x.shape[1]) < len(clip)).astype("float32")[None]
        out.append(np.asarray(run(x, there))[0, :len(clip)])
    return out


def greedy(rows, names):
    best = rows.argmax(1)
    return [names[u] for i, u in enumerate(best) if u and (i == 0 or best[i - 1] != u)]


def errors(said, wanted):
    row = list(range(len(wanted) + 1))
    for i, a in enumerate(said):
        diagonal, row[0] = row[0], i + 1
        for j, b in enumerate(wanted):
            diagonal, row[j + 1] = row[j + 1], min(diagonal + (a != b), row[j] + 1, row[j + 1] + 1)
    return row[-1]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("language")
    arguments.add_argument("out")
    arguments.add_argument("states", nargs="+")
    arguments.add_argument("--given", nargs="+", default=[])
    arguments.add_argument("--judged", nargs="+", default=[])
    arguments.add_argument("--folds")
    arguments.add_argument("--fold", type=lambda groups: [[int(group) for group in groups.split(",")]])
    options = arguments.parse_args()
    clips, states = load(options.states)
    ears = [states] + ([load(options.given)[1]] if options.given else [])
    if [list(map(len, ear)) for ear in ears[1:]] not in ([], [list(map(len, states))]):
        arguments.error("--given: expected the same clips as the other states, each as long")
    written = [transcript(clip) for clip in clips]
    kept = [i for i in range(len(clips)) if written[i] is not None and 2 * len(written[i]) < len(states[i]) <= LONGEST and len(written[i]) <= 24]
    clips, written, *ears = ([rows[i] for i in kept] for rows in (clips, written, *ears))
    states = ears[0]
    names = ["", *sorted({unit for said in written for unit in said})]
    number = {name: index for index, name in enumerate(names)}
    labels = [[number[unit] for unit in said] for said in written]
    print(f"{len(clips)} clips, {len(names)} units", flush=True)
    sample = np.concatenate([clip.astype("float32") for ear in ears for clip in ear[::7]])
    mean, deviation = sample.mean(0), sample.std(0) + 1e-3

    if options.folds:
        more, more_states = load(options.judged)
        groups, heard = voice_groups([*clips, *more]), {}
        for left_out in options.fold or [[group] for group in sorted(set(groups))]:
            held = [(clip, clip_states, said) for clip, clip_states, said, group
                    in zip([*clips, *more], [*states, *more_states], [*written, *map(transcript, more)], groups)
                    if group in left_out and clip["line"] in ("clean", "noisy") and not made(clip)]
            for index, fitting in enumerate(FITTING[options.language]):
                kept = [i for i in range(len(clips)) if groups[i] not in left_out and hears(fitting, clips[i])]
                model = fit([[ear[i] for i in kept] for ear in ears], [labels[i] for i in kept], len(names), mean, deviation, fitting)
                rows = log_probabilities(model, [clip_states for _, clip_states, _ in held], mean, deviation)
                for line in ("clean", "noisy"):
                    of_line = [(said, r) for (clip, _, said), r in zip(held, rows) if clip["line"] == line and said]
                    wrong = sum(errors(greedy(r, names), said) for said, r in of_line)
                    print(f"network {index}, voices {left_out}, {line}: unit error rate "
                          f"{wrong / sum(len(said) for said, _ in of_line):.3f} of {len(of_line)}", flush=True)
                for (clip, *_), r in zip(held, rows):
                    heard[f"{index}/{clip['stem']}/{os.path.basename(clip['path'])}/{clip['line']}"] = r.astype("float16")
        np.savez(options.folds, names=np.array(names), **heard)
        if options.fold:
            return

    # Until it is weighed, what was written and what was spelt count alike.
    weighing = ("weighing", np.array([0.5, 0.5, 0, 0, 0, 0, 1, 0], dtype="float32"), "F32")
    tensors = [weighing, *listed(options.language, number), frequencies(clips, labels, len(names))]
    for index, fitting in enumerate(FITTING[options.language]):
        kept = [i for i in range(len(clips)) if hears(fitting, clips[i])]
        model = fit([[ear[i] for i in kept] for ear in ears], [labels[i] for i in kept], len(names), mean, deviation, fitting)
        tensors += stored(index, model, mean, deviation)
    write(options.out, tensors)


if __name__ == "__main__":
    main()
