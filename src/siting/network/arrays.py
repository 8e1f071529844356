"""Arrays that nobody can write to, as records of the network, rules and pipeline hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def frozen_array(values: ArrayLike, dtype: Any) -> NDArray[Any]:
    """Return a C-ordered view of that dtype which cannot be written to; the caller's array can."""
    view = np.ascontiguousarray(values, dtype).view()
    view.flags.writeable = False
    return view
