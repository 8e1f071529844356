"""What a pack may say and should not: faults that reading lets pass.

Owns the review of packs. `parse_packs` refuses what cannot be evaluated; here stands what would
mislead: the same floor area counted twice, rules without an example, quotations without a reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.errors import RuleError
from siting.message import Message, message
from siting.rules.cases.run import run_cases
from siting.rules.pack.find import read_packs
from siting.rules.pack.measures import Family, measure_of
from siting.rules.pack.selection import is_within
from siting.vocabulary.clause_words import only_recommends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from siting.message import Sayable
    from siting.rules.pack.model import Pack, Rule

_COUNTING = (Family.RATE, Family.SHARE)


def lint_packs(paths: Iterable[Path]) -> list[Sayable]:
    """Check packs for whatever is wrong with them.

    Parameters
    ----------
    paths
        Files, as `find_packs` gives them.

    Returns
    -------
    list of Message
        One for each fault, with file and line; empty where nothing is wrong. Where a file cannot be
        read as a pack, its faults stand here and nothing else is looked at.
    """
    try:
        packs = read_packs(paths)
    except RuleError as failure:
        return list(failure.messages)
    return [
        *(fault for pack in packs for fault in _untried(pack)),
        *(fault for pack in packs for fault in _too_strict(pack)),
        *_double_counting(packs),
        *(result.told for result in run_cases(packs) if not result.passed),
    ]


def _untried(pack: Pack) -> Iterator[Message]:
    """Yield rules that may fail somebody and have no example."""
    for rule in pack.rules:
        if rule.status == "active" and rule.require is not None and not rule.cases:
            yield message("pack.no_cases", at=_at(pack, rule), rule=rule.id)


def _too_strict(pack: Pack) -> Iterator[Message]:
    """Yield rules that bind although the words they quote only recommend or allow."""
    for rule in pack.rules:
        if rule.strength == "mandatory" and only_recommends(rule.source.quote):
            yield message("pack.too_strict", at=_at(pack, rule), rule=rule.id)


def _double_counting(packs: Sequence[Pack]) -> Iterator[Message]:
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
                types = sorted(set(rule.facility_types) & set(other.facility_types))
                both = {"rule": rule.id, "other": other.id}
                yield message("pack.counts_twice", at=_at(pack, rule), types=types, **both)


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
