"""Answers that are found amid other talk, wherever, first or last, and their rivals: what sounds like a part of one there and is none."""
import itertools

from closed_set import CORRECTIONS, NUMBERS, VALUES, has_number, table_of

# In longer answers.
MORE_CORRECTIONS = {
    "zh": ["{}，不不，{}", "{}，不对，应该是{}", "{}，不对，还是{}", "{}，等等，还是{}", "{}，等一下，还是{}", "{}，不，还是{}", "{}，说错了，是{}", "{}，哦不，还是{}"],
    "en": ["{}, um, no, {}", "{}, uh, no, {}", "{}, hmm, no, {}", "{}, er, no, {}", "{}, no, um, {}", "{}, um, sorry, {}", "{}, um, actually, {}", "{}, uh, actually, {}",
           "{}, no, i'd say {}", "{}, no, make it {}", "{}, no, make that {}", "{}, no, let's say {}", "{}, no, rather {}"],
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
# ends a sentence too often (the blue one, that too), in Mandarin all of them, after what leads to one (给个, 我打) as well. What has a unit counts more there than
# elsewhere: it is what is meant of several (三分有点低，四分吧). What may stand before a number, its units, and what may follow.
FIRST = {"zh": [], "en": ["", "a ", "um ", "yeah ", "oh ", "er ", "well "]}
LAST = {
    "zh": [([""], ["分", "星", "颗星"], ["", "吧", "嘛", "啊", "了", "呢", "咯", "好了", "算了", "谢谢"])],
    "en": [(["", "a ", "so ", "so a ", "just ", "just a ", "only a ", "then "], [""],
            ["", " please", " thanks", " thank you", " i suppose", " i guess", " i think", " yeah", " then", " mate", " from me", " for me", " overall", " really", " i'd say"])],
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
    "zh": ["加", "再加", "扣", "减", "少", "差", "什么", "上次给", "本来"],
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
          "一切 意思 一行 一心 隐形 引擎 上心 三心二意 一次性 实心 空心 分心 信心 满不满意".split(),
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


def counted(language):
    return [number + unit for number, unit in itertools.product(NUMBERS[language], COUNTED[language])]


def rivals(language):
    """{text: None} of what is no answer and sounds like the beginning or the end of one: what is counted, and turns of speech."""
    found = counted(language)
    found += [TENS[language] + number + unit for number, unit in itertools.product(NUMBERS[language], SPOTTED_UNITS[language]) if TENS[language]]
    found += [form for form in table_of(language)["noise"]
              if has_number(form, language) or any(word in form for word in SPOTTED_PHRASES[language])]
    answers = spotted(language)
    return {form: None for form in [*found, *SOUNDS_LIKE[language]] if form not in answers}


def first(language):
    """{text: rating or None} of the bare numbers that are found at the beginning of other talk."""
    return {before + number: VALUES.get(number) for number, before in itertools.product(NUMBERS[language], FIRST[language])}


def not_first(language):
    """{text: None} of what sounds like one there: what is counted, numbers in a row, and turns of speech."""
    rows = [f"{a} {b}" for a, b in itertools.permutations(NUMBERS[language], 2)]
    turns = [form for form in table_of(language)["noise"] if has_number(form, language)]
    return {form: None for form in [*counted(language), *rows, *turns, *NOT_FIRST[language]]}


def last(language):
    """{text: rating or None} of the numbers that are found at the end of other talk."""
    return {b + number + unit + a: VALUES.get(number)
            for before, units, after in LAST[language] for number, b, unit, a in itertools.product(NUMBERS[language], before, units, after)
            if b or unit or number not in NEVER_LAST_ALONE[language]}


def not_last(language):
    """{text: None} of what sounds like one there: numbers after what makes them none, and other words."""
    unit = {"zh": "{}{}分", "en": "{} {}"}[language]
    found = [unit.format(before, number) for before, number in itertools.product(BEFORE_COUNT[language], NUMBERS[language])]
    return {form: None for form in [*found, *NOT_LAST[language]]}


# Where answers are found amid other talk: their set, and that of their rivals there.
PLACED = [("spotted", spotted, "rivals", rivals), ("last", last, "last_rivals", not_last), ("first", first, "first_rivals", not_first)]
