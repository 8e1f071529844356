"""What ``summary.json`` says, and the names that tell the findings of one run apart."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.rules.city.both_ways import STRAIGHT, other_way, shares_the_other_way
from siting.rules.city.findings import VERDICT_WORDS
from siting.rules.city.rollup import WEIGHTS, home_weights, leading_weight, roll_up, summarize
from siting.rules.pack.measures import Family, measure_of
from siting.words import say

if TYPE_CHECKING:
    from siting.message import Language
    from siting.rules.city.costs import CityCosts
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City


def block_key(block: FindingBlock) -> str:
    """Return what tells the blocks of one run apart: the rule, and how or where it was applied.

    A rule has several blocks where it is asked of areas of several levels, or measured both along
    streets and straight.
    """
    parts = [block.rule.id]
    if block.is_alternative:
        parts.append(block.measure)
    if block.subject_kind != "home":
        parts.append(block.level or block.subject_kind)
    return "@".join(parts)


def build_summary(
    blocks: Sequence[FindingBlock],
    city: City,
    *,
    head: Mapping[str, Any],
    language: Language,
    costs: CityCosts | None = None,
) -> dict[str, Any]:
    """Return the whole of ``summary.json``.

    Parameters
    ----------
    blocks
        Every block of the run.
    city
        What they are about.
    head
        What stands first: project, date, versions.
    language
        ``zh`` or ``en``, of sentences and sources.
    costs
        Distances of the city; without them no rule is measured the other way.

    Returns
    -------
    dict
        `head`, then ``totals``, ``areas``, ``verdicts`` and ``rules``. In an entry of ``rules``
        ``covered_share`` is that of people where people are known (``covered_share_of`` names the
        weight, the same for all rules), ``covered_shares`` has all of them. A rule on distance has
        ``otherwise`` too: the same share (``covered_share``) measured the other way (``measure``),
        in a straight line or along streets.
    """
    totals = _totals(city)
    entries = _entries(blocks, city, language, costs)
    return {
        **head,
        "totals": {**totals, "facilities": city.facilities["facility_id"].nunique()},
        "areas": {level: len(table) for level, table in city.areas.items()},
        "verdicts": _verdicts(entries),
        "rules": entries,
    }


def updated_summary(
    summary: Mapping[str, Any],
    blocks: Sequence[FindingBlock],
    city: City,
    known: Mapping[int, Mapping[str, Any]],
    *,
    language: Language,
    costs: CityCosts | None = None,
) -> dict[str, Any]:
    """Return the summary after a change, with the entries of blocks that did not change as known.

    Parameters
    ----------
    summary
        Before the change; what stands in its head stays.
    blocks, city, language, costs
        As for `build_summary`.
    known
        Number of a block -> its entry.
    """
    changed = [number for number in range(len(blocks)) if number not in known]
    entries = _entries([blocks[n] for n in changed], city, language, costs)
    fresh = zip(changed, entries, strict=True)
    by_number = {**known, **dict(fresh)}
    entries = [dict(by_number[number]) for number in range(len(blocks))]
    totals = dict(summary["totals"])
    if len(city.homes) != totals["homes"]:
        totals |= _totals(city)
    return {
        **summary,
        "totals": {**totals, "facilities": city.facilities["facility_id"].nunique()},
        "verdicts": _verdicts(entries),
        "rules": entries,
    }


def _totals(city: City) -> dict[str, float]:
    columns = zip(WEIGHTS, home_weights(city), strict=True)
    return {name: float(np.nansum(values)) for name, values in columns}


def _entries(
    blocks: Sequence[FindingBlock], city: City, language: Language, costs: CityCosts | None
) -> list[dict[str, Any]]:
    others = _other_shares(blocks, city, costs)
    leading = leading_weight(_totals(city))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        spreads = pool.map(_spread, blocks)
        entries = summarize(blocks, city, language, say)["rules"]
        return [
            {
                "key": block_key(block),
                **_with_leading_share(entry, leading, others.get(at)),
                **spread,
            }
            for at, (block, entry, spread) in enumerate(zip(blocks, entries, spreads, strict=True))
        ]


def _other_shares(
    blocks: Sequence[FindingBlock], city: City, costs: CityCosts | None
) -> dict[int, tuple[str, dict[str, float]]]:
    """Return, for the number of each block of a radius rule, its shares measured the other way."""
    asked = {
        at: block.rule for at, block in enumerate(blocks) if not block.is_alternative
        and block.subject_kind == "home" and block.rule.require is not None
        and measure_of(block.rule.measure).family is Family.DISTANCE
    }  # fmt: skip
    can_walk = city.network is not None and city.home_attachment is not None
    ways = {at: other_way(rule) for at, rule in asked.items()}
    if costs is None or not asked:
        return {}
    rules = [(at, rule) for at, rule in asked.items() if ways[at] == STRAIGHT or can_walk]
    costs.prepare(
        (rule.facility_types, ways[at]) for at, rule in rules
        if city.rows_of_types(rule.facility_types).size
    )  # fmt: skip
    weights = home_weights(city)
    return {at: (ways[at], shares_the_other_way(rule, city, costs, weights)) for at, rule in rules}


def _verdicts(entries: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count the verdicts of rules that govern and are no alternative."""
    counted = [each for each in entries if not (each["governed_by"] or each["is_alternative"])]
    return {word: sum(each["verdicts"][word] for each in counted) for word in VERDICT_WORDS}


def _with_leading_share(
    entry: dict[str, Any], leading: str, other: tuple[str, dict[str, float]] | None
) -> dict[str, Any]:
    shares = entry.get("covered_share")
    if shares is None:
        return entry
    otherwise = {}
    if other is not None:
        measure, other_shares = other
        share = other_shares[leading]
        otherwise = {"measure": measure, "covered_share": None if np.isnan(share) else share}
    return {
        **entry,
        **({"otherwise": otherwise} if otherwise else {}),
        "covered_share": shares[leading],
        "covered_share_of": leading,
        "covered_shares": shares,
    }


def _spread(block: FindingBlock) -> dict[str, float | None]:
    """Return the median and the 90th percentile of what was measured; None where nothing was.

    A subject that reaches nothing counts as farther than all others, so a percentile can be
    infinite, which JSON has no number for: None then too.
    """
    measured = block.measured if block.concerns is None else block.measured[block.rows]
    measured = measured[~np.isnan(measured)]
    if not measured.size:
        return {"measured_median": None, "measured_p90": None}
    shares = {"measured_median": 0.5, "measured_p90": 0.9}
    at = {name: int(share * (measured.size - 1)) for name, share in shares.items()}
    # A million homes need not be sorted for two of them.
    measured.partition(sorted(set(at.values())))
    numbers = {name: measured[place] for name, place in at.items()}
    return {name: float(each) if np.isfinite(each) else None for name, each in numbers.items()}


def covered_by_area(
    blocks: Sequence[FindingBlock], city: City, level: str
) -> dict[str, np.ndarray[Any, Any]]:
    """Return the covered share of every area and rule about homes.

    Returns
    -------
    dict
        ``<block key>:covered_share_of_<weight>`` -> float64 (areas,); NaN where nothing is decided.
    """
    weights = home_weights(city)
    known = [(index, name) for index, name in enumerate(WEIGHTS) if _any(weights[index])]
    columns = {}
    for block in blocks:
        if block.subject_kind == "home":
            shares = roll_up(block, city, level, weights=weights).covered_share
            for index, name in known:
                columns[f"{block_key(block)}:covered_share_of_{name}"] = shares[:, index]
    return columns


def _any(values: np.ndarray[Any, Any]) -> bool:
    return bool((~np.isnan(values)).any())
