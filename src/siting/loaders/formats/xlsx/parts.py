"""One XML part of a workbook as a stream of elements, with the limits on hostile files.

Owns the parser: it is defusedxml's, so that a DTD or an entity ends the reading.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from xml.sax import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from siting.errors import WrongValueError
from siting.message import message

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

__all__ = [
    "DefusedXmlException",
    "EndOfInterest",
    "PartReader",
    "read_part",
]


class EndOfInterest(Exception):  # noqa: N818  no error: what was looked for has been read
    """Raised by a `PartReader` that needs no more of its part."""


class PartReader:
    """What is done with the elements of a part; names come without prefix.

    Strict and transitional files differ in their namespaces only, so none is looked at.
    """

    def opened(self, name: str, attributes: AttributesImpl) -> None:
        """Take note of an element that begins."""

    def closed(self, name: str, text: str) -> None:
        """Take note of an element that ends; `text` is what `wants_text` asked for."""

    def wants_text(self, name: str) -> bool:  # noqa: ARG002 - for those that override it
        """Tell whether the text of the element that has just begun is to be gathered."""
        return False


class _Handler(ContentHandler):
    """Counts elements, strips prefixes and gathers text for a `PartReader`."""

    def __init__(self, reader: PartReader, most_elements: int) -> None:
        super().__init__()
        self._opened, self._closed = reader.opened, reader.closed
        self._wants_text = reader.wants_text
        self._most_elements = most_elements
        self._count = 0
        self._gathering = ""
        self._text: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  SAX's name
        self._count += 1
        if self._count > self._most_elements:
            raise WrongValueError(message("workbook.most_elements", most=self._most_elements))
        if ":" in name:
            name = name.rpartition(":")[2]
        self._opened(name, attrs)
        if self._wants_text(name):
            self._gathering = name
            self._text.clear()

    def characters(self, content: str) -> None:
        if self._gathering:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802  SAX's name
        if ":" in name:
            name = name.rpartition(":")[2]
        text = ""
        if self._gathering == name:
            text = "".join(self._text)
            self._gathering = ""
        self._closed(name, text)


def read_part(stream: IO[bytes], reader: PartReader, *, most_elements: int) -> None:
    """Read a part until its end, or until the reader raises `EndOfInterest`.

    Raises
    ------
    DefusedXmlException
        A DTD or an entity is declared.
    SAXParseException
        The part is no well-formed XML.
    ValueError
        It has more than `most_elements` elements.
    """
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(_Handler(reader, most_elements))
    try:
        parser.parse(stream)
    except EndOfInterest:
        return
