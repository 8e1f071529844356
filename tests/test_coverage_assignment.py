"""Capacity, exactly: the maximum that can be served, its proof, and who is served by habit."""

from __future__ import annotations

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.coverage.assignment import assignment, nearest_served
from siting.errors import SitingError


def pairs(*rows):
    table = np.array(rows, float).reshape(-1, 3)
    return SimpleNamespace(
        from_index=table[:, 0].astype(np.int32),
        to_index=table[:, 1].astype(np.int32),
        cost=table[:, 2],
    )


def random_pairs(rng, n, m, share=0.5):
    source, target = np.nonzero(rng.random((n, m)) < share)
    order = rng.permutation(source.size)
    cost = rng.integers(1, 10, source.size).astype(float)
    return SimpleNamespace(from_index=source[order], to_index=target[order], cost=cost)


def maximum_by_networkx(table, demand, capacity):
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for i, people in enumerate(demand):
        graph.add_edge("source", ("home", i), capacity=people)
    for j, room in enumerate(capacity):
        graph.add_edge(("facility", j), "sink", capacity=room)
    for i, j in zip(table.from_index, table.to_index, strict=True):
        graph.add_edge(("home", int(i)), ("facility", int(j)))
    return nx.maximum_flow_value(graph, "source", "sink")


def test_people_move_on_so_that_others_can_be_served():
    # Home 0 prefers facility 0, but home 1 has nothing else.
    table = pairs((0, 0, 10), (0, 1, 20), (1, 0, 30))
    best = assignment(table, [5, 5], [5, 5])
    assert best.total == 5 + 5
    assert best.pair_flow.tolist() == [0, 5, 5]


def test_a_chain_of_moves_frees_the_last_place():
    table = pairs((0, 0, 1), (0, 1, 2), (1, 1, 1), (1, 2, 2), (2, 0, 9), (3, 0, 9))
    best = assignment(table, [4, 4, 3, 3], [4, 4, 4])
    assert best.total == 4 + 4 + 4
    assert best.limit_total == best.total


def test_a_home_exactly_at_the_limit_is_served_and_one_beyond_is_not():
    table = pairs((0, 0, 300.0), (1, 0, 300.001))
    assert assignment(table, [2, 3], [10], cutoff=300).served.tolist() == [2, 0]
    assert nearest_served(table, [2, 3], [10], cutoff=300).served.tolist() == [2, 0]


def test_nearest_served_turns_the_same_share_of_each_home_away():
    table = pairs((0, 0, 10), (1, 0, 10), (1, 1, 11))
    plain = nearest_served(table, [30, 10], [20, 50])
    assert plain.load.tolist() == [30 + 10, 0]
    assert plain.served.tolist() == [30 * 20 / 40, 10 * 20 / 40]
    assert assignment(table, [30, 10], [20, 50]).total == 20 + 10


def test_who_is_served_at_the_nearest_keeps_being_served():
    # Facility 0 has room for 4. Home 0 fills it today; home 1 has nothing nearer than facility 1,
    # which is full, and would be first in line at facility 0 if homes were served in turn.
    table = pairs((0, 0, 10), (1, 0, 5), (1, 1, 1), (2, 1, 2))
    plain = nearest_served(table, [4, 6, 6], [4, 6])
    assert plain.served.tolist() == [4, 6 * 6 / 12, 6 * 6 / 12]
    best = assignment(table, [4, 6, 6], [4, 6])
    assert best.total == 4 + 6
    assert best.served.tolist() == [4, 3, 3]


def test_who_moves_on_is_served_elsewhere_and_loses_nothing():
    # Home 0 gives its place at facility 0 to home 1, which has no other, and goes to facility 1.
    table = pairs((0, 0, 1), (0, 1, 2), (1, 0, 3))
    assert nearest_served(table, [4, 4], [4, 4]).served.tolist() == [4 * 4 / 8, 4 * 4 / 8]
    best = assignment(table, [4, 4], [4, 4])
    assert best.served.tolist() == [4, 4]
    assert best.pair_flow.tolist() == [0, 4, 4]


def test_a_full_facility_turns_whole_people_away():
    # Seven places for 3 + 3 + 4: 2.1, 2.1 and 2.8, so 2 + 2 + 2 and the last to the largest rest.
    table = pairs((0, 0, 1), (1, 0, 1), (2, 0, 1))
    assert nearest_served(table, [3, 3, 4], [7]).served.tolist() == [2, 2, 2 + 1]
    assert assignment(table, [3, 3, 4], [7]).served.tolist() == [2, 2, 3]
    halves = nearest_served(table, [3, 3, 4], [7.5]).served
    assert halves.tolist() == pytest.approx([3 * 0.75, 3 * 0.75, 4 * 0.75])


def test_a_start_is_kept_where_more_facilities_come():
    # Without facility 1 home 1 had the place; home 0 is nearer to it but takes the new one.
    table = pairs((0, 0, 1), (0, 1, 9), (1, 0, 5))
    best = assignment(table, [1, 1], [1, 1], start=[0, 0, 1])
    assert best.pair_flow.tolist() == [0, 1, 1]
    assert assignment(table, [1, 1], [1, 0], start=[0, 0, 1]).served.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ([1], "start has 1 row, the pairs are 3"),
        ([1, 0, -1], "start is negative.*row 2"),
        ([2, 0, 0], "more than there are of 1 home, more than there is room for at 1 facilities"),
        ([0, 1, 0], "1 pairs beyond the limit"),
    ],
)
def test_a_start_that_cannot_be_is_refused(start, told):
    table = pairs((0, 0, 1), (0, 1, 9), (1, 0, 5))
    with pytest.raises(SitingError, match=told):
        assignment(table, [1, 1], [1, 1], cutoff=8, start=start)


def test_equally_near_facilities_go_to_the_lowest_index():
    assert nearest_served(pairs((0, 1, 5), (0, 0, 5)), [1], [9, 9]).nearest.tolist() == [0]


@pytest.mark.parametrize("unlimited", [np.inf, 1e300])
def test_a_facility_without_limit_serves_everybody_who_reaches_it(unlimited):
    best = assignment(pairs((0, 0, 1), (1, 0, 1)), [3, 4, 5], [unlimited])
    assert best.total == best.limit_total == 3 + 4


@pytest.mark.parametrize(("demand", "capacity"), [([], []), ([1, 2], []), ([], [3]), ([1], [2])])
def test_empty_tables_serve_nobody(demand, capacity):
    assert assignment(pairs(), demand, capacity).total == 0
    assert nearest_served(pairs(), demand, capacity).total == 0


def test_every_fault_of_the_input_is_in_one_message():
    with pytest.raises(SitingError, match=r"demand is negative.*row 1 with -3.*capacity.*row 0"):
        assignment(pairs((0, 0, 1)), [1, -3], [np.nan])
    with pytest.raises(SitingError, match="to_index points outside the 1 facility in 1 pairs"):
        assignment(pairs((0, 1, 1)), [1], [1])


@given(st.integers(0, 2**32 - 1))
def test_the_maximum_is_that_of_networkx_and_proves_itself(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 12), rng.integers(1, 7)
    table = random_pairs(rng, n, m, rng.uniform(0.1, 0.9))
    demand, capacity = rng.integers(0, 9, n), rng.integers(0, 20, m)
    best = assignment(table, demand, capacity)
    assert best.total == maximum_by_networkx(table, demand.tolist(), capacity.tolist())
    assert best.limit_total == best.total
    assert (best.pair_flow >= 0).all()
    assert (best.served <= demand).all()
    assert (best.load <= capacity).all()
    plain = nearest_served(table, demand, capacity)
    assert plain.total == plain.served.sum() <= best.total
    assert (plain.served <= best.served).all()
    assert (plain.served == np.rint(plain.served)).all()


@given(st.integers(0, 2**32 - 1))
def test_more_facilities_take_nobodys_service_away(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 12), rng.integers(1, 7)
    table = random_pairs(rng, n, m, rng.uniform(0.1, 0.9))
    demand, capacity = rng.integers(0, 9, n), rng.integers(0, 20, m)
    before = assignment(table, demand, np.where(np.arange(m) < m // 2, capacity, 0))
    after = assignment(table, demand, capacity, start=before.pair_flow)
    assert after.total == after.limit_total == assignment(table, demand, capacity).total
    assert (after.served >= before.served).all()
    assert (after.load <= capacity).all()


@given(st.integers(0, 2**32 - 1))
def test_real_valued_people_are_proven_too(seed):
    rng = np.random.default_rng(seed)
    table = random_pairs(rng, 40, 8, 0.3)
    demand, capacity = rng.random(40) * 7.3, rng.random(8) * 30.1
    best = assignment(table, demand, capacity)
    assert best.total == pytest.approx(best.limit_total, rel=1e-12)
    assert (best.load <= capacity + 1e-9).all()
    assert (best.served >= nearest_served(table, demand, capacity).served - 1e-9).all()


def test_a_longer_limit_serves_no_fewer():
    rng = np.random.default_rng(3)
    table = random_pairs(rng, 200, 12)
    demand, capacity = rng.integers(0, 30, 200), rng.integers(0, 200, 12)
    totals = [assignment(table, demand, capacity, cutoff=c).total for c in range(11)]
    assert totals == sorted(totals)
    assert totals[0] == 0 < totals[-1]


@pytest.mark.real
@pytest.mark.parametrize(
    ("minutes", "people"), [(3, 3_000), (5, 10_882), (10, 24_469), (15, 27_147)]
)
def test_the_schools_of_a_district_serve_exactly_this_many(real_data, minutes, people):
    import pyarrow.parquet as pq

    folder = real_data / "vasileostrovsky"
    matrix = pq.read_table(folder / "matrix_time.parquet").to_pandas().to_numpy().astype(float)
    buildings = pq.read_table(folder / "buildings.parquet", columns=["demand"])
    services = pq.read_table(folder / "services.parquet", columns=["capacity"])
    source, target = np.indices(matrix.shape).reshape(2, -1)
    table = SimpleNamespace(from_index=source, to_index=target, cost=matrix.ravel())
    demand = buildings["demand"].to_numpy()
    capacity = services["capacity"].to_numpy()
    best = assignment(table, demand, capacity, cutoff=minutes)
    assert best.total == best.limit_total == people
    assert nearest_served(table, demand, capacity, cutoff=minutes).total <= people
