"""Weight files as src/neural reads them: safetensors with matrices in eight bits."""

import json

import numpy as np


def quantised(weight):
    """Rows as bytes (value + 128), and one scale a row."""
    scale = np.abs(weight).max(1) / 127
    return (np.round(weight / scale[:, None]) + 128).astype(np.uint8), scale.astype(np.float32)


def halves(name, weight, bias):
    """The two tensors of a part in 16 bits."""
    return {f"{name}.weight": weight.detach().numpy().astype(np.float16), f"{name}.bias": bias.detach().numpy().astype(np.float16)}


def layers(parts, first, names):
    """Those of transformer layers, numbered from `first`, each part under its name of `names`: matrices as u8 with an f32 scale
    per row, the rest in 16 bits."""
    out = {}
    for number, layer in enumerate(parts, first):
        for ours, theirs in names.items():
            part, name = getattr(layer, ours), f"layer.{number}.{theirs}"
            out |= halves(name, part.weight, part.bias)
            if part.weight.ndim == 2:
                del out[f"{name}.weight"]
                out[f"{name}.weight.u8"], out[f"{name}.weight.scale"] = quantised(part.weight.detach().numpy())
    return out


def read(path):
    """A file of safetensors as floats; matrices in 8 bits with their scales, word embeddings as they are."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    kinds = {"U8": np.uint8, "F16": np.float16, "F32": np.float32}
    file = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        first, last = entry["data_offsets"]
        raw = np.frombuffer(data[8 + length + first : 8 + length + last], kinds[entry["dtype"]])
        file[name] = raw.reshape(entry["shape"]).astype(np.float32) if entry["dtype"] != "U8" else raw.reshape(entry["shape"])
    for name in [n for n in file if n.endswith(".u8")]:
        matrix = name.removesuffix(".u8")
        file[matrix] = (file[name].astype(np.float32) - 128) * file[matrix + ".scale"][:, None]
    return file


def write(tensors, path):
    kinds = {"uint8": "U8", "float16": "F16", "float32": "F32"}
    header, at = {}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": kinds[str(array.dtype)], "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            out.write(np.ascontiguousarray(array).tobytes())
