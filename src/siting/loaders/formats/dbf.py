"""In which encoding the table of a Shapefile is written, and what its bytes say in it.

Owns the reading of a dbf's raw bytes for this one question: nothing in the file answers it
reliably, and a wrong answer turns every Chinese name into accented letters.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_string_dtype

from siting.errors import LoadError
from siting.loaders.formats.encodings import text_codec
from siting.message import message

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import LayerReport

# Enough records to tell the encodings apart.
_SNIFFED_BYTES = 8 * 1024 * 1024
# ArcGIS writes bare code page numbers, and 936 where it means GB18030.
_CODE_PAGES = {"936": "GB18030", "54936": "GB18030", "65001": "UTF-8", "950": "cp950"}
# The language byte of the header, where there is no .cpg.
_LANGUAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x13: "cp932",
    0x4D: "GB18030",
    0x4F: "cp950",
    0x57: "cp1252",
    0x78: "cp950",
    0x79: "cp949",
    0x7A: "GB18030",
    0x7B: "cp932",
    0xC9: "cp1251",
}
BYTE_BY_BYTE = "ISO-8859-1"
"""An encoding in which every byte is a character, for GDAL to pass on what it cannot decode."""
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_PAIRS = re.compile(rb"(?:[\xa1-\xfe]{2})+")
_CHINESE_SHARE = 0.8
# What writers put in place of the last bytes of a name that the cut has made one of two alike.
_REPEAT = re.compile(rb"_\d{1,2}$")


class _Text(NamedTuple):
    """A name or value; ``cut`` where it fills its field, so that its last character may be cut."""

    raw: bytes
    cut: bool


def gdal_encoding(encoding: str) -> str:
    """Return an encoding under the name that GDAL knows it by; Python spells some differently.

    Examples
    --------
    >>> gdal_encoding("latin-1"), gdal_encoding("gbk"), gdal_encoding("utf8")
    ('ISO-8859-1', 'GBK', 'UTF-8')
    """
    name = codecs.lookup(encoding).name.upper()
    return name.replace("ISO8859-", "ISO-8859-").replace("EUC_", "EUC-")


def dbf_encoding(path: Path, declared: str | None, *, report: LayerReport) -> str:
    """Return the encoding in which all names and texts of a Shapefile's table make sense.

    Parameters
    ----------
    path
        The ``.shp``.
    declared
        Believed if it decodes. Without it what the .cpg or the header says, UTF-8 and GB18030 are
        tried in this order; a one-byte encoding decodes anything, so it is set aside where the
        same bytes come in pairs as Chinese does.
    report
        Receives a note where the answer is not what the files say.

    Raises
    ------
    LoadError
        Texts that fit none of these; write the encoding.
    """
    texts = _texts(_table(path))
    if declared is not None:
        if not _decodes(texts, declared):
            told = {"subject": report.subject, "name": path.with_suffix(".dbf").name}
            raise LoadError(message("encoding.table_other", encoding=declared, **told))
        return declared
    stated = _stated(path)
    if all(text.raw.isascii() for text in texts):
        return "UTF-8"
    chosen = _choose(texts, stated)
    if chosen is None:
        name = path.with_suffix(".dbf").name
        raise LoadError(message("encoding.table_unknown", subject=report.subject, name=name))
    if stated is None or codecs.lookup(chosen) != codecs.lookup(stated):
        found = message("note.encoding-unsaid", encoding=chosen)
        if stated:
            found = message("note.encoding-other", stated=stated, encoding=chosen)
        report.add("repair", "encoding-detected", found, details={"encoding": chosen})
    return chosen


def decoded(frame: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    r"""Decode the names and texts of a Shapefile that was read as `BYTE_BY_BYTE`.

    A field keeps ten bytes of its name, which may end inside a character of UTF-8. The bytes that
    are left of it are written out (``规划总\\xe6``): they tell ``规划总户数`` from
    ``规划总建筑面积``. A text that ends inside a character loses what is left of it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> raw = "规划总户数".encode()[:10].decode(BYTE_BY_BYTE)
    >>> decoded(gpd.GeoDataFrame({raw: ["é".encode().decode(BYTE_BY_BYTE)]}), "UTF-8").to_dict()
    {'规划总\\xe6': {0: 'é'}}
    """
    codec = codecs.getincrementaldecoder(encoding)
    names = {
        name: str(name).encode(BYTE_BY_BYTE).decode(encoding, "backslashreplace")
        for name in frame.columns
    }
    for name in frame.columns:
        if is_string_dtype(frame[name].dtype):
            number, distinct = pd.factorize(frame[name])
            texts = [codec("replace").decode(text.encode(BYTE_BY_BYTE)) for text in distinct]
            cells = pd.Series([*texts, None], dtype=frame[name].dtype)
            frame[name] = cells.to_numpy()[number]
    return frame.rename(columns=names)


def _choose(texts: Sequence[_Text], stated: str | None) -> str | None:
    chinese = _decodes(texts, "GB18030") and _comes_in_pairs(texts)
    believed = stated is not None and _decodes(texts, stated)
    if believed and not (chinese and _is_one_byte(str(stated))):
        return stated
    if _decodes(texts, "UTF-8"):
        return "UTF-8"
    return "GB18030" if chinese else None


def _table(path: Path) -> Path:
    lower = path.with_suffix(".dbf")
    return lower if lower.exists() else path.with_suffix(".DBF")


def _stated(path: Path) -> str | None:
    """Return what the .cpg says, else the language byte; None where neither is a known codec."""
    for suffix in (".cpg", ".CPG"):
        beside = path.with_suffix(suffix)
        if beside.exists():
            name = beside.read_bytes().decode("ascii", "ignore").strip()
            return text_codec(_CODE_PAGES.get(name, name))
    with _table(path).open("rb") as stream:
        return _LANGUAGES.get(stream.read(32)[29])


def _texts(table: Path) -> list[_Text]:
    """Return field names and the different text values, trimmed of the padding."""
    with table.open("rb") as stream:
        _, header_bytes, width = struct.unpack("<IHH", stream.read(32)[4:12])
        fields = stream.read(max(header_bytes - 32, 0))
        body = np.frombuffer(stream.read(_SNIFFED_BYTES), dtype=np.uint8)
    wide = max(width, 1)
    rows = body[: len(body) // wide * wide].reshape(-1, wide)
    texts: list[_Text] = []
    start = 1
    for offset in range(0, len(fields) - 31, 32):
        name, kind, size = fields[offset : offset + 11], fields[offset + 11], fields[offset + 16]
        name = name.split(b"\0")[0]
        texts.append(_Text(_REPEAT.sub(b"", name), cut=len(name) >= 9))
        if kind == ord("C"):
            texts.extend(_values(rows[:, start : start + size]))
        start += size
    return texts


def _values(cells: np.ndarray) -> list[_Text]:
    """Return the different texts of one field."""
    if not cells.size:
        return []
    width = cells.shape[1]
    whole = np.ascontiguousarray(cells).view(f"S{width}").ravel()
    distinct = [bytes(text).rstrip(b" \0") for text in np.unique(whole)]
    # A character of GB18030 has at most four bytes, so a cut leaves at most three blank.
    return [_Text(text, cut=len(text) > width - 4) for text in distinct]


def _decodes(texts: Sequence[_Text], encoding: str) -> bool:
    """Tell whether every text decodes; a character cut at the end of a field is forgiven."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)
        for text in texts:
            decoder().decode(text.raw, final=not text.cut)
    except (UnicodeError, LookupError):
        return False
    return True


def _comes_in_pairs(texts: Sequence[_Text]) -> bool:
    """Tell hanzi, two high bytes each and seldom alone, from accented letters between others."""
    runs = [run for text in texts for run in _FOREIGN.findall(text.raw)]
    paired = sum(len(pair) for run in runs for pair in _PAIRS.findall(run))
    return paired > _CHINESE_SHARE * sum(map(len, runs))


def _is_one_byte(encoding: str) -> bool:
    name = codecs.lookup(encoding).name
    return name.startswith(("iso8859", "cp125", "cp437", "cp850", "mac", "latin"))
