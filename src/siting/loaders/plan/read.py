"""Reads a plan: a folder with ``plan.yaml``, a GeoPackage, a GeoJSON, or an indicator table.

Owns the four forms and that they give the same facts. What a rule sees is
`siting.rules.plan.model`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from siting.errors import LoadError, NoPlanError, ProjectError
from siting.loaders.formats.files import TABLE_SUFFIXES
from siting.loaders.formats.xlsx.disguise import OTHER_TABLE_SUFFIXES
from siting.loaders.plan import drawing as drawings
from siting.loaders.plan.build import Parts, append_rows, build_plan, rows_of_file
from siting.loaders.plan.model import Indicators, PlanFile, plan_json_schema
from siting.loaders.plan.table.read import read_indicator_table
from siting.message import message
from siting.rules.plan.model import Evidence, Plan, PlanRow, PlanStatus, plain_number
from siting.yaml_lines import MAX_BYTES, faults_of, load_yaml

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from siting.loaders.plan.drawing.records import Drawing
    from siting.yaml_lines import Path as KeyPath

__all__ = ["PlanFile", "is_plan", "plan_json_schema", "plan_table", "read_plan"]

# A plan is one development; larger files are cities, or meant to exhaust the memory.
MAX_PLAN_BYTES = 64 * 1024 * 1024
_GEOJSON = (".geojson", ".json")
_SUFFIXES = (".yaml", ".yml", ".gpkg", *_GEOJSON, ".xlsx", ".xlsm")


def is_plan(path: str | Path) -> bool:
    """Tell whether a path looks like a plan, to find the plans among the files of a folder.

    A folder with ``plan.yaml``; ``plan.yaml`` or ``NAME.plan.yaml`` itself, since other YAML files
    are many; a GeoPackage, GeoJSON or workbook.

    Examples
    --------
    >>> is_plan("jiangwan.xlsx"), is_plan("a/plan.yaml"), is_plan("expected.yaml")
    (True, True, False)
    """
    path = Path(path)
    if path.is_dir():
        return (path / "plan.yaml").is_file()
    if path.suffix.lower() in (".yaml", ".yml"):
        return path.stem == "plan" or path.stem.endswith(".plan")
    return path.suffix.lower() in _SUFFIXES


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
        parts = _from_yaml(path, max_bytes, given)
    elif suffix in (".xlsx", ".xlsm"):
        parts = _from_workbook(path, given)
    elif suffix == ".gpkg":
        parts = _from_document(*drawings.from_geopackage(path), path, given)
    elif suffix in _GEOJSON:
        parts = _from_document(*drawings.from_geojson(path), path, given)
    else:
        raise _no_plan(path)
    return build_plan(parts, known_date="date" in parts.file.model_fields_set)


def _no_plan(path: Path) -> LoadError:
    if path.suffix.lower() in (*OTHER_TABLE_SUFFIXES, *TABLE_SUFFIXES):
        return LoadError(message("workbook.for_plan", path=path))
    known = " ".join(_SUFFIXES)
    return NoPlanError(message("plan.is_none", path=path, known=known))


def plan_table(plan: Plan) -> list[dict[str, str]]:
    """Return what was read, row by row, for people: one dictionary of text per row.

    The keys are ``key, value, unit, label, text, unit_as_read, file, location, line, part_of,
    phase, status, note``. Rows that nothing knew have an empty key, and facts that were computed
    follow at the end with how. The status is ``read``, ``derived`` or ``doubtful``; empty for a
    row that gives no figure. Of a doubtful figure each reading follows at the end.
    """
    table = [{**_row_as_text(row, plan.rows), "status": _status(row, plan)} for row in plan.rows]
    seen = {row.evidence for row in plan.rows}
    for key, fact in plan.facts.items():
        if fact.evidence and not fact.derived and not seen.intersection(fact.evidence):
            row = PlanRow(key, fact.value, fact.unit, fact.evidence[0])
            table.append({**_row_as_text(row, ()), "status": "read"})
        if fact.derived:
            where = fact.evidence[0] if fact.evidence else Evidence(plan.source, "", "")
            row = PlanRow(key, fact.value, fact.unit, replace(where, text="", label=""))
            table.append({**_row_as_text(row, ()), "status": "derived", "note": fact.derived})
    for key, doubt in plan.doubtful.items():
        for reading in doubt.readings:
            cells = " + ".join(place.location for place in reading.evidence)
            where = replace(reading.evidence[0], text="", label="", location=cells)
            row = PlanRow(key, reading.value, reading.unit, where)
            table.append({**_row_as_text(row, ()), "status": "doubtful"})
    return table


def _status(row: PlanRow, plan: Plan) -> str:
    """Tell whether a row gives a figure, or one of the readings of a doubtful one."""
    doubtful, facts = plan.doubtful, plan.facts
    if row.phase:
        phase = next((each for each in plan.phases if each.name == row.phase), None)
        doubtful, facts = (phase.doubtful, phase.facts) if phase else ({}, {})
    if row.key in doubtful:
        return "doubtful"
    taken = facts[row.key].evidence if row.key in facts else ()
    # A figure that is told twice, equally, is read at either place.
    is_same = row.key in facts and row.value == facts[row.key].value
    return "read" if row.evidence in taken or is_same else ""


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
        "line": str(row.evidence.line or ""),
        "part_of": above,
        "phase": row.phase,
        "note": row.note,
    }


def _check_size(path: Path, max_bytes: int) -> None:
    if not path.exists():
        raise NoPlanError(message("plan.not_found", path=path))
    if not path.is_file():
        raise LoadError(message("file.pipe_itself", path=path))
    size = path.stat().st_size
    if size > max_bytes:
        raise LoadError(message("plan.file_too_large", path=path, size=size, most=max_bytes))


def _from_yaml(path: Path, max_bytes: int, given: Mapping[str, Any]) -> Parts:
    with path.open("rb") as stream:
        data, lines = load_yaml(stream.read(MAX_BYTES + 1), path.as_posix())
    if isinstance(data, dict):
        # Nobody gives a name to a plan that a file describes.
        data = {**{key: value for key, value in given.items() if key != "name"}, **data}
    model, file = _validated(data, lines, path), path.as_posix()
    parts = Parts(model, str(path), lines, rows_of_file(model, lines, file), form=file)
    _add_workbook(parts, path, max_bytes)
    parts.drawing = _drawing(model, path, max_bytes)
    return parts


def _validated(data: Any, lines: Mapping[KeyPath, int], path: Path) -> PlanFile:
    name = path.as_posix()
    if not isinstance(data, dict):
        raise ProjectError(name, [message("plan.expected_keys", file=name)])
    try:
        return PlanFile.model_validate(data, context={"folder": path.parent, "path": path})
    except ValidationError as failure:
        raise ProjectError(name, faults_of(failure, lines, name, model=PlanFile)) from None


def _add_workbook(parts: Parts, path: Path, max_bytes: int) -> None:
    """Read the workbook that ``indicators`` names."""
    named = parts.file.indicators
    if isinstance(named, Indicators):
        return
    _check_size(named.path, max_bytes)
    table = read_indicator_table(
        named.path,
        sheet=named.sheet,
        file=_relative(named.path, path),
        column=named.column or "",
    )
    parts.readings = named.readings
    append_rows(parts.rows, table.rows)
    parts.notes += table.notes
    parts.other_columns += table.other_columns


def _from_workbook(path: Path, given: Mapping[str, Any]) -> Parts:
    table = read_indicator_table(path, file=path.as_posix())
    known = {"name": table.name or path.stem, **given}
    # What nobody said stays empty: the evaluator asks for it, it is not made up here.
    model = PlanFile.model_construct(_fields_set=set(known), **known)
    return Parts(
        model,
        str(path),
        {},
        list(table.rows),
        list(table.other_columns),
        notes=list(table.notes),
        form=path.as_posix(),
    )


def _from_document(
    data: dict[str, Any],
    rows: list[PlanRow],
    drawing: Drawing,
    path: Path,
    given: Mapping[str, Any],
) -> Parts:
    data = {**given, **data}
    lines = dict.fromkeys(_paths(data, ()), 1)
    model = _validated(data, lines, path)
    own = rows_of_file(model, {}, path.as_posix())
    append_rows(own, rows)
    return Parts(model, str(path), {}, own, drawing=drawing, form=path.as_posix())


def _paths(data: Any, path: KeyPath) -> list[KeyPath]:
    items: list[tuple[Any, Any]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    return [path, *(inner for key, value in items for inner in _paths(value, (*path, key)))]


def _drawing(model: PlanFile, path: Path, max_bytes: int) -> Drawing | None:
    layers = model.layers
    named = {"site": layers.site, "buildings": layers.buildings, "facilities": layers.facilities}
    given = {key: layer for key, layer in named.items() if layer is not None}
    if not given:
        return None
    for layer in given.values():
        _check_size(layer.path, max_bytes)
    files = {key: _relative(layer.path, path) for key, layer in given.items()}
    return drawings.read_drawing(layers, files)


def _relative(path: Path, plan: Path) -> str:
    """Name a file from where the plan was named, so that a CI log leads to it."""
    try:
        return (plan.parent / path.relative_to(plan.resolve().parent)).as_posix()
    except ValueError:
        return path.as_posix()
