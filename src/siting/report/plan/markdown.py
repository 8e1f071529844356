"""Plan findings as Markdown, for a pull request's comment or a job's summary."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from siting.report.plan.plain import markdown, missing_of, numbers_of, read_as
from siting.report.words import (
    governed_line,
    quoted,
    report_word,
    summary_line,
    titled,
    told,
    waiver_line,
)
from siting.rules.plan.finding import ranked, standing_of, summary_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from siting.message import Language
    from siting.rules.plan.finding import Citation, PlanFinding

_SIGNS = {
    "pass": "✅",
    "fail": "❌",
    "not_checked": "❌",
    "governed_fail": "⚠️",
    "governed_unknown": "❔",
    "advice_unknown": "❔",
    "unknown": "❓",
    "not_applicable": "➖",
    "indicator": "ℹ️",
    "waived": "🔕",
    "warning": "⚠️",
}


def to_markdown(
    findings: Sequence[PlanFinding], *, language: Language = "zh", allow_unknown: bool = False
) -> str:
    """Write findings as Markdown: a table for each plan, then what is behind each failure.

    Nothing from a plan is read as Markdown or HTML, mentions nobody and links nowhere.
    """
    summary = summary_line(summary_of(findings, allow_unknown=allow_unknown), language)
    lines = [f"# {report_word('title', language)}", "", f"**{summary}**", ""]
    if not findings:
        lines += [report_word("none", language), ""]
    for (source, plan), group in groupby(ranked(findings), key=lambda f: (f.source, f.plan)):
        members = list(group)
        lines += [f"## {markdown(plan)}", "", markdown(source), ""]
        lines += _table(members, language)
        for finding in members:
            if finding.verdict in ("fail", "unknown"):
                lines += _section(finding, language)
    return "\n".join(lines)


def _table(findings: Iterable[PlanFinding], language: Language) -> list[str]:
    heads = [
        report_word(k, language) for k in ("verdict", "rule", "measured", "required", "shortfall")
    ]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---:|---:|---:|"]
    silent = 0
    for finding in findings:
        # Dozens of rules are for other plans; a comment that lists them is read by nobody.
        if finding.verdict == "not_applicable" and finding.measured is None:
            silent += 1
            continue
        key = standing_of(finding)
        cells = [
            f"{_SIGNS[key]} {report_word(key, language)}",
            markdown(titled(finding, language)),
            *map(markdown, numbers_of(finding, language)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if silent:
        mark, words = _SIGNS["not_applicable"], report_word("not_applicable", language)
        lines += ["", f"{mark} {words} × {silent}"]
    return [*lines, ""]


def _section(finding: PlanFinding, language: Language) -> list[str]:
    lines = [f"### {markdown(titled(finding, language))}", ""]
    if explanation := say(finding.explanation, language):
        lines += [markdown(explanation), ""]
    texts = {
        "missing": missing_of(finding, language),
        "waiver": waiver_line(finding, language),
        "note": say(finding.note, language),
    }
    items = [told(key, markdown(text), language) for key, text in texts.items() if text]
    if finding.citation:
        items.insert(0, told("source", cited(finding.citation, language), language))
    if clause := quoted(finding, language):
        items.append(markdown(clause))
    if governed := governed_line(finding, language):
        items.append(markdown(governed))
    items += [
        told("evidence", markdown(read_as(each, language)), language) for each in finding.evidence
    ]
    items.append(told("rule", markdown(finding.rule_id), language))
    return [*lines, *(f"- {item}" for item in items), ""]


def cited(citation: Citation, language: Language) -> str:
    """Write a citation, as a link where its address is one of the web."""
    words = markdown(citation.line(language))
    address = web_address(citation.url)
    return f"[{words}]({address})" if address else words


def web_address(url: str) -> str:
    """Return an http address that can stand in a link; empty for everything else.

    >>> web_address("javascript:alert(1)"), web_address("https://a.b/(c) d")
    ('', 'https://a.b/%28c%29%20d')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return quote(url, safe="/:?&=%#;,+~@!$'-._")
