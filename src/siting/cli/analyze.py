"""``siting analyze``: which homes lack which service, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.cli.console import (
    ExitCode,
    NoCache,
    plain_lines,
    print_result,
    say_json,
    warn,
)
from siting.progress import progress
from siting.words import asked_language

if TYPE_CHECKING:
    from siting.pipeline.gaps.analysis import Analysis


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("analyze")(analyze)


def analyze(
    project: Annotated[Path, typer.Argument()],
    *,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("out"),
    language: Annotated[str | None, typer.Option("--language", "-l")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    straight_line: Annotated[bool, typer.Option("--straight-line")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero")] = False,
    no_map: Annotated[bool, typer.Option("--no-map")] = False,
    no_cache: NoCache = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
) -> int:
    """Judge every home, facility and area by the rules in force, and draw the map."""
    from siting.pipeline.gaps.analysis import analyze as run
    from siting.pipeline.gaps.outputs import check_out_folder, write_analysis

    check_out_folder(out)
    with progress(quiet=quiet) as tell:
        analysis = run(
            project,
            language=language or asked_language(),
            straight_line=straight_line,
            cache=not no_cache,
            progress=tell,
        )
        unwanted = ("map.html",) if no_map else ()
        written = write_analysis(analysis, out, leave_out=unwanted, progress=tell)
    if as_json:
        say_json(analysis.summary)
    elif not quiet:
        _tell(analysis, written)
    if exit_zero or analysis.compliant:
        return ExitCode.COMPLIANT
    return ExitCode.FINDINGS


def _tell(analysis: Analysis, written: Path) -> None:
    """Print the summary, what to know about the data, and last where to look."""
    from siting.report.analysis.text import data_notes_text, summary_text

    warn(plain_lines(data_notes_text(analysis.report, analysis.language)))
    print_result(plain_lines(summary_text(analysis.summary, analysis.language)))
    drawn = written / "map.html"
    print_result(str(drawn if drawn.exists() else written))
