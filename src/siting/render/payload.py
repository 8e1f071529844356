"""The model as what the page reads: a header of plain values, and packs of columns.

Homes are put along a space-filling curve first; every column over homes follows that order. The
page's ``model/read.js`` is the other half.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.render import encode
from siting.render.model import (
    Geometries,
    MapAreas,
    MapCitation,
    MapFacilities,
    MapHomes,
    MapModel,
    MapNote,
    MapRule,
    MapSites,
    MapText,
)
from siting.render.rollup import area_totals, covered_share, rule_totals
from siting.render.shapes import shape_columns

# Beyond this not every whole number is a float.
_WHOLE = 2.0**53


def build_payload(model: MapModel) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the header and the packs of a model.

    Returns
    -------
    header
        Values that JSON can hold; numbers that are not finite are None.
    packs
        name -> pack: ``ground``, ``homes``, ``texts`` and ``rule-0``, ``rule-1`` ...

    Raises
    ------
    TableError
        The model has faults; all of them are listed.
    """
    model.check()
    order = encode.spatial_order(model.homes.lon, model.homes.lat)
    packs = {
        "ground": _ground(model),
        "homes": _homes(model, order),
        "texts": encode.pack_texts(
            {
                "ids": [model.homes.ids[row] for row in order],
                "names": [model.homes.names[row] for row in order],
            }
        ),
    }
    rules = []
    for number, rule in enumerate(model.rules):
        described, packs[f"rule-{number}"] = _rule(model, rule, order)
        rules.append(described)
    return {**_heading(model), "rules": rules}, packs


def _heading(model: MapModel) -> dict[str, Any]:
    return {
        "title": asdict(model.title),
        "madeUp": model.made_up,
        "date": model.date,
        "versions": dict(model.versions),
        "notes": [_note(note) for note in model.notes],
        "attribution": list(model.attribution),
        "degree": encode.DEGREE,
        "homes": len(model.homes.lon),
        "facilityTypes": {code: asdict(name) for code, name in model.facility_types.items()},
        "facilities": _facilities(model.facilities),
        "sites": _sites(model.sites),
        "streetClasses": sorted(set(model.context.street_classes)),
        "areas": [_area_level(model, areas) for areas in model.areas],
    }


def _facilities(facilities: MapFacilities) -> dict[str, Any]:
    types = [[kind] if isinstance(kind, str) else list(kind) for kind in facilities.types]
    return {"ids": list(facilities.ids), "names": list(facilities.names), "types": types}


def _sites(sites: MapSites | None) -> dict[str, Any]:
    if sites is None:
        return {"ids": [], "names": [], "types": [], "notes": []}
    return {
        "ids": list(sites.ids),
        "names": list(sites.names),
        "types": list(sites.types),
        "notes": [asdict(note) for note in sites.notes],
    }


def _area_level(model: MapModel, areas: MapAreas) -> dict[str, Any]:
    return {
        "level": areas.level,
        "title": asdict(areas.title),
        "ids": list(areas.ids),
        "names": list(areas.names),
        "totals": [_listed(area_totals(model, rule, areas)) for rule in model.rules],
        "shares": [_listed(_shares(model, rule, areas)) for rule in model.rules],
    }


def _shares(model: MapModel, rule: MapRule, areas: MapAreas) -> NDArray[np.float64] | None:
    """Return the covered share of homes, households and people by area, float64 (a, 3).

    A fourth column is that of elderly people.
    """
    if areas.level in rule.covered_share:
        return np.asarray(rule.covered_share[areas.level], dtype=float)
    totals = area_totals(model, rule, areas)
    return None if totals is None else covered_share(totals)


def _ground(model: MapModel) -> dict[str, Any]:
    context, facilities = model.context, model.facilities
    columns = {
        "facility_x": encode.degree_codes(facilities.lon),
        "facility_y": encode.degree_codes(facilities.lat),
    }
    if model.sites is not None:
        columns["site_x"] = encode.degree_codes(model.sites.lon)
        columns["site_y"] = encode.degree_codes(model.sites.lat)
    if context.water is not None:
        columns |= shape_columns("water", context.water, thin=True)
    if context.streets is not None:
        columns |= shape_columns("street", context.streets, thin=True)
        columns["street_class"] = _class_codes(context.street_classes)
    for number, areas in enumerate(model.areas):
        columns |= shape_columns(f"area{number}", areas.geometry)
    return encode.pack(columns)


def _class_codes(classes: Sequence[str]) -> NDArray[np.int64]:
    codes = {name: code for code, name in enumerate(sorted(set(classes)))}
    return np.array([codes[name] for name in classes], dtype=np.int64)


def _homes(model: MapModel, order: NDArray[np.int64]) -> dict[str, Any]:
    homes = model.homes
    columns: dict[str, NDArray[Any]] = {
        "x": encode.degree_codes(homes.lon)[order],
        "y": encode.degree_codes(homes.lat)[order],
    }
    for name, values in _weights(homes).items():
        columns[name] = values[order]
    for number, areas in enumerate(model.areas):
        columns[f"area{number}"] = areas.home_area[order] + 1
    if homes.geometry is not None:
        columns |= shape_columns("shape", _ordered(homes.geometry, order))
    return encode.pack(columns, plain=("households", "population", "elderly"))


def _weights(homes: MapHomes) -> dict[str, NDArray[np.int64]]:
    columns = {
        "households": encode.weight_codes(homes.households),
        "population": encode.weight_codes(homes.population),
        "elderly": encode.weight_codes(homes.elderly),
    }
    return {name: values for name, values in columns.items() if values is not None}


def _ordered(geometry: Geometries, order: NDArray[np.int64]) -> Geometries:
    ordered: Geometries = np.asarray(geometry, dtype=object)[order]
    return ordered


def _rule(
    model: MapModel, rule: MapRule, order: NDArray[np.int64]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the header says of a rule, and its pack."""
    rows = order if rule.subject == "home" else np.arange(len(rule.verdict))
    required = np.asarray(rule.required, dtype=float)
    measured = np.asarray(rule.measured, dtype=float)
    codes, decimals, start = encode.measurement_codes(measured, required, rule.verdict == 1)
    columns: dict[str, NDArray[Any]] = {"verdict": rule.verdict[rows], "measured": codes[rows]}
    if rule.nearest is not None:
        columns["nearest"] = rule.nearest[rows] + 1
    described = _described(model, rule)
    described |= {"decimals": decimals, "start": start, "required": None}
    if required.ndim:
        nothing = np.zeros(required.shape, dtype=bool)
        limits, places, origin = encode.measurement_codes(required, np.nan, nothing)
        columns["required"] = limits[rows]
        described |= {"requiredDecimals": places, "requiredStart": origin}
    else:
        described["required"] = _number(float(required))
    if rule.counted is not None:
        columns["counted"] = rule.counted
    if rule.service_areas is not None:
        columns |= shape_columns("service", rule.service_areas, thin=True)
    return described, encode.pack(columns, plain=("verdict", "counted"))


def _described(model: MapModel, rule: MapRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": asdict(rule.title),
        "measure": rule.measure,
        "measureTitle": asdict(rule.measure_title),
        "unit": rule.unit,
        "sense": rule.sense,
        "strength": rule.strength,
        "key": rule.id + (f"@{rule.level}" if rule.level else ""),
        "citation": _citation(rule.citation),
        "facilityTypes": list(rule.facility_types),
        "subject": rule.subject,
        "level": rule.level,
        "compared": rule.compared,
        "totals": _listed(rule_totals(model, rule)),
        "unknownReasons": [[asdict(reason), count] for reason, count in rule.unknown_reasons],
    }


def _citation(citation: MapCitation) -> dict[str, Any]:
    return {
        **asdict(citation),
        "document": _both(citation.document),
        "clause": _both(citation.clause),
    }


def _note(note: MapNote) -> dict[str, Any]:
    return {**asdict(note), "layer": _both(note.layer), "message": _both(note.message)}


def _both(text: str | MapText) -> dict[str, str]:
    return asdict(MapText(text, text) if isinstance(text, str) else text)


def _listed(values: NDArray[np.float64] | None) -> Any:
    """Return an array as nested lists that JSON can hold."""
    if values is None:
        return None
    listed = values.astype(object)
    whole = (np.floor(values) == values) & (np.abs(values) < _WHOLE)
    listed[whole] = values[whole].astype(np.int64).astype(object)
    listed[~np.isfinite(values)] = None
    return listed.tolist()


def _number(value: float) -> float | int | None:
    """Return a number as JSON holds it best: whole ones without a point, none for NaN."""
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value
