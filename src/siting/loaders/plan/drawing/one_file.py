"""A plan in one GeoPackage or one GeoJSON: tables and features in place of ``plan.yaml``.

Owns the names of its layers. Indicators are read by the reader of indicator tables, so a table
may have one row per indicator or one column each, in Chinese or with siting's own keys.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyogrio

from siting.boundary import reason_of
from siting.data_report import DataReport
from siting.errors import LoadError, NoPlanError, WrongValueError
from siting.loaders.formats.vector import read_vector
from siting.loaders.plan.drawing.records import Drawing
from siting.loaders.plan.table.grid import grid_of_table
from siting.loaders.plan.table.read import read_grid
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from siting.rules.plan.model import PlanRow

_LAYERS = {
    "site": ("site", "用地红线", "用地", "红线", "规划范围", "地块"),
    "buildings": ("buildings", "homes", "residential", "建筑", "住宅", "楼栋"),
    "facilities": ("facilities", "设施", "配套设施", "公共服务设施"),
}
_TABLES = {
    "plan": ("plan", "项目", "规划方案"),
    "indicators": ("indicators", "指标", "经济技术指标", "经济技术指标表"),
    "phases": ("phases", "分期"),
    "waivers": ("waivers", "豁免"),
    "includes": ("includes",),
}
_META = ("name", "jurisdiction", "date", "status", "context", "description", "crs")
_TEXT_OF_WAIVER = ("rule", "reason", "approver", "expires", "subject")

Parts = tuple[dict[str, Any], "list[PlanRow]", Drawing]


def from_geopackage(path: Path) -> Parts:
    """Read the document, the indicator rows and the drawing of a GeoPackage.

    Raises
    ------
    LoadError
        Not a GeoPackage, or one without any of the layers that a plan has.
    """
    found, without_shapes = _layers_of(path)
    if not found:
        known = [names[0] for names in (*_TABLES.values(), *_LAYERS.values())]
        raise NoPlanError(message("plan.no_layers", path=path, known=known))
    report = DataReport()
    frames = {
        key: read_vector(path, layer=found[key], report=report, subject=f"{path.name}:{found[key]}")
        for key in _LAYERS
        if key in found and key not in without_shapes
    }
    data: dict[str, Any] = {}
    rows: list[PlanRow] = []
    for key in (*_TABLES, "facilities"):
        if key in found and key not in frames:
            _add_table(data, rows, key, _table(path, found[key]), path.as_posix(), found[key])
    if "plan" not in found and "site" in frames:
        table = frames["site"].drop(columns="geometry").iloc[:1]
        _add_table(data, rows, "plan", table, path.as_posix(), found["site"])
    files = dict.fromkeys(frames, path.as_posix())
    return data, rows, _drawn(frames, files)


def from_geojson(path: Path) -> Parts:
    """Read the document, the indicator rows and the drawing of a GeoJSON file.

    The document is the member ``plan``, with the keys of plan.yaml; or the properties of the
    feature whose property ``layer`` is ``site``. A feature's ``layer`` says what it is.

    Raises
    ------
    LoadError
        Not GeoJSON; no member ``plan`` and no site; features without a known ``layer``.
    """
    document = _json(path)
    # They are read again as layers; until then, hundreds of thousands would only fill the memory.
    has_features = isinstance(document.get("features"), list) and bool(document["features"])
    document.pop("features", None)
    frames = _frames(path, described="plan" in document) if has_features else {}
    rows: list[PlanRow] = []
    data = document.get("plan")
    if data is None and "site" in frames:
        data = {}
        table = frames["site"].drop(columns="geometry").iloc[:1]
        _add_table(data, rows, "plan", table, path.as_posix(), "site")
    if not isinstance(data, dict):
        raise NoPlanError(message("plan.no_member", path=path))
    return data, rows, _drawn(frames, dict.fromkeys(frames, path.as_posix()))


def _json(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            document = json.load(file, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise LoadError(message("json.no_geojson", path=path, fault=_json_fault(fault))) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise NoPlanError(message("json.no_collection", path=path))
    return document


def _json_fault(fault: ValueError | RecursionError) -> Message | str:
    if isinstance(fault, RecursionError):
        return message("json.too_deep")
    if isinstance(fault, json.JSONDecodeError):
        return message("json.syntax", line=fault.lineno, column=fault.colno)
    if isinstance(fault, UnicodeDecodeError):
        return message("yaml.not_utf8")
    return fault.message if isinstance(fault, WrongValueError) else message("json.no_text")


def _no_constant(name: str) -> Decimal:
    raise WrongValueError(message("json.no_number", name=name))


def _frames(path: Path, *, described: bool) -> dict[str, gpd.GeoDataFrame]:
    whole = read_vector(path, report=DataReport(), subject=path.name)
    layer = whole.get("layer")
    names = {word: key for key, words in _LAYERS.items() for word in words}
    keys = layer.map(names) if layer is not None else None
    if keys is None or keys.isna().any():
        lost = len(whole) if keys is None else int(keys.isna().sum())
        # Features of which none is a part of a plan are those of another map.
        error = NoPlanError if lost == len(whole) and not described else LoadError
        raise error(message("plan.features_unsaid", path=path, count=lost))
    return {
        str(key): whole[keys == key].dropna(axis="columns", how="all").drop(columns="layer")
        for key in keys.unique()
    }


def _layers_of(path: Path) -> tuple[dict[str, str], set[str]]:
    """Return the layers by what they are, and which of them are tables without geometry."""
    try:
        with warnings.catch_warnings():
            # GDAL warns of what it then refuses; the refusal is enough.
            warnings.simplefilter("ignore")
            listed = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    except (pyogrio.errors.DataSourceError, ValueError) as fault:
        raise LoadError(message("file.no_geopackage", path=path, error=reason_of(fault))) from None
    found: dict[str, str] = {}
    for key, words in (*_TABLES.items(), *_LAYERS.items()):
        match = next((name for word in words for name in listed if name.lower() == word), None)
        if match:
            found[key] = match
    return found, {key for key, name in found.items() if listed[name] is None}


def _table(path: Path, layer: str) -> pd.DataFrame:
    table: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
    return table


def _add_table(
    data: dict[str, Any],
    rows: list[PlanRow],
    key: str,
    table: pd.DataFrame,
    file: str,
    name: str,
) -> None:
    """Add one table to the document, or to the rows where it holds figures."""
    records = [{str(k): _plain(v) for k, v in each.items()} for each in table.to_dict("records")]
    if key == "waivers":
        data["waivers"] = [{k: each[k] for k in _TEXT_OF_WAIVER if each.get(k)} for each in records]
        return
    if key == "facilities":
        data["facilities"] = [_facility(each) for each in records]
        return
    if key == "includes":
        for each in records:
            inner = str(each.get("includes", "")).replace(" ", "").split(",")
            data.setdefault("includes", {})[str(each.get("facility_type"))] = inner
        return
    if key == "phases":
        data["phases"] = [{"name": each.get("name")} for each in records]
        for each in records:
            phase = str(each.pop("name", ""))
            _add_figures(rows, [each], file, name, phase)
        return
    if key == "plan":
        meta = records[0] if records else {}
        data.update({k: meta[k] for k in _META if meta.get(k)})
        records = [{k: v for k, v in meta.items() if k not in _META}]
    _add_figures(rows, records, file, name, "")


def _facility(record: dict[str, Any]) -> dict[str, Any]:
    """Turn a row of a table without geometry into a facility of plan.yaml."""
    row = {key: value for key, value in record.items() if value is not None}
    if "facility_id" in row:
        row["id"] = str(row.pop("facility_id"))
    row["facility_type"] = str(row.get("facility_type", "")).replace(" ", "").split(",")
    return row


def _add_figures(
    rows: list[PlanRow], records: list[dict[str, Any]], file: str, name: str, phase: str
) -> None:
    fields = list(dict.fromkeys(key for record in records for key in record))
    if not fields:
        return
    values: Iterable[Sequence[object]] = [[each.get(f) for f in fields] for each in records]
    by = len(rows)
    for row in read_grid(grid_of_table(name, fields, values), file).rows:
        parent = row.parent + by if row.parent >= 0 else -1
        rows.append(replace(row, parent=parent, phase=phase or row.phase))


def _plain(value: object) -> object:
    """Return None for every way of saying nothing, Python's own numbers otherwise."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    text = str(value)
    if text in ("NaT", "<NA>", ""):
        return None
    if hasattr(value, "isoformat"):
        return text[:10]
    return value.item() if hasattr(value, "item") else value


def _drawn(frames: dict[str, gpd.GeoDataFrame], files: dict[str, str]) -> Drawing:
    return Drawing(
        frames.get("site"), frames.get("buildings"), frames.get("facilities"), files=files
    )
