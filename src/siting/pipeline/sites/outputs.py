"""The files of a siting answer, written all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from siting import render
from siting.pipeline.columns import area_titles
from siting.pipeline.folder import MANIFEST, replaced_folder, write_json
from siting.pipeline.sites.map import build_siting_map
from siting.pipeline.sites.sheets import siting_sheets
from siting.pipeline.sites.summary import siting_summary
from siting.progress import Progress, silent
from siting.report.siting.curve import curve_svg
from siting.report.tables.workbook import workbook_bytes

if TYPE_CHECKING:
    from siting.pipeline.sites.proposal import Proposal

_CURVE_WORDS = {
    "zh": {
        "sites": "开设数", "money": "资金（元）", "served": "服务", "bound": "虚线：已证明的上界",
        "title": "{title}：效益曲线", "made_up": "（虚构数据）",
    },
    "en": {
        "sites": "sites opened", "money": "money (CNY)", "served": "served",
        "bound": "dashed: proven bound", "title": "{title}: served", "made_up": " (made-up data)",
    },
}  # fmt: skip


def write_siting(
    siting: Proposal,
    out: Path,
    *,
    by_hand: Proposal | None = None,
    scenario: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Write every output into a folder and return it.

    ``locate.json`` and ``manifest.json`` always; with a plan also ``map.html``, ``sites.xlsx``,
    ``sites.gpkg`` (layers `opened`, `candidates`, `areas_<level>` and `by_hand`), and
    ``curve.svg`` where there is a curve.

    Parameters
    ----------
    siting, by_hand
        The proposal, and a plan to compare with it.
    out
        New, empty, or written by siting before; replaced as a whole.
    scenario
        Check every rule after the opening, and draw the map.
    progress
        Called with a label and a share from 0 to 1.

    Raises
    ------
    SitingError
        As `folder.check_out_folder`.
    """
    tell = progress or silent
    tell("checking every rule with the proposal", 0.0)
    summary = siting_summary(siting, by_hand=by_hand, scenario=scenario)
    with replaced_folder(out) as folder:
        write_json(summary, folder / "locate.json")
        if siting.has_plan:
            tell("writing sites", 0.4)
            _write_workbook(summary, siting, folder / "sites.xlsx")
            _write_layers(siting, by_hand, folder / "sites.gpkg")
        if siting.curve is not None and len(siting.curve):
            _write_curve(siting, folder / "curve.svg")
        if siting.has_plan and scenario:
            tell("writing map.html", 0.6)
            _write_map(siting, folder / "map.html")
        names = sorted(path.name for path in folder.iterdir())
        made = {"question": summary["question"], "outputs": names}
        write_json(siting.analysis.manifest | made, folder / MANIFEST)
    tell("written", 1.0)
    return out


def _write_workbook(summary: dict[str, Any], siting: Proposal, path: Path) -> None:
    path.write_bytes(workbook_bytes(siting_sheets(summary, siting.analysis.language)))


def _write_map(siting: Proposal, path: Path) -> None:
    render.write_map(build_siting_map(siting), path, language=siting.analysis.language)


def _write_curve(siting: Proposal, path: Path) -> None:
    curve, language = siting.curve, siting.analysis.language
    assert curve is not None
    words, by = _CURVE_WORDS[language], siting.asked.curve_by
    title = words["title"].format(title=siting.question.rule.title.text(language))
    drawing = curve_svg(
        curve["value"].tolist(),
        curve["served"].tolist(),
        curve["bound"].tolist(),
        title=title + (words["made_up"] if siting.analysis.project.made_up else ""),
        x_label=words[by],
        y_label=words["served"],
        bound_label=words["bound"],
        chosen=siting.asked.most(int(siting.solution.opened.size)),
    )
    path.write_text(drawing, encoding="utf-8")


def _write_layers(siting: Proposal, by_hand: Proposal | None, path: Path) -> None:
    layers = {"opened": opened_layer(siting), "candidates": _candidates(siting)}
    for level, table in siting.analysis.city.areas.items():
        gains = siting.areas(level).drop(columns=["name", "level"])
        named = table[["area_id", "geometry"]].assign(name=area_titles(table))
        layers[f"areas_{level}"] = named.merge(gains, on="area_id", how="left")
    if by_hand is not None and by_hand.has_plan:
        layers["by_hand"] = opened_layer(by_hand)
    for name, frame in layers.items():
        if len(frame):
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")


def opened_layer(siting: Proposal) -> gpd.GeoDataFrame:
    """Return the opened sites with their geometry, in the metric CRS of the analysis."""
    frame = siting.opened.replace([np.inf, -np.inf], np.nan)
    rows = siting.sites.rows(frame["site_id"].tolist(), "opened")
    shapes = siting.sites.table.geometry.to_numpy()[rows]
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=siting.analysis.ground.crs)


def _candidates(siting: Proposal) -> gpd.GeoDataFrame:
    """Return all sites, and what became of each."""
    table = siting.sites.table
    count = len(table)
    state = np.full(count, "not opened", dtype=object)
    state[siting.problem.forced_out[:count]] = "ruled out"
    state[siting.problem.existing[:count]] = "committed"
    state[siting.solution.opened] = "opened"
    if siting.sites.attachment is not None:
        state[~siting.sites.attachment.attached] = "on no street"
    return table.assign(state=state)
