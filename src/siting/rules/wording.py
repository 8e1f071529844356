"""How the parts of what a rule says are put together.

Owns what several sentences share; `siting.number_text` writes the numbers, the catalogues the
words and units.
"""

from __future__ import annotations

from siting.message import Quantity, Sayable, Term, Text, message
from siting.number_text import distinct_texts, number_text, to_decimal

__all__ = ["distinct_texts", "number_text", "per_text", "sentences", "to_decimal"]

_NOTHING = Text("", "")


def per_text(unit: str, per: int) -> Quantity | Term:
    """Return the second half of a rate: what it is for each of, such as 100 户 or person.

    Examples
    --------
    >>> per_text("households", 100), per_text("persons", 1)
    (Quantity(number=100, unit='households'), Term(family='one', code='persons'))
    """
    return Term("one", unit) if per == 1 else Quantity(per, unit)


def sentences(*parts: Sayable) -> Sayable:
    """Join what is not empty with the semicolon of the language; one part stays as it is.

    >>> sentences(Text("甲", "a"), Text("乙", "b")).key
    'mark.joined'
    >>> sentences(Text("", ""), Text("甲", "a"))
    Text(zh='甲', en='a')
    """
    told = [part for part in parts if part != _NOTHING]
    if len(told) > 1:
        return message("mark.joined", parts=told)
    return told[0] if told else _NOTHING
