"""Which column of a layer is which column of the table contract.

Owns the matching, and the messages about columns that are missing, ambiguous or misspelt. The
names that Chinese and English layers use, and the units in their headers, are data in
`siting.vocabulary`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import TYPE_CHECKING

from siting.did_you_mean import hint_question
from siting.errors import LoadError
from siting.loaders.layer.columns.cut_names import column_of, cut_names, note_cut_names
from siting.loaders.layer.columns.numbers import unit_factor
from siting.message import Message, Term, message
from siting.vocabulary.headers import Field, fields_of
from siting.vocabulary.labels import bare_label, split_unit
from siting.vocabulary.text import word_key
from siting.vocabulary.units import load_units

if TYPE_CHECKING:
    from siting.data_report import LayerReport


@dataclass(frozen=True, slots=True)
class Match:
    """A field found in a layer: the layer's column, and the factor of the unit in its header.

    The factor is NaN where the unit is not known: its numbers are unknown then.
    """

    column: str
    factor: float = 1.0
    unit: str = ""


RESIDENTIAL_FIELDS = fields_of("residential")
FACILITY_FIELDS = fields_of("facilities")
SITE_FIELDS = fields_of("sites")
AREA_FIELDS = fields_of("areas")
STREET_FIELDS = fields_of("streets")
ENTRANCE_FIELDS = fields_of("entrances")
LONGITUDE, LATITUDE = fields_of("coordinates")


def match_columns(
    headers: Sequence[str],
    fields: Sequence[Field],
    *,
    declared: Mapping[str, str | None] | None = None,
    aliases: Mapping[str, str] | None = None,
    report: LayerReport,
) -> dict[str, Match]:
    """Find the fields of a table among the columns of a layer.

    Parameters
    ----------
    headers
        Column names of the layer.
    fields
        What is looked for.
    declared
        Field -> column, as a person wrote it; it wins over what would be found. None for a
        column says: the layer has none, do not look.
    aliases
        Column -> the name that a geodatabase shows for it, which counts as its own.

    Returns
    -------
    dict
        Field -> match, for the fields that were found. No column is used for two fields unless
        it was declared so.

    Raises
    ------
    LoadError
        Declared fields or columns that do not exist (the nearest is named), a header with a unit
        of another quantity.

    Examples
    --------
    >>> from siting.data_report import DataReport
    >>> found = match_columns(
    ...     ["小区名称", "户数（户）", "建筑面积(万㎡)"],
    ...     RESIDENTIAL_FIELDS, report=DataReport().of("a.shp"),
    ... )
    >>> found["floor_area_m2"]
    Match(column='建筑面积(万㎡)', factor=10000.0, unit='万m2')
    """
    said = aliases or {}
    wanted = _declared_matches(headers, fields, declared or {}, said, report.subject)
    skip = {field for field, column in (declared or {}).items() if column is None}
    used = {match.column for match in wanted.values()}
    for field in fields:
        if field.name in wanted or field.name in skip:
            continue
        free = [header for header in headers if header not in used]
        match = _find(free, field, said, report.subject)
        if match is not None:
            wanted[field.name] = match
            used.add(match.column)
    missing = [field for field in fields if field.name not in wanted and field.name not in skip]
    cut = cut_names([header for header in headers if header not in used], fields, missing)
    wanted |= {name: Match(header) for name, (header, _) in cut.columns.items()}
    note_cut_names(cut, report)
    _note_matches(wanted, declared or {}, report)
    return wanted


def header_score(cells: Iterable[object], fields: Sequence[Field], exact: Sequence[str]) -> int:
    """Count the different cells of a row that are headers of these fields or these exact names.

    Examples
    --------
    >>> header_score(["名称", "经度", "纬度"], [LONGITUDE, LATITUDE], [])
    2
    """
    known = {word_key(name) for field in fields for name in field.headers}
    known |= set(map(word_key, exact))
    texts = {cell for cell in cells if isinstance(cell, str)}
    return sum(not known.isdisjoint(_keys(text, split_unit(text)[0])) for text in texts)


def require_columns(
    headers: Sequence[str],
    matches: Mapping[str, Match],
    required: Iterable[Field],
    *,
    subject: str,
) -> None:
    """Raise one error that names every required field a layer lacks.

    Raises
    ------
    LoadError
        With the columns the layer has, and the nearest of them.
    """
    missing = [field for field in required if field.name not in matches]
    if not missing:
        return
    names = [message("layer.quoted", name=field.name) for field in missing]
    hints = reduce(_joined, [_hint(headers, field) for field in missing])
    told = message(
        "layer.lacks_columns", subject=subject, count=len(missing), names=names, headers=headers,
        hints=hints,
    )  # fmt: skip
    raise LoadError(told)


def _joined(first: Message, second: Message) -> Message:
    return message("sentence.both", first=first, second=second)


def _hint(headers: Sequence[str], field: Field) -> Message:
    near = _nearest(headers, field.headers)
    example = near or message("layer.column_name")
    told = message("layer.nearest_to", name=field.name, near=near) if near else ""
    at_once = field in (LONGITUDE, LATITUDE)
    return message(
        "layer.write_key" if at_once else "layer.write_columns",
        near=told,
        name=field.name,
        example=example,
    )


def _nearest(headers: Sequence[str], names: Sequence[str]) -> str | None:
    best, best_score = None, 0.5
    for header in headers:
        plain = _key(header)
        score = max(SequenceMatcher(None, plain, _key(name)).ratio() for name in names)
        if score > best_score:
            best, best_score = header, score
    return best


def _key(header: str) -> str:
    return word_key(header)


def _keys(header: str, name: str) -> frozenset[str]:
    """Return the words that a header may mean: whole, without its unit, without its numbering."""
    return frozenset((word_key(header), word_key(name), word_key(bare_label(name)[0])))


def _find(
    headers: Sequence[str], field: Field, aliases: Mapping[str, str], subject: str
) -> Match | None:
    """Return the first header in the field's own order of preference."""
    written = [(header, header) for header in headers]
    written += [(header, aliases[header]) for header in headers if header in aliases]
    split = [(header, text, *split_unit(text)) for header, text in written]
    keys = [_keys(text, name) for _, text, name, _ in split]
    for name in map(word_key, field.headers):
        for (header, _, _, unit), words in zip(split, keys, strict=True):
            if name in words:
                return _with_unit(header, unit, field, subject)
    return None


def _with_unit(header: str, unit: str, field: Field, subject: str) -> Match:
    if not unit or field.quantity is None:
        return Match(header)
    factor = unit_factor(unit, field.quantity)
    if factor is None and field.quantity != "degrees" and load_units().unknown(unit):
        return Match(header, math.nan, unit)
    if factor is None:
        known = load_units().spellings[field.quantity]
        told = {"subject": subject, "header": header, "unit": unit, "field": field.name}
        raise LoadError(message("layer.column_unit", known=known, **told))
    return Match(header, factor, unit)


def _declared_matches(
    headers: Sequence[str],
    fields: Sequence[Field],
    declared: Mapping[str, str | None],
    aliases: Mapping[str, str],
    subject: str,
) -> dict[str, Match]:
    known = {field.name: field for field in fields}
    matches: dict[str, Match] = {}
    for name, column in declared.items():
        if name not in known:
            raise LoadError(_unknown_field(name, list(known), subject))
        if column is None:
            continue
        header = column_of(column, headers, aliases)
        if header is None:
            raise LoadError(_unknown_column(name, column, headers, subject))
        unit = split_unit(header)[1] or split_unit(aliases.get(header, ""))[1]
        matches[name] = _with_unit(header, unit, known[name], subject)
    return matches


def _unknown_field(name: str, known: Sequence[str], subject: str) -> Message:
    hint = hint_question(name, known)
    return message("layer.unknown_field", subject=subject, name=name, known=known, hint=hint)


def _unknown_column(name: str, column: str, headers: Sequence[str], subject: str) -> Message:
    near = _nearest(headers, [column])
    hint = message("layer.nearest", near=near) if near else ""
    told = {"subject": subject, "column": column, "name": name, "hint": hint}
    return message("layer.lacks_named_column", headers=headers, **told)


def _note_matches(
    matches: Mapping[str, Match], declared: Mapping[str, str | None], report: LayerReport
) -> None:
    found = {
        name: match
        for name, match in matches.items()
        if name not in declared and match.column != name
    }
    if found:
        told = message(
            "note.columns-recognised",
            columns=[_recognised(name, match) for name, match in found.items()],
        )
        details = {
            "columns": {
                # A factor that is not known stays open: NaN is no JSON.
                name: [match.column, None if math.isnan(match.factor) else match.factor]
                for name, match in found.items()
            }
        }
        report.add("info", "columns-recognised", told, count=len(found), details=details)


def _recognised(name: str, match: Match) -> Message:
    own, header = Term("column", name), match.column
    if math.isnan(match.factor):
        return message("note.column-of-no-unit", name=own, header=header, unit=match.unit)
    if match.factor != 1:
        return message("note.column-times", name=own, header=header, factor=match.factor)
    return message("note.column", name=own, header=header)
