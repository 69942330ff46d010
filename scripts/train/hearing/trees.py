"""The sounds of answers and their rivals, set by set: what a speller's file lists (src/hear/spell/listed.rs)."""
import numpy as np
from amid_talk import PLACED
from closed_set import answers
from pronounce import units


def spelt(language, number, answers=answers):
    """(text, rating or None, numbers of its units) of each sound that an answer can have, `number` by unit.

    What sounds the same stands once, and as a rating if it can be one: where a rating is asked for, wu is no dance.
    """
    found = {}
    for text, rating in sorted(answers(language).items(), key=lambda answer: answer[1] is None):
        said = units(text, language)
        if said and all(unit in number for unit in said):
            found.setdefault(tuple(number[unit] for unit in said), (text, rating))
    return [(text, rating, said) for said, (text, rating) in found.items()]


def trees(language, number):
    """What `spelt` gives of each set, by its name. What sounds the same as an answer is no rival of it."""
    found = {"answers": spelt(language, number)}
    for name, answers_of, rivals_name, rivals_of in PLACED:
        found[name] = spelt(language, number, answers_of)
        sounds = {said for *_, said in found[name]}
        found[rivals_name] = [rival for rival in spelt(language, number, rivals_of) if rival[2] not in sounds] if sounds else []
    return found


def listed(language, number):
    """The tensors of all sets, a line an answer: its text, and the numbers of its units."""
    def tensor(closed):
        lines = "\n".join(f"{text}\t{' '.join(map(str, said))}" for text, _, said in closed)
        return np.frombuffer(lines.encode(), dtype="uint8")
    return [(name, tensor(closed), "U8") for name, closed in trees(language, number).items()]
