"""From layers to the city that rules look at: network, attachments, and who lives in which area.

Owns building a city, and the city with other facilities.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting.did_you_mean import hint_known
from siting.loaders.layer.people.raster import sample_elevation
from siting.message import Sayable, message
from siting.network.attach.rows import join_rows, take_rows
from siting.network.attach.snap import match_entrances
from siting.network.fragments import fragments, on_fragment
from siting.network.health import APART_M, FEWEST_HOMES
from siting.network.walking_time import walking_time
from siting.pipeline.found import Ground, ground_of
from siting.pipeline.in_areas import area_rows, representative_points
from siting.pipeline.kept.networks import Prepared
from siting.progress import Progress, silent
from siting.rules.city.model import City
from siting.vocabulary.levels import load_levels

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import DataReport, LayerReport
    from siting.loaders.layer.load import Layers
    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network
    from siting.network.health import NetworkHealth
    from siting.rules.pack.model import Rule
    from siting.rules.parameters import Parameters

_SLIVER_SHARE = 0.01
_SHOWN = ("main_share", "homes_on_main", "crossings", "dead_end_pairs", "apart_m")


def build_city(
    layers: Layers,
    parameters: Parameters,
    *,
    report: DataReport,
    prepared: Prepared | None = None,
    progress: Progress | None = None,
) -> City:
    """Put homes and facilities on the street network and into their areas.

    Parameters
    ----------
    layers
        The tables of a project in one metric CRS.
    parameters
        Of the analysis: the longest access leg, the walking speed.
    report
        Gets the fragments of the network, the subjects that are on none of its streets, and
        junctions without a height.
    prepared
        Where the network and the attachments are kept; left out, nothing is kept.
    progress
        Called with a label and a share from 0 to 1.

    Returns
    -------
    City
        With walking times on slopes where the project has heights.
    """
    kept = prepared or Prepared(None)
    city = placed_city(layers, parameters, report=report, prepared=kept, progress=progress)
    note_fragments(city, report)
    city = replace(city, health=note_health(city, kept, report))
    note_unattached(city, report)
    return city


def placed_city(
    layers: Layers,
    parameters: Parameters,
    *,
    report: DataReport,
    prepared: Prepared | None = None,
    progress: Progress | None = None,
) -> City:
    """Return `build_city` without the notes on who stands on no street or on a loose piece."""
    tell, kept = progress or silent, prepared or Prepared(None)
    ground = ground_of(layers)
    tell(message("progress.network"), 0.0)
    with ThreadPoolExecutor(1) as beside:
        # Streets are joined on one core; the areas of the homes are found on another meanwhile.
        home_area = beside.submit(kept.area_rows, layers.residential.geometry, layers.areas)
        network = kept.network(layers.streets)
    tell(message("progress.attaching"), 0.4)
    homes = attached(network, layers.residential, "home_id", ground, parameters, kept)
    facilities = attached(network, layers.facilities, "facility_id", ground, parameters, kept)
    tell(message("progress.slopes"), 0.9)
    return City(
        homes=layers.residential,
        facilities=layers.facilities,
        areas=layers.areas,
        home_area=home_area.result(),
        facility_area=area_rows(layers.facilities.geometry, layers.areas),
        network=network,
        home_attachment=homes,
        facility_attachment=facilities,
        time_network=_time_network(network, ground, parameters, report),
        parameters=parameters,
    )


def with_facilities(
    city: City,
    ground: Ground,
    came: gpd.GeoDataFrame,
    *,
    stay: NDArray[np.bool_] | None = None,
) -> City:
    """Return the city with other facilities: those that stay, and behind them those that come.

    Every change of facilities is made here: a what-if, the sites of a proposal, the services of a
    plan. So all of them are attached and sorted into areas as `build_city` does it.

    Parameters
    ----------
    city
        Homes and streets stay as they are.
    ground
        Of the city: barriers, and the gates through which facilities are reached.
    came
        `FACILITIES` in the system of the city; may be empty.
    stay
        bool (m,): which facilities of the city stay; None for all.
    """
    rows = np.arange(len(city.facilities)) if stay is None else np.flatnonzero(stay)
    attachment = city.facility_attachment
    if city.network is not None and attachment is not None:
        attachment = take_rows(attachment, rows)
        if len(came):  # else no street is to be sorted into cells
            added = attached(city.network, came, "facility_id", ground, city.parameters)
            attachment = join_rows(attachment, added)
    more = area_rows(came.geometry, city.areas)
    return replace(
        city,
        facilities=appended(city.facilities.iloc[rows], came),
        facility_attachment=attachment,
        facility_area={
            level: np.concatenate([known[rows], more[level]])
            for level, known in city.facility_area.items()
        },
    )


def appended(table: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return two tables of one kind as one, rows numbered from 0."""
    # Tables without rows, and columns without values, would change the type of the whole.
    unfilled = [name for name in more if name in table and more[name].isna().all()]
    filled = [each for each in (table, more.drop(columns=unfilled)) if len(each)] or [table]
    joined: gpd.GeoDataFrame = pd.concat(filled, ignore_index=True)
    return joined


def attached(
    network: Network,
    table: gpd.GeoDataFrame,
    id_column: str,
    ground: Ground,
    parameters: Parameters,
    prepared: Prepared | None = None,
) -> Attachment:
    """Attach homes, facilities or sites to the streets, through their known gates or as they lie.

    Parameters
    ----------
    id_column
        What the gates of the ground call the rows of the table.
    prepared
        Where attachments are kept; left out, nothing is kept.
    """
    gates = None
    if ground.entrances is not None:
        gates = match_entrances(ground.entrances, table[id_column])
    return (prepared or Prepared(None)).attachment(
        network,
        table.geometry,
        max_access_m=parameters.max_access_m,
        barriers=ground.barriers,
        entrances=gates,
    )


def _time_network(
    network: Network, ground: Ground, parameters: Parameters, report: DataReport
) -> Network | None:
    """Weight the streets by walking time where heights are known; else distance tells time."""
    if ground.elevation is None:
        return None
    heights = sample_elevation(ground.elevation, network.node_xy, ground.crs)
    flat = int(np.isnan(heights).sum())
    if flat:
        told = message("note.height-missing", count=flat, total=heights.size)
        name = f"elevation ({ground.elevation.name})"
        report.add(name, "warning", "height-missing", told, count=flat)
    return walking_time(network, parameters.walking_speed_m_per_min, heights)


def _shared_ground(areas: gpd.GeoDataFrame) -> Any:
    """Return the ground that more than a sliver of two areas share, or an empty shape."""
    shapes = areas.geometry.to_numpy()
    shapely.prepare(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    # Neighbours touch along a line; where it was digitised twice, slivers overlap without homes.
    apart = shapely.touches(shapes[one], shapes[other])
    shared = shapely.intersection(shapes[one[~apart]], shapes[other[~apart]])
    smaller = np.minimum(shapely.area(shapes[one[~apart]]), shapely.area(shapes[other[~apart]]))
    return shapely.union_all(shared[shapely.area(shared) > _SLIVER_SHARE * smaller])


def note_overlaps(layers: Layers, report: DataReport) -> None:
    """Report homes that lie in several areas of one level; each counts in the first alone."""
    points = representative_points(layers.residential.geometry)
    for level, areas in layers.areas.items():
        shared = _shared_ground(areas)
        if shared.is_empty:
            continue
        shapely.prepare(shared)
        twice = np.flatnonzero(shapely.intersects(shared, points))
        if twice.size:
            rows = layers.residential["home_id"].iloc[twice]
            told = message("note.area-overlap", count=len(rows), total=points.size, level=level)
            report.of(f"areas ({level})").add("warning", "area-overlap", told, rows=rows)


def note_levels(layers: Layers, rules: Iterable[Rule], report: DataReport) -> None:
    """Report levels of areas that neither the vocabulary nor a rule knows, often a slip."""
    known = load_levels()
    asked = {rule.applies_to.level for rule in rules}
    for level in layers.areas:
        if level not in known.titles and level not in asked:
            told = message("note.level-unknown", level=level, hint=hint_known(level, known.codes))
            report.of(f"areas ({level})").add(
                "warning", "level-unknown", told, count=len(layers.areas[level]),
                details={"level": level, "known": list(known.codes)},
            )  # fmt: skip


def note_unmatched_gates(layers: Layers, report: DataReport) -> None:
    """Report entrances whose `subject_id` is no home, facility or site."""
    if layers.entrances is None:
        return
    known = {*layers.residential["home_id"], *layers.facilities["facility_id"]}
    if layers.sites is not None:
        known |= {*layers.sites["site_id"]}
    named = layers.entrances["subject_id"]
    lost = named[~named.isin(known)]
    if len(lost):
        told = message(
            "note.gate-of-nobody", count=len(lost), total=len(named), first=str(lost.iloc[0])
        )
        report.of("entrances").add("warning", "gate-of-nobody", told, rows=lost)


def note_fragments(city: City, report: DataReport) -> None:
    """Report pieces of the network that hang together with nothing, and what stands on them."""
    assert city.network is not None
    loose = fragments(city.network)
    if loose.empty:
        return
    for name, ids, attachment in _subjects(city):
        stranded = np.flatnonzero(on_fragment(city.network, attachment))
        if stranded.size:
            told = message("note.on-fragment", count=stranded.size, total=len(ids))
            report.of(name).add("warning", "on-fragment", told, rows=ids.iloc[stranded])
    where = (f"({x:.0f}, {y:.0f})" for x, y in zip(loose["x"], loose["y"], strict=True))
    report.add(
        "streets",
        "warning",
        "network-fragments",
        message("note.network-fragments", count=len(loose), length=float(loose["length_m"].sum())),
        count=len(loose),
        examples=where,
    )


def _ratio(value: float) -> str:
    """Write a detour; a dash where no two homes are far enough apart, or none is reached."""
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _walks(health: NetworkHealth) -> Sayable:
    """Say how long walks are beside the straight line; nothing where homes are too few to tell."""
    median, high = health.median_detour, health.high_detour
    if health.homes < FEWEST_HOMES or np.isnan(median):
        return ""
    if np.isinf(median):
        return message("note.health-no-walks")
    told = {"median": _ratio(median), "high": _ratio(high)}
    return message("note.health-some-walks" if np.isinf(high) else "note.health-walks", **told)


def home_places(city: City) -> NDArray[np.float64]:
    """Return a place for every home, float64 (n, 2); NaN for one without a shape."""
    places = city.homes.geometry.to_numpy()
    if not (shapely.get_type_id(places) == shapely.GeometryType.POINT).all():
        places = shapely.centroid(places)
    return np.column_stack([shapely.get_x(places), shapely.get_y(places)])


def note_health(city: City, prepared: Prepared, report: DataReport) -> NetworkHealth:
    """Report and return the figures that show whether the streets hang together as streets do."""
    assert city.network is not None
    assert city.home_attachment is not None
    health = prepared.health(city.network, city.home_attachment, home_places(city))
    told = {
        "main_share": f"{health.main_share:.1%}",
        "homes_on_main": f"{health.homes_on_main:.1%}",
        "pieces": health.pieces,
        "crossings": f"{len(health.crossings):,}",
        "dead_end_pairs": f"{len(health.dead_end_pairs):,}",
        "dead_ends": health.dead_ends,
        "apart_m": f"{APART_M:g}",
        "median_detour": _ratio(health.median_detour),
        "high_detour": _ratio(health.high_detour),
    }
    shown = {name: str(told[name]) for name in _SHOWN}
    ends = message("note.links-missing") if health.looks_broken else message("mark.stop")
    report.add(
        "streets",
        "warning" if health.looks_broken else "info",
        "network-health",
        message("note.network-health", walks=_walks(health), ends=ends, **shown),
        count=len(health.crossings) + len(health.dead_end_pairs),
        examples=(f"({x:.0f}, {y:.0f})" for x, y in [*health.crossings, *health.dead_end_pairs]),
        details=told,
    )
    return health


def note_unattached(city: City, report: DataReport) -> None:
    """Report homes and facilities without a street within the longest access leg."""
    for name, ids, attachment in _subjects(city):
        layer, far = report.of(name), np.flatnonzero(~attachment.attached)
        if far.size:
            limit = city.parameters.max_access_m
            told = message("note.no-street-near", count=far.size, total=len(ids), limit=limit)
            details = {"max_access_m": f"{limit:g}"}
            layer.add("warning", "no-street-near", told, rows=ids.iloc[far], details=details)
        _note_enclosed(city, ids, attachment, layer)


def _note_enclosed(city: City, ids: Any, attachment: Attachment, report: LayerReport) -> None:
    """Report who has nothing within reach but a bridge deck or a tunnel."""
    assert city.network is not None
    rows = np.unique(attachment.subject[city.network.enclosed[attachment.edge]])
    if rows.size:
        told = message("note.only-enclosed-near", count=rows.size, total=len(ids))
        report.add("assumption", "only-enclosed-near", told, rows=ids.iloc[rows])


def _subjects(city: City) -> list[tuple[str, Any, Attachment]]:
    """Return what stands on streets: name of the table, identifiers, attachment."""
    assert city.home_attachment is not None
    assert city.facility_attachment is not None
    return [
        ("residential", city.homes["home_id"], city.home_attachment),
        ("facilities", city.facilities["facility_id"], city.facility_attachment),
    ]
