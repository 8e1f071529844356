"""Siting at the sizes that are promised: time, peak memory, value, bound and gap of each case.

    python benchmarks/bench_locate.py                 # everything
    python benchmarks/bench_locate.py mclp median     # some cases
    SPOPT_PYTHON=/path/to/python python benchmarks/bench_locate.py spopt

The peer is measured in the same run, in an environment of its own, because it is not a dependency:
``python -m venv spopt-env && spopt-env/bin/pip install spopt``, then set SPOPT_PYTHON to that
environment's interpreter. Without it the peer's cases are left out and said to be.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy.spatial import cKDTree

from siting.coverage.assignment import assignment
from siting.locate import Limits, build_problem, solve_mclp, solve_p_median

SEED = 20191


def peak_gib():
    try:
        import resource
    except ImportError:  # Windows has no such module
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def town(n_demand, n_sites, radius):
    """People and sites on a unit square, the pairs within a radius, and people per point."""
    rng = np.random.default_rng(SEED)
    demand, sites = rng.random((n_demand, 2)), rng.random((n_sites, 2))
    near = cKDTree(demand).query_ball_point(sites, radius, return_sorted=True)
    to_index = np.repeat(np.arange(n_sites, dtype=np.int32), [len(rows) for rows in near])
    from_index = np.concatenate([np.asarray(rows, np.int32) for rows in near])
    cost = np.hypot(*(demand[from_index] - sites[to_index]).T)
    order = np.lexsort((to_index, from_index))
    table = SimpleNamespace(
        from_index=from_index[order], to_index=to_index[order], cost=cost[order]
    )
    return table, rng.integers(1, 200, n_demand).astype(float)


def tell(case, seconds, plan, extra=""):
    print(
        f"{case:46s} {seconds:7.1f} s  {plan.status.value:9s} {plan.objective:15,.0f} "
        f"bound {plan.bound:15,.0f} gap {plan.gap:8.4%}  peak {peak_gib():.1f} GiB {extra}",
        flush=True,
    )


def mclp(n_demand, n_sites, p, radius, *, gap, seconds):
    table, people = town(n_demand, n_sites, radius)
    pairs = table.cost.size
    began = time.perf_counter()
    problem = build_problem(table, people, n_sites=n_sites, cutoff=radius)
    plan = solve_mclp(problem, p=p, limits=Limits(time_limit_s=seconds, gap=gap))
    case = f"MCLP {n_demand:,} points {n_sites:,} sites p={p} r={radius}"
    tell(case, time.perf_counter() - began, plan, f"{pairs:,} pairs")


def bench_mclp():
    mclp(2_000, 100, 10, 0.1, gap=0.0, seconds=20)  # compiles, so that the next are measured
    mclp(20_000, 1_000, 100, 0.04, gap=0.0, seconds=60)
    mclp(50_000, 1_000, 100, 0.047, gap=0.01, seconds=120)
    mclp(1_000_000, 1_000, 100, 0.047, gap=0.01, seconds=120)
    mclp(1_000_000, 1_000, 100, 0.047, gap=0.0, seconds=180)


def bench_median():
    rng = np.random.default_rng(SEED)
    xy = rng.random((900, 2)) * 1000
    distance = np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)))
    source, target = np.indices(distance.shape).reshape(2, -1)
    table = SimpleNamespace(from_index=source, to_index=target, cost=distance.ravel())
    problem = build_problem(table, np.ones(900), n_sites=900)
    solve_p_median(problem, 20, limits=Limits(time_limit_s=5))
    for p in (5, 10, 50, 100, 200):
        began = time.perf_counter()
        plan = solve_p_median(problem, p, limits=Limits(time_limit_s=60))
        tell(f"p-median 900 points p={p}", time.perf_counter() - began, plan)


def bench_assignment():
    table, people = town(100_000, 1_000, 0.08)
    rng = np.random.default_rng(SEED)
    capacity = np.floor(rng.integers(50, 250, 1_000) * people.sum() / 1_000 / 160)
    assignment(town(100, 5, 0.5)[0], np.ones(100), np.ones(5))
    began = time.perf_counter()
    best = assignment(table, people, capacity)
    seconds = time.perf_counter() - began
    print(
        f"{'assignment 100,000 groups 1,000 facilities':46s} {seconds:7.1f} s  "
        f"{best.total:,.0f} served, cut {best.limit_total:,.0f}, {table.cost.size:,} pairs"
    )


PEER = """
import sys, time, numpy as np, pulp
from spopt.locate import MCLP
data = np.load(sys.argv[1])
began = time.perf_counter()
model = MCLP.from_cost_matrix(data["cost"], data["people"], float(data["radius"]), int(data["p"]))
built = time.perf_counter() - began
model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=60))
total = time.perf_counter() - began
value = data["people"] @ np.array([len(f) > 0 for f in model.cli2fac])
print(f"built in {built:.1f} s, in all {total:.1f} s, "
      f"status {pulp.LpStatus[model.problem.status]}, covers {value:,.0f}")
"""


def bench_spopt():
    python = os.environ.get("SPOPT_PYTHON")
    if not python:
        print("spopt is left out: SPOPT_PYTHON is not set")
        return
    n_demand, n_sites, p, radius = 20_000, 1_000, 100, 0.04
    mclp(n_demand, n_sites, p, radius, gap=0.0, seconds=60)
    table, people = town(n_demand, n_sites, radius)
    cost = np.full((n_demand, n_sites), 9.0)
    cost[table.from_index, table.to_index] = table.cost
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "instance.npz"
        np.savez(data, cost=cost, people=people, radius=radius, p=p)
        answer = subprocess.run(
            [python, "-W", "ignore", "-c", textwrap.dedent(PEER), str(data)],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    print(f"spopt, the same instance: {answer.stdout.strip() or answer.stderr.strip()[-500:]}")


CASES = {
    "assignment": bench_assignment,
    "median": bench_median,
    "mclp": bench_mclp,
    "spopt": bench_spopt,
}


def main():
    for case in sys.argv[1:] or CASES:
        CASES[case]()


if __name__ == "__main__":
    main()
