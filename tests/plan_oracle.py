"""A second judge of plans, written from the clauses alone, in plain Python on fractions.

It knows nothing of siting's engine: it takes a plan as a dictionary of numbers and rooms, and says
of each clause of Wuhan, Hubei and the country what an examiner would. Rooms of several types are
divided by trying, not by a linear program: what one type takes of a room is one of the amounts that
matter (its need, the rest of a room), which is enough where rooms are few.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import product
from typing import Any

PASS, FAIL, UNKNOWN, SILENT = "pass", "fail", "unknown", "not_applicable"

COMMERCE = [
    "commerce",
    "shopping_centre",
    "food_market",
    "supermarket",
    "convenience_store",
    "breakfast_shop",
    "canteen",
    "pharmacy",
    "hairdresser",
    "laundry",
    "photo_print",
    "housekeeping",
    "repair",
    "parcel_point",
    "post_office",
]
SERVICES = [
    "community_service",
    "service_complex",
    "elder_care",
    "elderly_learning",
    "assistive_devices",
    "childcare",
    "children_activity",
    "health_station",
    "cultural_station",
    "reading_room",
    "startup_space",
]


class Plan:
    """A plan of numbers: `facts` by key, `rooms` of one type each, `phases`, `reasons`."""

    def __init__(self, facts: dict[str, Any], **more: Any) -> None:
        self.facts = {key: Fraction(str(value)) for key, value in facts.items()}
        self.rooms: list[tuple[str, Fraction]] = more.get("rooms", [])
        self.phases: list[tuple[Fraction, Fraction]] = more.get("phases", [])
        self.reason: bool = more.get("reason", False)
        self.status: str = more.get("status", "new")
        self.day: dt.date = more.get("day", dt.date(2026, 11, 1))
        self.place: str = more.get("place", "cn-hubei-wuhan")

    def get(self, key: str) -> Fraction | None:
        return self.facts.get(key)

    def floor(self, code: str) -> Fraction | None:
        """Return the floor area of a type: what is stated, else what its rooms add up to."""
        mine = [size for kind, size in self.rooms if kind == code]
        stated = self.get(f"floor_area_m2.{code}")
        return stated if stated is not None else (sum(mine, Fraction(0)) if mine else None)


def at_least(value: Fraction | None, limit: Fraction | None) -> str:
    if value is None or limit is None:
        return UNKNOWN
    return PASS if value >= limit else FAIL


def in_place(plan: Plan, place: str) -> bool:
    return plan.place == place or plan.place.startswith(place + "-")


def elder_wuhan(plan: Plan) -> str:
    """每百户不低于30平方米、建筑面积不小于300平方米: a place of 300, and 0.3 a household in all."""
    if plan.status != "new" or plan.day < dt.date(2024, 1, 1):
        return SILENT
    area, households = plan.floor("elder_care"), plan.get("households")
    if area is None:
        return UNKNOWN
    if area < 300:
        return FAIL
    if households is not None and area < Fraction(3, 10) * households:
        return FAIL
    one = one_place(plan, area, Fraction(300))
    if one == FAIL:
        return FAIL
    return UNKNOWN if households is None else one


def one_place(plan: Plan, area: Fraction, wanted: Fraction) -> str:
    rooms = [size for kind, size in plan.rooms if kind == "elder_care"]
    if rooms:
        rest = area - sum(rooms, Fraction(0))
        if max(rooms) >= wanted:
            return PASS
        return UNKNOWN if rest >= wanted else FAIL
    by_phase = [built for _, built in plan.phases if built]
    if len(by_phase) > 1 and sum(by_phase, Fraction(0)) == area:
        return PASS if max(by_phase) >= wanted else FAIL
    count = plan.get("count.elder_care") or 0
    if count > 1:
        return PASS if area / count >= wanted else UNKNOWN
    return PASS


def elder_hubei(plan: Plan) -> str:
    if plan.status != "new" or plan.day < dt.date(2022, 9, 5):
        return SILENT
    households = plan.get("households")
    needed = None if households is None else Fraction(2, 10) * households
    return at_least(plan.floor("elder_care"), needed)


def phasing(plan: Plan) -> str:
    """应安排在首期,且不得拆分…必须在住宅总规模完成50%之前."""
    if plan.status != "new" or plan.day < dt.date(2022, 9, 5) or len(plan.phases) < 2:
        return SILENT
    built = [amount for _, amount in plan.phases]
    housing = [amount for amount, _ in plan.phases]
    whole = plan.floor("elder_care")
    if not any(built) or not sum(housing):
        return UNKNOWN
    unplaced = whole is not None and sum(built) < whole
    with_rooms = [index for index, amount in enumerate(built) if amount]
    if len(with_rooms) == 1 and not unplaced:
        chosen: int | None = with_rooms[0]
    else:
        states = [alone(plan, built[index]) for index in with_rooms]
        chosen = next((i for i, s in zip(with_rooms, states, strict=True) if s == PASS), None)
        if chosen is None:
            return UNKNOWN if unplaced or UNKNOWN in states else FAIL
    if chosen == 0:
        return PASS
    if 2 * sum(housing[: chosen + 1]) >= sum(housing):
        return FAIL
    return PASS if plan.reason else UNKNOWN


def alone(plan: Plan, built: Fraction) -> str:
    """Judge the rooms of one phase by what Hubei and, in Wuhan, the city ask for."""
    households = plan.get("households")
    found = [at_least(built, None if households is None else households / 5)]
    if in_place(plan, "cn-hubei-wuhan") and plan.day >= dt.date(2024, 1, 1):
        found.append(
            FAIL
            if built < 300
            else at_least(built, None if households is None else households * 3 / 10)
        )
    return next(state for state in (FAIL, UNKNOWN, PASS) if state in found)


def share(plan: Plan) -> str:
    """商业和综合服务设施面积占社区总建筑面积比例不低于10%, with the basement and without."""
    if plan.status != "new" or plan.day < dt.date(2024, 1, 1):
        return SILENT
    parts = [plan.floor(code) for code in (*COMMERCE, *SERVICES)]
    known = [part for part in parts if part is not None]
    gaps = plan.floor("commerce") is None or plan.floor("community_service") is None
    total, above = plan.get("total_floor_area_m2"), plan.get("above_ground_floor_area_m2")
    below = plan.get("underground_floor_area_m2")
    if above is None and total is not None and below is not None and total > below:
        above = total - below
    if not known or not (total or above):
        return UNKNOWN
    part = sum(known, Fraction(0))
    meets = {10 * part >= whole for whole in (total, above) if whole}
    if len(meets) == 2:
        # Less than enough of the one denominator may become enough with what is missing.
        return UNKNOWN
    if True in meets:
        return PASS if total else UNKNOWN
    return UNKNOWN if gaps else FAIL


def needs_kindergarten(plan: Plan) -> bool | None:
    tests = [
        None if (value := plan.get(key)) is None else value >= limit
        for key, limit in (("residential_floor_area_m2", 120_000), ("households", 1200))
    ]
    return True if True in tests else None if None in tests else False


def if_needed(needed: bool | None, state: str) -> str:  # noqa: FBT001 - a third state
    if needed is False:
        return SILENT
    return UNKNOWN if needed is None and state == FAIL else state


def kindergarten(plan: Plan) -> str:
    count = plan.get("count.kindergarten")
    if count is None:
        areas = ("floor_area_m2", "land_area_m2", "classes", "places", "beds")
        mine = [plan.get(f"{key}.kindergarten") for key in areas]
        first = next((value for value in mine if value is not None), None)
        listed = any(key.partition(".")[0] in areas for key in plan.facts)
        count = Fraction(first > 0) if first is not None else Fraction(0) if listed else None
    return if_needed(needs_kindergarten(plan), at_least(count, Fraction(1)))


def classes(plan: Plan) -> str:
    value = plan.get("classes.kindergarten")
    if value is None and plan.get("count.kindergarten") == 0:
        value = Fraction(0)
    return if_needed(needs_kindergarten(plan), at_least(value, Fraction(6)))


def nine_classes(plan: Plan) -> str:
    households = plan.get("households")
    value = plan.get("classes.kindergarten")
    if value is None and plan.get("count.kindergarten") == 0:
        value = Fraction(0)
    needed = None if households is None else households >= 1800
    return if_needed(needed, at_least(value, Fraction(9)))


def kindergarten_floor(plan: Plan) -> str:
    value = plan.floor("kindergarten")
    if value is None and plan.get("count.kindergarten") == 0:
        value = Fraction(0)
    return if_needed(needs_kindergarten(plan), at_least(value, Fraction(2193)))


def childcare(plan: Plan) -> str:
    people = plan.get("population")
    if plan.day < dt.date(2024, 1, 1) or (people is not None and people < 5000):
        return SILENT
    value = plan.floor("childcare")
    if value is None and plan.get("count.childcare") == 0:
        value = Fraction(0)
    return if_needed(True if people is not None else None, at_least(value, Fraction(200)))


def sport(plan: Plan, *, both: bool) -> str:
    people = plan.get("population")
    indoor = at_least(plan.get("floor_area_m2.sport"), None if people is None else people / 10)
    outdoor = at_least(plan.get("land_area_m2.sport"), None if people is None else people * 3 / 10)
    order = (FAIL, UNKNOWN, PASS) if both else (PASS, UNKNOWN, FAIL)
    return next(state for state in order if state in (indoor, outdoor))


def sport_wuhan(plan: Plan) -> str:
    if plan.status != "new" or plan.day < dt.date(2023, 6, 23):
        return SILENT
    return sport(plan, both=False)


def sport_national(plan: Plan) -> str:
    if plan.status != "new" or plan.day < dt.date(2022, 3, 23):
        return SILENT
    return sport(plan, both=False)


def green(plan: Plan) -> str:
    if plan.status not in ("new", "renewal") or plan.day < dt.date(2018, 12, 1):
        return SILENT
    rate = Fraction(1, 2) if plan.status == "new" else Fraction(35, 100)
    people = plan.get("population")
    return at_least(
        plan.get("land_area_m2.concentrated_green"), None if people is None else rate * people
    )


def day_care(plan: Plan) -> str:
    """0.5-1.2 万人: a day-care centre of 350 m2 (宜)."""
    people = plan.get("population")
    value = plan.floor("elder_care")
    if value is None and plan.get("count.elder_care") == 0:
        value = Fraction(0)
    state = UNKNOWN
    if value is not None:
        state = FAIL if value < 350 else one_place(plan, value, Fraction(350))
    return (
        SILENT
        if people is not None and people < 5000
        else if_needed(True if people is not None else None, state)
    )


WUHAN = {
    "wuhan-elder-care-floor-area": elder_wuhan,
    "wuhan-commerce-and-services-share": share,
    "wuhan-childcare-floor-area": childcare,
    "wuhan-kindergarten-presence": kindergarten,
    "wuhan-kindergarten-classes-6": classes,
    "wuhan-kindergarten-classes-9": nine_classes,
    "wuhan-kindergarten-floor-area": kindergarten_floor,
    "wuhan-sport-indoor-or-outdoor": sport_wuhan,
}
HUBEI = {
    "hubei-elder-care-floor-area": elder_hubei,
    "hubei-elder-care-phasing": phasing,
}
NATIONAL = {
    "national-sport-indoor-or-outdoor": sport_national,
    "gb50437-day-care-floor-area": day_care,
}


def verdicts(plan: Plan) -> dict[str, str]:
    """Return what each clause in force says of a plan; silent ones are left out."""
    judges = dict(NATIONAL)
    if in_place(plan, "cn-hubei"):
        judges |= HUBEI
    if in_place(plan, "cn-hubei-wuhan"):
        judges |= WUHAN
    found = {name: judge(plan) for name, judge in judges.items()}
    name = f"gb50180-concentrated-green-{plan.status}"
    if plan.status in ("new", "renewal"):
        found[name] = green(plan)
    return {name: state for name, state in found.items() if state != SILENT}


def a_division_exists(
    rooms: list[tuple[frozenset[str], int]], needs: dict[str, int], places: dict[str, int]
) -> bool:
    """Tell whether rooms of whole square metres can be divided so that every need is met.

    Parameters
    ----------
    rooms
        The types that a room serves, and its size.
    needs
        Type -> how much of it is needed in all.
    places
        Type -> how much of it one room has to have.

    Every assignment of places to rooms is tried; what is left is a question of flow, and by Hall's
    theorem a division exists where for each set of types the rooms that serve one of them suffice.
    """
    codes = sorted(set(needs) | set(places))
    choices = [
        [i for i, (types, size) in enumerate(rooms) if code in types and size >= places[code]]
        for code in places
    ]
    for chosen in product(*choices):
        left = [size for _, size in rooms]
        rest = dict(needs)
        for code, index in zip(places, chosen, strict=True):
            left[index] -= places[code]
            rest[code] = max(rest.get(code, 0) - places[code], 0)
        if min(left, default=0) >= 0 and _hall(rooms, left, rest, codes):
            return True
    return False


def _hall(
    rooms: list[tuple[frozenset[str], int]], left: list[int], rest: dict[str, int], codes: list[str]
) -> bool:
    for bits in range(1, 2 ** len(codes)):
        chosen = {code for place, code in enumerate(codes) if bits >> place & 1}
        there = sum(size for (types, _), size in zip(rooms, left, strict=True) if types & chosen)
        if there < sum(rest.get(code, 0) for code in chosen):
            return False
    return True
