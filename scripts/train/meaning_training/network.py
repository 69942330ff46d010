"""The layers above those that the sentiment encoder shares, and a head with a rating and a request."""

import time

import numpy as np
import torch
import torch.nn.functional as F
from sentiment_training import encoder, weights
from sentiment_training.encoder import HIDDEN, NAMES, PAD, Layer, batched, padded

LAYERS, SHARED = 6, encoder.FROZEN
RATINGS = 6


class Network(torch.nn.Module):
    def __init__(self, trunk, tensors, requests):
        """`trunk`: the sentiment encoder as it ships, of which the layers are used that its training left as they were.
        `tensors`: multilingual-e5-small's."""
        super().__init__()
        self.trunk = trunk.requires_grad_(False)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS - SHARED))
        with torch.no_grad():
            encoder.fill(self.layers, tensors, SHARED)
        self.dropout = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(HIDDEN, RATINGS + requests)

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
        return self.head(self.dropout((x.float() * share[:, :, None]).sum(1)))


def read(trunk, path, requests):
    """The shipped network, in its shipped precision."""
    file = weights.read(path)
    network = Network(trunk, file, requests)
    with torch.no_grad():
        network.head.weight.copy_(torch.tensor(file["head.weight"]))
        network.head.bias.copy_(torch.tensor(file["head.bias"]))
    return network


def train(network, tokens, passes, rate, size, seed):
    rows = [row for each in passes for row in each]
    ids = tokens([row[0] for row in rows])
    rating, request = (torch.tensor([row[index] for row in rows]) for index in (1, 2))
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
        value = F.cross_entropy(out[:, :RATINGS].float(), rating[batch]) + F.cross_entropy(out[:, RATINGS:].float(), request[batch])
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
    out = [None] * len(ids)
    with torch.no_grad():
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            for row, values in zip(batch, network(padded([ids[i] for i in batch])).float()):
                out[row] = values
    return torch.stack(out)


def temperature(logits, truth):
    """Of a few, the one at which the truth is likeliest."""
    tried = np.arange(0.6, 3.01, 0.05)
    return float(min(tried, key=lambda t: F.cross_entropy(logits / t, truth).item()))


def write(network, temperatures, path):
    """A safetensors file: matrices as u8 with an f32 scale per row, the rest f16; the head divided by its temperatures."""
    divisor = torch.tensor([temperatures[0]] * RATINGS + [temperatures[1]] * (network.head.out_features - RATINGS))
    head = weights.halves("head", network.head.weight / divisor[:, None], network.head.bias / divisor)
    weights.write(head | weights.layers(network.layers, SHARED, NAMES), path)
