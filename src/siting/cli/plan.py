"""``siting plan show``: what was read of a plan, from which cell or line, and in which unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siting.cli.check import Date, Jurisdiction, Language_, Status
from siting.cli.console import print_result, say_json, warn
from siting.message import Language, Term, message
from siting.plain_text import plain
from siting.words import current_language, word

if TYPE_CHECKING:
    from siting.rules.plan.model import Plan

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
)

_COLUMNS = ("figure", "value", "unit", "written", "where", "status", "note")


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    app.add_typer(commands, name="plan")


@commands.callback()
def _group() -> None:
    """Keep ``show`` a command of the group although it is the only one."""


@commands.command("show")
def show(
    plan: Annotated[Path, typer.Argument()],
    *,
    date: Date = None,
    jurisdiction: Jurisdiction = None,
    status: Status = None,
    language: Language_ = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show every number that is read, how it is written, and where it stands."""
    from siting.loaders.plan.read import plan_table, read_plan
    from siting.pipeline.plans.check import day_of
    from siting.report.analysis.note_words import note_line
    from siting.report.words import told
    from siting.words import say as said_in

    spoken = language or current_language()
    read = read_plan(plan, date=day_of(date), jurisdiction=jurisdiction or "", status=status)
    rows = plan_table(read)
    notes = (*read.notes, *(note_line(note, counted=True) for note in read.data_notes))
    if as_json:
        document = {**_head(read), "rows": rows, "notes": [said_in(note, "en") for note in notes]}
        say_json(document)
        return
    print_result(plain(read.name))
    for line in _head_lines(read, spoken):
        print_result(plain(f"  {line}"))
    print_result("")
    heads = [word(f"plan_column.{name}", spoken) for name in _COLUMNS]
    for line in aligned([heads, *(_row(row, spoken) for row in rows)]):
        print_result(line)
    for note in notes:
        warn(told("notice", plain(said_in(note, spoken)), spoken))


def _head_lines(plan: Plan, language: Language) -> Iterator[str]:
    """Say what the plan says of itself, a line for each of what it says or should."""
    from siting.words import say as said_in

    told = _head(plan)
    told["phases"] = [each.name for each in plan.phases]
    told["waivers"] = [each.rule_id for each in plan.waivers]
    status = Term("plan_status", plan.status)
    told["status"] = status
    for key, value in told.items():
        if key != "name" and value not in ("", 0, []):
            shown = message("plan.not_said") if value is None else value
            label = message(f"plan_head.{key}")
            yield said_in(message("mark.labelled", label=label, text=shown), language)


def _head(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "jurisdiction": plan.jurisdiction or None,
        "date": plan.date.isoformat() if plan.date else None,
        "status": plan.status,
        "phases": ", ".join(each.name for each in plan.phases),
        "facilities": len(plan.facilities),
        "homes": 0 if plan.homes is None else len(plan.homes),
        "waivers": ", ".join(each.rule_id for each in plan.waivers),
        "context": plan.context,
    }


def _row(row: dict[str, str], language: Language) -> tuple[str, ...]:
    from siting.rules.facts import fact_title
    from siting.words import say as said_in

    # 1250户 has its unit already.
    unit = row["unit_as_read"] if row["text"][-1:].isdigit() else ""
    written = " ".join(part for part in (row["label"], row["text"], unit) if part)
    where = row["location"] or Path(row["file"]).name
    within = f"⊂ {row['part_of']}" if row["part_of"] else ""
    notes = [_row_note(each, language) for each in row["note"].split("; ")]
    parts = [part for part in (*notes, within, row["phase"]) if part]
    note = word("mark.semicolon", language).join(parts)
    status = word(f"figure_status.{row['status']}", language) if row["status"] else ""
    if language == "en":
        return (row["key"] or "–", row["value"], row["unit"], written, where, status, note)
    if row["line"]:
        where = said_in(message("plan.line", line=row["line"]), language)
    title, unit = fact_title(row["key"]).zh, said_in(Term("unit", row["unit"]), language)
    return (title or "–", row["value"], unit, written, where, status, note)


def _row_note(note: str, language: Language) -> str:
    """Say a note of a row; what stands behind a colon is a word of the table."""
    from siting.words import say as said_in

    fixed, _, rest = note.partition(": ")
    for text, behind in ((note, ""), (fixed, rest)):
        code = re.sub("[^a-z0-9%_]+", "-", text.lower()).strip("-")
        said = said_in(Term("row_note", code), language)
        if code and said != code:
            labelled = message("mark.labelled", label=said, text=behind)
            return said_in(labelled, language) if behind else said
    return note


def aligned(rows: Sequence[Iterable[str]]) -> list[str]:
    """Align columns of text in which Chinese characters are two columns wide.

    >>> aligned([("户数", "a"), ("x", "b")])
    ['户数  a', 'x     b']
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
