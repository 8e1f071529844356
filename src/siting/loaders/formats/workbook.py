"""Reads an XLSX workbook as cells and nothing more: nothing in it runs, links or grows.

Owns the limits on hostile workbooks. Numbers are kept as the decimal text that the file stores; a
formula is never evaluated, its cached value is used and said to be one. Sheets are streamed, so a
merge over the whole sheet or a million empty cells costs nothing.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from posixpath import dirname, join, normpath
from typing import IO, TYPE_CHECKING, Any

from siting.errors import LoadError
from siting.rules.plan.finding import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_MEMBERS = 2_000
MAX_UNCOMPRESSED_BYTES = 32 * 1024 * 1024
# Real sheets compress ten to thirty times; only repetition made for the purpose reaches this.
MAX_RATIO = 250
MAX_CELLS = 300_000
MAX_ELEMENTS = 1_000_000
MAX_TEXT = 2_000
MAX_INDENT = 10

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PERCENT_FORMATS = frozenset((9, 10))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something.

    Parameters
    ----------
    row, column
        From 1.
    value
        Text or an exact number.
    raw
        The number as the file stores it, or the text.
    percent
        Shown with a percent sign, so that 0.35 reads 35 %.
    formula
        The value is what the program that wrote the file computed last.
    indent
        Steps that its alignment moves it to the right.
    """

    row: int
    column: int
    value: str | Decimal
    raw: str
    percent: bool = False
    formula: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class _Style:
    percent: bool = False
    indent: int = 0


@dataclass(slots=True)
class Sheet:
    """The visible cells of one sheet and its merged ranges (first row, column, last row, column).

    What is hidden is left out, since nobody who looks at the table sees it; a note says where.
    """

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    hidden: bool = False


def read_workbook(path: Path) -> list[Sheet]:
    """Read every visible and hidden sheet of a workbook, in the order of its tabs.

    Raises
    ------
    LoadError
        Not an XLSX, encrypted, an old XLS, damaged, or beyond the limits of this module.
    """
    _check_kind(path)
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException

    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path)
            return list(_sheets(archive, path))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as fault:
        raise LoadError(f"{path} is not a readable XLSX workbook: {fault}.") from None
    except DefusedXmlException:
        raise LoadError(
            f"{path} declares XML entities or a DTD, which no spreadsheet program writes; "
            "it is not read. Save it again from Excel or WPS."
        ) from None
    except (ParseError, KeyError, ValueError, IndexError) as fault:
        raise LoadError(f"{path} is a damaged XLSX workbook: {fault}.") from None


def cell_name(row: int, column: int) -> str:
    """Write a cell the way spreadsheets do.

    Examples
    --------
    >>> cell_name(7, 3), cell_name(1, 28)
    ('C7', 'AB1')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _check_kind(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as fault:
        raise LoadError(f"{path} cannot be read: {fault.strerror}.") from None
    if magic == _OLE_MAGIC:
        raise LoadError(
            f"{path} is an old XLS or an encrypted workbook; save it as XLSX without a password."
        )
    if not magic.startswith(b"PK"):
        raise LoadError(f"{path} is not an XLSX workbook; save the table as XLSX.")


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse a bomb by the sizes in the directory; zipfile never yields more than they say."""
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise LoadError(f"{path} has {len(members):,} parts; at most {MAX_MEMBERS:,} are read.")
    if size > MAX_UNCOMPRESSED_BYTES:
        raise LoadError(
            f"{path} unpacks to {size:,} bytes; at most {MAX_UNCOMPRESSED_BYTES:,} are read. "
            "Keep only the sheets with the indicator table."
        )
    if size > 1024 * 1024 and size > MAX_RATIO * max(packed, 1):
        raise LoadError(
            f"{path} unpacks to {size // max(packed, 1):,} times its size; at most {MAX_RATIO} "
            "times is read, since only a zip bomb needs more. Save it again from Excel or WPS."
        )


def _sheets(archive: zipfile.ZipFile, path: Path) -> Iterator[Sheet]:
    targets = _relations(archive, "xl/workbook.xml")
    texts = _shared_texts(archive)
    styles = _styles(archive)
    budget = MAX_CELLS
    for element in _elements(archive, "xl/workbook.xml", "sheet"):
        identity = next(value for key, value in element.attrib.items() if key.endswith("}id"))
        hidden = element.get("state", "visible") != "visible"
        sheet = Sheet(element.get("name", ""), hidden=hidden)
        with archive.open(targets[identity]) as file:
            _fill(sheet, file, texts, styles, budget)
        budget -= len(sheet.cells)
        if budget <= 0:
            raise LoadError(f"{path} has more than {MAX_CELLS:,} filled cells; keep the table.")
        yield sheet


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Return the parts that a part refers to inside the file; links to other files are dropped."""
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    found: dict[str, str] = {}
    for element in _elements(archive, rels, "Relationship"):
        if element.get("TargetMode") != "External":
            target = element.get("Target", "")
            inside = target[1:] if target.startswith("/") else join(dirname(part), target)
            found[element.get("Id", "")] = normpath(inside)
    return found


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(element) for element in _elements(archive, "xl/sharedStrings.xml", "si")]


def _styles(archive: zipfile.ZipFile) -> list[_Style]:
    """Return what each cell style says that matters for reading: a percent sign, an indent."""
    if "xl/styles.xml" not in archive.namelist():
        return []
    percent = set(_PERCENT_FORMATS)
    styles: list[_Style] = []
    for element in _elements(archive, "xl/styles.xml", "numFmt", "cellXfs"):
        if _local(element) == "numFmt":
            if "%" in element.get("formatCode", ""):
                percent.add(int(element.get("numFmtId", "0")))
        else:
            styles = [
                _Style(int(xf.get("numFmtId", "0")) in percent, _indent(xf)) for xf in element
            ]
    return styles


def _indent(style: Any) -> int:
    steps = (int(each.get("indent", "0")) for each in style if _local(each) == "alignment")
    return min(MAX_INDENT, max(0, next(steps, 0)))


def _fill(
    sheet: Sheet, file: IO[bytes], texts: list[str], styles: list[_Style], budget: int
) -> None:
    row = column = 0
    row_hidden, columns, unseen = False, [], []
    for event, element in _stream(file, ("c", "mergeCell", "col"), opened=("row",)):
        name = _local(element)
        if event == "start":
            row, column = int(element.get("r", row + 1)), 0
            row_hidden = _is_hidden(element)
        elif name == "mergeCell":
            sheet.merged.append(_range(element.get("ref", "")))
        elif name == "col":
            if _is_hidden(element):
                columns.append((int(element.get("min", "0")), int(element.get("max", "0"))))
        else:
            row, column = _position(element.get("r"), row, column + 1)
            cell = _cell(element, row, column, texts, styles, sheet)
            if cell is None:
                continue
            if row_hidden or any(first <= column <= last for first, last in columns):
                unseen.append(f"{sheet.name}!{cell_name(row, column)}")
                continue
            sheet.cells[row, column] = cell
            if len(sheet.cells) > budget:
                return
    if unseen:
        what = f"{len(unseen)} filled cells in hidden rows or columns are not read"
        sheet.notes.append(
            Text(
                f"隐藏行列中的 {len(unseen)} 个单元格未采用，第一个是 {unseen[0]}",
                f"{what}, the first is {unseen[0]}",
            )
        )


def _is_hidden(element: Any) -> bool:
    return str(element.get("hidden", "0")).lower() in ("1", "true")


def _cell(
    element: Any, row: int, column: int, texts: list[str], styles: list[_Style], sheet: Sheet
) -> Cell | None:
    parts = {_local(child): child for child in element}
    formula = "f" in parts
    kind = element.get("t", "n")
    if kind == "inlineStr":
        text = _text(parts["is"]) if "is" in parts else ""
    else:
        text = (parts["v"].text or "") if "v" in parts else ""
        text = texts[int(text)] if kind == "s" and text else text
    if not text.strip() or kind == "e":
        if formula or kind == "e":
            place = f"{sheet.name}!{cell_name(row, column)}"
            what = Text("的公式没有保存结果", "is a formula without a value")
            if kind == "e":
                what = Text(f"为错误值 {text[:20]}", f"holds the error {text[:20]}")
            zh, en = f"{place} {what.zh}，未采用", f"{place} {what.en}; it is not read"
            sheet.notes.append(Text(zh, en))
        return None
    text = text[:MAX_TEXT]
    number = int(element.get("s", "0"))
    style = styles[number] if 0 <= number < len(styles) else _Style()
    value: str | Decimal = text
    if kind == "n":
        value = _number(text)
    return Cell(row, column, value, text, style.percent and kind == "n", formula, style.indent)


def _number(text: str) -> Decimal:
    """Read a stored number; the shortest text of its double, since Excel stores 17 digits."""
    try:
        # 0.1 may be stored as 0.10000000000000001; repr gives back what was typed.
        value = Decimal(repr(float(text))) if len(text.lstrip("-0.")) > 15 else Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is stored as a number") from None
    if not value.is_finite():
        raise ValueError(f"{text[:40]!r} is stored as a number")
    return value


def _position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    if reference is None:
        return row, column
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(f"{reference[:40]!r} is no cell")
    letters, digits = found.groups()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(digits), number


def _range(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.partition(":")
    return (*_position(first, 0, 0), *_position(last or first, 0, 0))


def _text(element: Any) -> str:
    """Return the text of a plain or rich string, without the phonetic guide."""
    parts: list[str] = []
    for child in element:
        if _local(child) == "t":
            parts.append(child.text or "")
        elif _local(child) == "r":
            parts.extend(run.text or "" for run in child if _local(run) == "t")
    return "".join(parts)


def _elements(archive: zipfile.ZipFile, part: str, *names: str) -> Iterator[Any]:
    """Yield the finished elements of some names."""
    with archive.open(part) as file:
        for _, element in _stream(file, names):
            yield element


def _stream(
    file: IO[bytes], names: tuple[str, ...], *, opened: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield elements as they end (or open) and forget each, so that only one is in memory."""
    from defusedxml.ElementTree import iterparse

    parents: list[Any] = []
    kept = count = 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        name = _local(element)
        if event == "start":
            parents.append(element)
            kept += name in names
            count += 1
            if count > MAX_ELEMENTS:
                raise ValueError(f"a part has more than {MAX_ELEMENTS:,} XML elements")
            if name in opened:
                yield event, element
            continue
        parents.pop()
        kept -= name in names
        if name in names:
            yield event, element
        if parents and not kept:
            parents[-1].remove(element)


def _local(element: Any) -> str:
    """Return an element's name without its namespace: strict and transitional files differ."""
    return str(element.tag).rpartition("}")[2]
