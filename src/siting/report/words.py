"""The words of the reports on plans, and what puts one before or behind a text."""

from __future__ import annotations

from collections.abc import Mapping

from siting.message import Language, Term, message
from siting.rules.plan.finding import PlanFinding
from siting.words import say


def report_word(key: str, language: Language) -> str:
    """Return one of the words of the reports.

    >>> word("missing", "zh"), word("fail", "en")
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


def verdict_key(finding: PlanFinding) -> str:
    """Return the word for a verdict, which says more than the verdict alone."""
    if finding.waived is not None and finding.verdict in ("fail", "unknown"):
        return "waived"
    if finding.strength == "indicator":
        return "indicator"
    if finding.verdict == "fail" and finding.strength == "recommended":
        return "warning"
    return finding.verdict


def says_nothing(finding: PlanFinding) -> bool:
    """Tell whether a finding is neither a verdict nor a figure, so that a count is enough."""
    return finding.verdict == "not_applicable" and finding.measured is None


def summary_line(summary: Mapping[str, object], language: Language) -> str:
    """Write the summary in one line."""
    verdicts = summary["verdicts"]
    assert isinstance(verdicts, Mapping)
    outcome = message("report.compliant" if summary["compliant"] else "report.not_compliant")
    advice = summary["not_as_recommended"]
    assert isinstance(advice, int)
    # A recommendation that is not met stands apart, as in the list above the line.
    told = {**verdicts, "fail": verdicts["fail"] - advice}
    numbers = {"fail": told.pop("fail"), "warning": advice, **told}
    numbers["waived"] = summary["waived"]
    counts = [
        message("report.counted", count=count, what=message(f"report.{key}"))
        for key, count in numbers.items()
        if isinstance(count, int) and count
    ]
    if summary["failing"]:
        aside = message("report.to_resolve", count=str(summary["failing"]))
        outcome = message("mark.aside", text=outcome, aside=aside)
    whole = message("mark.labelled", label=outcome, text=counts) if counts else outcome
    return say(whole, language)


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
