"""The examples beside the rules, run: a rule and its examples say the same, or a test fails.

Owns making the smallest plan or city that an example describes. The verdict then comes from the
same code that judges real ones.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting.message import Message, Term, message
from siting.network.attach.attachment import Attachment, Via
from siting.network.costs import Closest, TravelCosts, within
from siting.network.graph import Network
from siting.rules.city.evaluate import evaluate_city
from siting.rules.city.model import City, Parameters
from siting.rules.facts import unit_of
from siting.rules.pack.case_facts import fact_of
from siting.rules.plan.evaluate import evaluate_plan
from siting.rules.plan.model import Fact, Phase, Plan, PlannedFacility

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from siting.rules.city.model import City
    from siting.rules.pack.model import Case, Pack, Rule

# A sum of tenths that is exact on paper, read through a float column.
_CLOSE = Fraction(1, 10**6)
_COLUMNS = {"places": "capacity", "beds": "capacity"}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One example and what came of it.

    Parameters
    ----------
    rule_id, name
        The rule and the example's sentence.
    place
        File and line of the rule.
    faults
        What differs from what the example says; empty where it holds.
    """

    rule_id: str
    name: str
    place: str
    faults: tuple[Message, ...]

    @property
    def passed(self) -> bool:
        """Whether the example holds."""
        return not self.faults

    @property
    def told(self) -> Message:
        """What came of it, in one line."""
        of = {"rule": self.rule_id, "name": self.name}
        if self.passed:
            return message("case.holds", **of)
        return message("case.differs", place=self.place, faults=self.faults, **of)


@dataclass(frozen=True, slots=True)
class _Answer:
    verdict: str
    measured: Fraction | None
    required: Fraction | None
    shortfall: Fraction | None


def run_cases(packs: Iterable[Pack]) -> tuple[CaseResult, ...]:
    """Run every example of the packs.

    Parameters
    ----------
    packs
        As `read_packs` gives them; rules that are off are run too.

    Returns
    -------
    tuple of CaseResult
        In the order of packs, rules and examples.
    """
    return tuple(
        run_case(rule, case, f"{pack.source}:{pack.lines.get(rule.id, 1)}")
        for pack in packs
        for rule in pack.rules
        for case in rule.cases
    )


def run_case(rule: Rule, case: Case, place: str = "") -> CaseResult:
    """Run one example; numbers have to agree to a millionth."""
    answers = list(_answers(rule, case))
    faults: list[Message] = []
    for answer in answers:
        faults += [fault for fault in _differences(case, answer) if fault not in faults]
    if not answers:
        faults = [message("case.not_judged")]
    return CaseResult(rule.id, case.name, place, tuple(faults))


def _differences(case: Case, answer: _Answer) -> Iterable[Message]:
    if answer.verdict != case.verdict:
        yield message(
            "case.verdict",
            found=Term("verdict", answer.verdict),
            expected=Term("verdict", case.verdict),
        )
    for name in ("measured", "required", "shortfall"):
        expected = getattr(case, name)
        found: Fraction | None = getattr(answer, name)
        if expected is None:
            continue
        if found is None or abs(found - Fraction(expected)) > _CLOSE:
            shown = message("case.nothing") if found is None else f"{float(found):g}"
            what = Term("case", name)
            yield message("case.number", what=what, found=shown, expected=float(expected))


def _answers(rule: Rule, case: Case) -> Iterable[_Answer]:
    """Judge the example once for a plan and once for a city, as far as the rule is for them."""
    subjects = rule.applies_to.subject
    if "plan" in subjects and (rule.applies_to.status != "existing" or "status" in case.given):
        yield _plan_answer(rule, case)
    # Phases and complexes are of plans only; a status is that of a plan too.
    of_plans = {"phases", "facilities", "status", "reason"} & set(case.given)
    if set(subjects) - {"plan"} and not of_plans and rule.applies_to.status in ("any", "existing"):
        yield from _city_answer(rule, case)


def _plan_answer(rule: Rule, case: Case) -> _Answer:
    finding = evaluate_plan([rule], plan_of_case(rule, case))[0]
    numbers = (finding.measured, finding.required, finding.shortfall)
    return _Answer(finding.verdict, *(None if each is None else Fraction(each) for each in numbers))


def plan_of_case(rule: Rule, case: Case) -> Plan:
    """Return the plan that an example describes."""
    given = case.given
    rooms = tuple(
        _facility(number, each) for number, each in enumerate(given.get("facilities", ()))
    )
    facts = _facts(given) | _facts_of_rooms(rooms)
    phases = tuple(
        Phase(f"phase {number + 1}", number, _facts(each))
        for number, each in enumerate(given.get("phases", ()))
    )
    status = given.get("status", rule.applies_to.status)
    return Plan(
        name=case.name,
        jurisdiction=rule.jurisdiction,
        date=dt.date.max,
        status=status if status in ("renewal", "existing") else "new",
        source="case",
        facts=facts,
        facilities=rooms,
        phases=phases,
        reasons={rule.id: str(given["reason"])} if "reason" in given else {},
    )


def _facts(given: Mapping[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for key, value in given.items():
        name = fact_of(key)
        if name is not None:
            facts[name] = Fact(Decimal(str(value)), unit_of(name))
    return facts


def _facility(number: int, given: Mapping[str, Any]) -> PlannedFacility:
    area = given.get("m2")
    return PlannedFacility(
        facility_id=f"f-{number + 1}",
        name="",
        facility_types=tuple(given["types"]),
        floor_area_m2=None if area is None else Fact(Decimal(str(area)), "m2"),
        complex_id=str(given.get("complex", "")),
        floor_level=given.get("floor_level"),
        own_entrance=given.get("own_entrance"),
    )


def _facts_of_rooms(rooms: Sequence[PlannedFacility]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for code in dict.fromkeys(code for room in rooms for code in room.facility_types):
        own = [room for room in rooms if room.facility_type == code]
        count = sum(code in room.facility_types for room in rooms)
        facts[f"count.{code}"] = Fact(Decimal(count), "facilities")
        areas = [room.floor_area_m2.value for room in own if room.floor_area_m2]
        facts[f"floor_area_m2.{code}"] = Fact(sum(areas, Decimal(0)), "m2")
    return facts


def _city_answer(rule: Rule, case: Case) -> Iterable[_Answer]:
    """Judge the example in a city; nothing where it names nobody whom the rule is about."""
    given = case.given
    city = city_of_case(rule, case)
    block = next(iter(evaluate_city([rule], city, costs=_GivenCosts(given, len(city.facilities)))))
    if not block.rows.size:
        return
    row = int(block.rows[0])
    numbers = (block.measured[row], block.required[row], block.shortfall[row])
    exact = (Fraction(str(each)) if np.isfinite(each) else None for each in numbers)
    verdict = ("pass", "fail", "unknown", "not_applicable")[int(block.verdict[row])]
    yield _Answer(verdict, *exact)


def city_of_case(rule: Rule, case: Case) -> City:
    """Return the city of one home and one area that an example describes."""
    given = case.given
    homes = pd.DataFrame({"home_id": ["home"], **_home_columns(given), **_outline(rule)})
    facilities = _facility_table(rule, given)
    everywhere = np.zeros(1, np.int32)
    inside = np.zeros(len(facilities), np.int32)
    level = rule.applies_to.level or "area"
    area = pd.DataFrame({"area_id": ["area"], **_home_columns(given)})
    empty = np.empty(0)

    def attached(size: int) -> Attachment:
        return Attachment(
            empty.astype(np.int32), empty.astype(np.int32), empty, empty, size,
            np.full(size, Via.POINT, np.uint8),
        )  # fmt: skip

    return City(
        homes=homes,
        facilities=facilities,
        areas={level: area},
        home_area={level: everywhere},
        facility_area={level: inside},
        network=_no_streets(),
        home_attachment=attached(1),
        facility_attachment=attached(len(facilities)),
        parameters=Parameters(complete_types=_none_of(given)),
    )


def _none_of(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types of which an example says that there are none: the list is complete."""
    facts = {fact_of(key) or "": value for key, value in given.items()}
    return tuple(
        name.removeprefix("count.")
        for name, value in facts.items()
        if name.startswith("count.") and value == 0
    )


def _outline(rule: Rule) -> dict[str, list[Any]]:
    """Return a parcel of one square metre for rules that weigh homes by their land."""
    wants = rule.options.denominator == "residential_land"
    return {"geometry": [shapely.box(0, 0, 1, 1)]} if wants else {}


def _home_columns(given: Mapping[str, Any]) -> dict[str, list[Any]]:
    columns = {key: [given[key]] for key in ("households", "population", "elderly") if key in given}
    if "people_nearest" in given:
        columns["population"] = [given["people_nearest"]]
    if "households_nearest" in given:
        columns["households"] = [given["households_nearest"]]
    if "zone" in given:
        columns["zone"] = [given["zone"]]
    return columns


def _facility_table(rule: Rule, given: Mapping[str, Any]) -> Any:
    """Return the facilities of an example: as many of each type as it says, sizes on the first."""
    rows: list[dict[str, Any]] = []
    for code in _types_in(rule, given):
        first: dict[str, Any] = {}
        count = 1
        for key, value in given.items():
            quantity, _, named = (fact_of(key) or "").partition(".")
            if named == code and quantity == "count":
                count = int(value)
            elif named == code:
                first[_COLUMNS.get(quantity, quantity)] = float(value)
        rows += [{"facility_type": code, **first}] * count
    numbers = ("floor_area_m2", "land_area_m2", "capacity", "classes")
    table = pd.DataFrame(rows, columns=["facility_type", *numbers])
    table["facility_id"] = [f"f-{number}" for number in range(len(table))]
    return table.astype(dict.fromkeys(numbers, float))


def _types_in(rule: Rule, given: Mapping[str, Any]) -> tuple[str, ...]:
    named = [(fact_of(key) or "").partition(".")[2] for key in given]
    by_distance = {"distance_m", "minutes"} & {key for key in given if given[key] is not None}
    if by_distance or {"people_nearest", "households_nearest"} & set(given):
        named += rule.facility_types[:1]
    return tuple(dict.fromkeys(code for code in named if code))


def _no_streets() -> Any:
    """Return a network that is never walked on: the costs of an example are given."""
    number = np.empty(0)
    index = np.empty(0, np.int32)
    point = np.empty((0, 2))
    offsets = np.zeros(1, np.int64)
    return Network(
        point, index, index, number, number, number, offsets, point, index, "m", index,
        np.empty(0, np.bool_),
    )  # fmt: skip


class _GivenCosts:
    """The one distance that an example gives."""

    def __init__(self, given: Mapping[str, Any], n_facilities: int) -> None:
        self._cost = given.get("distance_m", given.get("minutes", 0.0))
        self._n_facilities = n_facilities

    def closest(self, facility_types: Sequence[str], measure: str) -> Closest:  # noqa: ARG002
        cost = np.inf if self._cost is None else float(self._cost)
        nearest = 0 if self._n_facilities and np.isfinite(cost) else -1
        return Closest(np.array([cost]), np.array([nearest], np.int32))

    def pairs(self, rows: NDArray[np.int64], measure: str, cutoff: float) -> TravelCosts:  # noqa: ARG002
        near = self._cost is not None and bool(within(float(self._cost), cutoff))
        reached = rows if near else rows[:0]
        cost = np.full(reached.size, np.nan if self._cost is None else float(self._cost))
        return TravelCosts(np.zeros(reached.size, np.int32), reached.astype(np.int32), cost)

    @property
    def on_fragment(self) -> NDArray[np.bool_]:
        return np.zeros(1, bool)
