"""Capacitated models against brute force over sites and an independent flow for each."""

from __future__ import annotations

from itertools import combinations, product
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siting.locate.capacitated import (
    solve_capacitated_lscp,
    solve_capacitated_mclp,
    solve_capacitated_p_median,
)
from siting.locate.problem import build_problem
from siting.locate.solve import Limits
from siting.words import say

SEEDS = st.integers(0, 2**32 - 1)


def generated(seed, rows=9, density=(0.3, 1.0)):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, rows)), int(rng.integers(1, 6))
    source, target = np.nonzero(rng.random((n, m)) < rng.uniform(*density))
    cost = rng.integers(1, 20, source.size).astype(float)
    state = rng.choice(4, m, p=[0.7, 0.1, 0.1, 0.1])
    capacity = rng.integers(0, 16, m).astype(float)
    capacity[rng.random(m) < 0.1] = np.inf
    return rng, build_problem(
        SimpleNamespace(from_index=source, to_index=target, cost=cost),
        rng.integers(0, 8, n),
        capacity=capacity,
        site_cost=rng.integers(1, 9, m).astype(float),
        existing=state == 1,
        forced_in=state == 2,
        forced_out=state == 3,
    )


def plans(problem):
    forced = np.flatnonzero(problem.forced_in)
    free = np.flatnonzero(~(problem.existing | problem.forced_in | problem.forced_out))
    for size in range(free.size + 1):
        for chosen in combinations(free, size):
            yield np.array([*forced, *chosen], int)


def served(problem, opened):
    """The most that can be served, and the least cost of doing so, by networkx."""
    sites = {*opened.tolist(), *np.flatnonzero(problem.existing).tolist()}
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for i, people in enumerate(problem.demand):
        graph.add_edge("source", ("row", i), capacity=int(people), weight=0)
    for j in sites:
        room = min(problem.capacity[j], problem.demand.sum())
        graph.add_edge(("site", j), "sink", capacity=int(room), weight=0)
    for i, j, cost in zip(problem.from_index, problem.to_index, problem.cost, strict=True):
        if j in sites:
            graph.add_edge(("row", int(i)), ("site", int(j)), weight=int(cost))
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    return sum(flow["source"].values()), nx.cost_of_flow(graph, flow)


def check_flow(problem, plan):
    load = np.bincount(problem.to_index, plan.pair_flow, problem.n_sites)
    people = np.bincount(problem.from_index, plan.pair_flow, problem.n_demand)
    closed = ~problem.existing
    closed[plan.opened] = False
    assert (load <= problem.capacity + 1e-6).all()
    assert (people <= problem.demand + 1e-6).all()
    assert not load[closed].any()
    assert plan.covered_demand == pytest.approx(people.sum())


# The examples are two in which the solver handed its start back as the answer.
@settings(max_examples=300)
@example(16)
@example(289)
@given(SEEDS)
def test_capacitated_mclp_serves_what_brute_force_serves(seed):
    rng, problem = generated(seed)
    p = int(rng.integers(0, 4)) if rng.random() < 0.8 else None
    budget = float(rng.integers(0, 20)) if rng.random() < 0.5 else None
    best = max(
        (
            served(problem, opened)[0]
            for opened in plans(problem)
            if (p is None or opened.size <= p)
            and (budget is None or problem.site_cost[opened].sum() <= budget)
        ),
        default=None,
    )
    plan = solve_capacitated_mclp(problem, p=p, budget=budget)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best))
    check_flow(problem, plan)


@settings(max_examples=300)
@given(SEEDS, st.booleans())
def test_capacitated_lscp_needs_what_brute_force_needs(seed, count):
    _, problem = generated(seed)
    best = min(
        (
            opened.size if count else problem.site_cost[opened].sum()
            for opened in plans(problem)
            if served(problem, opened)[0] == problem.demand.sum()
        ),
        default=None,
    )
    plan = solve_capacitated_lscp(problem, count_sites=count)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best))
    check_flow(problem, plan)


@settings(max_examples=300)
@given(SEEDS)
def test_capacitated_p_median_costs_what_brute_force_costs(seed):
    rng, problem = generated(seed, density=(0.7, 1.0))
    p = int(rng.integers(0, 5))
    found = [served(problem, opened) for opened in plans(problem) if opened.size <= p]
    best = min((c for people, c in found if people == problem.demand.sum()), default=None)
    plan = solve_capacitated_p_median(problem, p)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best))
    check_flow(problem, plan)


@settings(max_examples=300)
@given(SEEDS)
def test_whole_rows_go_to_one_site_each(seed):
    rng, problem = generated(seed, rows=5, density=(0.8, 1.0))
    p = int(rng.integers(0, 4))
    best = None
    cost = {
        (i, j): c
        for i, j, c in zip(problem.from_index, problem.to_index, problem.cost, strict=True)
    }
    rows = np.flatnonzero(problem.demand > 0)
    for opened in plans(problem):
        sites = [*opened, *np.flatnonzero(problem.existing)]
        for served_by in product(sites, repeat=rows.size) if opened.size <= p else ():
            load = np.bincount(np.array(served_by, int), problem.demand[rows], problem.n_sites)
            if (
                all(pair in cost for pair in zip(rows, served_by, strict=True))
                and (load <= problem.capacity).all()
            ):
                total = sum(
                    problem.demand[i] * cost[i, j] for i, j in zip(rows, served_by, strict=True)
                )
                best = total if best is None else min(best, total)
    plan = solve_capacitated_p_median(problem, p, whole_rows=True)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best))
    check_flow(problem, plan)


def test_too_little_room_is_told_with_its_numbers():
    table = SimpleNamespace(from_index=[0, 1], to_index=[0, 0], cost=[1.0, 1.0])
    problem = build_problem(table, [30, 20], capacity=[40])
    plan = solve_capacitated_lscp(problem)
    assert plan.status == "infeasible"
    assert "only 40 of 50 can be served" in say(plan.message, "en")
    assert solve_capacitated_p_median(problem, 1).status == "infeasible"


def test_the_same_bound_holds_when_time_runs_out():
    rng = np.random.default_rng(8)
    source, target = np.nonzero(rng.random((300, 40)) < 0.15)
    table = SimpleNamespace(from_index=source, to_index=target, cost=np.ones(source.size))
    problem = build_problem(table, rng.integers(1, 30, 300), capacity=rng.integers(100, 400, 40))
    best = solve_capacitated_mclp(problem, p=8, limits=Limits(20))
    short = solve_capacitated_mclp(problem, p=8, limits=Limits(0.05))
    assert short.objective <= best.bound
    assert best.objective <= short.bound
    assert short.objective > 0.8 * best.objective
    # Stopped before the solver has searched. Some versions of HiGHS look at their clock only after
    # the first node, which may already prove the optimum: the bound must hold either way.
    at_once = solve_capacitated_mclp(problem, p=8, limits=Limits(1e-6))
    assert at_once.bound >= best.objective
    if at_once.status == "optimal":
        assert at_once.objective == best.objective
    else:
        assert (at_once.status, at_once.ended) == ("feasible", "time limit")


def test_nobody_who_is_served_today_loses_service_to_a_new_site():
    # Two groups of 5 share the 6 places of site 0. Site 1 has 3 more, near the first group only.
    table = SimpleNamespace(from_index=[0, 1, 0], to_index=[0, 0, 1], cost=[9.0, 1.0, 2.0])
    problem = build_problem(table, [5, 5], capacity=[6, 3], existing=[0])
    plan = solve_capacitated_mclp(problem, p=1)
    assert plan.objective == 6 + 3
    # Three of each are served today; the first group then fills the new site with its other two,
    # and one of it moves there to leave a place to the second.
    assert plan.pair_flow.tolist() == [2, 3, 4]
    assert plan.added.tolist() == [3]
    assert plan.to_frame(problem)["covered_share"].tolist() == [(6 + 3) / (5 + 5)]


@settings(max_examples=100)
@given(SEEDS)
def test_a_plan_serves_of_no_group_fewer_than_the_nearest_existing_site_does(seed):
    from siting.coverage.assignment import nearest_served
    from siting.locate.capacitated import open_pairs

    _, problem = generated(seed)
    plan = solve_capacitated_mclp(problem, p=2)
    if plan.status == "infeasible":
        return
    kept = np.flatnonzero(problem.existing[problem.to_index])
    today = nearest_served(open_pairs(problem, kept), problem.demand, problem.capacity)
    people = np.bincount(problem.from_index, plan.pair_flow, problem.n_demand)
    assert (people >= today.served - 1e-9).all()
