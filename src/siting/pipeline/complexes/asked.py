"""What is asked of a complex: the functions that it may hold, and the money and number of all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from siting.did_you_mean import hint_known
from siting.errors import SitingError
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.locate.curve import By

_TEXTS = ("facility_type", "count")


@dataclass(frozen=True, slots=True)
class FunctionAsked:
    """One function that a complex may hold: the rule that it serves, its floor area and its cost.

    Parameters
    ----------
    rule
        Id of a rule on reach, or on the share within reach.
    facility_type
        What is opened; the first type of the rule where left out.
    count
        Whom to count: ``population``, ``elderly`` ...; people where they are known.
    minimum_area_m2
        Least floor area of the function where it is present.
    cost, cost_per_m2
        Money (CNY) for the function where it is present, and for each of its square metres.
    m2_per_person
        Floor area that a served person takes; 0 where it serves anybody within the limit.
    importance
        What a person served by it counts beside those of other functions.
    """

    rule: str
    facility_type: str | None = None
    count: str | None = None
    minimum_area_m2: float = 0.0
    cost: float = 0.0
    cost_per_m2: float = 0.0
    m2_per_person: float = 0.0
    importance: float = 1.0


@dataclass(frozen=True, slots=True)
class ComplexesAsked:
    """What holds for all complexes together.

    Parameters
    ----------
    functions
        What a complex may hold.
    p, budget
        Most complexes, most money (CNY).
    minimum_functions, minimum_area_m2
        What makes a complex.
    """

    functions: tuple[FunctionAsked, ...]
    p: int | None = None
    budget: float | None = None
    minimum_functions: int = 3
    minimum_area_m2: float = 600.0

    @property
    def curve_by(self) -> By:
        """What the curve runs over."""
        return "money" if self.p is None else "sites"

    @property
    def most(self) -> float:
        """How much was asked for, in complexes or in money."""
        return float(self.budget or 0.0) if self.p is None else self.p


def parse_function(text: str) -> FunctionAsked:
    """Read a function as the command line writes it.

    Raises
    ------
    SitingError
        A key that there is not, or a value that is no number.

    Examples
    --------
    >>> parse_function("care-radius:minimum_area_m2=300,count=elderly")
    ... # doctest: +NORMALIZE_WHITESPACE
    FunctionAsked(rule='care-radius', facility_type=None, count='elderly', minimum_area_m2=300.0,
                  cost=0.0, cost_per_m2=0.0, m2_per_person=0.0, importance=1.0)
    """
    rule, _, rest = text.partition(":")
    known = [each.name for each in fields(FunctionAsked)][1:]
    given: dict[str, str | float] = {}
    for part in filter(None, (each.strip() for each in rest.split(","))):
        key, equals, value = (each.strip() for each in part.partition("="))
        if key not in known:
            hint = hint_known(key, known)
            raise SitingError(message("complexes.unknown_key", key=key, hint=hint))
        if not (equals and value):
            raise SitingError(message("complexes.no_value", text=text, key=key))
        given[key] = value if key in _TEXTS else _number(key, value)
    return FunctionAsked(rule.strip(), **given)  # type: ignore[arg-type]


def _number(key: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise SitingError(message("complexes.no_number", key=key, value=value)) from None


def check_complexes(asked: ComplexesAsked) -> None:
    """Raise where it is not said how much, or a number makes no sense.

    Raises
    ------
    SitingError
        All faults at once.
    """
    faults = [fault for each in asked.functions for fault in _faults(each)]
    if asked.p is None and asked.budget is None:
        faults.append(message("complexes.how_much"))
    given, least = len(asked.functions), asked.minimum_functions
    if given < least:
        faults.append(message("complexes.too_few", given=given, least=least))
    limits = {"budget": asked.budget or 0.0, "minimum_area_m2": asked.minimum_area_m2}
    faults += _negative(limits)
    if faults:
        raise SitingError(message("complexes.faults", faults=faults))


def _faults(function: FunctionAsked) -> list[Message]:
    names = [each.name for each in fields(function) if each.name not in ("rule", *_TEXTS)]
    found = _negative({name: getattr(function, name) for name in names})
    return [message("error.fault", subject=function.rule, fault=fault) for fault in found]


def _negative(numbers: dict[str, float]) -> Sequence[Message]:
    return [
        message("complexes.number_wrong", name=name, value=value)
        for name, value in numbers.items()
        if not 0 <= value < np.inf
    ]
