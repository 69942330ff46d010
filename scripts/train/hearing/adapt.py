"""Fits what adapts Whisper's lower encoder to the telephone (`SpeechEncoder::for_lines`).

    adapt.py ENCODER.safetensors OUT.safetensors [--passes N] MANIFEST FOLDER …

From a noisy line the adapted encoder is to make what the given one makes of the clean sound: each clip is sent over lines of many
kinds, and the difference between both encoders' states, each in its own deviation, is what is made small. No labels are used. Groups 0 and 4 of
each language's voices (`clips.voice_groups`) are left out: by them it is told how much of what a line changes is left, and
they are the voices by which the spellers are weighed. Seeded. Runs in the environment of scripts/train/sentiment.
"""
import argparse
import json
import math
import os
import pathlib
import sys
import time

import numpy as np
import soundfile
import torch
from scipy.signal import resample_poly, sosfilt

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import tensors
from clips import voice_groups
from telephone import BAND, RATE, TELEPHONE_RATE, active_level, coloured_noise, mu_law, with_noise
from whisper_encoder import Encoder, log_mel

RANK, SIZE, SLOPE, SEED = 32, 16, 1.5e-3, 7
LEFT_OUT = (0, 4)
LONGEST_S, CUT_OUT_S, LEVEL = 3.5, 1.2, 0.05
# How often each: as it is (at 16 and 8 kHz), the band and the codec, noise on a microphone, pink noise on a line, noise of any slope on a line.
LINES = {"wide": 0.1, "narrow": 0.1, "mu-law": 0.12, "wide, noise": 0.08, "pink noise": 0.4, "noise": 0.2}
HALVES = torch.cpu._is_avx512_bf16_supported()  # elsewhere bfloat16 is computed by way of floats, and slower


def read(manifests, folders):
    """Sounds at 16 kHz, and whether their voice is left out."""
    clips = [(json.loads(line), folder) for manifest, folder in zip(manifests, folders) for line in open(manifest)]
    groups = np.empty(len(clips), int)
    for language in {clip["lang"] for clip, _ in clips}:
        of_language = [i for i, (clip, _) in enumerate(clips) if clip["lang"] == language]
        groups[of_language] = voice_groups([clips[i][0] for i in of_language])
    for (clip, folder), group in zip(clips, groups):
        samples, rate = soundfile.read(os.path.join(folder, clip["path"]), dtype="float32")
        samples = samples if samples.ndim == 1 else samples.mean(1)
        shared = math.gcd(rate, RATE)
        yield resample_poly(samples, RATE // shared, rate // shared), group in LEFT_OUT


def padded(sound, random):
    """At the line's level, with quiet before and after a clip that was cut out of its line (src/audio/telephone.rs)."""
    sound = sound - sound.mean()
    sound = sound * 10 ** (random.uniform(-30, -22) / 20) / max(active_level(sound, RATE), 1e-9)
    missing = int(CUT_OUT_S * RATE) - len(sound)
    if missing <= 0:
        return sound
    quiet = lambda length: 1e-3 * random.standard_normal(length)
    return np.concatenate([quiet(RATE // 4), sound, quiet(max(0, missing - RATE // 4))])


def voiced(sound, random):
    """Where an utterance would begin and end, at TELEPHONE_RATE: some time before and after what is within 30 dB of the loudest."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    powers = (frames**2).mean(1)
    loud = np.flatnonzero(powers >= powers.max() * 1e-3)
    first = max(0, loud[0] * 160 - int(random.uniform(0.18, 0.34) * TELEPHONE_RATE))
    last = (loud[-1] + 1) * 160 + int(random.uniform(0.1, 0.31) * TELEPHONE_RATE)
    longest = int(LONGEST_S * TELEPHONE_RATE)
    if last - first > longest:
        first += int(random.integers(0, last - first - longest + 1))
    return first, min(last, first + longest)


def levelled(sound):
    """As src/encoder/states.rs does it."""
    return torch.tensor(sound * (LEVEL / max(active_level(sound, RATE), 1e-9)), dtype=torch.float32)


def pair(sound, line, random, faster=1.0):
    """The utterance as it arrives over `line`, and as it is without one."""
    sound = padded(resample_poly(sound, 100, round(100 * faster)) if faster != 1 else sound, random)
    first, last = voiced(sound, random)
    cut = lambda sound: levelled(sound[2 * first : 2 * last])
    slope = 1 if line == "pink noise" or random.random() < 0.3 else random.uniform(0, 1.6)
    if line.startswith("wide"):
        noise = coloured_noise(len(sound), random, slope)
        return cut(with_noise(sound, noise, RATE, random.uniform(6, 25)) if line == "wide, noise" else sound), cut(sound)
    narrow = resample_poly(sound, TELEPHONE_RATE, RATE)
    wide = lambda narrow: cut(resample_poly(narrow, RATE, TELEPHONE_RATE))
    if line == "narrow":
        return wide(narrow), wide(narrow)
    arrived = sosfilt(BAND, narrow)
    if line != "mu-law":
        noise = sosfilt(BAND, coloured_noise(len(narrow), random, slope))
        decibels = 10 if line == "10 dB" else random.uniform(4, 20)
        arrived = with_noise(arrived, noise, TELEPHONE_RATE, decibels)
    return wide(mu_law(arrived)), wide(narrow)


def batch(pairs):
    """Spectrograms of the lines and of the clean sounds, [clips, frames, 80], and how many frames each has."""
    lines, clean = ([log_mel(sound) for sound in sounds] for sounds in zip(*pairs))
    pad = lambda spectrograms: torch.nn.utils.rnn.pad_sequence(spectrograms, batch_first=True)
    return pad(lines), pad(clean), torch.tensor([len(spectrogram) for spectrogram in lines])


def states(encoder, spectrograms, frames):
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HALVES):
        values, real = encoder(spectrograms, frames)
    return values.float()[real]


@torch.no_grad()
def left(sounds, line, encoders, clean_encoder, deviation):
    """The share of the states' variance that `line` changes, by each of the encoders."""
    errors, count = np.zeros(len(encoders)), 0
    for at in range(0, len(sounds), SIZE):
        random = np.random.default_rng(at)
        lines, clean, frames = batch([pair(sound, line, random) for sound in sounds[at : at + SIZE]])
        wanted = states(clean_encoder, clean, frames)
        errors += [float((((states(encoder, lines, frames) - wanted) / deviation) ** 2).sum()) for encoder in encoders]
        count += wanted.numel()
    return errors / count


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("encoder")
    arguments.add_argument("out")
    arguments.add_argument("--passes", type=int, default=6)
    arguments.add_argument("clips", nargs="+")
    options = arguments.parse_args()
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    given, adapted = Encoder(options.encoder), Encoder(options.encoder, RANK)
    read_in = list(read(options.clips[::2], options.clips[1::2]))
    # Clips of like length go together.
    learnt = sorted((sound for sound, left_out in read_in if not left_out), key=len)
    unheard = sorted((sound for sound, left_out in read_in if left_out), key=len)[::3]
    fitted = list(adapted.parameters())
    print(f"{len(learnt)} clips, {len(unheard)} of voices left out, {sum(p.numel() for p in fitted)} values", flush=True)
    with torch.no_grad():
        some = [batch([pair(learnt[i], "narrow", random) for i in random.choice(len(learnt), 8)]) for _ in range(40)]
        deviation = torch.cat([states(given, clean, frames) for _, clean, frames in some]).std(0) + 1e-3

    batches = math.ceil(len(learnt) / SIZE)
    steps = options.passes * batches
    optimiser = torch.optim.AdamW(fitted, lr=SLOPE, weight_decay=0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1, (step + 1) / 50) * (1 + math.cos(math.pi * step / steps)) / 2)
    began = time.time()
    for number in range(options.passes):
        shift, losses = int(random.integers(SIZE)), []
        chosen = [learnt[max(0, at) : at + SIZE] for at in range(-shift, len(learnt), SIZE) if at + SIZE > 0][:batches]
        for index in random.permutation(len(chosen)):
            kinds = random.choice(list(LINES), len(chosen[index]), p=list(LINES.values()))
            faster = np.where(random.random(len(kinds)) < 0.6, np.exp(random.uniform(-0.14, 0.14, len(kinds))), 1)
            pairs = [pair(*of, random, speed) for *of, speed in zip(chosen[index], kinds, faster)]
            lines, clean, frames = batch(pairs)
            with torch.no_grad():
                wanted = states(given, clean, frames)
            loss = (((states(adapted, lines, frames) - wanted) / deviation) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(fitted, 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % 50 == 0:
                print(f"pass {number + 1}, step {len(losses)} of {len(chosen)}: {np.mean(losses[-50:]):.3f}, {time.time() - began:.0f} s", flush=True)
        print(f"pass {number + 1}: {np.mean(losses):.3f}, {time.time() - began:.0f} s", flush=True)
        tensors.write(options.out, [(name, values.astype("float16"), "F16") for name, values in adapted.additions()])
    for line in ("wide", "narrow", "mu-law", "wide, noise", "10 dB"):
        before, after = left(unheard, line, (given, adapted), given, deviation)
        print(f"{line}: {before:.3f} of the states' variance is changed, {after:.3f} once adapted")


if __name__ == "__main__":
    main()
