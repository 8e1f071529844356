"""Vector layers: GeoPackage, GeoParquet, GeoJSON, Shapefile, FileGDB and FlatGeobuf.

Owns the reading of one layer into a GeoDataFrame in a system that PROJ knows. What its columns
mean is decided in :mod:`siting.loaders.layer.load`.
"""

from __future__ import annotations

import codecs
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from shapely.errors import GEOSException

from siting.boundary import reading
from siting.crs import Axes, SourceCRS, crs_label, parse_crs, place
from siting.errors import CRSError, LoadError
from siting.loaders.formats.dbf import BYTE_BY_BYTE, dbf_encoding, decoded, gdal_encoding
from siting.loaders.formats.field_words import FieldWords, field_words
from siting.loaders.formats.files import TABLE_SUFFIXES, VECTOR_SUFFIXES, check_content, unpacked
from siting.loaders.formats.xlsx.disguise import OTHER_TABLE_SUFFIXES
from siting.message import message

if TYPE_CHECKING:
    import pandas as pd
    import pyproj

    from siting.data_report import DataReport, LayerReport

# Of a GeoJSON, which the standard wants in UTF-8.
_ENCODINGS = ("utf-8", "gb18030")


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
        Of a Shapefile's table. Without it the .cpg, then UTF-8, then GB18030 are tried; also of a
        GeoJSON.
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
        EPSG:4326. ``attrs`` holds what a geodatabase says about the fields: ``aliases`` (field ->
        name shown) and ``codes`` (field -> code as text -> meaning).

    Raises
    ------
    LoadError
        Absent, empty, cut off or foreign files; unknown or ambiguous layers; no geometry.
    CRSError
        No or a wrong coordinate reference system.
    """
    subject = subject or path.name
    notes = report.of(subject)
    check_content(path, subject=subject)
    _check_suffix(path, subject)
    with (
        _dataset(path, layer, subject) as (named, inner),
        _in_utf8(named, encoding, notes) as dataset,
    ):
        frame = _read(dataset, inner, encoding, columns, notes)
    words = frame.attrs
    if frame.empty:
        raise LoadError(message("layer.empty", subject=subject))
    frame.index = frame.index + 1
    source = _source_crs(frame, crs, notes)
    placed = place(frame, source, report=notes, axes=axes)
    placed.attrs = words
    return placed


def _check_suffix(path: Path, subject: str) -> None:
    if path.suffix.lower() not in (*VECTOR_SUFFIXES, ".zip"):
        known = " ".join((*VECTOR_SUFFIXES, ".zip", *TABLE_SUFFIXES))
        is_table = path.suffix.lower() in OTHER_TABLE_SUFFIXES
        hint = message("workbook.save_hint") if is_table else ""
        named = {"subject": subject, "kind": path.suffix, "known": known}
        raise LoadError(message("file.layer_kind", hint=hint, **named))


@contextmanager
def _dataset(path: Path, layer: str | None, subject: str) -> Iterator[tuple[Path, str | None]]:
    """Give the dataset itself and the layer that is still to be chosen in it."""
    if path.suffix.lower() != ".zip":
        yield path, layer
        return
    with unpacked(path, subject=subject, member=layer) as (dataset, named):
        check_content(dataset, subject=subject)
        yield dataset, None if named else layer


@contextmanager
def _in_utf8(path: Path, encoding: str | None, report: LayerReport) -> Iterator[Path]:
    """Give a GeoJSON in UTF-8; a copy where programs of Windows saved it in GB18030.

    Only the whole text can be decoded: a byte of a Chinese character may be a backslash.
    """
    if path.suffix.lower() not in (".geojson", ".json"):
        yield path
        return
    found = encoding or next((each for each in _ENCODINGS if _decodes(path, each)), "")
    if not found or (encoding and not _decodes(path, encoding)):
        told = {"subject": report.subject, "name": path.name, "encoding": found}
        raise LoadError(message("encoding.other" if encoding else "encoding.unknown", **told))
    if found == _ENCODINGS[0]:
        yield path
        return
    if not encoding:
        told = {"encoding": "GB18030 (GBK)"}
        note = message("note.encoding-detected", **told)
        report.add("info", "encoding-detected", note, details=told)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_text(path.read_text(encoding=found), encoding="utf-8")
        yield copy


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _read(
    path: Path,
    layer: str | None,
    encoding: str | None,
    columns: Sequence[str] | None,
    report: LayerReport,
) -> gpd.GeoDataFrame:
    with reading(report.subject, path.name, report=report.whole):
        frame = (
            _read_parquet(path, columns, report.subject)
            if path.suffix.lower() in (".parquet", ".geoparquet")
            else _read_ogr(path, layer, encoding, columns, report)
        )
    frame = _flat(frame, report)
    _check_texts(frame, report.subject, path.name)
    return frame


def _check_texts(frame: gpd.GeoDataFrame, subject: str, name: str) -> None:
    """Raise where a text is no UTF-8; Arrow hands its bytes on unseen, and each use would fail."""
    for column in frame.columns:
        if frame[column].dtype == "str":
            try:
                pa.array(frame[column]).validate(full=True)
            except (ValueError, UnicodeError):
                told = {"subject": subject, "name": name, "column": str(column)}
                raise LoadError(message("file.no_utf8", **told)) from None


def _flat(frame: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    """Leave out the columns that no table has cells for: further geometries, structures, bytes."""
    own = frame.geometry.name
    deep = [
        place
        for place, name in enumerate(frame.columns)
        if name != own and _is_deep(frame.iloc[:, place])
    ]
    names = list(map(str, frame.columns))
    deep += [place for place, name in enumerate(names) if name in names[:place]]
    if not deep:
        return frame
    told = message("note.columns-deep", names=sorted({names[place] for place in deep}))
    report.add("excluded", "columns-deep", told, count=len(set(deep)))
    return frame.iloc[:, [place for place in range(len(names)) if place not in deep]]


def _is_deep(column: pd.Series) -> bool:
    if str(column.dtype) == "geometry":
        return True
    values = column.dropna() if column.dtype == object else ()
    return any(isinstance(value, dict | bytes | shapely.Geometry) for value in values)


def _read_parquet(path: Path, columns: Sequence[str] | None, subject: str) -> gpd.GeoDataFrame:
    schema = pq.read_schema(path)
    if b"geo" not in (schema.metadata or {}):
        named = {"subject": subject, "name": path.name}
        raise LoadError(message("file.plain_parquet", columns=schema.names, **named))
    kept = None if columns is None else [*columns, _primary_geometry(schema.metadata[b"geo"])]
    frame = gpd.read_parquet(path, columns=kept).reset_index(drop=True)
    return frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")


def _primary_geometry(metadata: bytes) -> str:
    return str(json.loads(metadata)["primary_column"])


def _read_frame(
    path: Path, columns: Sequence[str] | None, options: dict[str, object], report: LayerReport
) -> gpd.GeoDataFrame:
    """Read through Arrow; curves, which it does not know, as lines of short pieces."""
    try:
        return pyogrio.read_dataframe(path, columns=columns, **options)
    except (NotImplementedError, GEOSException):
        frame = pyogrio.read_dataframe(path, columns=columns, **{**options, "use_arrow": False})
    report.add("info", "curves-linearised", message("note.curves-linearised"), count=len(frame))
    return frame


def _read_ogr(
    path: Path,
    layer: str | None,
    encoding: str | None,
    columns: Sequence[str] | None,
    report: LayerReport,
) -> gpd.GeoDataFrame:
    options: dict[str, object] = {"use_arrow": True}
    words = FieldWords({}, {})
    if path.suffix.lower() == ".shp":
        found = dbf_encoding(path, encoding, report=report)
        options["encoding"] = gdal_encoding(found)
    else:
        options["layer"] = _choose_layer(path, layer, report.subject)
        words = field_words(path, str(options["layer"]))
        # Through Arrow GDAL gives the meanings of some codes instead, which pandas may refuse.
        options["use_arrow"] = not words.codes
    try:
        frame = _read_frame(path, columns, options, report)
    except UnicodeDecodeError:
        if "encoding" not in options:
            raise
        options["encoding"] = BYTE_BY_BYTE
        frame = decoded(_read_frame(path, columns, options, report), found)
    # A FlatGeobuf that was cut off ends quietly, but its header knows how many rows it had.
    options.pop("use_arrow")
    promised = pyogrio.read_info(path, **options)["features"]
    if len(frame) < promised:
        sizes = {"rows": len(frame), "expected": promised}
        raise LoadError(
            message("file.rows_cut_off", subject=report.subject, name=path.name, **sizes)
        )
    frame.attrs = words._asdict()
    if not hasattr(frame, "geometry"):
        names = str(list(frame.columns))
        raise LoadError(message("layer.no_geometry", subject=report.subject, columns=names))
    return frame


def _choose_layer(path: Path, layer: str | None, subject: str) -> str:
    rows = pyogrio.list_layers(path)
    names = [str(name) for name, geometry in rows if geometry is not None]
    if layer is not None and layer in (str(name) for name, _ in rows):
        return layer
    if layer is None and len(names) == 1:
        return names[0]
    if not names:
        tables = map(str, rows[:, 0])
        raise LoadError(message("layer.none_with_geometry", subject=subject, tables=tables))
    if layer:
        raise LoadError(message("layer.absent", layer=layer, subject=subject, names=names))
    raise LoadError(message("layer.several", count=len(names), subject=subject, names=names))


def _source_crs(frame: gpd.GeoDataFrame, declared: object, report: LayerReport) -> SourceCRS | None:
    """Return the declared system, else the stored one; note where they disagree."""
    if declared is None:
        return None if _says_nothing(frame.crs) else parse_crs(frame.crs, subject=report.subject)
    source = parse_crs(declared, subject=report.subject)
    stored = _usable(frame.crs, report.subject)
    if stored is not None and (stored.crs != source.crs or source.reading != "WGS 84"):
        ends = {"stored": crs_label(stored.crs), "declared": source.label}
        told = message("note.crs-overridden", **ends)
        count = len(frame)
        report.add("assumption", "crs-overridden", told, count=count, details=ends)
    return source


def _usable(crs: pyproj.CRS | None, subject: str) -> SourceCRS | None:
    """Return the stored system; None where it is none that places a layer on the earth."""
    try:
        return None if _says_nothing(crs) else parse_crs(crs, subject=subject)
    except CRSError:
        return None


def _says_nothing(crs: pyproj.CRS | None) -> bool:
    """Tell a system that a GeoPackage calls undefined (srs_id 0 and -1) from one that is known."""
    return crs is None or crs.name.casefold().startswith("undefined")
