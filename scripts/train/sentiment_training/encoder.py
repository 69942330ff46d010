"""The encoder: the lower layers of multilingual-e5-small and a five-level head, fine-tuned on CPU."""

import math
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import e5, weights
from .data import arrays
from .linear import loss
from .text import normalise

HIDDEN, HEADS, LAYERS = 384, 12, 6
LONGEST = 64  # tokens, with <s> and </s>; of a longer text training sees the head and tail halves
WINDOWS = 4  # in which a longer text is read once trained
HALVES = torch.cpu._is_avx512_bf16_supported()  # elsewhere bfloat16 is computed by way of floats, and slower
FROZEN = 2  # of the layers, the lowest: they read, the others judge
START, PAD, END = 0, 1, 2


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (torch.nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.up, self.down = torch.nn.Linear(HIDDEN, 4 * HIDDEN), torch.nn.Linear(4 * HIDDEN, HIDDEN)
        self.norm1, self.norm2 = (torch.nn.LayerNorm(HIDDEN, eps=1e-12) for _ in range(2))

    def forward(self, x, mask):
        def heads(t):
            return t.view(*t.shape[:2], HEADS, -1).transpose(1, 2)

        mixed = F.scaled_dot_product_attention(heads(self.query(x)), heads(self.key(x)), heads(self.value(x)), mask)
        x = self.norm1(x + self.out(mixed.transpose(1, 2).reshape(x.shape)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


# Our names of a layer's parts, and those of the file (and of BERT).
NAMES = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
         "out": "attention.output.dense", "norm1": "attention.output.LayerNorm", "up": "intermediate.dense",
         "down": "output.dense", "norm2": "output.LayerNorm"}


def fill(layers, tensors, first=0):
    """Layers from those of a file, beginning with its layer `first`."""
    for number, layer in enumerate(layers, first):
        for ours, theirs in NAMES.items():
            part = getattr(layer, ours)
            part.weight.copy_(torch.tensor(tensors[f"layer.{number}.{theirs}.weight"]))
            part.bias.copy_(torch.tensor(tensors[f"layer.{number}.{theirs}.bias"]))


class Encoder(torch.nn.Module):
    """Word embeddings stay frozen in the four bits that they came in; positions beyond LONGEST are cut off."""

    def __init__(self, tensors, words):
        super().__init__()
        self.register_buffer("words", torch.tensor(words))
        self.position = torch.nn.Parameter(torch.tensor(tensors["position"][:LONGEST] + tensors["type"]))
        self.norm = torch.nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = torch.nn.Dropout(0.1)  # of the pooled text only: inside the layers it costs more than it gives
        self.head = torch.nn.Linear(HIDDEN, 5)
        with torch.no_grad():
            self.norm.weight.copy_(torch.tensor(tensors["norm.weight"]))
            self.norm.bias.copy_(torch.tensor(tensors["norm.bias"]))
            fill(self.layers, tensors)

    def forward(self, ids):
        real = ids != PAD
        x = self.norm(self.words[ids] + self.position[: ids.shape[1]])
        mask = torch.zeros(ids.shape[0], 1, 1, ids.shape[1]).masked_fill(~real[:, None, None, :], -1e4)
        for layer in self.layers:
            x = layer(x, mask.to(x.dtype))
        share = real.float() / real.sum(1, keepdim=True)
        return self.head(self.dropout((x.float() * share[:, :, None]).sum(1)))


class Tokens:
    def __init__(self, made):
        self.made = made

    def __call__(self, texts):
        out = []
        for ids in self.pieces(texts):
            room = LONGEST - 2
            if len(ids) > room:
                ids = ids[: room // 2] + ids[-room // 2 :]
            out.append(np.array([START, *ids, END]))
        return out

    def windows(self, texts):
        """Of each text the windows that cover it, evenly spread; they overlap, and leave gaps in a very long one."""
        return [[np.array([START, *ids[s : s + LONGEST - 2], END]) for s in starts(len(ids))] for ids in self.pieces(texts)]

    def pieces(self, texts):
        return [e.ids for e in self.made.encode_batch_fast([normalise(t) for t in texts], add_special_tokens=False)]


def starts(pieces):
    room = LONGEST - 2
    count = min(WINDOWS, max(1, math.ceil(pieces / room)))
    return [i * (pieces - room) // (count - 1) for i in range(count)] if count > 1 else [0]


def mean(models):
    """The mean of several trainings' weights: nearly as right as asking them all, at the price of one (Wortsman et al.
    2022, Model soups). They must have begun at the same weights."""
    first, states = models[0], [m.state_dict() for m in models]
    first.load_state_dict({name: sum(s[name] for s in states) / len(states) for name in states[0]})
    return first


def padded(batch):
    out = np.full((len(batch), max(map(len, batch))), PAD)
    for row, ids in zip(out, batch):
        row[: len(ids)] = ids
    return torch.tensor(out)


def batched(lengths, size, rng):
    """Sorted by length within big random chunks: little padding, still random batches."""
    order = rng.permutation(len(lengths))
    chunks = [order[s : s + 64 * size] for s in range(0, len(order), 64 * size)]
    sized = [c[np.argsort(lengths[c], kind="stable")][s : s + size] for c in chunks for s in range(0, len(c), size)]
    return [sized[i] for i in rng.permutation(len(sized))]


def train(model, tokens, passes, rate, size, seed, checkpoint=None, budget=math.inf):
    """Trains once on the rows of each pass. Returns whether it is finished; stops after `budget` seconds with its state in
    `checkpoint`, to go on later."""
    rows = [row for each in passes for row in each]
    mask, target = map(torch.tensor, arrays(rows))
    ids = tokens([r.text for r in rows])
    lengths = np.array([len(i) for i in ids])
    rng = np.random.default_rng(seed)
    batches, first_row = [], 0
    for each in passes:
        batches += [b + first_row for b in batched(lengths[first_row : first_row + len(each)], size, rng)]
        first_row += len(each)
    steps = len(batches)
    for part in [model.norm, *model.layers[:FROZEN]]:
        part.requires_grad_(False)
    model.position.requires_grad_(False)
    decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    adam = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], fused=True)
    first = 0
    if checkpoint is not None and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        first = state["step"]
        print(f"  encoder: going on from step {first} of {steps}", flush=True)
    model.train()
    began = time.monotonic()
    running = 0.0
    for step in range(first, steps):
        torch.manual_seed(seed * 1_000_003 + step)
        warm = min(1.0, (step + 1) / (0.06 * steps))
        for group in adam.param_groups:
            group["lr"] = rate * warm * (1 - step / steps)
        batch = batches[step]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HALVES):
            out = model(padded([ids[i] for i in batch]))
        value = loss(out, mask[batch], target[batch]).mean()
        adam.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        running = value.item() if step == first else 0.98 * running + 0.02 * value.item()
        if step % 25 == 0:
            print(f"  encoder step {step} of {steps}: loss {running:.4f}, {time.monotonic() - began:.0f} s", flush=True)
        if checkpoint is not None and time.monotonic() - began > budget and step + 1 < steps:
            torch.save({"model": model.state_dict(), "adam": adam.state_dict(), "step": step + 1}, checkpoint)
            return False
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    return True


def logits(model, tokens, texts, size=64):
    """Of each text the mean over its windows."""
    model.eval()
    windows = tokens.windows(texts)
    ids = [window for of_text in windows for window in of_text]
    order = np.argsort([len(i) for i in ids], kind="stable")
    out = np.empty((len(ids), 5), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            out[batch] = model(padded([ids[i] for i in batch])).numpy()
    ends = np.cumsum([len(of_text) for of_text in windows])[:-1]
    return np.stack([part.mean(0) for part in np.split(out, ends)])


def write(model, raw_words, pieces, weights_path, tokenizer_path):
    """A safetensors file: matrices as u8 + f32 scale per row, word embeddings as Q4_0 blocks, the rest f16."""
    out = {"words.q4_0": raw_words}
    out["position"] = model.position.detach().numpy().astype(np.float16)
    out |= weights.halves("norm", model.norm.weight, model.norm.bias) | weights.halves("head", model.head.weight, model.head.bias)
    out |= weights.layers(model.layers, 0, NAMES)
    weights.write(out, weights_path)
    e5.tokenizer(pieces).save(str(tokenizer_path), pretty=False)
    for path in (weights_path, tokenizer_path):
        print(f"  {path.name}: {path.stat().st_size} bytes")


def read(weights_path, tokenizer_path):
    """The shipped model, in its shipped precision: (model, tokens)."""
    file = weights.read(weights_path)
    raw = file["words.q4_0"]
    words = e5.dequantise(raw.tobytes(), 0, raw.size // 18).reshape(len(raw), HIDDEN)
    model = Encoder(file | {"type": np.float32(0)}, words)
    with torch.no_grad():
        model.head.weight.copy_(torch.tensor(file["head.weight"]))
        model.head.bias.copy_(torch.tensor(file["head.bias"]))
    from tokenizers import Tokenizer

    return model, Tokens(Tokenizer.from_file(str(tokenizer_path)))
