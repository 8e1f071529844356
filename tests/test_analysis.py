"""The gap analysis on a town worked by hand: findings, roll-ups and every file agree."""

from __future__ import annotations

import json
import math
import re
import shutil

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import siting
from analysis_town import (
    AREAS,
    HOMES,
    STREETS,
    project_data,
    street_shapes,
    write_layer,
    write_project,
    write_town,
)
from siting.errors import SitingError
from siting.loaders.project.read import build_project
from siting.pipeline.gaps import outputs
from siting.pipeline.gaps.map_model import build_map_model

OUTPUTS = {
    "findings.parquet", "homes.parquet", "areas.parquet", "gaps.geojson", "findings.xlsx",
    "findings.gpkg", "map.html", "network-health.svg", "summary.json", "data-report.json",
    "manifest.json",
}  # fmt: skip

# Access leg, streets, access leg; the river lets nobody across but at the two bridges.
TO_READING_ROOM = {
    "west": 10 + 800 + 10,
    "north": 10 + 500 + 300 + 100 + 10,
    "gated": 20 + 210 + 10,
    "bank": 190 + 600 + 10,
    "limit": 0 + 490 + 10,
}
TO_MARKET = {
    "west": 10 + 100 + 300 + 500 + 10,
    "north": 10 + 0 + 10,
    "gated": 20 + 310 + 300 + 500 + 10,
    "bank": 190 + 300 + 300 + 500 + 10,
    "limit": 0 + 410 + 300 + 500 + 10,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town")).parent


@pytest.fixture(scope="module")
def analysis(folder):
    return siting.analyze(folder / "siting.yaml", straight_line=True)


@pytest.fixture(scope="module")
def out(analysis, tmp_path_factory):
    return analysis.write(tmp_path_factory.mktemp("results") / "out")


@pytest.fixture(scope="module")
def findings(out):
    return pd.read_parquet(out / "findings.parquet")


@pytest.fixture(scope="module")
def summary(out):
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def of(findings, rule, measure=None):
    chosen = findings[findings["rule_id"] == rule]
    if measure is not None:
        chosen = chosen[chosen["measure"] == measure]
    return chosen.set_index("subject_id")


def entry(summary, key):
    return next(each for each in summary["rules"] if each["key"] == key)


def people(*homes):
    return sum(HOMES[home][2] for home in homes)


def test_every_distance_is_the_sum_of_its_two_access_legs_and_the_streets_between(findings):
    reading = of(findings, "town-reading-room", "walking_distance")
    for home, metres in TO_READING_ROOM.items():
        assert reading.loc[home, "measured"] == pytest.approx(metres, abs=1e-6)
        assert reading.loc[home, "nearest_id"] == "library"
        assert reading.loc[home, "required"] == 500
    market = of(findings, "town-market", "walking_time")
    for home, metres in TO_MARKET.items():
        assert market.loc[home, "measured"] == pytest.approx(metres / 80, abs=1e-8)


def test_a_verdict_is_the_distance_held_to_the_limit_and_exactly_the_limit_passes(findings):
    reading = of(findings, "town-reading-room", "walking_distance")
    assert reading["verdict"].astype(str).to_dict() == {
        "west": "fail",
        "north": "fail",
        "gated": "pass",
        "bank": "fail",
        "limit": "pass",
        "lane": "unknown",
        "remote": "unknown",
    }
    shortfall = reading["shortfall"]
    assert shortfall["north"] == pytest.approx(TO_READING_ROOM["north"] - 500, abs=1e-6)
    assert shortfall["limit"] == 0


def test_a_gated_compound_is_reached_through_its_gate_and_the_finding_says_so(findings):
    reading = of(findings, "town-reading-room", "walking_distance")
    assert "through the home's entrances" in reading.loc["gated", "reason"]
    assert "from the home's point" in reading.loc["west", "reason"]


def test_what_is_unknown_names_its_reason_and_has_no_number(findings):
    reading = of(findings, "town-reading-room", "walking_distance")
    assert "hangs together with nothing" in reading.loc["lane", "reason"]
    assert "farther than 200 m from any street" in reading.loc["remote", "reason"]
    numbers = reading.loc[["lane", "remote"], ["measured", "shortfall", "nearest_id"]]
    assert numbers.isna().to_numpy().all()


def test_straight_lines_stand_beside_the_walks_and_are_never_longer(findings):
    straight = of(findings, "town-reading-room", "straight_line")
    walked = of(findings, "town-reading-room", "walking_distance")
    # Three, four, five: the river does not count for the bird, so the north home passes.
    assert straight.loc["north", "measured"] == pytest.approx(math.hypot(400, 300))
    assert str(straight.loc["north", "verdict"]) == "pass"
    assert straight.loc["west", "measured"] == pytest.approx(math.hypot(800, 20))
    known = walked["measured"].notna()
    assert (straight["measured"][known] <= walked["measured"][known] + 1e-6).all()


def test_elder_care_is_held_to_the_rate_and_to_the_least_total(findings):
    care = of(findings, "town-elder-care")
    southern = HOMES["west"][1] + HOMES["gated"][1] + HOMES["bank"][1] + HOMES["limit"][1]
    assert southern * 30 / 100 < 300
    assert care.loc["south", ["measured", "required", "shortfall"]].tolist() == [200, 300, 100]
    assert care.loc["north", ["measured", "required", "shortfall"]].tolist() == [0, 300, 300]
    assert care.loc["south", "households"] == southern


def test_a_market_serves_those_for_whom_it_is_the_nearest(findings):
    load = of(findings, "town-market-load")
    assert list(load.index) == ["market"]
    assert load.loc["market", "measured"] == people(*TO_MARKET)
    assert str(load.loc["market", "verdict"]) == "pass"


def test_the_summary_counts_what_the_findings_say(findings, summary):
    for rule in summary["rules"]:
        rows = findings[
            (findings["rule_id"] == rule["rule_id"]) & (findings["measure"] == rule["measure"])
        ]
        for verdict, count in rule["verdicts"].items():
            chosen = rows[rows["verdict"] == verdict]
            assert len(chosen) == count
            if rule["subject_kind"] == "home":
                for weight in ("households", "population", "elderly"):
                    assert chosen[weight].sum() == pytest.approx(rule[weight][verdict])
    assert {rule["key"] for rule in summary["rules"]} == {
        "town-reading-room",
        "town-reading-room@straight_line",
        "town-market",
        "town-market@straight_line",
        "town-elder-care@community",
        "town-market-load@facility",
    }


def test_the_covered_share_is_the_passed_among_the_judged_by_people(summary):
    reading = entry(summary, "town-reading-room")
    served, judged = people("gated", "limit"), people(*TO_READING_ROOM)
    assert reading["covered_share_of"] == "population"
    assert reading["covered_share"] == pytest.approx(served / judged)
    assert reading["covered_shares"]["homes"] == pytest.approx(2 / 5)
    assert reading["population"]["unknown"] == people("lane", "remote")
    assert summary["totals"]["population"] == people(*HOMES)
    assert summary["totals"]["homes"] == len(HOMES)


def test_every_radius_rule_shows_the_share_measured_the_other_way(summary, folder):
    # To (900, -10) as the crow flies: north 400 and 300, gated 210 and 30, limit 490 and 10.
    within, everybody = people("north", "gated", "limit"), people(*HOMES)
    other = entry(summary, "town-reading-room")["otherwise"]
    assert other["measure"] == "straight_line"
    assert other["covered_share"] == pytest.approx(within / everybody)
    beside = entry(summary, "town-reading-room@straight_line")
    assert other["covered_share"] == beside["covered_share"]
    assert "otherwise" not in beside
    assert "otherwise" not in entry(summary, "town-elder-care@community")
    plain = siting.analyze(folder / "siting.yaml")
    assert entry(plain.summary, "town-reading-room")["otherwise"] == other


def test_alternatives_are_shown_but_not_counted_as_findings(summary):
    own = [rule for rule in summary["rules"] if not rule["is_alternative"]]
    for verdict, count in summary["verdicts"].items():
        assert count == sum(rule["verdicts"][verdict] for rule in own)


def test_homes_carry_the_verdicts_of_the_findings(out, findings):
    homes = gpd.read_parquet(out / "homes.parquet").set_index("home_id")
    assert homes.crs.to_epsg() == 4547
    for key, rule, measure in (
        ("town-reading-room", "town-reading-room", "walking_distance"),
        ("town-reading-room@straight_line", "town-reading-room", "straight_line"),
        ("town-market", "town-market", "walking_time"),
    ):
        rows = of(findings, rule, measure).loc[homes.index]
        assert homes[key].astype(str).tolist() == rows["verdict"].astype(str).tolist()
    assert homes["area_id_community"].astype(str).to_dict() == {
        home: "north" if home in ("north", "lane", "remote") else "south" for home in HOMES
    }


def test_areas_carry_the_covered_share_of_their_homes(out):
    areas = gpd.read_parquet(out / "areas.parquet").set_index("area_id")
    share = areas["town-reading-room:covered_share_of_population"]
    south = people("gated", "limit") / people("west", "gated", "bank", "limit")
    assert share["south"] == pytest.approx(south)
    assert share["north"] == 0 / people("north")
    assert areas["town-elder-care"].astype(str).tolist() == ["fail", "fail"]
    assert list(areas.index) == list(AREAS)


def test_the_gaps_are_what_fails_with_the_citation(out, findings):
    gaps = gpd.read_file(out / "gaps.geojson")
    failing = findings[(findings["verdict"] == "fail") & (findings["measure"] != "straight_line")]
    assert sorted(zip(gaps["rule_id"], gaps["subject_id"], strict=True)) == sorted(
        zip(failing["rule_id"].astype(str), failing["subject_id"].astype(str), strict=True)
    )
    assert set(gaps["citation"]) == {f"Town code T 1 {clause}" for clause in (1, 2, 3)}
    worst = gaps[gaps["rule_id"] == "town-reading-room"]["shortfall"].tolist()
    assert worst == sorted(worst, reverse=True)
    assert gaps.crs.to_epsg() == 4326
    assert gaps.total_bounds == pytest.approx([114.005, 30.543, 114.005, 30.543], abs=0.01)


def test_the_gaps_say_how_many_elderly_live_there(out):
    gaps = gpd.read_file(out / "gaps.geojson").set_index("subject_id")
    assert gaps.loc["north", "elderly"].max() == HOMES["north"][3]


def test_the_map_counts_what_the_summary_counts(out, summary):
    page = (out / "map.html").read_text(encoding="utf-8")
    header = json.loads(re.search(r'id="siting-header">(.*?)</script>', page, re.DOTALL)[1])
    shown = {rule["id"]: rule for rule in header["rules"]}
    assert list(shown) == [rule["key"] for rule in summary["rules"]]
    for rule in summary["rules"]:
        if rule["subject_kind"] != "home":
            continue
        for row, verdict in zip(shown[rule["key"]]["totals"], rule["verdicts"], strict=True):
            weights = [rule[name][verdict] for name in ("households", "population", "elderly")]
            assert row == [rule["verdicts"][verdict], *weights]


def test_the_workbook_gives_the_figures_of_the_summary(out, summary):
    book = openpyxl.load_workbook(out / "findings.xlsx")
    rows = list(book["Summary"].iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in rows] == [rule["key"] for rule in summary["rules"]]
    assert [row[7:11] for row in rows] == [
        tuple(rule["verdicts"].values()) for rule in summary["rules"]
    ]
    gaps = list(book["Gaps"].iter_rows(min_row=3, values_only=True))
    governing = [rule for rule in summary["rules"] if not rule["is_alternative"]]
    assert len(gaps) == sum(rule["verdicts"]["fail"] for rule in governing)


def test_the_data_report_lists_what_stands_on_no_street(out, analysis):
    notes = json.loads((out / "data-report.json").read_text(encoding="utf-8"))["notes"]
    by_code = {note["code"]: note for note in notes}
    assert by_code["on-fragment"]["examples"] == ["lane"]
    assert by_code["no-street-near"]["examples"] == ["remote"]
    assert by_code["network-fragments"]["count"] == 1
    # Six homes are too few for shares and quantiles to warn of anything.
    assert by_code["network-health"]["severity"] == "info"
    assert by_code["network-health"]["message"].endswith("within 5 m of each other.")
    assert len(notes) == len(analysis.report.notes)


def test_the_manifest_lists_every_file_with_its_sum_and_no_path_of_this_machine(out, folder):
    text = (out / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert {each["path"] for each in manifest["inputs"]} == {
        path.name for path in folder.glob("*.gpkg")
    }
    assert [each["path"] for each in manifest["rule_packs"]] == ["rules.yaml"]
    assert all(re.fullmatch("[0-9a-f]{64}", each["sha256"]) for each in manifest["inputs"])
    assert manifest["parameters"]["walking_speed_m_per_min"] == 80
    assert manifest["date"] == "2026-01-01"
    assert set(manifest["outputs"]) == OUTPUTS - {"manifest.json"}
    assert folder.as_posix() not in text


def test_a_run_writes_these_files_and_leaves_no_others(out):
    assert {path.name for path in out.iterdir()} == OUTPUTS
    assert {path.name for path in out.parent.iterdir()} == {"out"}


def test_the_same_files_give_the_same_findings_again(folder, out, tmp_path):
    again = siting.analyze(folder / "siting.yaml", straight_line=True).write(tmp_path / "again")
    pd.testing.assert_frame_equal(
        pd.read_parquet(again / "findings.parquet"), pd.read_parquet(out / "findings.parquet")
    )
    for name in ("summary.json", "data-report.json", "gaps.geojson"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


def test_a_run_that_fails_while_writing_leaves_the_old_results(analysis, tmp_path, monkeypatch):
    out = analysis.write(tmp_path / "out")
    before = (out / "manifest.json").read_bytes()

    def broken(_analysis, path, _failing):
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(outputs._WRITERS, "map.html", broken)
    with pytest.raises(SitingError, match="No space left"):
        analysis.write(out)
    assert (out / "manifest.json").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_results_of_a_notebook_can_be_asked_for_one_rule_and_show_themselves(analysis):
    reading = analysis.findings("town-reading-room")
    assert set(reading["measure"]) == {"walking_distance", "straight_line"}
    assert len(reading) == 2 * len(HOMES)
    assert "A reading room within 500 m" in analysis._repr_html_()
    assert not analysis.compliant


def test_a_town_without_bridges_cannot_be_walked_across(folder):
    data = project_data()
    data["layers"]["streets"]["where"] = {"name": ["High Street", "North Street"]}
    cut = siting.analyze(build_project(data, folder=folder))
    reading = cut.findings("town-reading-room").set_index("subject_id")
    assert reading.loc["north", "measured"] == math.inf
    assert str(reading.loc["north", "verdict"]) == "fail"
    assert reading.loc["limit", "measured"] == pytest.approx(490 + 10)


def test_a_stair_that_moves_one_way_is_walked_that_way_alone(folder, tmp_path):
    # The east bridge as an escalator from High Street up to North Street.
    shutil.copytree(folder, tmp_path / "town")
    up = [name == "East Bridge" for name in STREETS]
    columns = {"street_id": list(STREETS), "for_walkers": up}
    write_layer(tmp_path / "town" / "streets.gpkg", columns, street_shapes())
    data = project_data()
    data["layers"]["streets"]["columns"] = {"oneway": "for_walkers"}
    moving = siting.analyze(build_project(data, folder=tmp_path / "town"))
    reading = moving.findings("town-reading-room").set_index("subject_id")
    # Down from the north there is only the west bridge; nothing changes along High Street.
    assert reading.loc["north", "measured"] == pytest.approx(10 + 500 + 300 + 900 + 10)
    assert reading.loc["west", "measured"] == pytest.approx(TO_READING_ROOM["west"])
    market = moving.findings("town-market").set_index("subject_id")
    # Up to the market the gated compound still takes it.
    gated = market.loc["gated", "measured"]
    assert gated == pytest.approx(TO_MARKET["gated"] / 80)


def test_the_sample_has_a_moving_stair_and_the_analysis_walks_it_one_way(repository):
    stairs = siting.analyze(repository / "data" / "sample" / "siting.yaml").city.network
    closed = np.isinf(stairs.cost_backward) & np.isfinite(stairs.cost_forward)
    assert closed.sum() == 1


def test_without_barriers_the_home_on_the_bank_takes_the_nearer_street_across_the_river(folder):
    data = project_data()
    del data["layers"]["barriers"]
    dry = siting.analyze(build_project(data, folder=folder))
    reading = dry.findings("town-reading-room").set_index("subject_id")
    assert reading.loc["bank", "measured"] == pytest.approx(110 + 700 + 300 + 100 + 10)


def test_a_rule_counts_from_its_first_day(folder):
    data = project_data()
    data["date"] = "2020-05-01"
    rules = (folder / "rules.yaml").read_text(encoding="utf-8")
    later = rules.replace("  issuer:", "  in_force: {from: 2020-05-02}\n  issuer:")
    (folder / "later.yaml").write_text(later, encoding="utf-8")
    data["rules"] = ["later.yaml"]
    assert siting.analyze(build_project(data, folder=folder)).blocks == ()
    data["date"] = "2020-05-02"
    assert len(siting.analyze(build_project(data, folder=folder)).blocks) == 4


def test_progress_never_goes_back_and_ends_at_one(folder):
    shares = []
    siting.analyze(folder / "siting.yaml", progress=lambda _label, share: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_a_town_in_which_nothing_is_missing_is_compliant(folder, tmp_path):
    data = project_data()
    (folder / "easy.yaml").write_text(
        (folder / "rules.yaml")
        .read_text(encoding="utf-8")
        .split("  - id: town-elder-care")[0]
        .replace("at_most: 500", "at_most: 2000")
        .replace("at_most: 10,", "at_most: 60,"),
        encoding="utf-8",
    )
    data["rules"] = ["easy.yaml"]
    easy = siting.analyze(build_project(data, folder=folder))
    assert easy.compliant
    assert easy.summary["verdicts"]["unknown"] == 4
    out = easy.write(tmp_path / "out")
    assert len(gpd.read_file(out / "gaps.geojson")) == 0


def test_a_facility_type_that_the_data_lack_is_unknown_unless_it_is_declared_complete(folder):
    data = project_data()
    data["layers"]["facilities"][0]["where"] = {"facility_id": ["library", "care"]}
    verdicts = siting.analyze(build_project(data, folder=folder)).findings("town-market")["verdict"]
    assert set(verdicts.astype(str)) == {"unknown"}
    data["parameters"] = {"complete_types": ["food_market"]}
    verdicts = siting.analyze(build_project(data, folder=folder)).findings("town-market")["verdict"]
    assert verdicts.astype(str).tolist() == ["fail"] * 5 + ["unknown"] * 2


def test_the_language_of_the_run_is_that_of_the_reports(folder, tmp_path):
    out = siting.analyze(folder / "siting.yaml", language="zh").write(tmp_path / "out")
    assert openpyxl.load_workbook(out / "findings.xlsx").sheetnames[0] == "汇总"
    with pytest.raises(SitingError, match="zh or en"):
        siting.analyze(folder / "siting.yaml", language="fr")


def test_a_project_that_is_moved_gives_the_same_findings(out, tmp_path):
    moved = write_town(tmp_path / "武汉 市")
    assert write_project(moved.parent, project_data()) == moved
    again = siting.analyze(moved, straight_line=True)
    expected = pd.read_parquet(out / "findings.parquet")
    assert again.findings()["measured"].tolist() == pytest.approx(
        expected["measured"].tolist(), nan_ok=True
    )


def test_the_map_tells_warnings_before_repairs(analysis):
    told = [note.severity for note in build_map_model(analysis).notes]
    assert told[0] == "warning"
    assert told == sorted(told, key=["warning", "assumption", "excluded", "repair"].index)
    assert len(told) == sum(note.severity != "info" for note in analysis.report.notes)
