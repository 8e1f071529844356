"""The summary of an analysis as text for a terminal and as a table for a notebook.

Formatting only: every figure is one of ``summary.json``. What was judged stands first, the worst
on top; rules that nothing could be said about are named in one line, not listed as zeros.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from siting.data_report import DataNote, DataReport
from siting.message import Quantity
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.pages import fill
from siting.vocabulary.levels import load_levels
from siting.words import say

_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "made_up": "（虚构数据）",
        "head": "{project}，规则以 {date} 为准",
        "totals": {
            "homes": "{n} 处住宅", "households": "，{n} 户", "population": "，{n} 人",
            "elderly": "，其中老年人 {n} 人", "elderly_alone": "，老年人 {n} 人",
            "facilities": "；{n} 项设施服务",
        },
        "home": ("住宅到设施", "达标", "不达标", "未知", "不达标人口", "覆盖率"),
        "area": ("片区", "达标", "不达标", "未知"),
        "facility": ("设施", "达标", "不达标", "未知"),
        "city": ("全市", "达标", "不达标", "未知"),
        "figures": ("指标（无合格线）", "中位数", "九成不超过", "单位"),
        "recommended": "宜",
        "governed": "以另一条为准",
        "otherwise": {
            "straight_line": "直线距离：", "walking_distance": "步行距离：",
            "walking_time": "步行时间：",
        },
        "unknown_rules": "缺数据，无法判断（{count} 条）：{titles}",
        "idle_rules": "没有适用对象（{count} 条）：{titles}",
        "capacity": (
            "服务能力，{title}（{limit} 内）：都去最近处可服务 {nearest} {unit}，"
            "合理分配最多 {most} {unit}，范围内共 {reach} {unit}"
        ),
        "counted": {"population": "人", "households": "户"},
        "data": "数据：{counts}。详见 data-report.json",
        "separator": "、",
        "comma": "，",
        "counted_notes": "{kind} {count} 条",
        "note": "  ! {layer}：{text}",
        "cited": "出处",
        "severities": {
            "info": "说明", "assumption": "假定", "repair": "修复", "excluded": "剔除",
            "warning": "警告",
        },
    },
    "en": {
        "made_up": " (made-up data)",
        "head": "{project}, rules as of {date}",
        "totals": {
            "homes": "{n} homes", "households": ", {n} households", "population": ", {n} people",
            "elderly": ", {n} of them elderly", "elderly_alone": ", {n} elderly people",
            "facilities": "; {n} facility services",
        },
        "home": ("homes to facilities", "pass", "fail", "unknown", "people failing", "covered"),
        "area": ("areas", "pass", "fail", "unknown"),
        "facility": ("facilities", "pass", "fail", "unknown"),
        "city": ("whole city", "pass", "fail", "unknown"),
        "figures": ("figures without a pass mark", "median", "90 % within", "unit"),
        "recommended": "should",
        "governed": "another rule governs",
        "otherwise": {
            "straight_line": "straight line: ", "walking_distance": "on foot: ",
            "walking_time": "walking time: ",
        },
        "unknown_rules": "Not to be judged for lack of data ({count} rules): {titles}",
        "idle_rules": "Nothing that they apply to ({count} rules): {titles}",
        "capacity": (
            "Capacity, {title} (within {limit}): {nearest} {unit} served if all go to the nearest, "
            "{most} could be served at most, of {reach} within reach"
        ),
        "counted": {"population": "people", "households": "households"},
        "data": "Data: {counts}. Details are in data-report.json",
        "separator": "; ",
        "comma": ", ",
        "counted_notes": "{count} {kind}",
        "note": "  ! {layer}: {text}",
        "cited": "source",
        "severities": {
            "info": "notes", "assumption": "assumptions", "repair": "repairs",
            "excluded": "exclusions", "warning": "warnings",
        },
    },
}  # fmt: skip
_TITLE_WIDTH = 46
_CELL_WIDTH = 13
_KINDS = ("home", "area", "facility", "city")

Entry = Mapping[str, Any]
Table = tuple[Sequence[str], list[list[str]]]
Cite = Callable[[Entry], str]


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
    lines = [_heading(summary, words), _totals(summary["totals"], words)]
    for columns, rows in summary_tables(summary, language):
        lines += ["", _aligned(columns), *map(_aligned, rows)]
    rest = silent_lines(summary, language)
    return "\n".join([*lines, *(["", *rest] if rest else [])])


def data_notes_text(report: DataReport, language: str) -> str:
    """Return what a user should know of the data: how many notes of each kind, and the warnings."""
    words = _WORDS[language]
    kinds = [note.severity for note in report.notes]
    counts = words["comma"].join(
        words["counted_notes"].format(count=kinds.count(kind), kind=word)
        for kind, word in words["severities"].items()
        if kinds.count(kind) and kind != "info"
    )
    lines = [words["data"].format(counts=counts or "0")]
    lines += [
        words["note"].format(layer=note_layer(note, language), text=note_text(note, language))
        for note in report.notes
        if _is_warning(note)
    ]
    return "\n".join(lines)


def _is_warning(note: DataNote) -> bool:
    return note.severity == "warning"


def summary_html(summary: Mapping[str, Any], language: str) -> str:
    """Return the summary as an HTML fragment for a notebook; every text is escaped."""
    return fill(
        "summary.html",
        heading=_heading(summary, _WORDS[language]),
        totals=totals_text(summary, language),
        tables=summary_tables(summary, language),
        silent=silent_lines(summary, language),
    )


def totals_text(summary: Mapping[str, Any], language: str) -> str:
    """Return how many homes, people and facilities were looked at."""
    return _totals(summary["totals"], _WORDS[language])


def _heading(summary: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    text: str = words["head"].format(project=summary["project"], date=summary["date"])
    return text + (words["made_up"] if summary["made_up"] else "")


def _totals(totals: Mapping[str, float], words: Mapping[str, Any]) -> str:
    """Say how many there are of what is known; a figure that nobody knows is left out."""
    told = dict(words["totals"])
    alone = told.pop("elderly_alone")
    if not totals["population"]:
        told["elderly"] = alone
    always = ("homes", "facilities")
    return "".join(
        text.format(n=f"{totals[name]:,.0f}")
        for name, text in told.items()
        if totals[name] or name in always
    )


def summary_tables(
    summary: Mapping[str, Any], language: str, *, cite: Cite | None = None
) -> list[Table]:
    """Return a table for each kind of subject that was judged, then that of the figures.

    Parameters
    ----------
    summary
        As ``summary.json`` has it.
    language
        ``zh`` or ``en``.
    cite
        What the last column says of where a rule comes from; left out: there is no such column.

    Returns
    -------
    list of tuple
        The heads of the columns, and the rows as texts.
    """
    words = _WORDS[language]
    shown = [entry for entry in summary["rules"] if is_shown(entry)]
    tables: list[Table] = []
    for kind in (*_KINDS, "figures"):
        entries = [entry for entry in shown if _table_of(entry) == kind]
        if entries:
            tables.append(_table(words[kind], _in_order(kind, entries), language, cite))
    return tables


def _table(
    heads: Sequence[str], entries: Sequence[Entry], language: str, cite: Cite | None
) -> Table:
    """Return a row for each entry, and behind it where its rule comes from.

    A column that is empty in every row, such as people where nobody counted them, is left out.
    """
    rows = [
        (_figure if _has_figure(entry) else _row)(entry, language)[: len(heads)]
        for entry in entries
    ]
    told = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    names, shown = [heads[k] for k in told], [[row[k] for k in told] for row in rows]
    if cite is None:
        return names, shown
    cited = [[*row, cite(entry)] for row, entry in zip(shown, entries, strict=True)]
    return [*names, _WORDS[language]["cited"]], cited


def is_shown(entry: Entry) -> bool:
    """Tell whether a rule has a row in a table: a verdict, or a figure without a pass mark."""
    return _is_judged(entry) or _has_figure(entry)


def _table_of(entry: Entry) -> str:
    kind: str = "figures" if _has_figure(entry) else entry["subject_kind"]
    return kind


def _in_order(kind: str, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Sort verdicts by whom they fail; figures stay as the packs have them."""
    return entries if kind == "figures" else _worst_first(entries)


def _is_judged(entry: Entry) -> bool:
    return bool(entry["verdicts"]["pass"] + entry["verdicts"]["fail"])


def _has_figure(entry: Entry) -> bool:
    return entry["strength"] == "indicator" and entry["measured_median"] is not None


def _worst_first(entries: Sequence[Entry]) -> list[Entry]:
    """Sort rules by whom they fail; the same measured in another way stands below its rule."""
    worst = {_place(entry): _badness(entry) for entry in entries if not entry["is_alternative"]}

    def order(entry: Entry) -> tuple[tuple[float, float], tuple[str, str], bool]:
        fewer = worst.get(_place(entry), (-1.0, -1.0))
        return (-fewer[0], -fewer[1]), _place(entry), entry["is_alternative"]

    return sorted(entries, key=order)


def _place(entry: Entry) -> tuple[str, str]:
    return entry["rule_id"], entry["level"]


def _badness(entry: Entry) -> tuple[float, float]:
    """Sort by people who fail, then by subjects that fail."""
    return _failing_people(entry) or 0.0, entry["verdicts"]["fail"]


def _failing_people(entry: Entry) -> float | None:
    for weight in ("population", "elderly"):
        number: float | None = (entry.get(weight) or {}).get("fail")
        if number is not None:
            return number
    return None


def _row(entry: Entry, language: str) -> list[str]:
    failing = _failing_people(entry)
    share = entry.get("covered_share")
    return [
        _title(entry, language),
        *(f"{entry['verdicts'][word]:,}" for word in ("pass", "fail", "unknown")),
        "" if failing is None else f"{failing:,.0f}",
        "" if share is None else f"{share:.1%}",
    ]


def _figure(entry: Entry, language: str) -> list[str]:
    numbers = (entry["measured_median"], entry["measured_p90"])
    shown = (_figure_text(number, entry["unit"]) for number in numbers)
    return [_title(entry, language), *shown, _unit(entry["unit"], language)]


def _figure_text(number: float | None, unit: str) -> str:
    """Write a figure without decimals, but 0.35 m² per person as it is.

    >>> _figure_text(1234.5, "m"), _figure_text(0.35, "m2/person"), _figure_text(None, "m")
    ('1,234', '0.35', '∞')
    """
    if number is None:
        return "∞"
    return f"{number:,.3g}" if "/" in unit and number < 10 else f"{number:,.0f}"


def _unit(unit: str, language: str) -> str:
    return say(Quantity("", unit), "zh" if language == "zh" else "en").strip()


def _title(entry: Entry, language: str) -> str:
    """Name the rule, and what makes it less than a duty."""
    words = _WORDS[language]
    notes = [words["recommended"]] if entry["strength"] == "recommended" else []
    if entry["governed_by"]:
        notes.append(words["governed"])
    notes += [load_levels().title(entry["level"], language)] if entry["level"] else []
    title: str = entry["title"][language]
    if entry["is_alternative"]:
        return f"  – {words['otherwise'][entry['measure']]}{title}"
    return f"{title} [{words['comma'].join(notes)}]" if notes else title


def silent_lines(summary: Mapping[str, Any], language: str) -> list[str]:
    """Say who could be served within capacity, and name rules without verdict and figure."""
    words = _WORDS[language]
    silent = [entry for entry in summary["rules"] if not is_shown(entry)]
    unknown = [entry for entry in silent if entry["verdicts"]["unknown"]]
    idle = [entry for entry in silent if not entry["verdicts"]["unknown"]]
    lines = [_capacity(entry, language) for entry in summary["rules"] if entry.get("capacity")]
    for key, entries in (("unknown_rules", unknown), ("idle_rules", idle)):
        titles = list(dict.fromkeys(entry["title"][language] for entry in entries))
        if titles:
            listed = words["separator"].join(titles)
            lines.append(words[key].format(count=len(titles), titles=listed))
    return lines


def _capacity(entry: Entry, language: str) -> str:
    """Say how many are served at the nearest facility, and how many could be."""
    words, found = _WORDS[language], entry["capacity"]
    text: str = words["capacity"].format(
        title=entry["title"][language],
        limit=f"{found['limit']:g} {_unit(found['unit'], language)}",
        nearest=f"{found['served_at_nearest']:,.0f}",
        most=f"{found['could_serve']:,.0f}",
        reach=f"{found['within_reach']:,.0f}",
        unit=words["counted"][found["weight"]],
    )
    return text


def display_width(text: str) -> int:
    """Return how many columns a text takes in a terminal; wide glyphs take two.

    >>> display_width("300 米")
    6
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _aligned(row: Sequence[str]) -> str:
    title = _cut(row[0], _TITLE_WIDTH)
    cells = [" " * max(1, _CELL_WIDTH - display_width(cell)) + cell for cell in row[1:]]
    return (title + " " * (_TITLE_WIDTH - display_width(title)) + "".join(cells)).rstrip()


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
