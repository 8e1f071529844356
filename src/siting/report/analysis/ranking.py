"""In which order the rules of an analysis stand, in every output.

Owns which rules are about the same kind of thing, and which of them is worse. The map's
``findings/ranks.js`` and `siting.render.rollup.worst_rules` are in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Entry = Mapping[str, Any]

SECTIONS = ("home", "area", "facility", "city", "figures", "unknown", "idle")
"""Rules that judged something by their subjects; those that only tell, could not or need not."""


def section_of(entry: Entry) -> str:
    """Return which of `SECTIONS` an entry of ``summary.json`` stands in."""
    verdicts = entry["verdicts"]
    if entry["strength"] == "indicator" and entry["measured_median"] is not None:
        return "figures"
    if verdicts["pass"] + verdicts["fail"]:
        return str(entry["subject_kind"])
    return "unknown" if verdicts["unknown"] else "idle"


def is_compared(entry: Entry) -> bool:
    """Tell whether an entry stands beside another: measured another way, or governed by it."""
    return bool(entry["governed_by"] or entry["is_alternative"])


def failing(entry: Entry) -> tuple[str, float]:
    """Return what is counted of those who fail a rule, and how many they are.

    What its covered share is of: people where the homes know them; ``subjects`` where the rule is
    not about homes, or nothing but the homes is known.
    """
    weight = entry.get("covered_share_of", "homes")
    if weight == "homes":
        return "subjects", float(entry["verdicts"]["fail"])
    return weight, float(entry[weight]["fail"])


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by section, rules that bind before those that recommend, the worst first.

    The same rule measured in another way stands below it; figures stay as the packs have them.
    """
    listed = list(entries)
    worst = {_place(entry): _badness(entry) for entry in listed if not entry["is_alternative"]}
    first = {_place(entry): at for at, entry in reversed([*enumerate(listed)])}

    def order(entry: Entry) -> tuple[int, tuple[float, ...], int, bool]:
        section, place = section_of(entry), _place(entry)
        judged = section in SECTIONS[:4]
        badness = worst.get(place, _badness(entry)) if judged else ()
        return SECTIONS.index(section), badness, first[place], entry["is_alternative"]

    return sorted(listed, key=order)


def _place(entry: Entry) -> tuple[str, str]:
    return entry["rule_id"], entry["level"]


def _badness(entry: Entry) -> tuple[float, ...]:
    """Sort what binds first, then by people who fail, then by subjects that fail."""
    return entry["strength"] != "mandatory", -failing(entry)[1], -entry["verdicts"]["fail"]
