"""Rules about what homes reach within a limit, and what is left of it when others use it too.

Owns the verdict of cumulative and of floating catchment measures. What is missing is never taken
as zero: it makes the amount a least or a most, which can settle a verdict on one side only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.coverage.catchment import floating_catchment_area, pair_weights
from siting.coverage.cutoff import cumulative_cutoff
from siting.message import Message, message
from siting.network.costs import TravelCosts
from siting.rules.city.amounts import FACILITY_COLUMNS
from siting.rules.city.distance import can_walk
from siting.rules.city.findings import FindingBlock, Verdict
from siting.rules.city.model import City, column
from siting.rules.city.reasons import (
    NO_STREETS,
    ON_FRAGMENT,
    column_text,
    far_from_streets,
    may_be,
    no_facility,
    none_attached,
    types_of,
)
from siting.rules.pack.conditions import compare_floats
from siting.rules.pack.measures import Family, Measure, measure_of
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.rules.city.costs import Costs
    from siting.rules.pack.model import Options, Rule

(
    _ABSENT, _NO_STREETS, _NONE_ATTACHED, _MAY_BE, _FRAGMENT, _NO_SUPPLY, _NO_USERS, _UNATTACHED,
    _NO_DEMAND, _NOBODY,
) = range(10)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Amount:
    """What homes reach, and for what reasons it may be more or less.

    Parameters
    ----------
    value
        float64 (n,).
    more, less
        Reason -> bool (n,): where the true amount may be larger, or smaller.
    """

    value: NDArray[np.float64]
    more: dict[int, NDArray[np.bool_]]
    less: dict[int, NDArray[np.bool_]]


def evaluate_reach(rule: Rule, city: City, costs: Costs) -> FindingBlock:
    """Judge how much every home reaches of the facilities of a rule's types.

    Parameters
    ----------
    rule
        A rule on homes with ``options.within``: the limit, inclusive. A catchment measure may have
        ``options.zones`` besides.
    city, costs
        The city and its distances.

    Returns
    -------
    FindingBlock
        A row per home. A facility counts once, however many of the types it has. Unknown, unless
        what is known settles it: a facility within the limit of unstated size, or one that may be
        of the types; of a catchment measure a home of unstated people that uses the same
        facilities; a home on a loose piece of the streets. Unknown in any case: no facility of the
        types in the data (unless they are declared complete) or none on a street; no streets; a
        home farther than ``max_access_m`` from any street, or whose own people are not known.
        A catchment measure does not apply to homes without people.
    """
    within, size = rule.options.within, len(city.homes)
    assert within is not None
    walks = measure_of(within.measure).on_streets
    whole = _whole_reason(rule, city, walks=walks)
    if whole is not None:
        verdict = np.full(size, Verdict.UNKNOWN, np.int8)
        return _block(rule, city, verdict, np.full(size, np.nan), np.full(size, whole, np.int16))
    amount = _amount(rule, city, costs)
    verdict, reason = _judged(rule, amount)
    for code, rows, state in _settled(rule, city, walks=walks):
        verdict[rows], reason[rows] = state, code
    kept = (verdict != Verdict.UNKNOWN) & (reason != _NOBODY)
    return _block(rule, city, verdict, np.where(kept, amount.value, np.nan), reason)


def _whole_reason(rule: Rule, city: City, *, walks: bool) -> int | None:
    """Return why nothing can be said of any home; None where something can."""
    if not city.lists_types(rule.facility_types):
        return _ABSENT
    if not walks:
        return None
    if not can_walk(city):
        return _NO_STREETS
    assert city.facility_attachment is not None
    rows = city.rows_of_types(rule.facility_types)
    if rows.size and not city.facility_attachment.attached[rows].any():
        return _NONE_ATTACHED
    return None


def _amount(rule: Rule, city: City, costs: Costs) -> _Amount:
    """Add up what homes reach, and note what is missing in the sums."""
    measure, size = measure_of(rule.measure), len(city.homes)
    rows = city.rows_of_types(rule.facility_types)
    rows = rows[~city.facilities["facility_id"].iloc[rows].duplicated().to_numpy()]
    pairs = _counted_pairs(rule.options, rows, costs)
    supply = _supply(city, measure)
    more = {
        _FRAGMENT: costs.on_fragment if _walks(rule) else np.zeros(size, bool),
        _MAY_BE: _reaches(_pairs_that_may_be(rule, city, costs), size),
        _NO_SUPPLY: _reaches(pairs, size, np.isnan(supply)),
    }
    known = np.nan_to_num(supply, nan=0.0)
    if measure.family is Family.WITHIN:
        return _Amount(cumulative_cutoff(pairs, known, size), more, {})
    people = _people(city, measure)
    left = floating_catchment_area(pairs, people, known, zones=_zones(rule.options))
    open_to = np.bincount(pairs.to_index, np.isnan(people)[pairs.from_index], supply.size) > 0
    return _Amount(left * measure.per, more, {_NO_USERS: _reaches(pairs, size, open_to)})


def _walks(rule: Rule) -> bool:
    within = rule.options.within
    return within is not None and measure_of(within.measure).on_streets


def _counted_pairs(options: Options, rows: NDArray[np.int64], costs: Costs) -> TravelCosts:
    """Return the pairs within the limit that count for anything."""
    assert options.within is not None
    limit = float(options.within.at_most)
    pairs = costs.pairs(rows, options.within.measure, limit)
    counts = pair_weights(pairs.cost, limit, _zones(options)) > 0
    return TravelCosts(pairs.from_index[counts], pairs.to_index[counts], pairs.cost[counts])


def _pairs_that_may_be(rule: Rule, city: City, costs: Costs) -> TravelCosts:
    others = load_facility_types().that_may_be(rule.facility_types)
    return _counted_pairs(rule.options, city.rows_of_types(others), costs)


def _zones(options: Options) -> list[tuple[float, float]] | None:
    return [(float(zone.at_most), float(zone.weight)) for zone in options.zones] or None


def _supply(city: City, measure: Measure) -> NDArray[np.float64]:
    """Return what each facility offers, float64 (m,); NaN where it is not stated."""
    size = len(city.facilities)
    if measure.quantity == "count":
        return np.ones(size)
    values = column(city.facilities, FACILITY_COLUMNS.get(measure.quantity, measure.quantity))
    return np.full(size, np.nan) if values is None else values


def _people(city: City, measure: Measure) -> NDArray[np.float64]:
    values = column(city.homes, measure.base)
    return np.full(len(city.homes), np.nan) if values is None else values


def _reaches(
    pairs: TravelCosts, n_homes: int, which: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Tell which homes reach one of some facilities, bool (n,)."""
    chosen = pairs.from_index if which is None else pairs.from_index[which[pairs.to_index]]
    return np.bincount(chosen, minlength=n_homes) > 0


def _judged(rule: Rule, amount: _Amount) -> tuple[NDArray[np.int8], NDArray[np.int16]]:
    """Return a verdict for each home, and why it is unknown; of two reasons the last counts."""
    size = amount.value.size
    reason = np.full(size, -1, np.int16)
    if rule.require is None:
        verdict = np.full(size, Verdict.NOT_APPLICABLE, np.int8)
        doubts = [
            (rows, code) for part in (amount.more, amount.less) for code, rows in part.items()
        ]
    else:
        meets = compare_floats(amount.value, rule.require.comparator, float(rule.require.limit))
        verdict = np.where(meets, np.int8(Verdict.PASS), np.int8(Verdict.FAIL))
        turned_by_more = meets if rule.require.is_upper else ~meets
        doubts = [(rows & turned_by_more, code) for code, rows in amount.more.items()]
        doubts += [(rows & ~turned_by_more, code) for code, rows in amount.less.items()]
    for rows, code in doubts:
        verdict[rows], reason[rows] = Verdict.UNKNOWN, code
    return verdict, reason


def _settled(
    rule: Rule, city: City, *, walks: bool
) -> list[tuple[int, NDArray[np.bool_], Verdict]]:
    """Return homes whose verdict does not depend on the amount: why, which, and the verdict."""
    found = []
    if walks:
        assert city.home_attachment is not None
        found.append((_UNATTACHED, ~city.home_attachment.attached, Verdict.UNKNOWN))
    measure = measure_of(rule.measure)
    if measure.family is Family.CATCHMENT:
        people = _people(city, measure)
        found.append((_NO_DEMAND, np.isnan(people), Verdict.UNKNOWN))
        found.append((_NOBODY, people == 0, Verdict.NOT_APPLICABLE))
    return found


def _block(
    rule: Rule,
    city: City,
    verdict: NDArray[np.int8],
    measured: NDArray[np.float64],
    reason: NDArray[np.int16],
) -> FindingBlock:
    limit = np.nan if rule.require is None else float(rule.require.limit)
    return FindingBlock(
        rule,
        "home",
        "",
        rule.measure,
        measure_of(rule.measure).finding_unit,
        verdict,
        measured,
        np.broadcast_to(np.float64(limit), verdict.shape),
        np.full(verdict.size, -1, np.int32),
        reason,
        _reasons(rule, city),
    )


def _reasons(rule: Rule, city: City) -> tuple[Message, ...]:
    """Return the reasons in the order of their numbers."""
    measure = measure_of(rule.measure)
    figure = column_text(measure.base or "population")
    size, types = column_text(measure.quantity), types_of(rule)
    return (
        no_facility(rule),
        NO_STREETS,
        none_attached(rule),
        may_be(rule),
        ON_FRAGMENT,
        message("reason.no_supply", size=size, types=types),
        message("reason.no_users", figure=figure),
        far_from_streets(city.parameters.max_access_m),
        message("reason.home_lacks", figure=figure),
        message("reason.nobody", figure=figure),
    )
