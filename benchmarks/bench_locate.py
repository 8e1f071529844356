"""Siting at the sizes that are promised: time, memory, value, bound and gap of each case.

    python benchmarks/bench_locate.py            # every case, then writes benchmarks/locate.md
    python benchmarks/bench_locate.py --list
    python benchmarks/bench_locate.py mclp-20k   # cases that begin so; prints, writes nothing
    python benchmarks/bench_locate.py --no-peers mclp

Every row is a process of its own; seconds are those of building and solving, memory is the peak of
that process, its instance included. Values are recounted here from the opened sites and the
coordinates alone, and rows on the same instance must not contradict one another.

spopt and OR-tools are no dependencies: they run in the environment of `requirements.txt`, made on
first use in `.bench/peers`, or with the Python that SITING_BENCH_PEERS names.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import math
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from measuring import Clock, machine

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SEED = 20191
VERSIONS = ("highspy", "numpy", "scipy", "spopt", "pulp", "ortools")
INTRODUCTION = """\
{day}, {machine}. One run of each row, in a process of its own; seconds are those of building and
solving the instance, memory is the peak of the process with it. Instances are random (seed
{seed}): points and sites uniform on a unit square, 1 to 199 people at a point. `value` is counted
again by the benchmark from the opened sites and the coordinates; `bound` is what the solver claims
that nothing exceeds (for p-median: undercuts). A row is marked **contradicted** if another one on
the same instance is better than its bound. siting {siting}, {versions}.
"""


@dataclass(frozen=True)
class Case:
    """One row: an instance, who solves it, and how long that may take."""

    name: str
    who: str
    title: str
    run: Callable[[], dict[str, Any]]
    peer: bool = False
    timeout_s: float = 600.0
    target: str = ""


@dataclass
class Row:
    """What a case gave, or why it gave nothing."""

    case: Case
    found: dict[str, Any] = field(default_factory=dict)
    failed: str = ""


def peak_mib() -> float:
    """Return the peak memory of this process; NaN where the system does not tell it.

    That of getrusage would begin with the peak of the parent.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


# Instances


@dataclass(frozen=True)
class Town:
    """People and sites on a unit square, and the pairs within a radius."""

    xy: np.ndarray
    sites: np.ndarray
    people: np.ndarray
    radius: float
    pairs: SimpleNamespace

    def covered(self, opened: np.ndarray) -> float:
        """Count people within the radius of the opened sites, from the coordinates alone."""
        from scipy.spatial import cKDTree

        if not len(opened):
            return 0.0
        distance = cKDTree(self.sites[opened]).query(self.xy)[0]
        return float(self.people[distance <= self.radius].sum())


def town(n_demand: int, n_sites: int, radius: float) -> Town:
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(SEED)
    xy, sites = rng.random((n_demand, 2)), rng.random((n_sites, 2))
    near = cKDTree(xy).query_ball_point(sites, radius, return_sorted=True)
    to_index = np.repeat(np.arange(n_sites, dtype=np.int32), [len(rows) for rows in near])
    from_index = np.concatenate([np.asarray(rows, np.int32) for rows in near])
    cost = np.hypot(*(xy[from_index] - sites[to_index]).T)
    order = np.lexsort((to_index, from_index))
    pairs = SimpleNamespace(
        from_index=from_index[order], to_index=to_index[order], cost=cost[order]
    )
    return Town(xy, sites, rng.integers(1, 200, n_demand).astype(float), radius, pairs)


def median_distances() -> np.ndarray:
    """Return whole distances among 900 points; every point has one person and is a site."""
    xy = np.random.default_rng(SEED).random((900, 2)) * 1000
    return np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)))


def rooms(people: np.ndarray, count: int) -> np.ndarray:
    """Return capacities that are about everybody's number together, some full and some not."""
    draw = np.random.default_rng(SEED).integers(50, 250, count)
    return np.floor(draw * people.sum() / count / 160)


# Siting


def told(clock: Clock, value: float, **more: Any) -> dict[str, Any]:
    found = {"wall": clock.wall, "cpu": clock.cpu, "value": value, **more}
    return {name: _plain(each) for name, each in found.items()}


def _plain(value: Any) -> Any:
    number = isinstance(value, float | np.floating)
    return (float(value) if math.isfinite(value) else None) if number else value


def mclp(
    n_demand: int, n_sites: int, p: int, radius: float, *, gap: float, seconds: float
) -> dict[str, Any]:
    from siting.locate import Limits, build_problem, solve_mclp

    small = town(2_000, 100, 0.1)
    solve_mclp(build_problem(small.pairs, small.people, n_sites=100), p=10)  # compiles
    del small
    given = town(n_demand, n_sites, radius)
    with Clock() as clock:
        problem = build_problem(given.pairs, given.people, n_sites=n_sites, cutoff=radius)
        plan = solve_mclp(problem, p=p, limits=Limits(seconds, gap))
    assert plan.opened.size <= p
    return told(
        clock, given.covered(plan.opened), status=plan.status.value, bound=plan.bound, sense="max",
        said=plan.objective, note=f"{given.pairs.cost.size:,} pairs",
    )  # fmt: skip


def median(p: int) -> dict[str, Any]:
    from siting.locate import Limits, build_problem, solve_p_median

    distance = median_distances()
    source, target = np.indices(distance.shape).reshape(2, -1)
    table = SimpleNamespace(from_index=source, to_index=target, cost=distance.ravel())
    with Clock() as clock:
        problem = build_problem(table, np.ones(900), n_sites=900)
    solve_p_median(problem, 3, limits=Limits(0.5))  # compiles
    with Clock() as solving:
        plan = solve_p_median(problem, p, limits=Limits(120.0))
    assert plan.opened.size <= p
    solving.wall, solving.cpu = solving.wall + clock.wall, solving.cpu + clock.cpu
    value = distance[:, plan.opened].min(axis=1).sum()
    return told(
        solving, value, status=plan.status.value, bound=plan.bound, sense="min",
        said=plan.objective,
    )  # fmt: skip


def assignment_siting() -> dict[str, Any]:
    from siting.coverage.assignment import assignment

    given = town(100_000, 1_000, 0.08)
    capacity = rooms(given.people, 1_000)
    assignment(town(100, 5, 0.5).pairs, np.ones(100), np.ones(5))  # compiles
    with Clock() as clock:
        best = assignment(given.pairs, given.people, capacity)
    value = _flow_value(given, capacity, best.pair_flow)
    return told(
        clock, value, status="optimal", bound=best.limit_total, sense="max", said=best.total,
        note=f"{given.pairs.cost.size:,} pairs",
    )  # fmt: skip


def _flow_value(given: Town, capacity: np.ndarray, flow: np.ndarray) -> float:
    """Sum what is served after checking every home, facility and pair."""
    pairs = given.pairs
    assert (flow >= 0).all()
    assert (np.bincount(pairs.from_index, flow, given.people.size) <= given.people).all()
    assert (np.bincount(pairs.to_index, flow, capacity.size) <= capacity).all()
    apart = np.hypot(*(given.xy[pairs.from_index] - given.sites[pairs.to_index]).T)
    assert (apart[flow > 0] <= given.radius).all()
    return float(flow.sum())


# Others


def mclp_highs(n_demand: int, n_sites: int, p: int, radius: float, *, seconds: float) -> Any:
    """The plain model in HiGHS, demand with the same sites merged, columns passed as arrays."""
    import highspy

    given = town(n_demand, n_sites, radius)
    with Clock() as clock:
        offset = np.concatenate(
            [[0], np.cumsum(np.bincount(given.pairs.from_index, None, n_demand))]
        )
        sets: dict[bytes, int] = {}
        group = np.empty(n_demand, np.int64)
        for row in range(n_demand):
            key = given.pairs.to_index[offset[row] : offset[row + 1]].tobytes()
            group[row] = sets.setdefault(key, len(sets))
        covers = [np.frombuffer(key, np.int32) for key in sets]
        weight = np.bincount(group, given.people, len(sets))
        opened, bound, status = _highs_cover(highspy, covers, weight, n_sites, p, seconds)
    return told(
        clock, given.covered(opened), status=status, bound=bound, sense="max",
        note=f"{len(sets):,} cover sets",
    )  # fmt: skip


def _highs_cover(
    highspy: Any, covers: list[np.ndarray], weight: np.ndarray, m: int, p: int, seconds: float
) -> tuple[np.ndarray, float, str]:
    """Maximise sum w z subject to z_i <= sum y_j and sum y <= p, y binary, z in [0, 1]."""
    k = len(covers)
    sizes = np.array([each.size for each in covers])
    rows = np.repeat(np.arange(k), sizes + 1)
    columns = np.concatenate([np.append(each, m + i) for i, each in enumerate(covers)])
    values = np.where(columns >= m, -1.0, 1.0)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = m + k, k + 1
    model.col_cost_ = np.concatenate([np.zeros(m), weight])
    model.col_lower_, model.col_upper_ = np.zeros(m + k), np.ones(m + k)
    model.row_lower_ = np.append(np.zeros(k), -np.inf)
    model.row_upper_ = np.append(np.full(k, np.inf), float(p))
    model.sense_ = highspy.ObjSense.kMaximize
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.append(np.searchsorted(rows, np.arange(k + 1)), rows.size + m)
    model.a_matrix_.index_ = np.concatenate([columns, np.arange(m)]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([values, np.ones(m)])
    kinds = [highspy.HighsVarType.kInteger] * m + [highspy.HighsVarType.kContinuous] * k
    model.integrality_ = kinds
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - that of HiGHS
    solver.setOptionValue("time_limit", seconds)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    opened = np.flatnonzero(np.array(solver.getSolution().col_value)[:m] > 0.5)
    words = {highspy.HighsModelStatus.kOptimal: "optimal"}
    return opened, info.mip_dual_bound, words.get(solver.getModelStatus(), "time limit")


def mclp_spopt(n_demand: int, n_sites: int, p: int, radius: float, *, seconds: float) -> Any:
    """Build and solve with spopt, whose solver PuLP calls is CBC."""
    import pulp
    from spopt.locate import MCLP

    given = town(n_demand, n_sites, radius)
    cost = np.full((n_demand, n_sites), 9.0)
    cost[given.pairs.from_index, given.pairs.to_index] = given.pairs.cost
    with Clock() as clock:
        model = MCLP.from_cost_matrix(cost, given.people, radius, p)
        built = time.perf_counter() - clock.wall
        model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds))
    opened = np.array([j for j in range(n_sites) if model.fac2cli[j]], int)
    says = pulp.LpStatus[model.problem.status]
    return told(
        clock, given.covered(opened), status=f"says {says}", bound=None, sense="max",
        note=f"built in {built:.0f} s, solver limited to {seconds:.0f} s",
    )  # fmt: skip


def assignment_scipy() -> dict[str, Any]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    given = town(100_000, 1_000, 0.08)
    capacity = rooms(given.people, 1_000).astype(np.int32)
    with Clock() as clock:
        n, m, pairs = given.people.size, capacity.size, given.pairs
        people = given.people.astype(np.int32)
        tail = np.concatenate([np.zeros(n, int), pairs.from_index + 1, np.arange(m) + n + 1])
        head = np.concatenate([np.arange(n) + 1, pairs.to_index + n + 1, np.full(m, n + m + 1)])
        most = np.concatenate([people, people[pairs.from_index], capacity])
        graph = csr_array((most, (tail, head)), shape=(n + m + 2, n + m + 2))
        value = maximum_flow(graph, 0, n + m + 1).flow_value
    return told(clock, float(value), status="optimal", bound=float(value), sense="max")


def assignment_ortools() -> dict[str, Any]:
    from ortools.graph.python import max_flow

    given = town(100_000, 1_000, 0.08)
    capacity = rooms(given.people, 1_000).astype(np.int64)
    with Clock() as clock:
        n, m, pairs = given.people.size, capacity.size, given.pairs
        people = given.people.astype(np.int64)
        solver = max_flow.SimpleMaxFlow()
        solver.add_arcs_with_capacity(np.zeros(n, int), np.arange(n) + 1, people)
        solver.add_arcs_with_capacity(
            pairs.from_index + 1, pairs.to_index + n + 1, people[pairs.from_index]
        )
        solver.add_arcs_with_capacity(np.arange(m) + n + 1, np.full(m, n + m + 1), capacity)
        solver.solve(0, n + m + 1)
        value = float(solver.optimal_flow())
    return told(clock, value, status="optimal", bound=value, sense="max")


# The cases

SMALL, USUAL, LARGE = (
    (2_000, 200, 20, 0.07),
    (20_000, 1_000, 100, 0.04),
    (1_000_000, 1_000, 100, 0.047),
)


def _title(size: tuple[int, int, int, float]) -> str:
    return f"MCLP, {size[1]:,} sites, {size[0]:,} points, p = {size[2]}, radius {size[3]:g}"


def cases() -> list[Case]:
    """Return every row in order."""
    small, usual, large = _title(SMALL), _title(USUAL), _title(LARGE)
    found = [
        Case("mclp-2k", "siting", small, lambda: mclp(*SMALL, gap=0.0, seconds=60)),
        Case("mclp-2k", "HiGHS, merged", small, lambda: mclp_highs(*SMALL, seconds=60)),
        Case("mclp-2k", "spopt", small, lambda: mclp_spopt(*SMALL, seconds=60), peer=True),
        Case("mclp-20k", "siting", usual, lambda: mclp(*USUAL, gap=0.0, seconds=120)),
        Case("mclp-20k", "HiGHS, merged", usual, lambda: mclp_highs(*USUAL, seconds=120)),
        Case("mclp-20k", "spopt", usual, lambda: mclp_spopt(*USUAL, seconds=60), peer=True,
             timeout_s=900.0),
        Case("mclp-1m", "siting to 1 %", large, lambda: mclp(*LARGE, gap=0.01, seconds=120),
             target="1 % in 120 s, 6 GiB"),
        Case("mclp-1m", "siting, 300 s", large, lambda: mclp(*LARGE, gap=0.0, seconds=300)),
    ]  # fmt: skip
    for p in (5, 10, 20, 50, 100, 200):
        title = f"p-median, 900 points, p = {p}"
        found.append(Case(f"median-{p}", "siting", title, lambda p=p: median(p)))
    title = "capacitated assignment, 100,000 groups to 1,000 facilities"
    return [
        *found,
        Case("assignment", "siting", title, assignment_siting),
        Case("assignment", "scipy", title, assignment_scipy),
        Case("assignment", "OR-tools", title, assignment_ortools, peer=True),
    ]


def run_apart(case: Case, python: Path) -> Row:
    """Run a case in a process of its own."""
    number = [(each.name, each.who) for each in cases()].index((case.name, case.who))
    command = [str(python), "-W", "ignore", str(Path(__file__)), "--child", str(number)]
    try:
        ran = subprocess.run(
            command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=case.timeout_s
        )
    except subprocess.TimeoutExpired:
        return Row(case, failed=f"stopped after {case.timeout_s:.0f} s without an answer")
    if ran.returncode:
        lines = ran.stderr.strip().splitlines() or ["no message"]
        return Row(case, failed=lines[-1][:200])
    return Row(case, json.loads(ran.stdout.strip().splitlines()[-1]))


def contradicted(row: Row, rows: list[Row]) -> bool:
    """Tell whether another row on the same instance is better than this one's bound."""
    bound = row.found.get("bound")
    same = [each.found for each in rows if each.found and each.case.title == row.case.title]
    if bound is None:
        return False
    slack = 1e-6 * abs(bound)
    if row.found["sense"] == "max":
        return max(each["value"] for each in same) > bound + slack
    return min(each["value"] for each in same) < bound - slack


def cells(row: Row, rows: list[Row]) -> list[str]:
    """Return a row of the table."""
    found = row.found
    if not found:
        return [row.case.who, "", "", "", row.failed, "", "", "", ""]
    value, bound = found["value"], found["bound"]
    gap = "" if bound is None or not value else f"{abs(bound - value) / abs(value):.4%}"
    notes = [found.get("note") or "", row.case.target and f"target: {row.case.target}"]
    said = found.get("said")
    if said is not None and abs(said - value) > 1e-6 * abs(value):
        notes.append(f"**said {said:,.0f}**")
    if contradicted(row, rows):
        notes.append("**contradicted**")
    return [
        row.case.who, f"{found['wall']:.2f}", f"{found['cpu']:.2f}", f"{found['peak_mib']:,.0f}",
        found["status"], f"{value:,.0f}", "" if bound is None else f"{bound:,.0f}", gap,
        "; ".join(each for each in notes if each),
    ]  # fmt: skip


def report(rows: list[Row], python: Path | None) -> str:
    """Return the whole of ``locate.md``."""
    day = dt.datetime.now(dt.UTC).date()
    head = INTRODUCTION.format(
        day=day, machine=machine(), seed=SEED, versions=versions(python),
        siting=importlib.metadata.version("siting"),
    )  # fmt: skip
    lines = ["# Results of `benchmarks/bench_locate.py`", "", head]
    for title in dict.fromkeys(row.case.title for row in rows):
        lines += [
            f"## {title}", "",
            "| who | wall s | CPU s | peak MiB | status | value | bound | gap | |",
            "|---|--:|--:|--:|---|--:|--:|--:|---|",
        ]  # fmt: skip
        same = [row for row in rows if row.case.title == title]
        lines += ["| " + " | ".join(cells(row, rows)) + " |" for row in same] + [""]
    return "\n".join(lines)


def versions(python: Path | None) -> str:
    """Name the libraries of both environments."""
    code = (
        "import importlib.metadata as m, json, sys\n"
        "known = {d.metadata['Name'].lower(): d.version for d in m.distributions()}\n"
        "print(json.dumps({n: known[n] for n in sys.argv[1:] if n in known}))"
    )
    found: dict[str, str] = {}
    for each in (python, Path(sys.executable)):
        if each is not None:
            ran = subprocess.run(
                [str(each), "-c", code, *VERSIONS], check=True, capture_output=True, text=True
            )
            found |= json.loads(ran.stdout)
    return ", ".join(f"{name} {found[name]}" for name in VERSIONS if name in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="cases that begin so; all if left out")
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("--no-peers", action="store_true", help="leave spopt and OR-tools out")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        found = cases()[options.child].run()
        print(json.dumps({**found, "peak_mib": peak_mib()}))
        return
    if options.list:
        print("\n".join(f"{each.name:12s} {each.who:15s} {each.title}" for each in cases()))
        return
    chosen = [
        each
        for each in cases()
        if not options.names or any(each.name.startswith(name) for name in options.names)
    ]
    if not chosen:
        raise SystemExit(f"no case begins with {', '.join(options.names)}; see --list")
    run_all(chosen, peers=not options.no_peers, write=not options.names)


def run_all(chosen: list[Case], *, peers: bool, write: bool) -> None:
    """Run cases one after the other; write the table if these are all and none broke."""
    python = None
    if peers and any(each.peer for each in chosen):
        sys.path.insert(0, str(HERE))
        from run import peer_python

        python = peer_python(ROOT / ".bench" / "peers")
    rows: list[Row] = []
    for case in chosen:
        if case.peer and python is None:
            continue
        rows.append(run_apart(case, python if case.peer and python else Path(sys.executable)))
        print(f"{case.name:12s} " + " | ".join(cells(rows[-1], rows)), flush=True)
    text = report(rows, python)
    own = [row for row in rows if row.failed and not row.case.peer]
    if own or any(contradicted(row, rows) for row in rows):
        raise SystemExit("a case broke or two contradict each other; nothing is written")
    if write and peers:
        (HERE / "locate.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
