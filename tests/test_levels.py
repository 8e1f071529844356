"""Levels of areas are known by their words, and one that nobody knows is told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from analysis_town import project_data, write_project, write_town
from siting.data_report import DataReport
from siting.loaders.project.read import read_project
from siting.pipeline.city import note_levels
from siting.words import say


@pytest.mark.parametrize(
    ("written", "code"), [("社区", "community"), ("街道", "street"), ("tract", "tract")]
)
def test_a_project_names_a_level_in_chinese(tmp_path, written, code):
    write_town(tmp_path)
    data = project_data()
    data["layers"]["areas"] = [{"path": "areas.gpkg", "level": written}]
    (tmp_path / "areas.gpkg").touch()
    project = read_project(write_project(tmp_path, data))
    assert [each.level for each in project.layers.areas] == [code]


def noted(levels, rules):
    report = DataReport()
    layers = SimpleNamespace(areas={level: [1, 2, 3] for level in levels})
    note_levels(layers, rules, report)
    return report.notes


def rule_for(level):
    return SimpleNamespace(applies_to=SimpleNamespace(level=level))


def test_a_level_that_no_rule_knows_is_told_with_the_nearest():
    (note,) = noted(["comunity", "district", "tract"], [rule_for("tract"), rule_for("")])
    assert note.code == "level-unknown"
    assert note.count == 3
    assert "no rule knows the level 'comunity'" in say(note.message, "en")
    assert "did you mean 'community'?" in say(note.message, "en")
