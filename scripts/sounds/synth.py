"""From events to sound: a MIDI file per part, rendered dry by FluidSynth, so that every part can be mixed on its own."""

import os
import struct
import subprocess
import tempfile
import wave

import numpy

RATE = 48000
SOUND_FONT = os.environ.get("CODETTA_SOUND_FONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2")
TICKS = 9600  # per second: the file's tempo is one beat a second, so ticks are time


def variable_length(value):
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def midi_file(part, events):
    """A format-0 MIDI file of one part."""
    channel = 9 if part.drums else 0
    messages = [(0.0, 0, bytes([0xC0 | channel, part.program]))]
    for start, end, pitch, velocity in events:
        messages.append((start, 2, bytes([0x90 | channel, pitch, velocity])))
        messages.append((end, 1, bytes([0x80 | channel, pitch, 0])))  # released before struck again
    messages.sort(key=lambda m: (round(m[0] * TICKS), m[1], m[2]))
    data, now = b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big"), 0
    for time, _, message in messages:
        tick = round(time * TICKS)
        data += variable_length(tick - now) + message
        now = tick
    data += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(data)) + data


def render(part, events, seconds):
    """The part as a (2, n) array, without reverb or chorus, `seconds` long."""
    with tempfile.TemporaryDirectory() as folder:
        score, sound = f"{folder}/part.mid", f"{folder}/part.wav"
        with open(score, "wb") as file:
            file.write(midi_file(part, events))
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE), "-O", "s24"]
        subprocess.run([*command, "-T", "wav", "-F", sound, SOUND_FONT, score], check=True, capture_output=True)
        data = read_wav(sound)
    wanted = int(seconds * RATE)
    out = numpy.zeros((2, wanted))
    out[:, : min(wanted, data.shape[1])] = data[:, :wanted]
    return out


def read_wav(path):
    """A WAV file of 16 or 24 bits as a (channels, n) array in -1..1."""
    with wave.open(path, "rb") as file:
        width, channels = file.getsampwidth(), file.getnchannels()
        raw = numpy.frombuffer(file.readframes(file.getnframes()), dtype=numpy.uint8).reshape(-1, width)
    padded = numpy.zeros((raw.shape[0], 4), dtype=numpy.uint8)
    padded[:, 4 - width :] = raw
    values = padded.view("<i4").reshape(-1) / 2.0**31
    return values.reshape(-1, channels).T.copy()
