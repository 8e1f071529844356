"""The printable report of an analysis: its figures and maps put together, printed on request."""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from siting import render
from siting.drafts import whole_file
from siting.errors import SitingError
from siting.message import message
from siting.pipeline.columns import area_titles
from siting.pipeline.gaps.geopackage import worst_block
from siting.pipeline.gaps.map_model import build_map_model
from siting.pipeline.gaps.summary import block_key
from siting.report.analysis.document import AreaGap, ReportContents, ReportMap, document_html
from siting.rules.city.findings import Verdict
from siting.rules.city.rollup import WEIGHTS, leading_weight, roll_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.pipeline.found import Found
    from siting.render.model import MapModel, MapRule
    from siting.render.static.layout import Legend
    from siting.rules.city.findings import FindingBlock

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
_PRINT_SECONDS = 120
_MAPS = 2
_AREAS = 10
# On A4 between the margins these are three quarters of their size, and 8 points are still 6.
_PICTURE_IN: Mapping[Legend, tuple[float, float]] = {"beside": (8.8, 6.24), "below": (4.6, 5.5)}
# Beyond, a drawing of every home is larger than its picture.
_MAX_DRAWN = 5_000


def write_report(analysis: Found, path: Path | str, *, maps: int = _MAPS) -> Path:
    """Write the report of an analysis as HTML, or as PDF where a Chromium is found.

    Parameters
    ----------
    analysis
        The result.
    path
        The file; its ending, ``.html`` or ``.pdf``, chooses the format.
    maps
        How many rules are drawn, the worst first.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    SitingError
        Another ending; or a PDF is wanted and no browser is there to print it.
    """
    target = Path(path)
    check_report_path(target)
    page = report_html(analysis, maps=maps)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as draft:
        if target.suffix.lower() == ".pdf":
            print_pdf(page, draft)
        else:
            draft.write_text(page, encoding="utf-8", errors="replace")
    return target


def check_report_path(path: Path) -> None:
    """Raise where a report cannot be written, before the work starts.

    Raises
    ------
    SitingError
        The ending is neither ``.html`` nor ``.pdf``, or nothing is there to print a PDF.
    """
    kind = path.suffix.lower()
    if kind not in (".html", ".pdf"):
        raise SitingError(message("printed.wrong_ending", path=path, suffix=path.suffix))
    if kind == ".pdf":
        _browser()


def report_html(analysis: Found, *, maps: int = _MAPS) -> str:
    """Return the report of an analysis as one HTML page; see `write_report`."""
    worst = worst_block(analysis)
    pictures = _pictures(build_map_model(analysis), analysis.language, maps) if maps else []
    document = ReportContents(
        summary=analysis.summary,
        manifest=analysis.manifest,
        notes=analysis.report.notes,
        pictures=pictures,
        worst="" if worst is None else block_key(worst),
        weight=leading_weight(analysis.summary["totals"]),
        areas=_areas(analysis, worst),
        attribution=analysis.project.attribution,
        language=analysis.language,
    )
    return document_html(document)


def print_pdf(page: str, path: Path) -> None:
    """Print an HTML page to a PDF with the Chromium that the system has.

    Parameters
    ----------
    page
        The page; it must not need a network.
    path
        The file to write.

    Raises
    ------
    SitingError
        No browser is found, or it writes nothing.
    """
    browser = _browser()
    with tempfile.TemporaryDirectory() as folder:
        source, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            browser, "--headless", "--disable-gpu", "--no-sandbox", "--no-pdf-header-footer",
            "--disable-background-networking", f"--user-data-dir={Path(folder) / 'profile'}",
            f"--print-to-pdf={printed}", source.as_uri(),
        ]  # fmt: skip
        # The page is ours, loads nothing and runs nothing: its policy forbids both.
        subprocess.run(command, check=False, capture_output=True, timeout=_PRINT_SECONDS)  # noqa: S603
        if not printed.is_file():
            raise SitingError(message("printed.failed", browser=browser))
        shutil.copyfile(printed, path)


def _browser() -> str:
    """Return where a browser that prints is."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SitingError(message("printed.no_browser"))
    return browser


def _pictures(model: MapModel, language: str, count: int) -> list[ReportMap]:
    """Draw the worst rules; small towns as drawings that stay sharp, large ones as pictures."""
    kind, mime = ("svg", "svg+xml") if len(model.homes.lon) <= _MAX_DRAWN else ("png", "png")
    rules = _unlike(render.worst_rules(model, len(model.rules)), count)
    legend: Legend = "below" if len(rules) > 1 else "beside"
    pictures = []
    with tempfile.TemporaryDirectory() as folder:
        for rule in rules:
            path = Path(folder) / f"map.{kind}"
            render.write_static_map(
                model, path, rule_id=rule.id, language=language,
                size_in=_PICTURE_IN[legend], dpi=200, legend=legend,
            )  # fmt: skip
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            title = rule.title.zh if language == "zh" else rule.title.en
            pictures.append(ReportMap(title, f"data:image/{mime};base64,{data}"))
    return pictures


def _unlike(rules: Sequence[MapRule], count: int) -> list[MapRule]:
    """Return the first rules of each kind of facility: two maps of one gap tell it twice."""
    kinds: dict[tuple[str, ...], MapRule] = {}
    for rule in rules:
        kinds.setdefault(tuple(sorted(rule.facility_types)), rule)
    return list(kinds.values())[:count]


def _areas(analysis: Found, worst: FindingBlock | None) -> list[AreaGap]:
    """Return the areas in which most go without under the worst rule."""
    level = next(
        (one for one in ("community", *analysis.city.areas) if one in analysis.city.areas), None
    )
    if worst is None or level is None:
        return []
    column = WEIGHTS.index(leading_weight(analysis.summary["totals"]))
    summed = roll_up(worst, analysis.city, level)
    without = np.nan_to_num(summed.totals[:, Verdict.FAIL, column])
    shares = summed.covered_share[:, column]
    names = area_titles(analysis.city.areas[level])
    order = [int(row) for row in np.argsort(-without, kind="stable")[:_AREAS] if without[row] > 0]
    return [
        AreaGap(
            names[row],
            float(without[row]),
            None if np.isnan(shares[row]) else float(shares[row]),
        )
        for row in order
    ]
