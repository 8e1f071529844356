"""What a workbook says outside its sheets: their names, the shared texts and the cell styles.

Owns the way from the zip file to the part of each sheet. Links to other files are dropped.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from siting.errors import WrongValueError
from siting.loaders.formats.xlsx.number_format import PLAIN, Shown, shown_by
from siting.loaders.formats.xlsx.parts import PartReader, read_part
from siting.message import message

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

MAX_INDENT = 10
_PERCENT_FORMATS = frozenset((9, 10))
# The built-in formats of dates and times; 27 to 36 and 50 to 58 are those of East Asia.
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
# What a format shows literally, its colours and conditions; [h] and [mm] are elapsed time.
_NO_FIELD = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]')


@dataclass(frozen=True, slots=True)
class Style:
    """What a cell style says that matters for reading.

    `shown` is what it writes around numbers; `struck` says that what stands in the cell is struck
    through, as people do who take it back.
    """

    percent: bool = False
    date: bool = False
    indent: int = 0
    shown: Shown = PLAIN
    struck: bool = False


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the workbook: its name, and the part of the zip file that holds its cells."""

    name: str
    part: str
    hidden: bool


class Package:
    """An open workbook.

    Parameters
    ----------
    archive
        The zip file, whose sizes were checked.
    most_elements
        XML elements that one part may have.
    """

    def __init__(self, archive: zipfile.ZipFile, *, most_elements: int) -> None:
        self.archive = archive
        self.most_elements = most_elements

    def read(self, part: str, reader: PartReader) -> None:
        """Read one part; see `read_part`. A part that is absent is a KeyError."""
        with self.archive.open(part) as stream:
            read_part(stream, reader, most_elements=self.most_elements)

    @cached_property
    def sheets(self) -> tuple[SheetPart, ...]:
        """The sheets in the order of their tabs, hidden ones too."""
        links, listed = _Links("xl/workbook.xml"), _Sheets()
        self.read("xl/_rels/workbook.xml.rels", links)
        self.read("xl/workbook.xml", listed)
        lost = [name for name, link, _ in listed.found if link not in links.parts]
        if lost:
            raise WrongValueError(message("workbook.sheet_without_part", names=lost))
        return tuple(
            SheetPart(name, links.parts[link], hidden) for name, link, hidden in listed.found
        )

    @cached_property
    def texts(self) -> list[str]:
        """The texts that cells share, without phonetic guides."""
        reader = _Texts()
        if "xl/sharedStrings.xml" in self.archive.namelist():
            self.read("xl/sharedStrings.xml", reader)
        return reader.texts

    @cached_property
    def styles(self) -> list[Style]:
        """The cell styles by their number."""
        reader = _Styles()
        if "xl/styles.xml" in self.archive.namelist():
            self.read("xl/styles.xml", reader)
        return reader.styles


class _Links(PartReader):
    """The parts that a part refers to inside the file."""

    def __init__(self, part: str) -> None:
        self._folder = dirname(part)
        self.parts: dict[str, str] = {}

    def opened(self, name: str, attributes: AttributesImpl) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            inside = target[1:] if target.startswith("/") else join(self._folder, target)
            self.parts[attributes.get("Id", "")] = normpath(inside)


class _Sheets(PartReader):
    def __init__(self) -> None:
        self.found: list[tuple[str, str, bool]] = []

    def opened(self, name: str, attributes: AttributesImpl) -> None:
        if name == "sheet":
            link = next(value for key, value in attributes.items() if key.endswith(":id"))
            hidden = attributes.get("state", "visible") != "visible"
            self.found.append((attributes.get("name", ""), link, hidden))


class _Texts(PartReader):
    """Plain and rich texts; the phonetic guide of Chinese and Japanese is no part of them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._runs: list[str] = []
        self._phonetic = False

    def opened(self, name: str, attributes: AttributesImpl) -> None:  # noqa: ARG002 - the base's
        if name == "rPh":
            self._phonetic = True

    def wants_text(self, name: str) -> bool:
        return name == "t" and not self._phonetic

    def closed(self, name: str, text: str) -> None:
        if name == "t":
            self._runs.append(text)
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.texts.append("".join(self._runs))
            self._runs.clear()


class _Styles(PartReader):
    def __init__(self) -> None:
        self.styles: list[Style] = []
        self._percent, self._date = set(_PERCENT_FORMATS), set(_DATE_FORMATS)
        self._shown: dict[int, Shown] = {}
        self._in_cells = self._in_fonts = False
        self._format, self._indent, self._font = 0, 0, 0
        self._fonts_struck: list[bool] = []

    def opened(self, name: str, attributes: AttributesImpl) -> None:
        if name == "numFmt":
            self._add_format(int(attributes.get("numFmtId", "0")), attributes.get("formatCode", ""))
        elif name == "fonts":
            self._in_fonts = True
        elif name == "font" and self._in_fonts:
            self._fonts_struck.append(False)
        elif name == "strike" and self._in_fonts and self._fonts_struck:
            self._fonts_struck[-1] = attributes.get("val", "1").lower() not in ("0", "false")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf":
            self._format, self._indent = int(attributes.get("numFmtId", "0")), 0
            self._font = int(attributes.get("fontId", "0"))
        elif name == "alignment":
            self._indent = min(MAX_INDENT, max(0, int(attributes.get("indent", "0"))))

    def closed(self, name: str, text: str) -> None:  # noqa: ARG002 - the base's
        if name == "cellXfs":
            self._in_cells = False
        elif name == "fonts":
            self._in_fonts = False
        elif name == "xf" and self._in_cells:
            shown = self._format
            kinds = (shown in self._percent, shown in self._date)
            around = PLAIN if kinds[1] else self._shown.get(shown, PLAIN)
            struck = 0 <= self._font < len(self._fonts_struck) and self._fonts_struck[self._font]
            self.styles.append(Style(*kinds, self._indent, around, struck))

    def _add_format(self, number: int, code: str) -> None:
        self._shown[number] = shown_by(code)
        for kinds, is_one in ((self._percent, "%" in code), (self._date, is_date_format(code))):
            if is_one:
                kinds.add(number)
            else:
                kinds.discard(number)


def is_date_format(code: str) -> bool:
    """Tell whether a number format shows a date or a time.

    Examples
    --------
    >>> is_date_format("yyyy-mm-dd"), is_date_format("[h]:mm"), is_date_format('0"人"')
    (True, True, False)
    >>> is_date_format("[Red]#,##0.00"), is_date_format("General"), is_date_format('0 "days"')
    (False, False, False)
    """
    if code.lower() == "general":
        return False
    first = _NO_FIELD.sub("", code.partition(";")[0]).lower()
    return any(letter in first for letter in "dmyhs")
