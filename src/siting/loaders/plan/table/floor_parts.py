"""What the parts of a floor area are called: above and below ground, in the plot ratio or not."""

from __future__ import annotations

import re
from types import MappingProxyType

_PARTS = ("地上", "地下", "不计容", "非计容", "计容")
# What the parts of the total are called on their own.
PART_KEYS = MappingProxyType(
    {
        "地上": "above_ground_floor_area_m2",
        "地下": "underground_floor_area_m2",
        "计容": "far_floor_area_m2",
        "不计容": "non_far_floor_area_m2",
        "非计容": "non_far_floor_area_m2",
    }
)
BARE_PART = re.compile(
    r"(?P<part>地上|地下|不计容|非计容|计容)(?:部分|面积|建筑面积|部分建筑面积)?"
)


def part_of(words: str) -> str:
    """Return the part that a label begins with; empty for none.

    Examples
    --------
    >>> part_of("地下车库"), part_of("住宅")
    ('地下', '')
    """
    return next((part for part in _PARTS if words.startswith(part)), "")
