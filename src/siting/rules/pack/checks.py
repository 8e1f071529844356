"""What has to agree between the keys of a pack: units, types, sources, identifiers.

Owns the checks that compare several keys. They run on the data as it was read, so a pack with a
misspelt key and a wrong unit gets both faults in one error.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from siting.did_you_mean import hint_known
from siting.message import Message, message
from siting.rules.facts import SCALAR_UNITS, TYPED_UNITS
from siting.rules.pack.case_facts import case_key_fault
from siting.rules.pack.measures import MEASURES, Family, Measure
from siting.rules.pack.model import COMPARATORS
from siting.vocabulary.facility_types import load_facility_types
from siting.yaml_lines import Path, dotted

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

DENOMINATORS = ("homes", "households", "people", "elderly", "residential_land")
# Facts of a place that no indicator table has.
_WITHIN_A_LIMIT = (Family.COVERED, Family.WITHIN, Family.CATCHMENT)
PLACE_FACTS = ("elderly", "children", "zone")


class PackFault(NamedTuple):
    """One fault: where in the data it is, and what is wrong there."""

    path: Path
    message: Message


def check_pack(
    data: Any, known_ids: Container[str], seen: Mapping[str, str]
) -> Iterator[PackFault]:
    """Yield every disagreement within a pack.

    Parameters
    ----------
    data
        The pack as `load_yaml` read it; it may break the model in any way.
    known_ids
        Every rule id that `supersedes` and `shared_with` may name.
    seen
        Rule ids of the packs before, each with the place where it stands.
    """
    own: dict[str, str] = {}
    has_url = bool(_get(data, "document", "url"))
    if _get(data, "rules") == []:
        yield PackFault(("rules",), message("pack.no_rules"))
    for index, rule in enumerate(_list(_get(data, "rules"))):
        path: Path = ("rules", index)
        for fault in _rule_faults(rule, known_ids, has_url=has_url):
            yield PackFault((*path, *fault.path), fault.message)
        name = _get(rule, "id")
        if isinstance(name, str):
            first = seen.get(name) or own.get(name)
            if first:
                yield PackFault((*path, "id"), message("pack.id_twice", name=name, first=first))
            own.setdefault(name, dotted(path))


def _rule_faults(rule: Any, known_ids: Container[str], *, has_url: bool) -> Iterator[PackFault]:
    yield from _requirement_faults(rule)
    for index, other in enumerate(_list(_get(rule, "alternatives"))):
        for fault in _requirement_faults(other):
            yield PackFault(("alternatives", index, *fault.path), fault.message)
    yield from _subject_faults(rule)
    yield from _strength_faults(rule)
    yield from _source_faults(rule, has_url=has_url)
    for key in ("when", "plan_when"):
        yield from _condition_faults(_get(rule, "applies_to", key), ("applies_to", key))
    yield from _reference_faults(rule, known_ids)
    yield from _case_faults(rule)


def _requirement_faults(rule: Any) -> Iterator[PackFault]:
    name = _get(rule, "measure")
    measure = MEASURES.get(name) if isinstance(name, str) else None
    if isinstance(name, str) and measure is None:
        hint = hint_known(name, MEASURES)
        yield PackFault(("measure",), message("pack.no_measure", name=name, hint=hint))
    yield from _type_faults(_get(rule, "facility_types"), ("facility_types",))
    if measure is None:
        return
    if measure.needs_types and not _get(rule, "facility_types"):
        yield PackFault(("facility_types",), message("pack.types_missing", measure=measure.name))
    unit = _get(rule, "require", "unit")
    if isinstance(unit, str) and unit != measure.unit:
        fault = message("pack.unit", unit=unit, measure=measure.name, expected=measure.unit)
        yield PackFault(("require", "unit"), fault)
    if measure.family is not Family.RATE:
        for key in ("and_total_at_least", "and_one_place_at_least"):
            if _get(rule, "require", key) is not None:
                yield PackFault(("require", key), message("pack.no_rate", measure=measure.name))
    yield from _band_faults(rule, measure)
    yield from _option_faults(rule, measure)


def _band_faults(rule: Any, measure: Measure) -> Iterator[PackFault]:
    """Yield what is wrong with a sliding rate: its fact, the order of its bands, whom it is for."""
    require = _get(rule, "require")
    bands, by = _list(_get(require, "bands")), _get(require, "by")
    if bool(bands) != bool(by):
        yield PackFault(("require", "by"), message("pack.bands_without_fact"))
    elif isinstance(by, str) and not is_fact(by):
        hint = hint_known(by, SCALAR_UNITS)
        yield PackFault(("require", "by"), message("pack.no_fact", name=by, hint=hint))
    elif by and by != measure.base and "area" in _list(_get(rule, "applies_to", "subject")):
        fault = message("pack.bands_of_areas", name=str(by), base=measure.base)
        yield PackFault(("require", "by"), fault)
    starts = [_get(band, "from") for band in bands]
    known = [each for each in starts if isinstance(each, int | float)]
    if known != sorted(set(known)):
        yield PackFault(("require", "bands"), message("pack.bands_not_ascending"))


def _type_faults(codes: Any, path: Path) -> Iterator[PackFault]:
    types = load_facility_types()
    for index, code in enumerate(_list(codes)):
        if isinstance(code, str) and code not in types:
            where = (*path, index) if isinstance(codes, list) else path
            yield PackFault(where, message("pack.no_type", name=code, hint=types.hint(code)))


def _option_faults(rule: Any, measure: Measure) -> Iterator[PackFault]:
    options = _get(rule, "options")
    family = measure.family
    if measure.begun and _get(options, "begun") is None:
        yield PackFault(("options", "begun"), message("pack.group_missing"))
    chosen = _get(options, "denominator")
    allowed: tuple[str, ...] = ()
    if family in _WITHIN_A_LIMIT and not _get(options, "within"):
        yield PackFault(("options", "within"), message("pack.reach_missing", measure=measure.name))
    yield from _zone_faults(options, family)
    if family is Family.COVERED:
        allowed = DENOMINATORS
    elif family is Family.SHARE:
        allowed = tuple(key for key in SCALAR_UNITS if key.endswith("floor_area_m2"))
    if allowed and chosen not in allowed:
        fault = message("pack.denominator", given=repr(chosen), known=allowed)
        yield PackFault(("options", "denominator"), fault)
    if _get(options, "within", "unit") not in (None, *_reach_units(_get(options, "within"))):
        yield PackFault(("options", "within", "unit"), message("pack.reach_unit"))
    yield from _type_faults(
        _get(options, "of_which", "facility_types"), ("options", "of_which", "facility_types")
    )


def _zone_faults(options: Any, family: Family) -> Iterator[PackFault]:
    zones = _list(_get(options, "zones"))
    if not zones:
        return
    if family is not Family.CATCHMENT:
        yield PackFault(("options", "zones"), message("pack.zones_useless"))
        return
    limits = [_get(zone, "at_most") for zone in zones]
    if not all(isinstance(each, int | float | Decimal) for each in limits):
        return  # the model says which
    reach = _get(options, "within", "at_most")
    if sorted(set(limits)) != limits or limits[-1] != reach:
        fault = message("pack.zones_reach", limits=map(str, limits), reach=str(reach))
        yield PackFault(("options", "zones"), fault)


def _reach_units(within: Any) -> tuple[str, ...]:
    measure = MEASURES.get(str(_get(within, "measure")))
    return (measure.unit,) if measure else ("m", "min")


def _subject_faults(rule: Any) -> Iterator[PackFault]:
    measure = MEASURES.get(str(_get(rule, "measure")))
    for subject in _list(_get(rule, "applies_to", "subject")):
        if measure and isinstance(subject, str) and subject not in measure.subjects:
            fault = message(
                "pack.subject", subject=subject, measure=measure.name, known=measure.subjects
            )
            yield PackFault(("applies_to", "subject"), fault)
    if measure and _get(rule, "applies_to", "shown_on_plans") and "plan" not in measure.subjects:
        fault = message("pack.not_of_plans", measure=measure.name)
        yield PackFault(("applies_to", "shown_on_plans"), fault)


def _strength_faults(rule: Any) -> Iterator[PackFault]:
    if not isinstance(rule, dict) or "strength" not in rule:
        return
    is_indicator = rule["strength"] == "indicator"
    if is_indicator and rule.get("require") is not None:
        yield PackFault(("require",), message("pack.indicator_with_mark"))
    if not is_indicator and rule.get("require") is None:
        yield PackFault(("require",), message("pack.mark_missing"))


def _source_faults(rule: Any, *, has_url: bool) -> Iterator[PackFault]:
    source = _get(rule, "source")
    confidence = _get(source, "confidence")
    if confidence == "C":
        if _get(rule, "status") != "unverified":
            yield PackFault(("source", "confidence"), message("pack.unverified"))
        if _get(source, "quote"):
            yield PackFault(("source", "quote"), message("pack.quote_unread"))
    elif confidence in ("A", "B"):
        for key in ("quote", "clause"):
            if not _get(source, key):
                fault = message("pack.source_missing", confidence=confidence)
                yield PackFault(("source", key), fault)
        if not (has_url or _get(source, "url")):
            yield PackFault(
                ("source", "url"), message("pack.source_missing", confidence=confidence)
            )


def _condition_faults(condition: Any, path: Path) -> Iterator[PackFault]:
    fact = _get(condition, "fact")
    if isinstance(fact, str) and not is_fact(fact):
        known = (*SCALAR_UNITS, *PLACE_FACTS)
        hint = hint_known(fact, known)
        yield PackFault((*path, "fact"), message("pack.no_fact", name=fact, hint=hint))
    if _get(condition, "is") is not None and any(_get(condition, name) for name in COMPARATORS):
        yield PackFault(path, message("pack.word_and_number"))
    for key in ("any_of", "all_of"):
        for index, part in enumerate(_list(_get(condition, key))):
            yield from _condition_faults(part, (*path, key, index))


def is_fact(key: str) -> bool:
    """Tell whether a condition may name the fact.

    Examples
    --------
    >>> is_fact("households"), is_fact("floor_area_m2.elder_care"), is_fact("floor_area_m2.x")
    (True, True, False)
    """
    quantity, dot, code = key.partition(".")
    if dot:
        return quantity in TYPED_UNITS and code in load_facility_types()
    return key in SCALAR_UNITS or key in PLACE_FACTS


def _reference_faults(rule: Any, known_ids: Container[str]) -> Iterator[PackFault]:
    paths: tuple[tuple[str, ...], ...] = (
        ("supersedes",),
        ("counting", "shared_with"),
        ("options", "meets"),
    )
    for path in paths:
        for name in _list(_get(rule, *path)):
            if isinstance(name, str) and name == _get(rule, "id"):
                yield PackFault(path, message("pack.names_itself"))
            elif isinstance(name, str) and name not in known_ids:
                yield PackFault(path, message("pack.no_rule", name=name))


def _case_faults(rule: Any) -> Iterator[PackFault]:
    for index, case in enumerate(_list(_get(rule, "cases"))):
        keys = case if isinstance(case, dict) else {}
        for key, value in keys.items():
            fault = case_key_fault(str(key), value)
            if fault:
                yield PackFault(("cases", index, key), fault)


def _get(data: Any, *path: str) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
