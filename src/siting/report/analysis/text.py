"""The summary of an analysis as text for a terminal and as a table for a notebook.

Formatting only: every figure is one of ``summary.json``. What was judged stands first, the worst
on top; rules that nothing could be said about are named in one line, not listed as zeros.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from siting.data_report import DataNote, DataReport, Severity
from siting.message import Language, Message, Quantity, Term, message
from siting.number_text import share_text
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.analysis.ranking import SECTIONS, failing, in_order, section_of
from siting.report.pages import fill
from siting.rules.city.rollup import leading_weight
from siting.vocabulary.levels import load_levels
from siting.words import say, word

_COLUMNS = {
    "home": ("pass", "fail", "unknown", "people", "share", "otherwise"),
    "area": ("pass", "fail", "unknown"),
    "facility": ("pass", "fail", "unknown"),
    "city": ("pass", "fail", "unknown"),
    "figures": ("median", "most", "unit"),
}
_KNOWN = ("households", "population", "elderly")
_NOTED: tuple[Severity, ...] = ("assumption", "repair", "excluded", "warning")
_TITLE_WIDTH = 46
_CELL_WIDTH = 13

Entry = Mapping[str, Any]
Table = tuple[Sequence[str], list[list[str]]]
Cite = Callable[[Entry], str]


def summary_text(summary: Mapping[str, Any], language: Language) -> str:
    """Return the summary as lines for a terminal.

    Parameters
    ----------
    summary
        As ``summary.json`` has it.
    language
        ``zh`` or ``en``.
    """
    lines = [_heading(summary, language), totals_text(summary, language)]
    for columns, rows in summary_tables(summary, language):
        lines += ["", _aligned(columns), *map(_aligned, rows)]
    rest = silent_lines(summary, language)
    return "\n".join([*lines, *(["", *rest] if rest else [])])


def data_notes_text(report: DataReport, language: Language) -> str:
    """Return what a user should know of the data: notes of each kind, rows left out, warnings."""
    kinds = [note.severity for note in report.notes]
    counts = [_counted(kind, report) for kind in _NOTED if kind in kinds]
    lines = [message("summary.data", counts=_in_a_row(counts) if counts else "0")]
    lines += [
        message("summary.note", layer=note_layer(note, language), text=note_text(note, language))
        for note in report.notes
        if _is_warning(note)
    ]
    return "\n".join(say(line, language) for line in lines)


def _counted(kind: Severity, report: DataReport) -> Message:
    """Count notes; of what is left out the rows, for one note may stand for a whole layer."""
    notes = [note for note in report.notes if note.severity == kind]
    if kind == "excluded":
        return message("summary.rows_left_out", count=sum(max(note.count, 1) for note in notes))
    return message("summary.counted_notes", count=len(notes), kind=Term("noted", kind))


def _in_a_row(parts: Sequence[Message]) -> Message:
    """Join parts of a sentence with the comma that Chinese has between clauses."""
    first, *rest = parts
    told = first
    for part in rest:
        told = message("summary.and_then", first=told, then=part)
    return told


def _is_warning(note: DataNote) -> bool:
    return note.severity == "warning"


def summary_html(summary: Mapping[str, Any], language: Language) -> str:
    """Return the summary as an HTML fragment for a notebook; every text is escaped."""
    return fill(
        "summary.html",
        heading=_heading(summary, language),
        totals=totals_text(summary, language),
        tables=summary_tables(summary, language),
        silent=silent_lines(summary, language),
    )


def totals_text(summary: Mapping[str, Any], language: Language) -> str:
    """Return how many homes, people and facilities were looked at, as far as it is known."""
    totals = summary["totals"]
    names = ["homes", *(each for each in _KNOWN if totals[each]), "facilities"]
    keys = {"elderly": "elderly" if totals["population"] else "elderly_alone"}
    return "".join(
        say(message(f"totals.{keys.get(name, name)}", n=f"{totals[name]:,.0f}"), language)
        for name in names
    )


def _heading(summary: Mapping[str, Any], language: Language) -> str:
    head = message("summary.head", project=summary["project"], date=summary["date"])
    return say(message("answer.made_up", line=head) if summary["made_up"] else head, language)


def summary_tables(
    summary: Mapping[str, Any], language: Language, *, cite: Cite | None = None
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
    shown = in_order(entry for entry in summary["rules"] if is_shown(entry))
    counted = leading_weight(summary["totals"])
    tables: list[Table] = []
    for kind in SECTIONS:
        entries = [entry for entry in shown if section_of(entry) == kind]
        if entries:
            names = (f"about_{kind}", *_COLUMNS[kind])
            names = tuple(counted if name == "people" else name for name in names)
            heads = [word(f"summary_head.{name}", language) for name in names]
            tables.append(_table(heads, entries, language, cite))
    return tables


def _table(
    heads: Sequence[str], entries: Sequence[Entry], language: Language, cite: Cite | None
) -> Table:
    """Return a row for each entry, and behind it where its rule comes from.

    A column that is empty in every row, such as people where nobody counted them, is left out.
    """
    rows = [
        (_figure if section_of(entry) == "figures" else _row)(entry, language)[: len(heads)]
        for entry in entries
    ]
    told = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    names, shown = [heads[k] for k in told], [[row[k] for k in told] for row in rows]
    if cite is None:
        return names, shown
    cited = [[*row, cite(entry)] for row, entry in zip(shown, entries, strict=True)]
    return [*names, word("summary_head.source", language)], cited


def is_shown(entry: Entry) -> bool:
    """Tell whether a rule has a row in a table: a verdict, or a figure without a pass mark."""
    return section_of(entry) not in ("unknown", "idle")


def _row(entry: Entry, language: Language) -> list[str]:
    counted, number = failing(entry)
    share = entry.get("covered_share")
    return [
        _title(entry, language),
        *(f"{entry['verdicts'][word]:,}" for word in ("pass", "fail", "unknown")),
        "" if counted == "subjects" else f"{number:,.0f}",
        "" if share is None else share_text(share),
        _otherwise(entry, language),
    ]


def _otherwise(entry: Entry, language: Language) -> str:
    """Say the share of a radius rule measured the other way; empty where it is not known."""
    other = entry.get("otherwise")
    if other is None or other["covered_share"] is None:
        return ""
    way = Term("short_way", other["measure"])
    share = share_text(other["covered_share"])
    return say(message("summary.otherwise", way=way, share=share), language)


def _figure(entry: Entry, language: Language) -> list[str]:
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


def _unit(unit: str, language: Language) -> str:
    return say(Quantity("", unit), language).strip()


def _title(entry: Entry, language: Language) -> str:
    """Name the rule, and what makes it less than a duty."""
    title: str = entry["title"][language]
    if entry["is_alternative"]:
        way = message(f"otherwise.{entry['measure']}", title=title)
        return f"  – {say(way, language)}"
    notes: list[Message] = []
    if entry["strength"] == "recommended":
        notes.append(message("summary.recommended"))
    if entry["governed_by"]:
        notes.append(message("summary.governed"))
    if entry["level"]:
        named = load_levels().title(entry["level"], language)
        notes.append(message("summary.level", level=named))
    return f"{title} [{say(_in_a_row(notes), language)}]" if notes else title


def silent_lines(summary: Mapping[str, Any], language: Language) -> list[str]:
    """Say who could be served within capacity, and name rules without verdict and figure."""
    silent = [entry for entry in summary["rules"] if not is_shown(entry)]
    unknown = [entry for entry in silent if entry["verdicts"]["unknown"]]
    idle = [entry for entry in silent if not entry["verdicts"]["unknown"]]
    lines = [_capacity(entry, language) for entry in summary["rules"] if entry.get("capacity")]
    for name, entries in (("unknown", unknown), ("idle", idle)):
        titles = list(dict.fromkeys(entry["title"][language] for entry in entries))
        if titles:
            told = message(f"silent.{name}", count=len(titles), titles=titles)
            lines.append(say(told, language))
    return lines


def _capacity(entry: Entry, language: Language) -> str:
    """Say how many are served at the nearest facility, and how many could be."""
    found = entry["capacity"]
    told = message(
        "summary.capacity",
        title=entry["title"][language],
        limit=Quantity(f"{found['limit']:g}", found["unit"]),
        nearest=f"{found['served_at_nearest']:,.0f}",
        most=f"{found['could_serve']:,.0f}",
        reach=f"{found['within_reach']:,.0f}",
        unit=Term("counted", found["weight"]),
    )
    return say(told, language)


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
