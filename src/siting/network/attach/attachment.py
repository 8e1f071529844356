"""What snapping finds: where each subject of a table touches the streets, and how it gets there."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.network.arrays import frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DTYPES = {
    "subject": np.int32,
    "edge": np.int32,
    "position": np.float64,
    "access_m": np.float64,
    "via": np.uint8,
}


class Via(IntEnum):
    """How a subject reaches the streets."""

    NONE = 0
    """Not at all: no street is near enough, or all of them lie behind a barrier."""
    POINT = 1
    """From its point."""
    ENTRANCE = 2
    """Through its known entrances."""
    BOUNDARY = 3
    """Through its outline, no entrance being known."""


@dataclass(frozen=True, eq=False)
class Attachment:
    """Where the subjects of one table touch the streets; a row is one way between both.

    Parameters
    ----------
    subject
        int32 (k,): row of the subjects' table, in ascending order; a subject with several gates
        has several rows, one that is too far from every street has none.
    edge
        int32 (k,): edge of the network.
    position
        float64 (k,): share of the edge's length from its start, 0 to 1.
    access_m
        float64 (k,): length of the access leg between the subject and that point.
    size
        Number of subjects.
    via
        uint8 (size,): how each subject reaches the streets, as `Via`.
    """

    subject: NDArray[np.int32]
    edge: NDArray[np.int32]
    position: NDArray[np.float64]
    access_m: NDArray[np.float64]
    size: int
    via: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name, dtype in _DTYPES.items():
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor, so that a copy in another process is frozen too.
        return type(self), tuple(getattr(self, field.name) for field in fields(self))

    @cached_property
    def along_streets(self) -> tuple[NDArray[Any], ...]:
        """Subject, edge, position and access leg of the rows in the order of their edges.

        Near in the city is near in memory then.
        """
        order = np.argsort(self.edge, kind="stable")
        return self.subject[order], self.edge[order], self.position[order], self.access_m[order]

    @property
    def attached(self) -> NDArray[np.bool_]:
        """Which subjects reach a street at all, bool (size,)."""
        return np.asarray(self.via != Via.NONE)
