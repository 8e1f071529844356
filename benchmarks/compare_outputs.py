"""Compare the findings of two versions: ``python benchmarks/compare_outputs.py BEFORE AFTER``.

Both folders hold what the same runs wrote: folders of ``siting analyze`` (``findings.parquet``,
``summary.json``) and files of ``siting check --format json``. A refactoring must change nothing
here; a mended fault must change what it says it does. Prints each difference; exit code 1 if any.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

KEY = ["rule_id", "measure", "subject_kind", "subject_id"]
FIGURES = ["verdict", "measured", "required", "shortfall", "nearest_id", "households", "population"]
PLAN_KEY = ("finding_id", "plan", "rule_id", "subject")
PLAN_FIGURES = ("verdict", "measured", "required", "shortfall", "unit", "strength", "waived")
MOST = 10


def main(before: Path, after: Path) -> int:
    """Print every difference between two folders of outputs; return 1 if there is one."""
    differences = 0
    for path in sorted(before.rglob("findings.parquet")):
        twin = after / path.relative_to(before)
        for line in city_differences(path, twin):
            print(f"{path.relative_to(before)}: {line}")
            differences += 1
    for path in sorted(before.glob("*.json")):
        for line in plan_differences(path, after / path.name):
            print(f"{path.name}: {line}")
            differences += 1
    print(f"{differences} differences")
    return int(differences > 0)


def city_differences(before: Path, after: Path) -> Iterator[str]:
    """Yield what differs between two tables of findings, rule by rule."""
    old, new = (pd.read_parquet(path).set_index(KEY) for path in (before, after))
    if old.index.has_duplicates or new.index.has_duplicates:
        yield "findings are not unique by " + ", ".join(KEY)
        return
    gone, come = old.index.difference(new.index), new.index.difference(old.index)
    if len(gone):
        yield f"{len(gone)} findings are gone, the first {gone[0]}"
    if len(come):
        yield f"{len(come)} findings are new, the first {come[0]}"
    both = old.index.intersection(new.index)
    for name in FIGURES:
        a, b = old.loc[both, name], new.loc[both, name]
        differ = ~((a == b) | (a.isna() & b.isna()))
        if differ.any():
            first = differ.idxmax()
            yield f"{name}: {int(differ.sum())} differ, {first}: {a[first]} -> {b[first]}"


def plan_differences(before: Path, after: Path) -> Iterator[str]:
    """Yield what differs between two plan checks, finding by finding."""
    old, new = _findings(before), _findings(after)
    for key in [key for key in old if key not in new][:MOST]:
        yield f"gone: {key} {old[key]}"
    for key in [key for key in new if key not in old][:MOST]:
        yield f"new: {key} {new[key]}"
    for key in old:
        if key in new and old[key] != new[key]:
            yield f"{key}: {old[key]} -> {new[key]}"


def _findings(path: Path) -> dict[tuple[str, ...], tuple[object, ...]]:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = {}
    for each in json.loads(text)["findings"] if text else ():
        key = tuple(str(each.get(name)) for name in PLAN_KEY)
        found[key] = tuple(str(each.get(name)) for name in PLAN_FIGURES)
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
