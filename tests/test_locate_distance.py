"""Models of distance against brute force, published values, and at their edges."""

from __future__ import annotations

from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import SitingError
from siting.locate.cover.lscp_mclp import solve_lscp, solve_mclp
from siting.locate.dispersion import solve_p_dispersion
from siting.locate.median.median_center import solve_p_center, solve_p_median
from siting.locate.problem import build_problem
from siting.locate.solve import Limits
from siting.words import say

SEEDS = st.integers(0, 2**32 - 1)


def from_matrix(cost, demand=None, **changes):
    source, target = np.nonzero(np.isfinite(cost))
    table = SimpleNamespace(from_index=source, to_index=target, cost=cost[source, target])
    demand = np.ones(cost.shape[0]) if demand is None else demand
    return build_problem(table, demand, n_sites=cost.shape[1], **changes)


def generated(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 12)), int(rng.integers(1, 8))
    cost = rng.integers(0, 30, (n, m)).astype(float)
    cost[rng.random((n, m)) < rng.choice([0.0, 0.3])] = np.inf
    state = rng.choice(4, m, p=[0.7, 0.1, 0.1, 0.1])
    weights = rng.integers(0, 6, n) * (1.0 if rng.random() < 0.6 else 0.37)
    decided = {"existing": state == 1, "forced_in": state == 2, "forced_out": state == 3}
    return rng, cost, from_matrix(cost, weights, site_cost=rng.integers(1, 9, m), **decided)


def plans(problem):
    forced = np.flatnonzero(problem.forced_in)
    free = np.flatnonzero(~(problem.existing | problem.forced_in | problem.forced_out))
    for size in range(free.size + 1):
        for chosen in combinations(free, size):
            yield np.array([*forced, *chosen], int)


def nearest(problem, cost, opened):
    is_open = problem.existing.copy()
    is_open[opened] = True
    if not is_open.any():
        return np.full(cost.shape[0], np.inf)
    return cost[:, is_open].min(axis=1)


@settings(max_examples=300)
@given(SEEDS)
def test_p_median_costs_what_brute_force_costs(seed):
    rng, cost, problem = generated(seed)
    p = int(rng.integers(0, 5))
    wanting = problem.demand > 0
    best = min(
        (
            (problem.demand[wanting] * nearest(problem, cost, opened)[wanting]).sum()
            for opened in plans(problem)
            if opened.size <= p
        ),
        default=np.inf,
    )
    plan = solve_p_median(problem, p)
    assert plan.status == ("optimal" if np.isfinite(best) else "infeasible")
    if np.isfinite(best):
        assert plan.objective == pytest.approx(best)
        assert plan.opened.size <= p
        assert plan.bound <= plan.objective


@settings(max_examples=300)
@given(SEEDS, st.booleans())
def test_p_center_reaches_what_brute_force_reaches(seed, by_money):
    rng, cost, problem = generated(seed)
    limit = int(rng.integers(0, 15 if by_money else 5))
    wanting = problem.demand > 0
    best = min(
        (
            nearest(problem, cost, opened)[wanting].max(initial=0)
            for opened in plans(problem)
            if (problem.site_cost[opened].sum() if by_money else opened.size) <= limit
        ),
        default=np.inf,
    )
    plan = solve_p_center(problem, **{"budget" if by_money else "p": limit})
    assert plan.status == ("optimal" if np.isfinite(best) else "infeasible")
    if np.isfinite(best):
        assert plan.objective == best
        assert plan.bound == best


@settings(max_examples=300)
@given(SEEDS)
def test_p_dispersion_keeps_the_distance_that_brute_force_keeps(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 8))
    cost = rng.integers(1, 12, (m, m)).astype(float)
    cost[rng.random((m, m)) < 0.2] = np.inf
    state = rng.choice(4, m, p=[0.7, 0.1, 0.1, 0.1])
    problem = from_matrix(cost, existing=state == 1, forced_in=state == 2, forced_out=state == 3)
    p = int(rng.integers(0, 5))
    values = []
    for opened in plans(problem):
        if opened.size == p:
            sites = [*np.flatnonzero(problem.existing), *opened]
            values.append(
                min(
                    (min(cost[a, b], cost[b, a]) for a, b in combinations(sites, 2)), default=np.inf
                )
            )
    plan = solve_p_dispersion(problem, p)
    if not values:
        assert plan.status == "infeasible"
    elif np.isinf(max(values)):
        assert plan.status == "unbounded"
    else:
        assert (plan.status, plan.objective, plan.bound) == ("optimal", max(values), max(values))
        assert plan.opened.size == p


def cube(n):
    """Hamming distances between all words of n bits."""
    words = np.array(list(product([0, 1], repeat=n)))
    return (words[:, None] != words[None]).sum(axis=2).astype(float)


def test_the_hamming_code_is_found_as_median_center_and_cover():
    # Hamming (1950), doi:10.1002/j.1538-7305.1950.tb00463.x: 16 words of 7 bits reach every other
    # one of the 128 by one change, and nothing is reached twice.
    distance = cube(7)
    median = solve_p_median(from_matrix(distance), 16)
    assert (median.status, median.objective) == ("optimal", 128 - 16)
    near = from_matrix(distance, cutoff=1)
    assert solve_mclp(near, p=16).objective == 128
    assert solve_mclp(near, p=10).objective == 10 * 8
    center = solve_p_center(from_matrix(distance), 16)
    assert (center.status, center.objective) == ("optimal", 1)


@pytest.mark.parametrize(("bits", "words"), [(3, 2), (4, 4), (5, 7), (6, 12)])
def test_published_covering_codes_are_reached(bits, words):
    # Least sizes K(n, 1) of binary codes of covering radius 1: Cohen, Honkala, Litsyn and Lobstein
    # (1997), Covering Codes, table of bounds.
    plan = solve_lscp(from_matrix(cube(bits), cutoff=1))
    assert (plan.status, plan.objective) == ("optimal", words)


@pytest.mark.parametrize(("bits", "words", "apart"), [(5, 4, 3), (5, 5, 2), (6, 8, 3), (6, 9, 2)])
def test_published_code_sizes_are_dispersions(bits, words, apart):
    # The code sizes are those of MacWilliams and Sloane (1977), The Theory of Error-Correcting
    # Codes, appendix A: one word more must stand closer together.
    plan = solve_p_dispersion(from_matrix(cube(bits)), words)
    assert (plan.status, plan.objective) == ("optimal", apart)


@pytest.mark.parametrize(("dimension", "least"), [(2, 5), (3, 18)])
def test_published_steiner_coverings_are_reached(dimension, least):
    # The 1-widths of the Steiner triple systems A9 and A27: Fulkerson, Nemhauser and Trotter
    # (1974), doi:10.1007/BFb0120689. Triples of points of the affine space that sum to zero.
    points = list(product(range(3), repeat=dimension))
    number = {point: j for j, point in enumerate(points)}
    triples = {
        frozenset(
            {number[a], number[b], number[tuple((-x - y) % 3 for x, y in zip(a, b, strict=True))]}
        )
        for a, b in combinations(points, 2)
    }
    cost = np.full((len(triples), len(points)), np.inf)
    for row, triple in enumerate(triples):
        cost[row, list(triple)] = 1
    plan = solve_lscp(from_matrix(cost))
    assert (plan.status, plan.objective) == ("optimal", least)


@pytest.mark.parametrize(("side", "queens"), [(5, 3), (6, 3), (7, 4), (8, 5)])
def test_published_numbers_of_queens_cover_the_board(side, queens):
    # Ball (1892), Mathematical Recreations and Essays: queens that attack or hold every square.
    x, y = np.indices((side, side)).reshape(2, -1)
    dx, dy = x[:, None] - x, y[:, None] - y
    held = (dx == 0) | (dy == 0) | (abs(dx) == abs(dy))
    plan = solve_lscp(from_matrix(np.where(held, 1.0, np.inf)))
    assert (plan.status, plan.objective) == ("optimal", queens)


def random_town(seed, n):
    xy = np.random.default_rng(seed).random((n, 2)) * 1000
    return np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)))


def test_a_median_of_a_town_is_proven_and_is_its_own_recount():
    distance = random_town(1, 150)
    plan = solve_p_median(from_matrix(distance), 12)
    assert plan.status == "optimal"
    assert plan.objective == distance[:, plan.opened].min(axis=1).sum()
    assert (plan.assignment == plan.opened[distance[:, plan.opened].argmin(axis=1)]).mean() > 0.9


def test_a_median_cut_short_keeps_its_bound_below_the_optimum():
    problem = from_matrix(random_town(2, 150))
    best = solve_p_median(problem, 15)
    assert best.status == "optimal"
    for seconds in (0.0, 0.01, 0.05):
        short = solve_p_median(problem, 15, limits=Limits(time_limit_s=seconds))
        assert short.bound <= best.objective <= short.objective
        assert short.status == "optimal" or short.ended == "time limit"


def test_a_center_cut_short_still_has_a_plan_and_a_bound():
    problem = from_matrix(random_town(4, 150))
    best = solve_p_center(problem, 10)
    assert best.status == "optimal"
    short = solve_p_center(problem, 10, limits=Limits(time_limit_s=0.0))
    assert short.bound <= best.objective <= short.objective < 2 * best.objective


def test_an_existing_site_costs_no_number():
    cost = np.array([[0.0, 9], [9, 0], [9, 0]])
    assert solve_p_median(from_matrix(cost, existing=[0]), 1).objective == 0
    assert solve_p_median(from_matrix(cost, existing=[0]), 0).objective == 9 + 9


def test_far_demand_makes_medians_and_centers_infeasible_with_a_sentence():
    cost = np.array([[1.0, np.inf], [np.inf, 1.0], [np.inf, np.inf]])
    for solve in (solve_p_median, solve_p_center):
        plan = solve(from_matrix(cost), 2)
        assert plan.status == "infeasible"
        assert "1 of 3 rows reach no site; the first is row 2" in say(plan.message, "en")
    near = from_matrix(cost[:2], cutoff=5)
    assert "at least 2 are needed" in say(solve_p_median(near, 1).message, "en")


def test_one_site_alone_has_no_distance_to_keep():
    plan = solve_p_dispersion(from_matrix(random_town(3, 5)), 1)
    assert plan.status == "unbounded"
    with pytest.raises(SitingError, match="4 rows of demand for 2 sites"):
        solve_p_dispersion(from_matrix(np.ones((4, 2))), 1)


def test_a_center_needs_a_number_or_money_but_not_both():
    problem = from_matrix(random_town(3, 5))
    assert solve_p_center(problem).status == "invalid"
    assert say(solve_p_center(problem, 2, budget=3).message, "en") == "Give either p or budget."
