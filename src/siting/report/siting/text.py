"""A siting answer in words: for a terminal, and as a fragment for a notebook.

Formatting only: every figure is one of ``locate.json``. The status stands first, with what it is
worth: what was proven, and how far from the best the plan can be at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from siting.message import Language, Message, Quantity, Sayable, Term, Text, message
from siting.number_text import share_text
from siting.report.analysis.text import display_width
from siting.words import say, word

_COLUMNS = ("rank", "id", "name", "in", "added", "elderly", "cost", "cost_each", "share")
_CURVE = ("served", "share", "added", "gap")
_MOST_ROWS = 40
_NAMED = 5


def siting_text(summary: Mapping[str, Any], language: str) -> str:
    """Return the answer as lines for a terminal.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    spoken = _language(language)
    lines = [*headline(summary, language)]
    if summary["opened"]:
        lines += ["", *_table(*opened_rows(summary, language))]
    if summary["curve"]:
        lines += curve_lines(summary, language)
    said = (_areas(summary), _rules(summary), _by_hand(summary))
    for messages in said:
        lines += ["", *(say(each, spoken) for each in messages)] if messages else []
    return "\n".join([*lines, *(f"! {note}" for note in said_in(summary, "notes", spoken))])


def said_in(record: Mapping[str, Any], name: str, language: Language) -> Any:
    """Return what ``locate.json`` says in both languages, such as ``notes`` and ``notes_zh``."""
    return record[f"{name}_zh" if language == "zh" else name]


def _language(language: str) -> Language:
    return "zh" if language == "zh" else "en"


def siting_html(summary: Mapping[str, Any], language: str) -> str:
    """Return the answer as an HTML fragment for a notebook; every text is escaped."""
    head, *rest = headline(summary, language)
    parts = [f"<p><b>{escape(head)}</b><br>{'<br>'.join(map(escape, rest))}</p>"]
    if summary["opened"]:
        parts.append(_html_table(*opened_rows(summary, language)))
    return "".join(parts)


def headline(summary: Mapping[str, Any], language: str) -> list[str]:
    """Return what was asked, what the answer is worth and what it brings, a line each."""
    spoken, question = _language(language), summary["question"]
    unit = Term("counted", question["weight"])
    head = message(
        "answer.head",
        project=summary["project"],
        title=Text(question["title"]["zh"], question["title"]["en"]),
        limit=Quantity(f"{question['limit']:g}", question["unit"]),
        model=Term("model", question["model"]),
    )
    today = message(
        "answer.today",
        failing=_number(question["failing"]),
        passing=_number(question["passing"]),
        unit=unit,
        sites=f"{question['sites']:,}",
    )
    first = message("answer.made_up", line=head) if summary["made_up"] else head
    lines = [say(first, spoken), say(today, spoken)]
    lines.append(status_sentence(summary["answer"], language))
    if summary["answer"]["still_without"] is not None:
        lines.append(say(_plan(summary["answer"], unit), spoken))
    parts = [_capacity(row, unit) for row in summary["capacity"]]
    told = word("mark.semicolon", spoken).join(say(part, spoken) for part in parts)
    return [*lines, told] if told else lines


def status_sentence(answer: Mapping[str, Any], language: str) -> str:
    """Say in words what a status is worth.

    Examples
    --------
    >>> answer = {"status": "optimal", "message": "", "still_without": 3.0}
    >>> status_sentence(answer, "en")
    'Proven optimal: no plan is better.'
    """
    return say(_status(answer), _language(language))


def _status(answer: Mapping[str, Any]) -> Message:
    status = answer["status"]
    if answer["still_without"] is None:
        return message(f"no_plan.{status}", reason=_solver(answer))
    if status == "optimal":
        return message("answer.optimal")
    why = Term("ended", (answer["ended"] or "gap reached").replace(" ", "-"))
    if answer["bound"] is None or answer["gap"] is None:
        return message("answer.unproven", why=why)
    bound, gap = f"{answer['bound']:,.6g}", f"{answer['gap']:.2%}"
    return message("answer.feasible", why=why, bound=bound, gap=gap)


def _plan(answer: Mapping[str, Any], unit: Term) -> Message:
    elderly: Message | str = ""
    if answer.get("elderly_newly_served") is not None:
        elderly = message("answer.plan_elderly", number=_number(answer["elderly_newly_served"]))
    return message(
        "answer.plan",
        count=answer["sites_opened"],
        added=_number(answer["newly_served"]),
        unit=unit,
        elderly=elderly,
        cost=_money(answer["cost"]),
        rest=_number(answer["still_without"]),
    )


def _capacity(row: Mapping[str, Any], unit: Term) -> Message:
    """Say how many are served at the nearest and how many could be, today or afterwards."""
    nearest, most = _number(row["served_at_nearest"]), _number(row["could_serve"])
    if row["when"] == "today":
        return message("answer.capacity_today", nearest=nearest, most=most, unit=unit)
    reach = _number(row["within_reach"])
    return message(
        "answer.capacity_with_proposal", nearest=nearest, most=most, reach=reach, unit=unit
    )


def _solver(answer: Mapping[str, Any]) -> Text:
    """Return what the model itself says of its answer."""
    return Text(answer["message_zh"], answer["message"])


def _by_hand(summary: Mapping[str, Any]) -> list[Sayable]:
    other = summary.get("by_hand")
    if other is None:
        return []
    answer = other["answer"]
    if answer["still_without"] is None:
        return [_solver(answer)]
    change = answer["newly_served"] - summary["answer"]["newly_served"]
    return [
        message(
            "answer.by_hand",
            count=answer["sites_opened"],
            added=_number(answer["newly_served"]),
            unit=Term("counted", summary["question"]["weight"]),
            cost=_money(answer["cost"]),
            change=f"{change:+,.0f}",
        )
    ]


def opened_rows(
    summary: Mapping[str, Any], language: str
) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return the table of opened sites: headers and rows of text."""
    spoken, rows = _language(language), summary["opened"]
    has_elderly = "added_elderly" in rows[0]
    has_year = "year" in rows[0]
    shown = [name for name in _COLUMNS if name != "elderly" or has_elderly]
    headers = [word(f"answer_head.{name}", spoken) for name in shown]
    listed: list[Sequence[str]] = []
    for row in rows:
        cells = [str(row["rank"]), row["site_id"], row["name"], _place(row), _number(row["added"])]
        cells += [_number(row["added_elderly"])] if has_elderly else []
        cells += [_amount(row[name], spoken) for name in ("cost", "cost_per_person")]
        cells.append(_share(row["served_share_after"]))
        listed.append([*cells, str(row["year"] + 1)] if has_year else cells)
    year = word("answer_head.year", spoken)
    return (*headers, year) if has_year else headers, listed


def _place(row: Mapping[str, Any]) -> str:
    """Name the finest area that a site lies in."""
    for level in ("community", "street", "district"):
        if row.get(f"area_{level}"):
            return str(row[f"area_{level}"])
    return next((str(row[key]) for key in row if key.startswith("area_") and row[key]), "")


def curve_lines(summary: Mapping[str, Any], language: str) -> list[str]:
    """Return the curve as a table with its heading, below an empty line."""
    by_sites = summary["curve_by"] == "sites"
    title = message("answer.curve_sites" if by_sites else "answer.curve_money")
    return ["", say(title, _language(language)), *_table(*curve_rows(summary, language))]


def curve_rows(
    summary: Mapping[str, Any], language: str
) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return the table of the curve: headers and rows of text."""
    names = (summary["curve_by"], *_CURVE)
    headers = [word(f"curve_head.{name}", _language(language)) for name in names]
    rows: list[Sequence[str]] = [
        (
            _number(row["value"]),
            _number(row["served"]),
            _share(row["served_share"]),
            _number(row["added"]),
            _share(row["gap"], digits=2),
        )
        for row in summary["curve"]
    ]
    return headers, rows


def _areas(summary: Mapping[str, Any]) -> list[Sayable]:
    """Name the areas of the finest level that is no compound which gain most, and lack most."""
    levels = [level for level in summary["areas"] if level != "compound"]
    if not levels or not summary["opened"]:
        return []
    rows = summary["areas"]["community" if "community" in levels else levels[0]]
    lines: list[Sayable] = []
    for column in ("gained", "still_without"):
        worst = sorted(rows, key=lambda row: -row[column])[:_NAMED]
        named = [f"{row['name']} {_number(row[column])}" for row in worst if row[column] > 0]
        if named:
            lines.append(
                message("answer.gain" if column == "gained" else "answer.without", names=named)
            )
    return lines


def _rules(summary: Mapping[str, Any]) -> list[Sayable]:
    changed = [row for row in summary["rules"] if row["fail_before"] != row["fail_after"]]
    if not summary["rules"]:
        return []
    return [message("answer.rules", changed=len(changed)), *map(_rule, changed[:_NAMED])]


def _rule(row: Mapping[str, Any]) -> Message:
    people: Message | str = ""
    if row["people_before"] is not None and row["people_after"] is not None:
        before, after = _number(row["people_before"]), _number(row["people_after"])
        people = message("answer.rule_people", before=before, after=after)
    return message(
        "answer.rule",
        title=Text(row["title"]["zh"], row["title"]["en"]),
        people=people,
        before=f"{row['fail_before']:,}",
        after=f"{row['fail_after']:,}",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _share(value: float | None, digits: int = 1) -> str:
    return "" if value is None else share_text(value, digits)


def _money(value: float | None) -> Message:
    """Write a sum of money for a sentence; in a column its unit stands in the head."""
    if value is None:
        return message("answer.not_known")
    return message("answer.money", number=f"{value:,.0f}")


def _amount(value: float | None, language: Language) -> str:
    return word("answer.not_known", language) if value is None else f"{value:,.0f}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Align columns by what stands in them; long tables end with a count."""
    shown = [list(headers), *(list(row) for row in rows[:_MOST_ROWS])]
    widths = [max(display_width(row[at]) for row in shown) for at in range(len(headers))]
    texts = [at for at in range(len(headers)) if not _is_numeric(rows, at)]
    lines = ["  ".join(_cell(row, at, widths, texts) for at in range(len(row))) for row in shown]
    more = len(rows) - _MOST_ROWS
    return [line.rstrip() for line in lines] + ([f"... + {more}"] if more > 0 else [])


def _is_numeric(rows: Sequence[Sequence[str]], at: int) -> bool:
    return all(row[at][:1].isdigit() or row[at][:1] in ("-", "<", ">", "") for row in rows)


def _cell(row: Sequence[str], at: int, widths: Sequence[int], texts: Sequence[int]) -> str:
    space = " " * (widths[at] - display_width(row[at]))
    return row[at] + space if at in texts else space + row[at]


def _html_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in headers)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
