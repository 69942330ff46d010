"""Reads the sounds of short answers (`examples/answer_sounds`) and says what each clip is an answer to."""
import json

import numpy as np

VOICE_GROUPS = 4
MANDARIN = {"一": 1, "幺": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
SYLLABLES = {"yi": "一", "er": "二", "san": "三", "si": "四", "wu": "五", "yao": "幺", "liang": "两", "liu": "六", "qi": "七",
             "ba": "八", "jiu": "九", "shi": "十", "ling": "零", "fen": "分"}
ENGLISH = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
OFF_SCALE = {"零", "六", "七", "八", "九", "十", "分"}


def answer(clip):
    """The answer's name, and its rating or None. Tones are not told apart: the encoder hardly hears them."""
    text = clip["text"] if clip.get("text") else None
    if clip["dataset"] == "fsdd":
        return str(clip["digit"]), clip["digit"] if 1 <= clip["digit"] <= 5 else None
    if clip.get("unit") == "syllable":
        name = SYLLABLES.get(clip["pinyin"][:-1], "other")
        return name, MANDARIN.get(name)
    if clip["lang"] == "zh":
        if text in MANDARIN:
            return text, MANDARIN[text]
        if clip["dataset"] == "kok" and len(text) == 2 and text[1] == "分" and text != "满分":
            return text, MANDARIN.get(text[0])
        if text in SATISFACTION:
            return text, SATISFACTION[text]
        if clip.get("rating"):
            return text, clip["rating"]
        return (text, None) if text in OFF_SCALE else ("other", None)
    if text in ENGLISH:
        return str(ENGLISH[text]), ENGLISH[text] if 1 <= ENGLISH[text] <= 5 else None
    return (text, clip["rating"]) if clip.get("rating") else ("other", None)


SATISFACTION = {"满意": 4, "非常满意": 5, "不满意": 2, "非常不满意": 1, "一般": 3, "比较满意": 4, "很满意": 5, "不太满意": 2,
                "很不满意": 1, "满分": 5}


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
        clips += rows
        sounds.append(np.fromfile(f"{stem}.f16", dtype="float16").reshape(len(rows), -1))
    return clips, np.vstack(sounds).astype("float32")
