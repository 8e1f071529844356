"""Rules in, findings out: the one entry for a city.

Owns which rule is asked of which subjects, when a rule does not apply, and which of two rules on
the same matter governs. Plans are judged in `siting.rules.plan.evaluate`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.message import Text, message
from siting.rules.city.amounts import (
    demand_of_groups,
    evaluate_amount,
    evaluate_covered,
    evaluate_size,
    sum_of_types,
)
from siting.rules.city.costs import CityCosts
from siting.rules.city.distance import evaluate_distance, evaluate_load, limit_in
from siting.rules.city.findings import FindingBlock, Verdict
from siting.rules.city.model import City, column, grouping
from siting.rules.city.reach import evaluate_reach
from siting.rules.city.reasons import column_text
from siting.rules.pack.conditions import FALSE, UNKNOWN, holds, test_columns
from siting.rules.pack.measures import Family, measure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from siting.progress import Progress
    from siting.rules.city.costs import Costs
    from siting.rules.pack.model import Condition, Rule

CITY_SUBJECTS = ("home", "facility", "area", "city")
RESIDENTIAL_LEVELS = ("compound",)
"""Levels that are housing, not areas that services are planned for: a rule has to name them."""


def evaluate_city(
    rules: Sequence[Rule],
    city: City,
    *,
    costs: Costs | None = None,
    also_report: Sequence[str] = (),
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[FindingBlock, ...]:
    """Apply rules to an existing city.

    Parameters
    ----------
    rules
        Those in force, as `select_rules` gives them. Rules for new plans only, and rules about
        plans only, are left out.
    city
        The city.
    costs
        Its distances, where they are known already; else they are searched, each question once.
    also_report
        Measures to take besides for every distance rule, such as ``("straight_line",)``; their
        blocks follow that of the rule and have `is_alternative`.
    threads
        How many rules at once; the result does not depend on it. Left out: as many as there are
        cores.
    progress
        Called with a label and a share from 0 to 1.

    Returns
    -------
    tuple of FindingBlock
        In the order of the rules; a rule about areas gives one block for each level that it is for.
    """
    listed = [rule for rule in rules if concerns_city(rule)]
    known = CityCosts(city) if costs is None else costs
    if isinstance(known, CityCosts):
        known.prepare(_questions(listed, city, also_report), progress=progress)

    def judge(rule: Rule) -> list[FindingBlock]:
        return list(_judged(rule, city, known, also_report))

    blocks: list[FindingBlock] = []
    # No rule's verdicts depend on another's. Those of distance only compare columns, which leaves
    # the interpreter free; the others look at shapes too, and those are not shared by threads.
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        begun = {n: pool.submit(judge, rule) for n, rule in enumerate(listed) if _compares(rule)}
        for number, rule in enumerate(listed):
            if progress:
                progress(Text(rule.title.zh, rule.title.en), number / len(listed))
            blocks.extend(begun[number].result() if number in begun else judge(rule))
    if progress:
        progress(message("progress.rules_judged"), 1.0)
    return mark_governing(blocks)


def _compares(rule: Rule) -> bool:
    is_distance = measure_of(rule.measure).family is Family.DISTANCE
    return is_distance and tuple(rule.applies_to.subject) == ("home",)


def _judged(
    rule: Rule, city: City, costs: Costs, also_report: Sequence[str]
) -> Iterator[FindingBlock]:
    for block in _blocks(rule, city, costs):
        yield with_conditions(block, city)
    if measure_of(rule.measure).family is Family.DISTANCE:
        for name in dict.fromkeys(also_report):
            if name != rule.measure:
                block = evaluate_distance(rule, city, costs, measure=name)
                yield with_conditions(block, city)


def concerns_city(rule: Rule) -> bool:
    """Tell whether a rule says anything about an existing city."""
    return rule.applies_to.status in ("any", "existing") and any(
        subject in CITY_SUBJECTS for subject in rule.applies_to.subject
    )


def _questions(
    rules: Sequence[Rule], city: City, also_report: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what the rules will ask of the network, so that it is searched side by side."""
    can_walk = city.network is not None and city.home_attachment is not None
    for rule in rules:
        family = measure_of(rule.measure).family
        within = rule.options.within
        asked: tuple[str, ...] = ()
        if family is Family.DISTANCE:
            asked = (rule.measure, *also_report)
        elif family is Family.LOAD:
            asked = ("walking_distance",)
        elif family is Family.COVERED and within is not None:
            asked = (within.measure,)
        if city.lists_types(rule.facility_types):
            for name in asked:
                if can_walk or not measure_of(name).on_streets:
                    yield rule.facility_types, name


def _blocks(rule: Rule, city: City, costs: Costs) -> Iterator[FindingBlock]:
    family = measure_of(rule.measure).family
    for subject in rule.applies_to.subject:
        if subject == "home" and family is Family.DISTANCE:
            yield evaluate_distance(rule, city, costs)
        elif subject == "home":
            yield evaluate_reach(rule, city, costs)
        elif subject == "facility" and family is Family.LOAD:
            yield evaluate_load(rule, city, costs)
        elif subject == "facility":
            yield evaluate_size(rule, city)
        elif subject in ("area", "city"):
            for level in _levels(rule, city, subject):
                yield _area_block(rule, city, level, costs)


def _levels(rule: Rule, city: City, subject: str) -> tuple[str, ...]:
    if subject == "city":
        return ("",)
    wanted = rule.applies_to.level
    if wanted:
        return tuple(level for level in city.areas if level == wanted)
    return tuple(level for level in city.areas if level not in RESIDENTIAL_LEVELS)


def _area_block(rule: Rule, city: City, level: str, costs: Costs) -> FindingBlock:
    groups = grouping(city, level)
    if measure_of(rule.measure).family is Family.COVERED:
        return evaluate_covered(rule, city, groups, costs)
    block = evaluate_amount(rule, city, groups)
    for other in rule.alternatives:
        update = {"measure": other.measure, "require": other.require, "options": other.options}
        types = other.facility_types or rule.facility_types
        second = rule.model_copy(update={**update, "facility_types": types})
        block = _either(block, evaluate_amount(second, city, groups))
    return block


def _either(first: FindingBlock, second: FindingBlock) -> FindingBlock:
    """Let a second way to comply count: passing either passes, a gap in either stays a gap."""
    passes = (first.verdict == Verdict.PASS) | (second.verdict == Verdict.PASS)
    unknown = (first.verdict == Verdict.UNKNOWN) | (second.verdict == Verdict.UNKNOWN)
    verdict = np.where(unknown, np.int8(Verdict.UNKNOWN), first.verdict)
    return replace(first, verdict=np.where(passes, np.int8(Verdict.PASS), verdict))


def with_conditions(block: FindingBlock, city: City) -> FindingBlock:
    """Set subjects for which the rule's condition does not hold to not applicable."""
    condition = block.rule.applies_to.when
    if condition is None:
        return block

    def test(part: Condition) -> NDArray[np.int8]:
        return test_columns(part, _fact_column(part.fact or "", block, city), len(block))

    state = holds(condition, test)
    verdict = np.where(state == FALSE, np.int8(Verdict.NOT_APPLICABLE), block.verdict)
    verdict = np.where(
        # Where the rule is met anyway it does not matter whether it applies.
        (state == UNKNOWN) & (block.verdict == Verdict.FAIL),
        np.int8(Verdict.UNKNOWN),
        verdict,
    )
    added = len(block.reasons)
    open_state = (state == UNKNOWN) & (verdict == Verdict.UNKNOWN)
    reason = np.where(state == FALSE, added + 1, np.where(open_state, added, block.reason))
    facts = tuple(column_text(name) for name in dict.fromkeys(_facts(condition)))
    return replace(
        block,
        verdict=verdict,
        reason=reason.astype(np.int16),
        reasons=(
            *block.reasons,
            message("reason.not_known", facts=facts),
            message("reason.not_applicable", facts=facts),
        ),
    )


def _facts(condition: Condition) -> Iterator[str]:
    if condition.fact:
        yield condition.fact
    for part in (*condition.any_of, *condition.all_of):
        yield from _facts(part)


def _fact_column(fact: str, block: FindingBlock, city: City) -> NDArray[Any] | None:
    """Return a fact of every subject of a block; None where the data have no such column."""
    quantity, dot, code = fact.partition(".")
    if block.subject_kind in ("home", "facility"):
        if dot:
            whole = sum_of_types(city, grouping(city, ""), (code,), quantity)
            return np.full(len(block), np.nan if whole.has_gaps[0] else whole.amount[0])
        table = city.homes if block.subject_kind == "home" else city.facilities
        return _words_or_numbers(table, fact)
    groups = grouping(city, block.level)
    if dot:
        total = sum_of_types(city, groups, (code,), quantity)
        return np.where(total.has_gaps, np.nan, total.amount)
    if fact in ("population", "households", "elderly"):
        return demand_of_groups(city, groups, fact).people
    return None if groups.table is None else _words_or_numbers(groups.table, fact)


def _words_or_numbers(table: Any, name: str) -> NDArray[Any] | None:
    if name not in table.columns:
        return None
    if name == "zone":
        return np.asarray(table[name], object)
    return column(table, name)


def mark_governing(blocks: Sequence[FindingBlock]) -> tuple[FindingBlock, ...]:
    """Name, on every block that another one decides instead of, the rule that governs.

    A rule governs what it supersedes where both give findings on the same kind of subject. Where
    it says ``governs: stricter``, the one that asks for more governs, and itself on a tie.
    """
    by_id: dict[tuple[str, str, str], list[int]] = {}
    for index, block in enumerate(blocks):
        by_id.setdefault((block.rule.id, block.subject_kind, block.level), []).append(index)
    governed: dict[int, str] = {}
    for block in blocks:
        for name in block.rule.supersedes:
            for other in by_id.get((name, block.subject_kind, block.level), ()):
                if not _decides(block.rule, blocks[other].rule):
                    mine = by_id[block.rule.id, block.subject_kind, block.level]
                    governed.update(dict.fromkeys(mine, name))
                else:
                    governed[other] = block.rule.id
    return tuple(
        replace(block, governed_by=governed[index]) if index in governed else block
        for index, block in enumerate(blocks)
    )


def _decides(rule: Rule, other: Rule) -> bool:
    """Tell whether a rule, rather than one that it supersedes, governs."""
    if rule.governs == "this" or rule.require is None or other.require is None:
        return True
    if rule.measure != other.measure:
        return True
    mine, theirs = rule.require.limit, other.require.limit
    return mine <= theirs if rule.require.is_upper else mine >= theirs


__all__ = ["concerns_city", "evaluate_city", "limit_in", "mark_governing"]
