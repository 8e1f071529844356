"""One stage of an analysis, timed in a process of its own; prints one line of JSON.

    python benchmarks/stages.py STAGE siting.yaml OUT

What a stage needs is made before the clock starts, except for `whole` and `to_findings`, which are
everything. These use what an earlier run kept of the city; `to_findings_anew` does not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Clock

_NOT_FINDINGS = (
    "homes.parquet", "areas.parquet", "gaps.geojson", "findings.gpkg", "findings.xlsx", "map.html",
)  # fmt: skip


def _layers(project: Path) -> Any:
    from siting.data_report import DataReport
    from siting.loaders.layer.load import load_layers
    from siting.loaders.project.read import read_project

    return load_layers(read_project(project), report=DataReport())


def _city(project: Path) -> Any:
    from siting.data_report import DataReport
    from siting.loaders.project.read import read_project
    from siting.pipeline.city import build_city

    return build_city(_layers(project), read_project(project).parameters, report=DataReport())


def read(project: Path, _out: Path) -> Clock:
    with Clock() as clock:
        _layers(project)
    return clock


def network(project: Path, _out: Path) -> Clock:
    from siting.network.graph import build_network

    layers = _layers(project)
    with Clock() as clock:
        build_network(layers.streets)
    return clock


def snap(project: Path, _out: Path) -> Clock:
    from siting.network.attach.snap import snap as snap_to
    from siting.network.graph import build_network

    layers = _layers(project)
    streets = build_network(layers.streets)
    with Clock() as clock:
        snap_to(streets, layers.residential.geometry, max_access_m=300)
    return clock


def rules(project: Path, _out: Path) -> Clock:
    from siting.rules.city.evaluate import evaluate_city

    city = _city(project)
    wanted = _rules(project)
    with Clock() as clock:
        evaluate_city(wanted, city)
    return clock


def _rules(project: Path) -> Any:
    import datetime as dt

    from siting.loaders.project.read import read_project
    from siting.rules.pack.find import find_packs, read_packs
    from siting.rules.pack.selection import select_rules

    given = read_project(project)
    packs = read_packs(find_packs(given.rules, given.folder))
    day = given.date or dt.datetime.now(dt.UTC).date()
    return select_rules(packs, date=day, jurisdiction=given.jurisdiction).rules


def write(project: Path, out: Path) -> Clock:
    return _write(project, out, with_map=False)


def write_map(project: Path, out: Path) -> Clock:
    return _write(project, out, with_map=True)


def _write(project: Path, out: Path, *, with_map: bool) -> Clock:
    from siting import analyze
    from siting.pipeline.gaps.outputs import write_analysis

    analysis = analyze(project)
    with Clock() as clock:
        write_analysis(analysis, out, leave_out=() if with_map else ("map.html",))
    return clock


def whole(project: Path, out: Path) -> Clock:
    return _whole(project, out, leave_out=("map.html",))


def to_findings(project: Path, out: Path) -> Clock:
    """Everything from the files to findings.parquet and summary.json, nothing else."""
    return _whole(project, out, leave_out=_NOT_FINDINGS)


def to_findings_anew(project: Path, out: Path) -> Clock:
    """The same with nothing kept from an earlier run."""
    return _whole(project, out, leave_out=_NOT_FINDINGS, cache=False)


def whole_with_map(project: Path, out: Path) -> Clock:
    return _whole(project, out, leave_out=())


def _whole(project: Path, out: Path, *, leave_out: tuple[str, ...], cache: bool = True) -> Clock:
    with Clock() as clock:
        from siting import analyze
        from siting.pipeline.gaps.outputs import write_analysis

        write_analysis(analyze(project, cache=cache), out, leave_out=leave_out)
    return clock


def what_if(project: Path, _out: Path) -> Clock:
    """Add one facility to a loaded city: every result anew."""
    from siting import analyze

    analysis = analyze(project)
    one = analysis.layers.facilities.iloc[[0]].copy()
    one["facility_id"] = "new"
    # The first call loads what is imported on use; a planner asks more than once.
    analysis.what_if(add_facilities=one)
    with Clock() as clock:
        analysis.what_if(add_facilities=one)
    return clock


def export(project: Path, out: Path) -> Clock:
    """Write what the peers are given: the same network, the same points."""
    city = _city(project)
    streets = city.network
    facilities = city.facility_attachment
    first = np.unique(facilities.subject, return_index=True)[1]
    place = facilities.position[first]
    edge = facilities.edge[first]
    node = np.where(place < 0.5, streets.edge_from[edge], streets.edge_to[edge])
    kinds, kind = np.unique(city.facilities["facility_type"].astype(str), return_inverse=True)
    geometry = city.homes.geometry
    np.savez(
        out,
        node_xy=streets.node_xy, edge_from=streets.edge_from, edge_to=streets.edge_to,
        edge_length_m=streets.edge_length_m, home_xy=np.column_stack([geometry.x, geometry.y]),
        facility_xy=city.facilities.geometry.get_coordinates().to_numpy(),
        facility_node=node, facility_kind=kind[facilities.subject[first]],
        facility_kind_all=kind, kinds=np.arange(len(kinds)),
    )  # fmt: skip
    return Clock().__enter__()


def _at_nodes(streets: Any, nodes: np.ndarray) -> Any:
    """Put subjects right on junctions, where the peers have them."""
    from siting.network.attach.attachment import Attachment

    touching = np.empty(streets.node_count, np.int32)
    touching[streets.edge_from] = np.arange(streets.edge_count)
    touching[streets.edge_to] = np.arange(streets.edge_count)
    edge = touching[nodes]
    place = np.where(streets.edge_from[edge] == nodes, 0.0, 1.0)
    size = nodes.size
    subject = np.arange(size, dtype=np.int32)
    return Attachment(subject, edge, place, np.zeros(size), size, np.ones(size, np.uint8))


def kernel(project: Path, out: Path) -> Clock:
    """Nearest facility of each type for every node: what the peers do too."""
    from siting.network.travel import closest_many, node_costs

    city = _city(project)
    streets = city.network
    data = np.load(out)
    kinds = data["facility_kind"]
    groups = [_at_nodes(streets, data["facility_node"][kinds == k]) for k in data["kinds"]]
    closest_many(streets, _at_nodes(streets, np.arange(10)), groups[:1])
    _ = streets.reversed_arcs
    with Clock() as clock:
        costs = [node_costs(streets, group)[0] for group in groups]
    np.save(out.with_name("siting-node-costs.npy"), np.array(costs))
    return clock


def pairs(project: Path, out: Path) -> Clock:
    """Every pair of a node and one of the commonest facilities within 1,000 m of it."""
    from siting.network.travel import travel_costs

    city = _city(project)
    streets = city.network
    data = np.load(out)
    kinds = data["facility_kind"]
    commonest = np.bincount(kinds).argmax()
    places = _at_nodes(streets, np.unique(data["facility_node"][kinds == commonest]))
    nodes = _at_nodes(streets, np.arange(streets.node_count))
    travel_costs(streets, _at_nodes(streets, np.arange(10)), places, cutoff=10)
    _ = streets.reversed_arcs
    with Clock() as clock:
        found = travel_costs(streets, nodes, places, cutoff=1000)
    np.save(out.with_name("siting-pairs.npy"), np.array([found.cost.size, found.cost.sum()]))
    return clock


def straight(project: Path, out: Path) -> Clock:
    from siting.coverage.closest import closest_straight_line

    layers = _layers(project)
    chosen = layers.facilities[layers.facilities["facility_type"] == "elder_care"]
    closest_straight_line(layers.residential.geometry.iloc[:10], chosen.geometry)
    with Clock() as clock:
        found = closest_straight_line(layers.residential.geometry, chosen.geometry)
    np.save(out.with_name("siting-straight.npy"), found.cost)
    return clock


def snap_access(project: Path, out: Path) -> Clock:
    from siting.network.attach.snap import snap as snap_to

    city = _city(project)
    with Clock() as clock:
        found = snap_to(city.network, city.homes.geometry, max_access_m=300)
    access = np.full(found.size, np.inf)
    access[found.subject] = found.access_m
    np.save(out.with_name("siting-access.npy"), access)
    return clock


STAGES: dict[str, Callable[[Path, Path], Clock]] = {
    each.__name__: each
    for each in (
        read,
        network,
        snap,
        rules,
        write,
        write_map,
        to_findings,
        to_findings_anew,
        whole,
        whole_with_map,
        what_if,
        export,
        kernel,
        pairs,
        straight,
        snap_access,
    )
}

if __name__ == "__main__":
    stage, where, target = sys.argv[1:4]
    measured = STAGES[stage](Path(where), Path(target))
    print(json.dumps({"wall": measured.wall, "cpu": measured.cpu}))
