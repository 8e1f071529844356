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
from siting.rules.plan.measures.complexes import measure_complex
from siting.rules.plan.measures.floor_share import measure_share
from siting.rules.plan.measures.rates import (
    measure_heads,
    measure_presence,
    measure_rate,
    measure_residents,
)
from siting.rules.plan.measures.sizes import measure_attributes, measure_size, measure_size_per
from siting.rules.plan.outcome import Counting, Outcome, missing_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

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
        Family.ATTRIBUTES: measure_attributes,
    }
)


def ways_of(rule: Rule) -> tuple[Rule, ...]:
    """Return the ways to comply, each as a rule of its own: the rule itself, then its alternatives.

    An alternative says nothing of facility types where it counts those of the rule.
    """
    first = rule.model_copy(update={"alternatives": ()})
    others = (
        first.model_copy(
            update={
                "measure": other.measure,
                "require": other.require,
                "options": other.options,
                "facility_types": other.facility_types or rule.facility_types,
            }
        )
        for other in rule.alternatives
    )
    return (first, *others)


def measure_plan(rule: Rule, plan: Plan, counting: Counting) -> Outcome:
    """Apply a rule about the plan itself.

    Parameters
    ----------
    rule
        Its measure is one that can be asked of plans; that of phases is in
        `siting.rules.plan.measures.phasing`.
    plan
        The plan.
    counting
        Choices of the check.
    """
    measure = measure_of(rule.measure)
    judge = _BY_FAMILY[measure.family]
    require = rule.require
    if require is None or not require.bands:
        return judge(rule, plan, measure, counting)
    by = fact_amount(plan, require.by)
    if by.value is not None and by.is_whole:
        return judge(_with_limit(rule, require.limit_at(by.value)), plan, measure, counting)
    # Without the fact any band may hold: what all of them say is known.
    limits = dict.fromkeys((require.limit, *(band.limit for band in require.bands)))
    found = [judge(_with_limit(rule, limit), plan, measure, counting) for limit in limits]
    if len({each.verdict for each in found}) == 1:
        return found[-1]
    missing = (require.by,)
    return Outcome("unknown", missing_text(missing), found[0].measured, None, (), missing)


def _with_limit(rule: Rule, limit: Decimal) -> Rule:
    assert rule.require is not None
    return rule.model_copy(update={"require": rule.require.with_limit(limit)})


def test_plan(condition: Condition, plan: Plan) -> tuple[int, tuple[str, ...]]:
    """Test a condition on a plan's facts; also the keys of the facts that are missing."""
    missing: list[str] = []

    def test(part: Condition) -> int:
        amount = fact_amount(plan, part.fact or "")
        missing.extend(amount.missing)
        return test_exactly(part, amount.value)

    state = int(holds(condition, test))
    return state, tuple(dict.fromkeys(missing)) if state not in (FALSE, TRUE) else ()
