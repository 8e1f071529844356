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
from siting.message import Message, Quantity, message

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


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table's name and its columns. Columns not named here are kept untouched."""

    name: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where the table has none."""
        return {column.name: column for column in self.columns}[name]


_POINT_OR_AREA = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
_AREA = ("Polygon", "MultiPolygon")
_LINE = ("LineString",)

# A row is one unit of demand: a building, a compound or a population cell.
RESIDENTIAL = TableSpec(
    "residential",
    (
        Column("home_id", "text", required=True, unique=True),
        Column("name", "text"),
        Column("households", "number", "households", minimum=0),
        Column("population", "number", "persons", minimum=0),
        Column("elderly", "number", "persons", minimum=0),  # of 60 and over
        Column("children", "number", "persons", minimum=0),  # under 3
        Column("floor_area_m2", "number", "m2", minimum=0),
        Column("geometry", "geometry", "m", required=True),
    ),
    _POINT_OR_AREA,
)

# A row is one service of one facility;
# a facility with two types has two rows and one facility_id.
FACILITIES = TableSpec(
    "facilities",
    (
        Column("facility_id", "text", required=True),
        Column("name", "text"),
        Column("facility_type", "text", required=True),
        Column("floor_area_m2", "number", "m2", minimum=0),
        Column("land_area_m2", "number", "m2", minimum=0),
        Column("capacity", "number", minimum=0),  # persons, places or beds
        Column("geometry", "geometry", "m", required=True),
    ),
    _POINT_OR_AREA,
)

# A row is one place where a facility could be opened.
SITES = TableSpec(
    "sites",
    (
        Column("site_id", "text", required=True, unique=True),
        Column("name", "text"),
        Column("cost", "number", "CNY", minimum=0),
        Column("floor_area_m2", "number", "m2", minimum=0),
        Column("capacity", "number", minimum=0),  # persons, places or beds
        Column("geometry", "geometry", "m", required=True),
    ),
    _POINT_OR_AREA,
)

# A row is one community, sub-district, district or city.
AREAS = TableSpec(
    "areas",
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

# A row is one walkable street segment between two junctions.
STREETS = TableSpec(
    "streets",
    (
        Column("street_id", "text", required=True),
        # Keys of junctions; without them the endpoints of the lines are matched.
        Column("from_node", "integer"),
        Column("to_node", "integer"),
        Column("highway", "text"),
        Column("name", "text"),
        # Walked only as it is drawn; this is not about vehicles.
        Column("oneway", "flag"),
        # Proposed: it gives more ways out and takes none away.
        Column("added", "flag"),
        # A bridge, a tunnel or a line across a square: nobody enters it from beside.
        Column("enclosed", "flag"),
        Column("geometry", "geometry", "m", required=True),
    ),
    _LINE,
)

# A row is one obstacle that nobody walks across: a river, a railway.
BARRIERS = TableSpec(
    "barriers",
    (Column("geometry", "geometry", "m", required=True),),
    ("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
)

# A row is one gate of a compound, park or campus.
ENTRANCES = TableSpec(
    "entrances",
    (
        # The home_id or facility_id that it opens.
        Column("subject_id", "text", required=True),
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
    faults: list[Message] = []
    for column in spec.columns:
        if column.name not in frame.columns:
            if column.required:
                faults.append(_missing_column(column, list(map(str, frame.columns))))
            continue
        faults.extend(_column_faults(frame, column, spec))
    if faults:
        raise TableError(subject or spec.name, faults)


def _missing_column(column: Column, present: Sequence[str]) -> Message:
    return message("table.lacks_column", name=column.name, present=present)


def _column_faults(frame: pd.DataFrame, column: Column, spec: TableSpec) -> list[Message]:
    if column.kind == "geometry":
        return _geometry_faults(frame, spec)
    values, name = frame[column.name], column.name
    faults: list[Message] = []
    if column.required and values.isna().any():
        where = np.flatnonzero(values.isna())
        faults.append(message("table.column_empty", name=name, **_listed(where)))
    # Counting is half the work of marking, and tables without a fault are the rule.
    if column.unique and values.nunique(dropna=False) < len(values):
        where = np.flatnonzero(values.duplicated())
        shown = str(values.iloc[where[0]])
        faults.append(message("table.column_repeats", name=name, value=shown, **_listed(where)))
    if column.kind in ("number", "integer"):
        faults.extend(_number_faults(values, column))
    return faults


def _number_faults(values: pd.Series, column: Column) -> list[Message]:

    name = column.name
    if not is_numeric_dtype(values.dtype):
        return [message("table.no_numbers", name=name, kind=str(values.dtype))]
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    faults: list[Message] = []
    if np.isinf(numbers).any():
        where = np.flatnonzero(np.isinf(numbers))
        faults.append(message("table.column_infinite", name=name, **_listed(where)))
    if column.minimum is not None:
        low = np.flatnonzero(numbers < column.minimum)
        if low.size:
            least, value = Quantity(column.minimum, column.unit), float(numbers[low[0]])
            faults.append(
                message("table.column_low", name=name, minimum=least, value=value, **_listed(low))
            )
    return faults


def _geometry_faults(frame: pd.DataFrame, spec: TableSpec) -> list[Message]:
    faults: list[Message] = []
    geometry = frame["geometry"]
    crs = getattr(geometry, "crs", None)
    if crs is None:
        faults.append(message("table.no_crs"))
    elif crs.is_geographic:
        faults.append(message("table.degrees", crs=crs.to_string()))

    shapes = np.asarray(geometry, dtype=object)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if absent.any():
        faults.append(message("table.no_geometry", **_listed(np.flatnonzero(absent))))
    kind = shapely.get_type_id(shapes)
    wanted = [shapely.GeometryType[name.upper()] for name in spec.geometry]
    wrong = np.flatnonzero(~absent & ~np.isin(kind, wanted))
    if wrong.size:
        kinds, listed = sorted({shape.geom_type for shape in shapes[wrong]}), _listed(wrong)
        told = message("table.geometry_kind", kinds=kinds, wanted=spec.geometry, **listed)
        faults.append(told)
    return faults


def _listed(rows: np.ndarray) -> dict[str, int]:
    """Count rows, and name the first."""
    return {"rows": int(rows.size), "first": int(rows[0])}
