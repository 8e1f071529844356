"""``siting locate``: where to open facilities, and how much better any plan could be at most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from siting.cli.complexes import locate_complexes
from siting.cli.console import (
    ExitCode,
    NoCache,
    inform,
    plain_lines,
    print_result,
    say_json,
)
from siting.cli.projects import who
from siting.errors import SitingError
from siting.message import message
from siting.progress import progress
from siting.words import asked_language

if TYPE_CHECKING:
    from siting.message import Sayable
    from siting.pipeline.complexes.propose import ComplexSiting
    from siting.pipeline.sites.problem import Decisions
    from siting.pipeline.sites.siting import Siting

Made = TypeVar("Made", "Siting", "ComplexSiting")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("locate")(locate)


def locate(
    project: Annotated[Path, typer.Argument()],
    *,
    rule: Annotated[str | None, typer.Option("--rule", "-r")] = None,
    function: Annotated[list[str] | None, typer.Option("--function")] = None,
    minimum_functions: Annotated[int, typer.Option("--minimum-functions")] = 3,
    minimum_area: Annotated[float, typer.Option("--minimum-area")] = 600.0,
    sites: Annotated[
        str,
        typer.Option(
            "--sites",
        ),
    ] = "sites",
    p: Annotated[int | None, typer.Option("--p")] = None,
    budget: Annotated[float | None, typer.Option("--budget")] = None,
    budgets: Annotated[str | None, typer.Option("--budgets")] = None,
    cover_all: Annotated[bool, typer.Option("--cover-all")] = False,
    model: Annotated[str | None, typer.Option("--model", "-m")] = None,
    weight: Annotated[str | None, typer.Option("--weight")] = None,
    facility_type: Annotated[str | None, typer.Option("--type")] = None,
    cutoff: Annotated[float | None, typer.Option("--cutoff")] = None,
    from_scratch: Annotated[bool, typer.Option("--from-scratch")] = False,
    assume_none: Annotated[bool, typer.Option("--assume-none")] = False,
    site_cost: Annotated[float | None, typer.Option("--site-cost")] = None,
    m2_per_person: Annotated[float | None, typer.Option("--m2-per-person")] = None,
    least_cost: Annotated[bool, typer.Option("--least-cost")] = False,
    leave_out_unreachable: Annotated[bool, typer.Option("--leave-out-unreachable")] = False,
    force_in: Annotated[str | None, typer.Option("--force-in")] = None,
    force_out: Annotated[str | None, typer.Option("--force-out")] = None,
    level: Annotated[str | None, typer.Option("--level")] = None,
    swap: Annotated[list[str] | None, typer.Option("--swap")] = None,
    open_: Annotated[str | None, typer.Option("--open")] = None,
    curve: Annotated[str | None, typer.Option("--curve")] = None,
    time_limit: Annotated[float, typer.Option("--time-limit")] = 60.0,
    gap: Annotated[float, typer.Option("--gap")] = 0.0,
    write_back: Annotated[
        Path | None,
        typer.Option("--write-back"),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("out"),
    language: Annotated[str | None, typer.Option("--language", "-l")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    no_cache: NoCache = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
) -> int:
    """Propose sites for a rule: demand, limit and measure come from it and its findings."""
    from siting.locate import Limits
    from siting.pipeline.complexes.asked import parse_function
    from siting.pipeline.folder import check_out_folder
    from siting.pipeline.gaps.analysis import analyze
    from siting.pipeline.sites.siting import propose_sites

    check_out_folder(out)
    _check_time(time_limit, gap)
    language = language or asked_language()
    if function:
        _refuse_beside(
            **{"--rule": rule, "--budgets": budgets, "--model": model, "--weight": weight,
               "--type": facility_type, "--cutoff": cutoff, "--m2-per-person": m2_per_person,
               "--level": level, "--cover-all": cover_all, "--from-scratch": from_scratch,
               "--least-cost": least_cost, "--leave-out-unreachable": leave_out_unreachable}
        )  # fmt: skip
        return locate_complexes(
            project, [parse_function(each) for each in function],
            lambda analysis, rules: _source(sites, analysis, rules, force_in, force_out),
            p=p, budget=budget, minimum_functions=minimum_functions, minimum_area_m2=minimum_area,
            site_cost=site_cost, assume_none=assume_none,
            curve=curve is not None and _points(curve),
            by_hand=lambda found: _by_hand(found, swap, open_), limits=(time_limit, gap),
            write_back=write_back, out=out, language=language, as_json=as_json,
            cache=not no_cache, quiet=quiet,
        )  # fmt: skip
    if rule is None:
        raise SitingError(message("locate.no_rule"))
    with progress(quiet=quiet) as tell:
        analysis = analyze(project, language=language, cache=not no_cache, progress=tell)
        source, decisions, notes = _source(sites, analysis, [rule], force_in, force_out)
        found = propose_sites(
            analysis, rule=rule, sites=source, p=p, budget=budget,
            budgets=_numbers(budgets, "--budgets"), cover_all=cover_all, model=model,
            weight=weight, facility_type=facility_type, cutoff=cutoff, from_scratch=from_scratch,
            assume_none=assume_none, decisions=decisions, site_cost=site_cost,
            m2_per_person=m2_per_person, least_cost=least_cost,
            leave_out_unreachable=leave_out_unreachable, level=level, curve=_points(curve),
            limits=Limits(time_limit, gap, progress=tell),
        ).with_notes(notes)  # fmt: skip
        other = _by_hand(found, swap, open_)
        written = found.write(out, by_hand=other, progress=tell)
    _tell(found, written, other, as_json=as_json, quiet=quiet)
    if write_back is not None and found.has_plan:
        _write_back(found, write_back)
    return _code(found)


def _code(found: Siting) -> ExitCode:
    if found.has_plan:
        return ExitCode.COMPLIANT
    return ExitCode.BAD_INPUT if found.solution.status.value == "invalid" else ExitCode.FINDINGS


def _check_time(time_limit: float, gap: float) -> None:
    if not time_limit > 0:
        raise SitingError(message("locate.bad_time_limit", given=f"{time_limit:g}"))
    if not 0 <= gap < 1:
        raise SitingError(message("locate.bad_gap", given=f"{gap:g}"))


def _refuse_beside(**given: Any) -> None:
    """Raise where an option that is of one rule stands beside functions of a complex."""
    useless = [name for name, value in given.items() if value]
    if useless:
        raise SitingError(message("locate.useless", options=useless))


def _source(
    sites: str, analysis: Any, rules: Sequence[str], force_in: str | None, force_out: str | None
) -> tuple[Any, Decisions, Sequence[Sayable]]:
    """Return the source of sites, and what is decided by hand and by the project library."""
    from siting.pipeline.sites.problem import Decisions

    forced = Decisions(_ids(force_in), _ids(force_out))
    if not sites.startswith("projects:"):
        return sites, forced, ()
    from siting.pipeline.demand.question import find_rule
    from siting.pipeline.sites.library import library_sites

    types = [code for rule in rules for code in find_rule(analysis, rule).facility_types]
    table, decided, notes = library_sites(Path(sites.removeprefix("projects:")), types)
    # What is said now outweighs what the library says.
    planned = [each for each in decided.forced_in if each not in forced.forced_out]
    forced_in = (*planned, *forced.forced_in)
    return table, Decisions(forced_in, forced.forced_out, decided.committed), notes


def _ids(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _numbers(text: str | None, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in _ids(text))
    except ValueError:
        fault = message("locate.bad_numbers", option=option, given=text or "")
        raise SitingError(fault) from None


def _points(text: str | None) -> Sequence[float] | bool:
    """Read the points of a curve: ``1-100``, ``5,10,20``, ``none``, or nothing for the usual."""
    if text is None:
        return True
    if text == "none":
        return False
    first, dash, last = text.partition("-")
    if dash and first.strip().isdigit() and last.strip().isdigit():
        points: Sequence[float] = range(int(first), int(last) + 1)
    else:
        points = _numbers(text, "--curve")
    if not points or not all(0 <= point < float("inf") for point in points):
        raise SitingError(message("locate.bad_curve", given=text))
    return points


def _by_hand(found: Made, swap: list[str] | None, opened: str | None) -> Made | None:
    if swap and opened:
        raise SitingError(message("locate.swap_and_open"))
    if not found.has_plan:
        return None
    if opened:
        return found.with_sites(_ids(opened))
    if not swap:
        return None
    pairs = [each.partition("=") for each in swap]
    wrong = [old for old, sign, new in pairs if not (old and sign and new)]
    if wrong:
        raise SitingError(message("locate.bad_swap", given=wrong[0]))
    return found.swap({old.strip(): new.strip() for old, _, new in pairs})


def _tell(
    found: Siting, written: Path, other: Siting | None, *, as_json: bool, quiet: bool
) -> None:
    """Print the answer, and last the path of the map."""
    from siting.report.siting.text import siting_text

    if quiet and not as_json:
        return
    summary = found.to_dict(by_hand=other)
    if as_json:
        say_json(summary)
        return
    print_result(plain_lines(siting_text(summary, found.analysis.language)))
    if found.has_plan:
        print_result(str(written / "map.html"))
    else:
        inform(message("locate.no_plan", path=written / "locate.json"))


def _write_back(found: Siting, library: Path) -> None:
    from siting.pipeline.sites.library import write_proposal

    count = write_proposal(library, found, by=who())
    inform(message("locate.written_back", count=count, library=library))
