"""Plan findings as JUnit XML, which nearly every CI service can show."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from siting.plain_text import plain
from siting.report.plan.plain import missing_of, read_as
from siting.report.words import quoted, report_word, told, waiver_line, with_aside
from siting.rules.plan.finding import NOT_CHECKED, breaks, ranked, standing_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.message import Language
    from siting.rules.plan.finding import PlanFinding


def to_junit(
    findings: Sequence[PlanFinding], *, language: Language = "zh", allow_unknown: bool = False
) -> str:
    """Write one test suite for each plan and one test case for each finding.

    What makes the check fail is a ``failure``, or an ``error`` where nothing could be judged; what
    is not applicable, waived, an indicator or only recommended is ``skipped`` with the reason.
    """
    suites = []
    for (source, plan), group in groupby(ranked(findings), key=lambda f: (f.source, f.plan)):
        suites.append(_suite(source, plan, list(group), language, allow_unknown=allow_unknown))
    counts = [
        f"{name}={quoteattr(str(value))}"
        for name, value in _counts(findings, allow_unknown=allow_unknown).items()
    ]
    body = "\n".join(suites)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="siting" {" ".join(counts)}>\n'
        f"{body}\n</testsuites>\n"
    )


def _counts(findings: Sequence[PlanFinding], *, allow_unknown: bool) -> dict[str, int]:
    kinds = [_kind(finding, allow_unknown=allow_unknown) for finding in findings]
    return {
        "tests": len(kinds),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }


def _kind(finding: PlanFinding, *, allow_unknown: bool) -> str:
    if breaks(finding, allow_unknown=allow_unknown):
        judged = finding.verdict == "fail" and finding.rule_id != NOT_CHECKED
        return "failure" if judged else "error"
    return "" if finding.verdict == "pass" else "skipped"


def _suite(
    source: str,
    plan: str,
    findings: Sequence[PlanFinding],
    language: Language,
    *,
    allow_unknown: bool,
) -> str:
    counts = _counts(findings, allow_unknown=allow_unknown)
    attributes = " ".join(f'{key}="{value}"' for key, value in counts.items())
    cases = "\n".join(
        _case(each, source, language, allow_unknown=allow_unknown) for each in findings
    )
    name = quoteattr(with_aside(plain(plan), plain(source), language))
    return f"  <testsuite name={name} {attributes}>\n{cases}\n  </testsuite>"


def _case(finding: PlanFinding, source: str, language: Language, *, allow_unknown: bool) -> str:
    subject = f" [{plain(finding.subject)}]" if finding.subject else ""
    title = f"{plain(say(finding.title, language))}{subject}"
    name = quoteattr(with_aside(title, plain(finding.rule_id), language))
    case = f"    <testcase classname={quoteattr(plain(source))} name={name}"
    kind = _kind(finding, allow_unknown=allow_unknown)
    if not kind:
        return f"{case}/>"
    message = waiver_line(finding, language) or say(finding.explanation, language)
    message = message or report_word(standing_of(finding), language)
    details = escape("\n".join(plain(line) for line in _details(finding, language)))
    shown = quoteattr(plain(message))
    if kind == "skipped":
        return f"{case}>\n      <skipped message={shown}/>\n    </testcase>"
    return (
        f'{case}>\n      <{kind} message={shown} type="{finding.verdict}">{details}</{kind}>\n'
        "    </testcase>"
    )


def _details(finding: PlanFinding, language: Language) -> list[str]:
    lines = [say(finding.explanation, language)]
    if finding.lacking:
        lines.append(told("missing", missing_of(finding, language), language))
    if finding.citation:
        lines.append(told("source", finding.citation.line(language), language))
        lines.append(quoted(finding, language))
    lines += [told("evidence", read_as(each, language), language) for each in finding.evidence]
    return [line for line in lines if line]
