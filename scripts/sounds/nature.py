"""Soundscapes by our own synthesis: shaped noise for water, swept tones for birds. No recording is used."""

import numpy
from scipy import signal

import mix
from synth import RATE


def noise(generator, seconds, low, high, order=2):
    """Two decorrelated channels of band-limited noise at unit level."""
    band = signal.butter(order, (low, high), "band", fs=RATE, output="sos")
    sound = signal.sosfilt(band, generator.normal(0, 1, (2, int(seconds * RATE) + RATE)))[:, RATE:]
    return sound / sound.std()


def curve(generator, seconds, slowest, depth):
    """A slow random swell around 1, the same length as the sound; `slowest` is its typical period in seconds."""
    points = generator.uniform(1 - depth, 1 + depth, int(seconds / slowest) + 4)
    at = numpy.linspace(0, len(points) - 3, int(seconds * RATE))
    return numpy.interp(at, numpy.arange(len(points)), signal.convolve(points, [0.25, 0.5, 0.25], "same"))


def faded(sound, rise, fall):
    sound = sound.copy()
    up, down = int(rise * RATE), int(fall * RATE)
    sound[:, :up] *= numpy.sin(numpy.linspace(0, numpy.pi / 2, up)) ** 2
    sound[:, -down:] *= numpy.cos(numpy.linspace(0, numpy.pi / 2, down)) ** 2
    return sound


def wave(generator, length, crest, weight):
    """One breaker: a low swell that gathers, a bright crash, foam that hisses away up the beach."""
    time = numpy.arange(int(length * RATE)) / RATE
    gather = numpy.clip(time / crest, 0, 1) ** 2.2
    spent = numpy.where(time < crest, 1.0, numpy.exp(-(time - crest) / 1.5))
    roar = noise(generator, length, 60, 420) * gather * spent
    crash = noise(generator, length, 350, 2600) * gather**1.8 * numpy.where(
        time < crest, 1.0, numpy.exp(-(time - crest) / 1.05))
    late = numpy.clip((time - crest + 0.5) / 1.2, 0, 1) ** 1.5
    foam = noise(generator, length, 2200, 9000) * late * numpy.exp(-numpy.maximum(time - crest - 0.4, 0) / 1.9)
    foam *= 1 + 0.25 * signal.sosfilt(signal.butter(2, 18, "low", fs=RATE, output="sos"),
                                      generator.normal(0, 8, len(time)))
    place = generator.uniform(-0.35, 0.35)
    end = numpy.clip((length - time) / 1.5, 0, 1) ** 2
    return mix.pan(weight * (0.9 * roar + 0.8 * crash + 0.30 * foam), place) * end


def surf():
    """Breakers every six or so seconds over a far-off murmur. The loop holds four of them."""
    generator = numpy.random.default_rng(101)
    seconds, starts = 38.0, (-1.0, 5.2, 11.0, 17.6, 23.2, 29.4)
    sound = noise(generator, seconds, 50, 500) * 0.16 * curve(generator, seconds, 3.0, 0.4)
    sound += noise(generator, seconds, 500, 3500) * 0.05 * curve(generator, seconds, 2.0, 0.4)
    for index, start in enumerate(starts):
        breaker = wave(generator, generator.uniform(8.2, 9.2), generator.uniform(2.7, 3.5), generator.uniform(0.8, 1.1))
        if index == 4:
            repeat = breaker
        if index == 0:
            continue
        add(sound, breaker, start)
    # The wave that comes before the loop is the one that also closes it: both ends sound the same.
    add(sound, repeat, starts[4] - 24.4)
    sound = faded(sound, 1.6, 4.5)
    return sound, {"loop_start_s": 4.6, "loop_end_s": 29.0, "ending_s": 29.0}


def add(sound, part, start):
    """Mixes a part in at `start` seconds; what lies outside is cut."""
    at = int(start * RATE)
    skip, at = max(-at, 0), max(at, 0)
    length = min(part.shape[1] - skip, sound.shape[1] - at)
    if length > 0:
        sound[:, at : at + length] += part[:, skip : skip + length]


def drop(generator, hertz, seconds):
    """A drop on a leaf or in a puddle: a short tone that rises as its bubble shrinks."""
    time = numpy.arange(int(seconds * RATE)) / RATE
    sweep = hertz * (1 + 0.35 * time / seconds)
    tone = numpy.sin(2 * numpy.pi * numpy.cumsum(sweep) / RATE) * numpy.exp(-time * 5 / seconds)
    tone[: int(0.001 * RATE)] *= numpy.linspace(0, 1, int(0.001 * RATE))
    return mix.pan(numpy.stack([tone, tone]), generator.uniform(-0.9, 0.9))


def rain():
    """Steady soft rain with single drops in front and one far roll of thunder, more felt than heard."""
    generator = numpy.random.default_rng(103)
    seconds = 19.0
    sound = noise(generator, seconds, 600, 2600, 1) * 0.26 * curve(generator, seconds, 1.6, 0.45)
    sound += noise(generator, seconds, 150, 900, 2) * 0.15 * curve(generator, seconds, 3.0, 0.4)
    sound = mix.low_pass(sound, 7000, 1)
    drops = numpy.zeros_like(sound)
    for start in numpy.sort(generator.uniform(0, seconds - 0.5, int(seconds * 46))):
        hertz, weight = generator.lognormal(7.75, 0.35), generator.lognormal(-1.75, 0.7)
        add(drops, weight * drop(generator, min(hertz, 7000), generator.uniform(0.008, 0.035)), start)
    for start in generator.uniform(0.5, seconds - 3, 16):
        add(drops, 0.5 * drop(generator, generator.uniform(600, 1300), generator.uniform(0.05, 0.09)), start)
    wet = numpy.stack([signal.fftconvolve(drops[c], mix.room(0.7)[c])[: drops.shape[1]] for c in range(2)])
    time = numpy.arange(sound.shape[1]) / RATE
    roll = numpy.clip((time - 6.5) / 1.2, 0, 1) * numpy.exp(-numpy.maximum(time - 7.6, 0) / 2.0)
    sound += noise(generator, seconds, 35, 140) * 0.22 * roll * curve(generator, seconds, 0.35, 0.6)
    return faded(sound + mix.low_pass(drops, 8000, 1) + 0.4 * wet, 1.2, 4.0), {}


def chirp(generator, notes, place, weight):
    """A bird's phrase: (start s, length s, from Hz, to Hz, depth of trill) each."""
    last = max(start + length for start, length, *_ in notes) + 0.05
    line = numpy.zeros(int(last * RATE))
    for start, length, low, high, trill in notes:
        time = numpy.arange(int(length * RATE)) / RATE
        glide = low + (high - low) * (time / length) ** 0.8
        pitch = glide * (1 + trill * numpy.sin(2 * numpy.pi * 26 * time))
        phase = 2 * numpy.pi * numpy.cumsum(pitch) / RATE
        shape = numpy.sin(numpy.pi * numpy.clip(time / length, 0, 1)) ** 0.8
        tone = (numpy.sin(phase) + 0.08 * numpy.sin(2 * phase)) * shape
        at = int(start * RATE)
        line[at : at + len(tone)] += tone * generator.uniform(0.8, 1.0)
    return mix.pan(weight * numpy.stack([line, line]), place)


def brook():
    """A brook over stones, a blackbird near, a tit and a cuckoo farther off: a morning."""
    generator = numpy.random.default_rng(107)
    seconds = 18.0
    sound = noise(generator, seconds, 300, 1100, 2) * 0.06 * curve(generator, seconds, 0.4, 0.5)
    sound += noise(generator, seconds, 1400, 3500, 1) * 0.018 * curve(generator, seconds, 0.25, 0.5)
    sound = mix.low_pass(sound, 6000, 1)
    for start in generator.uniform(0, seconds - 0.3, int(seconds * 60)):
        bubble = drop(generator, generator.lognormal(6.65, 0.38), generator.uniform(0.02, 0.07))
        add(sound, generator.lognormal(-2.7, 0.6) * bubble, start)
    birds = numpy.zeros_like(sound)
    blackbird = [(0, 0.22, 2000, 2350, 0), (0.27, 0.30, 2350, 1850, 0.01), (0.62, 0.16, 2650, 2650, 0.03),
                 (0.82, 0.34, 2100, 2500, 0.012), (1.22, 0.10, 3400, 4200, 0.05), (1.34, 0.12, 4200, 3300, 0.05)]
    answer = [(0, 0.30, 1780, 2110, 0.008), (0.36, 0.24, 2370, 2110, 0), (0.68, 0.40, 2110, 1590, 0.01),
              (1.14, 0.14, 2800, 3600, 0.06), (1.30, 0.09, 3900, 3100, 0.04)]
    tit = [(i * 0.26 + j * 0.12, 0.085, hertz, hertz * 0.98, 0) for i in range(4) for j, hertz in ((0, 4700), (1, 3700))]
    cuckoo = [(0, 0.24, 660, 655, 0), (0.40, 0.36, 528, 524, 0)]
    for phrase, place, weight, starts in ((blackbird, -0.35, 0.16, (1.2, 9.4)), (answer, -0.3, 0.15, (5.0, 13.0)),
                                          (tit, 0.6, 0.07, (3.4, 7.6, 11.6)), (cuckoo, 0.25, 0.08, (6.9, 8.2, 14.6))):
        for start in starts:
            add(birds, chirp(generator, phrase, place, weight * generator.uniform(0.85, 1.1)), start)
    wet = numpy.stack([signal.fftconvolve(birds[c], mix.room(1.6, 5)[c])[: birds.shape[1]] for c in range(2)])
    return faded(sound + 1.1 * birds + 0.7 * wet, 1.0, 3.2), {}


SOUNDS = {"bright-nature": brook, "calm-nature": rain, "soothing-nature": surf}
