"""Points with properties as GeoJSON (RFC 7946), made a column at a time.

Owns the text of the file; GDAL's writer goes through an object for every value of every point.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siting.report.tables.sheet_rows import by_distinct, string_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A centimetre.
_DEGREE_DIGITS = 7


def point_features(
    properties: Mapping[str, Any],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    *,
    name: str,
) -> bytes:
    r"""Return a feature collection of n points.

    Parameters
    ----------
    properties
        Name -> values (n,): numbers as float64 arrays, everything else as text. Missing and
        infinite values become ``null``, since JSON has no infinity.
    lon, lat
        Degrees in WGS 84, float64 (n,).
    name
        Of the collection.

    Examples
    --------
    >>> made = point_features({"id": ["h1"]}, np.array([114.25]), np.array([30.5]), name="gaps")
    >>> json.loads(made)["features"][0]["geometry"]
    {'type': 'Point', 'coordinates': [114.25, 30.5]}
    """
    head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":[\n'
    body = b""
    if lon.size:
        parts: list[Any] = ['{"type":"Feature","properties":{']
        for number, (key, values) in enumerate(properties.items()):
            parts += [("," if number else "") + json.dumps(key) + ":", _values(values)]
        parts += ['},"geometry":{"type":"Point","coordinates":[', _degrees(lon), ",", _degrees(lat)]
        parts += ["]}},\n", ""]
        large = pa.large_string()
        texts = (pa.scalar(part, large) if isinstance(part, str) else part for part in parts)
        body = string_bytes(pc.binary_join_element_wise(*texts))[: -len(",\n")] + b"\n"
    return head.encode() + body + b"]}\n"


def _degrees(values: NDArray[np.float64]) -> pa.LargeStringArray:
    return pa.array(np.round(values, _DEGREE_DIGITS)).cast(pa.large_string())


def _values(values: Any) -> pa.LargeStringArray:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        digits = pa.array(values).cast(pa.large_string())
        null = pa.scalar("null", pa.large_string())
        return pc.if_else(pa.array(np.isfinite(values)), digits, null)
    return by_distinct(values, lambda value: json.dumps(str(value), ensure_ascii=False), "null")
