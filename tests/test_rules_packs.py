"""The shipped packs: their examples hold, their sources are honest, and nothing is forgotten."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import jsonschema
import pytest

from siting.rules.cases.lint import lint_packs
from siting.rules.cases.run import run_case, run_cases
from siting.rules.explain import asks_text, describe_rule
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.measures import MEASURES, Family
from siting.rules.pack.parse import parse_pack
from siting.rules.pack.schema import pack_schema
from siting.rules.pack.selection import all_rules, select_rules
from siting.words import say
from siting.yaml_lines import load_yaml

PACKS = read_packs(find_packs())
RULES = {rule.id: rule for rule in all_rules(PACKS)}
CASES = [(rule, case) for rule in RULES.values() for case in rule.cases]
TODAY = dt.date(2026, 11, 23)
WUHAN = "cn-hubei-wuhan"

NAMED_BY_THE_LETTER = [
    "elder_care",
    "childcare",
    "kindergarten",
    "food_market",
    "canteen",
    "sport",
    "housekeeping",
    "repair",
    "convenience_store",
    "reading_room",
    "startup_space",
    "commerce",
    "community_service",
    "children_activity",
]


@pytest.mark.parametrize(
    ("rule", "case"), CASES, ids=[f"{rule.id}: {case.name}" for rule, case in CASES]
)
def test_the_example_beside_a_rule_holds(rule, case):
    result = run_case(rule, case)
    assert result.passed, say(result.told, "en")


def test_an_example_that_is_wrong_does_not_hold():
    rule = RULES["wuhan-elder-care-floor-area"]
    case = rule.cases[0].model_copy(update={"verdict": "pass", "required": 301})
    result = run_case(rule, case, "x.yaml:3")
    assert [say(fault, "en") for fault in result.faults] == [
        "verdict is fail, expected pass",
        "required is 300, expected 301",
    ]
    assert say(result.told, "en").startswith("x.yaml:3: wuhan-elder-care-floor-area: ")


def test_the_shipped_packs_are_clean():
    assert lint_packs(find_packs()) == []


def test_every_facility_that_the_letter_names_has_a_rule_in_force():
    chosen = select_rules(PACKS, date=TODAY, jurisdiction=WUHAN)
    covered = {code for rule in chosen.rules for code in rule.facility_types}
    assert not set(NAMED_BY_THE_LETTER) - covered


def bare(text):
    """Leave out what two copies of one text write differently: spaces, commas, bold marks."""
    return re.sub(r"[\s,，;；、。…*]", "", text)


def test_what_is_quoted_stands_in_the_compilation_that_was_read(real_data):
    compilation = real_data.parent / "standards.md"
    if not compilation.is_file():
        pytest.skip("the compilation of the standards is not beside the project")
    read = bare(compilation.read_text(encoding="utf-8"))
    quoted = [r for r in RULES.values() if r.source.quote and not r.source.paraphrase]
    assert len(quoted) > 30
    assert [rule.id for rule in quoted if bare(rule.source.quote) not in read] == []


def test_every_tier_of_table_503_is_there_and_off():
    parts = [
        (tier, of) for tier in ("15-min", "10-min", "5-min", "block") for of in ("floor", "land")
    ]
    least = [1450, 1600, 1050, 1980, 1070, 1710, 80, 50]
    for (tier, of), expected in zip(parts, least, strict=True):
        name = f"gb50180c-table-503-{tier}-{'floor-area' if of == 'floor' else of}"
        assert RULES[name].require.at_least == expected
        assert RULES[name].status == "unverified"


def test_what_nobody_verified_has_no_quote_and_is_off():
    for rule in RULES.values():
        if rule.source.confidence == "C":
            assert rule.status == "unverified"
            assert not rule.source.quote
        else:
            assert rule.status in ("active", "draft")
            assert rule.source.quote
            assert rule.source.clause
            assert rule.url


def test_radii_that_the_standards_call_buyi_only_recommend():
    radii = [
        rule
        for rule in RULES.values()
        if MEASURES[rule.measure].family is Family.DISTANCE
        and rule.require
        and rule.status == "active"
    ]
    assert len(radii) > 20
    assert {rule.strength for rule in radii} == {"recommended"}


def test_the_two_rules_of_30_m2_per_100_households_are_about_different_rooms():
    elder, services = RULES["wuhan-elder-care-floor-area"], RULES["embedded-services-per-household"]
    assert not set(elder.facility_types) & set(services.facility_types)
    assert elder.require is not None
    assert elder.require.and_total_at_least == 300


def test_the_ten_percent_count_commerce_and_community_services():
    rule = RULES["wuhan-commerce-and-services-share"]
    assert {"commerce", "food_market", "supermarket", "canteen"} <= set(rule.facility_types)
    assert {"community_service", "elder_care", "childcare"} <= set(rule.facility_types)
    assert not {"kindergarten", "sport", "property_management"} & set(rule.facility_types)


def test_the_plan_for_food_markets_has_expired():
    before = select_rules(PACKS, date=dt.date(2020, 12, 31), jurisdiction=WUHAN)
    after = select_rules(PACKS, date=dt.date(2021, 1, 1), jurisdiction=WUHAN)
    name = "wuhan-food-market-radius-main"
    assert name in {rule.id for rule in before.rules}
    assert name not in {rule.id for rule in after.rules}
    reason = next(each.reason for each in after.left_out if each.rule.id == name)
    assert say(reason, "en") == "held until 2020-12-31"


def test_a_rule_holds_from_its_first_day():
    name = "gb55038-concentrated-green-new"
    day = dt.date(2025, 5, 1)
    for date, expected in ((day, True), (day - dt.timedelta(1), False)):
        chosen = select_rules(PACKS, date=date, jurisdiction=WUHAN)
        assert (name in {rule.id for rule in chosen.rules}) is expected


def test_layers_add_up_from_the_country_to_the_city_in_this_order():
    counts = {}
    for place in ("cn", "cn-hubei", WUHAN):
        chosen = select_rules(PACKS, date=TODAY, jurisdiction=place)
        layers = [rule.layer for rule in chosen.rules]
        assert layers == sorted(layers, key=["national", "province", "city"].index)
        counts[place] = len(layers)
    assert counts["cn"] < counts["cn-hubei"] < counts[WUHAN]
    elsewhere = select_rules(PACKS, date=TODAY, jurisdiction="cn-hunan")
    assert {rule.layer for rule in elsewhere.rules} == {"national"}


def test_without_a_place_only_national_rules_count():
    chosen = select_rules(PACKS, date=TODAY)
    assert {rule.jurisdiction for rule in chosen.rules} == {"cn"}
    named = select_rules(read_packs(find_packs(["cn/wuhan"])), date=TODAY)
    assert named.rules == ()
    left = [each.reason for each in named.left_out if each.rule.days.holds_on(TODAY)]
    assert {say(each, "en") for each in left} == {
        f"no place is named, so national rules only; it holds in {WUHAN}"
    }


def test_unverified_rules_can_be_asked_for_and_then_only_warn():
    usual = select_rules(PACKS, date=TODAY, jurisdiction=WUHAN)
    asked = select_rules(
        PACKS, date=TODAY, jurisdiction=WUHAN, include=("active", "draft", "unverified")
    )
    extra = [rule for rule in asked.rules if rule.status == "unverified"]
    assert not any(rule.status != "active" for rule in usual.rules)
    assert extra
    assert not any(rule.strength == "mandatory" for rule in extra)
    assert "hubei-draft-service-station" in {rule.id for rule in asked.rules}


def test_rules_that_count_the_same_rooms_without_saying_so_are_found(tmp_path):
    text = find_packs(["cn/wuhan/reply-2024"])[0].read_text(encoding="utf-8")
    path = tmp_path / "mine.yaml"
    mine = text.replace("id: wuhan-", "id: my-").replace("supersedes: [hubei", "supersedes: [hubei")
    path.write_text(mine, encoding="utf-8")
    found = lint_packs([*find_packs(["cn/wuhan/reply-2024", "cn/hubei"]), path])
    assert any(
        "'my-elder-care-floor-area' counts the same elder_care as 'wuhan-elder-care-floor-area'"
        in say(each, "en")
        for each in found
    )


def test_a_rule_that_may_fail_somebody_needs_an_example(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "document: {title: {zh: 甲, en: A}, issuer: 乙, url: http://example.org}\n"
        "jurisdiction: cn\n"
        "rules:\n"
        "  - id: mine\n"
        "    title: {zh: 半径, en: Reach}\n"
        "    applies_to: {subject: home}\n"
        "    strength: mandatory\n"
        "    measure: walking_distance\n"
        "    facility_types: elder_care\n"
        "    require: {at_most: 300, unit: m}\n"
        "    source: {clause: x, quote: y, confidence: B}\n",
        encoding="utf-8",
    )
    assert [say(each, "en").partition(": ")[2] for each in lint_packs([path])] == [
        "rule 'mine' has no cases; give one that passes or fails"
    ]


def test_linting_a_broken_pack_gives_its_faults(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("rules: 3\n", encoding="utf-8")
    assert any("rules is 3" in say(each, "en") for each in lint_packs([path]))


def test_examples_are_run_in_the_order_of_the_packs():
    names = [result.rule_id for result in run_cases(PACKS[:3])]
    assert names == [rule.id for pack in PACKS[:3] for rule in pack.rules for _ in rule.cases]


def test_every_shipped_pack_fits_the_published_schema_and_a_wrong_measure_does_not():
    schema = pack_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in find_packs():
        data, _ = load_yaml(path.read_bytes(), path.name)
        assert list(validator.iter_errors(_as_json(data))) == []
        data["rules"][0]["measure"] = "distance_by_car"
        assert not validator.is_valid(_as_json(data))


def _as_json(data):
    if isinstance(data, dict):
        return {key: _as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_json(value) for value in data]
    return data.isoformat() if isinstance(data, dt.date) else data


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_a_rule_is_described_in_both_languages_with_its_source(rule):
    for language in ("zh", "en"):
        text = "\n".join(say(line, language) for line in describe_rule(rule))
        assert rule.title.text(language) in text
        assert rule.url in text
        # A paraphrase is no quote: it stands in Chinese only.
        is_told = language == "zh" or not rule.source.paraphrase
        assert (rule.source.quote in text) == is_told or not rule.source.quote


def test_what_a_rule_asks_is_said_in_one_phrase():
    assert say(asks_text(RULES["wuhan-elder-care-floor-area"]), "zh") == (
        "每 100 户不低于 30 m²，且合计不低于 300 m²，且至少一处不小于 300 m²"
    )
    either = say(asks_text(RULES["wuhan-sport-indoor-or-outdoor"]), "en")
    assert either == "0.1 m² for each person at least, or 0.3 m² for each person at least"


def test_a_pack_that_rounds_up_says_so():
    pack = find_packs(["cn/hubei/elder-care-2022"])[0].read_text(encoding="utf-8")
    rounded = (
        pack.replace(
            "    require: {at_least: 20,",
            "    options: {rounding: ceil_per_100}\n    require: {at_least: 20,",
        )
        .replace("    supersedes: [gb50437-land-per-person]\n", "")
        .replace("    counting: {shared_with: [gb50437-land-per-person]}\n", "")
        .replace(", wuhan-elder-care-floor-area]", "]")
    )
    rule = parse_pack(rounded).rules[0]
    case = rule.cases[1].model_copy(update={"required": 220, "shortfall": None})
    assert run_case(rule, case).passed


def test_cases_do_not_depend_on_the_day_or_place():
    pack = next(each for each in PACKS if each.source.endswith("food-market-2014.yaml"))
    assert all(result.passed for result in run_cases([replace(pack)]))


# Every C number of the compilation that is a rule, by section; a row without a number has none.
UNVERIFIED = {
    "gb50180c-primary-school-classes": (None, 36),
    "gb50180c-kindergarten-classes": (None, 12),
    "gb50180c-health-centre-per-subdistrict": (1, None),
    "gb50180c-waste-point-radius": (None, 70),
    "gb50180c-convenience-store-population": (None, 3000),
    "gb50180c-property-management-share": (Decimal("0.2"), None),
    "complete-community-park-land": (4000, None),
    "complete-community-parcel-point-floor-area": (15, None),
    "national-commerce-share": (10, None),
    "national-childcare-places": (10, None),
}


@pytest.mark.parametrize("name", UNVERIFIED)
def test_a_number_of_general_knowledge_is_there_and_off(name):
    rule = RULES[name]
    assert (rule.require.at_least, rule.require.at_most) == UNVERIFIED[name]
    assert (rule.status, rule.source.confidence) == ("unverified", "C")
    assert rule not in select_rules(PACKS, date=TODAY, jurisdiction=WUHAN).rules
