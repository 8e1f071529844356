"""The contract between the rooms: which columns a table has, of what kind and in which unit.

Owns the specifications of every table that crosses a module boundary, and one check per table that
reports all faults at once. Geometry is always in projected metres here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from pandas.api.types import is_numeric_dtype

from siting.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "number", "integer", "flag", "geometry"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its kind, unit and limits. NaN in a number column is "missing"."""

    name: str
    kind: Kind
    unit: str = ""
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table's name, what a row is, and its columns. Columns not named here are kept untouched."""

    name: str
    row: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where the table has none."""
        return {column.name: column for column in self.columns}[name]


_POINT_OR_AREA = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
_AREA = ("Polygon", "MultiPolygon")
_LINE = ("LineString",)

RESIDENTIAL = TableSpec(
    "residential",
    "one unit of demand: a building, a compound or a population cell",
    (
        Column("home_id", "text", required=True, unique=True),
        Column("name", "text"),
        Column("households", "number", "households", minimum=0),
        Column("population", "number", "persons", minimum=0),
        Column("elderly", "number", "persons of 60 and over", minimum=0),
        Column("children", "number", "children under 3", minimum=0),
        Column("floor_area_m2", "number", "m2", minimum=0),
        Column("geometry", "geometry", "m", required=True),
    ),
    _POINT_OR_AREA,
)

FACILITIES = TableSpec(
    "facilities",
    "one service of one facility; a facility with two types has two rows and one facility_id",
    (
        Column("facility_id", "text", required=True),
        Column("name", "text"),
        Column("facility_type", "text", required=True),
        Column("floor_area_m2", "number", "m2", minimum=0),
        Column("land_area_m2", "number", "m2", minimum=0),
        Column("capacity", "number", "persons, places or beds", minimum=0),
        Column("geometry", "geometry", "m", required=True),
    ),
    _POINT_OR_AREA,
)

SITES = TableSpec(
    "sites",
    "one place where a facility could be opened",
    (
        Column("site_id", "text", required=True, unique=True),
        Column("name", "text"),
        Column("cost", "number", "CNY", minimum=0),
        Column("floor_area_m2", "number", "m2", minimum=0),
        Column("capacity", "number", "persons, places or beds", minimum=0),
        Column("geometry", "geometry", "m", required=True),
    ),
    _POINT_OR_AREA,
)

AREAS = TableSpec(
    "areas",
    "one community, sub-district, district or city",
    (
        Column("area_id", "text", required=True, unique=True),
        Column("name", "text"),
        Column("level", "text", required=True),
        Column("population", "number", "persons", minimum=0),
        Column("households", "number", "households", minimum=0),
        Column("geometry", "geometry", "m", required=True),
    ),
    _AREA,
)

STREETS = TableSpec(
    "streets",
    "one walkable street segment between two junctions",
    (
        Column("street_id", "text", required=True),
        Column("from_node", "integer", meaning="junction key; absent: endpoints are matched"),
        Column("to_node", "integer", meaning="junction key; absent: endpoints are matched"),
        Column("highway", "text"),
        Column("name", "text"),
        Column("oneway", "flag", meaning="true: walked only as it is drawn; not about vehicles"),
        Column("added", "flag", meaning="true: proposed; gives more ways out, takes none away"),
        Column(
            "enclosed",
            "flag",
            meaning="true: a bridge, a tunnel or a line across a square; not entered from beside",
        ),
        Column("geometry", "geometry", "m", required=True),
    ),
    _LINE,
)

BARRIERS = TableSpec(
    "barriers",
    "one obstacle that nobody walks across: a river, a railway",
    (Column("geometry", "geometry", "m", required=True),),
    ("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
)

ENTRANCES = TableSpec(
    "entrances",
    "one gate of a compound, park or campus",
    (
        Column("subject_id", "text", required=True, meaning="home_id or facility_id it opens"),
        Column("geometry", "geometry", "m", required=True),
    ),
    ("Point",),
)


def check_table(frame: pd.DataFrame, spec: TableSpec, *, subject: str | None = None) -> None:
    """Raise one error that lists every fault of a table against its specification.

    Parameters
    ----------
    frame
        The table, geometry in projected metres.
    spec
        What it must look like.
    subject
        The name to use in messages; the specification's where left out.

    Raises
    ------
    TableError
        Missing columns, wrong kinds, duplicates, numbers below their minimum, infinite numbers,
        null, empty or wrong-typed geometry, a missing or geographic CRS.
    """
    faults: list[str] = []
    for column in spec.columns:
        if column.name not in frame.columns:
            if column.required:
                faults.append(_missing_column(column, list(map(str, frame.columns))))
            continue
        faults.extend(_column_faults(frame, column, spec))
    if faults:
        raise TableError(subject or spec.name, faults)


def _missing_column(column: Column, present: Sequence[str]) -> str:
    return f"lacks the column '{column.name}'; it has {list(present)}"


def _column_faults(frame: pd.DataFrame, column: Column, spec: TableSpec) -> list[str]:
    if column.kind == "geometry":
        return _geometry_faults(frame, spec)
    values = frame[column.name]
    faults: list[str] = []
    if column.required and values.isna().any():
        faults.append(_listed(f"'{column.name}' is empty", np.flatnonzero(values.isna())))
    # Counting is half the work of marking, and tables without a fault are the rule.
    if column.unique and values.nunique(dropna=False) < len(values):
        where = np.flatnonzero(values.duplicated())
        shown = values.iloc[where[0]]
        faults.append(_listed(f"'{column.name}' repeats, first '{shown}'", where))
    if column.kind in ("number", "integer"):
        faults.extend(_number_faults(values, column))
    return faults


def _number_faults(values: pd.Series, column: Column) -> list[str]:
    if not is_numeric_dtype(values.dtype):
        return [f"'{column.name}' holds {values.dtype}, not numbers"]
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    faults: list[str] = []
    if np.isinf(numbers).any():
        faults.append(_listed(f"'{column.name}' is infinite", np.flatnonzero(np.isinf(numbers))))
    if column.minimum is not None:
        low = np.flatnonzero(numbers < column.minimum)
        if low.size:
            what = f"'{column.name}' is below {column.minimum:g} {column.unit}".rstrip()
            faults.append(_listed(f"{what}, first {numbers[low[0]]:g}", low))
    return faults


def _geometry_faults(frame: pd.DataFrame, spec: TableSpec) -> list[str]:
    faults: list[str] = []
    geometry = frame["geometry"]
    crs = getattr(geometry, "crs", None)
    if crs is None:
        faults.append("has no coordinate reference system")
    elif crs.is_geographic:
        faults.append(f"is in {crs.to_string()} (degrees); distances need projected metres")
    shapes = np.asarray(geometry, dtype=object)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if absent.any():
        faults.append(_listed("geometry is null or empty", np.flatnonzero(absent)))
    kind = shapely.get_type_id(shapes)
    wanted = [shapely.GeometryType[name.upper()] for name in spec.geometry]
    wrong = np.flatnonzero(~absent & ~np.isin(kind, wanted))
    if wrong.size:
        kinds = sorted({shape.geom_type for shape in shapes[wrong]})
        faults.append(_listed(f"geometry is {kinds}, expected {list(spec.geometry)}", wrong))
    return faults


def _listed(what: str, rows: np.ndarray) -> str:
    return f"{what}: {rows.size} rows, the first is row {rows[0]}"
