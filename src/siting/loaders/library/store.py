"""The project library: the reserve and the projects of a programme in one GeoPackage.

Owns the file: its tables, every statement that reads or changes it, and the history that no change
escapes. Values reach SQL as parameters only. The tables are plain, so that QGIS edits them and
``ogr2ogr`` takes them to PostGIS; places are longitude and latitude in WGS 84.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from siting.boundary import reading
from siting.did_you_mean import hint_known
from siting.drafts import whole_file
from siting.errors import LoadError, SitingError, TableError
from siting.message import Message, message
from siting.vocabulary.facility_types import load_facility_types

STATES = ("candidate", "reserve", "planned", "building", "open", "dropped")
"""What a project can be, in the order of its life."""

FIELDS = (
    "name", "state", "functions", "floor_area_m2", "investment_cny", "year", "community", "note",
    "proposal", "proposed_year", "longitude", "latitude",
)  # fmt: skip
"""What can be said of a project; `functions` are facility type codes with semicolons."""

_PLACE = ("longitude", "latitude")
_NUMBERS = ("floor_area_m2", "investment_cny")
_APPLICATION_ID = 0x47504B47  # "GPKG"
_VERSION = 10300
_SRS = 4326

_TABLE_NAMES = frozenset(("projects", "project_history", "budgets", "gpkg_contents"))
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL UNIQUE, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name));
CREATE TABLE projects (
  fid INTEGER PRIMARY KEY AUTOINCREMENT, geom POINT, project_id TEXT NOT NULL UNIQUE, name TEXT,
  state TEXT NOT NULL, functions TEXT, floor_area_m2 DOUBLE, investment_cny DOUBLE, year INTEGER,
  community TEXT, note TEXT, proposal TEXT, proposed_year INTEGER, longitude DOUBLE,
  latitude DOUBLE, updated_at TEXT NOT NULL);
CREATE TABLE project_history (
  fid INTEGER PRIMARY KEY AUTOINCREMENT, changed_at TEXT NOT NULL, changed_by TEXT NOT NULL,
  source TEXT NOT NULL, project_id TEXT NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT);
CREATE TABLE budgets (
  fid INTEGER PRIMARY KEY AUTOINCREMENT, year INTEGER NOT NULL UNIQUE, amount_cny DOUBLE NOT NULL);
"""
_CONTENTS = (("projects", "features", _SRS), ("project_history", "attributes", None),
             ("budgets", "attributes", None))  # fmt: skip


def create_library(path: Path) -> None:
    """Make an empty library.

    Raises
    ------
    SitingError
        The file is there already, or its folder cannot be written to.
    """
    if path.exists():
        raise SitingError(message("library.exists", path=path))
    if path.suffix.lower() != ".gpkg":
        raise SitingError(message("library.suffix", path=path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a library without its tables would be refused ever after.
        with whole_file(path) as fresh, closing(sqlite3.connect(fresh)) as base, base:
            base.executescript(_TABLES)
            base.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            base.execute(f"PRAGMA user_version = {_VERSION}")
            _describe(base)
    except (OSError, sqlite3.Error) as error:
        told = message("library.cannot_be_made", path=path, error=str(error))
        raise SitingError(told) from error


def _describe(base: sqlite3.Connection) -> None:
    """Register the tables as the GeoPackage standard (OGC 12-128r18, clause 1.1) asks."""
    systems = [
        ("Undefined cartesian SRS", -1, "NONE", -1, "undefined"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
        ("WGS 84", _SRS, "EPSG", _SRS, CRS.from_epsg(_SRS).to_wkt("WKT1_GDAL")),
    ]
    base.executemany(
        "INSERT INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, "
        "organization_coordsys_id, definition) VALUES (?, ?, ?, ?, ?)",
        systems,
    )
    base.executemany(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        [(name, kind, name, srs) for name, kind, srs in _CONTENTS],
    )
    base.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('projects', 'geom', 'POINT', ?, 0, 0)", (_SRS,)
    )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a library for one transaction: all changes or none."""
    if not path.is_file():
        raise LoadError(message("library.absent", path=path))
    with (
        reading(path.name, told=partial(_damaged, path)),
        closing(sqlite3.connect(path, timeout=10.0)) as base,
    ):
        names = {row[0] for row in base.execute("SELECT name FROM sqlite_master")}
        if not names >= _TABLE_NAMES:
            raise LoadError(message("library.no_tables", path=path))
        with base:
            yield base


def _damaged(path: Path, said: Message | str) -> Message:
    return message("library.cannot_be_changed", path=path, error=said)


def read_library(path: Path) -> gpd.GeoDataFrame:
    """Return the projects, a row each, by id.

    Returns
    -------
    GeoDataFrame
        `project_id`, `FIELDS`, `updated_at`, and the place as a point in WGS 84 (None where it is
        not known).

    Raises
    ------
    LoadError
        No such file, or one that is no project library.
    """
    frame = _read(path, "SELECT project_id, {} FROM projects ORDER BY project_id", "updated_at")
    # Any program may have written any value into any column.
    with reading(path.name, told=partial(_damaged, path)):
        for name in (*_NUMBERS, *_PLACE):
            frame[name] = frame[name].astype(float)
        for name in ("year", "proposed_year"):
            frame[name] = frame[name].astype("Int64")
    xy = frame[[*_PLACE]].to_numpy(dtype=float)
    known = ~np.isnan(xy).any(axis=1)
    shapes = np.full(len(frame), None, dtype=object)
    shapes[known] = shapely.points(xy[known])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=f"EPSG:{_SRS}")


def _read(path: Path, statement: str, *more: str) -> pd.DataFrame:
    with _opened(path) as base:
        # The names are those of FIELDS, never a user's.
        found = base.execute(statement.format(", ".join([*FIELDS, *more])))
        names = [column[0] for column in found.description]
        return pd.DataFrame(found.fetchall(), columns=names, dtype=object)


def read_history(path: Path, project_id: str | None = None) -> pd.DataFrame:
    """Return every change, the latest last: when, by whom, from where, of which project, what.

    Parameters
    ----------
    project_id
        Of one project; of all where left out.
    """
    names = ["changed_at", "changed_by", "source", "project_id", "field", "before", "after"]
    with _opened(path) as base:
        rows = base.execute(
            "SELECT changed_at, changed_by, source, project_id, field, before, after "
            "FROM project_history WHERE ?1 IS NULL OR project_id = ?1 ORDER BY fid",
            (project_id,),
        ).fetchall()
    return pd.DataFrame(rows, columns=names, dtype=object)


def read_budgets(path: Path) -> dict[int, float]:
    """Return the money of each year, in the order of the years."""
    with _opened(path) as base:
        rows = base.execute("SELECT year, amount_cny FROM budgets ORDER BY year").fetchall()
        return {int(year): float(amount) for year, amount in rows}


def set_budget(path: Path, year: int, amount_cny: float, *, by: str = "") -> None:
    """Write down the money of a year; the change is kept as history of the project ``budget``.

    Raises
    ------
    SitingError
        A negative amount or no year.
    """
    faults = [*_number_fault("amount_cny", amount_cny), *_year_fault("year", year)]
    if faults:
        raise TableError("budgets", faults)
    with _opened(path) as base:
        old = base.execute("SELECT amount_cny FROM budgets WHERE year = ?", (year,)).fetchone()
        base.execute(
            "INSERT INTO budgets (year, amount_cny) VALUES (?, ?) "
            "ON CONFLICT (year) DO UPDATE SET amount_cny = excluded.amount_cny",
            (year, amount_cny),
        )
        _remember(base, _now(), by, "edit", "budget", [(str(year), old and old[0], amount_cny)])


def change_projects(
    path: Path,
    changes: Mapping[str, Mapping[str, Any]],
    *,
    by: str = "",
    source: str = "edit",
    may_add: bool = False,
) -> int:
    """Change or add projects, all or none, and keep what each value was before.

    Parameters
    ----------
    changes
        Project id -> field -> value; None empties a field. Fields that are not named stay.
    by, source
        Who, and by what: ``edit``, the name of an imported file, ``proposal``.
    may_add
        Ids that the library lacks are added; a new project is a ``candidate`` unless it says.

    Returns
    -------
    int
        Projects that were changed or added; those that say the same already do not count.

    Raises
    ------
    SitingError
        Unknown fields, states or facility types, values out of range, unknown ids: all at once.
    """
    faults = [
        message("library.of_project", id=key, fault=fault)
        for key, row in changes.items()
        for fault in _faults(row)
    ]
    with _opened(path) as base:
        known = {row[0] for row in base.execute("SELECT project_id FROM projects")}
        unknown = [key for key in changes if key not in known]
        if unknown and not may_add:
            count = len(unknown)
            faults.append(message("library.unknown_ids", count=count, first=unknown[0]))
        if any(not key.strip() for key in unknown):
            faults.append(message("library.no_id"))
        if faults:
            raise TableError(path.name, faults)
        now = _now()
        changed = [_change(base, key, row, now, by, source) for key, row in changes.items()]
        base.execute("UPDATE gpkg_contents SET last_change = ?", (now,))
    return sum(changed)


def _change(
    base: sqlite3.Connection, key: str, row: Mapping[str, Any], now: str, by: str, source: str
) -> bool:
    """Write the fields of one project that differ; tell whether any did."""
    # Column names are constants of this module; every value is a parameter.
    listed = ", ".join(FIELDS)
    found = base.execute(f"SELECT {listed} FROM projects WHERE project_id = ?", (key,)).fetchone()  # noqa: S608
    before = dict(zip(FIELDS, found, strict=True)) if found else {}
    if not found:
        row = {"state": "candidate", **row}
        base.execute(
            "INSERT INTO projects (project_id, state, updated_at) VALUES (?, ?, ?)",
            (key, row["state"], now),
        )
    different = [
        (name, before.get(name), value) for name, value in row.items() if before.get(name) != value
    ]
    for name, _, value in different:
        base.execute(f"UPDATE projects SET {name} = ? WHERE project_id = ?", (value, key))  # noqa: S608
    if not different:
        return False
    base.execute(
        "UPDATE projects SET updated_at = ?, geom = ? WHERE project_id = ?",
        (now, _point({**before, **row}), key),
    )
    _remember(base, now, by, source, key, different)
    return True


def _remember(
    base: sqlite3.Connection,
    now: str,
    by: str,
    source: str,
    key: str,
    different: Sequence[tuple[str, Any, Any]],
) -> None:
    base.executemany(
        "INSERT INTO project_history (changed_at, changed_by, source, project_id, field, before, "
        "after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(now, by, source, key, name, _text(old), _text(new)) for name, old, new in different],
    )


def _text(value: object) -> str | None:
    return None if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def _point(row: Mapping[str, Any]) -> bytes | None:
    """Return a point as a GeoPackage writes it: a header of eight bytes, then WKB."""
    lon, lat = (row.get(name) for name in _PLACE)
    if lon is None or lat is None:
        return None
    header = b"GP\x00\x01" + struct.pack("<i", _SRS)
    return header + struct.pack("<BIdd", 1, 1, float(lon), float(lat))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _faults(row: Mapping[str, Any]) -> Iterator[Message]:
    for name in row:
        if name not in FIELDS:
            yield message("library.no_field", name=name, hint=hint_known(name, FIELDS))
    if row.get("state", "candidate") not in STATES:
        yield message("library.no_state", state=str(row["state"]), states=STATES)
    types = load_facility_types()
    for code in functions_of(row.get("functions")):
        if code not in types:
            yield message("library.no_function", code=code, hint=hint_known(code, types.types))
    for name in _NUMBERS:
        yield from _number_fault(name, row.get(name))
    for name in ("year", "proposed_year"):
        yield from _year_fault(name, row.get(name))
    for name, most in zip(_PLACE, (180.0, 90.0), strict=True):
        value = row.get(name)
        if value is not None and not -most <= value <= most:
            yield message("library.degrees_wrong", name=name, value=value, least=-most, most=most)


def _number_fault(name: str, value: float | None) -> Iterator[Message]:
    if value is not None and not 0 <= value < float("inf"):
        yield message("library.number_wrong", name=name, value=value)


def _year_fault(name: str, value: int | None) -> Iterator[Message]:
    if value is not None and not 1950 <= value <= 2150:
        yield message("library.year_wrong", name=name, value=value)


def functions_of(text: object) -> tuple[str, ...]:
    """Return the facility type codes of a project.

    Examples
    --------
    >>> functions_of("elder_care; childcare"), functions_of(None)
    (('elder_care', 'childcare'), ())
    """
    if not isinstance(text, str):
        return ()
    return tuple(part.strip() for part in text.split(";") if part.strip())
