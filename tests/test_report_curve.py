"""The curve of a siting answer: one SVG file, the same each time, with texts that stay texts."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib import rc_context

from siting.report.siting.curve import curve_svg

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = {"title": "养老：效益曲线", "x_label": "开设数", "y_label": "服务", "bound_label": "上界"}


def drawn(values=(1, 2, 3), served=(50, 60, 65), bounds=(50, 60, 70), **more):
    return curve_svg(values, served, bounds, **(TEXTS | more))


def group(drawing, name):
    return next((each for each in ET.fromstring(drawing).iter(f"{SVG}g")
                 if each.get("id") == name), None)  # fmt: skip


def corners(drawing, name):
    """The points of a line in the file, (n, 2)."""
    path = next(group(drawing, name).iter(f"{SVG}path")).get("d")
    return np.array(re.findall(r"[ML] ([\d.]+) ([\d.]+)", path), float)


def texts(drawing):
    return ["".join(each.itertext()) for each in ET.fromstring(drawing).iter(f"{SVG}text")]


def test_the_curve_says_what_it_shows_in_text_that_can_be_searched():
    assert set(TEXTS.values()) <= set(texts(drawn()))


def test_the_same_curve_is_the_same_file_without_a_date():
    assert drawn() == drawn()
    assert "<dc:date>" not in drawn()


def test_settings_of_the_user_do_not_change_the_file():
    plain = drawn()
    with rc_context({"lines.linewidth": 9.0, "svg.fonttype": "path", "axes.grid": True}):
        assert drawn() == plain


def test_points_stand_where_their_numbers_are():
    line = corners(drawn(values=(0, 10, 20), served=(0, 50, 100), bounds=(0, 50, 100)), "served")
    right, down = np.diff(line, axis=0).T
    assert right[0] == pytest.approx(right[1], abs=1e-3)
    assert down[0] == pytest.approx(down[1], abs=1e-3)
    assert right[0] > 0 > down[0]


def test_every_answer_has_a_dot_and_a_bound_that_is_not_known_is_left_out():
    drawing = drawn(bounds=(50, float("nan"), float("inf")))
    assert len(list(group(drawing, "served").iter(f"{SVG}use"))) == 3
    assert len(corners(drawing, "bound")) == 1


def test_the_value_that_was_asked_for_is_marked():
    drawing = drawn(chosen=2)
    assert corners(drawing, "chosen")[0, 0] == pytest.approx(corners(drawing, "served")[1, 0])
    assert group(drawn(), "chosen") is None


def test_the_axes_begin_at_nothing_and_end_at_a_round_number():
    shown = texts(drawn(values=(1, 7), served=(120_000, 310_000), bounds=(120_000, 330_000)))
    assert {"0", "100,000", "200,000", "300,000", "400,000", "8"} <= set(shown)


def test_a_curve_without_points_keeps_its_axes():
    assert {*TEXTS.values(), "0"} <= set(texts(drawn((), (), ())))


@pytest.mark.parametrize("name", list(TEXTS))
def test_a_text_from_data_is_only_ever_text(name):
    hostile = "<script>x</script> & $\\frac{1}{0}$ \x1b\u202e\"'"
    drawing = drawn(**{name: hostile})
    assert not list(ET.fromstring(drawing).iter(f"{SVG}script"))
    assert any(text.startswith("<script>x</script> & $\\frac{1}{0}$") for text in texts(drawing))
    assert "\u202e" not in drawing
    assert "\x1b" not in drawing


def test_a_glyph_that_no_font_here_has_gives_no_warning(caplog):
    with caplog.at_level(logging.WARNING, "matplotlib"):
        assert "\U00020b9f" in drawn(title="\U00020b9f野家")
    assert not caplog.records


def test_matplotlib_is_loaded_only_when_a_curve_is_drawn():
    code = "import sys, siting.report.siting.curve; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
