"""When a rule applies: tests on facts that may be missing, in three-valued logic.

Owns Kleene's tables: a missing fact makes a condition unknown, unless the rest decides it already.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from numpy.typing import NDArray

    from siting.rules.pack.model import Comparator, Condition

# In this order "all" is the least and "any" the greatest.
FALSE, UNKNOWN, TRUE = 0, 1, 2

RELATIVE_TOLERANCE = 1e-9
"""Share of a required value by which a sum of floats may miss it; exact fractions never do."""


def holds(condition: Condition, test: Callable[[Condition], Any]) -> Any:
    """Combine the tests of facts; `test` gives FALSE, UNKNOWN or TRUE, or an array of them."""
    if condition.all_of:
        return np.minimum.reduce([holds(part, test) for part in condition.all_of])
    if condition.any_of:
        return np.maximum.reduce([holds(part, test) for part in condition.any_of])
    return test(condition)


def test_exactly(condition: Condition, value: Fraction | str | None) -> int:
    """Test one exact fact.

    Examples
    --------
    >>> from siting.rules.pack.model import Condition
    >>> at_1200 = Condition(fact="households", at_least=1200)
    >>> [test_exactly(at_1200, each) for each in (Fraction(1200), Fraction(1199), None)]
    [2, 0, 1]
    """
    if value is None:
        return UNKNOWN
    if condition.equals is not None:
        return TRUE if str(value) == condition.equals else FALSE
    if isinstance(value, str):
        return UNKNOWN
    meets = all(compare_exactly(value, name, limit) for name, limit in condition.tests)
    return TRUE if meets else FALSE


def test_columns(condition: Condition, values: NDArray[Any] | None, size: int) -> NDArray[np.int8]:
    """Test a column of facts, NaN or None where missing; no column at all is unknown for all."""
    if values is None:
        return np.full(size, UNKNOWN, np.int8)
    if condition.equals is not None:
        words = np.asarray(values, object)
        known = np.array([isinstance(word, str) for word in words], bool)
        return np.where(known, np.where(words == condition.equals, TRUE, FALSE), UNKNOWN).astype(
            np.int8
        )
    numbers = np.asarray(values, float)
    meets = np.ones(size, bool)
    for name, limit in condition.tests:
        meets &= compare_floats(numbers, name, float(limit))
    return np.where(np.isnan(numbers), UNKNOWN, np.where(meets, TRUE, FALSE)).astype(np.int8)


def compare_floats(
    measured: Any, comparator: Comparator, required: Any, absolute: float = 0.0
) -> Any:
    """Compare floats; a value that is the limit but for rounding counts as the limit.

    Parameters
    ----------
    measured, required
        float or arrays of the same shape; NaN compares as false.
    comparator
        ``at_least`` and ``at_most`` include the limit, ``above`` and ``below`` do not.
    absolute
        Tolerance besides the relative one of 1e-9, in the same unit.

    Examples
    --------
    >>> [bool(compare_floats(0.1 + 0.2, each, 0.3)) for each in ("at_most", "above")]
    [True, False]
    """
    slack = np.abs(required) * RELATIVE_TOLERANCE + absolute
    match comparator:
        case "at_least":
            return measured >= required - slack
        case "at_most":
            return measured <= required + slack
        case "above":
            return measured > required + slack
        case "below":
            return measured < required - slack


def compare_exactly(
    measured: Fraction, comparator: Comparator, required: Fraction | Decimal
) -> bool:
    """Compare exact numbers; 10 % is 10 %."""
    limit = Fraction(required)
    match comparator:
        case "at_least":
            return measured >= limit
        case "at_most":
            return measured <= limit
        case "above":
            return measured > limit
        case "below":
            return measured < limit
