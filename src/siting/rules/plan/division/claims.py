"""What rules need of the rooms that serve several facility types, and the division that meets it.

Owns the choice: every way in which a rule may be met becomes claims, claims are served by an exact
linear program, and the division that leaves the fewest rules unmet is taken. Nothing depends on the
order in which a plan lists types, rooms or rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING

from siting.message import Message, Quantity, message
from siting.rules.pack.measures import Family, measure_of
from siting.rules.plan.amounts import (
    facilities_of,
    fact_amount,
    size_of,
    sum_of_types,
)
from siting.rules.plan.division.divide import Claim, divide
from siting.rules.plan.division.shared_rooms import (
    QUANTITIES,
    Room,
    SharedRooms,
    Shares,
    distributed,
    divided_plan,
    shared_rooms,
)
from siting.rules.plan.measures.floor_share import denominators
from siting.rules.plan.measures.rates import required_of_rate
from siting.vocabulary.facility_types import type_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Plan, PlannedFacility
    from siting.rules.plan.outcome import Counting

BINDING, WANTED, SHOWN, OUT_OF_REACH = range(4)
_MOST_TRIES = 512
_ZERO = Fraction(0)
_FAMILIES = (Family.RATE, Family.SHARE, Family.SIZE, Family.SIZE_PER)


@dataclass(frozen=True, slots=True)
class Need:
    """What one way to meet a rule needs: a total, one place, or both.

    Parameters
    ----------
    name, quantity, types
        The rule, what it counts, and of which facility types.
    total
        The least of all places together; 0 where it asks for none.
    place
        The least of one place; 0 where it asks for none.
    """

    name: str
    quantity: str
    types: frozenset[str]
    total: Fraction = _ZERO
    place: Fraction = _ZERO


# A room, a type and how much of it: one place that a rule asks for.
Place = tuple[str, str, Fraction]


def need_of(rule: Rule, plan: Plan, counting: Counting) -> Need | None:
    """Return what a rule needs of rooms; None where it needs nothing that can be said."""
    measure = measure_of(rule.measure)
    require = rule.require
    if require is None or require.is_upper or measure.family not in _FAMILIES:
        return None
    total, place = _ZERO, _ZERO
    limit = Fraction(require.limit)
    if measure.family is Family.RATE:
        base = fact_amount(plan, measure.base)
        total = required_of_rate(rule, measure, base, counting)[0] or _ZERO
        total = max(total, Fraction(require.and_total_at_least or 0))
        place = Fraction(require.and_one_place_at_least or 0)
    elif measure.family is Family.SHARE:
        wholes = [each.value or _ZERO for each in denominators(rule, plan).values()]
        total = limit / 100 * max(wholes, default=_ZERO)
    elif measure.family is Family.SIZE_PER:
        total = limit * (sum_of_types(plan, rule, "beds").value or _ZERO)
    elif rule.options.of == "total":
        total = limit
    else:
        place = limit
    quantity = measure.quantity
    if quantity not in QUANTITIES:
        return None
    return Need(rule.id, quantity, frozenset(rule.facility_types), total, place)


def best_division(
    plan: Plan,
    ways: Sequence[tuple[int, Sequence[Rule]]],
    counting: Counting,
    score: Callable[[Plan], tuple[int, ...]],
) -> tuple[Plan, Mapping[str, Shares]]:
    """Divide the shared rooms of a plan so that as many rules as possible are met.

    Parameters
    ----------
    plan
        The plan; some of its facilities serve several types.
    ways
        For each rule that applies, its rank (`BINDING`, `WANTED`, or `SHOWN` where it does not
        judge this plan) and the ways to meet it, the rule itself and its alternatives.
    counting
        Choices of the check.
    score
        Judges a divided plan; less is better. It decides among the divisions that are tried, so
        that what is reported is what was found, not what was meant.

    Returns
    -------
    tuple
        The divided plan, and by quantity how much each room gives to each type.
    """
    shared = {quantity: shared_rooms(plan, quantity) for quantity in QUANTITIES}
    bare = divided_plan(plan, {})
    listed = sorted(ways, key=lambda each: (each[0], each[1][0].id))
    options = [_options(rank, rules, bare, shared, counting, len(ways)) for rank, rules in listed]
    best: tuple[tuple[int, ...], Plan, Mapping[str, Shares]] | None = None
    for chosen in islice(product(*filter(None, options)), _MOST_TRIES):
        shares = _shares(shared, bare, chosen)
        if shares is None:
            continue
        made = divided_plan(plan, shares)
        found = score(made)
        if best is None or found < best[0]:
            best = (found, made, shares)
        if not any(found):
            break
    if best is None:
        return bare, {}
    return best[1], best[2]


@dataclass(frozen=True, slots=True)
class _Option:
    """One way to serve one rule: its need, where its place is (if anywhere), and its rank."""

    need: Need
    place: Place | None
    rank: int


def _options(
    rank: int,
    rules: Sequence[Rule],
    bare: Plan,
    shared: Mapping[str, SharedRooms],
    counting: Counting,
    at_once: int,
) -> list[_Option]:
    """Return the ways to serve a rule; none where the shared rooms are of no use to it."""
    found: list[_Option] = []
    for rule in rules:
        need = need_of(rule, bare, counting)
        rooms = shared[need.quantity].rooms if need else ()
        useful = [room for room in rooms if need and room.types & need.types]
        if need is None or not useful:
            continue
        places: list[Place] = []
        if need.place and not _has_place(rule, bare, need):
            places = list(_places(need, useful, at_once))
        found += [_Option(need, place, rank) for place in places]
        found.append(_Option(need, None, rank))
    return found


def _has_place(rule: Rule, bare: Plan, need: Need) -> bool:
    sizes = (size_of(each, need.quantity) for each in facilities_of(bare, rule))
    return any(size is not None and size >= need.place for size in sizes)


def _places(need: Need, rooms: Sequence[Room], at_once: int) -> Iterator[Place]:
    """Yield where the place may be, in the largest rooms first; the same types are one choice less.

    Of rooms with the same types as many of the largest are enough as rules ask for places at once:
    what other rules take in a larger room that no place is in, they take in a smaller one as well.
    """
    seen: dict[frozenset[str], int] = {}
    for room in sorted(rooms, key=lambda each: (-each.size, each.facility.facility_id)):
        seen[room.types] = seen.get(room.types, 0) + 1
        if room.size >= need.place and seen[room.types] <= at_once:
            for code in sorted(room.types & need.types):
                yield (room.facility.facility_id, code, need.place)


def _shares(
    shared: Mapping[str, SharedRooms], bare: Plan, chosen: Sequence[_Option]
) -> dict[str, Shares] | None:
    """Return the best division for one choice of ways; None where a room would be used twice."""
    shares: dict[str, Shares] = {}
    for quantity, found in shared.items():
        if not found.rooms:
            continue
        mine = [each for each in chosen if each.need.quantity == quantity]
        reserved: dict[tuple[str, str], Fraction] = {}
        for each in mine:
            if each.place:
                name, code, size = each.place
                reserved[name, code] = max(size, reserved.get((name, code), _ZERO))
        pools = _pools(found.rooms, reserved)
        if pools is None:
            return None
        claims = [_claim(each, found, bare, reserved) for each in mine]
        pooled = divide(pools, [each for each in claims if each.amount > 0])
        shares[quantity] = distributed(found.rooms, reserved, pooled)
    return shares


def _pools(
    rooms: Sequence[Room], reserved: Mapping[tuple[str, str], Fraction]
) -> dict[frozenset[str], Fraction] | None:
    pools: dict[frozenset[str], Fraction] = {}
    for room in rooms:
        taken = (part for (name, _), part in reserved.items() if name == room.facility.facility_id)
        free = room.size - sum(taken, _ZERO)
        if free < 0:
            return None
        pools[room.types] = pools.get(room.types, _ZERO) + free
    return pools


def _claim(
    option: _Option,
    found: SharedRooms,
    bare: Plan,
    reserved: Mapping[tuple[str, str], Fraction],
) -> Claim:
    need = option.need
    types = need.types
    own = sum(
        (Fraction(bare.value(f"{need.quantity}.{code}") or 0) for code in types), _ZERO
    )  # fmt: skip
    most = own + sum((room.size for room in found.rooms if room.types & types), _ZERO)
    rank = option.rank if most >= need.total else OUT_OF_REACH
    own += sum((part for (_, code), part in reserved.items() if code in types), _ZERO)
    return Claim(need.name, types, max(need.total - own, _ZERO), rank)


def division_texts(plan: Plan, shares: Mapping[str, Shares]) -> dict[str, Message]:
    """Say how the rooms were divided, once for every facility type that may use one of them.

    Returns
    -------
    dict
        Facility type -> the division of all rooms, such as 共用房屋划分：hub 800 m² = 养老服务用房
        300 m² + ...; the same text for all types that share rooms.
    """
    floor = shares.get("floor_area_m2", {})
    rooms = [each for each in plan.facilities if len(set(each.facility_types)) > 1]
    parts = [_room_text(each, floor) for each in rooms if each.floor_area_m2 is not None]
    if not parts:
        return {}
    text = message("shared_area.divided", rooms=parts)
    return {code: text for each in rooms for code in each.facility_types}


def _room_text(room: PlannedFacility, shares: Shares) -> Message:
    parts = [
        message("shared_area.part", type=type_text(code), area=Quantity(part, "m2"))
        for code in sorted(set(room.facility_types))
        if (part := shares.get((room.facility_id, code)))
    ]
    return message(
        "shared_area.room",
        name=room.name or room.facility_id,
        area=Quantity(size_of(room, "floor_area_m2") or _ZERO, "m2"),
        parts=parts or ["–"],
    )
