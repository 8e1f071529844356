"""What a geodatabase says about its fields: the names it shows for them, and what codes mean.

Owns two lists that GDAL's readers pass over: aliases and domains of coded values. A FileGDB keeps
them in its table of items, a GeoPackage in ``gpkg_data_columns``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

import pyogrio
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

_COLUMNS = (
    "SELECT column_name, coalesce(nullif(title, ''), name), constraint_name "
    "FROM gpkg_data_columns WHERE table_name = ?"
)
_CODES = (
    "SELECT constraint_name, value, description FROM gpkg_data_column_constraints "
    "WHERE constraint_type = 'enum' AND description <> ''"
)


class FieldWords(NamedTuple):
    """Words for the fields of a layer.

    Parameters
    ----------
    aliases
        Field -> the name that a program shows for it, where it is another one.
    codes
        Field -> code, as text -> what it means.
    """

    aliases: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


def field_words(path: Path, layer: str) -> FieldWords:
    """Return what a FileGDB or GeoPackage says about the fields of a layer; of others nothing."""
    readers = {".gdb": _of_geodatabase, ".gpkg": _of_geopackage}
    read = readers.get(path.suffix.lower())
    if read is None:
        return FieldWords({}, {})
    fields, domains = read(path, layer)
    aliases = {name: alias for name, alias, _ in fields if alias and alias != name}
    codes = {name: domains[domain] for name, _, domain in fields if domain in domains}
    return FieldWords(aliases, codes)


_Fields = list[tuple[str, str, str]]
_Domains = dict[str, dict[str, str]]


def _of_geodatabase(path: Path, layer: str) -> tuple[_Fields, _Domains]:
    items = pyogrio.read_dataframe(
        path, layer="GDB_Items", columns=["Name", "Definition"], read_geometry=False
    )
    fields: _Fields = []
    domains: _Domains = {}
    for name, definition in items.dropna().itertuples(index=False):
        root = _parsed(definition)
        if root is None:
            continue
        if name == layer and (own := list(root.iter("GPFieldInfoEx"))):
            fields = [
                (_said(f, "Name"), _said(f, "AliasName"), _said(f, "DomainName")) for f in own
            ]
        codes = {_said(each, "Code"): _said(each, "Name") for each in root.iter("CodedValue")}
        if codes:
            domains[_said(root, "DomainName")] = codes
    return fields, domains


def _parsed(definition: str) -> Element | None:
    try:
        root: Element = ElementTree.fromstring(definition)
    except (ParseError, DefusedXmlException):
        return None
    return root


def _said(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _of_geopackage(path: Path, layer: str) -> tuple[_Fields, _Domains]:
    domains: _Domains = {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        try:
            rows = database.execute(_COLUMNS, [layer]).fetchall()
            for domain, code, meaning in database.execute(_CODES):
                domains.setdefault(domain, {})[str(code)] = str(meaning)
        except sqlite3.Error:
            # Most GeoPackages have no such tables.
            return [], {}
    return [(name, alias or "", domain or "") for name, alias, domain in rows], domains
