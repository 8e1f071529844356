"""The project library and siting together: sites and money out of it, proposals into it.

Owns what a state means for a siting question, and the yearly re-plan.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting.drafts import whole_file
from siting.errors import SitingError
from siting.loaders.library.store import (
    FIELDS,
    change_projects,
    create_library,
    functions_of,
    read_budgets,
    read_history,
    read_library,
)
from siting.loaders.library.table import STATE_TITLES, read_project_table
from siting.message import message
from siting.pipeline.demand.question import find_rule
from siting.pipeline.gaps.map_model import lonlat
from siting.pipeline.sites.problem import Decisions
from siting.pipeline.sites.siting import propose_sites
from siting.report.tables.workbook import SheetColumn, SheetTable, workbook_bytes
from siting.words import word

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import DataReport
    from siting.locate import Limits
    from siting.message import Language, Message
    from siting.pipeline.gaps.analysis import Analysis
    from siting.pipeline.sites.siting import Siting

# What a state means when sites are chosen: open to choice, decided, as good as there, out.
_FREE = ("candidate", "reserve")
_COMMITTED = ("building", "open")
_WIDTHS = {"name": 28, "functions": 28, "note": 40, "proposal": 48, "updated_at": 26,
           "changed_at": 26}  # fmt: skip
_NUMBERS = ("floor_area_m2", "investment_cny", "amount_cny", "longitude", "latitude")


def library_sites(
    path: Path, facility_types: Collection[str]
) -> tuple[gpd.GeoDataFrame, Decisions, tuple[Message, ...]]:
    """Return the projects that could be such facilities as sites, and what is decided of them.

    Candidates and reserve projects may be chosen; planned ones are opened in any case and paid
    for; those being built or open serve already; dropped ones are left out. A project that names
    no functions may become anything.

    Parameters
    ----------
    facility_types
        A project is a site if one of its functions is among them.

    Returns
    -------
    tuple
        `SITES` in WGS 84 with the column `state`, the decisions, and notes on projects that cannot
        be used.

    Raises
    ------
    SitingError
        No project of the library can be a site.
    """
    table = read_library(path)
    wanted = set(facility_types)
    fits = [not each or bool(wanted & set(each)) for each in map(functions_of, table["functions"])]
    chosen = table[np.array(fits, bool) & (table["state"] != "dropped").to_numpy(bool)]
    placed = chosen[~chosen.geometry.isna()]
    if not len(placed):
        raise SitingError(
            message(
                "library.no_sites",
                name=path.name,
                types=tuple(facility_types),
                total=len(table),
                count=len(chosen),
            )
        )
    lost = len(chosen) - len(placed)
    notes = (message("library.no_place", count=lost, name=path.name),) if lost else ()
    names = {"project_id": "site_id", "investment_cny": "cost"}
    kept = ["name", "cost", "floor_area_m2", "state", "functions", "community", "year", "geometry"]
    sites = placed.rename(columns=names)[["site_id", *kept]].reset_index(drop=True)
    return sites, _decisions(sites), notes


def _decisions(sites: pd.DataFrame) -> Decisions:
    def ids(states: Sequence[str]) -> tuple[str, ...]:
        return tuple(sites.loc[sites["state"].isin(states), "site_id"])

    return Decisions(forced_in=ids(["planned"]), committed=ids(_COMMITTED))


def write_proposal(
    path: Path, siting: Siting, *, by: str = "", first_year: int | None = None
) -> int:
    """Write an answer into a library as a proposal; nothing changes its state.

    Opened sites get `proposal` (which rule, what they add) and, in plans by year, `proposed_year`;
    sites that the library lacks are added as candidates; proposals of an earlier run on the same
    rule that this one does not repeat are cleared.

    Parameters
    ----------
    first_year
        Of a plan by year.

    Returns
    -------
    int
        Sites that are proposed.
    """
    if not path.exists():
        create_library(path)
    rule, opened = siting.question.rule.id, siting.opened
    known = read_library(path).set_index("project_id")
    old = known["proposal"].fillna("").str.startswith(f"{rule}: ")
    changes: dict[str, dict[str, Any]] = {
        key: {"proposal": None, "proposed_year": None} for key in known.index[old]
    }
    for row in opened.to_dict("records"):
        key = str(row["site_id"])
        told = {} if key in known.index else _as_project(siting, row)
        changes[key] = {**told, **_proposal(siting, row, rule, first_year)}
    change_projects(path, changes, by=by, source="proposal", may_add=True)
    return len(opened)


def _proposal(
    siting: Siting, row: dict[Any, Any], rule: str, first_year: int | None
) -> dict[str, Any]:
    text = f"{rule}: rank {row['rank']}, +{row['added']:,.0f} {siting.question.weight}"
    year = None if first_year is None or "year" not in row else first_year + int(row["year"])
    return {"proposal": text, "proposed_year": year}


def _as_project(siting: Siting, row: dict[Any, Any]) -> dict[str, Any]:
    """Return a site as a new project of the library."""
    place = np.array([shapely.Point(row["x"], row["y"])], dtype=object)
    lon, lat = lonlat(place, siting.analysis.ground.crs)
    numbers = {"floor_area_m2": row["floor_area_m2"], "investment_cny": row["cost"]}
    return {
        "name": row["name"] or None,
        "functions": siting.question.facility_type,
        "community": row.get("area_community") or None,
        "longitude": float(lon[0]),
        "latitude": float(lat[0]),
        **{name: float(value) for name, value in numbers.items() if np.isfinite(value)},
    }


def replan(
    path: Path,
    analysis: Analysis,
    rule: str,
    *,
    first_year: int,
    years: int,
    limits: Limits,
    weight: str | None = None,
) -> Siting:
    """Plan the years ahead with the money and the decisions that the library holds today.

    Run it again each year: what was built meanwhile serves already, what was dropped is out,
    planned projects keep their year, and the rest is weighed anew.

    Parameters
    ----------
    rule
        Id of the rule to serve.
    first_year, years
        From which year on, and how many; the library holds a budget for each.

    Returns
    -------
    Siting
        A plan by year (`phases`): money that a year leaves over may be spent later.

    Raises
    ------
    SitingError
        Years without a budget, projects without an investment.
    """
    budgets = read_budgets(path)
    wanted = range(first_year, first_year + years)
    lacking = [year for year in wanted if year not in budgets]
    if lacking or not years:
        without = tuple(map(str, lacking)) or message("library.any_year")
        raise SitingError(
            message("library.no_budget", name=path.name, years=without, year=str(first_year))
        )
    sites, decisions, notes = library_sites(path, find_rule(analysis, rule).facility_types)
    decisions, later = _by_year(sites, decisions, wanted)
    found = propose_sites(
        analysis,
        rule=rule,
        sites=sites,
        budgets=[budgets[year] for year in wanted],
        weight=weight,
        decisions=decisions,
        limits=limits,
    )
    return found.with_notes((*notes, *later))


def _by_year(
    sites: pd.DataFrame, decisions: Decisions, years: range
) -> tuple[Decisions, tuple[Message, ...]]:
    """Hold planned projects to their year; those of years beyond the plan are left out of it.

    Without a year the search chooses one, and what is overdue is built in the first.
    """
    planned = sites[sites["state"] == "planned"].set_index("site_id")["year"].dropna()
    beyond = planned.index[planned > years[-1]].tolist()
    within = planned.drop(beyond)
    decided = {str(key): max(int(year) - years[0], 0) for key, year in within.items()}
    first = str(next(iter(beyond), ""))
    note = message("library.later_years", count=len(beyond), year=str(years[-1]), first=first)
    forced_in = tuple(each for each in decisions.forced_in if each not in beyond)
    return replace(decisions, forced_in=forced_in, forced_out=beyond, years=decided), (
        (note,) if beyond else ()
    )


def import_projects(
    path: Path, table: Path, *, report: DataReport, by: str = "", crs: str | None = None
) -> int:
    """Take the rows of a workbook into a library, all or none; make the library if need be.

    Returns
    -------
    int
        Projects that were changed or added.
    """
    changes = read_project_table(table, report=report, crs=crs)
    made = not path.exists()
    if made:
        create_library(path)
    try:
        return change_projects(path, changes, by=by, source=table.name, may_add=True)
    except SitingError:
        if made:
            path.unlink()
        raise


def export_projects(path: Path, workbook: Path, *, language: str = "zh") -> int:
    """Write a library as a workbook: projects, history, budgets; its first sheet imports again.

    Returns
    -------
    int
        Projects written.
    """
    projects = read_library(path)
    history = read_history(path)
    budgets = read_budgets(path)
    spoken: Language = "zh" if language == "zh" else "en"
    columns = ["project_id", *FIELDS, "updated_at"]
    sheets = [
        _sheet(word("sheet.projects_library", spoken), projects, columns, spoken),
        _sheet(word("sheet.projects_history", spoken), history, list(history.columns), spoken),
        _sheet(
            word("sheet.projects_budgets", spoken),
            _budget_frame(budgets),
            ["year", "amount_cny"],
            spoken,
        ),
    ]
    workbook.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(workbook) as fresh:
        fresh.write_bytes(workbook_bytes(sheets))
    return len(projects)


def _budget_frame(budgets: dict[int, float]) -> pd.DataFrame:
    rows = {"year": list(budgets), "amount_cny": list(budgets.values())}
    return pd.DataFrame(rows)


def _sheet(title: str, frame: pd.DataFrame, names: Sequence[str], language: Language) -> SheetTable:
    return SheetTable(title, "siting", tuple(_column(frame, name, language) for name in names))


def _column(frame: pd.DataFrame, name: str, language: Language) -> SheetColumn:
    header = word(f"project_head.{name}", language)
    values = [None if pd.isna(value) else value for value in frame[name]]
    if name == "state" and language == "zh":
        values = [STATE_TITLES[str(value)] for value in values]
    # Years stay texts of digits: a thousands mark in a year misleads.
    kind = "number" if name in _NUMBERS else "text"
    if kind == "text":
        values = ["" if value is None else str(value) for value in values]
    return SheetColumn(header, values, kind, _WIDTHS.get(name, 14))
