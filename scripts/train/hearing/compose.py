"""Composes whole Mandarin sentences to be spoken, answers and other talk: what the speller (`spell.py`) learns from.

    compose.py OUT.tsv

Same columns as spoken.tsv, whose voices speak them. Half are ratings in the words that carry them, half are lines of our
own sentences about after-sales service (../sentiment_training/templates). Seeded.
"""
import csv
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from sentiment_training import templates

COUNT = 700
LONGEST = 14
DIGITS = "一二两三四五六七八九十零"
ON_SCALE = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
UNITS = ["分", "分", "分", "颗星", "星", ""]
CARRIERS = ["我给{}", "我打{}", "打{}", "给{}", "{}吧", "就{}吧", "嗯，{}", "我觉得{}", "应该是{}", "那就{}", "我选{}", "{}，谢谢", "我说{}",
            "呃{}吧", "最多{}", "给他{}", "我评{}", "按{}", "我想给{}", "就给{}吧", "服务给{}"]
CORRECTIONS = ["{}，不对，{}", "{}，哦不，{}", "不是{}，是{}", "{}，等等，{}", "{}，说错了，{}"]
PHRASES = {"满意": 4, "非常满意": 5, "很满意": 5, "比较满意": 4, "一般": 3, "不太满意": 2, "不满意": 2, "非常不满意": 1, "很不满意": 1,
           "满分": 5, "特别满意": 5, "挺满意": 4, "还算满意": 4, "十分满意": 5, "特别不满意": 1, "不怎么满意": 2}
AROUND = ["{}", "我{}", "我觉得{}", "{}吧", "嗯，{}", "总的来说{}", "这次{}", "对服务{}", "{}，谢谢"]
REQUESTS = ["转人工", "我要转人工", "人工客服", "我要找客服", "我要投诉", "请再说一遍", "没听清楚", "再重复一遍", "稍后再打", "我现在没空",
            "我在开车", "晚点再打给我", "什么意思", "找你们经理", "我不知道", "不需要了", "你打错了", "等一下", "喂，你好", "不方便"]


def answer(rng):
    """A text, and its rating or None."""
    number = lambda: rng.choice(DIGITS)
    kind = rng.random()
    if kind < 0.55:
        digit, unit = number(), rng.choice(UNITS)
        return rng.choice(CARRIERS).format(digit + unit), ON_SCALE.get(digit)
    if kind < 0.65:
        first, second = number() + "分", number()
        return rng.choice(CORRECTIONS).format(first, second + "分"), ON_SCALE.get(second)
    if kind < 0.88:
        phrase, rating = rng.choice(list(PHRASES.items()))
        return rng.choice(AROUND).format(phrase), rating
    return rng.choice(REQUESTS), None


def main():
    rng = random.Random(20)
    spoken = csv.DictReader(open(pathlib.Path(__file__).with_name("spoken.tsv"), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    voices = sorted({row["voice"] for row in spoken if row["language"] == "zh"})
    talk = [text for text, *_ in templates.rows("zh", 2, 20) if 2 < len(text) <= LONGEST]
    with open(sys.argv[1], "w", newline="") as file:
        out = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\")
        out.writerow(["language", "voice", "text", "phonemes", "rating", "group", "speed", "ending"])
        for index in range(COUNT):
            text, rating = answer(rng) if index % 2 else (rng.choice(talk), None)
            speed, ending = rng.choice(["0.85", "0.95", "1.1", "1.25"]), rng.choice(".!,")
            out.writerow(["zh", rng.choice(voices), text, "", rating or "", "sentence", speed, ending])


if __name__ == "__main__":
    main()
