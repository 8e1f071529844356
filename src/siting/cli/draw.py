"""``siting map`` and ``siting report``: one map, picture or report, without the other results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.cli.console import ExitCode, NoCache, print_result
from siting.errors import SitingError
from siting.message import message
from siting.progress import progress
from siting.words import asked_language

if TYPE_CHECKING:
    from siting.pipeline.gaps.analysis import Analysis
    from siting.render import Basemap

Project = Annotated[Path, typer.Argument()]
Language = Annotated[str | None, typer.Option("--language", "-l")]
_ENDINGS = (".html", ".png", ".svg", ".pdf")
Quiet = Annotated[bool, typer.Option("--quiet", "-q")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("map")(draw_map_command)
    app.command("report")(report)


def draw_map_command(
    project: Project,
    *,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("map.html"),
    rule: Annotated[str | None, typer.Option("--rule", "-r")] = None,
    level: Annotated[str | None, typer.Option("--level")] = None,
    network: Annotated[bool, typer.Option("--network")] = False,
    language: Language = None,
    openstreetmap: Annotated[
        bool,
        typer.Option("--openstreetmap"),
    ] = False,
    tianditu: Annotated[str | None, typer.Option("--tianditu")] = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
) -> int:
    """Draw the map of a project: one HTML file, or a picture of one rule or of the streets."""
    from siting.pipeline.gaps.map_model import build_map_model
    from siting.pipeline.gaps.network_picture import write_network
    from siting.render import write_map, write_static_map

    kind = out.suffix.lower()
    if kind not in _ENDINGS or (network and kind == ".html"):
        raise SitingError(message("draw.wrong_ending", path=out, suffix=kind))
    analysis = _analysis(project, language, cache=not no_cache, quiet=quiet)
    if network:
        write_network(analysis, out)
    elif kind == ".html":
        basemaps = _basemaps(tianditu, openstreetmap=openstreetmap)
        write_map(build_map_model(analysis), out, language=analysis.language, basemaps=basemaps)
    else:
        model = build_map_model(analysis)
        write_static_map(model, out, rule_id=rule, level=level, language=analysis.language)
    print_result(str(out))
    return ExitCode.COMPLIANT


def report(
    project: Project,
    *,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("report.html"),
    maps: Annotated[int, typer.Option("--maps", min=0)] = 2,
    language: Language = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
) -> int:
    """Write a report of a few pages to print: findings, maps, rules, data and doubts."""
    from siting.pipeline.gaps.report import check_report_path, write_report

    check_report_path(out)
    analysis = _analysis(project, language, cache=not no_cache, quiet=quiet)
    print_result(str(write_report(analysis, out, maps=maps)))
    return ExitCode.COMPLIANT


def _analysis(project: Path, language: str | None, *, cache: bool, quiet: bool) -> Analysis:
    from siting.pipeline.gaps.analysis import analyze

    if (project / "manifest.json").is_file() and not (project / "siting.yaml").is_file():
        raise SitingError(message("draw.holds_results", path=project))
    language = language or asked_language()
    with progress(quiet=quiet) as tell:
        return analyze(project, language=language, cache=cache, progress=tell)


def _basemaps(tianditu_key: str | None, *, openstreetmap: bool) -> list[Basemap]:
    from siting.render import openstreetmap as osm
    from siting.render import tianditu

    chosen = [osm()] if openstreetmap else []
    return [*chosen, tianditu(tianditu_key)] if tianditu_key else chosen
