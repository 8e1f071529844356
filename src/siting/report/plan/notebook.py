"""Plan findings as a short table for a notebook; nothing from a plan is read as HTML."""

from __future__ import annotations

import html
from itertools import groupby
from typing import TYPE_CHECKING

from siting.plain_text import plain
from siting.report.plan.plain import numbers_of
from siting.report.words import report_word, summary_line
from siting.rules.plan.finding import ranked, standing_of, summary_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from siting.message import Language
    from siting.rules.plan.finding import PlanFinding

_RED, _BROWN, _GREEN = "#a3001b", "#7a4b00", "#0a5c2b"
_COLOURS = {
    **dict.fromkeys(("not_checked", "fail"), _RED),
    **dict.fromkeys(("unknown", "governed_fail", "governed_unknown"), _BROWN),
    **dict.fromkeys(("warning", "advice_unknown"), _BROWN),
    "pass": _GREEN,
}
_LEFT, _RIGHT = "text-align:left;vertical-align:top", "text-align:right;vertical-align:top"


def to_notebook_html(findings: Sequence[PlanFinding], *, language: Language = "zh") -> str:
    """Write findings as HTML without scripts; what does not apply is counted, not listed.

    >>> to_notebook_html([], language="en")
    '<p><b>Every mandatory rule is met</b></p>'
    """
    parts = [f"<p><b>{_safe(summary_line(summary_of(findings), language))}</b></p>"]
    for (plan, source), group in groupby(ranked(findings), key=lambda f: (f.plan, f.source)):
        told = [f for f in group if f.verdict != "not_applicable" or f.measured is not None]
        parts.append(f"<p>{_safe(plan)} <small>{_safe(source)}</small></p>")
        parts.append(_table(told, language))
    return "\n".join(parts)


def _table(findings: Iterable[PlanFinding], language: Language) -> str:
    keys = ("verdict", "rule", "measured", "required", "shortfall", "why")
    heads = "".join(f'<th style="{_LEFT}">{report_word(key, language)}</th>' for key in keys)
    rows = "\n".join(_row(finding, language) for finding in findings)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _row(finding: PlanFinding, language: Language) -> str:
    key = standing_of(finding)
    colour = _COLOURS.get(key, "inherit")
    subject = f" [{finding.subject}]" if finding.subject else ""
    title = say(finding.title, language) + subject
    numbers = "".join(
        f'<td style="{_RIGHT}">{_safe(value)}</td>' for value in numbers_of(finding, language)
    )
    return (
        f'<tr><td style="{_LEFT};color:{colour}">{report_word(key, language)}</td>'
        f'<td style="{_LEFT}">{_safe(title)}<br><small>{_safe(finding.rule_id)}</small></td>'
        f'{numbers}<td style="{_LEFT}">{_safe(say(finding.explanation, language))}</td></tr>'
    )


def _safe(text: str) -> str:
    return html.escape(plain(text), quote=True)
