"""Reads the sounds of short answers (`examples/answer_sounds`) and says what each clip is an answer to."""
import json
import os

import numpy as np

VOICE_GROUPS = 4
NUMBERS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}


def answer(clip):
    """The name of an English answer, and its rating or None."""
    if clip["dataset"] == "fsdd":
        return str(clip["digit"]), clip["digit"] if 1 <= clip["digit"] <= 5 else None
    text = clip["text"]
    if text in NUMBERS:
        return str(NUMBERS[text]), NUMBERS[text] if 1 <= NUMBERS[text] <= 5 else None
    return (text, clip["rating"]) if clip.get("rating") else ("other", None)


def speaker(clip):
    """Who speaks; mixtures of voices count as the first of them."""
    return clip["speaker"].split("+")[0] if clip["dataset"] == "kok" else clip["dataset"] + clip["speaker"]


def voice_groups(clips):
    """Synthetic voices, and kinds of what is no speech, in four groups; human speakers one by one, or if there are many two by two."""
    speakers = sorted({speaker(clip) for clip in clips})
    human = [name for name in speakers if name.startswith(("cmn", "fsdd", "syllables"))]
    synthetic = [name for name in speakers if name not in human]
    group = {name: index % VOICE_GROUPS for index, name in enumerate(synthetic)}
    step = 2 if len(human) > 3 else 1
    group.update({name: VOICE_GROUPS + index // step for index, name in enumerate(human)})
    return np.array([group[speaker(clip)] for clip in clips])


def load(stems):
    clips, sounds = [], []
    for stem in stems:
        rows = [json.loads(line) for line in open(f"{stem}.jsonl")]
        clips += [{**row, "stem": os.path.basename(stem)} for row in rows]
        sounds.append(np.fromfile(f"{stem}.f16", dtype="float16").reshape(len(rows), -1))
    return clips, np.vstack(sounds).astype("float32")
