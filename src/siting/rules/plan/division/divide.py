"""Dividing shared area among what claims it: an exact linear program on fractions.

Owns the arithmetic only: pools of area, each usable for some facility types, and claims, each
served by some types. What a room and a rule are is known in `shared_rooms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one rule needs of some facility types together.

    Parameters
    ----------
    name
        Of the rule, for ordering only.
    types
        Facility types that serve it.
    amount
        How much is needed beyond what those types have without the pools; not negative.
    rank
        Claims of a lower rank are served first, whatever it costs the others.
    """

    name: str
    types: frozenset[str]
    amount: Fraction
    rank: int = 0


def divide(
    pools: Mapping[frozenset[str], Fraction], claims: Sequence[Claim]
) -> dict[tuple[frozenset[str], str], Fraction]:
    """Divide pools among facility types so that claims are served as far as they can be.

    Parameters
    ----------
    pools
        Types that may use the area -> how much of it there is.
    claims
        What is needed. One m2 of a type serves every claim on that type.

    Returns
    -------
    dict
        (pool, type) -> area. Among all divisions it leaves the least of rank 0 unserved, among
        those the least of rank 1, and so on; a division that serves all is found if there is one.
        The order of pools, types and claims changes nothing. What no claim needs goes to the type
        that comes first in the alphabet.

    Examples
    --------
    >>> hub = frozenset({"childcare", "elder_care"})
    >>> needs = [Claim("a", frozenset({"elder_care"}), Fraction(300)),
    ...          Claim("b", frozenset({"childcare"}), Fraction(200))]
    >>> found = divide({hub: Fraction(500)}, needs)
    >>> int(found[hub, "elder_care"]), int(found[hub, "childcare"])
    (300, 200)
    """
    ordered = sorted(claims, key=lambda each: (each.rank, each.name, sorted(each.types)))
    names = sorted(pools, key=sorted)
    cells = [(pool, code) for pool in names for code in sorted(pool)]
    width = len(cells) + len(ordered)
    rows: list[tuple[list[Fraction], Fraction]] = []
    for pool in names:
        row = [Fraction(cell[0] == pool) for cell in cells] + [_ZERO] * len(ordered)
        rows.append((row, pools[pool]))
    for index, claim in enumerate(ordered):
        served = [-Fraction(code in claim.types) for _, code in cells]
        own = [Fraction(other == index) for other in range(len(ordered))]
        rows.append(([*served, *own], _ZERO))
        rows.append(([_ZERO] * len(cells) + own, claim.amount))
    ranks = sorted({claim.rank for claim in ordered})
    goals = [
        [_ZERO] * len(cells) + [Fraction(claim.rank == rank) for claim in ordered] for rank in ranks
    ]
    solved = maximize(goals, rows, width)
    found = {cell: solved[index] for index, cell in enumerate(cells)}
    for pool in names:
        rest = pools[pool] - sum((found[pool, code] for code in pool), _ZERO)
        found[pool, min(pool)] += rest
    return found


def maximize(
    goals: Sequence[Sequence[Fraction]],
    rows: Sequence[tuple[Sequence[Fraction], Fraction]],
    width: int,
) -> list[Fraction]:
    """Maximize the first goal, then the second among its optima, and so on; exactly.

    Parameters
    ----------
    goals
        Coefficients of each goal.
    rows
        Coefficients and limit of each constraint ``row @ x <= limit``; no limit is negative, so
        that nothing at all is a solution to begin with.
    width
        The number of variables, none of them negative.

    Notes
    -----
    The simplex method on a tableau of fractions. Bland's rule (the lowest index enters and leaves)
    keeps it from running in circles; the goals are compared as one vector, the first first.

    References
    ----------
    R. G. Bland, New finite pivoting rules for the simplex method, Mathematics of Operations
    Research 2 (1977), https://doi.org/10.1287/moor.2.2.103.

    Examples
    --------
    >>> one, two = Fraction(1), Fraction(2)
    >>> [int(each) for each in maximize([[one, two]], [([one, one], Fraction(4))], 2)]
    [0, 4]
    """
    count = len(rows)
    table = [
        [*row, *(Fraction(place == index) for place in range(count)), limit]
        for index, (row, limit) in enumerate(rows)
    ]
    costs = [[*goal, *([_ZERO] * (count + 1))] for goal in goals]
    basis = [width + index for index in range(count)]
    while True:
        enters = next((j for j in range(width + count) if _gains(costs, j)), None)
        if enters is None:
            break
        leaves = _leaving(table, basis, enters)
        _pivot(table, costs, leaves, enters)
        basis[leaves] = enters
    values = [_ZERO] * (width + count)
    for row, variable in zip(table, basis, strict=True):
        values[variable] = row[-1]
    return values[:width]


def _gains(costs: Sequence[Sequence[Fraction]], column: int) -> bool:
    """Tell whether a variable improves the goals, the first that it changes deciding."""
    return next((row[column] > 0 for row in costs if row[column]), False)


def _leaving(table: Sequence[Sequence[Fraction]], basis: Sequence[int], enters: int) -> int:
    """Return the row that limits the entering variable most; pools are finite, so one does."""
    ratios = [
        (row[-1] / row[enters], basis[index], index)
        for index, row in enumerate(table)
        if row[enters] > 0
    ]
    return min(ratios)[2]


def _pivot(
    table: list[list[Fraction]], costs: list[list[Fraction]], leaves: int, enters: int
) -> None:
    pivot = table[leaves][enters]
    table[leaves] = [each / pivot for each in table[leaves]]
    chosen = table[leaves]
    for row in (*table, *costs):
        factor = row[enters]
        if row is not chosen and factor:
            row[:] = [a - factor * b for a, b in zip(row, chosen, strict=True)]
