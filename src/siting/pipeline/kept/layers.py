"""The layers of a project as an earlier run read them, kept beside the project.

Owns the files ``layers-*.arrow`` of ``.siting-cache/prepared``: every table of `Layers` as a stream
of Arrow, behind a line of JSON with the notes of the data report. A file is named by a hash of all
that reading depends on: every input and what stands beside it, what the project says of its layers,
and the code and versions that read them. Only tables that come back exactly as they were are kept;
what is read back is verified against its hash and the contract of its table, else the inputs
are read again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from pyproj.network import is_network_enabled  # type: ignore[attr-defined]

from siting.data_report import DataNote, DataReport
from siting.errors import TableError
from siting.loaders.formats.files import InputFile, input_file
from siting.loaders.layer.from_osm import is_osm
from siting.loaders.layer.load import Layers, check_layers, input_files, load_layers
from siting.message import message
from siting.pipeline.kept.files import (
    FOLDER,
    code_of,
    keep_file,
    mark_used,
    name_of,
    note_damage,
    open_kept,
)
from siting.pipeline.kept.messages import from_json, message_json
from siting.pipeline.manifest import versions
from siting.shipped import FACILITY_TYPES_FILE, shipped_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.loaders.project.model import Project
    from siting.progress import Progress

# Less than this is read and placed as quickly as it is hashed and read back.
_WORTH_KEEPING_BYTES = 100_000
# A city's file is as large as its inputs.
_KEPT = 4
_DIGEST_BYTES = 32
_DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError,
           TableError)  # fmt: skip
_ALIGNED = 64  # Arrow reads its columns where they stand, at multiples of this
_READ_OF_A_PROJECT = frozenset({"name", "crs", "layers", "parameters"})
_ABOUT_READING = ("python", "siting", "numpy", "pandas", "geopandas", "shapely", "pyproj",
                  "pyogrio", "pyarrow", "rasterio", "osmium", "osmnx", "openpyxl")  # fmt: skip
_ONE_TABLE = ("residential", "facilities", "streets", "barriers", "entrances", "water", "sites")


@dataclass(frozen=True, slots=True)
class _Named:
    """A table, the field of `Layers` that it is, and its level where it is one of areas."""

    field: str
    level: str
    table: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the layers of a project are kept, and the inputs that they are read from."""

    path: Path
    inputs: tuple[InputFile, ...]


def load_kept_layers(
    project: Project,
    *,
    cache: bool = True,
    progress: Progress | None = None,
    report: DataReport,
) -> Layers:
    """Return `load_layers` of a project, from what an earlier run kept where nothing has changed.

    Parameters
    ----------
    project
        From `siting.loaders.project.read.read_project`.
    cache
        Whether anything is kept or used.
    progress
        Called with what is being done and the share that is done, 0 to 1.
    report
        Gets the same notes as if all had been read, and one where a kept file was damaged.

    Raises
    ------
    SitingError
        As `load_layers`.
    """

    def load(into: DataReport) -> Layers:
        return load_layers(project, progress=progress, report=into)

    if progress is not None:
        # Naming the inputs reads them all: whoever waits is told at once.
        progress(message("progress.layers_looked_up"), 0.0)
    place = _place(project) if cache else None
    if place is None:
        return load(report)
    try:
        layers, notes = _read(place, project)
    except FileNotFoundError:
        pass  # nothing was kept yet
    except _DAMAGE as error:
        note_damage(place.path, error, report)
    else:
        report.notes.extend(notes)
        if progress is not None:
            progress(message("progress.layers_kept"), 1.0)
        return layers
    return _loaded(project, load, place, report)


def _loaded(
    project: Project, load: Callable[[DataReport], Layers], place: _Place, report: DataReport
) -> Layers:
    """Load the layers and keep them, where no input was changed meanwhile."""
    own = DataReport()
    try:
        layers = load(own)
    finally:
        report.extend(own)
    notes = _plain_notes(own.notes)
    if notes is None or place != _place(project):
        return layers
    packed = [_packed_soundly(each) for each in _tables(layers)]
    if None not in packed:
        head = {"name": place.path.stem, "crs": layers.crs.srs, "notes": notes}
        keep_file(place.path, lambda file: _write(file, head, filter(None, packed)), most=_KEPT)
    return layers


# --- what a name is made of ----------------------------------------------------------------------


def _place(project: Project) -> _Place | None:
    """Return where the layers are kept; None where keeping them is not worth it or not possible."""
    layers = project.layers
    if any(each is not None and each.place for each in (layers.streets, layers.osm)):
        return None  # places have a cache of their own, which may be fetched again
    try:
        inputs = input_files(project)
        if sum(each.bytes for each in inputs) < _WORTH_KEEPING_BYTES:
            return None
        beside = [input_file(path) for path in _beside([each.path for each in inputs])]
    except OSError:
        return None  # reading says what is wrong with it
    said = project.model_dump(mode="json", include=set(_READ_OF_A_PROJECT))
    read = [f"{each.path.name} {each.sha256}" for each in (*inputs, *beside)]
    # Of a map, what has ended by the day is not read.
    day = str(project.day) if any(is_osm(each.path) for each in inputs) else ""
    name = name_of("layers", _code(), json.dumps([said, read, day], sort_keys=True).encode())
    return _Place(project.folder / FOLDER / f"{name}.arrow", inputs)


def _beside(paths: Iterable[Path]) -> list[Path]:
    """Return the files that GDAL may read besides: world files, journals, systems, statistics."""
    found: set[Path] = set()
    for path in paths:
        starts = (f"{path.stem}.", f"{path.name}-")
        found |= {
            each
            for each in path.parent.iterdir()
            if each != path and each.name.startswith(starts) and each.is_file()
        }
    return sorted(found)


@cache
def _code() -> str:
    """Return a hash of the code and tables that reading depends on, and of the versions below."""
    package = Path(__file__).parents[2]
    rooms = [
        path
        for room in ("loaders", "crs", "rules", "vocabulary")
        for path in (package / room).rglob("*")
        if path.suffix in (".py", ".yaml")
    ]
    others = (
        package / "data_report.py",
        package / "tables.py",
        package / "yaml_lines.py",
        package / "shipped.py",
        Path(__file__),
        shipped_folder() / FACILITY_TYPES_FILE,
    )
    known = (*(versions()[name] for name in _ABOUT_READING), shapely.geos_version_string)
    # A grid that PROJ may fetch moves points.
    proj = (pyproj.proj_version_str, str(is_network_enabled()))
    return "|".join((code_of([*rooms, *others]), *known, *proj))


# --- what is kept --------------------------------------------------------------------------------


def _tables(layers: Layers) -> Iterator[_Named]:
    for name in _ONE_TABLE:
        table = getattr(layers, name)
        if table is not None:
            yield _Named(name, "", table)
    for level, table in layers.areas.items():
        yield _Named("areas", level, table)


@dataclass(frozen=True, slots=True)
class _Packed:
    """What Arrow holds of a table, and in plain values what it does not.

    Columns of Python objects are texts beside numbers, where a file says "about 50" once.
    """

    table: pa.Table
    rest: dict[str, Any]


def _packed(named: _Named) -> _Packed:
    table = named.table
    objects = {name: table[name].tolist() for name in table if table[name].dtype == object}
    shapes = table.geometry.to_numpy()
    kinds = np.unique(shapely.get_type_id(shapes)).size * np.unique(shapely.has_z(shapes)).size
    # Coordinates as columns are read without parsing, but make all shapes of one kind.
    encoding = "geoarrow" if kinds == 1 else "WKB"
    arrow = table.drop(columns=[*objects]).to_arrow(index=False, geometry_encoding=encoding)
    rest = {"field": named.field, "level": named.level, "columns": [*table], "objects": objects}
    return _Packed(pa.table(arrow), rest)


def _unpacked(arrow: pa.Table, rest: Mapping[str, Any]) -> _Named:
    table = gpd.GeoDataFrame.from_arrow(arrow)
    for name, values in rest["objects"].items():
        table[name] = pd.Series(values, dtype=object)
    return _Named(rest["field"], rest["level"], table[rest["columns"]])


def _plain_notes(notes: Sequence[DataNote]) -> list[dict[str, Any]] | None:
    """Return notes as JSON has them; None where they would not be the same again."""
    plain = [{**dataclasses.asdict(note), "message": message_json(note.message)} for note in notes]
    try:
        return plain if _notes(json.loads(json.dumps(plain))) == [*notes] else None
    except TypeError:
        return None  # a detail that is neither text nor number


def _notes(plain: Iterable[Mapping[str, Any]]) -> list[DataNote]:
    return [
        DataNote(
            **{
                **note,
                "examples": tuple(note["examples"]),
                "message": from_json(note["message"]),
            }
        )
        for note in plain
    ]


def _packed_soundly(named: _Named) -> _Packed | None:
    """Return what is kept of a table; None where it would not come back the same.

    The same to the kind of what is missing: None and NaN are not one.
    """
    table = named.table
    try:
        packed = _packed(named)
        back = _unpacked(packed.table, json.loads(json.dumps(packed.rest))).table
    except (pa.ArrowException, ValueError, TypeError, NotImplementedError):
        return None  # a column of things that are neither texts nor numbers
    same = (
        back.index.equals(table.index)
        and back.columns.equals(table.columns)
        and bool((back.dtypes == table.dtypes).all())
        and back.crs == table.crs
        and all(_same_column(back[name], table[name]) for name in table.columns)
    )
    return packed if same else None


def _same_column(one: Any, other: Any) -> bool:
    left, right = one.to_numpy(), other.to_numpy()
    if one.dtype == "geometry":
        flat = (shapely.has_z(left) == shapely.has_z(right)).all()
        kinds = (shapely.get_type_id(left) == shapely.get_type_id(right)).all()
        return bool(flat and kinds and shapely.equals_exact(left, right, 0.0).all())
    return bool(one.equals(other)) and (one.dtype != object or _same_kinds(left, right))


def _same_kinds(left: NDArray[Any], right: NDArray[Any]) -> bool:
    kind = np.frompyfunc(type, 1, 1)
    return bool((kind(left) == kind(right)).all())


# --- files ---------------------------------------------------------------------------------------


def _write(file: BinaryIO, head: Mapping[str, Any], tables: Iterable[_Packed]) -> None:
    packed = [*tables]
    line = json.dumps({**head, "tables": [each.rest for each in packed]}).encode()
    digest = _Digesting(file)
    digest.write(line + b" " * (-(len(line) + 1) % _ALIGNED) + b"\n")
    for each in packed:
        with pa.ipc.new_stream(pa.PythonFile(digest, "w"), each.table.schema) as stream:
            stream.write_table(each.table)
    file.write(digest.sum.digest())


class _Digesting:
    """A file to write to that adds up what it is given."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sum = hashlib.sha256()

    def write(self, content: Any) -> int:
        self.sum.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Leave the file open for the next table."""


def _read(place: _Place, project: Project) -> tuple[Layers, list[DataNote]]:
    with open_kept(place.path) as file:
        content = file.read()
    body = memoryview(content)[:-_DIGEST_BYTES]
    if hashlib.sha256(body).digest() != content[-_DIGEST_BYTES:]:
        raise ValueError("other content")
    line = content[: content.index(b"\n")]
    head = json.loads(line)
    source = pa.BufferReader(body)
    source.seek(len(line) + 1)
    if head["name"] != place.path.stem:
        raise ValueError("other name")
    tables = [_unpacked(_next_table(source), rest) for rest in head["tables"]]
    notes = _notes(head["notes"])
    elevation = project.layers.elevation
    layers = Layers(
        crs=pyproj.CRS(head["crs"]),
        inputs=place.inputs,
        elevation=elevation.path if elevation else None,
        **_fields(tables),
    )
    check_layers(layers)
    mark_used(place.path)
    return layers, notes


def _next_table(source: Any) -> pa.Table:
    with pa.ipc.open_stream(source) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return table


def _fields(tables: Sequence[_Named]) -> dict[str, Any]:
    single = {each.field: each.table for each in tables if each.field != "areas"}
    areas = {each.level: each.table for each in tables if each.field == "areas"}
    return {**dict.fromkeys(_ONE_TABLE), **single, "areas": areas}
