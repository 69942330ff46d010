"""A telephone line: 300 to 3400 Hz, line noise, G.711 mu-law at 8 kHz, and the keypad's tones."""

import struct

import numpy
from scipy import signal

RATE = 8000
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"


def pink(generator, length):
    """Noise whose power falls by 3 dB an octave, at unit RMS."""
    spectrum = numpy.fft.rfft(generator.normal(0, 1, length))
    spectrum[1:] /= numpy.sqrt(numpy.arange(1, len(spectrum)))
    spectrum[0] = 0
    sound = numpy.fft.irfft(spectrum, length)
    return sound / sound.std()


def active_rms(sound):
    """RMS over the 20 ms frames within 30 dB of the loudest."""
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    power = (frames**2).mean(axis=1)
    return numpy.sqrt(power[power > power.max() * 1e-3].mean())


def tones(keys, on=0.12, off=0.10):
    """The keys' DTMF tones (ITU-T Q.23), the high group 2 dB louder as telephones send it."""
    sound = [numpy.zeros(0)]
    time = numpy.arange(int(on * RATE)) / RATE
    ramp = numpy.clip(numpy.minimum(time, time[::-1]) / 0.003, 0, 1)
    for key in keys:
        row, column = divmod(KEYS.index(key), 4)
        pair = numpy.sin(2 * numpy.pi * ROWS[row] * time) + 1.26 * numpy.sin(2 * numpy.pi * COLUMNS[column] * time)
        sound += [pair * ramp, numpy.zeros(int(off * RATE))]
    return numpy.concatenate(sound)


def line(sound, generator, level_dbfs, noise_snr_db):
    """8 kHz sound through the line: level, noise in the band, band-pass. Silence gets noise alone."""
    band = signal.butter(4, (300, 3400), "band", fs=RATE, output="sos")
    heard = signal.sosfilt(band, sound)
    target = 10 ** (level_dbfs / 20)
    if numpy.abs(sound).max() > 0:
        heard *= target / active_rms(heard)
    noise = signal.sosfilt(band, pink(generator, len(sound)))
    noise *= target * 10 ** (-noise_snr_db / 20) / noise.std()
    return numpy.clip(heard + noise, -1, 1)


def mu_law(sound):
    """G.711 mu-law codes of sound in -1..1: the segmented code of the recommendation."""
    linear = numpy.clip(numpy.round(sound * 32767), -32635, 32635).astype(int)
    magnitude = numpy.abs(linear) + 132
    segment = numpy.floor(numpy.log2(magnitude)).astype(int) - 7
    mantissa = (magnitude >> (segment + 3)) & 0x0F
    sign = numpy.where(linear < 0, 0x80, 0)
    return (~(sign | (segment << 4) | mantissa) & 0xFF).astype(numpy.uint8)


def write_wav(path, sound):
    """A mono WAV file of mu-law codes (format tag 7)."""
    codes = mu_law(sound).tobytes()
    form = struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)
    fact = struct.pack("<I", len(codes))
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
                              for name, data in ((b"fmt ", form), (b"fact", fact), (b"data", codes)))
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(body)) + body)
