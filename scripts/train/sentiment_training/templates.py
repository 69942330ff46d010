"""Expands our own sentence grammars (templates/*.txt) into training rows, seeded.

A language's grammar is every `LANGUAGE*.txt`, read in order of name as one. Grammar file: `@slot: a|b|c` defines a slot (an empty alternative is allowed), `[LEVELS name]` opens a section
whose sentences may have any of the five levels named by its digits (1 = very dissatisfied, 5 = very satisfied),
every other line is a pattern with `{slot}`s. Slots may use slots.
"""

import random
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "templates"
SLOT = re.compile(r"\{(\w+)\}")


def read(language):
    slots, sections = {}, []
    files = sorted(FOLDER.glob(f"{language}*.txt"))
    for line in "\n".join(f.read_text(encoding="utf-8") for f in files).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            name, values = line[1:].split(":", 1)
            assert name not in slots, f"slot {name} is defined twice"
            slots[name] = [v.strip() for v in values.split("|")]
        elif line.startswith("["):
            levels, name = line.strip("[] ").split(" ", 1)
            sections.append((levels, name, []))
        else:
            sections[-1][2].append(line.strip())
    return slots, sections


def expand(pattern, slots, rng):
    while SLOT.search(pattern):
        pattern = SLOT.sub(lambda m: rng.choice(slots[m[1]]), pattern, count=1)
    return re.sub(r"\s+", " ", pattern).strip(" ，,")


def rows(language, per_pattern, seed):
    """[(text, levels, section, pattern)], at most `per_pattern` different expansions of each pattern."""
    slots, sections = read(language)
    rng = random.Random(seed)
    out, seen = [], set()
    for levels, name, patterns in sections:
        for pattern in patterns:
            # A pattern without slots is one sentence, but a short answer is worth as much as a long family.
            for _ in range(per_pattern):
                text = expand(pattern, slots, rng)
                if text not in seen:
                    seen.add(text)
                    out.append((text, levels, name, pattern))
    rng.shuffle(out)
    return out


if __name__ == "__main__":
    for lang in ("zh", "en"):
        made = rows(lang, 24, 1)
        print(lang, len(made), "sentences from", len({r[3] for r in made}), "patterns")
        for text, levels, name, _ in made[:20]:
            print(f"  {levels:>3} {name:<22} {text}")
