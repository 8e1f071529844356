"""What a siting answer means for people: what each site adds, who gains, who is still without.

Owns the recount in people, from the opened sites and the pairs alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.locate.capacitated import open_pairs, serve_with
from siting.locate.solution import covered_rows, what_sites_add
from siting.pipeline.columns import area_titles, numbers, texts
from siting.pipeline.demand.capacity import served_both_ways
from siting.pipeline.in_areas import area_of_points
from siting.rules.city.findings import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.coverage.assignment import Assignment
    from siting.locate import Problem, Solution
    from siting.pipeline.demand.question import Question
    from siting.pipeline.found import Found
    from siting.pipeline.sites.problem import SiteTable


def served_share(problem: Problem, solution: Solution) -> NDArray[np.float64]:
    """Return which share of each row of demand is served by the answer, float64 (k,), 0 to 1.

    Within the limit of an opened or committed site; in the capacitated models what the assignment
    serves.
    """
    if solution.pair_flow is not None:
        served = np.bincount(problem.from_index, solution.pair_flow, problem.n_demand)
        full = np.ones(problem.n_demand)
        return np.divide(served, problem.demand, out=full, where=problem.demand > 0)
    sites = np.union1d(np.flatnonzero(problem.existing), solution.opened).astype(np.int32)
    return covered_rows(problem, sites).astype(float)


def served_today(problem: Problem, solution: Solution) -> Assignment | None:
    """Return whom the sites that are open already could serve at most; None without capacities.

    `served_share` of a capacitated answer goes on from this, so of no row less is served then.
    """
    if solution.pair_flow is None:
        return None
    return serve_with(problem, np.flatnonzero(problem.existing))


def newly_served_share(problem: Problem, solution: Solution) -> NDArray[np.float64]:
    """Return which share of each row the answer serves beyond what could be served today."""
    share = served_share(problem, solution)
    today = served_today(problem, solution)
    if today is None:
        return share
    before = np.zeros(problem.n_demand)
    np.divide(today.served, problem.demand, out=before, where=problem.demand > 0)
    return share - np.where(problem.demand > 0, before, share)


def capacity_rows(problem: Problem, solution: Solution) -> list[dict[str, Any]]:
    """Return how many are served within capacity today and with the proposal, in both readings.

    Returns
    -------
    list of dict
        ``when`` (``today``, ``with_proposal``), and what `capacity.served_both_ways` tells. What is
        committed counts as open today.
    """
    existing = np.flatnonzero(problem.existing)
    proposed = np.union1d(existing, solution.opened)
    today = serve_with(problem, existing)
    after = serve_with(problem, proposed, start=today.pair_flow)
    rows = []
    for when, sites, best in (("today", existing, today), ("with_proposal", proposed, after)):
        kept = np.flatnonzero(np.isin(problem.to_index, sites))
        pairs = open_pairs(problem, kept)
        rows.append(
            {"when": when, **served_both_ways(pairs, problem.demand, problem.capacity, best)}
        )
    return rows


def opened_table(
    analysis: Found, question: Question, sites: SiteTable, problem: Problem, solution: Solution
) -> pd.DataFrame:
    """Return one row per opened site, those that add most first.

    Returns
    -------
    DataFrame
        `rank`, `site_id`, `name`, `facility_type`, one `area_<level>` for each level, `added`
        (what is counted, newly served), `added_<group>` for every other number of the homes,
        `cost` (NaN where not known), `cost_per_person` (infinite where nobody is added),
        `served_share_after` (of all who fail today, once it and those before it are open),
        `floor_area_m2`, `capacity`, `x`, `y`, and `year` (from 0) in plans by year. Sites of a
        capacitated answer add those who are assigned to them.
    """
    order, added, groups = what_sites_add(problem, solution.opened, solution.pair_flow)
    table = sites.table.iloc[order]
    points = table.geometry.centroid
    cost = sites.cost[order]
    others = {f"added_{name}": part for name, part in groups.items()}
    room = sites.capacity[order]
    columns: dict[str, object] = {
        "rank": np.arange(1, order.size + 1),
        "site_id": [sites.ids[row] for row in order],
        "name": texts(table, "name"),
        "facility_type": [question.facility_type] * order.size,
        **area_names(analysis, points),
        "added": added,
        **others,
        "cost": cost,
        "cost_per_person": np.divide(cost, added, out=np.full(order.size, np.inf), where=added > 0),
        "served_share_after": _shares_after(problem, solution, question, added),
        "floor_area_m2": numbers(table, "floor_area_m2"),
        "capacity": np.where(np.isfinite(room), room, np.nan),
        "x": points.x.to_numpy(),
        "y": points.y.to_numpy(),
        **_years(solution, order),
    }
    return pd.DataFrame(columns)


def _shares_after(
    problem: Problem, solution: Solution, question: Question, added: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of all who ask that is served once each site and those before it are open.

    Where sites serve only so many, what facilities serve already comes first.
    """
    already = 0.0
    if solution.pair_flow is not None:
        open_now = problem.existing[problem.to_index]
        already = float(solution.pair_flow[open_now].sum())
    return (already + np.cumsum(added)) / (question.total(Verdict.FAIL) or np.nan)


def _years(solution: Solution, order: NDArray[np.int32]) -> dict[str, list[int]]:
    years = solution.details.get("year")
    if years is None:
        return {}
    by_site = dict(zip(solution.opened.tolist(), np.asarray(years).tolist(), strict=True))
    return {"year": [int(by_site[int(row)]) for row in order]}


def area_names(analysis: Found, points: Any) -> dict[str, list[str]]:
    """Return the name (or id) of the area that holds each point, for every level."""
    shapes = np.asarray(points.to_numpy(), dtype=object)
    found = {}
    for level, table in analysis.city.areas.items():
        names = np.array([*area_titles(table), ""], dtype=object)
        found[f"area_{level}"] = names[area_of_points(shapes, table)].tolist()
    return found


def area_table(
    analysis: Found, question: Question, problem: Problem, solution: Solution, level: str
) -> pd.DataFrame:
    """Return one row per area: who fails today, who of them is served, who is still without.

    Returns
    -------
    DataFrame
        `area_id`, `name`, `level`, `failing` (what is counted, without service today; within
        capacity: that could not be served), `gained`, `still_without`, and the last two of elderly
        where they are known; the areas that gain most first, then those with most people still
        without. Areas where nobody fails have no row.
    """
    table, rows = analysis.city.areas[level], analysis.city.home_area[level][question.homes]
    fails = question.verdict[question.homes] == Verdict.FAIL
    share = np.where(fails, newly_served_share(problem, solution), 0.0)
    without = np.where(fails, 1.0 - served_share(problem, solution), 0.0)
    inside = rows >= 0

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(rows[inside], values[inside], len(table)).astype(float)

    demand = np.where(fails, question.weights[question.homes], 0.0)
    columns: dict[str, object] = {
        "area_id": [str(each) for each in table["area_id"]],
        "name": area_titles(table),
        "level": [level] * len(table),
        "failing": total(demand * (share + without)),
        "gained": total(demand * share),
        "still_without": total(demand * without),
    }
    elderly = question.groups.get("elderly")
    if elderly is not None:
        old = np.where(fails, elderly[question.homes], 0.0)
        columns["elderly_gained"] = total(old * share)
        columns["elderly_still_without"] = total(old * without)
    frame = pd.DataFrame(columns)
    frame = frame[frame["failing"] > 0]
    return frame.sort_values(
        ["gained", "still_without", "area_id"], ascending=[False, False, True], ignore_index=True
    )
