"""Reliability: stated probabilities against how often they were right. Used by the comparisons and by hand:

    reliability.py DUMP.jsonl OUT.svg

draws the rating posterior of `measure_hearing --dump`: the probability of its likeliest outcome ("none" is one) against
the share of clips whose outcome that was, one curve for each line.
"""
import json
import sys

BINS = 10
COLOURS = ["#1b6ca8", "#c8553d", "#5a8f29", "#8a5fa8"]
SIZE, PAD, LEGEND = 320, 40, 210


def binned(stated, right):
    """(mean probability, share right, count) of each tenth of the range that holds anything."""
    bins = [[] for _ in range(BINS)]
    for p, hit in zip(stated, right):
        bins[min(int(p * BINS), BINS - 1)].append((float(p), bool(hit)))
    return [(sum(p for p, _ in b) / len(b), sum(hit for _, hit in b) / len(b), len(b)) for b in bins if b]


def calibration_error(stated, right):
    """Expected calibration error over ten bins of equal width."""
    bins = binned(stated, right)
    return sum(n * abs(p - share) for p, share, n in bins) / sum(n for *_, n in bins)


def draw(path, curves, across, up, least=5):
    """A diagram as SVG; `curves` is {name: (stated, right)}. Bins of fewer than `least` are left out; a dot's size tells how many it holds."""
    at = lambda x, y: f"{PAD + x * SIZE:.1f},{PAD + (1 - y) * SIZE:.1f}"
    width, height = SIZE + 2 * PAD + LEGEND, SIZE + 2 * PAD
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<rect x="{PAD}" y="{PAD}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#999"/>',
           f'<polyline points="{at(0, 0)} {at(1, 1)}" stroke="#bbb" stroke-dasharray="4" fill="none"/>',
           f'<text x="{PAD + SIZE / 2}" y="{PAD + SIZE + 28}" text-anchor="middle">{across}</text>',
           f'<text x="14" y="{PAD + SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 {PAD + SIZE / 2})">{up}</text>']
    for tick in (0, 0.5, 1):
        out.append(f'<text x="{PAD + tick * SIZE}" y="{PAD + SIZE + 14}" text-anchor="middle">{tick:g}</text>')
        out.append(f'<text x="{PAD - 4}" y="{PAD + (1 - tick) * SIZE + 4}" text-anchor="end">{tick:g}</text>')
    for number, (name, (stated, right)) in enumerate(curves.items()):
        points = [point for point in binned(stated, right) if point[2] >= least]
        colour = COLOURS[number % len(COLOURS)]
        out.append(f'<polyline points="{" ".join(at(x, y) for x, y, _ in points)}" stroke="{colour}" fill="none" stroke-width="2"/>')
        out += [f'<circle cx="{PAD + x * SIZE:.1f}" cy="{PAD + (1 - y) * SIZE:.1f}" r="{2 + n ** 0.5 / 6:.1f}" fill="{colour}"/>'
                for x, y, n in points]
        out.append(f'<text x="{PAD + SIZE + 12}" y="{PAD + 16 + 18 * number}" fill="{colour}">{name}</text>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*out, "</svg>", ""]))


def posterior(row):
    """The likeliest outcome of a row of the dump, 1 to 5 or none, and its probability."""
    rating = (row["heard"] or {"rating": {"levels": [0] * 5, "none": 1}})["rating"]
    levels = rating["levels"]
    best = max(range(5), key=levels.__getitem__)
    return (best + 1, levels[best]) if levels[best] > rating["none"] else (None, rating["none"])


def main():
    dump, out = sys.argv[1:]
    curves = {}
    for row in map(json.loads, open(dump)):
        stated, right = curves.setdefault(f"{row['language']}, {row['line']}", ([], []))
        outcome, p = posterior(row)
        stated.append(p)
        right.append(outcome == row["truth"])
    named = {f"{name}: error {calibration_error(*curve):.3f}": curve for name, curve in sorted(curves.items())}
    draw(out, named, "stated probability of the likeliest outcome", "share that was right")
    print("\n".join(f"{name} (n {len(stated)})" for name, (stated, _) in named.items()))


if __name__ == "__main__":
    main()
