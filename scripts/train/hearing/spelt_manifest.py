"""The clips by which a speller is weighed: those of FOLDS (`spell.py --folds`) that its fit left out, as a manifest.

    spelt_manifest.py LANGUAGE CACHE DATA FOLDS.npz > MANIFEST.jsonl

CACHE holds the clips made or fetched by these scripts, DATA the others. Tones are not told apart: a syllable in any tone counts as the number,
and other words that sound just like a rating (won, one; 医, 一) are left out.
"""
import json
import pathlib
import sys

import numpy as np
from spell import transcript
from trees import spelt

language, cache, data, folds = sys.argv[1:]
folds = np.load(folds)
heard = {tuple(key.split("/")[1:3]) for key in folds.files if key != "names"}
number = {name: index for index, name in enumerate(folds["names"])}
ratings = {said: rating for _, rating, said in spelt(language, number)}
made = ("kokoro", "sentences", "remarks", "syllables", "no-answers")
sources = [(f"{cache}/{folder}/{language}.jsonl", f"{cache}/{folder}", folder) for folder in made]
for manifest, base, name in [*sources, (f"{cache}/manifests/{language}-human.jsonl", data, "human")]:
    for clip in map(json.loads, open(manifest) if pathlib.Path(manifest).is_file() else ()):
        path = pathlib.Path(base, clip["path"]).resolve()
        if (f"{language}-{name}", path.name) not in heard:
            continue
        sounds_like = ratings.get(tuple(number[unit] for unit in transcript(clip)))
        if clip.get("unit") == "syllable":
            clip["digit"] = sounds_like
        elif sounds_like and not clip.get("rating") and not clip.get("digit"):
            continue
        print(json.dumps({**clip, "path": str(path)}, ensure_ascii=False))
