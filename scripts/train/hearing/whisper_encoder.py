"""Whisper's stem and first encoder blocks (src/encoder) in torch, with additions that can be fitted.

The additions to a matrix are a product of two narrow ones (Hu et al. 2021, LoRA), all others are whole; `additions` gives them by the
tensors' names, as src/encoder reads them.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

import tensors

BANDS, WINDOW, HOP, RATE = 80, 400, 160, 16_000
WIDTH, HEADS, BLOCKS = 512, 8, 2
PARTS = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "fc1", "fc2")
NORMS = ("self_attn_layer_norm", "final_layer_norm")


def slaney_filters():
    """[80, 201]: triangles on Slaney's scale, linear below 1 kHz and logarithmic above, each of unit area."""
    hertz = lambda mel: np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
    highest = 15 + np.log(RATE / 2 / 1000) / (np.log(6.4) / 27)
    edges, bins = hertz(np.linspace(0, highest, BANDS + 2)), np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return torch.tensor(triangles * 2 / (high - low), dtype=torch.float32)


FILTERS = slaney_filters()


def log_mel(samples):
    """[frames, 80] of a signal at 16 kHz, as src/encoder/mel.rs."""
    frames = max(2, len(samples) // HOP)
    samples = F.pad(samples, (0, max(frames * HOP, WINDOW, len(samples)) - len(samples)))
    spectrum = torch.stft(samples, WINDOW, HOP, window=torch.hann_window(WINDOW), pad_mode="reflect", return_complex=True)
    mel = torch.log10(torch.clamp(FILTERS @ spectrum[:, :frames].abs() ** 2, min=1e-10))
    return ((torch.maximum(mel, mel.max() - 8) + 4) / 4).T


class Encoder(torch.nn.Module):
    """The file's weights, which stay, and additions of `rank`, which are fitted; without them if it is 0."""

    def __init__(self, path, rank=0):
        super().__init__()
        self.weights = {name: torch.tensor(values.astype("float32")) for name, values, _ in tensors.read(path)}
        self.added, self.factors = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        self.blocks = sum(name.endswith("fc1.weight") for name in self.weights)
        for name, values in self.weights.items() if rank else ():
            if name.startswith("layers.") and values.ndim == 2:
                rows, columns = values.shape
                self.factors[self.key(name + ".left")] = torch.zeros(rows, rank)
                self.factors[self.key(name + ".right")] = torch.randn(rank, columns) / math.sqrt(columns)
            elif name != "embed_positions.weight":
                self.added[self.key(name)] = torch.zeros_like(values)

    @staticmethod
    def key(name):
        # Names of parameters have no dots.
        return name.replace(".", "/")

    def additions(self):
        """Name and values of each."""
        return [(key.replace("/", "."), values.detach().numpy()) for group in (self.added, self.factors) for key, values in group.items()]

    def weight(self, name):
        values, key = self.weights[name], self.key(name)
        if key in self.added:
            return values + self.added[key]
        if key + "/left" in self.factors:
            return values + self.factors[key + "/left"] @ self.factors[key + "/right"]
        return values

    def linear(self, x, name):
        return F.linear(x, self.weight(name + ".weight"), self.weight(name + ".bias") if name + ".bias" in self.weights else None)

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.weight(name + ".weight"), self.weight(name + ".bias"))

    def forward(self, mel, frames):
        """[clips, states, 2 · 512] of the last two blocks, and which of the states are of a clip and not beyond its end.
        `mel`: [clips, frames, 80], zeros beyond each clip's `frames`."""
        there = torch.arange(mel.shape[1]) < frames[:, None]
        x = F.conv1d(mel.transpose(1, 2), self.weight("conv1.weight"), self.weight("conv1.bias"), padding=1)
        x = F.gelu(x) * there[:, None]
        x = F.gelu(F.conv1d(x, self.weight("conv2.weight"), self.weight("conv2.bias"), stride=2, padding=1)).transpose(1, 2)
        x = x + self.weight("embed_positions.weight")[: x.shape[1]]
        real = torch.arange(x.shape[1]) < ((frames + 1) // 2)[:, None]
        mask = torch.zeros(len(mel), 1, 1, x.shape[1]).masked_fill(~real[:, None, None], -1e4).to(x.dtype)
        heads = lambda t: t.view(*t.shape[:2], HEADS, -1).transpose(1, 2)
        states = []
        for number in range(self.blocks):
            name = f"layers.{number}."
            query, key, value, out, expand, contract = (lambda x, part=part: self.linear(x, name + part) for part in PARTS)
            normal = self.norm(x, name + NORMS[0])
            mixed = F.scaled_dot_product_attention(heads(query(normal)), heads(key(normal)), heads(value(normal)), mask)
            x = x + out(mixed.transpose(1, 2).reshape(x.shape))
            x = x + contract(F.gelu(expand(self.norm(x, name + NORMS[1]))))
            states.append(x)
        return torch.cat(states[-BLOCKS:], -1), real
