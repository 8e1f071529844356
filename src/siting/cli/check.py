"""``siting check``: does a plan comply with every rule in force, and if not, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from siting.cli.console import ExitCode, NoCache, inform, plain_lines, said, tame, warn
from siting.cli.report_file import format_of, may_colour, print_report, write_text_report
from siting.errors import SitingError
from siting.message import Language, message
from siting.plain_text import plain
from siting.progress import progress
from siting.report.plan import FormatName
from siting.words import current_language

if TYPE_CHECKING:
    from siting.message import Text
    from siting.pipeline.plans.check import CheckOptions, PlanChecks
    from siting.report.plan.places import Base
    from siting.rules.plan.baseline import Known
    from siting.rules.plan.finding import PlanFinding

_SHOWN_NOTES = 5
_STATES = ("active", "draft", "unverified")

Date = Annotated[str | None, typer.Option("--date")]
Jurisdiction = Annotated[
    str | None,
    typer.Option("--jurisdiction"),
]
Status = Annotated[Literal["new", "renewal"] | None, typer.Option("--status")]
Packs = Annotated[
    list[str] | None,
    typer.Option("--rules"),
]
Language_ = Annotated[Language | None, typer.Option("--language", "-l")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("check")(check)


def check(
    plans: Annotated[
        list[Path],
        typer.Argument(),
    ],
    *,
    rules: Packs = None,
    date: Date = None,
    jurisdiction: Jurisdiction = None,
    status: Status = None,
    context: Annotated[
        Path | None,
        typer.Option("--context"),
    ] = None,
    format_: Annotated[
        FormatName | None,
        typer.Option("--format", "-f"),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o")] = None,
    save: Annotated[
        list[Path] | None,
        typer.Option(
            "--save",
        ),
    ] = None,
    baseline: Annotated[Path | None, typer.Option("--baseline")] = None,
    fail_on: Annotated[
        Literal["any", "new"],
        typer.Option("--fail-on"),
    ] = "any",
    new_only: Annotated[bool, typer.Option("--new-only")] = False,
    allow_unknown: Annotated[bool, typer.Option("--allow-unknown")] = False,
    language: Language_ = None,
    include: Annotated[
        list[str] | None,
        typer.Option("--include"),
    ] = None,
    rounding: Annotated[
        Literal["linear", "ceil_per_100"] | None,
        typer.Option("--rounding"),
    ] = None,
    share_rooms: Annotated[bool, typer.Option("--share-rooms")] = False,
    only_plans: Annotated[bool, typer.Option("--only-plans")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False,
    no_cache: NoCache = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
) -> int:
    """Check plans against every rule in force for their place and date."""
    from siting.rules.plan.evaluate import Counting

    spoken = language or current_language()
    options = _options(
        rules,
        date,
        jurisdiction,
        status=status,
        context=context,
        include=_states(include or ()),
        counting=Counting(share_rooms, rounding),
        language=spoken,
        cache=not no_cache,
        only_plans=only_plans,
    )
    reports = _reports(format_, output, save or ())
    known = _baseline(baseline, needed=new_only or fail_on == "new")
    checks = run_checks(plans, options, quiet=quiet)
    outcome = _Outcome(checks.findings, known, allow_unknown=allow_unknown)
    outcome.only_new = new_only or fail_on == "new"
    for path, name in reports:
        shown = outcome.new if new_only else outcome.findings
        text = _formatted(shown, name, outcome, spoken, full=verbose, colour=path is None)
        if path is None:
            print_report(text, name)
        else:
            # A CI job may show a text with cat; no other format begins a line with a name.
            write_text_report(path, tame(text) if name == "text" else text)
    if not quiet:
        _tell(checks, outcome, reports, spoken, every=verbose)
    if checks.unreadable:
        # A text on standard output has told the reasons already.
        told = reports[0] == (None, "text") and not new_only
        warn(_unreadable(checks.unreadable, len(checks), faults=not told))
        return ExitCode.BAD_INPUT
    return ExitCode.FINDINGS if outcome.fails else ExitCode.COMPLIANT


def run_checks(plans: Sequence[Path], options: CheckOptions, *, quiet: bool = False) -> PlanChecks:
    """Find the plans among paths and check them, with progress and a word on what is skipped."""
    from siting.pipeline.plans.check import check_plans
    from siting.pipeline.plans.files import find_plans

    files = find_plans(plans, only_plans=options.only_plans)
    with progress(quiet=quiet) as tell:
        checks = check_plans(files.plans, options, progress=tell)
    if checks.passed_over and not quiet:
        for path, why in checks.passed_over:
            inform(message("check.passed_over", path=path, why=why))
    if files.skipped and not quiet:
        count, names = len(files.skipped), [path.name for path in files.skipped[:_SHOWN_NOTES]]
        key = message("check.skipped", count=count, names=names)
        if count > _SHOWN_NOTES:
            key = message("check.skipped_more", count=count, names=names)
        inform(key)
    return checks


def _options(
    rules: list[str] | None, date: str | None, jurisdiction: str | None, **more: Any
) -> CheckOptions:
    from siting.pipeline.plans.check import CheckOptions, day_of

    return CheckOptions(
        rules=tuple(rules or ()), date=day_of(date), jurisdiction=jurisdiction, **more
    )


def _states(include: Sequence[str]) -> tuple[str, ...]:
    for each in include:
        if each not in _STATES:
            raise SitingError(message("check.bad_include", given=each))
    return ("active", *include)


def _reports(
    name: str | None, output: Path | None, save: Sequence[Path]
) -> list[tuple[Path | None, str]]:
    """Return where every report goes and its format; the first is the one asked for."""
    if name is None:
        name = format_of(output, otherwise="text") if output else "text"
    return [(output, name), *((path, format_of(path)) for path in save)]


def _baseline(path: Path | None, *, needed: bool) -> tuple[Known, ...] | None:
    from siting.cli.known_findings import read_report

    if path is None:
        if needed:
            raise SitingError(message("check.no_baseline"))
        return None
    return read_report(path)


class _Outcome:
    """The findings, which of them are new, and whether they make the check fail."""

    def __init__(
        self,
        findings: Sequence[PlanFinding],
        before: tuple[Known, ...] | None,
        *,
        allow_unknown: bool,
    ) -> None:
        from siting.rules.plan.baseline import compare_checks, known_of

        self.findings = tuple(findings)
        self.allow_unknown = allow_unknown
        self.only_new = False
        known = known_of(self.findings)
        self.changes = None if before is None else compare_checks(before, known)
        # Two plans of one name share their ids, so a finding is known by itself, not by its id.
        kinds = {id(change.after): change for change in self.changes or ()}
        self._changes = [kinds.get(id(each)) for each in known]

    @property
    def new(self) -> tuple[PlanFinding, ...]:
        """What is a problem now and was none, or a lesser one, before; and what is no problem."""
        pairs = zip(self.findings, self._changes, strict=True)
        return tuple(
            each
            for each, change in pairs
            if change is None or change.kind == "fixed" or change.is_worse
        )

    @property
    def fails(self) -> bool:
        from siting.rules.plan.finding import breaks

        counted = self.new if self.only_new else self.findings
        return any(breaks(each, allow_unknown=self.allow_unknown) for each in counted)


def _formatted(
    findings: Sequence[PlanFinding],
    name: str,
    outcome: _Outcome,
    language: Language,
    *,
    full: bool,
    colour: bool,
) -> str:
    from siting import __version__
    from siting.report.plan.formats import FORMATS, format_findings
    from siting.rules.plan.baseline import states_of

    options: dict[str, Any] = {
        "full": full,
        "colour": colour and may_colour(),
        "version": __version__,
        "base": _base(),
    }
    if outcome.changes is not None:
        options["changes"] = states_of(outcome.changes)
    taken = {key: value for key, value in options.items() if key in FORMATS[name].takes}
    return format_findings(
        findings, name, language=language, allow_unknown=outcome.allow_unknown, **taken
    )


def _base() -> Base:
    """Name files from the root of the repository, else from the working folder."""
    from siting.loaders.plan.shared import repository_of
    from siting.report.plan.places import Base

    here = Path.cwd()
    return Base(here.as_posix(), (repository_of(here) or here).as_posix())


def _tell(
    checks: PlanChecks,
    outcome: _Outcome,
    reports: Sequence[tuple[Path | None, str]],
    language: Language,
    *,
    every: bool,
) -> None:
    """Say on standard error what the report on standard output does not."""
    from siting.report.plan.text import summary_text
    from siting.report.words import told

    notes = checks.notes
    for note in notes if every else notes[:_SHOWN_NOTES]:
        warn(told("notice", plain(said(note)), language))
    more = len(notes) - _SHOWN_NOTES
    if not every and more > 0:
        warn(told("notice", said(message("check.more_notes", count=more)), language))
    path, name = reports[0]
    if path is not None or name != "text":
        warn(summary_text(outcome.findings, language, allow_unknown=outcome.allow_unknown))
    if outcome.changes is not None:
        from siting.report.plan.diff import to_diff_text

        warn(plain_lines(to_diff_text(outcome.changes, language=language).rstrip("\n")))


def _unreadable(unreadable: Sequence[tuple[Path, Text]], checked: int, *, faults: bool) -> str:
    """Write one error for all plans that could not be checked; the same fault is said once."""
    by_fault: dict[str, list[str]] = {}
    for path, error in unreadable:
        by_fault.setdefault(said(error), []).append(str(path))
    count = len(unreadable)
    head = said(message("check.unreadable", count=count, all=count + checked))
    lines = [f"{said(message('cli.error'))}{head}"]
    for fault, paths in by_fault.items() if faults else ():
        first, *rest = plain_lines(fault).split("\n")
        lines.append(f"  - {said(message('check.at_fault', paths=paths, fault=first))}")
        lines += rest
    return "\n".join(lines)
