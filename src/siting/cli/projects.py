"""``siting projects``: the reserve and projects of a programme, their history and their plan."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from siting.cli.console import (
    ExitCode,
    NoCache,
    inform,
    plain_lines,
    print_result,
    say_json,
)
from siting.errors import SitingError
from siting.message import message
from siting.plain_text import plain
from siting.progress import progress
from siting.words import asked_language, current_language

if TYPE_CHECKING:
    import pandas as pd

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
)

Library = Annotated[Path, typer.Argument()]
By = Annotated[str | None, typer.Option("--by")]
Name = Annotated[str | None, typer.Option("--name")]
State = Annotated[
    str | None,
    typer.Option("--state"),
]
Functions = Annotated[str | None, typer.Option("--functions")]
FloorArea = Annotated[float | None, typer.Option("--floor-area")]
Investment = Annotated[float | None, typer.Option("--investment")]
Year = Annotated[int | None, typer.Option("--year")]
Community = Annotated[str | None, typer.Option("--community")]
Note = Annotated[str | None, typer.Option("--note")]
Longitude = Annotated[float | None, typer.Option("--lon")]
Latitude = Annotated[float | None, typer.Option("--lat")]
AsJson = Annotated[bool, typer.Option("--json")]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    app.add_typer(commands, name="projects")


@commands.command("list")
def list_projects(
    library: Library,
    *,
    state: State = None,
    function: Annotated[str | None, typer.Option("--function")] = None,
    year: Year = None,
    as_json: AsJson = False,
) -> None:
    """List projects: id, state, year, floor area, investment, community, name."""
    from siting.loaders.library.store import STATES, functions_of, read_library

    if state is not None and state not in STATES:
        raise SitingError(message("projects.bad_state", given=state, known=STATES))
    table = read_library(library)
    kept = [
        (state is None or row.state == state)
        and (year is None or row.year == year)
        and (function is None or function in functions_of(row.functions))
        for row in table.itertuples()
    ]
    chosen = table[kept].drop(columns="geometry")
    if as_json:
        say_json(_rows(chosen))
        return
    for row in _rows(chosen):
        print_result(plain(_line(row)))
    total = chosen["investment_cny"].sum()
    counts = {"count": len(chosen), "all": len(table)}
    inform(message("projects.counted", total=f"{total:,.0f}", **counts))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON can hold them; what is not known is None."""
    import pandas as pd

    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _line(row: dict[str, Any]) -> str:
    shown = [
        f"{row['project_id']:<14}",
        f"{row['state']:<10}",
        f"{row['year'] or '':<5}",
        f"{_amount(row['floor_area_m2']):>9} m2",
        f"{_amount(row['investment_cny']):>14} CNY",
        f"{row['community'] or '':<12}",
        row["name"] or "",
        f"[{row['functions']}]" if row["functions"] else "",
        f"<- {row['proposal']} {row['proposed_year'] or ''}" if row["proposal"] else "",
    ]
    return " ".join(shown).rstrip()


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


@commands.command("add")
def add_project(
    library: Library,
    project_id: Annotated[str, typer.Argument()],
    *,
    name: Name = None,
    state: State = "candidate",
    functions: Functions = None,
    floor_area: FloorArea = None,
    investment: Investment = None,
    year: Year = None,
    community: Community = None,
    note: Note = None,
    lon: Longitude = None,
    lat: Latitude = None,
    by: By = None,
) -> None:
    """Add a project; the library is made if there is none."""
    from siting.loaders.library.store import change_projects, create_library, read_library

    if not library.exists():
        create_library(library)
    if (read_library(library)["project_id"] == project_id).any():
        raise SitingError(message("projects.known", library=library.name, project=project_id))
    fields = _fields(
        name, state, functions, floor_area, investment, year, community, note, lon, lat
    )
    change_projects(library, {project_id: fields}, by=who(by), may_add=True)
    inform(message("projects.added", project=project_id))


@commands.command("set")
def set_projects(
    library: Library,
    project_ids: Annotated[list[str], typer.Argument()],
    *,
    name: Name = None,
    state: State = None,
    functions: Functions = None,
    floor_area: FloorArea = None,
    investment: Investment = None,
    year: Year = None,
    community: Community = None,
    note: Note = None,
    lon: Longitude = None,
    lat: Latitude = None,
    by: By = None,
) -> None:
    """Change projects, all of them or none."""
    from siting.loaders.library.store import change_projects

    fields = _fields(
        name, state, functions, floor_area, investment, year, community, note, lon, lat
    )
    if not fields:
        raise SitingError(message("projects.no_field"))
    count = change_projects(library, dict.fromkeys(project_ids, fields), by=who(by))
    inform(message("projects.changed", count=count, all=len(project_ids)))


def _fields(*values: object) -> dict[str, Any]:
    """Return the fields that were named on the command line."""
    names = ("name", "state", "functions", "floor_area_m2", "investment_cny", "year", "community",
             "note", "longitude", "latitude")  # fmt: skip
    return {field: value for field, value in zip(names, values, strict=True) if value is not None}


def who(by: str | None = None) -> str:
    """Return who makes a change: as given, else the login name, else nobody."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container may know no name for its user.
        return ""


@commands.command("budget")
def budget(
    library: Library,
    year: Annotated[int | None, typer.Argument()] = None,
    amount: Annotated[float | None, typer.Argument()] = None,
    *,
    by: By = None,
) -> None:
    """Write down the money of a year, or list that of all years."""
    from siting.loaders.library.store import create_library, read_budgets, set_budget

    if year is not None and amount is None:
        raise SitingError(message("projects.no_money", year=year))
    if year is not None and amount is not None:
        if not library.exists():
            create_library(library)
        set_budget(library, year, amount, by=who(by))
    for each, money in read_budgets(library).items():
        print_result(f"{each} {money:>16,.0f} CNY")


@commands.command("history")
def history(
    library: Library,
    project_id: Annotated[str | None, typer.Argument()] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show every change: when, by whom, from where, what it was and what it became."""
    from siting.loaders.library.store import read_history

    rows = _rows(read_history(library, project_id))
    if as_json:
        say_json(rows)
        return
    for row in rows:
        change = f"{row['field']}: {row['before'] or '-'} -> {row['after'] or '-'}"
        who = f"{row['changed_by']} ({row['source']})" if row["source"] else row["changed_by"]
        print_result(plain(f"{row['changed_at']}  {row['project_id']:<14} {change}  {who}"))


@commands.command("import")
def import_table(
    library: Library,
    table: Annotated[Path, typer.Argument()],
    *,
    crs: Annotated[str | None, typer.Option("--crs")] = None,
    by: By = None,
) -> None:
    """Take rows of a workbook into the library, all or none; empty cells change nothing."""
    from siting.data_report import DataReport
    from siting.pipeline.sites.library import import_projects
    from siting.report.analysis.note_words import note_line

    report = DataReport()
    count = import_projects(library, table, report=report, by=who(by), crs=crs)
    for note in report.notes:
        inform(note_line(note))
    inform(message("projects.taken", count=count))


@commands.command("export")
def export_table(
    library: Library,
    workbook: Annotated[Path, typer.Argument()],
    *,
    language: Annotated[Literal["zh", "en"] | None, typer.Option("--language", "-l")] = None,
) -> None:
    """Write the library as a workbook: projects, history, budgets."""
    from siting.pipeline.sites.library import export_projects

    if workbook.suffix.lower() != ".xlsx":
        raise SitingError(message("projects.no_workbook", path=workbook))
    count = export_projects(library, workbook, language=language or current_language())
    inform(message("projects.written", count=count, path=workbook))


@commands.command("plan")
def plan_years(
    library: Library,
    project: Annotated[Path, typer.Argument()],
    *,
    rule: Annotated[str, typer.Option("--rule", "-r")],
    first_year: Annotated[int, typer.Option("--from")],
    years: Annotated[int, typer.Option("--years")] = 3,
    weight: Annotated[str | None, typer.Option("--weight")] = None,
    time_limit: Annotated[float, typer.Option("--time-limit")] = 60.0,
    gap: Annotated[float, typer.Option("--gap")] = 0.0,
    write: Annotated[bool, typer.Option("--write")] = False,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("out"),
    language: Annotated[str | None, typer.Option("--language", "-l")] = None,
    by: By = None,
    no_cache: NoCache = False,
) -> int:
    """Plan the coming years anew, with the budgets and decisions of the library."""
    from siting.locate import Limits
    from siting.pipeline.folder import check_out_folder
    from siting.pipeline.gaps.analysis import analyze
    from siting.pipeline.sites.library import replan, write_proposal
    from siting.report.siting.text import siting_text

    check_out_folder(out)
    language = language or asked_language()
    with progress() as tell:
        analysis = analyze(project, language=language, cache=not no_cache, progress=tell)
        limits = Limits(time_limit, gap, progress=tell)
        found = replan(
            library, analysis, rule, first_year=first_year, years=years, limits=limits,
            weight=weight,
        )  # fmt: skip
        written = found.write(out, progress=tell)
    print_result(plain_lines(siting_text(found.to_dict(), analysis.language)))
    if not found.has_plan:
        return ExitCode.FINDINGS
    if write:
        count = write_proposal(library, found, by=who(by), first_year=first_year)
        inform(message("locate.written_back", count=count, library=library))
    print_result(str(written / "map.html"))
    return ExitCode.COMPLIANT
