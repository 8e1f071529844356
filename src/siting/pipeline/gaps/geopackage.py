"""``findings.gpkg``: the results as layers that open coloured in QGIS, without any setting up.

One file: homes, areas of each level, facilities, gaps, sites, and the water and main streets below.
A layer's style is a row of the table ``layer_styles``, which QGIS reads when it opens the layer.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.pipeline.gaps.failing import FailingRows
from siting.pipeline.gaps.map_model import main_street_rows
from siting.pipeline.gaps.qgis_styles import categories, graduated, plain_style, write_styles
from siting.pipeline.gaps.summary import block_key, covered_by_area
from siting.pipeline.in_areas import representative_points
from siting.report.analysis.ranking import in_order, is_compared, section_of
from siting.rules.city.findings import VERDICT_WORDS, Verdict
from siting.rules.city.rollup import leading_weight
from siting.words import word

if TYPE_CHECKING:
    from siting.message import Language
    from siting.pipeline.found import Found
    from siting.rules.city.findings import FindingBlock

# Opening a layer of a million homes is slow everywhere; homes.parquet always has all of them.
MAX_HOMES = 200_000
# GDAL's own columns.
_TAKEN = frozenset({"fid", "ogc_fid", "geom"})
_VERDICT_COLOURS = {
    "fail": "#b35806",
    "unknown": "#8a8a8a",
    "pass": "#5b9bd0",
    "not_applicable": "#d8d8d4",
}
_SHARE_COLOURS = ("#8872c0", "#a292d0", "#bcb1de", "#d3cce9", "#f5f3fa")
_SHARE_EDGES = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)


def write_geopackage(analysis: Found, path: Path, failing: FailingRows | None = None) -> None:
    """Write the layers of an analysis and their styles.

    Parameters
    ----------
    analysis
        The result.
    path
        A new file. In the metric CRS of the analysis; a layer without rows is left out, and homes
        of which there are more than `MAX_HOMES` are left to ``homes.parquet``.
    failing
        What fails; found anew where left out.
    """
    styles = []
    for name, frame, style in _layers(analysis, failing or FailingRows(analysis)):
        if not len(frame):
            continue
        with warnings.catch_warnings():
            # GDAL says that a file of one layer is being extended; that is what is meant.
            warnings.simplefilter("ignore", RuntimeWarning)
            storable(frame).to_file(
                path, layer=name, driver="GPKG", engine="pyogrio", mode="a", use_arrow=True
            )
        styles.append((name, style))
    write_styles(path, styles)


def storable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame with the columns that a GeoPackage can hold.

    Names there do not tell capitals apart, and some are taken: of two such columns the first stays.
    What is neither number nor truth is written as text.
    """
    names = [str(name) for name in frame.columns]
    lower = [name.lower() for name in names]
    kept = [
        name
        for at, name in enumerate(names)
        if lower[at] not in _TAKEN and lower[at] not in lower[:at]
    ]
    result = frame[kept].copy()
    for name in kept:
        if result[name].dtype == object:
            result[name] = result[name].map(str, na_action="ignore")
    return result


def _layers(analysis: Found, failing: FailingRows) -> Iterator[tuple[str, gpd.GeoDataFrame, str]]:
    """Yield each layer with its style, those drawn below first."""
    city, sites = analysis.city, analysis.ground.sites
    yield from _ground(analysis)
    worst = worst_block(analysis)
    for level in city.areas:
        yield _areas(analysis, level, worst)
    if len(city.homes) <= MAX_HOMES:
        yield _homes(analysis, worst)
    # Points and outlines in one layer would have no style in common.
    places = city.facilities.set_geometry(representative_points(city.facilities.geometry))
    yield "facilities", places, plain_style("#1b9e77", kind="point", shape="diamond")
    yield _gaps(failing)
    if sites is not None:
        yield "sites", sites, plain_style("#c51b7d", kind="point", shape="star", size=4.0)


def worst_block(analysis: Found) -> FindingBlock | None:
    """Return the rule on homes under which most go without; layers are coloured by it.

    A rule that binds goes before one that only recommends, where it fails anybody. None where no
    rule on homes judged anything.
    """
    judged = [
        entry
        for entry in in_order(analysis.summary["rules"])
        if section_of(entry) == "home" and not is_compared(entry)
    ]
    failed = [entry for entry in judged if entry["verdicts"]["fail"]]
    key = next((entry["key"] for entry in (*failed, *judged)), None)
    return next((block for block in analysis.blocks if block_key(block) == key), None)


def _ground(analysis: Found) -> Iterator[tuple[str, gpd.GeoDataFrame, str]]:
    ground = analysis.ground
    if ground.water is not None:
        yield "water", ground.water, plain_style("#d3e3ee", kind="polygon", outline="#d3e3ee")
    rows, classes = main_street_rows(ground.streets)
    streets = ground.streets.iloc[rows][["street_id", "geometry"]].assign(highway=classes)
    yield "streets", streets, plain_style("#b3afaa", kind="line")


def _areas(
    analysis: Found, level: str, worst: FindingBlock | None
) -> tuple[str, gpd.GeoDataFrame, str]:
    shares = covered_by_area(analysis.blocks, analysis.city, level)
    known = {name: share for name, share in shares.items() if (~np.isnan(share)).any()}
    verdicts = {
        block.rule.id: _words(block)
        for block in analysis.blocks
        if block.subject_kind == "area" and block.level == level
    }
    frame = beside(analysis.city.areas[level], {**known, **verdicts})
    # By the same people as on the map and in the report.
    key = "" if worst is None else block_key(worst)
    column = f"{key}:covered_share_of_{leading_weight(analysis.summary['totals'])}"
    if column not in known:
        return f"areas_{level}", frame, plain_style("#f5f3fa", kind="polygon", outline="#8d8a99")
    return f"areas_{level}", frame, graduated(column, _SHARE_EDGES, _SHARE_COLOURS)


def _homes(analysis: Found, worst: FindingBlock | None) -> tuple[str, gpd.GeoDataFrame, str]:
    columns: dict[str, Any] = {}
    for block in analysis.blocks:
        judged = block.subject_kind == "home" and (block.verdict <= Verdict.FAIL).any()
        if judged:
            columns[block_key(block)] = _words(block)
            finite = np.where(np.isfinite(block.measured), block.measured, np.nan)
            columns[f"{block_key(block)}:measured_{block.unit}"] = finite
    homes = analysis.city.homes
    kind = "polygon" if homes.geom_type.isin(("Polygon", "MultiPolygon")).all() else "point"
    if kind == "point":  # as with facilities: outlines among points would have no style
        homes = homes.set_geometry(representative_points(homes.geometry))
    frame = beside(homes, columns)
    if worst is None:
        return "homes", frame, plain_style("#8a8a8a", kind=kind)
    return "homes", frame, _by_verdict(block_key(worst), analysis.language, kind)


def _by_verdict(column: str, language: Language, kind: str) -> str:
    colours = _VERDICT_COLOURS.items()
    entries = [(code, word(f"verdict.{code}", language), colour) for code, colour in colours]
    return categories(column, entries, kind=kind)


def _gaps(failing: FailingRows) -> tuple[str, gpd.GeoDataFrame, str]:
    style = plain_style("#5c2a05", kind="point", shape="triangle", size=1.6)
    return "gaps", failing.frame(), style


def _words(block: FindingBlock) -> Any:
    return np.asarray(VERDICT_WORDS, dtype=object)[block.verdict]


def beside(table: gpd.GeoDataFrame, columns: dict[str, Any]) -> gpd.GeoDataFrame:
    """Put columns beside a table at once, before the geometry."""
    new = {name: values for name, values in columns.items() if name not in table.columns}
    # Each column stays the array that it is: putting a hundred of them into one takes seconds.
    joined = pd.concat([table, pd.DataFrame(new, index=table.index, copy=False)], axis=1)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=table.crs)
