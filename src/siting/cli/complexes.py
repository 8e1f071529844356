"""``siting locate --function``: complexes in which several facility types share area and budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting.cli.console import ExitCode, inform, plain_lines, print_result, say_json
from siting.cli.projects import who
from siting.message import message
from siting.progress import progress

if TYPE_CHECKING:
    from siting.message import Sayable
    from siting.pipeline.complexes.asked import FunctionAsked
    from siting.pipeline.complexes.propose import ComplexSiting
    from siting.pipeline.sites.problem import Decisions


def locate_complexes(
    project: Path,
    functions: Sequence[FunctionAsked],
    source: Callable[[Any, Sequence[str]], tuple[Any, Decisions, Sequence[Sayable]]],
    *,
    p: int | None,
    budget: float | None,
    minimum_functions: int,
    minimum_area_m2: float,
    site_cost: float | None,
    assume_none: bool,
    curve: Sequence[float] | bool,
    by_hand: Callable[[ComplexSiting], ComplexSiting | None],
    limits: tuple[float, float],
    write_back: Path | None,
    out: Path,
    language: str | None,
    as_json: bool,
    cache: bool,
    quiet: bool,
) -> ExitCode:
    """Answer, write and tell.

    Parameters are the options of ``siting locate``; `source` gives sites, decisions and notes for
    an analysis and the ids of its rules, `by_hand` a plan to compare an answer with.
    """
    from siting.locate import Limits
    from siting.pipeline.complexes.library import write_complex_proposals
    from siting.pipeline.complexes.propose import propose_complexes
    from siting.pipeline.gaps.analysis import analyze

    rules = [each.rule for each in functions]
    with progress(quiet=quiet) as tell:
        analysis = analyze(project, language=language, cache=cache, progress=tell)
        sites, decisions, notes = source(analysis, rules)
        found = propose_complexes(
            analysis, functions=functions, sites=sites, p=p, budget=budget,
            minimum_functions=minimum_functions, minimum_area_m2=minimum_area_m2,
            site_cost=site_cost, assume_none=assume_none, decisions=decisions, curve=curve,
            limits=Limits(*limits, progress=tell),
        ).with_notes(notes)  # fmt: skip
        other = by_hand(found)
        written = found.write(out, by_hand=other, progress=tell)
    _tell(found, written, other, as_json=as_json, quiet=quiet)
    if write_back is not None and found.has_plan:
        count = write_complex_proposals(write_back, found, by=who())
        inform(message("locate.complexes_written", count=count, library=write_back))
    if found.has_plan:
        return ExitCode.COMPLIANT
    invalid = found.solution.status.value == "invalid"
    return ExitCode.BAD_INPUT if invalid else ExitCode.FINDINGS


def _tell(
    found: ComplexSiting, written: Path, other: ComplexSiting | None, *, as_json: bool, quiet: bool
) -> None:
    """Print the answer, and last the path of the map."""
    from siting.report.siting.complexes import complexes_text

    if quiet and not as_json:
        return
    summary = found.to_dict(by_hand=other)
    if as_json:
        say_json(summary)
        return
    print_result(plain_lines(complexes_text(summary, found.analysis.language)))
    if found.has_plan:
        print_result(str(written / "map.html"))
    else:
        inform(message("locate.no_plan", path=written / "locate.json"))
