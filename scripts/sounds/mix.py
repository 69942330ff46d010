"""The mixing desk: panning, tone, one room for all, then loudness, peak and clean ends."""

import re
import subprocess

import numpy
from scipy import ndimage, signal

from synth import RATE

LOUDNESS = -20.0  # LUFS, integrated
CEILING = -2.5  # dBTP before encoding; the codec may add a little


def gain(decibels):
    return 10 ** (decibels / 20)


def low_cut(sound, hertz):
    return signal.sosfilt(signal.butter(2, hertz, "high", fs=RATE, output="sos"), sound)


def low_pass(sound, hertz, order=2):
    return signal.sosfilt(signal.butter(order, hertz, "low", fs=RATE, output="sos"), sound)


def shelf(sound, decibels, hertz=2500):
    """Lifts or lowers what lies above `hertz`."""
    if decibels == 0:
        return sound
    above = signal.sosfilt(signal.butter(1, hertz, "high", fs=RATE, output="sos"), sound)
    return sound + (gain(decibels) - 1) * above


def pan(sound, place):
    """Equal-power balance, 0 dB in the middle."""
    angle = (place + 1) * numpy.pi / 4
    return sound * (numpy.sqrt(2) * numpy.array([[numpy.cos(angle)], [numpy.sin(angle)]]))


def room(seconds, seed=1):
    """A stereo impulse response: early reflections and a tail that darkens as it dies."""
    generator = numpy.random.default_rng(seed)
    length = int(RATE * seconds * 1.2)
    time = numpy.arange(length) / RATE
    response = numpy.zeros((2, length))
    for low, high, share in ((150, 700, 1.0), (700, 2500, 0.85), (2500, 7500, 0.45)):
        band = signal.butter(2, (low, high), "band", fs=RATE, output="sos")
        noise = signal.sosfilt(band, generator.normal(0, 1, (2, length)))
        response += noise * 10 ** (-3 * time / (seconds * share))
    build_up = numpy.clip((time - 0.018) / 0.03, 0, 1)
    response *= build_up
    for _ in range(10):
        at = int(RATE * generator.uniform(0.011, 0.06))
        response[generator.integers(2), at] += generator.uniform(2, 5) * generator.choice([-1, 1])
    return response / numpy.sqrt((response**2).sum(axis=1, keepdims=True))


def mix(stems, seconds_of_room, top):
    """Sums (part, sound) pairs into one stereo sound with a common room."""
    stems = [(part, shelf(sound, part.shelf)) for part, sound in stems]
    dry = sum(pan(low_cut(sound, part.low_cut), part.pan) * gain(part.level) for part, sound in stems)
    send = sum(pan(low_cut(sound, max(part.low_cut, 180.0)), part.pan) * gain(part.level + part.reverb)
               for part, sound in stems)
    response = room(seconds_of_room)
    wet = numpy.stack([signal.fftconvolve(send[c], response[c])[: dry.shape[1]] for c in range(2)])
    return low_cut(low_pass(dry + wet, top), 35.0)


def loudness(sound):
    """(integrated LUFS, true peak dBTP) by ffmpeg's ebur128."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-",
               "-af", "ebur128=peak=true", "-f", "null", "-"]
    data = sound.T.astype("<f4").tobytes()
    report = subprocess.run(command, input=data, capture_output=True, check=True).stderr.decode()
    summary = report[report.rindex("Summary:"):]
    return (float(re.search(r"I:\s+(\S+) LUFS", summary)[1]), float(re.search(r"Peak:\s+(\S+) dBFS", summary)[1]))


def limit(sound, ceiling):
    """Look-ahead peak limiter on the four times oversampled signal: a smooth gain, never a clipped sample."""
    over = signal.resample_poly(sound, 4, 1, axis=1)
    peak = numpy.abs(over).max(axis=0).reshape(-1, 4).max(axis=1)[: sound.shape[1]]
    needed = numpy.minimum(1.0, gain(ceiling) / numpy.maximum(peak, 1e-9))
    if needed.min() >= 1.0:
        return sound
    window = int(0.012 * RATE) | 1
    held = ndimage.minimum_filter1d(needed, 2 * window)
    kernel = numpy.hanning(window + 2)[1:-1]
    smooth = numpy.convolve(numpy.pad(held, window, mode="edge"), kernel / kernel.sum(), "same")[window:-window]
    return sound * smooth


def master(sound, loudness_target=LOUDNESS):
    """The sound at the target loudness, under the ceiling."""
    for _ in range(3):
        measured, _ = loudness(sound)
        sound = limit(sound * gain(loudness_target - measured), CEILING)
    return sound


def clean_ends(sound, lead=0.010, floor=-52.0):
    """Starts just before the first sound and ends where the decay reaches `floor`, both with a fade."""
    level = numpy.abs(sound).max(axis=0)
    loud = numpy.flatnonzero(level > level.max() * gain(-50))
    end = min(numpy.flatnonzero(level > level.max() * gain(floor))[-1] + int(0.05 * RATE), sound.shape[1])
    start = max(loud[0] - int(lead * RATE), 0)
    sound = sound[:, start:end].copy()
    rise, fall = int(0.006 * RATE), min(int(1.2 * RATE), sound.shape[1] // 3)
    sound[:, :rise] *= numpy.sin(numpy.linspace(0, numpy.pi / 2, rise)) ** 2
    sound[:, -fall:] *= numpy.cos(numpy.linspace(0, numpy.pi / 2, fall)) ** 2
    return sound, start / RATE


def encode(sound, path, rate=RATE, quality=4):
    """Ogg Vorbis, with fixed stream serial so that the same sound gives the same bytes."""
    channels = 1 if sound.ndim == 1 else 2
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "f32le", "-ar", str(rate), "-ac",
               str(channels), "-i", "-", "-c:a", "libvorbis", "-q:a", str(quality), "-map_metadata", "-1",
               "-fflags", "+bitexact", "-flags:a", "+bitexact", "-serial_offset", "1", str(path)]
    subprocess.run(command, input=sound.T.astype("<f4").tobytes(), check=True)


def decode(path, channels=2):
    """A sound file as a (2, n) array at the project's rate; one channel is heard on both sides."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-i", str(path), "-f", "f32le", "-ar", str(RATE), "-ac",
               str(channels), "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    sound = numpy.frombuffer(raw, dtype="<f4").reshape(-1, channels).T.astype(float)
    return sound if channels == 2 else numpy.repeat(sound, 2, axis=0)
