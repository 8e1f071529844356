"""What if there were one more facility, one fewer, another path, another home: only that anew.

Owns what a change can touch. The findings are those that a run on the changed tables would give.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.errors import SitingError
from siting.tables import FACILITIES, RESIDENTIAL, STREETS, DataReport, check_table

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.loaders.layer.load import Layers
    from siting.network.attach.snap import Attachment
    from siting.pipeline.gaps.analysis import Analysis
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule
    from siting.tables import TableSpec


def what_if(
    analysis: Analysis,
    *,
    add_facilities: gpd.GeoDataFrame | None = None,
    remove_facilities: Sequence[str] = (),
    add_streets: gpd.GeoDataFrame | None = None,
    add_homes: gpd.GeoDataFrame | None = None,
) -> Analysis:
    """Return the analysis as it would be after a change.

    Parameters
    ----------
    analysis
        As it is; it stays so.
    add_facilities, add_streets, add_homes
        Tables `FACILITIES`, `STREETS` and `RESIDENTIAL` in any system that PROJ knows; their rows
        follow the existing ones. Streets are taken as proposed: they give more ways out and take
        none away.
    remove_facilities
        Their `facility_id`; all services of a facility go.

    Returns
    -------
    Analysis
        With the findings and the summary of a full run on the changed tables. The data report has
        one note more, the manifest names the change.

    Raises
    ------
    SitingError
        Nothing to change; a facility that is not there, or an identifier that is there already.
    TableError
        Tables that break their contract.
    """
    layers = changed_layers(
        analysis.layers,
        add_facilities=add_facilities,
        remove_facilities=remove_facilities,
        add_streets=add_streets,
        add_homes=add_homes,
    )
    report = DataReport(list(analysis.report.notes))
    change = {
        "facilities_added": 0 if add_facilities is None else len(add_facilities),
        "facilities_removed": len(set(remove_facilities)),
        "streets_added": 0 if add_streets is None else len(add_streets),
        "homes_added": 0 if add_homes is None else len(add_homes),
    }
    made = ", ".join(
        f"{name.replace('_', ' ')}: {count}" for name, count in change.items() if count
    )
    report.add("project", "assumption", "what-if", f"what if: {made}.")
    if add_streets is None and add_homes is None:
        changed = _with_facilities(analysis, layers, report, set(remove_facilities))
    else:
        changed = _anew(analysis, layers, report)
    manifest = analysis.manifest | {"what_if": change}
    return dataclasses.replace(changed, report=report, manifest=manifest)


def changed_layers(
    layers: Layers,
    *,
    add_facilities: gpd.GeoDataFrame | None = None,
    remove_facilities: Sequence[str] = (),
    add_streets: gpd.GeoDataFrame | None = None,
    add_homes: gpd.GeoDataFrame | None = None,
) -> Layers:
    """Return the tables with rows added at their ends and facilities taken out; see `what_if`."""
    if not len(remove_facilities) and all(
        table is None or not len(table) for table in (add_facilities, add_streets, add_homes)
    ):
        raise SitingError(
            "nothing changes: name add_facilities, remove_facilities, add_streets or add_homes."
        )
    facilities = layers.facilities
    if len(remove_facilities):
        facilities = _without(facilities, remove_facilities)
    if add_facilities is not None:
        facilities = _with(facilities, add_facilities, FACILITIES, "facility_id")
    streets, homes = layers.streets, layers.residential
    if add_streets is not None:
        streets = _with(streets, add_streets.assign(added=True), STREETS, "street_id")
    if add_homes is not None:
        homes = _with(homes, add_homes, RESIDENTIAL, "home_id")
    return dataclasses.replace(layers, facilities=facilities, streets=streets, residential=homes)


def _without(facilities: gpd.GeoDataFrame, ids: Sequence[str]) -> gpd.GeoDataFrame:
    if isinstance(ids, str):
        raise SitingError(f"remove_facilities is the text '{ids}'; give a list of facility_id.")
    known = facilities["facility_id"]
    absent = [each for each in dict.fromkeys(map(str, ids)) if not (known == each).any()]
    if absent:
        near = difflib.get_close_matches(absent[0], known.astype(str).tolist(), n=3)
        hint = f" Near it are {near}." if near else ""
        raise SitingError(
            f"remove_facilities names {len(absent)} facilities that are not there, the first is "
            f"'{absent[0]}'.{hint}"
        )
    return facilities[~known.isin(list(map(str, ids)))].reset_index(drop=True)


def _with(
    table: gpd.GeoDataFrame, more: gpd.GeoDataFrame, spec: TableSpec, key: str
) -> gpd.GeoDataFrame:
    import pandas as pd

    if more.crs is None:
        raise SitingError(f"the added {spec.name} have no coordinate reference system; set_crs it.")
    placed = more if more.crs == table.crs else more.to_crs(table.crs)
    placed = placed if placed.geometry.name == "geometry" else placed.rename_geometry("geometry")
    check_table(placed, spec, subject=f"added {spec.name}")
    # Few come to many: what is there is looked up among them, not the other way round.
    there = table[key][table[key].isin(placed[key].tolist())]
    if len(there):
        twice = placed[key][placed[key].isin(there)]
        raise SitingError(
            f"added {spec.name}: {len(twice)} values of {key} are there already, the first is "
            f"'{twice.iloc[0]}'; give new ones."
        )
    joined: gpd.GeoDataFrame = pd.concat([table, placed], ignore_index=True)
    return joined


def _anew(analysis: Analysis, layers: Layers, report: DataReport) -> Analysis:
    """Build the city again: with other streets everybody may go another way."""
    from siting.pipeline.city import build_city
    from siting.rules.city.costs import CityCosts

    city = build_city(layers, analysis.project.parameters, report=report)
    costs = CityCosts(city)
    rules = [rule for rule, _ in _by_rule(analysis.blocks)]
    blocks = _evaluated(rules, city, costs, analysis)
    return _result(analysis, layers, city, costs, blocks, {})


def _with_facilities(
    analysis: Analysis, layers: Layers, report: DataReport, removed: set[str]
) -> Analysis:
    """Attach what came, move what stayed, and judge again what the change can touch."""
    from siting.pipeline.city import note_unattached
    from siting.rules.city.costs import CityCosts
    from siting.rules.city.evaluate import mark_governing

    was = analysis.city
    stayed = ~was.facilities["facility_id"].isin(removed).to_numpy()
    rows = np.where(stayed, np.cumsum(stayed) - 1, -1).astype(np.int32)
    city = _city_with_facilities(was, layers, stayed)
    if len(layers.facilities) > int(stayed.sum()):
        note_unattached(_only_new(city, int(stayed.sum())), report)
    known = analysis.costs if analysis.costs is not None else CityCosts(was)
    costs = known.changed(city, rows)
    types = set(was.facilities["facility_type"].astype(str)[~stayed])
    types |= set(layers.facilities["facility_type"].astype(str).iloc[int(stayed.sum()) :])
    touched = [
        rule for rule, own in _by_rule(analysis.blocks) if _is_touched(rule, own.values(), types)
    ]
    anew = {id(rule): own for rule, own in _by_rule(_evaluated(touched, city, costs, analysis))}
    kept: dict[int, int] = {}
    blocks: list[FindingBlock] = []
    for rule, own in _by_rule(analysis.blocks):
        if id(rule) in anew:
            blocks += anew[id(rule)].values()
        else:
            kept |= {len(blocks) + at: number for at, number in enumerate(own)}
            blocks += [_moved(block, rows) for block in own.values()]
    return _result(analysis, layers, city, costs, mark_governing(blocks), kept)


def _city_with_facilities(was: City, layers: Layers, stayed: NDArray[np.bool_]) -> City:
    from siting.pipeline.city import attached
    from siting.pipeline.in_areas import area_rows
    from siting.rules.city.costs import attachment_of

    count = int(stayed.sum())
    came = layers.facilities.iloc[count:].reset_index(drop=True)
    attachment = was.facility_attachment
    if was.network is not None and attachment is not None:
        attachment = attachment_of(attachment, np.flatnonzero(stayed))
        if len(came):
            added = attached(was.network, came, "facility_id", layers, was.parameters)
            attachment = _joined(attachment, added)
    areas = {level: rows[stayed] for level, rows in was.facility_area.items()}
    if len(came):
        more = area_rows(came.geometry, layers.areas)
        areas = {level: np.concatenate([rows, more[level]]) for level, rows in areas.items()}
    return dataclasses.replace(
        was, facilities=layers.facilities, facility_attachment=attachment, facility_area=areas
    )


def _joined(first: Attachment, second: Attachment) -> Attachment:
    from siting.network.attach.snap import Attachment

    return Attachment(
        np.concatenate([first.subject, second.subject + first.size]),
        np.concatenate([first.edge, second.edge]),
        np.concatenate([first.position, second.position]),
        np.concatenate([first.access_m, second.access_m]),
        first.size + second.size,
        np.concatenate([first.via, second.via]),
    )


def _only_new(city: City, count: int) -> City:
    """Return the city with the homes and facilities of which nothing was reported yet."""
    from siting.rules.city.costs import attachment_of

    assert city.facility_attachment is not None
    assert city.home_attachment is not None
    came = np.arange(count, len(city.facilities))
    return dataclasses.replace(
        city,
        homes=city.homes.iloc[:0],
        home_attachment=attachment_of(city.home_attachment, np.arange(0)),
        facilities=city.facilities.iloc[count:],
        facility_attachment=attachment_of(city.facility_attachment, came),
    )


def _by_rule(blocks: Sequence[FindingBlock]) -> list[tuple[Rule, dict[int, FindingBlock]]]:
    """Return the rules behind findings in their order, and the blocks of each by their number."""
    found: dict[int, tuple[Rule, dict[int, FindingBlock]]] = {}
    for number, block in enumerate(blocks):
        found.setdefault(id(block.rule), (block.rule, {}))[1][number] = block
    return list(found.values())


def _is_touched(rule: Rule, blocks: Iterable[FindingBlock], types: set[str]) -> bool:
    """Tell whether facilities of some types can change what a rule says.

    Findings on facilities and areas are few, and conditions may ask for any facility.
    """
    from siting.vocabulary.facility_types import load_facility_types

    asked = {*rule.facility_types, *load_facility_types().that_may_be(rule.facility_types)}
    return bool(asked & types) or any(block.subject_kind != "home" for block in blocks)


def _moved(block: FindingBlock, rows: NDArray[np.int32]) -> FindingBlock:
    """Let findings on homes name the nearest facility by its new row."""
    if (rows == np.arange(rows.size)).all():
        return block
    moved = np.append(rows, np.int32(-1))
    return dataclasses.replace(block, nearest=moved[block.nearest])


def _evaluated(
    rules: Sequence[Rule], city: City, costs: Any, before: Analysis
) -> tuple[FindingBlock, ...]:
    """Judge some rules together, measured in the same ways as before."""
    from siting.rules.city.evaluate import evaluate_city

    also = dict.fromkeys(block.measure for block in before.blocks if block.is_alternative)
    return evaluate_city(rules, city, costs=costs, also_report=tuple(also))


def _result(
    analysis: Analysis,
    layers: Layers,
    city: City,
    costs: Any,
    blocks: Sequence[FindingBlock],
    kept: dict[int, int],
) -> Analysis:
    """Put the parts together; figures of findings that are kept need not be added up again."""
    from siting.pipeline.demand.capacity import with_capacity
    from siting.pipeline.gaps.summary import updated_summary

    known = {number: analysis.summary["rules"][old] for number, old in kept.items()}
    summary = updated_summary(analysis.summary, blocks, city, known, language=analysis.language)
    after = dataclasses.replace(
        analysis, layers=layers, city=city, costs=costs, blocks=tuple(blocks), summary=summary
    )
    return with_capacity(after)
