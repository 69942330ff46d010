"""Gives a fitted speller the trees of answers as closed_set.py and amid_talk.py have them now; networks and weighing stay as they are.

    retree.py LANGUAGE models/speller-LANGUAGE.safetensors

The numbers of the units are taken from the answers that the file has. After larger changes weigh anew (weigh.py).
"""
import sys

from pronounce import units
from tensors import read, write
from trees import listed


def main():
    language, path = sys.argv[1:]
    tensors = read(path)
    before = next(values for name, values, _ in tensors if name == "answers").tobytes().decode()
    number = {}
    for line in before.splitlines():
        text, numbers = line.split("\t")
        number.update(zip(units(text, language), map(int, numbers.split())))
    trees = listed(language, number)
    print(f"{len(before.splitlines())} sounds of answers before, {trees[0][1].tobytes().count(10) + 1} now")
    write(path, [tensor for tensor in tensors if tensor[0] not in [name for name, *_ in trees]] + trees)


if __name__ == "__main__":
    main()
