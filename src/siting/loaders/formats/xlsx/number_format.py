"""What a number format of a workbook writes around a number: ``0.00"千户"`` shows 1.25千户.

Owns the literals and the scaling commas of a format; whether it is a date or a percentage says
`siting.loaders.formats.xlsx.package`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<money>[^\]-]*)[^\]]*\]'
    r"|\[(?P<rule>[^\]]*)\]|(?P<number>[0#?.,/]+|[Ee][+-]0+)|(?P<other>.)"
)
_SCALE = re.compile(r"[0#?](,+)(?![0#?,])")


class Shown(NamedTuple):
    """What a format makes of a number.

    Parameters
    ----------
    before, after
        What is written before and behind it.
    thousands
        How often it is divided by 1,000 to be shown.
    """

    before: str = ""
    after: str = ""
    thousands: int = 0


PLAIN = Shown()


def shown_by(code: str) -> Shown:
    """Return what a number format writes around a number above 0.

    A format whose sections write different things for numbers of different size is told whole, as
    what stands behind the number: nobody can say from it what is meant.

    Examples
    --------
    >>> shown_by('0.00"千户"'), shown_by('#,##0.00_);(#,##0.00)')
    (Shown(before='', after='千户', thousands=0), Shown(before='', after='', thousands=0))
    >>> shown_by('0.0,"千㎡"').thousands, shown_by('"约"0').before, shown_by("General").after
    (1, '约', '')
    """
    if code.lower() in ("general", "@", ""):
        return PLAIN
    sections = [each for each in _SECTION.findall(code) if each]
    shown = [_of_section(section) for section in sections]
    if re.search(r"\[[<>=]", code) and len(set(shown)) > 1:
        return Shown(after=code)
    return shown[0] if shown else PLAIN


def _of_section(section: str) -> Shown:
    before, after, numbers = "", "", ""
    for token in _TOKEN.finditer(section):
        if token["number"]:
            numbers += token["number"]
            continue
        text = next(filter(None, token.group("quoted", "escaped", "money", "other")), "")
        text = text.replace("%", "")
        if numbers:
            after += text
        else:
            before += text
    scale = _SCALE.search(numbers)
    return Shown(before.strip(), after.strip(), len(scale[1]) if scale else 0)
