"""``siting plan show``: what was read of a plan, from which cell or line, and in which unit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siting.cli.check import Date, Jurisdiction, Status
from siting.cli.console import say, say_json, warn
from siting.message import Language
from siting.plain_text import plain

if TYPE_CHECKING:
    from siting.rules.plan.model import Plan

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
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
        "new": "新建",
        "renewal": "更新改造",
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


# What a row says of itself, where it is one of a few fixed sentences.
_ROW_NOTES_ZH = {
    "a formula's stored value": "公式的保存值",
    "counted": "按清单计数",
    "counted under other types": "面积已计入其他类型",
    "households x persons_per_household": "户数 × 户均人口",
    "it is not read": "未采用",
    "its figures stand below it": "数值在其下各行",
    "its unit is not known": "单位不认识",
    "less than nothing": "小于零",
    "no number stands beside it": "旁边没有数值",
    "no unit: read as m2": "未注单位，按 m² 读取",
    "no unit: read as a share": "未注单位，按比例读取",
    "not a known indicator": "不是已知指标",
    "no unit: read as %": "未注单位，按百分数读取",
}


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
    language: Annotated[Language, typer.Option("--language", "-l")] = "zh",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show every number that is read, how it is written, and where it stands."""
    from siting.loaders.plan.read import plan_table, read_plan
    from siting.pipeline.plans.check import day_of
    from siting.report.analysis.note_words import note_line
    from siting.report.words import labelled, word

    read = read_plan(plan, date=day_of(date), jurisdiction=jurisdiction or "", status=status)
    rows = plan_table(read)
    notes = (*read.notes, *(note_line(note, counted=True) for note in read.data_notes))
    if as_json:
        document = {**_head(read), "rows": rows, "notes": [note.en for note in notes]}
        say_json(document)
        return
    say(plain(read.name))
    for line in _head_lines(read, language):
        say(plain(f"  {line}"))
    say("")
    for line in aligned([_COLUMNS[language], *(_row(row, language) for row in rows)]):
        say(line)
    for note in notes:
        warn(labelled(word("notice", language), plain(note.text(language)), language))


def _head_lines(plan: Plan, language: Language) -> Iterator[str]:
    """Say what the plan says of itself, a line for each of what it says or should."""
    from siting.report.words import labelled

    words = _WORDS[language]
    told = _head(plan)
    told["status"] = words.get(plan.status, plan.status)
    if language == "zh":
        told["phases"] = "、".join(each.name for each in plan.phases)
        told["waivers"] = "、".join(each.rule_id for each in plan.waivers)
    for key, value in told.items():
        if key in words and value not in ("", 0):
            yield labelled(words[key], words["not_said"] if value is None else value, language)


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
    from siting.rules.facts import fact_title, unit_text

    # 1250户 has its unit already.
    unit = row["unit_as_read"] if row["text"][-1:].isdigit() else ""
    written = " ".join(part for part in (row["label"], row["text"], unit) if part)
    where = row["location"] or Path(row["file"]).name
    within = f"⊂ {row['part_of']}" if row["part_of"] else ""
    if language == "en":
        note = "; ".join(part for part in (row["note"], within, row["phase"]) if part)
        return (row["key"] or "–", row["value"], row["unit"], written, where, note)
    if row["line"]:
        where = f"第 {row['line']} 行"
    said = "；".join(map(_row_note_zh, row["note"].split("; ")))
    note = "；".join(part for part in (said, within, row["phase"]) if part)
    title, unit = fact_title(row["key"]).zh, unit_text(row["unit"]).zh
    return (title or "–", row["value"], unit, written, where, note)


def _row_note_zh(note: str) -> str:
    """Say a note of a row in Chinese; what stands behind a colon is a word of the table."""
    fixed, colon, word = note.partition(": ")
    if note in _ROW_NOTES_ZH or fixed not in _ROW_NOTES_ZH:
        return _ROW_NOTES_ZH.get(note, note)
    return _ROW_NOTES_ZH[fixed] + ("：" + word if colon else "")


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
