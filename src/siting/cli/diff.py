"""``siting diff``: what changed between two plan checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from siting.cli.check import Date, Jurisdiction, Language_, Packs
from siting.cli.console import ExitCode
from siting.cli.report_file import print_report, write_text_report
from siting.words import current_language


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff")(diff)


def diff(
    old: Annotated[Path, typer.Argument()],
    new: Annotated[Path, typer.Argument()],
    *,
    rules: Packs = None,
    date: Date = None,
    jurisdiction: Jurisdiction = None,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", "-f")] = "text",
    output: Annotated[Path | None, typer.Option("--output", "-o")] = None,
    language: Language_ = None,
) -> int:
    """Say which problems are new, fixed, changed or unchanged."""
    from siting.cli.known_findings import known_findings
    from siting.pipeline.plans.check import CheckOptions, day_of
    from siting.report.plan.diff import to_diff_json, to_diff_text
    from siting.rules.plan.baseline import compare_checks

    options = CheckOptions(rules=tuple(rules or ()), date=day_of(date), jurisdiction=jurisdiction)
    changes = compare_checks(known_findings(old, options), known_findings(new, options))
    spoken = language or current_language()
    text = to_diff_json(changes) if format_ == "json" else to_diff_text(changes, language=spoken)
    if output is None:
        print_report(text, format_)
    else:
        write_text_report(output, text)
    worse = any(change.is_worse for change in changes)
    return ExitCode.FINDINGS if worse else ExitCode.COMPLIANT
