"""Reads a plan: a folder with ``plan.yaml``, a GeoPackage, a GeoJSON, or an indicator table.

Owns the four forms and that they give the same facts. What a rule sees is `siting.rules.plan`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from siting.errors import LoadError, ProjectError
from siting.loaders._plan_facts import (
    facts_of_facilities,
    facts_of_rows,
    includes_of_rows,
    merged,
)
from siting.loaders.plan_model import (
    Indicators,
    PlanFile,
    TypedFigures,
    plan_json_schema,
)
from siting.rules.plan import (
    TYPED_UNITS,
    Evidence,
    Fact,
    Phase,
    Plan,
    PlannedFacility,
    PlanRow,
    PlanStatus,
    Waiver,
    add_facts,
    unit_of,
    with_population,
)
from siting.rules.yaml_lines import MAX_BYTES, dotted, faults_of, load_yaml
from siting.tables import DataReport

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from siting.loaders._plan_layers import Drawing, Measured
    from siting.rules.yaml_lines import Path as KeyPath

__all__ = ["PlanFile", "is_plan", "plan_json_schema", "plan_table", "read_plan"]

# A plan is one development; larger files are cities, or meant to exhaust the memory.
MAX_PLAN_BYTES = 64 * 1024 * 1024
_GEOJSON = (".geojson", ".json")
_SUFFIXES = (".yaml", ".yml", ".gpkg", *_GEOJSON, ".xlsx", ".xlsm")


@dataclass(slots=True)
class _Parts:
    """What one of the forms gave, before facts are made of it."""

    file: PlanFile
    source: str
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    rows: list[PlanRow] = field(default_factory=list)
    drawing: Drawing | None = None
    notes: list[str] = field(default_factory=list)
    form: str = "plan.yaml"


def is_plan(path: str | Path) -> bool:
    """Tell whether a path has the look of a plan: a folder with plan.yaml, or a known suffix.

    Examples
    --------
    >>> is_plan("jiangwan.xlsx"), is_plan("notes.txt")
    (True, False)
    """
    path = Path(path)
    return (path / "plan.yaml").is_file() if path.is_dir() else path.suffix.lower() in _SUFFIXES


def read_plan(
    path: str | Path,
    *,
    name: str = "",
    jurisdiction: str = "",
    date: dt.date | None = None,
    status: PlanStatus | None = None,
    max_bytes: int = MAX_PLAN_BYTES,
) -> Plan:
    r"""Read a plan in any of its four forms.

    Parameters
    ----------
    path
        A folder with ``plan.yaml``, that file, a ``.gpkg``, a ``.geojson`` or an ``.xlsx``.
    name, jurisdiction, date, status
        Used where the file does not say them, as an indicator table alone never does.
    max_bytes
        The largest file that is opened, of the plan and of each layer it names.

    Returns
    -------
    Plan
        With every number exact and traceable; what is not said is not there.

    Raises
    ------
    ProjectError
        Faults of a plan file, all at once with their lines.
    LoadError, CRSError, TableError
        Files that cannot be read as what they are named, or that are too large.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = "name: 江湾\njurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\n"
    ...     text += "indicators: {households: 1250}\n"
    ...     _ = (Path(folder) / "plan.yaml").write_text(text, encoding="utf-8")
    ...     fact = read_plan(folder).facts["households"]
    >>> fact.value, fact.evidence[0].location
    (Decimal('1250'), 'line 4')
    """
    path = Path(path)
    if path.is_dir():
        path = path / "plan.yaml"
    _check_size(path, max_bytes)
    given = {"name": name, "jurisdiction": jurisdiction, "date": date, "status": status}
    given = {key: value for key, value in given.items() if value}
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        parts = _from_yaml(path, max_bytes)
    elif suffix in (".xlsx", ".xlsm"):
        parts = _from_workbook(path, given)
    elif suffix == ".gpkg":
        from siting.loaders._plan_tables import from_geopackage

        parts = _from_document(*from_geopackage(path), path, given)
    elif suffix in _GEOJSON:
        from siting.loaders._plan_tables import from_geojson

        parts = _from_document(*from_geojson(path), path, given)
    else:
        raise LoadError(f"{path} is no plan; a plan is a folder with plan.yaml, or {_SUFFIXES}.")
    return _plan(parts, known_date="date" in parts.file.model_fields_set)


def plan_table(plan: Plan) -> list[dict[str, str]]:
    """Return what was read, row by row, for people: one dictionary of text per row.

    The keys are ``key, value, unit, label, text, unit_as_read, file, location, part_of, phase,
    note``. Rows that nothing knew have an empty key, and facts that were computed follow at the
    end with how.
    """
    table = [_row_as_text(row, plan.rows) for row in plan.rows]
    for key, fact in plan.facts.items():
        if fact.derived:
            where = fact.evidence[0] if fact.evidence else Evidence(plan.source, "", "")
            row = PlanRow(key, fact.value, fact.unit, replace(where, text="", label=""))
            table.append({**_row_as_text(row, ()), "note": fact.derived})
    return table


def _row_as_text(row: PlanRow, rows: Sequence[PlanRow]) -> dict[str, str]:
    above = rows[row.parent].evidence.label if row.parent >= 0 else ""
    return {
        "key": row.key,
        "value": "" if row.value is None else plain_number(row.value),
        "unit": row.unit,
        "label": row.evidence.label,
        "text": row.evidence.text,
        "unit_as_read": row.evidence.unit,
        "file": row.evidence.file,
        "location": row.evidence.location,
        "part_of": above,
        "phase": row.phase,
        "note": row.note,
    }


def plain_number(value: Decimal) -> str:
    """Write a number without exponent and without trailing zeros.

    Examples
    --------
    >>> from decimal import Decimal
    >>> plain_number(Decimal("168000.0")), plain_number(Decimal("1E+3"))
    ('168000', '1000')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _check_size(path: Path, max_bytes: int) -> None:
    if not path.exists():
        raise LoadError(f"{path} does not exist; a plan is a folder with plan.yaml, or a file.")
    size = path.stat().st_size
    if size > max_bytes:
        raise LoadError(
            f"{path} has {size:,} bytes; at most {max_bytes:,} are read as part of a plan. Leave "
            "only this development in it, or raise max_bytes."
        )


def _from_yaml(path: Path, max_bytes: int) -> _Parts:
    with path.open("rb") as file:
        data, lines = load_yaml(file.read(MAX_BYTES + 1), path.name)
    model = _validated(data, lines, path)
    parts = _Parts(model, str(path), lines, _rows(model, lines, path.name), form=path.name)
    _add_workbook(parts, path, max_bytes)
    parts.drawing = _drawing(model, path, max_bytes)
    return parts


def _validated(data: Any, lines: Mapping[KeyPath, int], path: Path) -> PlanFile:
    if not isinstance(data, dict):
        raise ProjectError(path.name, [f"{path.name}:1: expected keys such as name: 江湾花园"])
    try:
        return PlanFile.model_validate(data, context={"folder": path.parent, "path": path})
    except ValidationError as failure:
        raise ProjectError(
            path.name, faults_of(failure, lines, path.name, model=PlanFile)
        ) from None


def _add_workbook(parts: _Parts, path: Path, max_bytes: int) -> None:
    """Read the workbook that ``indicators`` names."""
    named = parts.file.indicators
    if isinstance(named, Indicators):
        return
    from siting.loaders.indicator_table import read_indicator_table

    _check_size(named.path, max_bytes)
    table = read_indicator_table(named.path, sheet=named.sheet, file=_relative(named.path, path))
    shift = len(parts.rows)
    parts.rows += [
        replace(row, parent=row.parent + shift if row.parent >= 0 else -1) for row in table.rows
    ]
    parts.notes += table.notes


def _from_workbook(path: Path, given: Mapping[str, Any]) -> _Parts:
    from siting.loaders.indicator_table import read_indicator_table

    table = read_indicator_table(path, file=path.name)
    known = {"name": table.name or path.stem, **given}
    # What nobody said stays empty: the evaluator asks for it, it is not made up here.
    model = PlanFile.model_construct(_fields_set=set(known), **known)
    return _Parts(model, str(path), {}, list(table.rows), notes=list(table.notes), form=path.name)


def _from_document(
    data: dict[str, Any],
    rows: list[PlanRow],
    drawing: Drawing,
    path: Path,
    given: Mapping[str, Any],
) -> _Parts:
    data = {**given, **data}
    lines = dict.fromkeys(_paths(data, ()), 1)
    model = _validated(data, lines, path)
    own = _rows(model, {}, path.name)
    shifted = [
        replace(row, parent=row.parent + len(own) if row.parent >= 0 else -1) for row in rows
    ]
    return _Parts(model, str(path), {}, [*own, *shifted], drawing, form=path.name)


def _paths(data: Any, path: KeyPath) -> list[KeyPath]:
    items: list[tuple[Any, Any]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    return [path, *(inner for key, value in items for inner in _paths(value, (*path, key)))]


def _drawing(model: PlanFile, path: Path, max_bytes: int) -> Drawing | None:
    layers = model.layers
    if not any((layers.site, layers.buildings, layers.facilities)):
        return None
    from siting.loaders._plan_layers import Drawing
    from siting.loaders.sources import read_source

    report = DataReport()
    frames: dict[str, Any] = {}
    files: dict[str, str] = {}
    for key in ("site", "buildings", "facilities"):
        layer = getattr(layers, key)
        if layer is not None:
            _check_size(layer.path, max_bytes)
            files[key] = _relative(layer.path, path)
            frames[key] = read_source(layer, report=report, subject=files[key])
    return Drawing(
        frames.get("site"),
        frames.get("buildings"),
        frames.get("facilities"),
        layers.buildings.columns if layers.buildings else None,
        layers.facilities.columns if layers.facilities else None,
        layers.facilities.facility_type if layers.facilities else None,
        files,
    )


def _relative(path: Path, plan: Path) -> str:
    try:
        return path.relative_to(plan.resolve().parent).as_posix()
    except ValueError:
        return path.name


def _rows(model: PlanFile, lines: Mapping[KeyPath, int], file: str) -> list[PlanRow]:
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


def _plan(parts: _Parts, *, known_date: bool) -> Plan:
    model = parts.file
    drawn = _measured(parts)
    facilities = (*_listed_facilities(parts), *drawn.facilities)
    phases = _phases(parts, facilities)
    facts = merged(facts_of_rows(parts.rows), facts_of_facilities(facilities))
    facts = merged(facts, _facts_of_homes(drawn, parts))
    facts = merged(facts, _facts_of_phases(phases))
    includes = {**includes_of_rows(parts.rows)}
    for outer, inner in model.includes.items():
        includes[outer] = tuple(sorted({*includes.get(outer, ()), *inner}))
    notes = [*parts.notes]
    if "status" not in model.model_fields_set:
        notes.append("the plan does not say its status; it is taken as new")
    return Plan(
        name=model.name,
        jurisdiction=getattr(model, "jurisdiction", ""),
        date=model.date if known_date else None,
        status=model.status,
        source=parts.source,
        facts=with_population(facts),
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
    )


def _measured(parts: _Parts) -> Measured:
    from siting.loaders._plan_layers import Measured, measured

    if parts.drawing is None:
        return Measured()
    report = DataReport()
    result = measured(parts.drawing, crs=parts.file.crs, report=report)
    parts.notes += [
        f"{note.layer}: {note.message}" + (f" ({note.count} rows)" if note.count else "")
        for note in report.notes
        if note.severity != "info"
    ]
    return result


def _listed_facilities(parts: _Parts) -> tuple[PlannedFacility, ...]:
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


def _phases(parts: _Parts, facilities: Sequence[PlannedFacility]) -> tuple[Phase, ...]:
    """Return the phases in the order of the file, else of the table, else of the facilities."""
    names = dict.fromkeys(row.name for row in parts.file.phases)
    names |= dict.fromkeys(row.phase for row in parts.rows if row.phase)
    names |= dict.fromkeys(each.phase for each in facilities if each.phase)
    listed = {row.name: index for index, row in enumerate(parts.file.phases)}
    phases = []
    for order, name in enumerate(names, start=1):
        built = facts_of_facilities(each for each in facilities if each.phase == name)
        facts = merged(facts_of_rows(parts.rows, phase=name), built)
        where = None
        if name in listed:
            where = _evidence(parts.form, ("phases", listed[name]), parts.lines)
        phases.append(Phase(name, order, facts, where))
    return tuple(phases)


def _facts_of_phases(phases: Sequence[Phase]) -> dict[str, Fact]:
    """Add up the phases, where every phase gives the figure or it is one of a facility type."""
    keys = dict.fromkeys(key for phase in phases for key in phase.facts)
    facts: dict[str, Fact] = {}
    for key in keys:
        found = [phase.facts[key] for phase in phases if key in phase.facts]
        if len(found) == len(phases) or ("." in key and not key.startswith("count.")):
            facts[key] = add_facts(found, derived=f"sum of {len(found)} phases")
    return facts


def _facts_of_homes(drawn: Measured, parts: _Parts) -> dict[str, Fact]:
    if drawn.homes is None or parts.drawing is None:
        return {}
    from siting.loaders._plan_layers import sum_of_homes

    file = parts.drawing.file("buildings")
    units = {"households": "households", "population": "persons"}
    sums = {key: sum_of_homes(drawn.homes, key, unit, file) for key, unit in units.items()}
    return {key: fact for key, fact in sums.items() if fact is not None}


def _waivers(parts: _Parts) -> tuple[Waiver, ...]:
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
