"""Codes of closed lists in the reader's language: the words that the HTML map uses.

Measures, units, levels, verdicts, strengths and kinds of notes are worded once, for the map, for
pictures and for workbooks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def coded(prefix: str, code: str, language: str) -> str:
    """Return a code in words; one that the list does not know is returned as it is.

    Parameters
    ----------
    prefix
        The list: ``measure``, ``unit``, ``level``, ``levels``, ``verdict``, ``strength``,
        ``severity``, ``subject`` or ``quote``.
    code
        The code, such as ``walking_distance``.
    language
        ``zh`` or ``en``.

    Examples
    --------
    >>> coded("measure", "walking_distance", "zh"), coded("unit", "m2/bed", "en")
    ('步行距离', 'm² per bed')
    >>> coded("level", "block", "zh")
    'block'
    """
    return _words()[language].get(f"{prefix}.{code}", code)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("siting.render").joinpath("assets", "strings.json").read_text(encoding="utf-8")
    words: Mapping[str, Mapping[str, str]] = json.loads(text)
    return words
