"""Which of several numbers gives a figure, or that nobody can tell.

Owns the choice among the rows of one figure: rooms of one list are added, the columns of plots are
added, a figure that is told twice counts once. Where more than one reading remains, the figure is
in doubt, and every reading is kept with its cells; the first one is never taken.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import lazy_loader

from siting.errors import LoadError
from siting.message import Quantity, message
from siting.rules.plan.consistency import rounding
from siting.rules.plan.model import Doubt, Fact, PlanRow, add_facts, stands_in_remark
from siting.vocabulary.plan_words import plan_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from siting.loaders.plan.table import labels, words
else:
    # A plan of figures has no rows of a table.
    labels, words = (
        lazy_loader.load(f"siting.loaders.plan.table.{name}", suppress_warning=True)
        for name in ("labels", "words")
    )

# What does not add up over the parts of a plan.
_NOT_ADDED = (
    "floor_area_ratio",
    "building_density_share",
    "green_share",
    "persons_per_household",
)
# The parts of a total that count for the plot ratio or not; the others are above ground or below.
_BY_RATIO = ("far_floor_area_m2", "non_far_floor_area_m2")


def choose(rows: Sequence[PlanRow], every: Sequence[PlanRow]) -> Fact | Doubt:
    """Return the figure that rows of one key give, or its readings.

    Parameters
    ----------
    rows
        The rows with a number, none inside another of them.
    every
        All rows of the plan, which `PlanRow.parent` counts.
    """
    if any(row.other is not None for row in rows):
        return Doubt(tuple(reading for row in rows for reading in _both(row)))
    own = [row for row in rows if not stands_in_remark(row, every)]
    if 0 < len(own) < len(rows):
        # 含养老服务用房340㎡ may be the rooms of a row elsewhere, or others.
        told = [choose(own, every), choose([row for row in rows if row not in own], every)]
        values = {fact.value for fact in _flat(told)}
        return told[0] if len(values) == 1 else Doubt(_unlike([*_flat(told), _sum(rows)]))
    whole = [row for row in rows if not row.part and not row.column]
    parts = [row for row in rows if row not in whole]
    if not whole:
        return _of_parts(rows, every)
    if parts:
        # 1,800 m2 below ground may be part of 9,800 m2, or stand beside them.
        told = [choose(whole, every), _of_parts(parts, every)]
        return Doubt(_unlike(_flat(told))) if any(map(_remark, whole)) else _agreed(told)
    return _of_lists(whole, every)


def _of_lists(rows: Sequence[PlanRow], every: Sequence[PlanRow]) -> Fact | Doubt:
    """Read the rows of each list, which have to tell the same."""
    lists: dict[tuple[object, ...], list[PlanRow]] = defaultdict(list)
    for row in rows:
        lists[_list_of(row, every)].append(row)
    told = [_of_list(each) for each in lists.values()]
    tables = {(each[0].table, _sheet(each[0])) for each in lists.values()}
    if len(lists) > len(tables) and "." in rows[0].key:
        # Rooms below two headings of one table may be the same rooms or others.
        return Doubt(_unlike(_flat([*told, _sum(rows)])))
    return _agreed(told)


def chosen_reading(
    key: str, wanted: str | Decimal, doubt: Doubt | None, rows: Iterable[PlanRow], source: str
) -> Fact:
    """Return the reading of a figure that the plan file says is meant.

    Parameters
    ----------
    wanted
        Cells, such as ``B7`` or ``表!B7 + 表!B8``, which are added; or one of its values.
    doubt
        Its readings; None where the figure is in no doubt.
    rows
        Every row that was read, of all columns.
    source
        How an error names the plan.

    Raises
    ------
    LoadError
        No reading has that value, or a cell gives no number of the figure.
    """
    readings = doubt.readings if doubt else ()
    if isinstance(wanted, Decimal):
        for fact in readings:
            if fact.value == wanted:
                return fact
        values = [Quantity(fact.value, fact.unit) for fact in readings]
        raise LoadError(message("plan.no_reading", source=source, figure=key, readings=values))
    given = {row.evidence.location: row for row in rows if row.key == key and row.value is not None}
    found: list[PlanRow] = []
    for cell in wanted.split("+"):
        name = cell.strip()
        cells = [at for at in given if at == name or at.partition("!")[2] == name]
        if len(cells) != 1:
            places = sorted(given)
            raise LoadError(
                message(
                    "plan.no_figure_in_cell", source=source, figure=key, cell=name, cells=places
                )
            )
        found.append(given[cells[0]])
    return _sum(found)


def _remark(row: PlanRow) -> str:
    """Return where a room stands by its label; empty for a figure of all rooms."""
    return words.room_of(labels.label_of(row.evidence.label).words)[1]


def _both(row: PlanRow) -> list[Fact]:
    assert row.value is not None
    values = [row.value, *([row.other] if row.other is not None else [])]
    return [Fact(value, row.unit, (row.evidence,)) for value in values]


def _of_list(rows: Sequence[PlanRow]) -> Fact | Doubt:
    """Read the rows of one list: rooms are added, a figure of the whole plan is told once."""
    if len(rows) == 1:
        return _fact(rows[0])
    if "." not in rows[0].key:
        return _agreed([_fact(row) for row in rows])
    told = [labels.label_of(row.evidence.label) for row in rows]
    if _one_label(rows):
        return _agreed([_fact(row) for row in rows])
    rooms = [words.room_of(label.words) for label in told]
    totals = [at for at, label in enumerate(told) if label.is_total]
    plain = [at for at, (_, remark) in enumerate(rooms) if not remark]
    heads = totals or (plain if len(plain) < len(rows) else [])
    if len(heads) == 1:
        rest = [row for at, row in enumerate(rows) if at != heads[0]]
        return _total_and_rooms(_fact(rows[heads[0]]), _sum(rest))
    names = {name for name, _ in rooms}
    if heads or (len(names) > 1 and not all(row.numbered for row in rows)):
        return Doubt(_unlike([_fact(rows[0]), _sum(rows)]))
    return _sum(rows)


def _total_and_rooms(total: Fact, rooms: Fact) -> Fact | Doubt:
    """Take the rooms where they add up to the total, so that it is known how large each is."""
    if _agree(total, rooms):
        return rooms
    return Doubt((total, rooms, add_facts((total, rooms))))


def _one_label(rows: Sequence[PlanRow]) -> bool:
    """Tell whether two numbers stand beside one label; they tell a figure twice."""
    places = [row.label_at for row in rows if row.label_at]
    return len(set(places)) < len(places)


def _of_parts(rows: Sequence[PlanRow], every: Sequence[PlanRow]) -> Fact | Doubt:
    """Add the parts of a figure, each told once; ways of dividing it have to agree."""
    parts: dict[tuple[str, str], list[PlanRow]] = defaultdict(list)
    for row in rows:
        parts[row.column, row.part].append(row)
    told = {part: _of_lists(each, every) for part, each in parts.items()}
    doubts = [each for each in told.values() if isinstance(each, Doubt)]
    if doubts:
        return Doubt(_unlike(_flat(doubts)))
    facts = {part: each for part, each in told.items() if isinstance(each, Fact)}
    if rows[0].key in _NOT_ADDED:
        readings = _unlike(list(facts.values()))
        return readings[0] if len(readings) == 1 else Doubt(readings)
    ways: dict[int, list[Fact]] = defaultdict(list)
    for (column, part), fact in facts.items():
        ways[_division_of(f"{column} {part}")].append(fact)
    return _agreed([add_facts(each) if len(each) > 1 else each[0] for each in ways.values()])


def _division_of(part: str) -> int:
    """Tell by what a part divides its whole: by ground, by the plot ratio, by neither.

    A table may divide a whole both ways.
    """
    for word, fact in plan_words().parts.items():
        if word in part:
            return 2 if fact in _BY_RATIO else 1
    return 0


def _agreed(told: Sequence[Fact | Doubt]) -> Fact | Doubt:
    """Return the figure that all tell, as exactly as one of them does; else the readings."""
    facts = [each for each in told if isinstance(each, Fact)]
    if len(facts) == len(told) and all(_agree(facts[0], each) for each in facts[1:]):
        return min(facts, key=rounding)
    return Doubt(_unlike(_flat(told)))


def _agree(first: Fact, second: Fact) -> bool:
    """Tell whether one number may be the other, rounded: 16.8 万㎡ is 168,300 m2, 3 is not 4."""
    slacks = {rounding(first), rounding(second)}
    slack = max(slacks) if len(slacks) > 1 else Decimal(0)
    return abs(first.value - second.value) <= slack


def _flat(told: Iterable[Fact | Doubt]) -> list[Fact]:
    return [
        fact for each in told for fact in (each.readings if isinstance(each, Doubt) else (each,))
    ]


def _unlike(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return each value once, with the cells of its first reading."""
    seen: dict[Decimal, Fact] = {}
    for fact in facts:
        seen.setdefault(fact.value, fact)
    return tuple(seen.values())


def _sum(rows: Sequence[PlanRow]) -> Fact:
    return add_facts(map(_fact, rows)) if len(rows) > 1 else _fact(rows[0])


def _fact(row: PlanRow) -> Fact:
    assert row.value is not None
    return Fact(row.value, row.unit, (row.evidence,))


def _sheet(row: PlanRow) -> str:
    return row.evidence.location.partition("!")[0]


def _list_of(row: PlanRow, every: Sequence[PlanRow]) -> tuple[object, ...]:
    """Return what tells the list of a row from others: sheet, table, heading, row above."""
    return _sheet(row), row.table, row.section, _listed_in(row, every)


def _listed_in(row: PlanRow, every: Sequence[PlanRow]) -> int:
    """Return the row that a row is part of, past the headings of its own facility type."""
    facility_type = row.key.partition(".")[2]
    parent = row.parent
    while parent >= 0 and facility_type and every[parent].value is None:
        if every[parent].key.partition(".")[2] != facility_type:
            break
        parent = every[parent].parent
    return parent
