"""A judge written from the documents alone agrees with siting on many random towns."""

from __future__ import annotations

import json
import math
import os
from collections import Counter, defaultdict
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from siting.pipeline.gaps.analysis import analyze
from siting.pipeline.gaps.outputs import write_analysis
from town_files import write_town
from town_maker import Drawing, Maker
from town_oracle import FAIL, PASS, UNKNOWN, Answer, judged

TOWNS = int(os.environ.get("SITING_ORACLE_TOWNS", "60"))
AT_ONCE = 10
CLOSE_M = 0.01
NOT_READ = {"areas.parquet", "gaps.geojson", "findings.gpkg", "findings.xlsx", "map.html"}
SEEN: Counter[str] = Counter()


@pytest.mark.parametrize("first", range(0, TOWNS, AT_ONCE))
def test_siting_says_what_the_judge_says_of_random_towns(first, tmp_path):
    for seed in range(first, min(first + AT_ONCE, TOWNS)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        check_town(seed, folder)


def check_town(seed: int, folder: Path) -> None:
    drawing = Maker(seed).made()
    analysis = analyze(write_town(drawing, folder, seed), cache=False)
    out = write_analysis(analysis, folder / "out", leave_out=NOT_READ)
    answers = judged(drawing.town)
    homes = gpd.read_parquet(out / "homes.parquet").set_index("home_id")
    findings = pd.read_parquet(out / "findings.parquet").set_index(["rule_id", "subject_id"])
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    check_homes(drawing, homes, summary, seed)
    for rule in drawing.town.rules:
        answer = answers[rule.name]
        check_verdicts(answer, homes[rule.name], homes[f"{rule.name}:measured_m"], seed)
        check_findings(drawing, answer, findings.loc[rule.name], homes[rule.name], seed)
        told = next(each for each in summary["rules"] if each["rule_id"] == rule.name)
        check_summary(drawing, answer, told, seed)


def check_homes(drawing: Drawing, homes: gpd.GeoDataFrame, summary: dict, seed: int) -> None:
    town = drawing.town
    assert set(homes.index) == {home.name for home in town.homes}, seed
    for home in town.homes:
        assert home.shape.hausdorff_distance(homes.geometry[home.name]) < 1e-4, (seed, home.name)
    assert summary["totals"]["facilities"] == sum(each.serves for each in town.services), seed
    people = sum(home.people for home in town.homes)
    assert summary["totals"]["population"] == pytest.approx(people), seed


def check_verdicts(answer: Answer, verdict: pd.Series, metres: pd.Series, seed: int) -> None:
    for home, verdicts in answer.verdicts.items():
        where = (seed, verdict.name, home)
        assert verdict[home] in verdicts, (*where, answer.least[home], metres[home])
        SEEN[verdict[home]] += 1
        if verdict[home] == UNKNOWN:
            assert math.isnan(metres[home]), where
        elif math.isinf(answer.least[home]):
            assert math.isinf(metres[home]), where
        else:
            least, most = answer.least[home] - CLOSE_M, answer.most[home] + CLOSE_M
            assert least <= metres[home] <= most, (*where, metres[home])


def check_findings(
    drawing: Drawing, answer: Answer, findings: pd.DataFrame, verdict: pd.Series, seed: int
) -> None:
    """The findings say the same, and name a facility that is as near as the nearest."""
    for home in answer.verdicts:
        found = findings.loc[home]
        assert found["verdict"] == verdict[home], (seed, home)
        if found["verdict"] == PASS:
            walks = answer.walks[home]
            assert walks[found["nearest_id"]] <= answer.most[home] + CLOSE_M, (seed, home)


def check_summary(drawing: Drawing, answer: Answer, told: dict, seed: int) -> None:
    """Homes and people are counted by verdict, where the judge is sure of every one."""
    if any(len(verdicts) > 1 for verdicts in answer.verdicts.values()):
        return
    homes: Counter[str] = Counter()
    people: defaultdict[str, float] = defaultdict(float)
    for home in drawing.town.homes:
        (verdict,) = answer.verdicts[home.name]
        homes[verdict] += 1
        people[verdict] += home.people
    for verdict in (PASS, FAIL, UNKNOWN):
        assert told["verdicts"][verdict] == homes[verdict], (seed, told["rule_id"])
        assert told["population"][verdict] == pytest.approx(people[verdict]), seed
    known = people[PASS] + people[FAIL]
    if known:
        assert told["covered_share"] == pytest.approx(people[PASS] / known), seed


def test_the_towns_are_of_every_kind():
    """A generator that made no rivers, gates or squares would agree with anybody."""
    made = [Maker(seed).made() for seed in range(60)]
    assert {each.kind for each in made} == {"map", "layers"}
    walks = Counter(street.walk for each in made for street in each.town.streets)
    assert min(walks[word] for word in ("both", "along", "against", "private", "shut")) > 20
    gates = Counter(word for each in made for word in each.town.gates.values())
    assert min(gates[word] for word in ("both", "private", "shut")) > 10
    assert sum(bool(each.town.rivers) for each in made) > 20
    assert sum(bool(each.town.squares) for each in made) > 10
    assert sum(street.deck for each in made for street in each.town.streets) > 40
    closed = Counter(each.serves for town in made for each in town.town.services)
    assert min(closed.values()) > 50


def test_all_verdicts_were_seen():
    if TOWNS >= AT_ONCE and SEEN:
        assert min(SEEN[word] for word in (PASS, FAIL, UNKNOWN)) > 0.1 * SEEN.total()
