"""The clips by which a speller is weighed: those of FOLDS (`spell.py --folds`) that its fit left out, as a manifest.

    spelt_manifest.py LANGUAGE CACHE DATA FOLDS.npz > MANIFEST.jsonl

CACHE holds the synthetic clips, DATA the human ones.
"""
import json
import pathlib
import sys

import numpy as np

language, cache, data, folds = sys.argv[1:]
spelt = {tuple(key.split("/")[:2]) for key in np.load(folds).files if key != "names"}
sources = [(f"{cache}/{folder}/{language}.jsonl", f"{cache}/{folder}", folder) for folder in ("kokoro", "sentences")]
for manifest, base, name in [*sources, (f"{cache}/manifests/{language}-human.jsonl", data, "human")]:
    for clip in map(json.loads, open(manifest)):
        path = pathlib.Path(base, clip["path"]).resolve()
        if (f"{language}-{name}", path.name) in spelt:
            print(json.dumps({**clip, "path": str(path)}, ensure_ascii=False))
