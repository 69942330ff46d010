"""The hashed n-gram model: multinomial regression with set-valued labels."""

import numpy as np
import torch

from .data import arrays
from .text import features


def loss(logits, mask, target):
    """Set-valued cross-entropy where `target` is empty, plain cross-entropy with it elsewhere."""
    log_p = torch.log_softmax(logits.float(), 1)
    as_set = -torch.logsumexp(log_p + torch.log(mask.clamp_min(1e-9)), 1)
    soft = -(target * log_p).sum(1)
    return torch.where(target.sum(1) > 0, soft, as_set)


class Linear:
    """Weights [feature, level] of the known features, whose hashes are in ascending order."""

    def __init__(self, vocabulary, weight, bias):
        self.vocabulary, self.weight, self.bias = vocabulary, weight, bias

    def logits(self, texts):
        out = np.empty((len(texts), 5), dtype=np.float32)
        for i, t in enumerate(texts):
            known = columns(features(t), self.vocabulary)
            out[i] = self.bias + self.weight[known].sum(0) / np.sqrt(max(1, len(known)))
        return out

    def predict(self, texts):
        return torch.softmax(torch.tensor(self.logits(texts)), 1).numpy()


def columns(found, vocabulary):
    at = np.searchsorted(vocabulary, found).clip(max=len(vocabulary) - 1)
    return at[vocabulary[at] == found]


def train(rows, epochs, rate, drop, least, seed):
    """Adam with sparse gradients: a rare feature moves only when it is seen, which a plain penalty would hold back.

    `drop` of the features are left out at random each time a row is seen.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    hashed = [features(r.text) for r in rows]
    hashes, counts = np.unique(np.concatenate(hashed), return_counts=True)
    vocabulary = hashes[counts >= least]
    hashed = [columns(h, vocabulary) for h in hashed]
    mask, target = map(torch.tensor, arrays(rows))
    table = torch.nn.EmbeddingBag(len(vocabulary), 5, mode="sum", sparse=True)
    torch.nn.init.zeros_(table.weight)
    bias = torch.zeros(5, requires_grad=True)
    steps = [torch.optim.SparseAdam(table.parameters(), lr=rate), torch.optim.Adam([bias], lr=rate)]
    size = 256
    for epoch in range(epochs):
        order = rng.permutation(len(rows))
        total = 0.0
        for start in range(0, len(order), size):
            for step in steps:
                step.param_groups[0]["lr"] = rate * (1 - (epoch + start / len(order)) / epochs)
            batch = order[start : start + size]
            bag = [hashed[i][rng.random(len(hashed[i])) >= drop] for i in batch]
            lengths = torch.tensor([len(b) for b in bag])
            offsets = torch.cumsum(lengths, 0) - lengths
            weight = torch.repeat_interleave(lengths.clamp_min(1).float().rsqrt(), lengths)
            out = table(torch.tensor(np.concatenate(bag)), offsets, per_sample_weights=weight) + bias
            value = loss(out, mask[batch], target[batch]).mean()
            for step in steps:
                step.zero_grad()
            value.backward()
            for step in steps:
                step.step()
            total += value.item() * len(batch)
    print(f"  n-grams: {len(rows)} rows, {len(vocabulary)} features, last loss {total / len(rows):.4f}", flush=True)
    return Linear(vocabulary, table.weight.detach().numpy(), bias.detach().numpy())


def write(model, path):
    """`NGRM`, u32 features, f32 scale and bias per level, u32 hashes in order, i8 [feature][level]; little-endian."""
    scale = np.abs(model.weight).max(0) / 127
    quantised = np.round(model.weight / scale).astype(np.int8)
    with open(path, "wb") as out:
        out.write(b"NGRM" + np.uint32(len(quantised)).tobytes())
        out.write(scale.astype("<f4").tobytes() + model.bias.astype("<f4").tobytes())
        out.write(model.vocabulary.astype("<u4").tobytes() + quantised.tobytes())
    print(f"  {path.name}: {len(quantised)} features, {path.stat().st_size} bytes")


def read(path):
    """The shipped model, in its shipped precision."""
    data = path.read_bytes()
    count = int(np.frombuffer(data, "<u4", 1, 4)[0])
    scale, bias = np.frombuffer(data, "<f4", 10, 8).reshape(2, 5)
    hashes = np.frombuffer(data, "<u4", count, 48)
    return Linear(hashes, np.frombuffer(data, np.int8, count * 5, 48 + 4 * count).reshape(count, 5) * scale, bias)
