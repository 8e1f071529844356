"""Random rules with every measure that a plan can be asked, and random plans near their limits."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import clause_oracle as oracle
import clause_told
from clause_told import Room, Told

DAY = dt.date(2026, 11, 1)
PLACES = ("cn", "cn-hubei", "cn-hubei-wuhan")
# The words that tables name types by, and the sizes that they may have.
TYPES = {
    "elder_care": ("养老服务用房", ("floor_area_m2", "land_area_m2", "beds")),
    "nursing_home": ("养老院", ("floor_area_m2", "land_area_m2", "beds")),
    "childcare": ("托育服务设施", ("floor_area_m2", "places")),
    "kindergarten": ("幼儿园", ("floor_area_m2", "land_area_m2", "classes", "places")),
    "food_market": ("菜市场", ("floor_area_m2",)),
    "canteen": ("社区食堂", ("floor_area_m2",)),
}
IN_COMPLEX = ("reading_room", "startup_space", "repair", "laundry", "pharmacy")
# What is counted has no half.
COUNTED = ("places", "beds", "classes", "count")
COMPARED = ("at_least", "at_least", "at_least", "at_most", "above", "below")


# rule packs


def random_pack(rng: random.Random) -> list[dict[str, Any]]:
    """Return rules with every measure that a plan can be asked, with limits of all kinds."""
    rules: list[dict[str, Any]] = []

    def add(measure: str, unit: str, **more: Any) -> dict[str, Any]:
        rule = _rule(rng, f"r-{len(rules)}", measure, unit, more)
        rules.append(rule)
        return rule

    for name, (quantity, base, per) in oracle.RATES.items():
        people = "persons" if base == "population" else base
        whole = "m2" if quantity.endswith("m2") else quantity
        unit = f"{whole}/{per} {people}" if per > 1 else f"{whole}/{people.removesuffix('s')}"
        limit = rng.choice([1, 5, Decimal("0.1")]) if per == 1 else rng.randint(3, 60)
        rule = add(name, unit, facility_types=_types(rng, quantity), limit=limit)
        _refine(rng, rule, base)
    for name, (quantity, _) in oracle.BEGUN.items():
        unit, limit = ("facilities", 1) if quantity == "count" else ("m2", 50)
        rule = add(name, unit, facility_types=_types(rng, quantity), limit=limit)
        rule["options"] = {"begun": rng.choice([250, 600, 1000])}
    for name, quantity in oracle.LARGE.items():
        limits = {"classes": 6, "places": 45, "beds": 20, "floor_area_m2": 300, "land_area_m2": 900}
        unit = "m2" if quantity.endswith("m2") else quantity
        rule = add(name, unit, facility_types=_types(rng, quantity), limit=limits[quantity])
        rule["options"] = {"of": rng.choice(["largest", "each", "total"])}
    for name in oracle.PER_BED:
        add(name, "m2/bed", facility_types=_types(rng, "beds"), limit=rng.choice([20, 35]))
    size = add("minimum_floor_area", "m2", facility_types=_types(rng, "floor_area_m2"), limit=200)
    size["applies_to"]["subject"] = "facility"
    add("people_per_facility", "persons/facility", facility_types=_types(rng, "count"), limit=3000)
    add("presence", "facilities", facility_types=_types(rng, "count"), limit=rng.choice([1, 2]))
    add("residents", "persons", limit=rng.choice([1000, 3000]))
    _add_shares(rng, add)
    special = {"at_least": 1, "facility_types": list(rng.sample(IN_COMPLEX, 2))}
    rule = add("functions_in_complex", "functions", facility_types=list(IN_COMPLEX),
               limit=rng.choice([2, 3]), comparator="at_least")  # fmt: skip
    rule["options"] = rng.choice([{}, {"of_which": special}])
    rule = add("attribute_conditions", "facilities", facility_types=list(IN_COMPLEX[:3]),
               limit=rng.choice([0, 0, 1]), comparator="at_most")  # fmt: skip
    level = {"fact": "floor_level", "at_most": rng.choice([1, 2])}
    entrance = {"own_entrance": {"fact": "own_entrance", "is": "yes"}}
    rule["options"] = {"attributes": {"floor_level": level, **rng.choice([{}, entrance])}}
    for measure, unit in (("land_area_per_person", "m2/person"), ("presence", "facilities"),
                          ("residents", "persons")):  # fmt: skip
        types = {} if measure == "residents" else {"facility_types": _types(rng, "land_area_m2")}
        rule = add(measure, unit, limit=1, **types)
        del rule["require"]
        rule["strength"] = "indicator"
    for rule in rng.sample(rules, 3):
        rule["status"] = rng.choice(["draft", "unverified"])
        if rule["status"] == "unverified":
            rule["source"] = {"confidence": "C"}
    _add_phasing(add)
    _add_pair(rng, add)
    return rules


def _rule(
    rng: random.Random, name: str, measure: str, unit: str, more: dict[str, Any]
) -> dict[str, Any]:
    limit, comparator = more.pop("limit"), more.pop("comparator", rng.choice(COMPARED))
    rule: dict[str, Any] = {
        "id": name,
        "title": {"zh": "甲", "en": "A"},
        "applies_to": {"subject": "plan"},
        "strength": rng.choice(["mandatory", "mandatory", "recommended"]),
        "measure": measure,
        "require": {comparator: limit, "unit": unit},
        "source": {"clause": "1", "quote": "x", "confidence": "B"},
        "jurisdiction": rng.choice(PLACES),
        **more,
    }
    if rng.random() < 0.3:
        rule["applies_to"]["status"] = rng.choice(["new", "renewal", "existing"])
    if rng.random() < 0.3:
        rule["applies_to"][rng.choice(["when", "plan_when"])] = _condition(rng)
    if rng.random() < 0.3:
        first = DAY + dt.timedelta(rng.choice([-400, -1, 0, 1]))
        rule["in_force"] = rng.choice(
            [{"from": first}, {"to": first}, {"from": first, "to": first}]
        )
    return rule


def _condition(rng: random.Random) -> dict[str, Any]:
    tests = [
        {"fact": "households", rng.choice(["at_least", "above"]): 800},
        {"fact": "population", rng.choice(["at_most", "below"]): 2500},
        {"fact": "green_share", "at_least": 0.35},
        {"fact": "count.kindergarten", "above": 0},
        {"fact": "site_area_m2", "at_least": 20_000, "below": 60_000},
        {"fact": "elderly", "at_least": 1},
    ]
    kind = rng.choice(["one", "one", "any_of", "all_of"])
    return rng.choice(tests) if kind == "one" else {kind: rng.sample(tests, 2)}


def _types(rng: random.Random, quantity: str) -> list[str]:
    having = [code for code, (_, sizes) in TYPES.items() if quantity in (*sizes, "count")]
    return rng.sample(having, min(rng.choice([1, 1, 2]), len(having)))


def _refine(rng: random.Random, rule: dict[str, Any], base: str) -> None:
    """Let some rates slide, be rounded, ask for a least total, one large place, or another way."""
    require = rule["require"]
    way = rng.choice(["", "bands", "rounding", "least", "place", "other"])
    if way == "bands":
        marks = [{"from": 20_000, "limit": 20}, {"from": 60_000, "limit": 4}]
        require |= {
            "by": rng.choice(["site_area_m2", base]) if base != "elderly" else "site_area_m2"
        }
        require["bands"] = marks if require["by"] == "site_area_m2" else [{"from": 900, "limit": 8}]
    elif way == "rounding":
        rule["options"] = {"rounding": "ceil_per_100"}
    elif way in ("least", "place") and "at_least" in require:
        require["and_total_at_least"] = 300
        if way == "place":
            require["and_one_place_at_least"] = rng.choice([200, 300])
    elif way == "other":
        rule["alternatives"] = [
            {"measure": "presence", "facility_types": ["canteen"],
             "require": {"at_least": 1, "unit": "facilities"}},
            {"measure": "share_of_floor_area", "require": {"at_least": 1, "unit": "%"},
             "facility_types": ["food_market"], "options": _both_wholes()},
        ][: rng.choice([1, 2])]  # fmt: skip


def _both_wholes() -> dict[str, Any]:
    return {"denominator": "total_floor_area_m2", "denominators_agree": True,
            "variants": ["above_ground_floor_area_m2"]}  # fmt: skip


def _add_shares(rng: random.Random, add: Any) -> None:
    for options in (_both_wholes(), {"denominator": "total_floor_area_m2"}):
        rule = add("share_of_floor_area", "%", limit=rng.choice([1, Decimal("2.5")]),
                   facility_types=rng.sample(list(TYPES), 3))  # fmt: skip
        rule["options"] = {**options, "optional_types": rule["facility_types"][:1]}


def _add_phasing(add: Any) -> None:
    enough = add("floor_area_per_100_households", "m2/100 households", limit=30,
                 facility_types=["elder_care"], comparator="at_least")  # fmt: skip
    rule = add("phasing", "%", limit=50, facility_types=["elder_care"], comparator="below")
    for each in (enough, rule):
        each.pop("in_force", None)
        each["applies_to"] = {"subject": "plan"}
        each["jurisdiction"] = "cn"
    rule["options"] = {"meets": [enough["id"]]}


def _add_pair(rng: random.Random, add: Any) -> None:
    first, other = (
        add("floor_area_per_1000_people", "m2/1000 persons", limit=rng.choice([80, 120]),
            facility_types=["canteen"], comparator="at_least")
        for _ in range(2)
    )  # fmt: skip
    first |= {"supersedes": [other["id"]], "governs": rng.choice(["this", "stricter"])}


# plans


def random_plan(rng: random.Random, rules: list[dict[str, Any]]) -> Told:
    """Return what one plan tells: figures at the limits of the rules, rooms, phases, waivers."""
    told = Told(
        _figures(rng),
        status=rng.choice(["new", "new", "renewal", "existing"]),
        day=DAY + dt.timedelta(rng.choice([-1, 0, 0, 1])),
        place=rng.choice(["cn-hubei-wuhan", "cn-hubei-wuhan", "cn-hubei-yichang", "cn-hunan"]),
    )
    for rule in rng.sample([each for each in rules if "require" in each], 8):
        _at_the_limit(rng, rule, told)
    for code in TYPES:
        if told.figures.get(f"count.{code}") == 0:
            for key in clause_told.SIZES:
                told.figures.pop(f"{key}.{code}", None)
    for code in rng.sample(list(TYPES), rng.choice([0, 1, 2])):
        _divide(rng, told, code)
    _complexes(rng, told)
    if rng.random() < 0.4:
        _phases(rng, told)
    _lose_some(rng, told)
    if rng.random() < 0.2:
        told.rooms, told.phases = [], []
    else:
        _decide_some(rng, told, rules)
    return told


def _lose_some(rng: random.Random, told: Told) -> None:
    """Leave figures out here and there, and now and then all of the facilities."""
    if rng.random() < 0.05:
        told.rooms, told.phases = [], []
        told.figures = {key: value for key, value in told.figures.items() if "." not in key}
    for key in list(told.figures):
        if rng.random() < 0.06:
            del told.figures[key]


def _decide_some(rng: random.Random, told: Told, rules: list[dict[str, Any]]) -> None:
    """Waive rules, once or twice each, and give the reason of an exception."""
    phasing = next(rule["id"] for rule in rules if rule["measure"] == "phasing")
    told.reasons = {phasing} if rng.random() < 0.5 else set()
    for rule in rng.sample(rules, 6):
        for _ in range(rng.choice([1, 2])):
            end = told.day + dt.timedelta(rng.choice([-400, -1, 0, 30]))
            told.waivers.append((rule["id"], end, rng.choice(["", "", "", "room-9"])))


def _figures(rng: random.Random) -> dict[str, Fraction]:
    households = rng.choice([600, 601, 800, 1000, 1250, rng.randint(100, 3000)])
    people = rng.choice([2500, 3000, 1000, households * 3, rng.randint(300, 9000)])
    whole = rng.randint(20_000, 200_000)
    below = rng.choice([0, whole // 5])
    figures = {
        "households": households,
        "population": people,
        "total_floor_area_m2": whole,
        "above_ground_floor_area_m2": whole - below,
        "underground_floor_area_m2": below,
        "site_area_m2": rng.choice([20_000, 60_000, 19_999, rng.randint(9000, 90_000)]),
        "green_share": Fraction(rng.choice([30, 35, 36, 34]), 100),
        "parking_spaces": rng.randint(10, 2000),
    }
    if rng.random() < 0.2:
        figures["persons_per_household"] = Fraction(rng.choice(["2.5", "3.2"]))
        del figures["population"]
    for code, (_, sizes) in TYPES.items():
        for quantity in sizes:
            if rng.random() < 0.6:
                figures[f"{quantity}.{code}"] = rng.choice([0, rng.randint(1, 60), 300, 900])
        if rng.random() < 0.3:
            figures[f"count.{code}"] = rng.choice([0, 1, 2, 3])
    often = [key for key in figures if key.endswith("ground_floor_area_m2") and rng.random() < 0.4]
    return {key: Fraction(value) for key, value in figures.items() if key not in often}


def _at_the_limit(rng: random.Random, rule: dict[str, Any], told: Told) -> None:
    """Let one figure of the plan be what a rule asks for, or a little beside it."""
    measure, quantity, needed = rule["measure"], "", None
    if measure in oracle.RATES or measure in oracle.BEGUN:
        quantity = (oracle.RATES.get(measure) or oracle.BEGUN[measure])[0]
        needed = oracle.required(rule, told)
    elif measure in oracle.LARGE:
        quantity, needed = oracle.LARGE[measure], oracle.limit_of(rule["require"])
    elif measure == "share_of_floor_area":
        quantity = "floor_area_m2"
        whole = clause_told.figure(told, rng.choice(["total", "above_ground"]) + "_floor_area_m2")
        needed = None if whole is None else oracle.limit_of(rule["require"]) * whole / 100
    if needed is None or quantity == "count":
        return
    first, *rest = rule["facility_types"]
    known = sum((clause_told.figure(told, f"{quantity}.{code}") or 0 for code in rest), Fraction(0))
    step = 1 if quantity in COUNTED else rng.choice([Fraction(1, 100), 1])
    value = needed - known + rng.choice([-1, 0, 1]) * step
    if value >= 0 and (quantity not in COUNTED or value == int(value)) and decimals_of(value) <= 4:
        told.figures[f"{quantity}.{first}"] = value


def _divide(rng: random.Random, told: Told, code: str) -> None:
    """List the rooms of a type: all of its figures, or a part, some without their sizes."""
    count = rng.choice([1, 1, 2, 3])
    told.figures.pop(f"count.{code}", None)
    rooms = [Room((code,)) for _ in range(count)]
    for quantity in TYPES[code][1]:
        whole = told.figures.get(f"{quantity}.{code}")
        if whole is None:
            continue
        cut = [Fraction(rng.randint(0, 10), 10) * whole for _ in range(count - 1)]
        parts = [
            b - a for a, b in zip([Fraction(0), *sorted(cut)], [*sorted(cut), whole], strict=True)
        ]
        for room, part in zip(rooms, parts, strict=True):
            if rng.random() < 0.9 and (quantity not in COUNTED or part == int(part)):
                room.sizes[quantity] = part
        if rng.random() < 0.5:
            del told.figures[f"{quantity}.{code}"]
    told.rooms += rooms


def _complexes(rng: random.Random, told: Told) -> None:
    for _ in range(rng.choice([0, 0, 2, 4])):
        told.rooms.append(
            Room(
                tuple(rng.sample(IN_COMPLEX, rng.choice([1, 2]))),
                level=rng.choice([None, -1, 1, 2, 3]),
                entrance=rng.choice([None, True, False]),
                complex=rng.choice(["", "c1", "c1", "c2"]),
            )
        )


def _phases(rng: random.Random, told: Told) -> None:
    """Build in phases; the rooms of elder care stand in one or in several of them."""
    key = "floor_area_m2.elder_care"
    whole = told.figures.get(key)
    if whole is None or any(room.types[0] == "elder_care" for room in told.rooms):
        return
    housing = [Fraction(rng.randint(10, 60) * 1000) for _ in range(rng.choice([1, 2, 3]))]
    first = rng.choice([whole, Fraction(0), whole / 2])
    built = [first, *[Fraction(0)] * (len(housing) - 1)]
    built[-1] += whole - first if rng.random() < 0.8 else 0
    for place, (homes, area) in enumerate(zip(housing, built, strict=True)):
        figures = {"residential_floor_area_m2": homes} if rng.random() < 0.95 else {}
        told.phases.append((f"{place + 1}期", figures | ({key: area} if area else {})))
    if rng.random() < 0.5:
        del told.figures[key]


def decimals_of(value: Fraction) -> int:
    return next((n for n in range(12) if (value * 10**n).denominator == 1), 99)
