"""What if there were one more facility, one fewer, another path, another home.

Owns what a change can touch: only that is judged again. The findings are those that a full run on
the changed tables would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from siting.data_report import DataReport
from siting.did_you_mean import hint_near
from siting.errors import SitingError
from siting.message import message
from siting.network.attach.rows import take_rows
from siting.pipeline.city import appended, build_city, note_unattached, with_facilities
from siting.pipeline.demand.capacity import with_capacity
from siting.pipeline.found import FoundT, ground_of
from siting.pipeline.gaps.summary import updated_summary
from siting.rules.city.costs import CityCosts
from siting.rules.city.evaluate import evaluate_city, mark_governing
from siting.tables import FACILITIES, RESIDENTIAL, STREETS, check_table
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.loaders.layer.load import Layers
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule
    from siting.tables import TableSpec


def what_if(
    found: FoundT,
    *,
    add_facilities: gpd.GeoDataFrame | None = None,
    remove_facilities: Sequence[str] = (),
    add_streets: gpd.GeoDataFrame | None = None,
    add_homes: gpd.GeoDataFrame | None = None,
) -> FoundT:
    """Return an analysis as it would be after a change.

    Parameters
    ----------
    found
        As it is; it stays so.
    add_facilities, add_streets, add_homes
        Tables `FACILITIES`, `STREETS` and `RESIDENTIAL` in any system that PROJ knows; their rows
        follow the existing ones. Streets are taken as proposed: they give more ways out and take
        none away.
    remove_facilities
        Their `facility_id`; all services of a facility go.

    Returns
    -------
    Found
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
        found.layers,
        add_facilities=add_facilities,
        remove_facilities=remove_facilities,
        add_streets=add_streets,
        add_homes=add_homes,
    )
    report = DataReport(list(found.report.notes))
    change = {
        "facilities_added": 0 if add_facilities is None else len(add_facilities),
        "facilities_removed": len(set(remove_facilities)),
        "streets_added": 0 if add_streets is None else len(add_streets),
        "homes_added": 0 if add_homes is None else len(add_homes),
    }
    made = [message(f"changed.{name}", count=count) for name, count in change.items() if count]
    report.add("project", "assumption", "what-if", message("note.what-if", changes=made))
    told = replace(found, report=report, manifest=found.manifest | {"what_if": change})
    if add_streets is None and add_homes is None:
        stay = _staying(found.city.facilities, remove_facilities)
        return changed_facilities(told, layers.facilities.iloc[int(stay.sum()) :], stay=stay)
    # With other streets everybody may go another way.
    city = build_city(layers, found.project.parameters, report=report)
    return judged_anew(replace(told, ground=ground_of(layers)), city)


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
        raise SitingError(message("changed.nothing"))
    facilities = layers.facilities
    if len(remove_facilities):
        _check_known(facilities, remove_facilities)
        facilities = facilities[_staying(facilities, remove_facilities)].reset_index(drop=True)
    if add_facilities is not None:
        facilities = _with(facilities, add_facilities, FACILITIES, "facility_id")
    streets, homes = layers.streets, layers.residential
    if add_streets is not None:
        streets = _with(streets, add_streets.assign(added=True), STREETS, "street_id")
    if add_homes is not None:
        homes = _with(homes, add_homes, RESIDENTIAL, "home_id")
    return replace(layers, facilities=facilities, streets=streets, residential=homes)


def _check_known(facilities: gpd.GeoDataFrame, ids: Sequence[str]) -> None:
    if isinstance(ids, str):
        raise SitingError(message("changed.no_list", ids=ids))
    known = facilities["facility_id"]
    absent = [each for each in dict.fromkeys(map(str, ids)) if not (known == each).any()]
    if absent:
        hint = hint_near(absent[0], known.astype(str).tolist())
        raise SitingError(message("changed.absent", count=len(absent), first=absent[0], hint=hint))


def _staying(facilities: gpd.GeoDataFrame, removed: Sequence[str]) -> NDArray[np.bool_]:
    """Return which facilities are not among those removed, bool (m,)."""
    stay: NDArray[np.bool_] = ~facilities["facility_id"].isin(list(map(str, removed))).to_numpy()
    return stay


def _with(
    table: gpd.GeoDataFrame, more: gpd.GeoDataFrame, spec: TableSpec, key: str
) -> gpd.GeoDataFrame:
    if more.crs is None:
        raise SitingError(message("changed.no_crs", table=spec.name))
    placed = more if more.crs == table.crs else more.to_crs(table.crs)
    placed = placed if placed.geometry.name == "geometry" else placed.rename_geometry("geometry")
    check_table(placed, spec, subject=f"added {spec.name}")
    # Few come to many: what is there is looked up among them, not the other way round.
    there = table[key][table[key].isin(placed[key].tolist())]
    if len(there):
        twice = placed[key][placed[key].isin(there)]
        taken = {"table": spec.name, "key": key, "first": str(twice.iloc[0])}
        raise SitingError(message("changed.taken", count=len(twice), **taken))
    return appended(table, placed)


def changed_facilities(found: FoundT, came: gpd.GeoDataFrame, *, stay: NDArray[np.bool_]) -> FoundT:
    """Return an analysis with other facilities: only what the change can touch is judged again.

    Parameters
    ----------
    came
        `FACILITIES` in the system of the analysis; may be empty.
    stay
        bool (m,): which facilities of the city stay.
    """
    was, count = found.city, int(stay.sum())
    rows = np.where(stay, np.cumsum(stay) - 1, -1).astype(np.int32)
    city = with_facilities(was, found.ground, came, stay=stay)
    report = DataReport(list(found.report.notes))
    if len(came):
        note_unattached(_only_new(city, count), report)
    known = found.costs if found.costs is not None else CityCosts(was)
    costs = known.changed(city, rows)
    types = {*was.facilities["facility_type"].astype(str)[~stay]}
    types |= {*came["facility_type"].astype(str)}
    touched = [
        rule for rule, own in _by_rule(found.blocks) if _is_touched(rule, own.values(), types)
    ]
    anew = {id(rule): own for rule, own in _by_rule(_evaluated(touched, city, costs, found.blocks))}
    kept: dict[int, int] = {}
    blocks: list[FindingBlock] = []
    for rule, own in _by_rule(found.blocks):
        if id(rule) in anew:
            blocks += anew[id(rule)].values()
        else:
            kept |= {len(blocks) + at: number for at, number in enumerate(own)}
            blocks += [_moved(block, rows) for block in own.values()]
    changed = replace(found, city=city, costs=costs, report=report)
    return _summed(changed, mark_governing(blocks), kept)


def judged_anew(found: FoundT, city: City) -> FoundT:
    """Return an analysis by the same rules of another city; nothing of the old findings is used.

    Parameters
    ----------
    found
        Its ground is that of the other city.
    """
    costs = CityCosts(city)
    rules = [rule for rule, _ in _by_rule(found.blocks)]
    blocks = _evaluated(rules, city, costs, found.blocks)
    return _summed(replace(found, city=city, costs=costs), blocks, {})


def _only_new(city: City, count: int) -> City:
    """Return the city with the homes and facilities of which nothing was reported yet."""
    assert city.facility_attachment is not None
    assert city.home_attachment is not None
    came = np.arange(count, len(city.facilities))
    return replace(
        city,
        homes=city.homes.iloc[:0],
        home_attachment=take_rows(city.home_attachment, np.arange(0)),
        facilities=city.facilities.iloc[count:],
        facility_attachment=take_rows(city.facility_attachment, came),
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
    asked = {*rule.facility_types, *load_facility_types().that_may_be(rule.facility_types)}
    return bool(asked & types) or any(block.subject_kind != "home" for block in blocks)


def _moved(block: FindingBlock, rows: NDArray[np.int32]) -> FindingBlock:
    """Let findings on homes name the nearest facility by its new row."""
    if (rows == np.arange(rows.size)).all():
        return block
    moved = np.append(rows, np.int32(-1))
    return replace(block, nearest=moved[block.nearest])


def _evaluated(
    rules: Sequence[Rule], city: City, costs: CityCosts, before: Sequence[FindingBlock]
) -> tuple[FindingBlock, ...]:
    """Judge some rules together, measured in the same ways as before."""
    also = dict.fromkeys(block.measure for block in before if block.is_alternative)
    return evaluate_city(rules, city, costs=costs, also_report=tuple(also))


def _summed(found: FoundT, blocks: Sequence[FindingBlock], kept: Mapping[int, int]) -> FoundT:
    """Put findings in place of those before; figures of those kept need not be added up again.

    Parameters
    ----------
    kept
        Number of a block -> the number that it had before, where it is the same.
    """
    known = {number: found.summary["rules"][old] for number, old in kept.items()}
    summary = updated_summary(
        found.summary, blocks, found.city, known, language=found.language, costs=found.costs
    )
    return with_capacity(replace(found, blocks=tuple(blocks), summary=summary))
