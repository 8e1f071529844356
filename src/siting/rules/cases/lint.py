"""What a pack may say and should not: faults that reading lets pass.

Owns the review of packs. `parse_packs` refuses what cannot be evaluated; here stands what would
mislead: the same floor area counted twice, rules without an example, quotations without a reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from siting.errors import RuleError
from siting.rules.cases.run import run_cases
from siting.rules.pack.find import read_packs
from siting.rules.pack.measures import Family, measure_of
from siting.rules.pack.selection import is_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from siting.rules.pack.model import Pack, Rule

_RECOMMENDS = re.compile("(?<!适)(?<!便)宜(?!居)|可以|原则上")
# 不宜低于 recommends; 不低于, 不小于, 不少于 oblige on their own.
_OBLIGES = re.compile("应|不得|必须|(?<!宜)不(?:低于|小于|少于|大于|超过)")
_COUNTING = (Family.RATE, Family.SHARE)


def lint_packs(paths: Iterable[Path]) -> list[str]:
    """Check packs for whatever is wrong with them.

    Parameters
    ----------
    paths
        Files, as `find_packs` gives them.

    Returns
    -------
    list of str
        One sentence each, with file and line; empty where nothing is wrong. Where a file cannot be
        read as a pack, its faults stand here and nothing else is looked at.
    """
    try:
        packs = read_packs(paths)
    except RuleError as failure:
        return list(failure.faults)
    return [
        *(fault for pack in packs for fault in _untried(pack)),
        *(fault for pack in packs for fault in _too_strict(pack)),
        *_double_counting(packs),
        *(str(result) for result in run_cases(packs) if not result.passed),
    ]


def _untried(pack: Pack) -> Iterator[str]:
    """Yield rules that may fail somebody and have no example."""
    for rule in pack.rules:
        if rule.status == "active" and rule.require is not None and not rule.cases:
            yield f"{_at(pack, rule)}: rule '{rule.id}' has no cases; give one that passes or fails"


def _too_strict(pack: Pack) -> Iterator[str]:
    """Yield rules that bind although the words they quote only recommend or allow."""
    for rule in pack.rules:
        if rule.strength == "mandatory" and only_recommends(rule.source.quote):
            yield (
                f"{_at(pack, rule)}: rule '{rule.id}' is mandatory, but its quote only recommends "
                "(宜, 不宜, 可); write strength: recommended"
            )


def only_recommends(quote: str) -> bool:
    """Tell whether the words of a clause recommend or allow, and oblige to nothing.

    Examples
    --------
    >>> only_recommends("服务半径不宜大于300m"), only_recommends("不宜大于300m，且不应少于两处")
    (True, False)
    >>> only_recommends("居民适宜步行范围内"), only_recommends("")
    (False, False)
    """
    return bool(_RECOMMENDS.search(quote)) and not _OBLIGES.search(quote)


def _double_counting(packs: Sequence[Pack]) -> Iterator[str]:
    """Yield pairs of rules that count the same floor area and do not say that they share it."""
    counting = [
        (pack, rule)
        for pack in packs
        for rule in pack.rules
        if rule.status == "active" and measure_of(rule.measure).family in _COUNTING and rule.require
    ]
    for index, (pack, rule) in enumerate(counting):
        for _, other in counting[:index]:
            if _count_twice(rule, other):
                types = ", ".join(sorted(set(rule.facility_types) & set(other.facility_types)))
                yield (
                    f"{_at(pack, rule)}: rule '{rule.id}' counts the same {types} as '{other.id}'; "
                    "name one in the other's counting.shared_with, or in supersedes"
                )


def _count_twice(rule: Rule, other: Rule) -> bool:
    quantity = measure_of(rule.measure).quantity
    if quantity != measure_of(other.measure).quantity:
        return False
    if not set(rule.facility_types) & set(other.facility_types):
        return False
    same_place = is_within(rule.jurisdiction, other.jurisdiction) or is_within(
        other.jurisdiction, rule.jurisdiction
    )
    return same_place and _meet(rule, other) and not _know_each_other(rule, other)


def _meet(rule: Rule, other: Rule) -> bool:
    """Tell whether both can apply to one plan."""
    statuses = {rule.applies_to.status, other.applies_to.status}
    plans = "plan" in rule.applies_to.subject and "plan" in other.applies_to.subject
    return plans and ("any" in statuses or len(statuses) == 1)


def _know_each_other(rule: Rule, other: Rule) -> bool:
    mine = {*rule.supersedes, *rule.counting.shared_with}
    return other.id in mine or rule.id in {*other.supersedes, *other.counting.shared_with}


def _at(pack: Pack, rule: Rule) -> str:
    return f"{pack.source}:{pack.lines.get(rule.id, 1)}"
