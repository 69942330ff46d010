"""What the recogniser wrote of Mandarin answers that were said into a telephone, with what they mean.

    heard.py FOLDER DUMP… > answers/heard-zh.tsv

FOLDER is that of scripts/train/train-hearing, which holds the synthetic answers with their texts (kokoro, sentences); DUMP is what
`measure_hearing --dump` wrote about them. What is written so that it sounds like something else means nothing. Run in the environment of
train-hearing.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "hearing"))
from closed_set import requests  # noqa: E402
from pypinyin import lazy_pinyin  # noqa: E402
from spell import errors  # noqa: E402

# So many of the syllables of a rating may be others.
CLEAR = 0.34
BARE = "0123456789零一二两三四五六七八九十分星颗个,.，。 "


def syllables(text):
    return lazy_pinyin("".join(c for c in text if c.isalnum()))


def main():
    folder, asked = Path(sys.argv[1]), requests("zh")
    said = {}
    for name in ("kokoro", "sentences"):
        for row in map(json.loads, open(folder / name / "zh.jsonl", encoding="utf-8")):
            said[name, row["path"]] = row
    seen = set()
    for dump in sys.argv[2:]:
        for row in map(json.loads, open(dump, encoding="utf-8")):
            *_, name, file = row["path"].split("/")
            answer = said.get((name, file))
            if answer is None or row["heard"] is None or answer["text"] in asked:
                continue
            written = " ".join(row["heard"]["transcript"]["text"].split())
            # A bare number is what it is, whatever was said.
            if not written.strip(BARE) or written in seen:
                continue
            seen.add(written)
            wanted, got = syllables(answer["text"]), syllables(written)
            clear = errors(got, wanted) <= CLEAR * max(len(wanted), len(got))
            print(f"{written}\t{answer['rating'] if answer['rating'] and clear else 'none'}")


if __name__ == "__main__":
    main()
