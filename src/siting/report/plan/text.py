"""Plan findings for people at a terminal or in a log."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from siting.plain_text import plain
from siting.report.plan.plain import missing_of, number, read_as
from siting.report.words import (
    governed_line,
    labelled,
    quoted,
    report_word,
    summary_line,
    told,
    waiver_line,
    with_aside,
)
from siting.rules.plan.finding import ranked, says_nothing, standing_of, summary_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.message import Language
    from siting.rules.plan.finding import PlanFinding

_MARKS = {
    "pass": ("✓", "32"),
    "not_checked": ("✗", "31;1"),
    "fail": ("✗", "31;1"),
    "unknown": ("?", "33;1"),
    "governed_fail": ("✗", "33"),
    "governed_unknown": ("?", "33"),
    "advice_unknown": ("?", "33"),
    "not_applicable": ("·", "2"),
    "indicator": ("i", "36"),
    "waived": ("w", "35"),
    "warning": ("!", "33"),
}
# Of a sum over many facilities, the first places are enough to find the rest.
_SHOWN_EVIDENCE = 6


def to_text(
    findings: Sequence[PlanFinding],
    *,
    language: Language = "zh",
    allow_unknown: bool = False,
    colour: bool = False,
    full: bool = True,
) -> str:
    r"""Write findings as text, the worst of each plan first.

    Parameters
    ----------
    findings
        Any order; without one, a sentence says so.
    language
        ``zh`` or ``en``.
    allow_unknown
        As the check was run; it decides whether the last line says compliant.
    colour
        Add ANSI colours; only for a terminal. Nothing from a plan can add its own.
    full
        False: what passes in two lines each, and what does not apply only counted.

    Examples
    --------
    >>> to_text([], language="en")
    'No findings: no rule applies.\n'
    """
    if not findings:
        return f"{report_word('none', language)}\n"
    lines: list[str] = []
    for (source, plan), group in groupby(ranked(findings), key=lambda f: (f.source, f.plan)):
        lines.append(_painted(with_aside(plain(plan), plain(source), language), "1", colour))
        lines += _plan(list(group), language, colour, full)
        lines.append("")
    if not full:
        lines += _overview(findings, language, allow_unknown, colour)
    summary = summary_of(findings, allow_unknown=allow_unknown)
    lines.append(_painted(summary_line(summary, language), _outcome_mark(summary)[1], colour))
    return "\n".join(lines) + "\n"


def _overview(
    findings: Sequence[PlanFinding],
    language: Language,
    allow_unknown: bool,  # noqa: FBT001
    colour: bool,  # noqa: FBT001
) -> list[str]:
    """Write a line for each plan where there are several, so that nobody has to scroll."""
    plans: dict[tuple[str, str], list[PlanFinding]] = {}
    for finding in findings:
        plans.setdefault((finding.source, finding.plan), []).append(finding)
    if len(plans) == 1:
        return []
    lines = []
    for (source, plan), own in sorted(plans.items()):
        summary = summary_of(own, allow_unknown=allow_unknown)
        mark, paint = _outcome_mark(summary)
        name = with_aside(f"{mark} {plain(plan)}", plain(source), language)
        line = labelled(name, summary_line(summary, language), language)
        lines.append(_painted(line, paint, colour))
    return [*lines, ""]


def _outcome_mark(summary: Mapping[str, Any]) -> tuple[str, str]:
    """Return the mark and the colour of an outcome: met, failed, or not known."""
    met = ("✓", "32;1")
    known = {"compliant": met, "met_but_waived": met, "not_compliant": ("✗", "31;1")}
    return known.get(summary["outcome"], _MARKS["unknown"])


def summary_text(
    findings: Sequence[PlanFinding], language: Language = "zh", *, allow_unknown: bool = False
) -> str:
    """Write the outcome and the counts in one line.

    >>> summary_text([], "en")
    'Every mandatory rule is met'
    """
    return summary_line(summary_of(findings, allow_unknown=allow_unknown), language)


def _plan(
    findings: Sequence[PlanFinding],
    language: Language,
    colour: bool,  # noqa: FBT001
    full: bool,  # noqa: FBT001
) -> list[str]:
    if full:
        return [line for each in findings for line in _finding(each, language, colour)]
    silent = [each for each in findings if says_nothing(each)]
    lines = []
    for finding in findings:
        if finding not in silent:
            whole = _finding(finding, language, colour)
            settled = finding.verdict in ("pass", "not_applicable") and finding.waived is None
            lines += whole[:2] if settled else whole
    if silent:
        mark, paint = _MARKS["not_applicable"]
        words = f"{mark} {report_word('not_applicable', language)} × {len(silent)}"
        count = with_aside(words, "--verbose", language)
        lines.append("  " + _painted(count, paint, colour))
    return lines


def _finding(finding: PlanFinding, language: Language, colour: bool) -> list[str]:  # noqa: FBT001
    key = standing_of(finding)
    mark, paint = _MARKS[key]
    head = _painted(f"{mark} {report_word(key, language)}", paint, colour)
    subject = f" [{plain(finding.subject)}]" if finding.subject else ""
    title = plain(say(finding.title, language))
    lines = [f"  {head}  {title}{subject}  ({plain(finding.rule_id)})"]
    details = [_arithmetic(finding, language)]
    if finding.verdict != "not_applicable" or finding.strength == "indicator":
        details += _details(finding, language)
    lines += [f"      {plain(detail)}" for detail in details if detail]
    return lines


def _arithmetic(finding: PlanFinding, language: Language) -> str:
    text = say(finding.explanation, language)
    if text or finding.measured is None:
        return text
    measured = number(finding.measured, finding.unit, language)
    if finding.required is None:
        return measured
    return f"{measured} / {report_word('required', language)} " + number(
        finding.required, finding.unit, language
    )


def _details(finding: PlanFinding, language: Language) -> list[str]:
    texts = {
        # Most sentences name what is missing already.
        "missing": "" if _names_missing(finding, language) else missing_of(finding, language),
        "waiver": waiver_line(finding, language),
        "note": say(finding.note, language),
    }
    if finding.verdict != "pass":
        texts["source"] = finding.citation.line(language) if finding.citation else ""
    lines = [told(key, text, language) for key, text in texts.items() if text]
    if finding.verdict != "pass":
        lines.append(quoted(finding, language))
    lines.append(governed_line(finding, language))
    if finding.verdict != "pass":
        places = [read_as(each, language) for each in finding.evidence[:_SHOWN_EVIDENCE]]
        more = len(finding.evidence) - _SHOWN_EVIDENCE
        places += [f"+{more}"] if more > 0 else []
        lines += [told("evidence", each, language) for each in places]
    return lines


def _names_missing(finding: PlanFinding, language: Language) -> bool:
    text = say(finding.explanation, language)
    return all(say(each, language) in text for each in finding.lacking)


def _painted(text: str, code: str, colour: bool) -> str:  # noqa: FBT001
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
