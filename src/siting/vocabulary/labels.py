"""Labels and headers taken apart: numbering, 其中 and the unit, in layers and plan tables alike."""

from __future__ import annotations

import re

from siting.vocabulary.numbering import without_mark
from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold, half_width
from siting.vocabulary.units import load_units

_IN_BRACKETS = re.compile(
    r"^(?P<name>.+?)\s*[(\[](?P<unit>[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)?)[)\]]$"
)
_AFTER_MARK = re.compile(r"^(?P<name>.+?)\s*[/_:,\s-]\s*(?P<unit>[^/_:,\s-]+)$")


def bare_label(text: str) -> tuple[str, bool]:
    """Return a label folded, without numbering and 其中, and whether it had 其中.

    Examples
    --------
    >>> bare_label("其中：②住宅面积"), bare_label("一、总户数")
    (('住宅面积', True), ('总户数', False))
    """
    # Numbering goes first: ① is a mark at the front and a footnote elsewhere.
    words = fold(without_mark(text))
    rest = plan_words().of_which.sub("", words)
    return fold(without_mark(rest)), rest != words


def split_unit(header: str) -> tuple[str, str]:
    """Split a header into its name and its unit; the unit is empty where there is none.

    The unit may be one that is not known, which `siting.vocabulary.units.Units.unknown` tells.

    Examples
    --------
    >>> split_unit("建筑面积（万㎡）"), split_unit("建筑面积（坪）")
    (('建筑面积', '万m2'), ('建筑面积', '坪'))
    >>> split_unit("居住户(套)数")
    ('居住户(套)数', '')
    """
    plain = half_width(header)
    units = load_units()
    for pattern in (_IN_BRACKETS, _AFTER_MARK):
        found = pattern.match(plain)
        unit = units.known(found["unit"]) or units.unknown(found["unit"]) if found else ""
        if found and unit and (pattern is _IN_BRACKETS or _is_plain(unit)):
            return found["name"], unit
    return plain, ""


def _is_plain(unit: str) -> bool:
    """Tell whether a unit is one without brackets; the m of pop_m need be none."""
    measures = load_units().measures(unit)
    return not unit.isascii() or (bool(measures) and measures[0] != "m")
