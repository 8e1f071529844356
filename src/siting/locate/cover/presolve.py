"""Shrinking covering problems without changing their answers.

Rows with the same cover set become one, rows and sites that a better one makes needless go, and
what is decided already (existing facilities, sites forced in or out) leaves the problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.locate.cover.kernels import find_implied_rows, group_equal_rows, hash_rows
from siting.locate.problem import Problem, free_sites, open_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


# Comparing sites pair by pair costs the sum of squared row lengths; beyond this it is left out.
_MOST_COMPARISONS = 200_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Rows to cover and free sites that cover them, both ways in compressed storage.

    Parameters
    ----------
    weight
        float64 (r,): demand of each merged row.
    offset, site
        int64 (r + 1,), int32: the free sites of each row, ascending.
    site_offset, row
        int64 (c + 1,), int32: the same by site.
    cost
        float64 (c,): money for each free site.
    sites
        int32 (c,): what the free sites are called in the problem.
    """

    weight: NDArray[np.float64]
    offset: NDArray[np.int64]
    site: NDArray[np.int32]
    site_offset: NDArray[np.int64]
    row: NDArray[np.int32]
    cost: NDArray[np.float64]
    sites: NDArray[np.int32]

    @property
    def n_rows(self) -> int:
        """Number of merged rows."""
        return self.weight.size

    @property
    def n_sites(self) -> int:
        """Number of free sites."""
        return self.cost.size

    def pair_rows(self) -> NDArray[np.int64]:
        """Return the row of each pair, in row order."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.offset))


def build_cover(problem: Problem, *, keep: NDArray[np.bool_] | None = None) -> Cover:
    """Reduce a problem to its undecided rows and free sites, equal cover sets merged.

    Parameters
    ----------
    keep
        bool (n,): rows of demand to look at; those of `open_rows` where left out.
    """
    wanting = open_rows(problem) if keep is None else keep
    free = free_sites(problem)
    number = np.full(problem.n_sites, -1, np.int32)
    number[free] = np.arange(free.size, dtype=np.int32)
    pairs = np.flatnonzero(wanting[problem.from_index] & (number[problem.to_index] >= 0))
    source, site = problem.from_index[pairs], number[problem.to_index[pairs]]
    offset = np.searchsorted(source, np.arange(problem.n_demand + 1)).astype(np.int64)
    return _merged(problem.demand, offset, site, problem.site_cost[free], free)


def build_cover_by_area(
    problem: Problem, area: NDArray[np.int64]
) -> tuple[Cover, NDArray[np.int64]]:
    """Reduce a problem as `build_cover` does, merging only within a community.

    Returns the cover and the community of each of its rows.
    """
    # A column that stands for the community keeps rows of different ones apart.
    wanting = np.flatnonzero(open_rows(problem))
    free = free_sites(problem)
    number = np.full(problem.n_sites, -1, np.int64)
    number[free] = np.arange(free.size)
    pairs = np.flatnonzero(np.isin(problem.from_index, wanting) & (number[problem.to_index] >= 0))
    rows = np.unique(problem.from_index[pairs])
    source = np.concatenate([problem.from_index[pairs], rows])
    column = np.concatenate([number[problem.to_index[pairs]], free.size + area[rows] + 1])
    order = np.lexsort((column, source))
    offset = np.searchsorted(source[order], np.arange(problem.n_demand + 1)).astype(np.int64)
    width = free.size + int(area.max(initial=-1)) + 2
    group, first = merge_rows(offset, column[order].astype(np.int32), width)
    weight = np.bincount(group[group >= 0], problem.demand[group >= 0], first.size).astype(float)
    length = np.diff(offset)[first] - 1
    site = column[order][_spans(offset[first], length)]
    cover = _with_columns(weight, length, site.astype(np.int32), problem.site_cost[free], free)
    return cover, area[first]


def _merged(
    weight: NDArray[np.float64],
    offset: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    sites: NDArray[np.int32],
) -> Cover:
    """Merge rows with equal sites (ascending within a row); rows without any are dropped."""
    group, first = merge_rows(offset, site, cost.size)
    total = np.bincount(group[group >= 0], weight[group >= 0], first.size).astype(float)
    length = np.diff(offset)[first]
    return _with_columns(total, length, site[_spans(offset[first], length)], cost, sites)


def _with_columns(
    weight: NDArray[np.float64],
    length: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    sites: NDArray[np.int32],
) -> Cover:
    rows = np.repeat(np.arange(length.size, dtype=np.int32), length)
    order = np.argsort(site, kind="stable")
    counts = np.bincount(site, minlength=cost.size)
    return Cover(
        weight=weight,
        offset=np.concatenate([[0], np.cumsum(length)]).astype(np.int64),
        site=site.astype(np.int32),
        site_offset=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        row=rows[order],
        cost=cost,
        sites=sites,
    )


def _spans(first: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions first[0].., first[1].. of spans laid end to end."""
    ends = np.cumsum(length)
    shift = np.repeat(first - (ends - length), length)
    return np.asarray(np.arange(shift.size) + shift, np.int64)


def merge_rows(
    offset: NDArray[np.int64], site: NDArray[np.int32], n_sites: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give distinct site sets numbers; return each row's number (-1: empty) and a row of each.

    Rows meet by a hash of their set and are then compared item by item, so a collision of
    hashes merges nothing.
    """
    # The keys only have to scatter; a fixed seed keeps the order of rows the same every time.
    keys = np.random.default_rng(20191).integers(1, 2**63, n_sites, dtype=np.uint64)
    hashes = hash_rows(offset, site, keys)
    order = np.argsort(hashes, kind="stable")
    group, first = group_equal_rows(order, hashes, offset, site)
    return group, first


def take_sites(cover: Cover, keep: NDArray[np.bool_], weight: NDArray[np.float64]) -> Cover:
    """Keep only some free sites and the rows of positive weight, and merge again."""
    number = np.full(cover.n_sites, -1, np.int32)
    number[keep] = np.arange(int(keep.sum()), dtype=np.int32)
    rows = cover.pair_rows()
    pairs = (number[cover.site] >= 0) & (weight[rows] > 0)
    offset = np.concatenate([[0], np.cumsum(np.bincount(rows[pairs], minlength=cover.n_rows))])
    return _merged(
        weight, offset.astype(np.int64), number[cover.site[pairs]], cover.cost[keep],
        cover.sites[keep],
    )  # fmt: skip


def drop_dominated_sites(cover: Cover) -> Cover:
    """Drop each site whose rows another site covers too, for no more money.

    Of two equal ones the lower number stays.
    """
    lengths = np.diff(cover.offset).astype(float)
    if not cover.n_rows or (lengths**2).sum() > _MOST_COMPARISONS:
        return cover
    ones = np.ones(cover.site.size, np.int32)
    table = csr_array((ones, cover.site, cover.offset), shape=(cover.n_rows, cover.n_sites))
    shared = (table.T @ table).tocoo()
    size = np.diff(cover.site_offset)
    a, b = shared.row, shared.col
    inside = (shared.data == size[a]) & (a != b) & (cover.cost[b] <= cover.cost[a])
    twins = (size[a] == size[b]) & (cover.cost[a] == cover.cost[b])
    dominated = np.zeros(cover.n_sites, bool)
    dominated[a[inside & (~twins | (b < a))]] = True
    dominated |= size == 0
    return take_sites(cover, ~dominated, cover.weight) if dominated.any() else cover


def drop_dominated_rows(cover: Cover) -> Cover:
    """Drop each row that is covered whenever another one is: for models that must cover all."""
    implied = find_implied_rows(
        cover.offset, cover.site, cover.site_offset, cover.row, _MOST_COMPARISONS
    )
    if not implied.any():
        return cover
    weight = np.where(implied, 0.0, np.maximum(cover.weight, 1e-300))
    return take_sites(cover, np.ones(cover.n_sites, bool), weight)


def components(cover: Cover) -> list[NDArray[np.bool_]]:
    """Split the free sites into sets that share no row; sites without rows are in none."""
    n = cover.n_rows + cover.n_sites
    pairs = (np.ones(cover.site.size, np.int8), (cover.pair_rows(), cover.n_rows + cover.site))
    count, label = connected_components(csr_array(pairs, shape=(n, n)), directed=False)
    with_rows = np.unique(label[: cover.n_rows])
    assert with_rows.size <= count
    return [label[cover.n_rows :] == one for one in with_rows]
