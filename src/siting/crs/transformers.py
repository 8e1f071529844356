"""Transformers between two systems: PROJ takes longer to choose one than to move a thousand points.

They are kept for each thread, since one must not be used by two at once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

_kept = threading.local()


def transformer_between(source: pyproj.CRS | str, target: pyproj.CRS | str) -> pyproj.Transformer:
    """Return the transformer from one system to another; x is always east or longitude.

    Examples
    --------
    >>> to_metres = transformer_between("EPSG:4326", "EPSG:4547")
    >>> east, north = to_metres.transform(114.0, 0.0)
    >>> round(east, 3), round(north, 3)
    (500000.0, 0.0)
    >>> to_metres is transformer_between("EPSG:4326", "EPSG:4547")
    True
    """
    made: dict[tuple[str, str], pyproj.Transformer] = _kept.__dict__.setdefault("made", {})
    key = (_name(source), _name(target))
    if key not in made:
        made[key] = Transformer.from_crs(source, target, always_xy=True)
    return made[key]


def degrees(shapes: NDArray[Any], crs: pyproj.CRS | str) -> NDArray[Any]:
    """Return shapes of a system in longitude and latitude, heights left out."""
    transform = transformer_between(crs, "EPSG:4326").transform

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def _name(crs: pyproj.CRS | str) -> str:
    return crs if isinstance(crs, str) else crs.to_wkt()
