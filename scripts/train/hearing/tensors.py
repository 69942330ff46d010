"""The safetensors format: length of the header, header, data."""
import json
import struct

import numpy as np

KINDS = {"F16": "float16", "F32": "float32", "U8": "uint8"}


def write(path, tensors):
    """Of (name, values, kind)."""
    header, data = {}, b""
    for name, array, kind in tensors:
        raw = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def read(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    return [(name, np.frombuffer(data[8 + length:][slice(*entry["data_offsets"])], KINDS[entry["dtype"]]).reshape(entry["shape"]), entry["dtype"])
            for name, entry in json.loads(data[8:8 + length]).items()]
