"""The measures of a plan, by family: exact arithmetic on its facts, each with its words.

Owns which function answers which family. They give outcomes; who is asked, what governs and what
is waived is decided in `siting.rules.plan.evaluate`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.rules.pack.conditions import FALSE, TRUE, holds, test_exactly
from siting.rules.pack.measures import Family, Measure, measure_of
from siting.rules.plan.amounts import fact_amount
from siting.rules.plan.order import measure_complex, measure_phasing
from siting.rules.plan.outcome import Counting, Outcome
from siting.rules.plan.rates import (
    measure_heads,
    measure_presence,
    measure_rate,
    measure_residents,
    measure_share,
)
from siting.rules.plan.sizes import measure_attributes, measure_size, measure_size_per

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from siting.rules.pack.model import Condition, Rule
    from siting.rules.plan.model import Plan

_BY_FAMILY: Mapping[Family, Callable[[Rule, Plan, Measure, Counting], Outcome]] = MappingProxyType(
    {
        Family.RATE: measure_rate,
        Family.HEADS: measure_heads,
        Family.SHARE: measure_share,
        Family.SIZE: measure_size,
        Family.SIZE_PER: measure_size_per,
        Family.PRESENCE: measure_presence,
        Family.RESIDENTS: measure_residents,
        Family.COMPLEX: measure_complex,
        Family.PHASING: measure_phasing,
        Family.ATTRIBUTES: measure_attributes,
    }
)


def measure_plan(rule: Rule, plan: Plan, counting: Counting) -> Outcome:
    """Apply a rule about the plan itself.

    Parameters
    ----------
    rule
        Its measure is one that can be asked of plans.
    plan
        The plan.
    counting
        Choices of the check.
    """
    measure = measure_of(rule.measure)
    return _BY_FAMILY[measure.family](rule, plan, measure, counting)


def test_plan(condition: Condition, plan: Plan) -> tuple[int, tuple[str, ...]]:
    """Test a condition on a plan's facts; also the keys of the facts that are missing."""
    missing: list[str] = []

    def test(part: Condition) -> int:
        amount = fact_amount(plan, part.fact or "")
        missing.extend(amount.missing)
        return test_exactly(part, amount.value)

    state = int(holds(condition, test))
    return state, tuple(dict.fromkeys(missing)) if state not in (FALSE, TRUE) else ()
