"""The closed set of answers that the speller tells apart: numbers and words of satisfaction as callers say them, requests,
and common words that are no answer. Built from the grammar's own tables (src/hear/grammar)."""
import itertools
import pathlib
import tomllib

import numpy as np
from pronounce import units

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
# In longer answers.
MORE_CORRECTIONS = {
    "zh": ["{}，不不，{}", "{}，不对，应该是{}", "{}，不对，还是{}", "{}，等等，还是{}", "{}，等一下，还是{}", "{}，不，还是{}", "{}，说错了，是{}", "{}，哦不，还是{}"],
    "en": ["{}, um, no, {}", "{}, uh, no, {}", "{}, hmm, no, {}", "{}, er, no, {}", "{}, no, um, {}", "{}, um, sorry, {}", "{}, um, actually, {}", "{}, uh, actually, {}",
           "{}, no, i'd say {}", "{}, no, make it {}", "{}, no, make that {}", "{}, no, let's say {}", "{}, no, rather {}"],
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
# What is listened for amid other talk: long enough not to be said by chance, and what sounds like the beginning or the end of it and is none.
SPOTTED_UNITS = {"zh": ["分", "星", "颗星"], "en": [" stars", " star", " points", " out of five", " out of ten"]}
# What a bare number is found after.
SPOTTED_AFTER = {
    "zh": [],
    "en": ["give it a ", "give you a ", "give him a ", "give her a ", "give them a ", "give that a ", "give this a ", "say a ", "it's a ", "maybe a ",
           "probably a ", "definitely a ", "go with a ", "a solid ", "give it ", "i'd say ", "i would say ", "number ", "i'd go ", "i'll go ", "i'd go for a ", "call it ",
           "call it a ", "i'm saying ", "let's say ", "let's say a ", "i'll say ", "make it a ", "gotta be a ", "has to be a ", "have to be a ", "i'll give it "],
}
SPOTTED_PHRASES = {"zh": ["满意", "满分", "最高分", "最低分"], "en": ["satisfied", "full marks", "top marks", "full score", "lowest score", "perfect score"]}
# What a number has that takes back another; and which numbers off the scale do.
SPOTTED_CORRECTED = {"zh": ["分"], "en": [" stars", ""]}
OFF_SCALE_CORRECTED = {"zh": [], "en": ["zero", "six", "seven", "eight", "nine", "ten"]}
# A bare number is found only where it is said first or last: what may stand before and after it. Without a word before it, what sounds like some numbers
# ends a sentence too often (the blue one, that too).
FIRST = {"zh": [], "en": ["", "a ", "um ", "yeah ", "oh ", "er ", "well "]}
LAST = {
    "zh": ([], []),
    "en": (["", "a ", "so ", "so a ", "just ", "just a ", "only a ", "then "],
           ["", " please", " thanks", " thank you", " i suppose", " i guess", " i think", " yeah", " then", " mate", " from me", " for me", " overall", " really", " i'd say"]),
}
NEVER_LAST_ALONE = {"zh": [], "en": ["one", "two"]}
# What sounds like them there and is none, beside what is counted.
NOT_FIRST = {
    "zh": [],
    "en": "for the|for me|for a|for all|for that|for some|for one|to be|to the|to me|to get|to do|to have|one of|won't|wonder|wonderful|too bad|too much|too many|too long|too late|"
          "too expensive|two of|fight|fighting|fine|find|four of|forgot|forever|form|fortunately|three of|free|through|thirty|fifteen|fourteen|threw|twenty|tomorrow|together|today|once|"
          "once again|want|wanted|want to|one day|one time|five of|fired".split("|"),
}
BEFORE_COUNT = {
    "zh": [],
    "en": ["at", "by", "after", "until", "till", "past", "before", "about", "around", "number", "last", "all", "every", "between", "and", "or", "to", "nearly", "like", "only", "half past",
           "in", "on", "with", "of", "the", "those", "these", "minus", "plus", "above", "below", "under", "over", "to a"],
}
NOT_LAST = {
    "zh": [],
    "en": "no one|this one|that one|another one|new one|old one|which one|wrong one|right one|good one|each one|every one|anyone|someone|everyone|the one|last one|other one|big one|first one|"
          "second one|next one|same one|different one|small one|only one|long one|cheap one|better one|bad one|won|for one|as one|at one|just won|me too|you too|had to|want to|going to|"
          "have to|need to|able to|supposed to|used to|it too|that too|them too|both too|got to|like to|trying to|spoke to|talk to|talking to|speaking to|listening to|just to|so to|so much|"
          "then to|waited for|waiting for|paid for|asked for|hoping for|looking for|what for|before|therefore|care for|call for|here for|there for|it for|that for|them for|in for|out for|"
          "free|for free|alive|arrive|drive|arrived|live|hive|door|floor|more|poor|sure|your|war|store|anymore|late|eight|ate|weight|great|wait|fine|line|time|mine|then|when|again|men|"
          "even|heaven|fix|fixed|sick|tree|agree|see|me|be|he|she|we|degree|key|tea|through|do|you|new|blue|who|shoe|view|knew|fun|done|run|gone|son|gun|phone".split("|"),
}
SOUNDS_LIKE = {
    "zh": "部分 充分 过分 身份 时分 几分 加分 扣分 减分 评分 打分 得分 高分 低分 良心 放心 安心 用心 关心 费心 担心 小心 中心 无心 死心 操心 耐心 粗心 省心 真心 热心 "
          "可行 不行 自行 进行 银行 流行 星期 公式 事情 心情 风险 顺心 五金 无线 一线 不买 再也不买 不买你 没买 不慢 已经 恶心 伤心 实行 失信 私心 疑心 异性 我行 武警 买一 卖一 慢一点 "
          "一切 意思 一行 一心 隐形 引擎 上心 三心二意 一次性 实心 空心 分心 信心".split(),
    "en": "for starters|movie star|all star|start again|point out|pointed out|at this point|at that point|out of order|out of office|out of focus|"
          "give it a try|give it a go|give it up|give it back|give it away|it's a shame|it's a pity|it's a fine|it's a free|it's a freezer|it's a fridge|it's a tool|it's a door|"
          "it's a fire|it's a phone|it's a form|it's a thorough|maybe a few|say thanks|i'd say thanks|i'd say so|i'd say it|dissatisfaction|satisfaction|satisfactory|satisfying".split("|"),
}
COUNTED = {
    "zh": "分钟 分之 分钱 分半 分多 星级 星期 颗星级 个 次 小时 个小时 天 点 年 月 周 遍 趟 回 块 块钱 百 千 万 台 位 号 楼 种 样 条 家 件 套 道 度 倍 口 只 张 盒 箱 元 米 斤 折 "
          "秒 毛 部 间 层 杯 瓶 袋 把 双 根 片 句 人 岁 季 起 边 直 下 些".split(),
    "en": [" hours", " hour", " days", " day", " weeks", " week", " minutes", " minute", " months", " years", " year", " times", " people", " guys", " men", " visits", " calls",
           " of them", " of us", " of the", " things", " more", " more times", " hundred", " thousand", " dollars", " pounds", " percent", " o'clock", " and a half", " point five",
           " in the morning", " different", " other", " big", " little", " new", " old", " rooms", " floors", " doors", " phone calls", " emails", " parts", " screws", " way",
           " thing", " man", " bit", " off", " star hotel", " door", " piece", " engineers", " technicians", " points off", " star off", " stars off"],
}
TENS = {"zh": "十", "en": ""}


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


def spelt_requests(language):
    return [request for request in table_of(language)["request"] if not request.get("unspelt")]


def requests(language):
    """What asks for something, in the order of the grammar."""
    found = {}
    for request in spelt_requests(language):
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
    for phrase in table_of(language)["phrase"]:
        for form, b, a in itertools.product(phrase["forms"], before, after):
            found.setdefault(b + form + a, phrase["means"])
    for request in requests(language):
        found.setdefault(request, None)
    for request in spelt_requests(language):
        if request["means"] in ("no_calls", "wrong_number"):
            continue
        for form, before in itertools.product(request["forms"], REFUSALS[language]):
            found.setdefault(before + form, None)
    for other in OTHERS[language]:
        found.setdefault(other, None)
    return found


def spotted(language):
    """{text: rating or None} of the answers that are found amid other talk: numbers with their units, and words of satisfaction."""
    found = {number + unit: VALUES.get(number) if unit != " out of ten" else None
             for number, unit in itertools.product(NUMBERS[language], SPOTTED_UNITS[language])}
    for before, number in itertools.product(SPOTTED_AFTER[language], NUMBERS[language]):
        found.setdefault(before + number, VALUES.get(number))
    # What takes back a number makes it none.
    on_scale = [number for number in NUMBERS[language] if number in VALUES]
    forms, numbers = [*CORRECTIONS[language], *MORE_CORRECTIONS[language]], [*on_scale, *OFF_SCALE_CORRECTED[language]]
    for form, first, last, unit in itertools.product(forms, on_scale, numbers, SPOTTED_CORRECTED[language]):
        found.setdefault(form.format(first + unit, last + unit), VALUES.get(last))
    for phrase in table_of(language)["phrase"]:
        for form in phrase["forms"]:
            if any(word in form for word in SPOTTED_PHRASES[language]) and not phrase.get("implied"):
                found.setdefault(form, phrase["means"])
    return found


def rivals(language):
    """{text: None} of what is no answer and sounds like the beginning or the end of one: what is counted, and turns of speech."""
    found = [number + unit for number, unit in itertools.product(NUMBERS[language], COUNTED[language])]
    found += [TENS[language] + number + unit for number, unit in itertools.product(NUMBERS[language], SPOTTED_UNITS[language]) if TENS[language]]
    found += [form for form in table_of(language)["noise"]
              if has_number(form, language) or any(word in form for word in SPOTTED_PHRASES[language])]
    answers = spotted(language)
    return {form: None for form in [*found, *SOUNDS_LIKE[language]] if form not in answers}


def first(language):
    """{text: rating or None} of the bare numbers that are found at the beginning of other talk."""
    return {before + number: VALUES.get(number) for number, before in itertools.product(NUMBERS[language], FIRST[language])}


def not_first(language):
    counted = [number + unit for number, unit in itertools.product(NUMBERS[language], COUNTED[language])]
    rows = [f"{a} {b}" for a, b in itertools.permutations(NUMBERS[language], 2)]
    turns = [form for form in table_of(language)["noise"] if has_number(form, language)]
    return {form: None for form in [*counted, *rows, *turns, *NOT_FIRST[language]]}


def last(language):
    """{text: rating or None} of the bare numbers that are found at its end."""
    before, after = LAST[language]
    return {b + number + a: VALUES.get(number) for number, b, a in itertools.product(NUMBERS[language], before, after)
            if b or number not in NEVER_LAST_ALONE[language]}


def not_last(language):
    found = [f"{before} {number}" for before, number in itertools.product(BEFORE_COUNT[language], NUMBERS[language])]
    return {form: None for form in [*found, *NOT_LAST[language]]}


def has_number(text, language):
    """As `ClosedSet::has_number` in src/hear/closed_set.rs."""
    said = text if language == "zh" else text.replace(",", " ").split()
    return any(number in said for number in [*NUMBERS[language], *MORE_NUMBERS[language]])


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


# Where answers are found amid other talk: their set, and that of their rivals there.
PLACED = [("spotted", spotted, "rivals", rivals), ("last", last, "last_rivals", not_last), ("first", first, "first_rivals", not_first)]


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
