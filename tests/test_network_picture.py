"""The picture of the network's health: when it is made, and what it shows."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

import siting
from analysis_town import STREETS, write_layer, write_town
from siting.cli.app import run
from siting.pipeline.gaps.outputs import NETWORK, write_analysis
from siting.render import NetworkPicture, draw_network
from siting.render.static.fonts import find_typeface

OTHERS = {"areas.parquet", "gaps.geojson", "findings.gpkg", "findings.xlsx", "map.html"}


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [
        text.get_text() for text in figure.texts
    ]


@pytest.fixture(scope="module")
def model():
    lines = [
        [(0, 0), (300, 0)],
        [(100, -90), (100, 90)],
        [(900, 0), (940, 0)],
        [(943, 0), (980, 0)],
    ]
    return NetworkPicture(
        title="A & B <town>",
        lines=np.array([shapely.LineString(line) for line in lines], object),
        loose=np.array([False, False, True, True]),
        pieces=2,
        crossings=np.array([[100.0, 0.0]]),
        dead_ends=np.array([[940.0, 0.0]]),
        homes=np.empty((0, 2)),
        made_up=True,
    )


def test_the_legend_counts_what_is_drawn(model):
    shown = texts(draw_network(model, language="en"))
    assert "2 loose pieces, 77 m" in shown  # 40 + 37
    assert "1 crossing without a junction" in shown
    assert "1 pair of dead ends side by side" in shown
    assert "0 homes on loose pieces" in shown
    assert "A & B <town>" in shown
    assert "Made-up data, for demonstration only" in shown


@pytest.mark.skipif(not find_typeface().has_chinese, reason="no font with Chinese is here")
def test_a_chinese_picture_speaks_chinese(model):
    shown = texts(draw_network(model, language="zh"))
    assert {"路网是否完整", "孤立碎片 2 处，77 m", "相交而无路口 1 处"} <= set(shown)


def test_without_a_chinese_font_no_text_is_a_box(model):
    face = find_typeface(())
    shown = texts(draw_network(model, language="zh", typeface=face))
    assert all(face.can_draw(text.replace("\n", "")) for text in shown)


def test_it_is_written_where_homes_stand_on_loose_pieces(tmp_path):
    analysis = siting.analyze(write_town(tmp_path / "town"))
    out = write_analysis(analysis, tmp_path / "out", leave_out=OTHERS)
    text = (out / NETWORK).read_text("utf-8")
    assert text.startswith("<?xml")
    assert "<svg" in text


def test_a_whole_network_is_drawn_only_when_it_is_asked_for(tmp_path):
    project = write_town(tmp_path / "town")
    names = [name for name in STREETS if name != "Loose Lane"]
    lines = [shapely.LineString(STREETS[name]) for name in names]
    (project.parent / "streets.gpkg").unlink()
    write_layer(project.parent / "streets.gpkg", {"street_id": names}, lines)
    analysis = siting.analyze(project)
    out = write_analysis(analysis, tmp_path / "out", leave_out=OTHERS)
    assert not (out / NETWORK).exists()
    assert "0 loose pieces, 0 m" in texts(analysis.network_picture().figure)


def test_the_command_line_draws_it_too(tmp_path):
    project = write_town(tmp_path / "town")
    asked = ["map", str(project), "--network", "--out"]
    assert run([*asked, str(tmp_path / "n.png")]) == 0
    assert (tmp_path / "n.png").read_bytes().startswith(b"\x89PNG")
    assert run([*asked, str(tmp_path / "n.html")]) == 2
