"""Composes what is to be spoken, answers and other talk.

    compose.py sentences|remarks OUT.tsv
    compose.py LIST.tsv OUT.tsv

Same columns as spoken.tsv, whose voices speak them. Sentences are what the speller (`spell.py`) learns from: half are ratings
in the words that carry them, half are lines of our own sentences about after-sales service (../sentiment_training/templates).
By remarks it is weighed what is heard amid other talk (`weigh.py`): half are such lines, half have a rating before or after one. A LIST
(its name ends in `-zh.tsv` or `-en.tsv`) has answers as in tests/data/answers: its lines are spoken as they are, and what each means is
its group; in English those are left out that have a word whose sound is not known. Seeded.
"""
import csv
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from pronounce import phonemes
from sentiment_training import templates

COUNT = {"sentences": 700, "remarks": 480}
LONGEST = {"zh": 14, "en": 45}
DIGITS = {"zh": "一二两三四五六七八九十零", "en": "one two three four five six seven eight nine ten zero".split()}
ON_SCALE_DIGITS = {"zh": "一二两三四五", "en": "one two three four five".split()}
ON_SCALE = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
UNITS = {"zh": ["分", "分", "分", "颗星", "星", ""], "en": ["", "", "", " stars", " out of five", " points"]}
CARRIERS = {
    "zh": ["我给{}", "我打{}", "打{}", "给{}", "{}吧", "就{}吧", "嗯，{}", "我觉得{}", "应该是{}", "那就{}", "我选{}", "{}，谢谢", "我说{}",
           "呃{}吧", "最多{}", "给他{}", "我评{}", "按{}", "我想给{}", "就给{}吧", "服务给{}"],
    "en": ["I'd say {}", "maybe a {}", "a {}", "{} please", "{} thanks", "I'd give it a {}", "I would say {}", "um, {}", "I give it a {}", "it's a {}",
           "probably a {}", "I think {}", "yeah, {}", "definitely a {}", "{} I guess", "number {}", "let's say {}", "my answer is {}", "I'd go with {}"],
}
CORRECTIONS = {
    "zh": ["{}，不对，{}", "{}，哦不，{}", "不是{}，是{}", "{}，等等，{}", "{}，说错了，{}"],
    "en": ["{}, no, {}", "{}, sorry, {}", "{}, wait, {}", "not {}, {}", "{}, I meant {}", "{}, make that {}"],
}
PHRASES = {
    "zh": {"满意": 4, "非常满意": 5, "很满意": 5, "比较满意": 4, "一般": 3, "不太满意": 2, "不满意": 2, "非常不满意": 1, "很不满意": 1,
           "满分": 5, "特别满意": 5, "挺满意": 4, "还算满意": 4, "十分满意": 5, "特别不满意": 1, "不怎么满意": 2},
    "en": {"satisfied": 4, "very satisfied": 5, "quite satisfied": 4, "fairly satisfied": 4, "neutral": 3, "average": 3, "dissatisfied": 2,
           "not satisfied": 2, "not very satisfied": 2, "very dissatisfied": 1, "not satisfied at all": 1, "extremely satisfied": 5,
           "unsatisfied": 2, "completely satisfied": 5, "somewhat dissatisfied": 2, "extremely dissatisfied": 1},
}
AROUND = {
    "zh": ["{}", "我{}", "我觉得{}", "{}吧", "嗯，{}", "总的来说{}", "这次{}", "对服务{}", "{}，谢谢"],
    "en": ["{}", "I'm {}", "I am {}", "I was {}", "um, {}", "well, {}", "{}, thanks", "overall I'm {}", "I would say {}"],
}
REQUESTS = {
    "zh": ["转人工", "我要转人工", "人工客服", "我要找客服", "我要投诉", "请再说一遍", "没听清楚", "再重复一遍", "稍后再打", "我现在没空",
           "我在开车", "晚点再打给我", "什么意思", "找你们经理", "我不知道", "不需要了", "你打错了", "等一下", "喂，你好", "不方便"],
    "en": ["operator", "I want to speak to a person", "agent please", "a human please", "customer service", "your manager please", "I want to complain",
           "say that again please", "can you repeat that", "I didn't catch that", "pardon", "call me later", "I'm busy", "I'm driving", "not now",
           "what was the question", "I don't know", "hold on", "hello, who is this", "wrong number"],
}
# A rating beside a remark, which comes first or last.
BESIDE = {
    "zh": ["{rating}，{remark}", "{remark}，{rating}", "{rating}吧，{remark}", "{remark}，给{rating}", "{remark}，就{rating}吧", "我给{rating}，{remark}",
           "{rating}，因为{remark}", "{remark}，所以{rating}", "{remark}，我觉得{rating}"],
    "en": ["{rating}, {remark}", "{remark}, {rating}", "I'd say {rating}, {remark}", "{remark}, so {rating}", "{rating} because {remark}",
           "{remark}, I'd give it {rating}", "{remark}, I think {rating}"],
}
# What may be meant as a rating itself, which a remark must not be.
RATING_WORDS = {"zh": ["满意", "分", "星", "一般"], "en": ["satisf", "point", "star", "out of", "neutral", "average", "fair", "rate", "rating"]}


def answer(rng, language):
    """A text, and its rating or None."""
    number = lambda: rng.choice(DIGITS[language])
    units = UNITS[language]
    kind = rng.random()
    if kind < 0.55:
        digit, unit = number(), rng.choice(units)
        return rng.choice(CARRIERS[language]).format(digit + unit), ON_SCALE.get(digit)
    if kind < 0.65:
        unit = units[0]
        first, second = number() + unit, number()
        return rng.choice(CORRECTIONS[language]).format(first, second + unit), ON_SCALE.get(second)
    if kind < 0.88:
        phrase, rating = rng.choice(list(PHRASES[language].items()))
        return rng.choice(AROUND[language]).format(phrase), rating
    return rng.choice(REQUESTS[language]), None


def remark(rng, language, talk, with_rating):
    """One of the lines in `talk`, with a rating beside it or not, and the rating."""
    said = rng.choice(talk)
    if not with_rating:
        return said, None
    if rng.random() < 0.2:
        words, rating = rng.choice(list(PHRASES[language].items()))
    else:
        digit = rng.choice(list(ON_SCALE_DIGITS[language]))
        words, rating = digit + rng.choice(UNITS[language]), ON_SCALE[digit]
    return rng.choice(BESIDE[language]).format(rating=words, remark=said), rating


def composed(kind, language, rng):
    """Texts, their ratings, and their group."""
    talk = [text for text, *_ in templates.rows(language, 2, 20) if 2 < len(text) <= LONGEST[language] and (language == "zh" or phonemes(text))]
    plain = [text for text in talk if not any(word in text.lower() for word in RATING_WORDS[language])]
    for index in range(COUNT[kind]):
        if kind == "remarks":
            text, rating = remark(rng, language, plain, index % 2)
        else:
            text, rating = answer(rng, language) if index % 2 else (rng.choice(talk), None)
        yield text, rating, kind.removesuffix("s")


def listed(path, language):
    """The same of a list of answers, if it is in this language."""
    if path.endswith(f"{language}.tsv"):
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            text, meant, *_ = line.split("\t")
            if language == "zh" or phonemes(text):
                yield text, next((part for part in meant.split("+") if part.isdigit()), None), meant


def main():
    kind, out = sys.argv[1:]
    rng = random.Random({"sentences": 20, "remarks": 21}.get(kind, 22))
    spoken = csv.DictReader(open(pathlib.Path(__file__).with_name("spoken.tsv"), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    voices = {"zh": set(), "en": set()}
    for row in spoken:
        voices[row["language"]].add(row["voice"])
    with open(out, "w", newline="") as file:
        out = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\")
        out.writerow(["language", "voice", "text", "phonemes", "rating", "group", "speed", "ending"])
        for language in ("zh", "en"):
            speakers = sorted(voices[language])
            rows = composed(kind, language, rng) if kind in COUNT else listed(kind, language)
            for text, rating, group in rows:
                sound = "" if language == "zh" else phonemes(text)
                speed, ending = rng.choice(["0.85", "0.95", "1.1", "1.25"]), rng.choice(".!,")
                out.writerow([language, rng.choice(speakers), text, sound, rating or "", group, speed, ending])


if __name__ == "__main__":
    main()
