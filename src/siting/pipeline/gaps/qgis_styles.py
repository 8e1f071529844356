"""Styles as QGIS keeps them inside a GeoPackage: QML texts in the table ``layer_styles``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

_CREATE = """
CREATE TABLE IF NOT EXISTS layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""
_INSERT = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault,
  description, owner)
VALUES ('', '', ?, ?, 'siting', ?, '', 1, 'siting', '')
"""
# GDAL lists a table of a GeoPackage only when its contents say so.
_CONTENTS = """
INSERT OR IGNORE INTO gpkg_contents (table_name, data_type,
  identifier, description)
VALUES ('layer_styles', 'attributes', 'layer_styles', '')
"""
_GEOMETRY = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
_SYMBOLS = {"point": "marker", "line": "line", "polygon": "fill"}
_CLASSES = {"point": "SimpleMarker", "line": "SimpleLine", "polygon": "SimpleFill"}


def plain_style(
    colour: str,
    *,
    kind: str,
    shape: str = "circle",
    size: float = 2.4,
    outline: str = "#ffffff",
) -> str:
    """Return the style of a layer in one colour.

    Parameters
    ----------
    colour, outline
        As ``#rrggbb``.
    kind
        ``point``, ``line`` or ``polygon``.
    shape, size
        Of points; size in millimetres.

    Examples
    --------
    >>> 'type="singleSymbol"' in plain_style("#1b9e77", kind="point")
    True
    """
    renderer = ET.Element("renderer-v2", type="singleSymbol")
    symbols = ET.SubElement(renderer, "symbols")
    _symbol(symbols, "0", colour, kind, shape=shape, size=size, outline=outline)
    return _document(renderer)


def categories(column: str, entries: Sequence[tuple[str, str, str]], *, kind: str) -> str:
    """Return the style of a layer coloured by the words of a column.

    Parameters
    ----------
    column
        Its name.
    entries
        Value, what the legend says, and colour.
    kind
        ``point``, ``line`` or ``polygon``.
    """
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr=_quoted(column))
    listed = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (value, label, colour) in enumerate(entries):
        ET.SubElement(
            listed, "category", value=value, type="string", label=label, symbol=str(number),
            render="true",
        )  # fmt: skip
        _symbol(symbols, str(number), colour, kind)
    return _document(renderer)


def graduated(column: str, edges: Sequence[float], colours: Sequence[str]) -> str:
    """Return the style of polygons coloured by classes of a share, 0 to 1.

    Parameters
    ----------
    column
        Its name.
    edges
        Ends of the classes, one more than ``colours``.
    colours
        As ``#rrggbb``.
    """
    renderer = ET.Element(
        "renderer-v2",
        type="graduatedSymbol",
        attr=_quoted(column),
        graduatedMethod="GraduatedColor",
    )
    listed = ET.SubElement(renderer, "ranges")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (low, high, colour) in enumerate(zip(edges, edges[1:], colours, strict=False)):
        label = f"{low:.0%} – {high:.0%}"
        ET.SubElement(
            listed, "range", lower=str(low), upper=str(high), label=label, symbol=str(number),
            render="true",
        )  # fmt: skip
        _symbol(symbols, str(number), colour, "polygon", outline="#8d8a99")
    return _document(renderer)


def write_styles(path: Path, styles: Iterable[tuple[str, str]]) -> None:
    """Write the styles of layers into a GeoPackage that holds them.

    Parameters
    ----------
    path
        The file.
    styles
        Name of a layer and its QML.
    """
    with closing(sqlite3.connect(path)) as book, book:
        book.execute(_CREATE)
        book.execute(_CONTENTS)
        for layer, style in styles:
            (column,) = book.execute(_GEOMETRY, (layer,)).fetchone()
            book.execute(_INSERT, (layer, column, style))


def _quoted(column: str) -> str:
    """Return a column as QGIS writes it in an expression; ours have colons in their names."""
    doubled = column.replace('"', '""')
    return f'"{doubled}"'


def _symbol(
    parent: ET.Element,
    name: str,
    colour: str,
    kind: str,
    *,
    shape: str = "circle",
    size: float = 2.0,
    outline: str = "#ffffff",
) -> None:
    symbol = ET.SubElement(parent, "symbol", type=_SYMBOLS[kind], name=name, alpha="1")
    layer = ET.SubElement(symbol, "layer", {"class": _CLASSES[kind], "enabled": "1", "pass": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in _properties(colour, kind, shape, size, outline).items():
        ET.SubElement(options, "Option", name=key, value=value, type="QString")


def _properties(colour: str, kind: str, shape: str, size: float, outline: str) -> dict[str, str]:
    thin = {"outline_color": _rgba(outline), "outline_width": "0.2", "outline_style": "solid"}
    if kind == "point":
        return {"color": _rgba(colour), "name": shape, "size": str(size), "size_unit": "MM", **thin}
    if kind == "line":
        return {"line_color": _rgba(colour), "line_width": "0.3", "line_style": "solid"}
    return {"color": _rgba(colour), "style": "solid", **thin}


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _document(renderer: ET.Element) -> str:
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    root.append(renderer)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )
