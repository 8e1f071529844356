"""Makes a `Plan` of what one of its forms gave: rows, facilities and a drawing become facts.

Owns the order in which facts win: what the table says, then what its facilities, its buildings
and its phases add up to. Contradictions between them are left for the consistency checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.data_report import DataReport
from siting.loaders.plan import drawing as drawings
from siting.loaders.plan.choice import chosen_reading
from siting.loaders.plan.drawing.records import Drawing, Measured
from siting.loaders.plan.facts import (
    facts_of_facilities,
    has_unknown_unit,
    includes_of_rows,
    merged,
    told_by,
)
from siting.loaders.plan.model import Indicators, PlanFile, TypedFigures
from siting.message import Message, message
from siting.rules.facts import TYPED_UNITS, unit_of
from siting.rules.plan.model import (
    Doubt,
    Evidence,
    Fact,
    OtherColumn,
    Phase,
    Plan,
    PlannedFacility,
    PlanRow,
    Waiver,
    add_facts,
    with_population,
)
from siting.yaml_lines import dotted

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from siting.data_report import DataNote
    from siting.yaml_lines import Path as KeyPath


@dataclass(slots=True)
class Parts:
    """What one of the forms gave, before facts are made of it."""

    file: PlanFile
    source: str
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    rows: list[PlanRow] = field(default_factory=list)
    # Columns of the table that may be meant as well as the one that is read, each with its rows.
    other_columns: list[OtherColumn] = field(default_factory=list)
    # Figure -> the cells, or the value, that the plan file says are meant.
    readings: Mapping[str, str | Decimal] = field(default_factory=dict)
    drawing: Drawing | None = None
    notes: list[Message] = field(default_factory=list)
    data_notes: list[DataNote] = field(default_factory=list)
    form: str = "plan.yaml"


def rows_of_file(model: PlanFile, lines: Mapping[KeyPath, int], file: str) -> list[PlanRow]:
    """Return a row for every figure that the plan file itself gives."""
    rows: list[PlanRow] = []
    if isinstance(model.indicators, Indicators):
        rows += _figure_rows(model.indicators, ("indicators",), lines, file, "")
    for index, phase in enumerate(model.phases):
        rows += _figure_rows(phase, ("phases", index), lines, file, phase.name)
    return rows


def _figure_rows(
    figures: TypedFigures, at: KeyPath, lines: Mapping[KeyPath, int], file: str, phase: str
) -> list[PlanRow]:
    rows: list[PlanRow] = []
    for name in type(figures).model_fields:
        value = getattr(figures, name)
        typed = value if name in TYPED_UNITS else {}
        named = {f"{name}.{kind}": (number, (*at, name, kind)) for kind, number in typed.items()}
        if name not in TYPED_UNITS and name != "name" and value is not None:
            named = {name: (value, (*at, name))}
        for key, (number, where) in named.items():
            evidence = _evidence(file, where, lines, str(number))
            rows.append(PlanRow(key, number, unit_of(key), evidence, phase=phase))
    return rows


def _evidence(file: str, at: KeyPath, lines: Mapping[KeyPath, int], text: str = "") -> Evidence:
    line = lines.get(at)
    location = f"line {line}" if line else dotted(at)
    return Evidence(file, location, text, label=dotted(at), line=line)


def build_plan(parts: Parts, *, known_date: bool) -> Plan:
    """Return the plan that the parts describe; `known_date` is false where today stands in."""
    model = parts.file
    drawn = _measured(parts)
    facilities = (*_listed_facilities(parts), *drawn.facilities)
    phases = _phases(parts, facilities)
    told, doubtful = decided(parts)
    facts = merged(told, facts_of_facilities(facilities))
    facts = merged(facts, _facts_of_homes(drawn, parts))
    open_keys = {*doubtful, *(key for phase in phases for key in phase.doubtful)}
    facts = merged(facts, _facts_of_phases(phases, without=open_keys))
    facts = {key: fact for key, fact in with_population(facts).items() if key not in doubtful}
    includes = {**includes_of_rows(parts.rows)}
    for outer, inner in model.includes.items():
        includes[outer] = tuple(sorted({*includes.get(outer, ()), *inner}))
    notes = [*parts.notes, *map(_unit_note, filter(has_unknown_unit, parts.rows))]
    if "status" not in model.model_fields_set:
        notes.append(message("plan.status_unsaid"))
    return Plan(
        name=model.name,
        jurisdiction=getattr(model, "jurisdiction", ""),
        date=model.date if known_date else None,
        status=model.status,
        source=parts.source,
        facts=facts,
        facilities=facilities,
        phases=phases,
        waivers=_waivers(parts),
        includes=includes,
        homes=drawn.homes,
        site=drawn.site,
        crs=drawn.crs,
        context=str(model.context) if model.context else "",
        rows=tuple(parts.rows),
        notes=tuple(notes),
        data_notes=tuple(parts.data_notes),
        doubtful=doubtful,
        reasons=dict(model.reasons),
    )


def decided(parts: Parts) -> tuple[dict[str, Fact], dict[str, Doubt]]:
    """Return what the rows tell, and what is in doubt among them or with another column."""
    facts, doubts = told_by(parts.rows)
    for column in parts.other_columns:
        others, unsure = told_by(column.rows)
        for key, doubt in unsure.items():
            if (mine := facts.pop(key, None)) is not None:
                doubts[key] = Doubt((mine, *doubt.readings), doubt.unread)
        for key, other in others.items():
            mine = facts.pop(key, None)
            known = doubts[key].readings if key in doubts else (mine,) if mine else ()
            if mine is not None and mine.value == other.value:
                facts[key] = mine
            elif other.value not in [each.value for each in known]:
                unread = doubts[key].unread if key in doubts else ()
                doubts[key] = Doubt((*known, other), unread)
    for key, wanted in parts.readings.items():
        choice = doubts.pop(key, None)
        facts[key] = chosen_reading(key, wanted, choice, _every_row(parts), parts.source)
    return facts, doubts


def _every_row(parts: Parts) -> list[PlanRow]:
    return [*parts.rows, *(row for column in parts.other_columns for row in column.rows)]


def _measured(parts: Parts) -> Measured:
    if parts.drawing is None:
        return Measured()
    report = DataReport()
    result = drawings.measured(
        parts.drawing, crs=parts.file.crs, subject=parts.source, report=report
    )
    parts.data_notes += [note for note in report.notes if note.severity != "info"]
    return result


def _listed_facilities(parts: Parts) -> tuple[PlannedFacility, ...]:
    found = []
    for index, row in enumerate(parts.file.facilities):
        at: KeyPath = ("facilities", index)
        numbers: dict[str, Fact] = {}
        for name in ("floor_area_m2", "land_area_m2", "places", "beds", "classes"):
            value = getattr(row, name)
            if value is not None:
                evidence = _evidence(parts.form, (*at, name), parts.lines, str(value))
                numbers[name] = Fact(value, TYPED_UNITS[name], (evidence,))
        found.append(
            PlannedFacility(
                row.id or f"facility-{index + 1}",
                row.name,
                tuple(row.facility_type),
                **numbers,
                phase=row.phase,
                floor_level=row.floor_level,
                own_entrance=row.own_entrance,
                complex_id=row.complex,
                evidence=replace(_evidence(parts.form, at, parts.lines), label=row.name),
            )
        )
    return tuple(found)


def _phases(parts: Parts, facilities: Sequence[PlannedFacility]) -> tuple[Phase, ...]:
    """Return the phases in the order of the file, else of the table, else of the facilities."""
    names = dict.fromkeys(row.name for row in parts.file.phases)
    names |= dict.fromkeys(row.phase for row in parts.rows if row.phase)
    names |= dict.fromkeys(each.phase for each in facilities if each.phase)
    listed = {row.name: index for index, row in enumerate(parts.file.phases)}
    phases = []
    for order, name in enumerate(names, start=1):
        built = facts_of_facilities(each for each in facilities if each.phase == name)
        told, doubtful = told_by(parts.rows, phase=name)
        facts = {key: fact for key, fact in merged(told, built).items() if key not in doubtful}
        where = None
        if name in listed:
            where = _evidence(parts.form, ("phases", listed[name]), parts.lines)
        phases.append(Phase(name, order, facts, where, doubtful))
    return tuple(phases)


def _unit_note(row: PlanRow) -> Message:
    """Name the cell and the unit of a number that is not read."""
    at = row.evidence
    told = {"place": at.location, "unit": at.unit, "number": at.text}
    return message("plan.unit_unknown", **told)


def _facts_of_phases(phases: Sequence[Phase], *, without: Container[str]) -> dict[str, Fact]:
    """Add up the phases, where every phase gives the figure or it is one of a facility type.

    Not those figures of which some phase has a number that could not be read.
    """
    given = dict.fromkeys(key for phase in phases for key in phase.facts)
    keys = [key for key in given if key not in without]
    facts: dict[str, Fact] = {}
    for key in keys:
        found = [phase.facts[key] for phase in phases if key in phase.facts]
        if len(found) == len(phases) or ("." in key and not key.startswith("count.")):
            facts[key] = add_facts(found, derived=message("derived.phases", count=len(found)))
    return facts


def _facts_of_homes(drawn: Measured, parts: Parts) -> dict[str, Fact]:
    if drawn.homes is None or parts.drawing is None:
        return {}
    file = parts.drawing.file("buildings")
    units = {"households": "households", "population": "persons"}
    sums = {key: drawings.sum_of_homes(drawn.homes, key, unit, file) for key, unit in units.items()}
    return {key: fact for key, fact in sums.items() if fact is not None}


def _waivers(parts: Parts) -> tuple[Waiver, ...]:
    return tuple(
        Waiver(
            row.rule,
            row.reason,
            row.approver,
            row.expires,
            row.subject,
            _evidence(parts.form, ("waivers", index), parts.lines),
        )
        for index, row in enumerate(parts.file.waivers)
    )
