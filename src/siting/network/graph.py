"""The walking network as frozen arrays.

Owns the type that every distance stands on: undirected storage (edges with a geometry) with a
cost each way. Lengths are metres; costs are metres or seconds, as the network was weighted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from siting.errors import SitingError
from siting.message import message
from siting.network import kernels
from siting.network.arrays import frozen_array
from siting.network.build import network_columns

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from siting.network.kernels.arcs import Arcs
    from siting.network.kernels.grid import SegmentGrid

Unit = Literal["m", "s"]

# 80 m/min, the speed taken where nobody names one (docs/distance.md).
_DEFAULT_ACCESS_S_PER_M = 60.0 / 80.0

_DTYPES = {
    "node_xy": np.float64,
    "edge_from": np.int32,
    "edge_to": np.int32,
    "edge_length_m": np.float64,
    "cost_forward": np.float64,
    "cost_backward": np.float64,
    "edge_offsets": np.int64,
    "edge_xy": np.float64,
    "component": np.int32,
    "edge_street": np.int32,
    "edge_added": np.bool_,
    "edge_enclosed": np.bool_,
}


@dataclass(frozen=True, eq=False)
class Network:
    """A walking network: n nodes, m edges, k polyline vertices, in projected metres.

    `build_network` makes one from a street layer. Nodes lie along a space-filling curve, so that
    neighbours in the city are neighbours in memory.

    Parameters
    ----------
    node_xy
        float64 (n, 2), metres.
    edge_from, edge_to
        int32 (m,): nodes; equal for a street that returns to where it began.
    edge_length_m
        float64 (m,): length of the edge's geometry, positive.
    cost_forward, cost_backward
        float64 (m,): cost of the whole edge from `edge_from` to `edge_to` and back, in `unit`;
        infinite where nobody can walk that way.
    edge_offsets
        int64 (m + 1,): the vertices of edge ``e`` are rows ``edge_offsets[e]:edge_offsets[e + 1]``.
    edge_xy
        float64 (k, 2), metres.
    component
        int32 (n,): which piece of the network a node belongs to, ignoring direction.
    unit
        Of the costs: ``"m"`` or ``"s"``.
    edge_street
        int32 (m,): row of the street layer the edge comes from.
    edge_added
        bool (m,): proposed streets, which give more ways out and take none away (see `snap`).
    access_cost_per_m
        Cost of one metre of access leg: 1 where costs are metres, seconds per metre otherwise.
    edge_enclosed
        bool (m,): bridge decks and tunnels, which nobody steps onto from beside; left out: none.
    """

    node_xy: NDArray[np.float64]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    cost_forward: NDArray[np.float64]
    cost_backward: NDArray[np.float64]
    edge_offsets: NDArray[np.int64]
    edge_xy: NDArray[np.float64]
    component: NDArray[np.int32]
    unit: Unit
    edge_street: NDArray[np.int32]
    edge_added: NDArray[np.bool_]
    access_cost_per_m: float = 1.0
    edge_enclosed: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.edge_enclosed is None:
            object.__setattr__(self, "edge_enclosed", np.zeros(self.edge_added.size, np.bool_))
        for name, dtype in _DTYPES.items():
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor, so that a copy in another process is frozen too.
        return type(self), tuple(getattr(self, field.name) for field in fields(self))

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.node_xy.shape[0])

    @property
    def edge_count(self) -> int:
        """Number of edges."""
        return int(self.edge_from.size)

    @cached_property
    def reversed_arcs(self) -> Arcs:
        """Arcs grouped by the node they lead to: what a search from the facilities walks."""
        return kernels.build_reversed_arcs(
            self.node_count, self.edge_from, self.edge_to, self.cost_forward, self.cost_backward
        )

    @cached_property
    def segment_grid(self) -> SegmentGrid:
        """The straight pieces of existing streets in square cells: what snapping looks in.

        Without bridge decks and tunnels.
        """
        return self._grid(~self.edge_added & ~self.enclosed)

    @cached_property
    def enclosed_grid(self) -> SegmentGrid:
        """The pieces of existing bridge decks and tunnels: where nothing else is in reach."""
        return self._grid(~self.edge_added & self.enclosed)

    @property
    def enclosed(self) -> NDArray[np.bool_]:
        """Bridge decks and tunnels, bool (m,)."""
        return np.asarray(self.edge_enclosed, np.bool_)

    def lines_of(self, edges: NDArray[Any]) -> NDArray[np.object_]:
        """Return the LineStrings of some edges."""
        first, count = self.edge_offsets[edges], np.diff(self.edge_offsets)[edges]
        owner = np.repeat(np.arange(edges.size), count)
        vertex = np.arange(owner.size) + np.repeat(first - np.cumsum(count) + count, count)
        return np.asarray(shapely.linestrings(self.edge_xy[vertex], indices=owner), dtype=object)

    def _grid(self, wanted: NDArray[np.bool_]) -> SegmentGrid:
        rows = np.flatnonzero(wanted)
        return kernels.build_segment_grid(self.edge_xy, self.edge_offsets, rows)

    def with_cost(
        self,
        forward: ArrayLike,
        backward: ArrayLike,
        unit: Unit = "s",
        *,
        access_cost_per_m: float | None = None,
    ) -> Network:
        """Return the same streets with other costs.

        Parameters
        ----------
        forward, backward
            float (m,): cost of each edge each way, not negative; infinite where it is not walkable.
        unit
            Of these costs.
        access_cost_per_m
            Cost of a metre between door and street. Left out: 1 for metres; for seconds 0.75,
            which is 80 m/min.

        Raises
        ------
        SitingError
            Costs that are negative, missing or not one per edge.
        """
        if access_cost_per_m is None:
            access_cost_per_m = 1.0 if unit == "m" else _DEFAULT_ACCESS_S_PER_M
        for name, values in (("forward", forward), ("backward", backward)):
            self._check_cost(name, np.asarray(values, float))
        weighted = replace(
            self,
            cost_forward=np.asarray(forward, float),
            cost_backward=np.asarray(backward, float),
            unit=unit,
            access_cost_per_m=access_cost_per_m,
        )
        if "segment_grid" in self.__dict__:  # the streets lie where they lay
            weighted.__dict__["segment_grid"] = self.segment_grid
        return weighted

    def _check_cost(self, name: str, values: NDArray[np.float64]) -> None:
        if values.shape != (self.edge_count,):
            shape = str(values.shape)
            raise SitingError(
                message("network.cost_shape", name=name, shape=shape, edges=self.edge_count)
            )
        wrong = np.flatnonzero(~(values >= 0))
        if wrong.size:
            edge = int(wrong[0])
            value, count = f"{values[edge]:g}", wrong.size
            raise SitingError(
                message("network.cost_wrong", name=name, count=count, edge=edge, value=value)
            )


def build_network(streets: gpd.GeoDataFrame, *, oneway: bool = False) -> Network:
    """Join street lines into a walking network.

    Parameters
    ----------
    streets
        As `tables.STREETS`, in projected metres. A row is one line. An optional flag `added` marks
        proposed streets, `enclosed` bridge decks and tunnels.
    oneway
        Whether the column `oneway` binds walkers; it is about vehicles in most data.

    Returns
    -------
    Network
        Costs are metres. Lines without length give no edge, lines that are drawn twice give one;
        the rows that gave edges are `edge_street`.

    Raises
    ------
    TableError
        Streets that break `tables.STREETS`: no CRS, degrees, null geometry, not lines.
    SitingError
        Coordinates that are not numbers, or no line with any length.

    Notes
    -----
    Where rows have `from_node` and `to_node`, lines meet at equal keys and nowhere else. Lines
    without keys meet any line where both have a vertex within 1 mm, at ends or on the way, and
    where one ends within 1 mm of the other. Lines that only cross do not meet: one of them may be
    a bridge.

    Examples
    --------
    A street of 300 m and a lane of 100 m that leaves it half way.

    >>> import geopandas, shapely
    >>> lines = [shapely.LineString([(0, 0), (300, 0)]), shapely.LineString([(150, 0), (150, 100)])]
    >>> table = geopandas.GeoDataFrame({"street_id": ["a", "b"]}, geometry=lines, crs=4547)
    >>> network = build_network(table)
    >>> network.node_count, sorted(network.edge_length_m.tolist())
    (4, [100.0, 150.0, 150.0])
    """
    return Network(**network_columns(streets, oneway=oneway))
