"""Facility types and where packs are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting.errors import RuleError
from siting.rules.pack.find import find_packs, read_packs, shown_path
from siting.vocabulary.facility_types import load_facility_types, parse_facility_types

NAMED_IN_THE_DESIGN = [
    "elder_care",
    "childcare",
    "kindergarten",
    "primary_school",
    "food_market",
    "canteen",
    "sport",
    "housekeeping",
    "repair",
    "convenience_store",
    "supermarket",
    "reading_room",
    "startup_space",
    "community_service",
    "commerce",
    "children_activity",
    "elderly_learning",
    "assistive_devices",
    "health_station",
    "health_centre",
    "pharmacy",
    "park",
    "parcel_point",
]


def test_every_facility_that_the_founding_letter_names_has_a_code_and_two_names():
    types = load_facility_types()
    assert not set(NAMED_IN_THE_DESIGN) - set(types)
    assert all(types[code].title.zh and types[code].title.en for code in types)


def test_words_of_map_providers_are_found_whatever_their_width_case_and_path():
    types = load_facility_types()
    assert types.code_of(" 图书馆 ") == "reading_room"
    assert types.code_of("便民商店／便利店") == "convenience_store"
    assert types.code_of("医疗保健服务;综合医院;卫生院") == "health_centre"
    assert types.code_of("Elder_Care") == "elder_care"
    assert types.code_of("度假疗养场所") is None


def test_a_word_of_two_types_is_refused_with_its_line():
    text = (
        "facility_types:\n"
        "  a: {title: {zh: 甲, en: A}, words: [同]}\n"
        "  b: {title: {zh: 乙, en: B}, words: [同]}\n"
    )
    with pytest.raises(RuleError, match=r"types.yaml:3: .*'同' already means 'a'"):
        parse_facility_types(text, "types.yaml")


def test_a_misspelt_key_of_a_type_names_the_right_one():
    text = "facility_types:\n  a: {title: {zh: 甲, en: A}, wrds: [x]}\n"
    with pytest.raises(RuleError, match=r"types.yaml:2: .*wrds.*did you mean 'words'"):
        parse_facility_types(text, "types.yaml")


def test_a_folder_of_packs_is_found_by_its_short_name_and_messages_show_the_path():
    paths = find_packs(["cn/wuhan"])
    assert {shown_path(path).rpartition("/")[0] for path in paths} == {"rules/cn/wuhan"}
    assert set(paths) < set(find_packs())


def test_a_pack_is_found_with_and_without_its_ending_and_counts_once():
    assert find_packs(["cn/wuhan/kindergarten", "cn/wuhan/kindergarten.yaml"]) == find_packs(
        ["cn/wuhan/kindergarten"]
    )


def test_a_pack_beside_the_project_wins_over_a_shipped_one_of_that_name(tmp_path):
    own = tmp_path / "cn" / "wuhan" / "mine.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("x", encoding="utf-8")
    assert find_packs(["cn/wuhan"], tmp_path) == (own,)


def test_packs_that_are_nowhere_are_all_named_with_the_nearest():
    with pytest.raises(
        RuleError, match=r"2 faults[\s\S]*did you mean 'cn/wuhan'[\s\S]*nothing/else"
    ):
        find_packs(["cn/wuhna", "nothing/else"])


def test_a_reference_cannot_climb_out_of_the_shipped_folder():
    with pytest.raises(RuleError, match="no rule pack"):
        find_packs(["cn/../../src"], Path("/nonexistent"))


def test_a_pack_alone_may_name_rules_of_shipped_packs(tmp_path):
    pack = tmp_path / "mine.yaml"
    text = find_packs(["cn/wuhan/reply-2024"])[0].read_text(encoding="utf-8")
    pack.write_text(text.replace("wuhan-elder-care-floor-area", "my-elder-care"), encoding="utf-8")
    rules = {rule.id: rule for rule in read_packs([pack])[0].rules}
    assert rules["my-elder-care"].supersedes == ("hubei-elder-care-floor-area",)


def test_a_misspelt_complete_type_is_refused_with_the_nearest():
    from pydantic import ValidationError

    from siting.rules.parameters import Parameters

    with pytest.raises(ValidationError, match="did you mean 'pharmacy'"):
        Parameters(complete_types=("pharmcy",))
