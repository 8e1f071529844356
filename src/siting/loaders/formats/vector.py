"""Vector layers: GeoPackage, GeoParquet, GeoJSON, Shapefile, FileGDB and FlatGeobuf.

Owns the reading of one layer into a GeoDataFrame in a system that PROJ knows. What its columns
mean is decided in :mod:`siting.loaders.layer.load`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
from shapely.errors import GEOSException

from siting.crs import Axes, SourceCRS, crs_label, parse_crs, place
from siting.errors import LoadError
from siting.loaders.formats.dbf import dbf_encoding, gdal_encoding
from siting.loaders.formats.files import TABLE_SUFFIXES, VECTOR_SUFFIXES, check_content, unpacked
from siting.loaders.formats.xlsx.disguise import OTHER_TABLE_SUFFIXES, SAVE_AS_XLSX

if TYPE_CHECKING:
    from siting.data_report import DataReport


def read_vector(
    path: Path,
    *,
    report: DataReport,
    layer: str | None = None,
    crs: object = None,
    encoding: str | None = None,
    columns: Sequence[str] | None = None,
    axes: Axes = "auto",
    subject: str | None = None,
) -> gpd.GeoDataFrame:
    """Read one vector layer.

    Parameters
    ----------
    path
        ``.gpkg .parquet .geoparquet .geojson .json .shp .fgb``, a ``.gdb`` folder, or a ``.zip``
        with exactly one of them.
    report
        Receives what was repaired, left out or assumed.
    layer
        Layer of a GeoPackage or geodatabase, or file in a zip; needed where there are several.
    crs
        As :func:`siting.crs.parse_crs` takes it; wins over what the file says, which is noted.
    encoding
        Of a Shapefile's table. Without it the .cpg, then UTF-8, then GB18030 are tried.
    columns
        Columns to keep; all where left out.
    axes
        See :func:`siting.crs.place`.
    subject
        Name for messages; the file's name where left out.

    Returns
    -------
    GeoDataFrame
        One row per feature in the file's order, labelled 1, 2, ... as features are counted;
        geometry column ``geometry``, null where the file has none. GCJ-02 and BD-09 have become
        EPSG:4326.

    Raises
    ------
    LoadError
        Absent, empty, cut off or foreign files; unknown or ambiguous layers; no geometry.
    CRSError
        No or a wrong coordinate reference system.
    """
    subject = subject or path.name
    check_content(path, subject=subject)
    _check_suffix(path, subject)
    with _dataset(path, layer, subject) as (dataset, inner):
        frame = _read(dataset, inner, encoding, columns, subject, report)
    if frame.empty:
        raise LoadError(f"{subject} is empty: the layer has no rows.")
    frame.index = frame.index + 1
    return place(
        frame,
        _source_crs(frame, crs, subject, report),
        subject=subject,
        report=report,
        axes=axes,
    )


def _check_suffix(path: Path, subject: str) -> None:
    if path.suffix.lower() not in (*VECTOR_SUFFIXES, ".zip"):
        known = " ".join((*VECTOR_SUFFIXES, ".zip", *TABLE_SUFFIXES))
        hint = f" {SAVE_AS_XLSX}." if path.suffix.lower() in OTHER_TABLE_SUFFIXES else ""
        raise LoadError(
            f"{subject}: siting does not read '{path.suffix}' layers; it reads {known}.{hint}"
        )


@contextmanager
def _dataset(path: Path, layer: str | None, subject: str) -> Iterator[tuple[Path, str | None]]:
    """Give the dataset itself and the layer that is still to be chosen in it."""
    if path.suffix.lower() != ".zip":
        yield path, layer
        return
    with unpacked(path, subject=subject, member=layer) as (dataset, named):
        check_content(dataset, subject=subject)
        yield dataset, None if named else layer


def _read(
    path: Path,
    layer: str | None,
    encoding: str | None,
    columns: Sequence[str] | None,
    subject: str,
    report: DataReport,
) -> gpd.GeoDataFrame:
    """Read with warnings turned into notes, and every failure of the readers into one error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = (
                _read_parquet(path, columns, subject)
                if path.suffix.lower() in (".parquet", ".geoparquet")
                else _read_ogr(path, layer, encoding, columns, subject, report)
            )
        except (LoadError, MemoryError):
            raise
        # pyogrio, pyarrow and GDAL raise a dozen unrelated types for a damaged file.
        except Exception as error:
            raise LoadError(
                f"{subject}: {path.name} cannot be read, it may be damaged or cut off. The reader "
                f"said: {error}"
            ) from error
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        report.add(subject, "warning", "reader-warning", message)
    return frame


def _read_parquet(path: Path, columns: Sequence[str] | None, subject: str) -> gpd.GeoDataFrame:
    schema = pq.read_schema(path)
    if b"geo" not in (schema.metadata or {}):
        raise LoadError(
            f"{subject}: {path.name} is a Parquet file without geometry (no GeoParquet metadata); "
            f"it has the columns {schema.names}. Save it with GeoDataFrame.to_parquet, or give it "
            "as CSV with longitude and latitude."
        )
    kept = None if columns is None else [*columns, _primary_geometry(schema.metadata[b"geo"])]
    frame = gpd.read_parquet(path, columns=kept).reset_index(drop=True)
    return frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")


def _primary_geometry(metadata: bytes) -> str:
    return str(json.loads(metadata)["primary_column"])


def _read_frame(
    path: Path,
    columns: Sequence[str] | None,
    options: dict[str, object],
    subject: str,
    report: DataReport,
) -> gpd.GeoDataFrame:
    """Read through Arrow; curves, which it does not know, as lines of short pieces."""
    try:
        return pyogrio.read_dataframe(path, columns=columns, **options)
    except (NotImplementedError, GEOSException):
        frame = pyogrio.read_dataframe(path, columns=columns, **{**options, "use_arrow": False})
    message = "the layer may hold curves (arcs); they are read as lines of short straight pieces"
    report.add(subject, "info", "curves-linearised", message, count=len(frame))
    return frame


def _read_ogr(
    path: Path,
    layer: str | None,
    encoding: str | None,
    columns: Sequence[str] | None,
    subject: str,
    report: DataReport,
) -> gpd.GeoDataFrame:
    options: dict[str, object] = {"use_arrow": True}
    if path.suffix.lower() == ".shp":
        found = dbf_encoding(path, encoding, subject=subject, report=report)
        options["encoding"] = gdal_encoding(found)
    else:
        options["layer"] = _choose_layer(path, layer, subject)
    frame = _read_frame(path, columns, options, subject, report)
    # A FlatGeobuf that was cut off ends quietly, but its header knows how many rows it had.
    options.pop("use_arrow")
    promised = pyogrio.read_info(path, **options)["features"]
    if len(frame) < promised:
        raise LoadError(
            f"{subject}: {path.name} is cut off: it has {len(frame):,} of {promised:,} rows. Copy "
            "or download it again."
        )
    if not hasattr(frame, "geometry"):
        raise LoadError(
            f"{subject} has no geometry; it has the columns {list(frame.columns)}. A table with "
            "coordinates is read from CSV or XLSX."
        )
    return frame


def _choose_layer(path: Path, layer: str | None, subject: str) -> str:
    rows = pyogrio.list_layers(path)
    names = [str(name) for name, geometry in rows if geometry is not None]
    if layer is not None and layer in (str(name) for name, _ in rows):
        return layer
    if layer is None and len(names) == 1:
        return names[0]
    if not names:
        raise LoadError(f"{subject} has no layer with geometry; its tables are {rows[:, 0]}.")
    asked = f"has no layer '{layer}'" if layer else f"has {len(names)} layers"
    raise LoadError(f"{subject} {asked}; write layer: with one of {names}.")


def _source_crs(
    frame: gpd.GeoDataFrame, declared: object, subject: str, report: DataReport
) -> SourceCRS | None:
    """Return the declared system, else the stored one; note where they disagree."""
    stored = None if frame.crs is None else parse_crs(frame.crs, subject=subject)
    if declared is None:
        return stored
    source = parse_crs(declared, subject=subject)
    if stored is not None and (stored.crs != source.crs or source.reading != "WGS 84"):
        message = (
            f"the file says {crs_label(stored.crs)}, the project says {source.label}; the project "
            "was believed"
        )
        details = {"stored": crs_label(stored.crs), "declared": source.label}
        report.add(
            subject,
            "assumption",
            "crs-overridden",
            message,
            count=len(frame),
            details=details,
        )
    return source
