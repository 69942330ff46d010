"""Fits what turns both models' log-odds into calibrated probabilities: on development rows, reported on test rows."""

import json
import tomllib

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp

from . import data, report
from .text import ROOT, normalise

PER_PATTERN = 4  # sentences of each held-out pattern
# Once read, a checklist is development data. The last ones are read once, by --step test.
READ, FRESH = ("dev", "test", "third", "fourth", "fifth"), ("fresh", "turns")
SHARES = np.arange(0, 1.01, 0.1)


def three(log_p):
    """Log-probabilities of negative, neutral, positive."""
    return np.stack([logsumexp(log_p[:, :2], 1), log_p[:, 2], logsumexp(log_p[:, 3:], 1)], 1)


def wanted(rows):
    """[row, 3]: which of the three a label allows (ones), or the distribution over them that it states."""
    mask, target = data.arrays(rows)
    soft = target.sum(1, keepdims=True) > 0
    collapse = lambda a, f: np.stack([f(a[:, :2], 1), a[:, 2], f(a[:, 3:], 1)], 1)
    return np.where(soft, collapse(target, np.sum), collapse(mask, np.max)), soft[:, 0]


def losses(log3, want, soft):
    with np.errstate(divide="ignore"):
        as_set = -logsumexp(log3 + np.log(want), 1)
    return np.where(soft, -(want * log3).sum(1), as_set)


def shaped(encoder, linear, share, temperature, bias):
    logits = (share * encoder + (1 - share) * linear) / temperature
    logits = logits + bias * np.array([0, 0, 1, 0, 0])
    return log_softmax(logits, 1)


def checklist_rows(name, trained):
    levels = {-1: "12", 0: "3", 1: "45"}
    return [data.Row(t, data.allowed(levels[p]), (0.0,) * 5, f"checklist-{name}", p)
            for p, _, t in report.checklist(name) if plain(t) not in trained]


def plain(text):
    return normalise(text).strip(" .。!?")


def trained_on(seeds):
    """What any of these seeds draws of our own training sentences. Stops if one is in a fresh checklist."""
    trained = {plain(r.text) for drawn in seeds for r in data.own(24, drawn)[0]}
    for name in FRESH:
        for _, _, line in report.checklist(name):
            if plain(line) in trained:
                raise SystemExit(f"checklist {name}: {line!r} is a training sentence; take it out of the templates")
    return trained


def fit(rows, encoder, linear):
    """Every source counts the same, however many rows it has."""
    sources = np.array([r.source.split(":")[0] for r in rows])
    weight = np.zeros(len(rows))
    for source in np.unique(sources):
        weight[sources == source] = 1 / (sources == source).sum() / len(np.unique(sources))
    want, soft = wanted(rows)
    best = None
    for share in SHARES:
        def value(x):
            return (weight * losses(three(shaped(encoder, linear, share, np.exp(x[0]), x[1])), want, soft)).sum()
        found = minimize(value, [0.0, 0.0], method="Nelder-Mead", options={"maxiter": 200})
        print(f"  encoder share {share:.1f}: loss {found.fun:.4f}")
        if best is None or found.fun < best[0]:
            best = (found.fun, share, float(np.exp(found.x[0])), float(found.x[1]))
    return best[1:]


def run(pack, both, seed, drawn):
    """`both` maps texts to (encoder log-odds, n-gram log-odds); `drawn` are the seeds of the training sentences."""
    trained = trained_on(drawn)
    known = [r for name in READ for r in checklist_rows(name, trained)]
    print(f"  checklists {', '.join(READ)}: {len(known)} lines that are no training sentences")
    rows = data.development(pack, PER_PATTERN, seed) + known
    encoder, linear = both([r.text for r in rows])
    share, temperature, bias = fit(rows, encoder, linear)
    text = f"encoder_share = {share:.1f}\ntemperature = {temperature:.3f}\nneutral_bias = {bias:.3f}\n"
    (ROOT / "models/sentiment.toml").write_text("# Fitted by scripts/train/sentiment.\n" + text)
    print(text)

    for name, alone in (("encoder alone", encoder), ("n-grams alone", linear), ("both", share * encoder + (1 - share) * linear)):
        print(f"development, {name}:")
        report.sets(rows, np.exp(log_softmax(alone, 1)))
    report.checklists(lambda texts: np.exp(shaped(*both(texts), share, temperature, bias)), READ, trained=trained)
    parity(both)


def test(pack, both):
    """Test rows and the fresh checklists, by the calibration that is shipped: read once."""
    fitted = tomllib.loads((ROOT / "models/sentiment.toml").read_text())

    def predict(texts):
        return np.exp(shaped(*both(texts), fitted["encoder_share"], fitted["temperature"], fitted["neutral_bias"]))

    rows = list(data.pack(pack, "test"))
    print("test (read once):")
    report.sets(rows, predict([r.text for r in rows]))
    report.checklists(predict, FRESH, misses=True)


def parity(both):
    """What the Rust side must reproduce, on sentences of our own."""
    texts = ["师傅态度很好，修得也很快。", "等了三天都没人来", "要是能早点来就好了", "Not bad at all, THANKS!", "it's ok I guess 👍",
             "服務很周到", "十分慢意", "I've been waiting 15 days; nobody came.",
             # Two windows, and three.
             "师傅来得倒是准时，进门也换了鞋套。修了半个小时说好了，收了我两百块，结果当天晚上又漏水，打电话过去没人接，"
             "第二天才说要再等三天，我把客厅的地毯全卷起来了，一家人围着水盆过的周末。",
             "The driver was on time and carried the fridge up three floors without a word of complaint. He levelled it, "
             "plugged it in, waited until the light came on and showed my mother how to change the shelves. When one of the "
             "drawers turned out to be cracked he took a picture, rang the depot from our kitchen and the new one was here the "
             "next morning before I left for work. He even took the old fridge and all the cardboard down with him, which the "
             "last company had wanted forty pounds for. I wish every delivery went like this, and I told the neighbours so, "
             "who have been waiting for their washing machine since May."]
    encoder, linear = both(texts)
    rows = [{"text": t, "encoder": e, "ngram": l} for t, e, l in zip(texts, encoder.tolist(), linear.tolist())]
    path = ROOT / "tests/data/sentiment-parity.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
