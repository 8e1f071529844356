"""What the findings come to: counts by verdict for each rule, and covered shares by area.

Owns the sums over subjects, homes, households and people. A share is always passed divided by
passed and failed: what is unknown is in neither, and is counted beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.network.arrays import frozen_array
from siting.rules.city import area_sums
from siting.rules.city.findings import VERDICT_WORDS, FindingBlock, Verdict
from siting.rules.city.model import City, column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from siting.message import Language, Say
Weights = tuple["NDArray[np.float64]", ...]
WEIGHTS = ("homes", "households", "population", "elderly")
"""What is counted, in the order of the last axis of every sum; ``homes`` counts rows."""
LEADING = ("population", "households", "elderly", "homes")
"""People where people are known: the question is who is served, not how many buildings."""


def leading_weight(totals: Mapping[str, float]) -> str:
    """Return what shares and ranks are of: the first of `LEADING` that the homes have any of.

    Parameters
    ----------
    totals
        Weight -> how many there are in all; NaN or 0 where no home has the number.

    Examples
    --------
    >>> leading_weight({"homes": 7, "households": 270, "population": 0, "elderly": 150})
    'households'
    """
    return next((name for name in LEADING if totals[name] > 0), "homes")


@dataclass(frozen=True, slots=True, eq=False)
class RollUp:
    """One rule on homes, summed by area.

    Parameters
    ----------
    level
        Level of the areas.
    totals
        float64 (k, 4, 4): sums by area, verdict and weight (`WEIGHTS`). A missing weight counts as
        nothing; NaN throughout where no home has that number.
    """

    level: str
    totals: NDArray[np.float64]

    @property
    def covered_share(self) -> NDArray[np.float64]:
        """Passed divided by passed and failed, float64 (k, 4), 0 to 1; NaN where neither is."""
        return covered_share(self.totals)


def sums_by_verdict(
    verdict: NDArray[np.int8],
    weights: Weights,
    group: NDArray[np.int32],
    size: int,
) -> NDArray[np.float64]:
    """Add up weights by group and verdict.

    Parameters
    ----------
    verdict
        int8 (n,), as `Verdict`.
    weights
        w columns, float64 (n,) each; NaN counts as nothing, a column without any number gives NaN.
    group
        int32 (n,): row of the group, -1 for none (left out of the sums).
    size
        How many groups there are.

    Returns
    -------
    ndarray
        float64 (size, 4, w).

    Examples
    --------
    >>> verdict = np.array([0, 1, 1], dtype=np.int8)
    >>> weights = np.ones(3), np.array([40.0, 10.0, 5.0])
    >>> sums_by_verdict(verdict, weights, np.array([0, 0, -1], dtype=np.int32), 1)[0, :2].tolist()
    [[1.0, 40.0], [1.0, 10.0]]
    """
    # Read-only, as the one kind of array that the sums are compiled for.
    columns = tuple(frozen_array(each, np.float64) for each in weights)
    sums: NDArray[np.float64] = area_sums.add_up(
        np.asarray(group), np.asarray(verdict), columns, size, len(Verdict)
    )
    return sums


def covered_share(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return passed / (passed + failed), NaN where nothing was decided.

    Parameters
    ----------
    totals
        float64 (..., 4, w) as `sums_by_verdict` gives it.

    Returns
    -------
    ndarray
        float64 (..., w), 0 to 1.
    """
    passed = totals[..., Verdict.PASS, :]
    decided = passed + totals[..., Verdict.FAIL, :]
    share: NDArray[np.float64] = np.full(decided.shape, np.nan)
    return np.divide(passed, decided, out=share, where=decided > 0)


def home_weights(city: City) -> Weights:
    """Return what every home counts for, a column float64 (n,) for each of `WEIGHTS`.

    NaN where a home lacks the number, and a column of NaN where no home has it.
    """
    size = len(city.homes)
    columns = [np.ones(size)]
    for name in WEIGHTS[1:]:
        values = column(city.homes, name)
        columns.append(np.full(size, np.nan) if values is None else values)
    return tuple(columns)


def roll_up(
    block: FindingBlock,
    city: City,
    level: str,
    *,
    weights: Weights | None = None,
) -> RollUp:
    """Sum the findings on homes by the areas of a level.

    Parameters
    ----------
    block
        A rule on homes.
    city
        The city.
    level
        One of ``City.areas``. Homes outside every area are left out.
    weights
        What `home_weights` gives; saves computing it again for every rule.

    Raises
    ------
    TypeError
        The block is not about homes.
    """
    if block.subject_kind != "home":
        raise TypeError(f"rule '{block.rule.id}' is about {block.subject_kind}, not homes")
    weighed = home_weights(city) if weights is None else weights
    return RollUp(
        level,
        sums_by_verdict(block.verdict, weighed, city.home_area[level], len(city.areas[level])),
    )


def summarize(
    blocks: Sequence[FindingBlock], city: City, language: Language, say: Say
) -> dict[str, Any]:
    """Count what the findings say, for ``summary.json``.

    Parameters
    ----------
    blocks
        As `evaluate_city` gives them.
    city
        The city.
    language
        Of reasons and sources; titles are given in both languages.
    say
        Puts a message into words, as `siting.words.say` does.

    Returns
    -------
    dict
        ``rules``: one entry for each block with ``rule_id``, ``title``, ``strength``, ``measure``,
        ``threshold``, ``unit``, ``subject_kind``, ``level``, ``subjects``, ``verdicts`` (counts of
        subjects), for homes also ``households``, ``population``, ``elderly`` by verdict and
        ``covered_share`` of each; ``unknown_reasons`` with counts, ``governed_by``, ``source``.
        ``verdicts``: counts of all blocks that govern and are no alternative.
    """
    weights = home_weights(city)
    entries = [_entry(block, weights, language, say) for block in blocks]
    counted = [
        entry
        for entry, block in zip(entries, blocks, strict=True)
        if not (block.governed_by or block.is_alternative)
    ]
    totals = {word: sum(entry["verdicts"][word] for entry in counted) for word in VERDICT_WORDS}
    return {"rules": entries, "verdicts": totals}


def _entry(block: FindingBlock, weights: Weights, language: Language, say: Say) -> dict[str, Any]:
    rule = block.rule
    judged = block.verdict if block.concerns is None else block.verdict[block.concerns]
    counts = [np.count_nonzero(judged == code) for code in Verdict]
    entry: dict[str, Any] = {
        "rule_id": rule.id,
        "title": rule.title.model_dump(),
        "strength": rule.strength,
        "status": rule.status,
        "jurisdiction": rule.jurisdiction,
        "facility_types": list(rule.facility_types),
        "measure": block.measure,
        "is_alternative": block.is_alternative,
        "comparison": rule.require.comparator if rule.require else "",
        "threshold": _threshold(block),
        "unit": block.unit,
        "subject_kind": block.subject_kind,
        "level": block.level,
        "subjects": int(judged.size),
        "verdicts": {word: int(counts[code]) for code, word in enumerate(VERDICT_WORDS)},
        "unknown_reasons": _unknown_reasons(block, language, say),
        "governed_by": block.governed_by,
        "source": rule.citation(language),
    }
    if block.subject_kind == "home":
        entry |= _home_sums(block, weights)
    return entry


def _threshold(block: FindingBlock) -> float | None:
    """Return the one required value of all subjects; None where it differs or there is none."""
    if block.rule.require is None or not len(block):
        return None
    # One number for all subjects is looked at once.
    required = block.required[:1] if block.required.strides == (0,) else block.required
    required = required[~np.isnan(required)]
    if not required.size or required.min() != required.max():
        return None
    return float(required[0])


def _home_sums(block: FindingBlock, weights: Weights) -> dict[str, Any]:
    everywhere = np.zeros(len(block), np.int32)
    totals = sums_by_verdict(block.verdict, weights, everywhere, 1)
    shares = covered_share(totals)[0]
    by_verdict = {
        name: {word: _plain(totals[0, code, index]) for code, word in enumerate(VERDICT_WORDS)}
        for index, name in enumerate(WEIGHTS)
        if index
    }
    return by_verdict | {
        "covered_share": {name: _plain(shares[index]) for index, name in enumerate(WEIGHTS)}
    }


def _unknown_reasons(block: FindingBlock, language: Language, say: Say) -> dict[str, int]:
    unknown = np.flatnonzero(block.verdict == Verdict.UNKNOWN)
    reason = block.reason[unknown]
    counts = np.bincount(reason[reason >= 0], minlength=len(block.reasons))
    counted = zip(block.reasons, counts, strict=True)
    return {say(reason, language): int(count) for reason, count in counted if count}


def _plain(value: float) -> float | None:
    """JSON has no NaN."""
    return None if np.isnan(value) else float(value)
