"""What a speech recogniser makes of a word: characters swapped for others of the same (toneless) sound.

The confusion table is computed: common characters grouped by their pinyin without tone (pypinyin), with the
confusions of southern accents (z/zh, c/ch, s/sh, n/l, in/ing, en/eng) folded together.
"""

import functools
from collections import defaultdict

from pypinyin import Style, lazy_pinyin

from . import templates, text

# Recognisers write frequent characters: those that a wrong guess is likely to be.
FREQUENT = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多"
    "经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明"
    "性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世"
    "位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量"
    "再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完"
    "设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔福富服付妇富复慢满漫意一以已易"
    "渣茶查差插叉查姿自字资师狮湿是事室市付负父夫傅福辅态太泰台耐奈内心新欣信尽进近劲静细系西希喜息专砖转赚业夜也叶页"
)


def _sound(char):
    pinyin = lazy_pinyin(char, style=Style.NORMAL)[0]
    for old, new in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if pinyin.startswith(old):
            pinyin = new + pinyin[2:]
    if pinyin.startswith("n"):
        pinyin = "l" + pinyin[1:]
    for old, new in (("ing", "in"), ("eng", "en")):
        if pinyin.endswith(old):
            pinyin = pinyin[: -len(old)] + new
    return pinyin


@functools.cache
def table():
    slots, sections = templates.read("zh")
    own = "".join("".join(v) for v in slots.values()) + "".join("".join(p) for _, _, p in sections)
    groups = defaultdict(set)
    for char in sorted(set(FREQUENT + own)):
        if text.is_han(char):
            groups[_sound(char)].add(char)
    return {c: sorted(group - {c}) for group in groups.values() for c in group if len(group) > 1}


# Swapping one of these makes another sentence, not a mishearing.
KEEP = set("不没好差坏")


def confuse(sentence, rng):
    """The sentence with one or two of its characters misheard."""
    chars = list(sentence)
    places = [i for i, c in enumerate(chars) if c in table() and c not in KEEP]
    for place in rng.sample(places, min(len(places), 1 + (len(chars) > 8 and rng.random() < 0.5))):
        chars[place] = rng.choice(table()[chars[place]])
    return "".join(chars)
