"""Reading rule packs: every fault at once, and the way back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import RuleError
from siting.rules.pack.find import find_packs, read_packs, shipped_rule_ids
from siting.rules.pack.measures import MEASURES, Family, Measure
from siting.rules.pack.model import COMPARATORS, Pack, PackText
from siting.rules.pack.parse import dump_pack, parse_pack, parse_packs

HEAD = """\
document: {title: {zh: 甲, en: A}, issuer: 乙, url: http://example.org}
jurisdiction: cn
rules:
"""
RULE = """\
  - id: reach
    title: {zh: 半径, en: Reach}
    applies_to: {subject: home}
    strength: mandatory
    measure: walking_distance
    facility_types: elder_care
    require: {at_most: 300, unit: m}
    source: {clause: "1", quote: 三百米, confidence: A}
"""


def faults(text: str, **others: str) -> list[str]:
    sources = [("x.yaml", text), *((f"{name}.yaml", each) for name, each in others.items())]
    with pytest.raises(RuleError) as caught:
        parse_packs(sources)
    return list(caught.value.faults)


def test_five_mistakes_in_one_file_are_all_reported_with_line_and_path():
    text = HEAD + (
        RULE.replace("strength: mandatory", "strength: must")
        .replace("elder_care", "elder_car")
        .replace("walking_distance", "walking_distanse")
        .replace("unit: m}", "unit: m, at_leest: 3}")
        .replace("confidence: A", "confidence: C")
    )
    found = faults(text)
    assert found == sorted(found, key=lambda each: int(each.split(":")[1]))
    expected = [
        "x.yaml:7: rules[0].strength is 'must'; expected",
        (
            "x.yaml:8: rules[0].measure is 'walking_distanse', no known measure; "
            "did you mean 'walking_distance'?"
        ),
        (
            "x.yaml:9: rules[0].facility_types is 'elder_car', no known facility type; "
            "did you mean 'elder_care'?"
        ),
        "x.yaml:10: rules[0].require.at_leest is not a known key; did you mean 'at_least'?",
        (
            "x.yaml:11: rules[0].source.confidence has confidence C, so the rule needs status: "
            "unverified"
        ),
        "x.yaml:11: rules[0].source.quote is given, but with confidence C nothing was read",
    ]
    assert len(found) == len(expected)
    assert all(one.startswith(other) for one, other in zip(found, expected, strict=True))


def test_a_unit_that_is_not_the_measures_is_refused():
    found = faults(HEAD + RULE.replace("unit: m}", "unit: km}"))
    assert found == [
        "x.yaml:10: rules[0].require.unit is 'km'; measure 'walking_distance' is in 'm'"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('clause: "1", ', "", "source.clause is missing; confidence A needs it"),
        ("quote: 三百米, ", "", "source.quote is missing; confidence A needs it"),
        ("subject: home", "subject: area", "is 'area'; measure 'walking_distance' is about: home"),
        ("strength: mandatory", "strength: indicator", "an indicator has no pass mark"),
        ("    require: {at_most: 300, unit: m}\n", "", "require is missing; a rule without"),
        ("at_most: 300", "at_most: 300, at_least: 1", "exactly one of at_least, at_most"),
        ("at_most: 300", "at_most: -1", "greater than or equal to 0"),
        ("    facility_types: elder_care\n", "", "facility_types is missing; measure"),
        ("unit: m}", "unit: m, and_total_at_least: 3}", "needs a rate"),
        ("subject: home", "subject: home, when: {fact: housholds, at_least: 1}",
         "no known fact; did you mean 'households'?"),
        ("subject: home", "subject: home, when: {fact: zone}", "a fact needs at_least"),
        ("confidence: A}", "confidence: A}\n    supersedes: [nowhere]", "no rule in any pack"),
        ("confidence: A}", "confidence: A}\n    supersedes: [reach]", "names the rule itself"),
        ("confidence: A}", "confidence: A}\n    cases: [{name: x, verdict: pass, distans_m: 3}]",
         "did you mean 'distance_m'?"),
        ("confidence: A}", "confidence: A}\n    in_force: {from: 2024-02-01, to: 2024-01-01}",
         "before it begins"),
        ("id: reach", "id: Reach it", "pattern"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(old, new, message):
    text = HEAD + RULE.replace(old, new)
    assert text != HEAD + RULE
    found = faults(text)
    assert len(found) == 1, found
    assert message in found[0]


def test_an_id_that_another_pack_has_is_refused_with_both_places():
    found = faults(HEAD + RULE, y=HEAD + RULE)
    assert found == ["y.yaml:4: rules[0].id is 'reach', which is already the id of x.yaml:4"]


def test_faults_of_broken_and_of_wrong_files_come_together():
    found = faults(HEAD + RULE.replace("unit: m}", "unit: km}"), y="rules: [", z="a: &x 1\nb: *x")
    assert [each.split(":")[0] for each in found] == ["y.yaml", "z.yaml", "z.yaml", "x.yaml"]


def test_packs_may_name_each_others_rules_in_any_order():
    second = RULE.replace("id: reach", "id: other")
    first = HEAD + RULE + "    supersedes: [other]\n"
    packs = parse_packs([("a.yaml", first), ("b.yaml", HEAD + second)])
    assert packs[0].rules[0].supersedes == ("other",)


def test_numbers_are_exactly_what_was_written():
    rule = parse_pack(HEAD + RULE.replace("300", "0.1")).rules[0]
    assert rule.require is not None
    assert rule.require.limit == Decimal("0.1")


def test_a_rule_knows_its_document_and_its_own_days_win():
    rule = parse_pack(HEAD + RULE + "    in_force: {to: 2020-12-31}\n").rules[0]
    assert rule.document.issuer == "乙"
    assert rule.days.until == dt.date(2020, 12, 31)
    assert rule.url == "http://example.org"
    assert rule.citation()["verified"] == "third-party-copy"


@pytest.mark.parametrize("path", find_packs(), ids=lambda path: path.stem)
def test_a_shipped_pack_survives_being_written_and_read(path):
    pack = read_packs([path])[0]
    again = parse_packs([("again", dump_pack(pack))], elsewhere=shipped_rule_ids)[0]
    assert again.text == pack.text


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12
)
TITLES = st.fixed_dictionaries({"zh": WORDS, "en": WORDS})
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=3).map(float)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))


@st.composite
def rules(draw: st.DrawFn) -> dict:
    name = draw(st.sampled_from(sorted(MEASURES)))
    measure = MEASURES[name]
    confidence = draw(st.sampled_from("ABC"))
    rule = {
        "id": draw(st.from_regex(r"[a-z]{3,8}(-[a-z]{2,5})?", fullmatch=True)),
        "title": draw(TITLES),
        "applies_to": {
            "subject": draw(st.lists(st.sampled_from(measure.subjects), min_size=1, unique=True)),
            "status": draw(st.sampled_from(["any", "new", "existing", "renewal"])),
        },
        "strength": "indicator",
        "measure": name,
        "facility_types": draw(
            st.lists(st.sampled_from(["elder_care", "park"]), min_size=1, unique=True)
        ),
        "source": {"confidence": confidence},
        "options": _options(draw, measure),
    }
    if draw(st.booleans()):
        comparator = draw(st.sampled_from(COMPARATORS))
        rule["strength"] = draw(st.sampled_from(["mandatory", "recommended"]))
        rule["require"] = {comparator: draw(AMOUNTS), "unit": measure.unit}
    if confidence == "C":
        rule["status"] = "unverified"
    else:
        rule["source"] |= {"clause": draw(WORDS), "quote": draw(WORDS)}
    if draw(st.booleans()):
        rule["in_force"] = {"from": draw(DAYS).isoformat()}
    if draw(st.booleans()):
        rule["applies_to"]["when"] = {
            "any_of": [
                {"fact": "households", "at_least": draw(AMOUNTS)},
                {"all_of": [{"fact": "zone", "is": draw(WORDS)}]},
            ]
        }
    if draw(st.booleans()):
        rule["cases"] = [{"name": draw(WORDS), "verdict": "pass", "households": draw(AMOUNTS)}]
    return rule


def _options(draw: st.DrawFn, measure: Measure) -> dict:
    family = measure.family
    options: dict = {"rounding": draw(st.sampled_from(["linear", "ceil_per_100"]))}
    if family is Family.COVERED:
        options["denominator"] = draw(st.sampled_from(["homes", "people", "residential_land"]))
    if family in (Family.COVERED, Family.WITHIN, Family.CATCHMENT):
        options["within"] = {"measure": "straight_line", "at_most": draw(AMOUNTS), "unit": "m"}
    if family is Family.SHARE:
        options["denominator"] = "total_floor_area_m2"
    if measure.begun:
        options["begun"] = draw(st.integers(1, 10_000))
    return options


@given(st.lists(rules(), min_size=1, max_size=3, unique_by=lambda each: each["id"]), TITLES)
def test_any_pack_survives_being_written_and_read(listed, title):
    document = {"title": title, "issuer": "x", "url": "http://example.org"}
    data = {"document": document, "jurisdiction": "cn-hubei", "rules": listed}
    pack = Pack("x.yaml", PackText.model_validate(data), ())
    assert parse_pack(dump_pack(pack)).text == pack.text
