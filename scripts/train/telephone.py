"""Versions of a recording: the telephone line used throughout, and mild variations of voice and room."""
import zlib

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

TELEPHONE_RATE = 8000
RATE = 16000
BAND = butter(4, [300, 3400], "bandpass", fs=TELEPHONE_RATE, output="sos")


def seeded(key, name):
    return np.random.default_rng(zlib.crc32(f"{key} {name}".encode()))


def active_level(samples, rate):
    """Root mean square over the 20 ms frames within 30 dB of the loudest."""
    frame = int(0.02 * rate)
    whole = len(samples) // frame * frame
    powers = (samples[:whole].reshape(-1, frame) ** 2).mean(1) if whole else np.array([np.mean(samples**2)])
    return np.sqrt(powers[powers >= powers.max() * 1e-3].mean())


def coloured_noise(length, random, slope):
    """Power falls as 1/f to the power of `slope`: white noise at 0, pink at 1."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    return np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** (slope / 2), length)


def pink_noise(length, random):
    return coloured_noise(length, random, 1)


def with_noise(samples, noise, rate, snr_db):
    return samples + noise * active_level(samples, rate) / np.sqrt(np.mean(noise**2)) * 10 ** (-snr_db / 20)


def mu_law(samples):
    """ITU-T G.711 there and back: sign, segment of 3 bits, 4 bits within it; 16-bit linear with a bias of 132."""
    linear = (np.clip(samples, -1, 1) * 32767).astype(np.int32)
    magnitude = np.minimum(np.abs(linear), 32635) + 132
    segment = np.clip(np.floor(np.log2(magnitude)).astype(int) - 7, 0, 7)
    step = (magnitude >> (segment + 3)) & 15
    return np.sign(linear) * ((((step << 3) + 132) << segment) - 132) / 32768


def telephone(samples, rate, snr_db, key):
    """8 kHz, level -26 +/- 4 dBFS, optional pink noise, 300-3400 Hz, mu-law; back at 16 kHz."""
    random = seeded(key, f"telephone {snr_db}")
    sound = samples if rate == TELEPHONE_RATE else resample_poly(samples, TELEPHONE_RATE, rate)
    sound = sound - sound.mean()
    sound = sound * 10 ** (random.uniform(-30, -22) / 20) / max(active_level(sound, TELEPHONE_RATE), 1e-9)
    missing = int(1.2 * TELEPHONE_RATE) - len(sound)
    if missing > 0:
        before = min(int(0.25 * TELEPHONE_RATE), missing)
        quiet = lambda length: 1e-3 * random.standard_normal(length)
        sound = np.concatenate([quiet(before), sound, quiet(missing - before)])
    line = sosfilt(BAND, sound)
    if snr_db is not None:
        line = with_noise(line, sosfilt(BAND, pink_noise(len(line), random)), TELEPHONE_RATE, snr_db)
    return resample_poly(mu_law(line), RATE, TELEPHONE_RATE)


def wide_band(samples, rate, snr_db=None, random=None):
    """16 kHz, with optional pink noise."""
    sound = samples if rate == RATE else resample_poly(samples, RATE, rate)
    return sound if snr_db is None else with_noise(sound, pink_noise(len(sound), random), RATE, snr_db)


def vary(samples, rate, random, short, tilt):
    """Speed and pitch by -10 to +10 %; 0.8 to 1.5 s of it when short; up to 6 dB of tilt, as of another microphone."""
    sound = resample_poly(samples, 100, int(random.choice([90, 94, 106, 110])))
    if short:
        length = int(random.uniform(0.8, 1.5) * rate)
        begin = int(random.integers(0, max(1, len(sound) - length)))
        sound = sound[begin : begin + length]
    if tilt:
        spectrum = np.fft.rfft(sound)
        octaves = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / rate), 50) / 1000)
        sound = np.fft.irfft(spectrum * 10 ** (random.uniform(-2, 2) * octaves / 20), len(sound))
    return sound
