"""The words of the reports on plans, and what puts one before or behind a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siting.message import Language, Message, Term, message
from siting.rules.plan.finding import PlanFinding
from siting.words import say

_TO_RESOLVE = ("not_checked", "fail", "unknown")


def report_word(key: str, language: Language) -> str:
    """Return one of the words of the reports.

    >>> report_word("missing", "zh"), report_word("fail", "en")
    ('缺少', 'fail')
    """
    return say(Term("report", key), language)


def labelled(label: str, text: str, language: Language) -> str:
    """Put a label before a text, with the colon of the language.

    >>> labelled("依据", "GB 1", "zh"), labelled("Source", "GB 1", "en")
    ('依据：GB 1', 'Source: GB 1')
    """
    return say(message("mark.labelled", label=label, text=text), language)


def told(key: str, text: str, language: Language) -> str:
    """Put one of the words before a text; empty where there is no text.

    >>> told("source", "GB 1", "en"), told("source", "", "en")
    ('Source: GB 1', '')
    """
    return labelled(report_word(key, language), text, language) if text else ""


def with_aside(text: str, aside: str, language: Language) -> str:
    """Put an aside in brackets behind a text, with the brackets of the language.

    >>> with_aside("江湾", "a.yaml", "zh"), with_aside("Jiangwan", "a.yaml", "en")
    ('江湾（a.yaml）', 'Jiangwan (a.yaml)')
    """
    return say(message("mark.aside", text=text, aside=aside), language)


def titled(finding: PlanFinding, language: Language) -> str:
    """Return the title of a finding, with what it is about where that is not the whole plan."""
    title = say(finding.title, language)
    return with_aside(title, finding.subject, language) if finding.subject else title


def quoted(finding: PlanFinding, language: Language) -> str:
    """Write what the clause says, marked as its words or as a paraphrase; empty without one."""
    citation = finding.citation
    if citation is None or not citation.quote:
        return ""
    kind = "paraphrase" if citation.quote_kind == "paraphrase" else "verbatim"
    return told(kind, citation.quote, language)


def summary_line(summary: Mapping[str, Any], language: Language) -> str:
    """Write the summary in one line: what is to resolve, what else there is, and all of it.

    The counts name what stands before each finding in a report, and add up.

    >>> counts = {"fail": 2, "unknown": 1, "pass": 3, "indicator": 1}
    >>> summary = {"outcome": "not_compliant", "failing": 3, "findings": 7, "counts": counts}
    >>> summary_line(summary, "en")
    'Not compliant (3 to resolve): 2 fail, 1 unknown; 4 others: 3 pass, 1 indicator; 7 in all'
    """
    outcome = message(f"report.{summary['outcome']}")
    counts = {key: count for key, count in summary["counts"].items() if count}
    wrong = {key: counts.pop(key) for key in _TO_RESOLVE if key in counts}
    if sum(wrong.values()) > summary["failing"]:  # What is unknown need not be resolved.
        counts = {"unknown": wrong.pop("unknown"), **counts}
    parts = [message("report.listed", counts=_named(some)) for some in (wrong, counts) if some]
    if not parts:
        return say(outcome, language)
    if wrong:
        aside = message("report.to_resolve", count=sum(wrong.values()))
        outcome = message("mark.aside", text=outcome, aside=aside)
    if wrong and counts:
        others = sum(counts.values())
        parts[-1] = message("report.others", count=others, counts=_named(counts))
    parts.append(message("report.in_all", count=summary["findings"]))
    return say(message("report.counts", outcome=outcome, parts=parts), language)


def _named(counts: Mapping[str, int]) -> list[Message]:
    """Name what is counted: 2 项不符合、1 项无法判断."""
    return [
        message("report.counted", count=count, what=message(f"report.{standing}"))
        for standing, count in counts.items()
    ]


def waiver_line(finding: PlanFinding, language: Language) -> str:
    """Write who waived a rule, why and until when; empty where nobody did."""
    waiver = finding.waived
    if waiver is None:
        return ""
    said = message(
        "report.waived_by", reason=waiver.reason, approver=waiver.approver, on=waiver.expires
    )
    return say(said, language)


def governed_line(finding: PlanFinding, language: Language) -> str:
    """Say which rule decides instead; empty where this one does."""
    if finding.governs:
        return ""
    governed = report_word("governed", language)
    return labelled(governed, finding.governed_by, language) if finding.governed_by else governed
