"""The layers above those that the sentiment encoder shares, and a head with a rating, a request, points and a reply."""

import time
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from sentiment_training import encoder, weights
from sentiment_training.encoder import HIDDEN, NAMES, PAD, Layer, batched, padded

from .data import POINTS, REPLIES, REQUESTS, UNKNOWN

LAYERS, SHARED = 6, encoder.FROZEN
SIZES = 6, len(REQUESTS), len(POINTS), len(REPLIES)


class Outputs(NamedTuple):
    """Log-odds: of ratings, requests and replies as softmaxes, of each point by itself."""

    ratings: torch.Tensor
    requests: torch.Tensor
    points: torch.Tensor
    replies: torch.Tensor


class Network(torch.nn.Module):
    def __init__(self, trunk, tensors):
        """`trunk`: the sentiment encoder as it ships, of which the layers are used that its training left as they were.
        `tensors`: multilingual-e5-small's."""
        super().__init__()
        self.trunk = trunk.requires_grad_(False)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS - SHARED))
        with torch.no_grad():
            encoder.fill(self.layers, tensors, SHARED)
        self.dropout = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(HIDDEN, sum(SIZES))

    def forward(self, ids):
        real = ids != PAD
        mask = torch.zeros(ids.shape[0], 1, 1, ids.shape[1]).masked_fill(~real[:, None, None, :], -1e4)
        with torch.no_grad():
            x = self.trunk.norm(self.trunk.words[ids] + self.trunk.position[: ids.shape[1]])
            for layer in self.trunk.layers[:SHARED]:
                x = layer(x, mask.to(x.dtype))
        for layer in self.layers:
            x = layer(x, mask.to(x.dtype))
        share = real.float() / real.sum(1, keepdim=True)
        return Outputs(*self.head(self.dropout((x.float() * share[:, :, None]).sum(1))).split(SIZES, 1))


def read(trunk, path):
    """The shipped network, in its shipped precision."""
    file = weights.read(path)
    network = Network(trunk, file)
    with torch.no_grad():
        network.head.weight.copy_(torch.tensor(file["head.weight"]))
        network.head.bias.copy_(torch.tensor(file["head.bias"]))
    return network


def loss(out, rows, weight_of_points):
    """Each part over the rows that it is known of: cross-entropies of rating, request and reply, and of each point by itself."""
    def one_of(logits, truth):
        return F.cross_entropy(logits.float(), torch.tensor(truth), ignore_index=UNKNOWN, reduction="sum") / len(rows)

    parts = (one_of(out.ratings, [row.rating for row in rows]), one_of(out.requests, [row.request for row in rows]),
             one_of(out.replies, [row.reply for row in rows]))
    pointed = [index for index, row in enumerate(rows) if row.points is not None]
    if not pointed:
        return sum(parts)
    points = torch.tensor([rows[index].points for index in pointed])
    by_point = F.binary_cross_entropy_with_logits(out.points[pointed].float(), points, reduction="sum")
    return sum(parts) + weight_of_points * by_point / len(rows)


def train(network, tokens, passes, rate, size, seed, weight_of_points):
    rows = [row for each in passes for row in each]
    ids = tokens([row.text for row in rows])
    lengths, rng = np.array([len(i) for i in ids]), np.random.default_rng(seed)
    batches, first_row = [], 0
    for each in passes:
        batches += [batch + first_row for batch in batched(lengths[first_row : first_row + len(each)], size, rng)]
        first_row += len(each)
    free = [p for p in network.parameters() if p.requires_grad]
    adam = torch.optim.AdamW([{"params": [p for p in free if p.ndim > 1], "weight_decay": 0.01},
                              {"params": [p for p in free if p.ndim <= 1], "weight_decay": 0.0}], fused=True)
    network.train()
    began, running = time.monotonic(), None
    for step, batch in enumerate(batches):
        torch.manual_seed(seed * 1_000_003 + step)
        for group in adam.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / (0.06 * len(batches))) * (1 - step / len(batches))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=encoder.HALVES):
            out = network(padded([ids[i] for i in batch]))
        value = loss(out, [rows[i] for i in batch], weight_of_points)
        adam.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(free, 1.0)
        adam.step()
        running = value.item() if running is None else 0.98 * running + 0.02 * value.item()
        if step % 100 == 0:
            print(f"  step {step} of {len(batches)}: loss {running:.4f}, {time.monotonic() - began:.0f} s", flush=True)


def logits(network, tokens, texts, size=64):
    network.eval()
    ids = tokens(texts)
    order = np.argsort([len(i) for i in ids], kind="stable")
    with torch.no_grad():
        batches = [network(padded([ids[i] for i in order[start : start + size]])) for start in range(0, len(order), size)]
    back = torch.tensor(np.argsort(order))
    return Outputs(*(torch.cat(part).float()[back] for part in zip(*batches)))


def temperature(logits, truth):
    """Of a few, the one at which the truth is likeliest."""
    one_of = truth.ndim == 1
    loss = F.cross_entropy if one_of else F.binary_cross_entropy_with_logits
    return float(min(np.arange(0.6, 3.01, 0.05), key=lambda t: loss(logits / t, truth).item()))


def write(network, temperatures, path):
    """A safetensors file: matrices as u8 with an f32 scale per row, the rest f16; the head divided by its temperatures."""
    divisor = torch.tensor([t for t, size in zip(temperatures, SIZES) for _ in range(size)])
    head = weights.halves("head", network.head.weight / divisor[:, None], network.head.bias / divisor)
    weights.write(head | weights.layers(network.layers, SHARED, NAMES), path)
