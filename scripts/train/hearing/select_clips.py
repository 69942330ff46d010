"""Chooses the human clips that hearing is fitted on; writes manifests with paths relative to DATA.

    select_clips.py DATA OUT_FOLDER

English: FSDD, odd takes from 5 on, of six speakers (train rows). Mandarin: the digits and short words of cmn. German, for the encoder
alone, which needs no words: whole utterances of EMO-DB.
"""
import json
import pathlib
import sys


def main():
    data, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows = [json.loads(line) for line in open(data / "manifest.jsonl")]
    rows = [row for row in rows if row["use"] == "train"]
    english = [row for row in rows if row["dataset"] == "fsdd" and row["take"] % 2 == 1]
    mandarin = [row for row in rows if row["dataset"] == "cmn"
                and (row["digit"] is not None or len(row["text"] or "x") <= 4)]
    german = [row for row in rows if row["dataset"] == "emodb-full"]
    for name, chosen in (("en-human", english), ("zh-human", mandarin), ("de-human", german)):
        with open(out / f"{name}.jsonl", "w") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in chosen)
        print(name, len(chosen))


if __name__ == "__main__":
    main()
