"""Columns as text: integers in the fewest bytes, deflated, in base64.

One format serves every column. Values become integers; neighbours are subtracted where that
helps; the bytes of equal weight stand together, so that the empty high bytes deflate to nothing.
The page's ``model/unpack.js`` is the other half.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.render.model import Floats

DEGREE = 1_000_000
"""Steps per degree of a stored coordinate: about 0.1 m."""

MISSING, ENDLESS, FIRST = 0, 1, 2
"""Codes of a stored measurement: NaN, infinity, and the first that is a number."""

_LARGEST = 2**30  # differences of two such values still fit the page's 32-bit integers


def pack(columns: Mapping[str, NDArray[Any]], *, plain: Sequence[str] = ()) -> dict[str, Any]:
    """Return integer columns as one deflated text with what is needed to read it.

    Parameters
    ----------
    columns
        name -> integers (any length each), within ±2**30.
    plain
        Names of the columns that are stored as they are; the others as differences.

    Returns
    -------
    dict
        ``columns``: name, length, bytes per value and whether differences; ``text``: base64.

    Examples
    --------
    >>> import numpy as np
    >>> pack({"x": np.array([7, 8, 9])})["columns"]
    [['x', 3, 1, 1]]
    """
    described, parts = [], []
    for name, values in columns.items():
        differences = name not in plain
        width, data = _bytes(values, differences=differences)
        described.append([name, len(values), width, int(differences)])
        parts.append(data)
    return {"columns": described, "text": deflate(b"".join(parts))}


def pack_texts(texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return columns of texts as one deflated text (a JSON object inside)."""
    joined = json.dumps({name: list(values) for name, values in texts.items()}, ensure_ascii=False)
    return {"columns": None, "text": deflate(joined.encode("utf-8", "replace"))}


def deflate(data: bytes) -> str:
    """Return bytes deflated (zlib) and in base64."""
    # The levels above make it no smaller and take longer.
    return base64.b64encode(zlib.compress(data, 5)).decode("ascii")


def measurement_codes(
    measured: Floats, required: Floats | float, failed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], int, float]:
    """Return measurements as integers, the decimals kept, and the number that code 2 stands for.

    The decimals are as many as fit 16 bits, at least 1 and at most 4: 0.1 m for distances up to
    6.5 km. A failed measurement that would round onto its limit moves one step away from it, so
    that no figure shown contradicts the verdict.

    Parameters
    ----------
    measured
        float64 (n,); NaN and infinity have codes of their own.
    required
        The limit, one or float64 (n,); NaN where there is none.
    failed
        bool (n,).

    Examples
    --------
    >>> import numpy as np
    >>> codes, decimals, start = measurement_codes(
    ...     np.array([np.inf, 300.0, 300.00004]), 300.0, np.array([True, False, True])
    ... )
    >>> codes[0] == ENDLESS
    np.True_
    >>> (codes[1:] - 2) / 10**decimals + start
    array([300.    , 300.0001])
    """
    finite = np.isfinite(measured)
    values = measured[finite]
    start = float(np.floor(values.min())) if values.size else 0.0
    span = float(values.max()) - start if values.size else 0.0
    decimals = next((d for d in (4, 3, 2) if span * 10**d < 2**16 - 8), 1)
    while decimals > -9 and span * 10.0**decimals >= _LARGEST:
        decimals -= 1
    step = 10.0**-decimals
    steps = np.rint((values - start) / step)
    limit = np.broadcast_to(required, measured.shape)[finite]
    on_limit = failed[finite] & (np.abs(start + steps * step - limit) < step / 2)
    steps += np.where(on_limit, np.sign(values - limit), 0.0)
    codes = np.full(measured.shape, MISSING, dtype=np.int64)
    codes[np.isinf(measured)] = ENDLESS
    codes[finite] = steps.astype(np.int64) + FIRST
    return codes, decimals, start


def degree_codes(degrees: Floats) -> NDArray[np.int64]:
    """Return coordinates as integers of ``DEGREE`` steps per degree."""
    codes: NDArray[np.int64] = np.rint(np.asarray(degrees, dtype=float) * DEGREE).astype(np.int64)
    return codes


def weight_codes(values: Floats | None) -> NDArray[np.int64] | None:
    """Return households or people in tenths plus one, 0 where unknown; None stays None."""
    if values is None:
        return None
    numbers = np.asarray(values, dtype=float)
    known = np.isfinite(numbers)
    tenths = np.rint(np.where(known, numbers, 0.0) * 10).clip(0, _LARGEST - 2)
    return np.where(known, tenths.astype(np.int64) + 1, 0)


def spatial_order(lon: Floats, lat: Floats) -> NDArray[np.int64]:
    """Return the rows along a Z-order curve, so that neighbours in the file are neighbours in town.

    Equal places keep their order; empty input gives an empty order.
    """
    if len(lon) == 0:
        return np.empty(0, dtype=np.int64)
    code = _interleave(_cells(lon)) | (_interleave(_cells(lat)) << np.uint64(1))
    order: NDArray[np.int64] = np.argsort(code, kind="stable")
    return order


def _cells(values: Floats) -> NDArray[np.uint64]:
    low, high = float(values.min()), float(values.max())
    return ((values - low) / max(high - low, 1e-12) * 65535).astype(np.uint64)


def _interleave(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit between the lower 16 bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values


def _bytes(values: NDArray[Any], *, differences: bool) -> tuple[int, bytes]:
    """Return the bytes per value, and the values as planes of bytes, the lowest first."""
    numbers = np.asarray(values).astype("<i4")
    if differences:
        steps = np.diff(numbers, prepend=numbers.dtype.type(0))
        # Zigzag: small steps either way become small unsigned numbers.
        numbers = (steps << 1) ^ (steps >> 31)
    top = int(numbers.view("<u4").max()) if numbers.size else 0
    width = max(1, (top.bit_length() + 7) // 8)
    return width, numbers.view(np.uint8).reshape(-1, 4)[:, :width].T.tobytes()
