"""Chinese Gauss-Kruger zones, which are written with or without the zone number in the easting.

Owns the pairs of EPSG codes that mean the same zone written both ways, and the recognition of the
number: an 8-digit easting that begins with 38 lies in 3-degree zone 38, central meridian 114E.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyproj
from numpy.typing import NDArray

from siting.crs.declared import crs_label
from siting.errors import CRSError
from siting.message import Message, message

_Floats = NDArray[np.float64]


class _Family(NamedTuple):
    """Gauss-Kruger zones that exist twice: with and without the zone number in the easting."""

    prefixed: int
    plain: int
    first: int
    last: int
    width_deg: int

    def twin(self, code: int) -> int:
        """Return the same zone written the other way."""
        step = self.plain - self.prefixed
        return code + step if self.is_prefixed(code) else code - step

    def is_prefixed(self, code: int) -> bool:
        """Tell which of the two ways a code means."""
        return self.prefixed <= code <= self.prefixed + self.last - self.first

    def zone(self, code: int) -> int | None:
        """Return the zone of a code; None where it is not of this family."""
        for start in (self.prefixed, self.plain):
            if start <= code <= start + self.last - self.first:
                return code - start + self.first
        return None


# CGCS2000, Xian 1980 and Beijing 1954, each in zones of 3 and of 6 degrees: EPSG codes of the
# first zone with and without its number.
_FAMILIES = (
    _Family(4513, 4534, 25, 45, 3),
    _Family(4491, 4502, 13, 23, 6),
    _Family(2349, 2370, 25, 45, 3),
    _Family(2327, 2338, 13, 23, 6),
    _Family(2401, 2422, 25, 45, 3),
    _Family(21413, 21453, 13, 23, 6),
)


def ways_to_write(
    crs: pyproj.CRS, east: _Floats, *, subject: str
) -> list[tuple[pyproj.CRS, Message | None]]:
    """Return the systems that eastings may be in, given the declared one, best first.

    Parameters
    ----------
    crs
        As declared.
    east
        Eastings of the layer, metres.
    subject
        The layer, for messages.

    Returns
    -------
    list of (CRS, Message or None)
        The declared system with None, and its twin with or without the zone number with a message
        that says why it is considered. Only the twin, where the eastings carry the number and the
        declared system does not.

    Raises
    ------
    CRSError
        The number is that of another zone than the declared.
    """
    code = crs.to_epsg() or 0
    family = next((one for one in _FAMILIES if one.zone(code) is not None), None)
    if family is None:
        return [(crs, None)]
    found, declared = _zone_prefix(east, family), family.zone(code)
    twin = pyproj.CRS.from_epsg(family.twin(code))
    named = {"declared": crs_label(crs), "read_as": crs_label(twin)}
    if family.is_prefixed(code):
        return [(crs, None), (twin, message("note.zone-prefix-missing", **named))]
    if found is None:
        return [(crs, None)]
    if found != declared:
        raise CRSError(_other_zone(crs, declared or 0, found, family, subject))
    return [(twin, message("note.zone-prefix", zone=found, **named))]


def _other_zone(
    crs: pyproj.CRS, declared: int, found: int, family: _Family, subject: str
) -> Message:
    shift = 0 if family.width_deg == 3 else -3
    return message(
        "crs.other_zone",
        subject=subject,
        crs=crs_label(crs),
        width=family.width_deg,
        zone=declared,
        meridian=declared * family.width_deg + shift,
        found=found,
        found_meridian=found * family.width_deg + shift,
        right=f"EPSG:{family.prefixed + found - family.first}",
    )


def _zone_prefix(east: _Floats, family: _Family) -> int | None:
    """Return the zone of 8-digit eastings that mostly begin with the same number, or None."""
    zones = np.floor(east / 1e6)
    zone = int(np.median(zones)) if zones.size else 0
    if family.first <= zone <= family.last and np.mean(zones == zone) > 0.5:
        return zone
    return None


def prefix_hint(centres: _Floats, crs: pyproj.CRS | None) -> Message | None:
    """Name the system whose zone number the coordinates carry; None where they carry none.

    Parameters
    ----------
    centres
        Coordinates (n, 2) in the order of the file.
    crs
        As declared: its datum and zone width are kept; CGCS2000 in 3-degree zones without one.
    """
    code = crs.to_epsg() or 0 if crs is not None else 0
    family = next((one for one in _FAMILIES if one.zone(code) is not None), _FAMILIES[0])
    for column in (0, 1):
        zone = _zone_prefix(centres[:, column], family)
        if zone is not None:
            likely = pyproj.CRS.from_epsg(family.prefixed + zone - family.first)
            return message(
                "crs.looks_second_prefix" if column else "crs.looks_first_prefix",
                zone=zone,
                name=likely.name,
                crs=crs_label(likely),
            )
    return None
