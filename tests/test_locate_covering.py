"""Covering models against brute force, by hand, and at their edges."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate import Status, served_curve
from siting.locate.answer import with_bound
from siting.locate.cover.backup import solve_lscp_backup
from siting.locate.cover.lscp_mclp import solve_lscp, solve_mclp
from siting.locate.cover.presolve import build_cover, drop_dominated_rows, drop_dominated_sites
from siting.locate.equity import solve_max_min
from siting.locate.median.median_center import solve_p_center
from siting.locate.problem import build_problem
from siting.locate.solve import Limits
from siting.message import message
from siting.words import say

SEEDS = st.integers(0, 2**32 - 1)


def pairs(*rows):
    table = np.array(rows, float).reshape(-1, 3)
    return SimpleNamespace(
        from_index=table[:, 0].astype(int), to_index=table[:, 1].astype(int), cost=table[:, 2]
    )


def generated(seed):
    """A small problem with everything in it: decided sites, money, zero weights, far demand."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 14)), int(rng.integers(1, 8))
    source, target = np.nonzero(rng.random((n, m)) < rng.uniform(0.1, 0.7))
    order = rng.permutation(source.size)
    table = SimpleNamespace(
        from_index=source[order],
        to_index=target[order],
        cost=rng.integers(1, 10, source.size).astype(float),
    )
    state = rng.choice(4, m, p=[0.7, 0.1, 0.1, 0.1])
    weights = rng.integers(0, 9, n).astype(float)
    if rng.random() < 0.3:
        weights = weights * rng.random(n)
    return rng, build_problem(
        table,
        weights,
        site_cost=rng.integers(1, 9, m).astype(float),
        existing=state == 1,
        forced_in=state == 2,
        forced_out=state == 3,
        cutoff=8,
    )


def plans(problem):
    """Every choice of sites that keeps what is decided."""
    forced = np.flatnonzero(problem.forced_in)
    taken = problem.existing | problem.forced_in | problem.forced_out
    free = np.flatnonzero(~taken)
    for size in range(free.size + 1):
        for chosen in combinations(free, size):
            yield np.array([*forced, *chosen], int)


def times_covered(problem, opened):
    is_open = problem.existing.copy()
    is_open[opened] = True
    times = np.zeros(problem.n_demand, int)
    for i, j in zip(problem.from_index, problem.to_index, strict=True):
        times[i] += is_open[j]
    return times


@settings(max_examples=300)
@given(SEEDS)
def test_mclp_covers_what_brute_force_covers(seed):
    rng, problem = generated(seed)
    p = int(rng.integers(0, 5)) if rng.random() < 0.8 else None
    budget = float(rng.integers(0, 25)) if rng.random() < 0.5 else None
    best = -1.0
    for opened in plans(problem):
        if (p is None or len(opened) <= p) and (
            budget is None or problem.site_cost[opened].sum() <= budget
        ):
            best = max(best, problem.demand[times_covered(problem, opened) > 0].sum())
    plan = solve_mclp(problem, p=p, budget=budget)
    if best < 0:
        assert plan.status == "infeasible"
        assert plan.opened.size == 0
        return
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)
    assert plan.bound >= plan.objective
    assert p is None or plan.opened.size <= p
    assert budget is None or problem.site_cost[plan.opened].sum() <= budget
    assert not problem.forced_out[plan.opened].any()
    assert set(np.flatnonzero(problem.forced_in)) <= set(plan.opened)
    before = problem.demand[times_covered(problem, []) > 0].sum()
    assert plan.added.sum() == pytest.approx(best - before)


@settings(max_examples=300)
@given(SEEDS)
def test_lscp_needs_what_brute_force_needs(seed):
    _, problem = generated(seed)
    costs = {"count": np.inf, "money": np.inf}
    for opened in plans(problem):
        if (times_covered(problem, opened)[problem.demand > 0] > 0).all():
            costs["count"] = min(costs["count"], len(opened))
            costs["money"] = min(costs["money"], problem.site_cost[opened].sum())
    for kind, best in costs.items():
        plan = solve_lscp(problem, count_sites=kind == "count")
        assert plan.status == ("optimal" if np.isfinite(best) else "infeasible")
        if np.isfinite(best):
            assert plan.objective == best
            assert (times_covered(problem, plan.opened)[problem.demand > 0] > 0).all()


@settings(max_examples=300)
@given(SEEDS)
def test_lscp_covers_what_can_be_covered_when_the_rest_is_left_out(seed):
    _, problem = generated(seed)
    reach = times_covered(problem, np.flatnonzero(~problem.forced_out | problem.existing)) > 0
    plan = solve_lscp(problem, leave_out_unreachable=True)
    assert plan.status == "optimal"
    covered = times_covered(problem, plan.opened) > 0
    assert (covered[reach & (problem.demand > 0)]).all()


@settings(max_examples=300)
@given(SEEDS)
def test_backup_is_the_most_that_the_fewest_sites_give(seed):
    _, problem = generated(seed)
    best = None
    for opened in plans(problem):
        times = times_covered(problem, opened)
        if (times[problem.demand > 0] > 0).all():
            value = -len(opened), problem.demand[times > 1].sum()
            best = value if best is None else max(best, value)
    plan = solve_lscp_backup(problem)
    assert plan.status == ("infeasible" if best is None else "optimal")
    if best is not None:
        assert (plan.opened.size, plan.objective) == (-best[0], pytest.approx(best[1]))


@settings(max_examples=300)
@given(SEEDS)
def test_presolve_changes_no_optimum(seed):
    _, problem = generated(seed)
    cover = build_cover(problem)
    smaller = drop_dominated_rows(drop_dominated_sites(cover))
    assert set(smaller.sites) <= set(cover.sites)
    assert smaller.n_rows <= cover.n_rows

    def least(one):
        sets = [
            set(one.row[one.site_offset[j] : one.site_offset[j + 1]]) for j in range(one.n_sites)
        ]
        sizes = (
            one.cost[list(chosen)].sum()
            for size in range(one.n_sites + 1)
            for chosen in combinations(range(one.n_sites), size)
            if set().union(*(sets[j] for j in chosen)) == set(range(one.n_rows))
        )
        return min(sizes, default=np.inf)

    assert least(smaller) == least(cover)


def test_equal_cover_sets_become_one_row_with_their_sum():
    table = pairs((0, 1, 1), (0, 0, 1), (1, 0, 1), (1, 1, 1), (2, 1, 1), (3, 0, 9))
    cover = build_cover(build_problem(table, [5, 7, 11, 13], n_sites=2, cutoff=5))
    assert sorted(cover.weight) == [11, 5 + 7]


def test_the_limit_is_inclusive():
    problem = build_problem(pairs((0, 0, 300.0), (1, 0, 300.01)), [4, 5], n_sites=1, cutoff=300)
    assert solve_mclp(problem, p=1).objective == 4


def test_the_opened_sites_tell_what_each_adds():
    table = pairs((0, 0, 1), (1, 0, 1), (1, 1, 1), (2, 1, 1), (3, 2, 1))
    problem = build_problem(
        table,
        groups={"elderly": [10, 20, 30, 1], "children": [0, 5, 0, 0]},
        group_weights={"children": 2},
        site_cost=[100, 200, 300],
        existing=[2],
        site_ids=["a", "b", "c"],
    )
    plan = solve_mclp(problem, p=2)
    frame = plan.to_frame(problem)
    assert frame["site_id"].tolist() == ["b", "a"]
    assert frame["added_demand"].tolist() == [20 + 2 * 5 + 30, 10]
    assert frame["added_elderly"].tolist() == [20 + 30, 10]
    assert frame["cost_per_person"].tolist() == [200 / 60, 100 / 10]
    assert frame["covered_share"].tolist() == [(1 + 60) / 71, 71 / 71]
    assert plan.assignment.tolist() == [0, 0, 1, 2]


def test_lscp_names_the_first_row_that_reaches_nothing():
    problem = build_problem(
        pairs((0, 0, 10), (1, 0, 900)), [1, 1], n_sites=1, cutoff=500, demand_ids=["b-1", "b-2"]
    )
    plan = solve_lscp(problem)
    assert plan.status == "infeasible"
    assert "within 500: 1 of 2 rows reach no site; the first is 'b-2'" in say(plan.message, "en")


@pytest.mark.parametrize(
    ("changes", "ask", "status", "sentence"),
    [
        ({"demand": [1, -2]}, {"p": 1}, "invalid", "demand is negative.*row 1 with -2"),
        ({"site_cost": [np.nan]}, {"p": 1}, "invalid", "site_cost is negative, missing"),
        ({}, {"p": -1}, "invalid", "p is -1"),
        ({}, {"p": 1.5}, "invalid", "p is 1.5"),
        ({}, {"p": np.nan}, "invalid", "p is nan"),
        ({}, {"p": np.inf}, "invalid", "p is inf"),
        ({}, {"budget": np.nan}, "invalid", "budget is nan"),
        ({}, {"budget": -5}, "invalid", "budget is -5"),
        ({"forced_in": [0]}, {"p": 0}, "infeasible", "1 sites are forced in, but only 0"),
        ({"forced_in": [0], "site_cost": [7]}, {"budget": 5}, "infeasible", "cost 7, more than"),
        ({"forced_in": [0], "forced_out": [0]}, {"p": 1}, "infeasible", "open and closed at once"),
        ({}, {"budget": 0}, "optimal", "0 sites opened: 0 of demand"),
        ({"n_sites": 1, "forced_out": [0]}, {"p": 1}, "optimal", "0 sites opened"),
    ],
)
def test_questions_without_an_answer_get_a_status_and_a_sentence(changes, ask, status, sentence):
    given_ = {"demand": [1, 2], "site_cost": [1.0], **changes}
    demand = given_.pop("demand")
    plan = solve_mclp(build_problem(pairs((0, 0, 1), (1, 0, 1)), demand, **given_), **ask)
    assert plan.status == status
    assert __import__("re").search(sentence, say(plan.message, "en"))


def test_no_sites_and_no_demand_are_answered():
    nobody = solve_mclp(build_problem(pairs(), [], n_sites=3), p=2)
    assert (nobody.status, nobody.objective) == ("optimal", 0)
    nowhere = solve_mclp(build_problem(pairs(), [5], n_sites=0), p=2)
    assert (nowhere.status, nowhere.objective) == ("optimal", 0)
    assert solve_lscp(build_problem(pairs(), [5], n_sites=0)).status == "infeasible"
    assert len(nowhere.to_frame(build_problem(pairs(), [5], n_sites=0))) == 0


def clustered(seed, n, m, radius):
    rng = np.random.default_rng(seed)
    demand, sites = rng.random((n, 2)), rng.random((m, 2))
    distance = np.hypot(*(demand[:, None] - sites[None]).transpose(2, 0, 1))
    source, target = np.nonzero(distance <= radius)
    table = SimpleNamespace(from_index=source, to_index=target, cost=distance[source, target])
    return build_problem(table, rng.integers(1, 50, n), n_sites=m)


def test_a_search_cut_short_never_calls_itself_optimal_and_its_bound_holds():
    problem = clustered(1, 1500, 120, 0.13)
    best = solve_mclp(problem, p=12, limits=Limits(time_limit_s=30))
    assert best.status == "optimal"
    for seconds in (0.0, 0.02, 0.2):
        short = solve_mclp(problem, p=12, limits=Limits(time_limit_s=seconds))
        assert short.objective <= best.objective <= short.bound
        assert short.status == "optimal" or short.ended == "time limit"
    assert short.gap < 0.2


def test_a_search_with_a_gap_stops_at_it():
    plan = solve_mclp(clustered(2, 1500, 120, 0.13), p=12, limits=Limits(gap=0.05))
    assert plan.gap <= 0.05


def test_the_same_seed_gives_the_same_plan():
    problem = clustered(3, 800, 60, 0.15)
    first, second = (solve_mclp(problem, p=8) for _ in range(2))
    assert first.opened.tolist() == second.opened.tolist()


def test_the_curve_falls_off_and_agrees_with_each_number():
    problem = clustered(4, 600, 40, 0.12)
    curve = served_curve(problem, range(1, 9), by="sites", limits=Limits())
    assert curve["status"].eq("optimal").all()
    assert curve["served"].is_monotonic_increasing
    assert curve["served"].iloc[3] == solve_mclp(problem, p=4).objective
    assert curve["added"].sum() == curve["served"].iloc[-1]


def test_a_plan_takes_the_better_bound_and_is_optimal_once_it_is_reached():
    problem = clustered(4, 600, 40, 0.12)
    best = solve_mclp(problem, p=4)
    loose = replace(
        best, status=Status.FEASIBLE, bound=best.objective * 2, gap=1.0, ended="time limit",
        message=message(
            "answer.none_more", **dict(best.message.values), why="", bound=2.0, gap=1.0
        ),
    )  # fmt: skip
    assert with_bound(loose, np.nan) is loose
    assert with_bound(loose, best.objective * 3) is loose
    nearer = with_bound(loose, best.objective * 1.5)
    assert (nearer.status, nearer.gap) == ("feasible", pytest.approx(0.5))
    assert f"{best.objective * 1.5:,.6g}" in say(nearer.message, "en")
    reached = with_bound(loose, best.objective)
    assert (reached.status, reached.gap, reached.ended) == ("optimal", 0.0, "")
    assert say(reached.message, "en") == say(best.message, "en")


def test_a_curve_knows_of_a_point_what_was_proven_of_it_before():
    problem = clustered(4, 600, 40, 0.12)
    best = solve_mclp(problem, p=4)
    curve = served_curve(problem, [2, 4], solved={4: replace(best, seconds=1e9)}, limits=Limits())
    assert curve["status"].eq("optimal").all()
    assert curve["served"].tolist()[1] == best.objective


def test_progress_is_told_between_0_and_1():
    heard = []
    limits = Limits(progress=lambda label, share: heard.append((label, share)))
    solve_mclp(clustered(5, 800, 60, 0.2), p=6, limits=limits)
    assert heard
    assert all(0 <= share <= 1 and "best" in say(label, "en") for label, share in heard)


def test_ctrl_c_gives_the_best_so_far():
    problem = clustered(6, 1500, 120, 0.13)

    def press(label, share):
        raise KeyboardInterrupt

    plan = solve_mclp(problem, p=12, limits=Limits(progress=press))
    best = solve_mclp(problem, p=12)
    assert plan.status == "feasible"
    assert "interrupted" in say(plan.message, "en")
    assert (plan.ended, best.ended) == ("interrupted", "")
    assert 0.9 * best.objective < plan.objective <= best.objective <= plan.bound
    assert len(served_curve(problem, [3, 12], by="sites", limits=Limits(time_limit_s=20))) == 2


def test_ctrl_c_stops_the_solver_too():
    problem = clustered(7, 400, 60, 0.12)
    pressed = []

    def press(label, share):
        pressed.append(label)
        raise KeyboardInterrupt

    plan = solve_lscp(problem, leave_out_unreachable=True, limits=Limits(progress=press))
    best = solve_lscp(problem, leave_out_unreachable=True)
    assert best.status == "optimal"
    assert plan.bound <= best.objective <= plan.objective


def test_money_that_is_spent_to_the_last_still_opens_what_costs_nothing():
    # In floating point 0.1 + 0.2 is more than 0.3, and what is left of 0.3 less than nothing.
    table = pairs((0, 0, 1), (1, 1, 1), (2, 2, 1))
    problem = build_problem(table, [1, 1, 5], site_cost=[0.1, 0.2, 0.0], forced_in=[0, 1])
    assert solve_mclp(problem, budget=0.3).objective == 1 + 1 + 5
    assert solve_p_center(problem, budget=0.3).status == "optimal"
    assert solve_max_min(problem, [0, 1, 2], budget=0.3).objective == 1
