"""How near transcripts are to what was said, by sound, and which requests were heard: from a dump of measure_hearing.

    transcripts.py DUMP.jsonl DATA

Reads the clips whose text DATA's manifest.jsonl tells. Mandarin is compared as toneless pinyin with zh, ch, sh as z, c, s
(so that writing in homophones, traditional or not, is no error), English as words; digits as words in both. The error rate is
edits per character of the text. A request is heard from a probability of one half on. Needs pypinyin.
"""
import collections
import json
import os
import re
import sys

from pypinyin import lazy_pinyin

DIGITS = {"zh": "零一二三四五六七八九", "en": "zero one two three four five six seven eight nine".split()}

REQUESTS = {"agent": "human", "repeat": "repeat", "later": "later"}


def uniform(text, language):
    text = re.sub(r"[^\w']+", " ", text.lower()).strip()
    text = re.sub(r"\d", lambda digit: DIGITS[language][int(digit[0])], text)
    if language == "en":
        return text
    return re.sub("(?<=[zcs])h", "", "".join(lazy_pinyin(text.replace(" ", ""))))


def edits(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        next_row = [i]
        for j, y in enumerate(b, 1):
            next_row.append(min(row[j] + 1, next_row[-1] + 1, row[j - 1] + (x != y)))
        row = next_row
    return row[-1]


def main():
    dump, data = sys.argv[1:]
    said = {row["path"]: row["text"] for row in map(json.loads, open(os.path.join(data, "manifest.jsonl"))) if row.get("text")}
    figures = collections.defaultdict(lambda: [0, 0, 0, 0])
    requests = collections.defaultdict(lambda: [0, 0, 0, 0])
    for row in map(json.loads, open(dump)):
        if row["path"] in said:
            truth = uniform(said[row["path"]], row["language"])
            text = uniform(row["heard"]["transcript"]["text"] if row["heard"] else "", row["language"])
            kind = "ratings" if row["truth"] else "others"
            counts = figures[row["language"], kind, row["line"]]
            for i, value in enumerate((1, truth == text, edits(truth, text), len(truth))):
                counts[i] += value
            heard = {name for name, p in (row["heard"] or {"intents": {}})["intents"].items() if p >= 0.5}
            counts, wanted = requests[row["language"], row["line"]], REQUESTS.get(row["intent"])
            counts[0 if wanted else 2] += 1
            counts[1 if wanted else 3] += wanted in heard if wanted else bool(heard)
    print("| language | clips | line | n | exact | error rate |\n|---|---|---|---|---|---|")
    for (language, kind, line), (n, exact, wrong, length) in sorted(figures.items()):
        print(f"| {language} | {kind} | {line} | {n} | {exact} | {wrong / max(1, length):.3f} |")
    print("\n| language | line | requests | heard | other clips | taken for a request |\n|---|---|---|---|---|---|")
    for (language, line), (n, heard, others, wrong) in sorted(requests.items()):
        print(f"| {language} | {line} | {n} | {heard} | {others} | {wrong} |")


if __name__ == "__main__":
    main()
