"""Measured values, written back into audio/library.toml beside what people wrote there."""

import pathlib
import re

PATH = pathlib.Path(__file__).parents[2] / "audio" / "library.toml"
MEASURED = ("loudness_lufs", "ending_s", "loop_start_s", "loop_end_s")


def update(table, name, values):
    """Sets the measured keys of the entry `[[table]]` whose id is `name`; keys that are no longer measured go."""
    text = PATH.read_text(encoding="utf-8")
    entry = re.search(rf'\[\[{table}\]\]\nid = "{re.escape(name)}"\n(?:.+\n)*', text)
    if not entry:
        raise SystemExit(f"{PATH.name}: there is no [[{table}]] with the id {name!r}; add one")
    kept = [line for line in entry[0].splitlines() if line.split(" = ")[0] not in MEASURED]
    kept += [f"{key} = {values[key]:.{1 if key == 'loudness_lufs' else 6}f}" for key in MEASURED if key in values]
    PATH.write_text(text[: entry.start()] + "\n".join(kept) + "\n" + text[entry.end() :], encoding="utf-8")
