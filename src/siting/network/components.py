"""What hangs together: numbers of the connected components of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader
import numpy as np

if TYPE_CHECKING:
    import scipy
    from numpy.typing import NDArray
else:
    scipy = lazy_loader.load("scipy")  # not needed where the network of an earlier run is kept


def components(
    one: NDArray[np.integer], other: NDArray[np.integer], size: int
) -> NDArray[np.int32]:
    """Return the component of each of `size` nodes, numbered from 0 by their first nodes.

    Parameters
    ----------
    one, other
        int (k,): the nodes at both ends of each link, in either direction.

    Examples
    --------
    >>> components(np.array([0, 3]), np.array([2, 1]), 5).tolist()
    [0, 1, 0, 1, 2]
    """
    links = scipy.sparse.coo_array((np.ones(one.size, np.int8), (one, other)), shape=(size, size))
    found = scipy.sparse.csgraph.connected_components(links, directed=False)[1]
    return np.asarray(found, np.int32)
