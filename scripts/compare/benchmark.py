"""Runs both sides of scripts/benchmark on the same recordings and prints a Markdown table.

    benchmark.py DATA CODETTA MODEL_FOLDER THREADS EVERY
"""
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import soundfile

POLARITY = {-1: "negative", 0: "neutral", 1: "positive"}


def wilson(right, n):
    if not n:
        return "–"
    z, p = 1.959964, right / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return f"{p:.3f} ({centre - half:.3f}–{centre + half:.3f}), n = {n}"


def answers(data, folder, every):
    """Writes the phrases of 1 to 3 s as 16 kHz WAV files, and a manifest with what is known of them."""
    items = []
    for name in ("tts-en", "tts-zh"):
        lines = (data / "speech" / name / "labels.jsonl").read_text().splitlines()
        lengths = {}
        for line in lines:
            label = json.loads(line)
            source = data / "speech" / name / pathlib.Path(label["path"]).name
            lengths[source] = soundfile.info(source).duration
            if 1.0 <= lengths[source] <= 3.0:
                items.append((source, label))
    items = items[::every]
    manifest = folder / "manifest.jsonl"
    with manifest.open("w") as out:
        for source, label in items:
            sound, rate = soundfile.read(source, dtype="float32")
            path = f"{source.stem}.wav"
            soundfile.write(folder / path, sound, rate, subtype="PCM_16")
            row = {"path": path, "language": label["lang"], "rating": label["rating"] or "none"}
            if label["sentiment"] is not None:
                row["sentiment"] = POLARITY[label["sentiment"]]
            out.write(json.dumps(row) + "\n")
    return manifest


def peak_memory(process, seen):
    """Highest resident memory of a running process, MB."""
    while process.poll() is None:
        try:
            for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    seen.append(int(line.split()[1]) / 1024)
        except OSError:
            return
        time.sleep(0.05)


def ours(codetta, manifest, threads, out):
    begun = time.perf_counter()
    process = subprocess.Popen(
        [codetta, "evaluate", manifest, "--threads", str(threads), "--out", out, "--format", "json"],
        stdout=subprocess.PIPE, text=True,
    )
    memory, first = [0.0], []
    watch = threading.Thread(target=peak_memory, args=(process, memory))
    watch.start()
    results = out / "results.jsonl"
    while process.poll() is None and not first:
        if results.exists() and results.stat().st_size:
            first.append(time.perf_counter() - begun)
        time.sleep(0.005)
    process.communicate()
    seconds = time.perf_counter() - begun
    watch.join()
    assert process.returncode == 0, f"codetta ended with {process.returncode}"
    times = {}
    for line in (out / "timings.jsonl").read_text().splitlines():
        row = json.loads(line)
        times[row["file"]] = row["timings_ms"]["total"]
    rows = {}
    for line in results.read_text().splitlines():
        row = json.loads(line)
        label = row["sentiment"]["label"] if row["sentiment"] else "neutral"
        rows[row["file"]] = {"rating": row["rating"]["value"], "sentiment": label, "ms": times[row["file"]]}
    return rows, {"seconds": seconds, "first_result_s": first[0], "peak_mb": max(memory)}


def theirs(model, manifest, threads, out):
    stack = pathlib.Path(__file__).with_name("stack.py")
    process = subprocess.run(
        [sys.executable, stack, model, manifest, str(threads), out], stdout=subprocess.PIPE, text=True, check=True
    )
    rows = {row["path"]: row for row in map(json.loads, out.read_text().splitlines())}
    return rows, json.loads(process.stdout.splitlines()[-1])


def column(rows, run, truth):
    cells = []
    for language in ("en", "zh"):
        mine = [item for item in truth if item["language"] == language]
        right = sum((rows[item["path"]]["rating"] or "none") == item["rating"] for item in mine)
        cells.append(wilson(right, len(mine)))
        rated = [item for item in mine if item["rating"] != "none"]
        cells.append(wilson(sum(rows[item["path"]]["rating"] == item["rating"] for item in rated), len(rated)))
        felt = [item for item in mine if "sentiment" in item]
        cells.append(wilson(sum(rows[item["path"]]["sentiment"] == item["sentiment"] for item in felt), len(felt)))
    times = sorted(row["ms"] for row in rows.values())
    steady = len(rows) - 1
    rate = steady / (run["seconds"] - run["first_result_s"])
    cells += [
        f"{len(rows) / run['seconds']:.2f}", f"{rate:.2f}", f"{statistics.median(times):.0f}",
        f"{times[math.ceil(0.95 * len(times)) - 1]:.0f}", f"{run['peak_mb']:.0f}", f"{run['first_result_s']:.2f}",
    ]
    return cells, rate


def main():
    data, codetta, model = pathlib.Path(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3]
    threads, every = int(sys.argv[4]), int(sys.argv[5])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        manifest = answers(data, folder, every)
        truth = [json.loads(line) for line in manifest.read_text().splitlines()]
        our_rows, our_run = ours(codetta, manifest, threads, folder / "evaluation")
        their_rows, their_run = theirs(model, manifest, threads, folder / "stack.jsonl")
    mine, our_rate = column(our_rows, our_run, truth)
    peer, their_rate = column(their_rows, their_run, truth)
    names = []
    for language in ("English", "Mandarin"):
        names += [
            f"{language}: rating or none right", f"{language}: rating right, of answers with one",
            f"{language}: sentiment right, 3 classes",
        ]
    names += [
        "files a second, start included", "files a second, after the first", "median ms an answer", "p95 ms an answer",
        "peak memory, MB", "start to first result, s",
    ]

    print(f"{len(truth)} answers of 1 to 3 s, {threads} threads each side; throughput ratio {our_rate / their_rate:.2f}\n")
    print("| measure | codetta | Python stack |\n|---|---|---|")
    for name, a, b in zip(names, mine, peer):
        print(f"| {name} | {a} | {b} |")


if __name__ == "__main__":
    main()
