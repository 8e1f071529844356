"""Numbers as people read them, in every language alike.

Owns the spelling only: thousands separators, no trailing zeros, and enough digits that two numbers
which differ are never written alike, nor a part and the whole.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import inf, isinf, isnan

_MOST_DIGITS = 12


def number_text(value: Fraction | Decimal | float, digits: int = 4) -> str:
    """Write a number with thousands separators and without trailing zeros.

    A number that is not zero never looks like zero.

    Examples
    --------
    >>> number_text(Fraction(1250)), number_text(Decimal("300.30")), number_text(1 / 3, 2)
    ('1,250', '300.3', '0.33')
    >>> number_text(Fraction("0.0000001"))
    '0.0000001'
    """
    if isinstance(value, float) and (isinf(value) or isnan(value)):
        return "∞" if value == inf else "–"
    exact = Fraction(value)
    while exact and not round(exact, digits) and digits < _MOST_DIGITS:
        digits += 1
    rounded = round(exact, digits)
    text = f"{to_decimal(rounded):,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def distinct_texts(first: Fraction, second: Fraction) -> tuple[str, str]:
    """Write two numbers with enough digits that they look different where they are.

    Examples
    --------
    >>> distinct_texts(Fraction("9.9999999"), Fraction(10))
    ('9.9999999', '10')
    """
    digits = 4
    while digits < _MOST_DIGITS and first != second:
        if number_text(first, digits) != number_text(second, digits):
            break
        digits += 1
    return number_text(first, digits), number_text(second, digits)


def share_text(share: float, digits: int = 1) -> str:
    """Write a share from 0 to 1 in percent; it never rounds up to all, nor down to none.

    Examples
    --------
    >>> share_text(0.5), share_text(0.99999), share_text(0.0001), share_text(1.0), share_text(0.0)
    ('50.0%', '>99.9%', '<0.1%', '100.0%', '0.0%')
    """
    step = 10.0**-digits / 100
    if 1 - step < share < 1:
        return f">{1 - step:.{digits}%}"
    return f"<{step:.{digits}%}" if 0 < share < step else f"{share:.{digits}%}"


def to_decimal(value: Fraction) -> Decimal:
    """Return a fraction as a decimal, exactly where it has one of at most 28 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)
