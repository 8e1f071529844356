"""The files of a siting answer, written all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from siting import render
from siting.message import Message, Text, message
from siting.pipeline.columns import area_titles
from siting.pipeline.folder import MANIFEST, replaced_folder, write_json
from siting.pipeline.sites.map import build_siting_map
from siting.pipeline.sites.sheets import siting_sheets
from siting.pipeline.sites.summary import siting_summary
from siting.progress import Progress, silent
from siting.report.siting.curve import curve_svg
from siting.report.tables.workbook import workbook_bytes
from siting.words import say, word

if TYPE_CHECKING:
    import pandas as pd

    from siting.pipeline.sites.proposal import Answered, Proposal


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
    tell(message("progress.checking_rules"), 0.0)
    summary = siting_summary(siting, by_hand=by_hand, scenario=scenario)
    with replaced_folder(out) as folder:
        write_json(summary, folder / "locate.json")
        if siting.has_plan:
            tell(message("progress.writing", name="sites.xlsx"), 0.4)
            _write_workbook(summary, siting, folder / "sites.xlsx")
            _write_layers(siting, by_hand, folder / "sites.gpkg")
        if siting.curve is not None and len(siting.curve):
            rule, asked = siting.question.rule.title, siting.asked
            title = message("curve.title", title=Text(rule.zh, rule.en))
            write_curve(siting, siting.curve, title, folder / "curve.svg", by=asked.curve_by,
                        most=asked.most(int(siting.solution.opened.size)))  # fmt: skip
        if siting.has_plan and scenario:
            tell(message("progress.writing", name="map.html"), 0.6)
            _write_map(siting, folder / "map.html")
        names = sorted(path.name for path in folder.iterdir())
        made = {"question": summary["question"], "outputs": names}
        write_json(siting.analysis.manifest | made, folder / MANIFEST)
    tell(message("progress.written"), 1.0)
    return out


def _write_workbook(summary: dict[str, Any], siting: Proposal, path: Path) -> None:
    path.write_bytes(workbook_bytes(siting_sheets(summary, siting.analysis.language)))


def _write_map(siting: Proposal, path: Path) -> None:
    render.write_map(build_siting_map(siting), path, language=siting.analysis.language)


def write_curve(
    found: Answered, curve: pd.DataFrame, title: Message, path: Path, *, by: str, most: float
) -> None:
    """Draw the curve of an answer; `most` is what was asked for, in sites or in money (`by`)."""
    language = found.analysis.language
    if found.analysis.project.made_up:
        title = message("answer.made_up", line=title)
    drawing = curve_svg(
        curve["value"].tolist(),
        curve["served"].tolist(),
        curve["bound"].tolist(),
        title=say(title, language),
        x_label=word("curve.sites" if by == "sites" else "curve.money", language),
        y_label=word("curve.served", language),
        bound_label=word("curve.bound", language),
        chosen=most,
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
    language = siting.analysis.language
    state = np.full(count, word("site_state.not_opened", language), dtype=object)
    state[siting.problem.forced_out[:count]] = word("site_state.ruled_out", language)
    state[siting.problem.existing[:count]] = word("site_state.committed", language)
    state[siting.solution.opened] = word("site_state.opened", language)
    if siting.sites.attachment is not None:
        state[~siting.sites.attachment.attached] = word("site_state.on_no_street", language)
    return table.assign(state=state)
