"""The summary of an analysis as text for a terminal and as a table for a notebook.

Formatting only: every figure is one of ``summary.json``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from siting.tables import DataNote, DataReport

_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "made_up": "(虚构数据)",
        "head": "{project},规则以 {date} 为准",
        "totals": (
            "{homes:,.0f} 处住宅,{households} 户,{population} 人,"
            "其中老年人 {elderly} 人;{facilities:,} 项设施服务"
        ),
        "columns": ("规则", "达标", "不达标", "未知", "不达标人口", "覆盖率"),
        "recommended": "宜",
        "indicator": "指标",
        "governed": "以另一条为准",
        "unknown_number": "未知",
        "data": "数据:{counts}。详见 data-report.json",
        "severities": {
            "info": "说明", "assumption": "假定", "repair": "修复", "excluded": "剔除",
            "warning": "警告",
        },
    },
    "en": {
        "made_up": " (made-up data)",
        "head": "{project}, rules as of {date}",
        "totals": (
            "{homes:,.0f} homes, {households} households, {population} people, "
            "{elderly} of them elderly; {facilities:,} facility services"
        ),
        "columns": ("rule", "pass", "fail", "unknown", "people failing", "covered"),
        "recommended": "should",
        "indicator": "figure",
        "governed": "another rule governs",
        "unknown_number": "unknown",
        "data": "Data: {counts}. Details are in data-report.json",
        "severities": {
            "info": "notes", "assumption": "assumptions", "repair": "repairs",
            "excluded": "exclusions", "warning": "warnings",
        },
    },
}  # fmt: skip
_TITLE_WIDTH = 44


def summary_text(summary: Mapping[str, Any], language: str) -> str:
    """Return the summary as lines for a terminal.

    Parameters
    ----------
    summary
        As ``summary.json`` has it.
    language
        ``zh`` or ``en``.
    """
    words = _WORDS[language]
    lines = [_heading(summary, words), _totals(summary["totals"], words), ""]
    rows = [list(words["columns"])] + [_row(entry, words, language) for entry in summary["rules"]]
    lines += [_aligned(row) for row in rows]
    return "\n".join(lines)


def data_notes_text(report: DataReport, language: str) -> str:
    """Return what a user should know of the data: how many notes of each kind, and the warnings."""
    words = _WORDS[language]
    kinds = [note.severity for note in report.notes]
    counts = ", ".join(
        f"{kinds.count(kind)} {word}"
        for kind, word in words["severities"].items()
        if kinds.count(kind) and kind != "info"
    )
    lines = [words["data"].format(counts=counts or "0")]
    lines += [f"  ! {note.layer}: {note.message}" for note in report.notes if _is_warning(note)]
    return "\n".join(lines)


def _is_warning(note: DataNote) -> bool:
    return note.severity == "warning"


def summary_html(summary: Mapping[str, Any], language: str) -> str:
    """Return the summary as an HTML fragment for a notebook; every text is escaped."""
    words = _WORDS[language]
    head = "".join(f"<th>{escape(name)}</th>" for name in words["columns"])
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in _row(entry, words, language))
        + "</tr>"
        for entry in summary["rules"]
    )
    return (
        f"<p><b>{escape(_heading(summary, words))}</b><br>"
        f"{escape(_totals(summary['totals'], words))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _heading(summary: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    text: str = words["head"].format(project=summary["project"], date=summary["date"])
    return text + (words["made_up"] if summary["made_up"] else "")


def _totals(totals: Mapping[str, float], words: Mapping[str, Any]) -> str:
    people = {
        name: f"{totals[name]:,.0f}" if totals[name] else words["unknown_number"]
        for name in ("households", "population", "elderly")
    }
    text: str = words["totals"].format(
        homes=totals["homes"], facilities=totals["facilities"], **people
    )
    return text


def _row(entry: Mapping[str, Any], words: Mapping[str, Any], language: str) -> list[str]:
    verdicts = entry["verdicts"]
    failing = (entry.get("population") or {}).get("fail")
    if failing is None:
        failing = (entry.get("elderly") or {}).get("fail")
    share = entry.get("covered_share")
    return [
        _title(entry, words, language),
        *(f"{verdicts[word]:,}" for word in ("pass", "fail", "unknown")),
        "" if failing is None else f"{failing:,.0f}",
        "" if share is None else f"{share:.1%}",
    ]


def _title(entry: Mapping[str, Any], words: Mapping[str, Any], language: str) -> str:
    """Name the rule with its limit, and what makes it less than a duty."""
    title: str = entry["title"][language]
    notes = [words[entry["strength"]]] if entry["strength"] in words else []
    if entry["governed_by"]:
        notes.append(words["governed"])
    if entry["is_alternative"]:
        notes.append(entry["measure"])
    if entry["level"]:
        notes.append(entry["level"])
    return f"{title} [{', '.join(notes)}]" if notes else title


def display_width(text: str) -> int:
    """Return how many columns a text takes in a terminal; wide glyphs take two.

    >>> display_width("300 米")
    6
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _aligned(row: Sequence[str]) -> str:
    title = _cut(row[0], _TITLE_WIDTH)
    cells = [" " * max(0, 14 - display_width(cell)) + cell for cell in row[1:]]
    return title + " " * (_TITLE_WIDTH - display_width(title)) + "".join(cells)


def _cut(text: str, width: int) -> str:
    """Shorten a text to a width, with an ellipsis where something was cut."""
    if display_width(text) <= width:
        return text
    kept = ""
    for char in text:
        if display_width(kept + char) > width - 1:
            break
        kept += char
    return kept + "…"
