"""Does a plan agree with itself: totals with parts, table with drawing, units with sizes.

Owns checks that need no standard. A plan whose numbers contradict each other cannot be judged by
any rule with confidence, so a contradiction is a finding of its own and makes the check fail.
Only contradictions are reported; a plan that agrees with itself gives nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from siting.message import Message, Quantity, Sayable, Term, message
from siting.rules.facts import fact_title, unit_of
from siting.rules.plan.finding import PlanFinding
from siting.rules.plan.model import Evidence, Fact, Plan, PlanRow, add_facts
from siting.vocabulary.plan_words import plan_words

# A drawing is not surveyed to the table's last digit: projection and digitising take their part.
DRAWING_TOLERANCE_SHARE = Decimal("0.02")
# Ratios in a table are computed from figures that were rounded before.
RATIO_TOLERANCE_SHARE = Decimal("0.02")

# Sums that hold by definition: the parts, then the total.
_SUMS = (
    (("above_ground_floor_area_m2", "underground_floor_area_m2"), "total_floor_area_m2"),
    (("far_floor_area_m2", "non_far_floor_area_m2"), "total_floor_area_m2"),
)
# Ratios that hold by definition: numerator, denominator, ratio.
_RATIOS = (
    ("far_floor_area_m2", "site_area_m2", "floor_area_ratio"),
    ("footprint_m2", "site_area_m2", "building_density_share"),
    ("population", "households", "persons_per_household"),
)
# What is always part of the whole, for tables that do not nest their rows.
_PART_OF = (
    ("residential_floor_area_m2", "total_floor_area_m2"),
    ("public_floor_area_m2", "total_floor_area_m2"),
    ("above_ground_floor_area_m2", "total_floor_area_m2"),
    ("underground_floor_area_m2", "total_floor_area_m2"),
    ("far_floor_area_m2", "total_floor_area_m2"),
    ("footprint_m2", "site_area_m2"),
)
# Ratios of one plan that no development leaves: a factor of 10,000 does.
_PLAUSIBLE = (
    ("residential_floor_area_m2", "households", Decimal(10), Decimal(1500)),
    ("total_floor_area_m2", "households", Decimal(10), Decimal(10000)),
    ("total_floor_area_m2", "site_area_m2", Decimal("0.02"), Decimal(50)),
    ("population", "households", Decimal("0.3"), Decimal(15)),
)
_SMALLEST_ROOM_M2 = Decimal(2)
_TEN_THOUSAND = Decimal(10_000)
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+")


def check_consistency(plan: Plan) -> tuple[PlanFinding, ...]:
    """Return a finding for each contradiction in a plan.

    Numbers agree where they differ by no more than the rounding they were written with: 16.8 万㎡
    agrees with 168,300 m². A drawing agrees within 2 %, numbers of households exactly.

    Examples
    --------
    >>> facts = {"total_floor_area_m2": Fact(Decimal(168000), "m2"),
    ...          "site_area_m2": Fact(Decimal("5.6"), "m2")}
    >>> plan = Plan("江湾", "cn", None, "new", "p", facts)
    >>> [finding.rule_id for finding in check_consistency(plan)]
    ['plan-unit-suspicious']
    """
    checks = (
        _units(plan),
        _shares(plan),
        _parts(plan),
        _sums(plan),
        _given_twice(plan),
        _phases(plan),
        _ratios(plan),
        _facilities(plan),
        _drawing(plan),
    )
    found = [finding for check in checks for finding in check]
    return tuple({(each.rule_id, each.subject): each for each in reversed(found)}.values())[::-1]


def rounding(fact: Fact) -> Decimal:
    """Return by how much a number may be wrong through the rounding it was written with.

    Examples
    --------
    >>> here = Evidence("a.xlsx", "S!B2", "16.8", "万m2")
    >>> rounding(Fact(Decimal(168000), "m2", (here,)))
    Decimal('500')
    """
    if fact.derived or len(fact.evidence) != 1:
        return Decimal(0)
    found = _NUMBER.search(unicodedata.normalize("NFKC", fact.evidence[0].text))
    number = Decimal(found.group().replace(",", "")) if found else Decimal(0)
    if not number or not fact.value:
        return Decimal(0)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return (fact.value / number * Decimal(10) ** exponent / 2).normalize() + 0


def _parts(plan: Plan) -> Iterator[PlanFinding]:
    groups: dict[int, list[PlanRow]] = defaultdict(list)
    for row in plan.rows:
        if row.parent >= 0 and row.value is not None and _is_part(row, plan.rows[row.parent]):
            groups[row.parent].append(row)
    for index, rows in groups.items():
        above = plan.rows[index]
        if above.value is not None and above.unit not in ("", "share"):
            beside = [r for r in rows if (r.phase, r.column) == (above.phase, above.column)]
            for parts in _divisions(beside):
                yield from _exceeds(plan, parts, _fact(above), _subject(above))
    for part, whole in _PART_OF:
        if part in plan.facts and whole in plan.facts:
            subject = f"{part}/{whole}"
            yield from _exceeds(plan, [plan.facts[part]], plan.facts[whole], subject)
    yield from _facility_areas(plan)


def _is_part(row: PlanRow, above: PlanRow) -> bool:
    """Tell whether a row is a share of the one above; land is none of a floor area."""
    land = row.key.startswith("land_area_m2.") and above.key.startswith("floor_area_m2.")
    return row.unit == above.unit and not land


def _divisions(rows: Sequence[PlanRow]) -> list[list[Fact]]:
    """Tell apart the ways in which one total is divided: by use, by ground, by what counts.

    A table that lists 地上, 地下, 住宅 and 商业 below one total divides it twice.
    """
    divisions: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for row in rows:
        kind = next((keys for keys, _ in _SUMS if row.key in keys), ())
        divisions[kind].append(_fact(row))
    return list(divisions.values())


def _facility_areas(plan: Plan) -> Iterator[PlanFinding]:
    total = plan.facts.get("total_floor_area_m2")
    for key, fact in plan.facts.items():
        if total and key.startswith("floor_area_m2."):
            yield from _exceeds(plan, [fact], total, f"{key}/total_floor_area_m2")


def _exceeds(plan: Plan, parts: Sequence[Fact], total: Fact, subject: str) -> Iterator[PlanFinding]:
    measured = sum((part.value for part in parts), Decimal(0))
    slack = rounding(total) + sum((rounding(part) for part in parts), Decimal(0))
    if measured - total.value > slack:
        added, whole = _sum_text(parts, measured, total.unit), _stated(total)
        text = message("plan_sum.more_than", sum=added, total=whole)
        yield _finding(plan, "plan-parts-exceed-total", subject, measured, total, text, parts)


def _sums(plan: Plan) -> Iterator[PlanFinding]:
    for keys, whole in _SUMS:
        if whole in plan.facts and all(key in plan.facts for key in keys):
            parts, total = [plan.facts[key] for key in keys], plan.facts[whole]
            subject = f"{'+'.join(keys)}={whole}"
            yield from _differs(plan, "plan-total-is-not-the-sum", subject, parts, total)


def _differs(
    plan: Plan, rule_id: str, subject: str, parts: Sequence[Fact], total: Fact
) -> Iterator[PlanFinding]:
    measured = sum((part.value for part in parts), Decimal(0))
    slack = rounding(total) + sum((rounding(part) for part in parts), Decimal(0))
    if abs(measured - total.value) > slack:
        added, whole = _sum_text(parts, measured, total.unit), _stated(total)
        text = message("plan_sum.is_not", sum=added, total=whole)
        yield _finding(plan, rule_id, subject, measured, total, text, parts)


def _given_twice(plan: Plan) -> Iterator[PlanFinding]:
    groups: dict[tuple[str, str, str, str], list[PlanRow]] = defaultdict(list)
    for row in plan.rows:
        repeats_itself = row.parent >= 0 and plan.rows[row.parent].key == row.key
        if row.key and row.value is not None and not repeats_itself:
            groups[row.key, row.part, row.phase, row.column].append(row)
    for (key, part, phase, column), rows in groups.items():
        subject = ".".join(filter(None, (key, part, phase, column)))
        tables: dict[str, list[PlanRow]] = defaultdict(list)
        for row in rows:
            tables[row.table].append(row)
        first, *others = tables.values()
        alone = [row for row in first[1:] if not _adds_up(plan, key, row, first[0])]
        counted = [_fact(row) for row in first if row not in alone]
        stated = add_facts(counted) if len(counted) > 1 else counted[0]
        repeats = [[row] for row in alone]
        for table in others:
            # Rooms of one type may be listed one by one; a total stands alone each time.
            repeats += [table] if "." in key else [[row] for row in table]
        for again in repeats:
            parts = [_fact(row) for row in again]
            yield from _differs(plan, "plan-figure-given-twice", subject, parts, stated)


def _adds_up(plan: Plan, key: str, row: PlanRow, first: PlanRow) -> bool:
    """Tell whether two rows were added as two facilities, so that they need not be equal."""
    fact = plan.facts.get(key)
    return (
        fact is not None
        and fact.derived.startswith("sum")
        and {row.evidence, first.evidence} <= set(fact.evidence)
    )


def _phases(plan: Plan) -> Iterator[PlanFinding]:
    for key, total in plan.facts.items():
        parts = [phase.facts[key] for phase in plan.phases if key in phase.facts]
        if not parts or "phases" in total.derived or key.startswith("count."):
            continue
        if len(parts) == len(plan.phases):
            yield from _differs(plan, "plan-phases-differ-from-total", key, parts, total)
        else:
            yield from _exceeds(plan, parts, total, f"{key}.phases")


def _ratios(plan: Plan) -> Iterator[PlanFinding]:
    for top, bottom, ratio in _RATIOS:
        if not all(key in plan.facts for key in (top, bottom, ratio)):
            continue
        numerator, denominator, given = (plan.facts[key] for key in (top, bottom, ratio))
        denominator = _net_site(plan) or denominator
        if denominator.value == 0 or numerator.derived:
            continue
        value = numerator.value / denominator.value
        slack = rounding(given) + RATIO_TOLERANCE_SHARE * given.value
        if abs(value - given.value) > slack:
            text = message(
                "plan_ratio.is_not",
                top=_stated(numerator),
                bottom=_stated(denominator),
                ratio=Quantity(value, ""),
                stated=_stated(given),
            )
            parts = (numerator, denominator)
            yield _finding(plan, "plan-ratio-differs", ratio, value, given, text, parts)


def _net_site(plan: Plan) -> Fact | None:
    """Return the net site area (净用地), where a plan gives it beside the gross one.

    Floor-area ratio and density are of the net site: roads and public green of the gross one are no
    part of the plot.
    """
    words = plan_words().net_words
    rows = [
        row
        for row in plan.rows
        if row.key == "site_area_m2"
        and row.value is not None
        and any(word in row.evidence.label for word in words)
    ]
    if len(rows) != 1 or rows[0].value is None:
        return None
    return Fact(rows[0].value, rows[0].unit, (rows[0].evidence,))


def _facilities(plan: Plan) -> Iterator[PlanFinding]:
    groups: dict[str, list[Fact | None]] = defaultdict(list)
    for facility in plan.facilities:
        for quantity in ("floor_area_m2", "land_area_m2", "places", "beds", "classes"):
            value = getattr(facility, quantity)
            groups[f"{quantity}.{facility.facility_type}"].append(value)
    for key, facts in groups.items():
        known = [fact for fact in facts if fact is not None]
        total = plan.facts.get(key)
        from_table = total is not None and not set(total.evidence) & _places(known)
        if total is not None and from_table and known and len(known) == len(facts):
            rule_id = "plan-table-differs-from-facilities"
            yield from _differs(plan, rule_id, key, known, total)


def _places(facts: Iterable[Fact]) -> set[Evidence]:
    return {place for fact in facts for place in fact.evidence}


def _drawing(plan: Plan) -> Iterator[PlanFinding]:
    rule_id = "plan-table-differs-from-drawing"
    site = plan.facts.get("site_area_m2")
    if plan.site is not None and site is not None:
        drawn = Decimal(repr(round(float(plan.site.area), 2)))
        gross = plan.facts.get("gross_site_area_m2")
        if gross is not None and abs(drawn - gross.value) < abs(drawn - site.value):
            site = gross
        if abs(drawn - site.value) > DRAWING_TOLERANCE_SHARE * site.value + rounding(site):
            yield _drawn(plan, rule_id, "site_area_m2", drawn, site)
    for key in ("households", "population"):
        total = plan.facts.get(key)
        drawn_sum = _home_sum(plan, key)
        if total is None or drawn_sum is None or total.derived:
            continue
        if abs(drawn_sum - total.value) > rounding(total):
            yield _drawn(plan, rule_id, key, drawn_sum, total)


def _home_sum(plan: Plan, column: str) -> Decimal | None:
    homes = plan.homes
    if homes is None or column not in homes or not len(homes) or homes[column].isna().any():
        return None
    return Decimal(repr(float(homes[column].sum())))


def _drawn(plan: Plan, rule_id: str, key: str, drawn: Decimal, stated: Fact) -> PlanFinding:
    unit = unit_of(key)
    text = message(
        "plan.drawn_otherwise", drawn=Quantity(drawn, unit), stated=Quantity(stated.value, unit)
    )
    return _finding(plan, rule_id, key, drawn, stated, text, ())


def _units(plan: Plan) -> Iterator[PlanFinding]:
    for top, bottom, low, high in _PLAUSIBLE:
        numerator, denominator = plan.facts.get(top), plan.facts.get(bottom)
        if numerator is None or denominator is None or not denominator.value:
            continue
        ratio = numerator.value / denominator.value
        unit = f"{unit_of(top)}/{unit_of(bottom)}"
        moved = (ratio * _TEN_THOUSAND, ratio / _TEN_THOUSAND)
        if not low <= ratio <= high and any(low <= each <= high for each in moved):
            yield _suspicion(plan, f"{top}/{bottom}", numerator, denominator, ratio, unit)
    for key, fact in plan.facts.items():
        if key.startswith("floor_area_m2.") and 0 < fact.value < _SMALLEST_ROOM_M2:
            meant = Quantity(fact.value * _TEN_THOUSAND, "m2")
            text = message("plan.smaller_than_a_room", stated=_stated(fact), meant=meant)
            yield _finding(plan, "plan-unit-suspicious", key, fact.value, None, text, (fact,))


def _shares(plan: Plan) -> Iterator[PlanFinding]:
    """Report shares that were written a hundred times too small or too large, until one is chosen.

    The plan may say in ``readings`` which is meant; then the figure is in no doubt.
    """
    phases = {phase.name: phase.doubtful for phase in plan.phases}
    for row in plan.rows:
        doubtful = phases.get(row.phase, {}) if row.phase else plan.doubtful
        if row.unit == "share" and row.other is not None and row.key in doubtful:
            read = _fact(row)
            text = message(
                "plan.share_off",
                title=fact_title(row.key),
                stated=Quantity(100 * read.value, "%"),
                meant=Quantity(100 * row.other, "%"),
            )
            subject = _subject(row)
            yield _finding(
                plan, "plan-share-suspicious", subject, read.value, None, text, (read,), row.unit
            )


def _suspicion(
    plan: Plan, subject: str, numerator: Fact, denominator: Fact, ratio: Decimal, unit: str
) -> PlanFinding:
    text = message(
        "plan_ratio.wrong_unit",
        top=_stated(numerator),
        bottom=_stated(denominator),
        ratio=Quantity(ratio, unit),
    )
    parts = (numerator, denominator)
    return _finding(plan, "plan-unit-suspicious", subject, ratio, None, text, parts, unit)


def _finding(
    plan: Plan,
    rule_id: str,
    subject: str,
    measured: Decimal,
    stated: Fact | None,
    explanation: Sayable,
    parts: Iterable[Fact],
    unit: str = "",
) -> PlanFinding:
    facts = [*parts, *([stated] if stated else [])]
    evidence = dict.fromkeys(place for fact in facts for place in fact.evidence)
    return PlanFinding(
        plan=plan.name,
        source=plan.source,
        rule_id=rule_id,
        title=Term("contradiction", rule_id),
        verdict="fail",
        measured=measured,
        required=stated.value if stated else None,
        unit=unit or (stated.unit if stated else "m2"),
        shortfall=abs(measured - stated.value) if stated else None,
        explanation=explanation,
        evidence=tuple(evidence),
        subject=subject,
        subject_kind="figure",
        measure="consistency",
    )


def _fact(row: PlanRow) -> Fact:
    assert row.value is not None
    return Fact(row.value, row.unit, (row.evidence,))


def _subject(row: PlanRow) -> str:
    return ".".join(filter(None, (row.key or row.evidence.label, row.part, row.phase)))


def _sum_text(parts: Sequence[Fact], total: Decimal, unit: str) -> Message:
    if len(parts) == 1:
        return _stated(parts[0])
    stated: list[Sayable] = [_stated(part) for part in parts[:6]]
    more = ["…"] if len(parts) > 6 else []
    return message("plan_sum.sum", parts=[*stated, *more], total=Quantity(total, unit))


def _stated(fact: Fact) -> Message:
    """Return a figure with what it is called: the words beside it, for a key the fact's title."""
    label = fact.evidence[0].label if fact.evidence else ""
    key = re.sub(r"^(?:indicators|phases\[[0-9]+\])\.", "", label).strip()
    # In English, 1,250 households is enough said.
    return message(
        "figure.of_households" if key == "households" else "figure.stated",
        title=fact_title(key),
        figure=Quantity(fact.value, fact.unit),
    )
