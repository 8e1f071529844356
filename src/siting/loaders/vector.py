"""Vector layers: GeoPackage, GeoParquet, GeoJSON, Shapefile, FileGDB and FlatGeobuf.

Owns the reading of one layer into a GeoDataFrame in a system that PROJ knows. What its columns
mean is decided in :mod:`siting.loaders.layers`.
"""

from __future__ import annotations

import codecs
import json
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from siting.crs import Axes, SourceCRS, crs_label, parse_crs, place
from siting.errors import LoadError
from siting.loaders.files import VECTOR_SUFFIXES, check_content, unpacked

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np

    from siting.tables import DataReport

# Enough records to tell the encodings apart; names are spread evenly in real layers.
_SNIFFED_BYTES = 8 * 1024 * 1024
_CHINESE_SHARE = 0.5


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
    with _dataset(path, layer, subject) as dataset:
        frame = _read(dataset, layer, encoding, columns, subject, report)
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
        known = " ".join((*VECTOR_SUFFIXES, ".zip"))
        raise LoadError(
            f"{subject}: siting does not read '{path.suffix}' layers; it reads {known}."
        )


@contextmanager
def _dataset(path: Path, layer: str | None, subject: str) -> Iterator[Path]:
    if path.suffix.lower() != ".zip":
        yield path
        return
    with unpacked(path, subject=subject, member=layer) as dataset:
        check_content(dataset, subject=subject)
        yield dataset


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
    import geopandas as gpd
    import pyarrow.parquet as pq

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


def _read_ogr(
    path: Path,
    layer: str | None,
    encoding: str | None,
    columns: Sequence[str] | None,
    subject: str,
    report: DataReport,
) -> gpd.GeoDataFrame:
    import pyogrio

    options: dict[str, object] = {"use_arrow": True}
    if path.suffix.lower() == ".shp":
        options["encoding"] = _dbf_encoding(path, encoding, subject, report)
    else:
        options["layer"] = _choose_layer(path, layer, subject)
    frame = pyogrio.read_dataframe(path, columns=columns, **options)
    if not hasattr(frame, "geometry"):
        raise LoadError(
            f"{subject} has no geometry; it has the columns {list(frame.columns)}. A table with "
            "coordinates is read from CSV or XLSX."
        )
    return frame


def _choose_layer(path: Path, layer: str | None, subject: str) -> str:
    import pyogrio

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
        report.add(subject, "assumption", "crs-overridden", message, count=len(frame))
    return source


# --- the encoding of a Shapefile's table ---------------------------------------------------------


def _dbf_encoding(path: Path, declared: str | None, subject: str, report: DataReport) -> str:
    """Return the encoding in which all names and texts of the table make sense.

    A declared encoding is believed if it decodes; otherwise the .cpg, UTF-8 and GB18030 are tried
    in this order. A one-byte encoding in the .cpg decodes everything, so it is set aside where
    the same bytes are Chinese.
    """
    texts = _dbf_texts(path)
    if declared is not None:
        if not _decodes(texts, declared):
            raise LoadError(_undecodable(subject, path, f"declared encoding {declared}"))
        return declared
    stated = _stated_encoding(path)
    if texts.isascii():
        return "UTF-8"
    fitting = [name for name in (stated, "UTF-8", "GB18030") if name and _decodes(texts, name)]
    if not fitting:
        raise LoadError(_undecodable(subject, path, "UTF-8 nor GB18030"))
    chosen = next((name for name in fitting if not _is_mojibake(texts, name)), fitting[0])
    if chosen != stated:
        said = f"its .cpg says {stated}" if stated else "it has no .cpg"
        message = f"{said}, but the table's texts are {chosen}; they were read so"
        report.add(subject, "repair", "encoding-detected", message)
    return chosen


def _undecodable(subject: str, path: Path, tried: str) -> str:
    return (
        f"{subject}: the texts of {path.with_suffix('.dbf').name} are not in the {tried}. Write "
        "encoding: with the one they are in, for instance encoding: gb18030 or big5."
    )


def _stated_encoding(path: Path) -> str | None:
    for suffix in (".cpg", ".CPG"):
        stated = path.with_suffix(suffix)
        if stated.exists():
            name = stated.read_bytes().decode("ascii", "ignore").strip()
            # ArcGIS writes bare code page numbers.
            name = {"936": "GB18030", "65001": "UTF-8", "54936": "GB18030"}.get(name, name)
            return name if _is_codec(name) else None
    return None


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _dbf_texts(path: Path) -> bytes:
    """Return field names and text values, one a line and trimmed of the padding."""
    import numpy as np

    table = path.with_suffix(".dbf")
    if not table.exists():
        table = path.with_suffix(".DBF")
    with table.open("rb") as stream:
        head = stream.read(32)
        _, header_bytes, width = struct.unpack("<IHH", head[4:12])
        fields = stream.read(max(header_bytes - 32, 0))
        body = np.frombuffer(stream.read(_SNIFFED_BYTES), dtype=np.uint8)
    rows = body[: len(body) // max(width, 1) * max(width, 1)].reshape(-1, max(width, 1))
    texts: list[bytes] = []
    start = 1
    for offset in range(0, len(fields) - 31, 32):
        name, kind, size = fields[offset : offset + 11], fields[offset + 11], fields[offset + 16]
        texts.append(name.split(b"\0")[0])
        if kind == ord("C"):
            texts.extend(_lines(rows[:, start : start + size]))
        start += size
    return b"\n".join(texts)


def _lines(cells: np.ndarray) -> list[bytes]:
    """Return the different texts of one field."""
    import numpy as np

    if not cells.size:
        return []
    whole = np.ascontiguousarray(cells).view(f"S{cells.shape[1]}").ravel()
    return [bytes(text).strip(b" \0") for text in np.unique(whole)]


def _decodes(texts: bytes, encoding: str) -> bool:
    """Tell whether every text decodes; a character cut at the end of a field is forgiven."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)
        for text in texts.split(b"\n"):
            decoder().decode(text, final=False)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _is_mojibake(texts: bytes, encoding: str) -> bool:
    """Tell accented Latin letters that are really Chinese: GB18030 turns them all into hanzi."""
    if not _is_single_byte(encoding) or not _decodes(texts, "GB18030"):
        return False
    foreign = [c for c in texts.decode("GB18030", "ignore") if not c.isascii()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in foreign)
    return chinese > _CHINESE_SHARE * len(foreign)


def _is_single_byte(encoding: str) -> bool:
    name = codecs.lookup(encoding).name
    return name.startswith(("iso8859", "cp125", "cp437", "cp850", "mac", "latin"))
