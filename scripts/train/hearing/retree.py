"""Gives a fitted speller the tree of answers as closed_set.py has it now; networks and weighing stay as they are.

    retree.py LANGUAGE models/speller-LANGUAGE.safetensors

The numbers of the units are taken from the answers that the file has. After larger changes weigh anew (weigh.py).
"""
import sys

import numpy as np

from closed_set import spelt
from pronounce import units
from tensors import read, write


def main():
    language, path = sys.argv[1:]
    tensors = read(path)
    listed = next(values for name, values, _ in tensors if name == "answers").tobytes().decode()
    number = {}
    for line in listed.splitlines():
        text, numbers = line.split("\t")
        number.update(zip(units(text, language), map(int, numbers.split())))
    closed = spelt(language, number)
    print(f"{len(listed.splitlines())} sounds of answers before, {len(closed)} now")
    lines = "\n".join(f"{text}\t{' '.join(map(str, said))}" for text, _, said in closed).encode()
    write(path, [(name, np.frombuffer(lines, dtype="uint8") if name == "answers" else values, kind) for name, values, kind in tensors])


if __name__ == "__main__":
    main()
