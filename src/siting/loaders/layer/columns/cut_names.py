r"""Column names that a Shapefile cut off, and the words that they began.

Owns what is left of a word after the cut. A dbf keeps ten bytes of a name: five Chinese characters
in GBK, three and a third in UTF-8, whose left-over byte `siting.loaders.formats.dbf` writes as
``\xe6``. The start of a word is no proof of the word, so that a name which may be two is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from siting.message import Term, message
from siting.vocabulary.headers import Field, load_headers
from siting.vocabulary.text import word_key

if TYPE_CHECKING:
    from siting.data_report import LayerReport

_KEPT_BYTES = 10
# What is left of a character that did not fit may be dropped.
_SHORTEST = {"utf-8": _KEPT_BYTES - 2, "gb18030": _KEPT_BYTES - 1}
_BYTE = re.compile(r"\\x([0-9a-f]{2})")
_REPEAT = re.compile(r"_\d{1,2}$")


class CutNames(NamedTuple):
    """Fields whose column has a cut name, and the columns whose name may be several words.

    Parameters
    ----------
    columns
        Field -> column and the word that it begins.
    unclear
        Column -> words that it may be, one for each meaning.
    """

    columns: dict[str, tuple[str, str]]
    unclear: dict[str, tuple[str, ...]]


def begins(header: str, word: str) -> bool:
    r"""Tell whether a column name is what a cut leaves of a word.

    Examples
    --------
    >>> begins(r"规划总\xe6", "规划总户数"), begins(r"规划总\xe6", "规划总建筑面积")
    (True, False)
    >>> begins("规划居住人", "规划居住人口"), begins("人口", "人口数")
    (True, False)
    """
    start, key = _start(header), word_key(word).encode()
    return bool(start) and key != start and key.startswith(start)


def _start(header: str) -> bytes:
    """Return the bytes that a cut left of a name; none where the name is not as long as a cut."""
    if header.isascii():
        return word_key(header).encode() if len(header) == _KEPT_BYTES else b""
    whole = _BYTE.sub("?", header)
    if not any(_SHORTEST[c] <= len(whole.encode(c)) <= _KEPT_BYTES for c in _SHORTEST):
        return b""
    left = bytes.fromhex("".join(_BYTE.findall(header)))
    return word_key(_BYTE.sub("", _REPEAT.sub("", header))).encode() + left


def cut_names(headers: Sequence[str], fields: Sequence[Field], free: Sequence[Field]) -> CutNames:
    r"""Find the fields of a layer among columns whose names were cut.

    Parameters
    ----------
    headers
        Columns that are no field by their whole name.
    fields, free
        The fields of the layer, and those of them that no column was found for.

    Returns
    -------
    CutNames
        A column stands for a field where it begins words of that field only, of all that layers
        and plans know, and no other column begins them.

    Examples
    --------
    >>> from siting.vocabulary.headers import fields_of
    >>> homes = fields_of("residential")
    >>> cut_names([r"规划总\xe6", r"规划总\xe5"], homes, homes).columns["households"]
    ('规划总\\xe6', '规划总户数')
    >>> cut_names(["规划总"], homes, homes).unclear
    {'规划总': ('规划总户数', '规划总建筑面积', '规划总用地面积')}
    """
    wanted = {field.name for field in free}
    meanings = {header: _meanings(header, fields) for header in headers}
    meanings = {header: each for header, each in meanings.items() if wanted & set(each)}
    claims: dict[str, list[str]] = {}
    for header, each in meanings.items():
        for name in each:
            claims.setdefault(name, []).append(header)
    sure = {
        name: (header, each[name])
        for header, each in meanings.items()
        for name in each
        if len(each) == 1 and len(claims[name]) == 1
    }
    taken = {header for header, _ in sure.values()}
    unclear = {h: tuple(each.values()) for h, each in meanings.items() if h not in taken}
    return CutNames(sure, unclear)


def _meanings(header: str, fields: Sequence[Field]) -> dict[str, str]:
    """Return what a cut name may mean: a field of the layer or a figure -> its first such word."""
    if not _start(header):
        return {}
    own = {word_key(word): field.name for field in fields for word in field.headers}
    found: dict[str, str] = {}
    for field in (*fields, *load_headers().figures.values()):
        for word in field.headers:
            if begins(header, word):
                found.setdefault(own.get(word_key(word), field.name), word)
    return found


def note_cut_names(found: CutNames, report: LayerReport) -> None:
    """Say which words cut names were taken for, and which names nobody can tell."""
    for name, (header, word) in found.columns.items():
        told = message("note.name-cut", header=header, word=word, name=Term("column", name))
        report.add("assumption", "name-cut", told, details={"header": header})
    for header, words in found.unclear.items():
        told = message("note.name-cut-unclear", header=header, words=words)
        report.add("warning", "name-cut-unclear", told, details={"header": header})


def column_of(
    written: str, headers: Sequence[str], aliases: Mapping[str, str] | None = None
) -> str | None:
    r"""Return the column that a person names: as it is, under its alias, or before it was cut.

    Examples
    --------
    >>> column_of("规划总户数", [r"规划总\xe6"]), column_of("户 数", ["hs", "户数"])
    ('规划总\\xe6', '户数')
    >>> column_of("户数", ["HS"], {"HS": "户数"}), column_of("户数", ["人口"])
    ('HS', None)
    """
    if written in headers:
        return written
    said = aliases or {}
    for keys in (word_key, lambda header: word_key(said.get(header, ""))):
        found = [header for header in headers if keys(header) == word_key(written)]
        if found:
            return found[-1]
    return _only(header for header in headers if begins(header, written))


def _only(found: Iterable[str]) -> str | None:
    first, *others = [*found, None]
    return first if len(others) == 1 else None
