"""The Python stack beside scripts/benchmark: rating, sentiment and voice features of each recording of a manifest.

    stack.py MODEL_FOLDER MANIFEST THREADS OUT.jsonl
"""
import json
import os
import pathlib
import resource
import sys
import time

begun = time.perf_counter()
threads = int(sys.argv[3])
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(threads)

import opensmile  # noqa: E402
import soundfile  # noqa: E402
from faster_whisper import WhisperModel  # noqa: E402
from snownlp import SnowNLP  # noqa: E402
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from compare_asr import rating  # noqa: E402


def sentiment(text, language, vader):
    """The peers' own thresholds: VADER's ±0.05, thirds of SnowNLP's 0 to 1."""
    if not text.strip():
        return "neutral"
    if language == "zh":
        score = SnowNLP(text).sentiments
        return "negative" if score < 1 / 3 else "positive" if score > 2 / 3 else "neutral"
    score = vader.polarity_scores(text)["compound"]
    return "negative" if score <= -0.05 else "positive" if score >= 0.05 else "neutral"


def main():
    folder, manifest, _, out = sys.argv[1:5]
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)
    vader = SentimentIntensityAnalyzer()
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals,
        num_workers=threads,
    )
    root = pathlib.Path(manifest).parent
    first = None
    with open(out, "w") as results:
        for line in open(manifest):
            item = json.loads(line)
            start = time.perf_counter()
            sound, rate = soundfile.read(root / item["path"], dtype="float32")
            segments, _ = model.transcribe(sound, language=item["language"], beam_size=5, without_timestamps=True)
            text = "".join(segment.text for segment in segments).strip()
            smile.process_signal(sound, rate)
            row = {
                "path": item["path"], "text": text, "rating": rating(text, item["language"]),
                "sentiment": sentiment(text, item["language"], vader),
                "ms": 1e3 * (time.perf_counter() - start),
            }
            results.write(json.dumps(row, ensure_ascii=False) + "\n")
            results.flush()
            first = first or time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"first_result_s": first, "seconds": time.perf_counter() - begun, "peak_mb": peak}))


if __name__ == "__main__":
    main()
