"""Gates and barriers on ways: which nobody walks through, and which residents open.

Owns the cutting of the street graph at nodes. Whether a gate is open is read from its tags by
`siting.loaders.osm.walking`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting.network.components import components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.loaders.osm.streets import Segments


@dataclass(frozen=True)
class Gates:
    """Nodes that bind walkers.

    Parameters
    ----------
    closed
        Node ids that nobody walks through, int64.
    private
        Node ids of gates for those who live behind them, int64.
    """

    closed: NDArray[np.int64]
    private: NDArray[np.int64]

    @property
    def all(self) -> NDArray[np.int64]:
        """Both kinds."""
        return np.concatenate([self.closed, self.private])


@dataclass(frozen=True)
class Cut:
    """Streets that end at closed gates.

    Parameters
    ----------
    segments
        The segments; both sides of a closed gate have ends of their own.
    closed, kept
        How many gates are closed, and how many private ones were left open.
    """

    segments: Segments
    closed: int
    kept: int


def close_gates(
    segments: Segments, gates: Gates, private: NDArray[np.bool_], *, residents: bool
) -> Cut:
    """Part the streets at gates that do not let walkers through.

    Parameters
    ----------
    segments
        Split at every gate.
    gates
        Node ids.
    private
        Which segments are private, bool (k,).
    residents
        Whether residents count: a private gate then stays open where it stands on a private
        street, or is the only way to what lies behind it. Where there is a way around, others
        take that, so the gate is closed.

    Returns
    -------
    Cut
        A gate beside a street that passes by parts the other ways from it, not the street.
    """
    ends = np.concatenate([segments.from_node, segments.to_node])
    way = np.concatenate([segments.way, segments.way])
    closed, doubtful = np.isin(ends, gates.closed), np.isin(ends, gates.private)
    if not closed.any() and not doubtful.any():
        return Cut(segments, 0, 0)
    kept = np.empty(0, np.int64)
    if residents:
        kept = np.unique(ends[doubtful & np.concatenate([private, private])])
        doubtful &= ~np.isin(ends, kept)
    parted = _parted(ends, way, closed | doubtful)
    if residents:
        only = _only_ways_in(ends, parted, doubtful)
        kept = np.union1d(kept, only)
        parted = np.where(np.isin(ends, only) & doubtful, ends, parted)
    shut = np.unique(ends[parted != ends]).size
    half = segments.from_node.size
    cut = replace(segments, from_node=parted[:half], to_node=parted[half:])
    return Cut(cut, shut, int(kept.size))


def _parted(
    ends: NDArray[np.int64], way: NDArray[np.int64], at_gate: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Give the ends at gates nodes of their own; a way that passes by a junction stays whole."""
    rows = np.flatnonzero(at_gate)
    _, gate, uses = np.unique(ends[rows], return_inverse=True, return_counts=True)
    alone = uses[gate] < 3  # the gate stands on the way, not beside it
    keys = np.column_stack([gate, np.where(alone, -1 - np.arange(rows.size), way[rows])])
    number = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    parted = ends.copy()
    parted[rows] = ends.min() - 1 - number
    return parted


def _only_ways_in(
    ends: NDArray[np.int64], parted: NDArray[np.int64], doubtful: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the gates whose sides hang together nowhere else."""
    nodes, node = np.unique(parted, return_inverse=True)
    start, finish = node.reshape(2, -1)
    piece = components(start, finish, nodes.size)
    rows = np.flatnonzero(doubtful)
    gate, side = ends[rows], piece[node[rows]]
    order = np.lexsort((side, gate))
    gate, side = gate[order], side[order]
    return np.unique(gate[1:][(gate[1:] == gate[:-1]) & (side[1:] != side[:-1])])
