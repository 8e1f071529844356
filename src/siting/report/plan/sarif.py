"""Plan findings as SARIF 2.1.0, for code scanning and other viewers of results.

References
----------
OASIS Standard, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 2020-03-27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from siting.message import message
from siting.plain_text import plain
from siting.report.plan.json import dump
from siting.report.plan.markdown import cited, web_address
from siting.report.plan.plain import first_place, markdown, missing_of, plain_values
from siting.report.words import (
    citation_line,
    labelled,
    quoted,
    report_word,
    told,
    waiver_line,
    with_aside,
)
from siting.rules.plan.finding import level_of, ranked, standing_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.message import Language
    from siting.report.plan.places import Base
    from siting.rules.plan.finding import PlanFinding
    from siting.rules.plan.model import Evidence

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"mandatory": "error", "recommended": "warning", "indicator": "note"}
_BASELINE = {"new": "new", "changed": "updated", "unchanged": "unchanged", "fixed": "absent"}


def to_sarif(
    findings: Sequence[PlanFinding],
    *,
    language: Language = "zh",
    allow_unknown: bool = False,
    changes: Mapping[str, str] | None = None,
    version: str = "",
    base: Base | None = None,
) -> str:
    """Write findings as one SARIF run.

    The levels are those of `level_of`, as in the annotations of GitHub; a notice is a ``note``.
    What could not be judged and need not be (`allow_unknown`) is of the kind ``open``, which has
    no level. Waived findings carry a suppression. What passes or does not apply is no result,
    though its rule is listed: code scanning raises an alert for every result, whatever its kind.

    Parameters
    ----------
    changes
        Finding id -> ``new``, ``changed`` or ``unchanged``, which becomes the baseline state.
    version
        siting's version, written into the run.
    base
        Where paths start; as the findings have them where left out. Every result has a line, or a
        cell of a workbook: line 1 where nothing is known of the place.
    """
    listed = ranked(findings)
    rules = {each.rule_id: each for each in reversed(listed)}
    identifiers = sorted(rules)
    driver: dict[str, Any] = {
        "name": "siting",
        "rules": [_rule(rules[key], language) for key in identifiers],
    }
    if version:
        driver["version"] = version
    results = [
        _result(each, identifiers, language, changes or {}, base, allow_unknown=allow_unknown)
        for each in listed
        if level_of(each) != "none"
    ]
    run = {
        "tool": {"driver": driver},
        "language": "zh-CN" if language == "zh" else "en-US",
        "columnKind": "unicodeCodePoints",
        "results": plain_values(results),
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(finding: PlanFinding, language: Language) -> dict[str, Any]:
    citation = finding.citation
    lines = [say(finding.title, language)]
    marked = [f"**{markdown(say(finding.title, language))}**"]

    if citation:
        lines.append(told("source", citation_line(citation, language), language))
        marked.append(told("source", cited(citation, language), language))
        if said := quoted(finding, language):
            lines.append(said)
            marked.append(f"> {markdown(citation.quote)}")
        if citation.confidence:
            lines.append(told("confidence", citation.confidence, language))
            marked.append(told("confidence", markdown(citation.confidence), language))
    title = plain(say(finding.title, language))
    described = " / ".join([title, *map(plain, lines[1:2])])
    rule = {
        "id": plain(finding.rule_id),
        "shortDescription": {"text": _message(title)},
        "fullDescription": {"text": _message(described)},
        "help": {"text": _message(" / ".join(map(plain, lines))), "markdown": "\n\n".join(marked)},
        "defaultConfiguration": {"level": _LEVELS[finding.strength]},
        "properties": {"strength": finding.strength, "tags": ["plan", finding.strength]},
    }
    if citation and (address := web_address(citation.url)):
        rule["helpUri"] = address
    return rule


def _result(
    finding: PlanFinding,
    identifiers: Sequence[str],
    language: Language,
    changes: Mapping[str, str],
    base: Base | None,
    *,
    allow_unknown: bool,
) -> dict[str, Any]:
    kind, level = _kind_and_level(finding, allow_unknown=allow_unknown)
    result: dict[str, Any] = {
        "ruleId": finding.rule_id,
        "ruleIndex": identifiers.index(finding.rule_id),
        "kind": kind,
        "level": level,
        "message": {"text": _message(_sentence(finding, language))},
        "locations": [_location(finding, first_place(finding), base)],
        "partialFingerprints": {"sitingFinding/v1": finding.finding_id},
        "properties": _properties(finding),
    }
    others = [each for each in finding.evidence if each is not first_place(finding)]
    if others:
        result["relatedLocations"] = [
            {"id": index, **_location(finding, each, base)}
            for index, each in enumerate(others, start=1)
        ]
    if finding.waived is not None:
        reason = waiver_line(finding, language)
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": reason}
        ]
    if changes:
        result["baselineState"] = _BASELINE[changes.get(finding.finding_id, "new")]
    return result


def _kind_and_level(finding: PlanFinding, *, allow_unknown: bool) -> tuple[str, str]:
    level = level_of(finding, allow_unknown=allow_unknown)
    if finding.verdict == "unknown" and allow_unknown and finding.waived is None:
        return "open", "none"
    return "fail", "note" if level == "notice" else level


def _sentence(finding: PlanFinding, language: Language) -> str:
    subject = finding.subject
    name = with_aside(finding.plan, subject, language) if subject else finding.plan
    head = labelled(name, report_word(standing_of(finding), language), language)
    missing = told("missing", missing_of(finding, language), language)
    parts = [head, say(finding.explanation, language), missing]
    return say(message("mark.sentence"), language).join(part for part in parts if part)


def _message(text: str) -> str:
    """Escape what SARIF reads in a message: placeholders in braces and links in brackets."""
    escaped = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def _location(finding: PlanFinding, evidence: Evidence | None, base: Base | None) -> dict[str, Any]:
    file = evidence.file if evidence else finding.source
    file = base.path_of(file) if base else file
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    cell = evidence.location if evidence and not evidence.line else ""
    if not cell:
        line = evidence.line if evidence else 0
        physical["region"] = {"startLine": line or 1}
    location: dict[str, Any] = {"physicalLocation": physical}
    if cell:
        location["logicalLocations"] = [{"fullyQualifiedName": f"{file}#{cell}", "name": cell}]
    return location


def _uri(file: str) -> str:
    """Write a path as a relative reference, or as a file address where it is absolute."""
    path = file.replace("\\", "/")
    if len(path) > 1 and path[1] == ":":
        return f"file:///{path[0]}:{quote(path[2:])}"
    # A path whose bytes are no UTF-8 keeps its bytes.
    quoted = quote(path, errors="surrogateescape")
    return f"file://{quoted}" if path.startswith("/") else quoted


def _properties(finding: PlanFinding) -> dict[str, Any]:
    numbers = {
        name: None if value is None else float(value)
        for name, value in (
            ("measured", finding.measured),
            ("required", finding.required),
            ("shortfall", finding.shortfall),
        )
    }
    return {
        "plan": finding.plan,
        "verdict": finding.verdict,
        "strength": finding.strength,
        "governs": finding.governs,
        "unit": finding.unit,
        **numbers,
    }
