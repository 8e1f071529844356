"""A second judge of any rule that a plan can be asked, in plain Python on fractions.

It knows nothing of siting's engine. What a plan tells is a range: a whole figure is one number, one
of which a part is missing is no less than that part. A rule passes where the whole range
meets it, fails where none of it does, and is unknown in between. A rule is a dictionary, as a pack
writes it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from clause_told import ZERO, Range, Room, Told, figure, places, total

PASS, FAIL, UNKNOWN, SILENT, ABSENT = "pass", "fail", "unknown", "not_applicable", "absent"

# measure -> what is added up, what it is compared with, for how many of that
RATES = {
    "floor_area_per_100_households": ("floor_area_m2", "households", 100),
    "floor_area_per_1000_people": ("floor_area_m2", "population", 1000),
    "land_area_per_1000_people": ("land_area_m2", "population", 1000),
    "floor_area_per_person": ("floor_area_m2", "population", 1),
    "land_area_per_person": ("land_area_m2", "population", 1),
    "places_per_1000_people": ("places", "population", 1000),
    "beds_per_1000_elderly": ("beds", "elderly", 1000),
}
BEGUN = {
    "floor_area_per_begun_households": ("floor_area_m2", "households"),
    "floor_area_per_begun_people": ("floor_area_m2", "population"),
    "facilities_per_begun_people": ("count", "population"),
}
LARGE = {
    "minimum_floor_area": "floor_area_m2",
    "minimum_land_area": "land_area_m2",
    "number_of_classes": "classes",
    "number_of_places": "places",
    "number_of_beds": "beds",
}
PER_BED = {"floor_area_per_bed": "floor_area_m2", "land_area_per_bed": "land_area_m2"}


def compared(require: dict[str, Any], found: Range | None, limit: Fraction) -> str:
    if found is None:
        return UNKNOWN
    low, high = found
    ends = [_meets(require, low, limit), None if high is None else _meets(require, high, limit)]
    if is_upper(require):
        return FAIL if not ends[0] else PASS if ends[1] else UNKNOWN
    return PASS if ends[0] else FAIL if ends[1] is False else UNKNOWN


def _meets(require: dict[str, Any], value: Fraction, limit: Fraction) -> bool:
    if "at_least" in require:
        return value >= limit
    if "at_most" in require:
        return value <= limit
    return value > limit if "above" in require else value < limit


def is_upper(require: dict[str, Any]) -> bool:
    return "at_most" in require or "below" in require


def limit_of(require: dict[str, Any]) -> Fraction:
    name = next(each for each in ("at_least", "at_most", "above", "below") if each in require)
    return number(require[name])


def number(value: object) -> Fraction:
    return Fraction(str(value))


def both(*states: str) -> str:
    return next(each for each in (FAIL, UNKNOWN, PASS) if each in states)


def either(*states: str) -> str:
    return next(each for each in (PASS, UNKNOWN, FAIL) if each in states)


# where a rule applies


def verdict(rule: dict[str, Any], told: Told, rules: dict[str, dict[str, Any]]) -> str:
    """Return what a rule of the plan's place says of it; ABSENT where it says nothing at all."""
    applies = rule["applies_to"]
    wanted = applies.get("status", "any")
    if not in_force(rule, told) or (wanted == "existing" and told.status != "existing"):
        return ABSENT
    if applies["subject"] == "facility":
        counts = [figure(told, f"count.{code}") for code in rule["facility_types"]]
        if not any(counts):
            return ABSENT
        rule = {**rule, "options": {**rule.get("options", {}), "of": "each"}}
    if wanted not in ("any", told.status):
        return SILENT
    state = condition_of(rule, told)
    if state == FAIL:
        return SILENT
    found = [way(each, told, rules) for each in ways(rule)]
    found = found[0] if len(found) == 1 else either(*found)
    return UNKNOWN if state == UNKNOWN and found == FAIL else found


def condition_of(rule: dict[str, Any], told: Told) -> str:
    applies = rule["applies_to"]
    tests = [applies[key] for key in ("when", "plan_when") if key in applies]
    return both(PASS, *(condition(each, told) for each in tests))


def ways(rule: dict[str, Any]) -> list[dict[str, Any]]:
    bare = {key: value for key, value in rule.items() if key not in ("require", "options")}
    others = rule.get("alternatives", [])
    return [rule, *({**bare, **other} for other in others)]


def in_force(rule: dict[str, Any], told: Told) -> bool:
    days = rule.get("in_force", {})
    since, until = days.get("from"), days.get("to")
    here = f"{told.place}-".startswith(f"{rule['jurisdiction']}-")
    return here and (since is None or since <= told.day) and (until is None or told.day <= until)


def condition(test: dict[str, Any], told: Told) -> str:
    if "any_of" in test:
        return either(*(condition(each, told) for each in test["any_of"]))
    if "all_of" in test:
        return both(*(condition(each, told) for each in test["all_of"]))
    value = figure(told, test["fact"])
    if value is None:
        return UNKNOWN
    named = {key: limit for key, limit in test.items() if key != "fact"}
    return (
        PASS if all(_meets({key: 0}, value, number(each)) for key, each in named.items()) else FAIL
    )


def waived(rule_id: str, told: Told) -> bool:
    """A waiver of the whole plan holds through its last day, whatever else has run out."""
    return any(name == rule_id and not subject and told.day <= end
               for name, end, subject in told.waivers)  # fmt: skip


# what a rule asks


def way(rule: dict[str, Any], told: Told, rules: dict[str, dict[str, Any]]) -> str:
    if rule.get("require") is None:
        return SILENT if _any_figure(rule, told) else UNKNOWN
    if rule["require"].get("bands"):
        return both_bands(rule, told, rules)
    if rule["measure"] == "phasing":
        return phasing(rule, told, rules)
    judges = {
        **dict.fromkeys((*RATES, *BEGUN), rate),
        **dict.fromkeys(LARGE, size),
        **dict.fromkeys(PER_BED, per_bed),
        "people_per_facility": heads,
        "share_of_floor_area": share,
        "presence": presence,
        "functions_in_complex": functions,
        "attribute_conditions": attributes,
        "residents": residents,
    }
    return judges[rule["measure"]](rule, told)


def _any_figure(rule: dict[str, Any], told: Told) -> bool:
    if rule["measure"] == "residents":
        return figure(told, "population") is not None
    quantity = RATES.get(rule["measure"], ("count",))[0]
    return total(told, quantity, rule["facility_types"]) is not None


def both_bands(rule: dict[str, Any], told: Told, rules: dict[str, dict[str, Any]]) -> str:
    require = {key: value for key, value in rule["require"].items() if key not in ("bands", "by")}
    name = next(iter(set(require) & {"at_least", "at_most", "above", "below"}))
    value = figure(told, rule["require"]["by"])
    limits = [require[name]]
    for band in rule["require"]["bands"]:
        if value is None:
            limits.append(band["limit"])
        elif value >= number(band["from"]):
            limits = [band["limit"]]
    states = {way({**rule, "require": {**require, name: limit}}, told, rules) for limit in limits}
    return states.pop() if len(states) == 1 else UNKNOWN


def required(rule: dict[str, Any], told: Told) -> Fraction | None:
    """Return the total that a rate asks for; None where nobody knows how many people there are."""
    require, options = rule["require"], rule.get("options", {})
    base = figure(told, (RATES.get(rule["measure"]) or BEGUN[rule["measure"]])[1])
    if base is None:
        return None
    if rule["measure"] in BEGUN:
        groups = -(-base // options["begun"])
        needed = limit_of(require) * groups
    else:
        per = RATES[rule["measure"]][2]
        if options.get("rounding") == "ceil_per_100":
            base = Fraction(-(-base // per) * per)
        needed = limit_of(require) * base / per
    return max(needed, number(require.get("and_total_at_least", 0)))


def rate(rule: dict[str, Any], told: Told) -> str:
    quantity = (RATES.get(rule["measure"]) or BEGUN[rule["measure"]])[0]
    require, codes = rule["require"], rule["facility_types"]
    found, needed = total(told, quantity, codes), required(rule, told)
    if needed is not None:
        state = compared(require, found, needed)
    else:
        least = number(require.get("and_total_at_least", 0))
        state = both(UNKNOWN, compared({"at_least": 0}, found, least))
    if found is None or "and_one_place_at_least" not in require:
        return state
    one = number(require["and_one_place_at_least"])
    return both(state, compared({"at_least": 0}, places(told, quantity, codes)[1], one))


def size(rule: dict[str, Any], told: Told) -> str:
    quantity, codes = LARGE[rule["measure"]], rule["facility_types"]
    of = rule.get("options", {}).get("of", "largest")
    limit = limit_of(rule["require"])
    found = total(told, quantity, codes)
    sized = any(quantity in room.sizes for room in told.rooms if room.types[0] in codes)
    if found is None and not sized:
        return UNKNOWN
    if of == "total":
        return compared(rule["require"], found, limit)
    smallest, largest = places(told, quantity, codes)
    return compared(
        rule["require"],
        smallest if of == "each" and not is_upper(rule["require"]) else largest,
        limit,
    )


def per_bed(rule: dict[str, Any], told: Told) -> str:
    """Judge every room, and every type of which no rooms are listed."""
    quantity, limit = PER_BED[rule["measure"]], limit_of(rule["require"])
    states = []
    for code in rule["facility_types"]:
        rooms = [room for room in told.rooms if room.types[0] == code]
        pairs = [(room.sizes.get(quantity), room.sizes.get("beds")) for room in rooms]
        whole = (figure(told, f"{quantity}.{code}"), figure(told, f"beds.{code}"))
        if not rooms and whole == (ZERO, ZERO):
            continue
        states += [_of_bed(rule, pair, limit) for pair in pairs or [whole]]
        if not rooms and (figure(told, f"count.{code}") or 0) > 1:
            states.append(UNKNOWN)
        for place, each in enumerate(whole):
            listed = [pair[place] for pair in pairs]
            if rooms and each is not None and None not in listed and each > sum(listed, ZERO):
                states.append(UNKNOWN)
    return both(*states) if states else UNKNOWN


def _of_bed(rule: dict[str, Any], pair: tuple[Fraction | None, ...], limit: Fraction) -> str:
    area, beds = pair
    if area is None or beds is None:
        return UNKNOWN
    return compared(rule["require"], (area, area), limit * beds)


def heads(rule: dict[str, Any], told: Told) -> str:
    count, people = total(told, "count", rule["facility_types"]), figure(told, "population")
    if count is None or count[1] is None or people is None:
        return UNKNOWN
    if not count[0]:
        return FAIL
    mean = people / count[0]
    return compared(rule["require"], (mean, mean), limit_of(rule["require"]))


def presence(rule: dict[str, Any], told: Told) -> str:
    found = total(told, "count", rule["facility_types"])
    return compared(rule["require"], found, limit_of(rule["require"]))


def residents(rule: dict[str, Any], told: Told) -> str:
    people = figure(told, "population")
    found = None if people is None else (people, people)
    return compared(rule["require"], found, limit_of(rule["require"]))


def share(rule: dict[str, Any], told: Told) -> str:
    """Of two denominators both have to say the same; the first is the larger one."""
    options, require = rule["options"], rule["require"]
    limit = limit_of(require)
    part = total(told, "floor_area_m2", rule["facility_types"],
                 optional=options.get("optional_types", ()))  # fmt: skip
    first, *others = [options["denominator"], *options.get("variants", [])]
    names = [first, *others] if options.get("denominators_agree") else [first]
    wholes = {name: whole for name in names if (whole := _whole(told, name, [first, *others]))}
    if part is None or not wholes:
        return UNKNOWN
    shares = [
        tuple(None if end is None else end * 100 / whole for end in part)
        for whole in wholes.values()
    ]
    states = {compared(require, each, limit) for each in shares}
    state = states.pop() if len(states) == 1 else UNKNOWN
    # A smaller whole alone settles only what a larger one makes no better.
    settled = PASS if is_upper(require) else FAIL
    return state if first in wholes or state == settled else UNKNOWN


def _whole(told: Told, name: str, named: list[str]) -> Fraction | None:
    value = figure(told, name)
    if value is None and name == "above_ground_floor_area_m2" and name in named:
        whole = figure(told, "total_floor_area_m2")
        below = figure(told, "underground_floor_area_m2")
        if whole is not None and below is not None and whole > below:
            return whole - below
    return value


def functions(rule: dict[str, Any], told: Told) -> str:
    groups: dict[str, set[str]] = {}
    for room in told.rooms:
        if room.complex:
            groups.setdefault(room.complex, set()).update(room.types)
    if not groups:
        return UNKNOWN
    special = rule.get("options", {}).get("of_which")
    limit, codes = limit_of(rule["require"]), set(rule["facility_types"])
    for found in groups.values():
        counted = found & codes
        enough = special is None or (
            len(counted & set(special["facility_types"])) >= special["at_least"]
        )
        if enough and _meets(rule["require"], Fraction(len(counted)), limit):
            return PASS
    return FAIL


def attributes(rule: dict[str, Any], told: Told) -> str:
    """Count the rooms that break a condition: those that surely do, and those that may."""
    rooms = [room for room in told.rooms if set(room.types) & set(rule["facility_types"])]
    if not rooms:
        return UNKNOWN
    states = [_attribute_state(room, rule["options"]["attributes"]) for room in rooms]
    broken, open_ = (Fraction(states.count(each)) for each in (FAIL, UNKNOWN))
    return compared(rule["require"], (broken, broken + open_), limit_of(rule["require"]))


def _attribute_state(room: Room, tests: dict[str, dict[str, Any]]) -> str:
    states = [PASS]
    if "floor_level" in tests:
        level = None if room.level is None else Fraction(room.level)
        wanted = {key: value for key, value in tests["floor_level"].items() if key != "fact"}
        met = level is not None and all(_meets({key: 0}, level, number(each))
                                        for key, each in wanted.items())  # fmt: skip
        states.append(UNKNOWN if level is None else PASS if met else FAIL)
    if "own_entrance" in tests:
        states.append(UNKNOWN if room.entrance is None else PASS if room.entrance else FAIL)
    return both(*states)


def phasing(rule: dict[str, Any], told: Told, rules: dict[str, dict[str, Any]]) -> str:
    """In the first phase and whole; or before the limit, with a reason."""
    (code,) = rule["facility_types"]
    key, homes = f"floor_area_m2.{code}", "residential_floor_area_m2"
    if len(told.phases) < 2:
        return SILENT
    housing = [each.get(homes) for _, each in told.phases]
    built = [_built(told, name, each, code) for name, each in told.phases]
    if None in housing or not any(built) or not sum(housing):
        return UNKNOWN
    whole = figure(told, key)
    unplaced = whole is not None and sum(built) < whole
    there = [place for place, each in enumerate(built) if each]
    if len(there) > 1 or unplaced:
        states = {place: _alone(rule, told, place, built[place], rules) for place in there}
        chosen = next((place for place in there if states[place] == PASS), None)
        if chosen is None:
            return UNKNOWN if unplaced or UNKNOWN in states.values() else FAIL
    else:
        chosen = there[0]
    if chosen == 0:
        return PASS
    done = sum(housing[: chosen + 1]) * 100 / sum(housing)
    state = compared(rule["require"], (done, done), limit_of(rule["require"]))
    return UNKNOWN if state == PASS and rule["id"] not in told.reasons else state


def _built(told: Told, name: str, figures: dict[str, Fraction], code: str) -> Fraction:
    key = f"floor_area_m2.{code}"
    rooms = [room.sizes["floor_area_m2"] for room in told.rooms
             if room.types[0] == code and room.phase == name]  # fmt: skip
    return figures.get(key, sum(rooms, ZERO))


def _alone(rule: dict[str, Any], told: Told, place: int, built: Fraction, rules) -> str:
    (code,) = rule["facility_types"]
    dropped = (f"floor_area_m2.{code}", f"count.{code}")
    figures = {key: value for key, value in told.figures.items() if key not in dropped}
    rooms = [room for room in told.rooms
             if room.types[0] != code or room.phase == told.phases[place][0]]  # fmt: skip
    figures[f"floor_area_m2.{code}"] = built
    one = replace(told, figures=figures, rooms=rooms, phases=[])
    states = [verdict(rules[name], one, rules) for name in rule["options"]["meets"]]
    states = [state for state in states if state not in (SILENT, ABSENT)]
    return both(*states) if states else FAIL
