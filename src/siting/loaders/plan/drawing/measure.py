"""The drawing of a plan: site, homes and facilities as layers, in one metric system.

Owns what only a plan's layers have: facilities with phase, floor level and entrance, whose
numbers stay exact. Reading and repairing of layers is that of every other layer.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from siting.crs import choose_metric_crs, lonlat_bounds, parse_crs, to_metric
from siting.errors import LoadError, WrongValueError
from siting.loaders.layer.contract import residential_table
from siting.loaders.layer.shapes import clean_shapes
from siting.loaders.plan.drawing.records import Drawing, Measured
from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.quantities import in_base_unit, measures, quantity_of
from siting.loaders.plan.table.words import key_of
from siting.message import Term, message
from siting.rules.facts import TYPED_UNITS
from siting.rules.plan.model import Evidence, Fact, PlannedFacility
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.headers import fields_of
from siting.vocabulary.text import fold, word_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    from siting.data_report import DataReport
    from siting.loaders.project.model import LayerFacilityType

_NUMBERS = ("floor_area_m2", "land_area_m2", "places", "beds", "classes")
_TRUE = frozenset(("true", "1", "1.0", "yes", "是", "有", "独立"))
_FALSE = frozenset(("false", "0", "0.0", "no", "否", "无"))


def measured(drawing: Drawing, *, crs: str | None, subject: str, report: DataReport) -> Measured:
    """Project the layers into one metric system and read the facilities.

    Parameters
    ----------
    drawing
        The layers as they were read.
    crs
        The system that the plan asks for; None: chosen by its place.
    subject
        How messages name the plan.
    report
        Where repairs are noted.

    Raises
    ------
    LoadError, CRSError, TableError
        Unusable geometry; unknown facility types (with the nearest known); numbers that are none.
    """
    present = [
        each for each in (drawing.site, drawing.homes, drawing.facilities) if each is not None
    ]
    if not present:
        return Measured()
    metric = parse_crs(crs, subject=subject).crs if crs else None
    metric = metric or choose_metric_crs(lonlat_bounds(present), subject=subject, report=report)
    site = homes = None
    if drawing.site is not None:
        name = drawing.subject("site")
        areas = clean_shapes(drawing.site, ("Polygon", "MultiPolygon"), report=report.of(name))
        site = to_metric(areas, metric, subject=name).geometry.union_all()
    if drawing.homes is not None:
        homes = residential_table(
            drawing.homes,
            metric,
            report=report.of(drawing.subject("buildings")),
            columns=drawing.home_columns,
            prefix="building",
        )
    return Measured(metric, site, homes, _facilities(drawing, metric))


def fact_of(value: object, quantity: str, evidence: Evidence, unit: str = "") -> Fact | None:
    """Read a number of a layer in the unit of a quantity; None where it is empty.

    Raises
    ------
    WrongValueError
        Text that is no number, a unit of something else, or less than nothing.
    """
    text = _text(value)
    if not text:
        return None
    read = quantity_of(text)
    if read is None:
        raise WrongValueError(message("feature.no_number", key=quantity, text=text))
    unit = read.unit or unit
    wanted = TYPED_UNITS[quantity]
    if unit and wanted not in measures(unit):
        want = Term("unit", wanted)
        told = message("feature.wrong_unit", key=quantity, text=text, unit=unit, wanted=want)
        raise WrongValueError(told)
    if read.number < 0:
        raise WrongValueError(message("feature.negative", key=quantity, text=text))
    number = in_base_unit(read.number, unit, wanted)
    if number is None:
        return None
    return Fact(number, wanted, (replace(evidence, text=text, unit=unit, label=quantity),))


def types_of(words: str, *, known: Mapping[str, Sequence[str]] | None = None) -> tuple[str, ...]:
    """Return the facility types that a code, several codes or a Chinese word name.

    Raises
    ------
    WrongValueError
        A word that names none, with the nearest known code.

    Examples
    --------
    >>> types_of("elder_care, canteen"), types_of("养老服务用房")
    (('elder_care', 'canteen'), ('elder_care',))
    """
    if known and words.strip() in known:
        return tuple(known[words.strip()])
    parts = [part for part in fold(words).replace(";", ",").replace("、", ",").split(",") if part]
    return tuple(map(_type_of, parts))


def _type_of(word: str) -> str:
    types = load_facility_types()
    code = types.code_of(word) or key_of(label_of(word).words).partition(".")[2]
    if code not in types:
        raise WrongValueError(message("value.no_facility_type", code=word, hint=types.hint(word)))
    return code


def _facilities(drawing: Drawing, crs: Any) -> tuple[PlannedFacility, ...]:
    if drawing.facilities is None:
        return ()
    frame = drawing.facilities
    file = drawing.file("facilities")
    columns = _columns(frame.columns, drawing)
    shapes = to_metric(frame, crs, subject=file).geometry
    records = frame.drop(columns="geometry").to_dict("records")
    found = []
    for row, (record, shape) in enumerate(zip(records, shapes, strict=True), start=1):
        identity = _said(record, columns, "id") or f"facility-{row}"
        at = Evidence(file, f"facilities[{identity}]", "", label=_said(record, columns, "name"))
        try:
            facility = _facility(record, columns, identity, at, drawing.facility_type)
        except WrongValueError as fault:
            told = {"file": file, "feature": identity, "fault": fault.message}
            raise LoadError(message("feature.wrong", **told)) from None
        geometry = None if shape is None or shape.is_empty else shape
        found.append(replace(facility, geometry=geometry))
    _check_unique(found, file)
    return tuple(found)


def _columns(headers: Iterable[object], drawing: Drawing) -> dict[str, tuple[str, str]]:
    """Return for each field the layer's column and the unit in its header."""
    labels = {str(header): label_of(str(header)) for header in headers}
    declared = dict(drawing.facility_columns or {})
    if drawing.facility_type is not None and drawing.facility_type.column:
        declared["facility_type"] = drawing.facility_type.column
    found: dict[str, tuple[str, str]] = {}
    keys = {header: word_key(label.words) for header, label in labels.items()}
    for name, words in ((each.name, each.headers) for each in fields_of("plan_facilities")):
        own = declared.get(name)
        matching = [h for word in words for h, key in keys.items() if key == word_key(word)]
        if own in labels:
            found[name] = (str(own), labels[str(own)].unit)
        elif matching and name not in declared:
            found[name] = (matching[0], labels[matching[0]].unit)
    return found


def _said(record: Mapping[str, object], columns: Mapping[str, tuple[str, str]], name: str) -> str:
    return _text(record.get(columns[name][0])) if name in columns else ""


def _facility(
    record: Mapping[str, object],
    columns: Mapping[str, tuple[str, str]],
    identity: str,
    evidence: Evidence,
    rule: LayerFacilityType | None,
) -> PlannedFacility:
    text = partial(_said, record, columns)
    words = rule.code if rule is not None and rule.code else text("facility_type")
    if not words:
        raise WrongValueError(message("feature.no_type"))
    numbers = {
        name: fact_of(record.get(columns[name][0]), name, evidence, columns[name][1])
        for name in _NUMBERS
        if name in columns
    }
    return PlannedFacility(
        identity,
        text("name"),
        types_of(words, known=rule.map if rule else None),
        **numbers,
        phase=text("phase"),
        floor_level=_level(text("floor_level")),
        own_entrance=_flag(text("own_entrance")),
        complex_id=text("complex"),
        evidence=evidence,
    )


def _check_unique(found: Sequence[PlannedFacility], file: str) -> None:
    names = [each.facility_id for each in found]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        count, first = len(repeated), repeated[0]
        raise LoadError(message("feature.ids_repeat", file=file, count=count, first=first))


def _level(text: str) -> int | None:
    if not text:
        return None
    plain = fold(text).upper().removesuffix("F").removesuffix("层").replace("B", "-")
    number = quantity_of(plain)
    if number is None or number.unit or number.number != number.number.to_integral_value():
        raise WrongValueError(message("feature.no_level", text=text))
    return int(number.number)


def _flag(text: str) -> bool | None:
    word = fold(text).lower()
    if not word:
        return None
    if word not in _TRUE | _FALSE:
        raise WrongValueError(message("feature.no_flag", text=text))
    return word in _TRUE


def _text(value: object) -> str:
    """Write a value of a layer, empty for every way of saying nothing."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    text = str(value).strip()
    return "" if text in ("<NA>", "NaT", "nan", "None") else text


def sum_of_homes(homes: gpd.GeoDataFrame, column: str, unit: str, file: str) -> Fact | None:
    """Add up a column of the homes, rounded once; None where it is absent or has gaps."""
    if column not in homes or not len(homes) or homes[column].isna().any():
        return None
    total = Decimal(repr(math.fsum(homes[column])))
    evidence = Evidence(file, "buildings", f"{total.normalize():f}", label=column)
    return Fact(total, unit, (evidence,), message("derived.buildings", count=len(homes)))
