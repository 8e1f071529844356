"""From a rule and its findings to sites: who is served, by what, and what nobody can be told."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

import siting
from analysis_town import CRS, place
from locate_town import HOMES, SITES, frame_of_sites, write_street
from siting.loaders.project.read import build_project
from siting.locate import Limits
from siting.message import message
from siting.pipeline.sites.curve import with_curve_bound
from siting.pipeline.sites.problem import Decisions
from siting.pipeline.sites.sheets import siting_sheets
from siting.report.siting.text import siting_text
from siting.words import say

FAILING = {name: row for name, row in HOMES.items() if name != "c"}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return siting.analyze(write_street(tmp_path_factory.mktemp("street")))


def propose(town, **asked):
    return siting.propose_sites(town, rule="town-library", **{"curve": False, **asked})


def people_within_500_m(sites, homes=FAILING):
    """Count people by hand: the street is straight."""
    near = {name for name, row in homes.items() for x in sites if abs(row[0] - x) <= 500}
    return sum(homes[name][1] for name in near)


def test_those_who_have_a_library_are_no_demand(town):
    question = propose(town, p=1).question
    assert [town.city.homes["home_id"].iloc[row] for row in question.homes] == ["a", "b", "d", "e"]


def test_the_best_site_is_the_one_that_most_people_without_a_library_reach(town):
    found = propose(town, p=1)
    assert found.opened["site_id"].tolist() == ["west"]
    assert found.opened["added"].tolist() == [100 + 60]
    assert found.opened["added_elderly"].tolist() == [30 + 10]
    assert found.opened["cost_per_person"].tolist() == [3e6 / (100 + 60)]


def test_the_limit_is_inclusive_as_in_the_rule(town):
    # From 1500 it is exactly 500 m to the home at 2000.
    found = propose(town, sites=frame_of_sites([1500, 1499]), p=1)
    assert found.opened["site_id"].tolist() == ["x1500"]
    assert propose(town, sites=frame_of_sites([1499]), p=1).opened.empty


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5])
def test_no_choice_of_sites_serves_more(town, p):
    places = [row[0] for row in SITES.values()]
    best = max(people_within_500_m(chosen) for chosen in combinations(places, p))
    answer = propose(town, p=p).to_dict()["answer"]
    assert (answer["newly_served"], answer["status"]) == (best, "optimal")


def test_money_buys_the_most_people_it_can(town):
    found = propose(town, budget=4e6)
    best = max(
        people_within_500_m([SITES[name][0] for name in chosen])
        for size in range(6)
        for chosen in combinations(SITES, size)
        if sum(SITES[name][1] for name in chosen) <= 4e6
    )
    assert found.to_dict()["answer"]["newly_served"] == best
    assert found.to_dict()["answer"]["cost"] <= 4e6


def test_whoever_is_counted_as_served_passes_the_rule_afterwards(town):
    found = propose(town, p=2)
    block = next(each for each in found.after().blocks if each.rule.id == "town-library")
    passing = town.city.homes["population"].to_numpy()[block.verdict == 0].sum()
    assert passing == HOMES["c"][1] + found.to_dict()["answer"]["newly_served"]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6, unique=True), st.integers(1, 3))
def test_the_full_check_after_agrees_with_the_count_wherever_sites_stand(town, xs, p):
    found = propose(town, sites=frame_of_sites(xs), p=p)
    summary = found.to_dict()
    rule = next(each for each in summary["rules"] if each["key"] == "town-library")
    served = rule["people_before"] - rule["people_after"]
    assert served == summary["answer"]["newly_served"]
    assert served == max(
        people_within_500_m(chosen)
        for size in range(min(p, len(xs)) + 1)
        for chosen in combinations(xs, size)
    )


def test_the_best_sites_stay_the_best_when_their_order_changes(town):
    forward, back = ([row[0] for row in SITES.values()][::step] for step in (1, -1))
    answers = [propose(town, sites=frame_of_sites(xs), p=2).solution for xs in (forward, back)]
    assert answers[0].objective == answers[1].objective


def test_covering_all_names_who_cannot_be_reached(town):
    found = propose(town, sites=frame_of_sites([200]), cover_all=True)
    assert found.solution.status.value == "infeasible"
    assert "2 of 4 rows reach no site; the first is 'd'" in say(found.solution.message, "en")


def test_unreachable_demand_can_be_left_out_and_is_told(town):
    found = propose(town, sites=frame_of_sites([200]), cover_all=True, leave_out_unreachable=True)
    assert found.opened["added"].tolist() == [100 + 60]
    assert f"2 homes ({80 + 50} population) reach no site and are left out." in [
        say(each, "en") for each in found.notes
    ]


def test_fewest_sites_cover_everybody(town):
    found = propose(town, cover_all=True)
    assert sorted(found.opened["site_id"]) == ["east", "west"]


def test_a_site_far_from_any_street_serves_nobody_and_is_told(town):
    assert any(say(note, "en").startswith("1 of 6 sites") for note in propose(town, p=6).notes)


def gated(town, subject, x):
    gates = gpd.GeoDataFrame({"subject_id": [subject]}, geometry=[place(Point(x, 0))], crs=CRS)
    return replace(town, ground=replace(town.ground, entrances=gates))


def test_a_site_is_reached_through_its_gate_before_and_after_it_is_built(town):
    # The gate lies 450 m from the homes at 2000 and at 2900, the site itself at 200.
    found = propose(gated(town, "west", 2450), p=1, decisions=Decisions(forced_in=["west"]))
    assert found.opened["added"].tolist() == [80 + 50]
    rule = next(each for each in found.to_dict()["rules"] if each["key"] == "town-library")
    assert rule["people_before"] - rule["people_after"] == 80 + 50


def test_a_gate_of_another_site_moves_nothing(town):
    found = propose(gated(town, "east", 2450), p=1, decisions=Decisions(forced_in=["west"]))
    assert found.opened["added"].tolist() == [100 + 60]


def test_the_gate_of_a_home_is_not_that_of_a_site_with_its_number(town):
    # A site at 200 that is called as the home at 2900 is, whose gate lies at 2450.
    sites = frame_of_sites([200]).assign(site_id=["e"])
    found = propose(gated(town, "e", 2450), p=1, sites=sites)
    assert found.opened["added"].tolist() == [100 + 60]
    rule = next(each for each in found.to_dict()["rules"] if each["key"] == "town-library")
    assert rule["people_before"] - rule["people_after"] == 100 + 60


def test_areas_tell_who_gains_and_who_is_still_without(town):
    rows = propose(town, p=1).areas("community").set_index("area_id")
    assert rows.loc["west", ["failing", "gained", "still_without"]].tolist() == [160, 160, 0]
    assert rows.loc["east", ["failing", "gained", "still_without"]].tolist() == [130, 0, 130]
    assert rows.loc["east", "elderly_still_without"] == 40 + 20


def test_a_swap_is_compared_in_the_same_terms(town):
    best = propose(town, p=1)
    other = best.swap({"west": "east"})
    assert other.to_dict()["answer"]["newly_served"] == 80 + 50
    assert other.solution.bound == best.solution.bound == 160
    assert other.solution.gap == pytest.approx((160 - 130) / 130)


def test_a_swap_of_a_site_that_is_not_opened_names_those_that_are(town):
    with pytest.raises(siting.SitingError, match="it opens west"):
        propose(town, p=1).swap({"east": "west"})


def test_decisions_outweigh_the_search(town):
    forced = propose(town, p=1, decisions=Decisions(forced_in=("end",)))
    assert forced.opened["site_id"].tolist() == ["end"]
    ruled_out = propose(town, p=1, decisions=Decisions(forced_out=("west",)))
    assert ruled_out.opened["site_id"].tolist() == ["east"]
    built = propose(town, p=1, decisions=Decisions(committed=("west",)))
    assert built.opened["site_id"].tolist() == ["east"]
    assert built.to_dict()["answer"]["newly_served"] == 160 + 130


def test_a_decision_about_an_unknown_site_names_the_nearest(town):
    with pytest.raises(siting.SitingError, match="did you mean 'west'"):
        propose(town, p=1, decisions=Decisions(forced_in=("wets",)))


def test_p_median_brings_those_without_nearer(town):
    found = propose(town, p=1, model="p-median", leave_out_unreachable=True)
    walks = {
        name: sum(row[1] * min(abs(row[0] - x), abs(row[0] - 1000)) for row in FAILING.values())
        for name, (x, _) in SITES.items()
    }
    assert found.solution.objective == pytest.approx(min(walks.values()))


def test_p_center_shortens_the_longest_walk(town):
    found = propose(town, p=2, model="p-center")
    assert found.solution.objective == pytest.approx(2900 - 2400)


def test_dispersion_puts_sites_far_apart_and_none_where_no_street_is(town):
    found = propose(town, p=2, model="p-dispersion")
    assert sorted(found.opened["site_id"]) == ["end", "west"]
    assert found.solution.objective == pytest.approx(2900 - 200)


def test_the_worst_served_community_can_come_first(town):
    found = propose(town, p=1, model="worst-first")
    assert found.opened["site_id"].tolist() == ["east"]


def test_years_spend_their_own_money(town):
    found = propose(town, budgets=[3e6, 4e6])
    years = dict(zip(found.opened["site_id"], found.opened["year"], strict=True))
    assert years.pop("west") == 0
    assert set(years.values()) == {1}
    assert found.solution.details["covered_by_year"].tolist() == [160, 160 + 130]


def test_capacity_of_a_rule_on_people_per_facility_limits_who_can_be_served(town):
    found = siting.propose_sites(
        town, rule="town-load", p=1, sites=frame_of_sites([200]), curve=False
    )
    # The library serves 120 of c; 160 people reach the new one, which serves 120.
    assert found.solution.model == "capacitated-mclp"
    assert found.solution.objective == 120 + 120


def test_capacity_is_told_as_could_serve_and_as_nearest_today_and_with_the_proposal(town):
    # From 1400 the home of 500 people at 1000 is within 500 m, but the library is nearer.
    found = siting.propose_sites(
        town, rule="town-load", p=1, sites=frame_of_sites([1400]), curve=[1]
    )
    today, after = found.to_dict(scenario=False)["capacity"]
    assert today == {
        "when": "today", "demand": 790, "within_reach": 500, "served_at_nearest": 120,
        "could_serve": 120,
    }  # fmt: skip
    assert after == {
        "when": "with_proposal", "demand": 790, "within_reach": 500, "served_at_nearest": 120,
        "could_serve": 120 + 120,
    }  # fmt: skip
    assert "today 120 people are served if all go to the nearest, 120 could be" in str(
        siting_text(found.to_dict(scenario=False), "en")
    )
    assert found.curve["added"].tolist() == [120]


def test_who_could_be_served_today_is_not_counted_as_newly_served(town):
    found = siting.propose_sites(
        town, rule="town-load", p=1, sites=frame_of_sites([200]), curve=False
    )
    summary = found.to_dict(scenario=False)
    assert summary["question"]["failing"] == 790 - 120
    assert summary["question"]["passing"] == 120
    assert summary["answer"]["newly_served"] == 120
    assert summary["answer"]["still_without"] == 790 - 120 - 120
    west = found.areas("community").set_index("area_id").loc["west"]
    assert west[["failing", "gained", "still_without"]].tolist() == [660 - 120, 120, 660 - 240]
    assert found.opened["added"].tolist() == [120]
    assert found.opened["served_share_after"].tolist() == [(120 + 120) / 790]


def test_a_rule_on_people_per_facility_tells_both_readings_in_the_summary(town):
    entry = next(each for each in town.summary["rules"] if each["rule_id"] == "town-load")
    assert entry["capacity"] == {
        "weight": "population", "limit": 500, "unit": "m", "reach_rule": "town-library",
        "demand": 790, "within_reach": 500, "served_at_nearest": 120, "could_serve": 120,
    }  # fmt: skip
    assert "120 could be served at most, of 500 within reach" in repr(town)
    more = frame_of_sites([1400]).rename(columns={"site_id": "facility_id"})
    after = town.what_if(add_facilities=more.assign(facility_type="reading_room"))
    entry = next(each for each in after.summary["rules"] if each["rule_id"] == "town-load")
    assert entry["capacity"]["served_at_nearest"] == 120
    assert entry["capacity"]["could_serve"] == 240


def test_plans_without_limits_on_people_tell_no_capacity(town):
    assert propose(town, p=1).to_dict(scenario=False)["capacity"] == []


def test_from_scratch_counts_everybody_and_forgets_the_library(town):
    found = propose(town, p=1, from_scratch=True, sites=frame_of_sites([200, 1000]))
    assert found.opened["added"].tolist() == [500]
    assert found.question.homes.size == 5


def test_the_city_of_a_question_from_scratch_is_judged_without_the_library(town):
    found = propose(town, p=1, from_scratch=True, sites=frame_of_sites([200]))
    after = found.after()
    assert after.city.facilities["facility_id"].tolist() == ["proposed:x200"]
    block = next(each for each in after.blocks if each.rule.id == "town-library")
    walks = [abs(x - 200) for x, _, _ in HOMES.values()]
    assert block.measured.tolist() == walks
    assert (block.verdict == 0).tolist() == [walk <= 500 for walk in walks]
    assert after.summary["totals"]["facilities"] == 1
    assert town.city.facilities["facility_id"].tolist() == ["library"]


def test_from_scratch_forgets_the_library_in_every_model(town):
    sites = frame_of_sites([1000])
    found = siting.propose_sites(
        town, rule="town-load", p=1, sites=sites, from_scratch=True, curve=False
    )
    # Of the 500 within reach the new one serves 120; with the library it would be twice as many.
    assert found.solution.objective == 120
    assert found.capacity()[0]["could_serve"] == 0
    median = propose(town, p=1, sites=frame_of_sites([2900]), from_scratch=True, model="p-median")
    walks = sum(row[1] * (2900 - row[0]) for row in HOMES.values())
    assert median.solution.objective == pytest.approx(walks)


def test_the_headline_takes_the_best_bound_that_its_curve_proves(town):
    found = propose(town, p=2, curve=[1, 2, 3])
    best = found.solution.objective
    told = message("answer.none_more", why="", count=2, objective=best, what="", bound=0, gap=0)
    loose = replace(found.solution, status="feasible", bound=3 * best, gap=2.0, message=told)
    curve = found.curve.assign(bound=[0.5 * best, 1.5 * best, 2 * best])
    assert with_curve_bound(loose, curve, 2).gap == pytest.approx(0.5)
    # What more sites cannot serve, fewer cannot either; of fewer than asked for nothing follows.
    assert with_curve_bound(loose, curve.tail(1), 2).gap == pytest.approx(1.0)
    assert with_curve_bound(loose, curve.head(1), 2) is loose


def test_a_curve_ends_where_there_are_no_more_sites(town):
    curve = propose(town, p=1, curve=range(1, 1000)).curve
    assert curve["value"].tolist() == [1, 2, 3, 4, 5, 6]


def test_types_that_the_data_do_not_list_are_asked_about_not_assumed(town):
    with pytest.raises(siting.SitingError, match="--assume-none"):
        siting.propose_sites(town, rule="town-pharmacy", p=1)
    found = siting.propose_sites(town, rule="town-pharmacy", p=1, assume_none=True, curve=False)
    # Ten minutes at 80 m a minute are 800 m.
    assert found.opened["added"].tolist() == [100 + 60 + 500]
    assert found.opened["site_id"].tolist() == ["west"]


def test_sites_can_be_the_middles_of_areas(town):
    found = propose(town, p=2, sites="areas:community")
    assert found.sites.ids == ["west", "east"]
    assert found.sites.table.geometry.x.iloc[0] - 500_000 == (-9 + 1499) / 2


def test_sites_can_stand_along_the_streets(town):
    found = propose(town, p=1, sites="streets:500")
    x = found.sites.table.geometry.x.to_numpy() - 500_000
    assert np.allclose(np.sort(x), [250, 750, 1250, 1750, 2250, 2750])


def test_the_curve_never_falls_and_its_bound_holds(town):
    curve = propose(town, p=2, curve=[1, 2, 3]).curve
    assert curve["served"].tolist() == [160, 160 + 130, 160 + 130]
    assert (curve["bound"] >= curve["served"]).all()


def test_the_curve_runs_over_money_where_money_was_asked_for(town):
    curve = propose(town, budget=3e6, curve=[1e6, 3e6, 7e6]).curve
    assert curve["served"].tolist() == [50, 160, 160 + 130]


def test_zero_money_opens_nothing(town):
    answer = propose(town, budget=0.0).to_dict()["answer"]
    assert (answer["status"], answer["sites_opened"]) == ("optimal", 0)


def test_negative_numbers_are_a_status_and_a_sentence(town):
    solution = propose(town, p=-1).solution
    assert solution.status.value == "invalid"
    assert "give a whole number" in say(solution.message, "en")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "--p N or --budget CNY"),
        ({"model": "lscp", "p": 3}, "lscp has no use for p"),
        ({"p": 1, "sites": "areas:street"}, "it has .'community'."),
        ({"p": 1, "sites": "streets:0"}, "write streets:200"),
        ({"p": 1, "sites": "vacant"}, "no home of the project is vacant"),
        ({"p": 1, "sites": "nowhere.gpkg"}, "there is no file 'nowhere.gpkg'"),
        ({"budget": 1e6, "sites": "areas:community"}, "2 of 2 sites do not say what they cost"),
        ({"p": 1, "weight": "children"}, "have no children"),
        ({"p": 1, "weight": "cats"}, "expected one of population"),
        ({"p": 1, "facility_type": "canteen"}, "is not met by 'canteen'"),
        ({"p": 1, "cutoff": -1.0}, "metres or minutes above 0"),
        ({"p": 1, "model": "mlcp"}, "Did you mean 'mclp'"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(town, asked, told):
    with pytest.raises(siting.SitingError, match=told):
        propose(town, **asked)


def test_a_rule_without_reach_is_refused_with_those_that_have_one(town):
    with pytest.raises(siting.SitingError, match="answer: town-library"):
        siting.propose_sites(town, rule="town-floor-area", p=1)


def test_an_unknown_rule_names_the_nearest(town):
    with pytest.raises(siting.SitingError, match="Did you mean 'town-library'"):
        siting.propose_sites(town, rule="town-libary", p=1)


def test_a_search_stopped_by_hand_gives_the_best_so_far(town, monkeypatch):
    from siting.locate import curve as siting_curve

    def stop(_solution):
        return True

    monkeypatch.setattr(siting_curve, "was_interrupted", stop)
    found = propose(town, p=2, curve=[1, 2])
    assert found.has_plan
    assert found.curve.empty


def test_everything_is_written_or_nothing(town, tmp_path):
    found = propose(town, p=1, curve=True)
    out = found.write(tmp_path / "out", by_hand=found.swap({"west": "east"}))
    names = {path.name for path in out.iterdir()}
    assert names == {
        "locate.json", "sites.xlsx", "sites.gpkg", "curve.svg", "map.html", "manifest.json",
    }  # fmt: skip
    summary = json.loads((out / "locate.json").read_text(encoding="utf-8"))
    assert summary["by_hand"]["answer"]["newly_served"] == 80 + 50
    assert gpd.read_file(out / "sites.gpkg", layer="candidates")["state"].tolist() == [
        "opened", "not opened", "not opened", "not opened", "not opened", "on no street",
    ]  # fmt: skip
    (out / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(siting.SitingError, match=r"mine\.txt"):
        found.write(out)


def test_names_of_sites_stay_text_in_the_workbook(town, tmp_path):
    out = propose(town, p=1).write(tmp_path / "out")
    page = openpyxl.load_workbook(out / "sites.xlsx")["Sites"]
    cells = [cell for row in page.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=site west", "s")]


def test_a_result_shows_itself_with_every_text_escaped(town):
    from siting.report.siting.text import siting_html

    summary = propose(town, p=1).to_dict(scenario=False)
    summary["opened"][0]["name"] = "<script>"
    assert "<script>" not in siting_html(summary, "en")
    assert "Proven optimal" in siting_html(summary, "en")


@pytest.mark.real
def test_forty_sites_for_the_elderly_of_wuhan_are_proven_best(real_data, repository, tmp_path):
    text = (repository / "tests" / "projects" / "wuhan.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text.replace("../../../shared/data", real_data.as_posix()))
    rules = (repository / "tests" / "projects" / "reach.yaml").read_text(encoding="utf-8")
    rules = rules.replace("[hospital]", "[elder_care]")
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    project = build_project(data | {"rules": [str(tmp_path / "rules.yaml")]})
    found = siting.propose_sites(
        project, rule="trial-hospital", sites="areas:community", p=40, assume_none=True,
        curve=[1, 40, 100], limits=Limits(60.0, 0.01),
    )  # fmt: skip
    assert len(found.sites.table) == 974
    assert found.solution.gap <= 0.01
    served = found.to_dict()
    rule = next(each for each in served["rules"] if each["key"] == "trial-hospital")
    newly = rule["people_before"] - rule["people_after"]
    assert newly == pytest.approx(served["answer"]["newly_served"])
    assert found.curve["served"].is_monotonic_increasing


def test_a_chinese_workbook_has_chinese_heads_statuses_and_facility_types(town):
    summary = propose(town, sites="sites", p=1, curve=[1]).to_dict(scenario=False)
    sheets = {sheet.title: sheet for sheet in siting_sheets(summary, "zh")}
    assert list(sheets) == [
        "方案概要", "选定的备选点", "效益曲线", "片区受益", "全部规则复核",
    ]  # fmt: skip
    heads = [column.header for sheet in sheets.values() for column in sheet.columns]
    assert [head for head in heads if head.isascii()] == []
    by_head = {column.header: column.values for column in sheets["选定的备选点"].columns}
    assert set(by_head["设施类型"]) == {"公共阅读空间"}
    curve = {column.header: column.values for column in sheets["效益曲线"].columns}
    assert set(curve["状态"]) == {"已证明最优"}
    told = [text for text in sheets["方案概要"].columns[0].values if "opened" in text]
    assert told == []
