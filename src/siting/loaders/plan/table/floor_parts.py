"""What the parts of a floor area are called: above and below ground, in the plot ratio or not."""

from __future__ import annotations

import re
from functools import lru_cache

from siting.vocabulary.plan_words import plan_words


@lru_cache(maxsize=1)
def _bare() -> re.Pattern[str]:
    parts = "|".join(map(re.escape, plan_words().parts))
    return re.compile(rf"(?P<part>{parts})(?:部分|面积|建筑面积|部分建筑面积)?")


def bare_part(words: str) -> str:
    """Return the part that a label names and nothing else; empty for none.

    Examples
    --------
    >>> bare_part("地下部分"), bare_part("地下车库")
    ('地下', '')
    """
    found = _bare().fullmatch(words)
    return found["part"] if found else ""


def key_of_part(part: str) -> str:
    """Return the fact that a part of the whole total is, such as 地上.

    Examples
    --------
    >>> key_of_part("地上")
    'above_ground_floor_area_m2'
    """
    return plan_words().parts[part]


def is_part_key(key: str) -> bool:
    """Tell whether a fact is a part of the whole total."""
    return key in plan_words().parts.values()


def part_of(words: str) -> str:
    """Return the part that a label begins with; empty for none.

    Examples
    --------
    >>> part_of("地下车库"), part_of("住宅")
    ('地下', '')
    """
    return next((part for part in plan_words().parts if words.startswith(part)), "")
