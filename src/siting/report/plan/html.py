"""Plan findings as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from siting.report.pages import fill
from siting.report.plan.markdown import web_address
from siting.report.plan.plain import missing_of, numbers_of, read_as
from siting.report.words import (
    governed_line,
    report_word,
    summary_line,
    waiver_line,
    with_aside,
)
from siting.rules.plan.finding import ranked, says_nothing, standing_of, summary_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from siting.message import Language
    from siting.rules.plan.finding import Citation, PlanFinding


def to_html(
    findings: Sequence[PlanFinding], *, language: Language = "zh", allow_unknown: bool = False
) -> str:
    """Write findings as a self-contained page for a browser or for printing.

    Every text from a plan or a rule is escaped; addresses become links only where they are of
    the web; the page's own policy forbids scripts and requests.
    """
    summary = summary_of(findings, allow_unknown=allow_unknown)
    groups = groupby(ranked(findings), key=lambda each: (each.source, each.plan))
    return fill(
        "plan.html",
        language=language,
        title=report_word("title", language),
        outcome=summary["outcome"],
        summary=summary_line(summary, language),
        word=lambda key: report_word(key, language),
        plans=[_plan(name, source, list(each), language) for (source, name), each in groups],
    )


def _plan(
    name: str, source: str, findings: Sequence[PlanFinding], language: Language
) -> dict[str, Any]:
    """Return what applies to a plan, and apart from it what does not."""
    silent = [each for each in findings if says_nothing(each)]
    shown = [each for each in findings if each not in silent]
    return {
        "name": name,
        "source": source,
        "shown": [_row(each, language) for each in shown],
        "silent": [_silent_row(each, language) for each in silent],
    }


def _silent_row(finding: PlanFinding, language: Language) -> dict[str, str]:
    return {
        "id": finding.finding_id,
        "title": say(finding.title, language),
        "why": say(finding.explanation, language),
        "rule_id": finding.rule_id,
    }


def _row(finding: PlanFinding, language: Language) -> dict[str, Any]:
    """Return one finding; what is behind it is folded where it is met: the sum says enough."""
    title, why = say(finding.title, language), say(finding.explanation, language)
    settled = finding.verdict in ("pass", "not_applicable") and finding.waived is None
    return {
        "id": finding.finding_id,
        "verdict": standing_of(finding),
        "title": with_aside(title, finding.subject, language) if finding.subject else title,
        "numbers": numbers_of(finding, language),
        "settled": settled,
        "why": why,
        "details": list(_details(finding, language, "" if settled else why)),
    }


def _details(finding: PlanFinding, language: Language, why: str) -> Iterator[tuple[str, str, str]]:
    """Yield a word, a text and the address that it leads to, for all that is behind a finding."""
    citation = finding.citation
    address = web_address(citation.url) if citation else ""
    items = [
        ("why", why, ""),
        ("missing", missing_of(finding, language), ""),
        ("source", citation.line(language) if citation else "", address),
        (_quote_kind(citation), citation.quote if citation else "", ""),
        ("confidence", citation.confidence if citation else "", ""),
        ("waiver", waiver_line(finding, language), ""),
        ("note", say(finding.note, language), ""),
        ("governed", finding.governed_by if governed_line(finding, language) else "", ""),
        *(("evidence", read_as(each, language), "") for each in finding.evidence),
        ("rule", finding.rule_id, ""),
    ]
    return (item for item in items if item[1])


def _quote_kind(citation: Citation | None) -> str:
    return "paraphrase" if citation and citation.quote_kind == "paraphrase" else "verbatim"
