"""Networks, attachments, areas and health that were found before, kept beside the project.

Owns the files of ``.siting-cache/prepared``. A file is named by a hash of all that its content is
made from: the streets, subjects and areas themselves, the limits, and the code that puts them
together. So a change of any of these asks for another file, and no file is ever out of date. The
shapes and ranges of what is read are checked; a damaged or foreign file is made again. Files hold
arrays alone, never objects that could run.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy as np
import pandas as pd
import shapely

import siting.network
import siting.pipeline.in_areas
from siting.network.attach.attachment import Attachment, Via
from siting.network.attach.snap import snap
from siting.network.graph import Network, build_network
from siting.network.health import NetworkHealth, network_health
from siting.pipeline.in_areas import area_rows
from siting.pipeline.kept.files import (
    FOLDER,
    code_of,
    keep_file,
    mark_used,
    name_of,
    note_damage,
    open_kept,
)
from siting.pipeline.manifest import versions

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import DataReport

# Fewer streets than these are joined as quickly as they are read back.
_WORTH_KEEPING = 500
# Files beyond these, the longest unused ones, are removed: some variants of one city.
_KEPT = 16
_DAMAGE = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
# Of the streets, what says which of them meet, and which way they may be walked.
_JOINING = ("from_node", "to_node", "oneway", "added", "enclosed")
_SIMPLE = (0, 1)  # shapely's type ids of points and lines
_PLACES = ("crossings", "dead_end_pairs")
_COUNTS = ("pieces", "homes", "dead_ends", "nodes")
_SHARES = ("main_share", "homes_on_main", "median_detour", "high_detour")

Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """Streets and the network of them, and its key where it is kept."""

    streets: gpd.GeoDataFrame
    network: Network
    key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The area of each subject, int32 (n,) for each level."""

    levels: tuple[NDArray[np.int32], ...]


Made = TypeVar("Made", Network, Attachment, _Rows, NetworkHealth)


class Prepared:
    """What is kept of a project's streets; without a folder everything is computed.

    Parameters
    ----------
    project_folder
        Where the project file stands; None keeps and reads nothing on disk.
    report
        Gets a note where a kept file was damaged.
    at_least
        Streets, or subjects in areas, from which on keeping is worth the reading.
    """

    def __init__(
        self,
        project_folder: Path | None,
        *,
        report: DataReport | None = None,
        at_least: int = _WORTH_KEEPING,
    ) -> None:
        self._folder = None if project_folder is None else project_folder / FOLDER
        self._report = report
        self._at_least = at_least
        self._last: _Joined | None = None

    def network(self, streets: gpd.GeoDataFrame) -> Network:
        """Return `build_network` of the streets, one-way where they say so."""
        if self._last is None or self._last.streets is not streets:
            self._last = self._joined(streets)
        return self._last.network

    def _joined(self, streets: gpd.GeoDataFrame) -> _Joined:
        def make() -> Network:
            # The table says one-way only where that is about walkers (see `tables.STREETS`).
            return build_network(streets, oneway=True)

        if self._folder is None or len(streets) < self._at_least:
            return _Joined(streets, make())
        key = _named("network", *_layer_parts(streets, _JOINING))
        network = self._kept(key, make, lambda columns: _network_of(columns, len(streets)))
        return _Joined(streets, network, key)

    def attachment(
        self,
        network: Network,
        geometry: gpd.GeoSeries,
        *,
        max_access_m: float,
        barriers: gpd.GeoDataFrame | None,
        entrances: gpd.GeoDataFrame | None,
    ) -> Attachment:
        """Return `snap` of the subjects; it is kept where `network` returned the network last."""

        def make() -> Attachment:
            return snap(
                network,
                geometry,
                max_access_m=max_access_m,
                barriers=barriers,
                entrances=entrances,
            )

        last = self._last
        if last is None or last.network is not network or not last.key:
            return make()
        # A short table is kept too: where all tables are, no street is sorted into cells for them.
        key = _named(
            "attachment",
            last.key.encode(),
            *_shape_parts(geometry),
            repr(float(max_access_m)).encode(),
            *_layer_parts(barriers, ()),
            *_layer_parts(entrances, ("subject",)),
        )

        def read(columns: Columns) -> Attachment:
            return _attachment_of(columns, len(geometry), network.edge_count)

        return self._kept(key, make, read)

    def area_rows(
        self, geometry: gpd.GeoSeries, areas: Mapping[str, gpd.GeoDataFrame]
    ) -> dict[str, NDArray[np.int32]]:
        """Return `in_areas.area_rows`; of few subjects they are found as quickly as read."""
        if self._folder is None or len(geometry) < self._at_least:
            return area_rows(geometry, areas)
        crs = b"" if geometry.crs is None else geometry.crs.to_wkt().encode()
        parts = [part for table in areas.values() for part in _layer_parts(table, ())]
        # Levels are numbered: a name in the data is no name of an array in a file.
        names = json.dumps([*areas]).encode()
        key = _named("areas", names, crs, *_shape_parts(geometry), *parts)

        def make() -> _Rows:
            return _Rows(tuple(area_rows(geometry, areas).values()))

        def read(columns: Columns) -> _Rows:
            return _rows_of(columns, len(geometry), [len(table) for table in areas.values()])

        return dict(zip(areas, self._kept(key, make, read).levels, strict=True))

    def health(
        self, network: Network, homes: Attachment, home_xy: NDArray[np.float64]
    ) -> NetworkHealth:
        """Return `network_health`; it is kept where `network` returned the network last."""

        def make() -> NetworkHealth:
            return network_health(network, homes, home_xy)

        last = self._last
        if last is None or last.network is not network or not last.key:
            return make()
        asked = (homes.subject, homes.edge, homes.position, homes.access_m, home_xy)
        key = _named("health", f"{last.key} {homes.size}".encode(), *asked)
        return self._kept(key, make, lambda columns: _health_of(columns, network))

    def _kept(self, key: str, make: Callable[[], Made], read: Callable[[Columns], Made]) -> Made:
        assert self._folder is not None
        path = self._folder / f"{key}.npz"
        try:
            return read(_read_columns(path))
        except FileNotFoundError:
            pass  # nothing was kept yet
        except _DAMAGE as error:
            note_damage(path, error, self._report)
        found = make()
        _write_columns(path, _arrays_of(found))
        return found


# --- what a key is made of -----------------------------------------------------------------------


def _named(kind: str, *parts: bytes | NDArray[Any]) -> str:
    return name_of(kind, _code(), *parts)


@cache
def _code() -> str:
    """Return a hash of the code that joins, snaps and finds areas, and of what it stands on."""
    known = [versions()[name] for name in ("siting", "numpy", "shapely", "numba")]
    modules = Path(siting.network.__path__[0]).rglob("*.py")
    areas = Path(siting.pipeline.in_areas.__file__)
    return "|".join((code_of([*modules, areas]), *known, shapely.geos_version_string))


def _layer_parts(
    layer: gpd.GeoDataFrame | None, columns: tuple[str, ...]
) -> list[bytes | NDArray[Any]]:
    if layer is None:
        return [b"none"]
    crs = b"" if layer.crs is None else layer.crs.to_wkt().encode()
    parts = [crs, *_shape_parts(layer.geometry)]
    for name in columns:
        if name in layer:
            hashed = pd.util.hash_pandas_object(layer[name], index=False)
            parts += [name.encode(), hashed.to_numpy()]
    return parts


def _shape_parts(geometry: gpd.GeoSeries) -> list[bytes | NDArray[Any]]:
    """Return bytes that are equal only for equal shapes in equal order; heights do not count."""
    shapes = geometry.to_numpy()
    kinds = shapely.get_type_id(shapes).astype(np.int8)
    if np.isin(kinds, _SIMPLE).all():
        counts = shapely.get_num_coordinates(shapes).astype(np.int32)
        return [kinds, counts, shapely.get_coordinates(shapes)]
    written = shapely.to_wkb(shapes[~shapely.is_missing(shapes)], output_dimension=2)
    return [kinds, b"".join(written.tolist())]


# --- what is kept --------------------------------------------------------------------------------


def _arrays_of(made: Network | Attachment | _Rows | NetworkHealth) -> dict[str, NDArray[Any]]:
    if isinstance(made, _Rows):
        return {f"level_{number}": rows for number, rows in enumerate(made.levels)}
    if isinstance(made, NetworkHealth):
        return {field.name: np.asarray(getattr(made, field.name)) for field in fields(made)}
    values = {field.name: getattr(made, field.name) for field in fields(made)}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def _network_of(columns: Columns, streets: int) -> Network:
    # A network may be made without this column, but it is always kept with it.
    _check("edge_enclosed" in columns, "columns")
    network = Network(unit="m", **columns)
    nodes, edges, places = len(network.node_xy), network.edge_from.size, len(network.edge_xy)
    _check(_within(network.edge_from, nodes) and _within(network.edge_to, nodes), "edges")
    _check(network.node_xy.shape == (nodes, 2), "nodes")
    _check(network.edge_xy.shape == (places, 2), "places")
    _check(network.component.shape == (nodes,) and _within(network.component, nodes), "pieces")
    _check(_within(network.edge_street, streets), "streets")
    _check(all(column.shape == (edges,) for column in _per_edge(network)), "columns")
    offsets = network.edge_offsets
    _check(offsets.shape == (edges + 1,) and offsets[0] == 0 and offsets[-1] == places, "offsets")
    _check(bool((np.diff(offsets) >= 2).all()), "offsets")
    _check(bool((network.cost_forward >= 0).all() and (network.cost_backward >= 0).all()), "costs")
    return network


def _per_edge(network: Network) -> list[NDArray[Any]]:
    return [
        network.edge_from,
        network.edge_to,
        network.edge_length_m,
        network.cost_forward,
        network.cost_backward,
        network.edge_street,
        network.edge_added,
        network.enclosed,
    ]


def _attachment_of(columns: Columns, size: int, edges: int) -> Attachment:
    made = Attachment(size=size, **columns)
    rows = (made.subject.size,)
    per_row = (made.subject, made.edge, made.position, made.access_m)
    _check(all(column.shape == rows for column in per_row), "columns")
    _check(made.via.shape == (size,) and bool((made.via <= max(Via)).all()), "ways")
    _check(_within(made.subject, size) and bool((np.diff(made.subject) >= 0).all()), "subjects")
    _check(_within(made.edge, edges), "edges")
    _check(bool(((made.position >= 0) & (made.position <= 1)).all()), "positions")
    _check(bool((made.access_m >= 0).all()), "access legs")
    return made


def _rows_of(columns: Columns, size: int, counts: Sequence[int]) -> _Rows:
    made = _Rows(tuple(columns[f"level_{number}"] for number in range(len(counts))))
    for rows, count in zip(made.levels, counts, strict=True):
        _check(
            rows.shape == (size,) and rows.dtype == np.int32 and _within(rows + 1, count + 1),
            "rows",
        )
    return made


def _health_of(columns: Columns, network: Network) -> NetworkHealth:
    counts: dict[str, Any] = {name: int(columns[name]) for name in _COUNTS}
    shares: dict[str, Any] = {name: float(columns[name]) for name in _SHARES}
    places: dict[str, Any] = {name: columns[name] for name in _PLACES}
    _check(counts["nodes"] == network.node_count, "nodes")
    _check(all(number >= 0 for number in counts.values()), "counts")
    _check(not any(share < 0 for share in shares.values()), "shares")
    shaped = all(each.ndim == 2 and each.shape[1] == 2 for each in places.values())
    _check(shaped and all(each.dtype == np.float64 for each in places.values()), "places")
    return NetworkHealth(**counts, **shares, **places)


def _within(values: NDArray[Any], size: int) -> bool:
    return not values.size or bool(values.min() >= 0 and values.max() < size)


def _check(holds: bool, what: str) -> None:  # noqa: FBT001  a condition is what is held
    if not holds:
        raise ValueError(what)


# --- files ---------------------------------------------------------------------------------------


def _read_columns(path: Path) -> Columns:
    """Read all arrays of a file; the sums in it tell a damaged one."""
    with open_kept(path) as file, np.load(file, allow_pickle=False) as kept:
        columns = {name: kept[name] for name in kept.files}
    if str(columns.pop("key", "")) != path.stem:
        raise ValueError("other name")
    mark_used(path)
    return columns


def _write_columns(path: Path, columns: Columns) -> None:
    def write(file: BinaryIO) -> None:
        np.savez(file, **{"key": np.array(path.stem), **columns})

    keep_file(path, write, most=_KEPT)
