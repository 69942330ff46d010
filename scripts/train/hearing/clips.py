"""Who speaks in a clip, and which voices are left out together."""
import numpy as np

VOICE_GROUPS = 4


def speaker(clip):
    """Mixtures of voices count as the first of them."""
    return clip["speaker"].split("+")[0] if clip["dataset"] == "kok" else clip["dataset"] + clip["speaker"]


def voice_groups(clips):
    """Synthetic voices in four groups; human speakers, of whom there are few, two by two."""
    speakers = sorted({speaker(clip) for clip in clips})
    human = [name for name in speakers if name.startswith(("cmn", "fsdd"))]
    synthetic = [name for name in speakers if name not in human]
    group = {name: index % VOICE_GROUPS for index, name in enumerate(synthetic)}
    step = 2 if len(human) > 2 else 1
    group.update({name: VOICE_GROUPS + index // step for index, name in enumerate(human)})
    return np.array([group[speaker(clip)] for clip in clips])
