"""``siting plan show``: what was read of a plan, from which cell or line, and in which unit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from siting.cli.check import Date, Jurisdiction, Status
from siting.cli.console import say, say_json, warn
from siting.plain_text import plain

if TYPE_CHECKING:
    from siting.rules.plan import Plan

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Show what is read of a plan.\n\nExample:\n\n  siting plan show plans/riverside",
)

_COLUMNS = {
    "zh": ("指标", "数值", "单位", "原文", "位置", "说明"),
    "en": ("figure", "value", "unit", "as written", "where", "note"),
}
_WORDS = {
    "zh": {
        "jurisdiction": "地区",
        "date": "日期",
        "status": "性质",
        "phases": "分期",
        "facilities": "设施",
        "homes": "住宅（图纸）",
        "waivers": "豁免",
        "context": "现状城市",
        "not_said": "未说明",
    },
    "en": {
        "jurisdiction": "place",
        "date": "date",
        "status": "status",
        "phases": "phases",
        "facilities": "facilities",
        "homes": "homes drawn",
        "waivers": "waivers",
        "context": "existing city",
        "not_said": "not said",
    },
}


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    app.add_typer(commands, name="plan")


@commands.callback()
def _group() -> None:
    """Keep ``show`` a command of the group although it is the only one."""


@commands.command("show")
def show(
    plan: Annotated[Path, typer.Argument(help="Folder with plan.yaml, .gpkg, .geojson or .xlsx.")],
    *,
    date: Date = None,
    jurisdiction: Jurisdiction = None,
    status: Status = None,
    language: Annotated[
        Literal["zh", "en"], typer.Option("--language", "-l", help="zh or en.")
    ] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show every number that is read, how it is written, and where it stands.

    Rows that nothing knew are listed too, with a dash for the figure.

    Example:  siting plan show 指标表.xlsx
    """
    from siting.loaders.plan import plan_table, read_plan
    from siting.pipeline.check import day_of

    read = read_plan(plan, date=day_of(date), jurisdiction=jurisdiction or "", status=status)
    rows = plan_table(read)
    if as_json:
        document = {**_head(read), "rows": rows, "notes": list(read.notes)}
        say_json(document)
        return
    words = _WORDS[language]
    say(plain(read.name))
    for key, value in _head(read).items():
        if key in words and value not in ("", 0):
            say(plain(f"  {words[key]}: {value if value is not None else words['not_said']}"))
    say("")
    for line in aligned([_COLUMNS[language], *map(_row, rows)]):
        say(line)
    for note in read.notes:
        warn(f"note: {plain(note)}")


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


def _row(row: dict[str, str]) -> tuple[str, ...]:
    # 1250户 has its unit already.
    unit = row["unit_as_read"] if row["text"][-1:].isdigit() else ""
    written = " ".join(part for part in (row["label"], row["text"], unit) if part)
    notes = [row["note"], f"⊂ {row['part_of']}" if row["part_of"] else "", row["phase"]]
    where = row["location"] or Path(row["file"]).name
    note = "; ".join(part for part in notes if part)
    return (row["key"] or "–", row["value"], row["unit"], written, where, note)


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
