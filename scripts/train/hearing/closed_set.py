"""The closed set of answers that the speller tells apart: numbers and words of satisfaction as callers say them, requests,
and common words that are no answer. Built from the grammar's own tables (src/hear/grammar)."""
import itertools
import pathlib
import tomllib

GRAMMAR = pathlib.Path(__file__).resolve().parents[3] / "src" / "hear" / "grammar"
NUMBERS = {
    "zh": ["零", "一", "二", "两", "三", "四", "五", "六", "七", "八", "九", "十", "幺"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
}
MORE_NUMBERS = {"zh": ["百", "千", "半"], "en": ["eleven", "twelve", "twenty", "half"]}
VALUES = {"一": 1, "幺": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
UNITS = {"zh": ["", "分", "星", "颗星"], "en": ["", " stars", " star", " points", " out of five", " out of ten"]}
AROUND_NUMBER = {
    "zh": (["", "我给", "我打", "打", "给", "选", "嗯", "我选", "就", "那就", "我觉得", "应该", "最多", "按", "我说"], ["", "吧", "谢谢"]),
    "en": (["", "a ", "i'd say ", "maybe a ", "number ", "i'd give it a ", "i would say ", "um ", "i give it a ", "it's a ", "probably a ",
            "i think ", "yeah ", "definitely a "], ["", " please", " thanks", " thank you", " i guess"]),
}
AROUND_PHRASE = {
    "zh": (["", "我", "我觉得", "嗯", "总的来说", "这次", "对服务"], ["", "吧", "谢谢"]),
    "en": (["", "i'm ", "i am ", "i was ", "um ", "well "], ["", " thanks", " thank you"]),
}
# What takes back a number, and what may follow it; `{}` are the first number and the last, which counts.
CORRECTIONS = {
    "zh": ["{}，不，{}", "{}，不对，{}", "{}，哦不，{}", "{}，哦不对，{}", "{}，不是，{}", "{}，说错了，{}", "{}，错了，{}", "{}，等等，{}", "{}，等一下，{}",
           "{}，算了，{}", "{}，还是{}", "{}，应该是{}", "{}，我改一下，{}", "{}，改成{}", "{}，按错了，{}", "不是{}，是{}", "不是{}，{}"],
    "en": ["{}, no, {}", "{}, no no, {}", "{}, oh no, {}", "{}, sorry, {}", "{}, no sorry, {}", "{}, wait, {}", "{}, no wait, {}", "{}, hold on, {}",
           "{}, actually, {}", "{}, no actually, {}", "{}, i mean {}", "{}, no i mean {}", "{}, sorry i mean {}", "{}, i meant {}", "{}, sorry i meant {}",
           "{}, make that {}", "{}, make it {}", "{}, or rather {}", "not {}, {}"],
}
CORRECTED = {"zh": (["", "分"], ["", "吧"]), "en": (["", " stars"], [""])}
# Requests by what they mean: how callers lead to them and away from them.
AROUND_REQUEST = {
    "zh": {
        "human": (["", "我", "我要", "我想", "请", "帮我", "给我", "麻烦", "能不能", "可以"], ["", "吧", "谢谢", "服务", "说话"]),
        "repeat": (["", "我", "请", "请你", "麻烦", "麻烦你", "能不能", "可以", "不好意思"], ["", "吧", "谢谢", "好吗", "可以吗"]),
        "later": (["", "我", "我现在", "现在", "请", "你", "不好意思", "那"], ["", "吧", "谢谢", "再打", "再打吧", "再打给我", "给我打"]),
        "no_calls": (["", "你们", "请", "麻烦"], ["", "了"]),
        "wrong_number": (["", "喂", "不好意思"], ["", "吧"]),
    },
    "en": {means: (["", "i want ", "please "], [""]) for means in ("human", "repeat", "later", "no_calls", "wrong_number")},
}
# In English it depends on how the form begins: on this word or, where none fits, as above.
ENGLISH_REQUESTS = [
    ("speak talk file make complain", ["", "i want to ", "i'd like to ", "i would like to ", "i need to ", "can i ", "could i ", "let me "], ["", " please"]),
    ("transfer put connect get call ring phone try say repeat catch give come", ["", "please ", "can you ", "could you ", "you can ", "just "], ["", " please"]),
    ("want need like rather", ["", "i ", "i'd "], ["", " please"]),
    ("human agent operator person representative manager supervisor real live customer your", ["", "a ", "an ", "the ", "i want a ", "get me a ", "get me "], ["", " please"]),
    ("didn't did couldn't can't don't missed do cannot haven't", ["", "i ", "sorry i ", "no i "], ["", " you", " that", " it", " now"]),
    ("busy driving in at not on having eating", ["", "i'm ", "i am ", "sorry i'm "], ["", " now", " right now", " at the moment"]),
    ("i'm what say pardon sorry huh again excuse which is", ["", "sorry "], ["", " please", " now", " right now"]),
    ("bad", ["", "it's a ", "this is a "], ["", " for me"]),
    ("wrong have got", ["", "sorry ", "you ", "you've "], [""]),
]
# Words that begin "not a good time" and such, as callers say them.
BEFORE_TIME = ["", "it's ", "this is ", "now is ", "now's "]
# Syllables from which a request is long.
LONG_REQUEST = 5
# How long from now: before what begins with 后.
DELAYS = ["五分钟", "十分钟", "半小时", "半个小时", "一小时", "一个小时", "两个小时"]
# What is refused is no request: it stands beside what is asked for, which sounds nearly the same.
REFUSALS = {"zh": ["不用", "不需要", "别", "不要", "不想", "别再", "不用再", "别给我", "不要给我", "不用给我"], "en": ["don't ", "please don't ", "no need to ", "i don't want to ", "i don't need to "]}
# Between two numbers, which is no answer.
BETWEEN = {
    "zh": (["{}{}分", "{}{}颗星", "{}到{}分", "{}分到{}分", "{}分或者{}分", "{}或者{}"], ["{}点五分", "{}点五", "{}分半", "{}个半"]),
    "en": (["{} or {}", "{} to {}", "between {} and {}", "{} or maybe {}"], ["{} and a half", "{} point five"]),
}
AROUND_BETWEEN = {
    "zh": (["", "我给", "给", "打", "大概", "我觉得"], ["", "吧"]),
    "en": (["", "a ", "i'd say ", "maybe ", "maybe a ", "somewhere "], ["", " stars"]),
}
# What else is said: words that sound like numbers, replies, counts, and numbers that are none of the scale.
OTHERS = {
    "zh": "不知道 随便 好的 没有 可以 谢谢 再见 你好 不用了 是的 是 喂 好 嗯 啊 不 对 山 事 我 无 气 吃 一直 一次 一点 一个 三个 两次 四点 五天 "
          "五个电话 三四分 十五 二十 一百 不是 就是 师傅 舞 屋 医 散 似 爱 什么 等一下 你说 还行 挺好 很好 不好 太差了 修好了 没修好".split(),
    "en": ["yes", "no", "hello", "hi", "bye", "goodbye", "okay", "sorry", "what", "why", "who", "time", "door", "more", "free", "tree", "true", "run", "sure",
           "none", "wait", "you", "maybe", "thanks", "thank you", "good", "bad", "great", "fine", "huh", "eleven", "twelve", "twenty", "to", "i don't know",
           "not really", "it was good", "it was fine", "hold on", "this", "that", "want", "won", "hive", "fire", "door", "drive", "pretty good", "not bad", "can't complain",
           "i can't complain", "no complaints", "nothing to complain about",
           "one moment", "one second", "one sec", "one minute", "minus one", "minus two"],
}
def table_of(language):
    return tomllib.loads((GRAMMAR / f"{language}.toml").read_text(encoding="utf-8"))


def around_request(form, means, language):
    """What callers say before and after a form of a request."""
    if language == "zh":
        before, after = AROUND_REQUEST[language][means]
        # After what is long little more is said: the tree stays small.
        return before, [""] if len(form) >= LONG_REQUEST else after
    if form.endswith("time") and form.startswith("not"):
        return BEFORE_TIME, [""]
    first = form.split()[0]
    for words, before, after in ENGLISH_REQUESTS:
        if first in words.split():
            return before, after
    return AROUND_REQUEST[language][means]


def spelt(language, kind):
    """The phrases or requests that stand in the closed set."""
    return [listed for listed in table_of(language)[kind] if not listed.get("unspelt")]


def requests(language):
    """What asks for something, in the order of the grammar."""
    found = {}
    for request in spelt(language, "request"):
        for form in request["forms"]:
            before, after = around_request(form, request["means"], language)
            for b, a in itertools.product(before, after):
                found.setdefault(b + form + a)
        for form, delay in itertools.product(request["forms"], DELAYS):
            if form.startswith("后打"):
                found.setdefault(delay + form)
    return found


def answers(language):
    """{text: rating or None}, on the scale from 1 to 5."""
    found = {}
    before, after = AROUND_NUMBER[language]
    for number, unit, b, a in itertools.product(NUMBERS[language], UNITS[language], before, after):
        value = VALUES.get(number) if unit != " out of ten" else None
        found.setdefault(b + number + unit + a, value)
    on_scale = [number for number in NUMBERS[language] if number in VALUES]
    units_of, after = CORRECTED[language]
    for form, first, last, unit, a in itertools.product(CORRECTIONS[language], on_scale, on_scale, units_of, after):
        found.setdefault(form.format(first + unit, last + unit) + a, VALUES[last])
    ranges, halves = BETWEEN[language]
    before, after = AROUND_BETWEEN[language]
    between = [form.format(a, b) for form in ranges for a, b in itertools.product(on_scale, on_scale) if VALUES[b] == VALUES[a] + 1]
    between += [form.format(a) for form in halves for a in on_scale]
    for form, b, a in itertools.product(between, before, after):
        found.setdefault(b + form + a, None)
    before, after = AROUND_PHRASE[language]
    for phrase in spelt(language, "phrase"):
        for form, b, a in itertools.product(phrase["forms"], before, after):
            found.setdefault(b + form + a, phrase["means"])
    for request in requests(language):
        found.setdefault(request, None)
    for request in spelt(language, "request"):
        if request["means"] in ("no_calls", "wrong_number"):
            continue
        for form, before in itertools.product(request["forms"], REFUSALS[language]):
            found.setdefault(before + form, None)
    for other in OTHERS[language]:
        found.setdefault(other, None)
    return found


def has_number(text, language):
    """As `ClosedSet::has_number` in src/hear/closed_set.rs."""
    said = text if language == "zh" else text.replace(",", " ").split()
    return any(number in said for number in [*NUMBERS[language], *MORE_NUMBERS[language]])
