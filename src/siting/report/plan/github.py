"""Plan findings as the workflow commands that GitHub shows beside the lines of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.plain_text import plain
from siting.report.plan.plain import first_place, missing_of
from siting.report.words import labelled, report_word, told, waiver_line
from siting.rules.plan.finding import level_of, ranked, standing_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.message import Language
    from siting.report.plan.places import Base
    from siting.rules.plan.finding import PlanFinding


def to_github(
    findings: Sequence[PlanFinding],
    *,
    language: Language = "zh",
    allow_unknown: bool = False,
    base: Base | None = None,
) -> str:
    """Write one annotation for each finding that is not as it should be.

    The levels are those of `level_of`; what passes is not annotated. A number from a plan.yaml
    leads to its line, one from a workbook or layer to its file, with the cell in the message.

    Nothing from a plan can begin a line, so no name can fake a command.
    """
    lines = [
        _command(finding, language, base, allow_unknown=allow_unknown)
        for finding in ranked(findings)
        if level_of(finding) != "none"
    ]
    return "".join(f"{line}\n" for line in lines)


def _command(
    finding: PlanFinding, language: Language, base: Base | None, *, allow_unknown: bool
) -> str:
    level = level_of(finding, allow_unknown=allow_unknown)
    evidence = first_place(finding)
    file = evidence.file if evidence else finding.source
    properties = {"file": base.path_of(file) if base else file}
    if evidence and evidence.line:
        properties["line"] = str(evidence.line)
    verdict = report_word(standing_of(finding), language)
    properties["title"] = labelled(say(finding.title, language), verdict, language)
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{level} {listed}::{_message(finding, language)}"


def _message(finding: PlanFinding, language: Language) -> str:
    evidence = first_place(finding)
    cell = evidence.location if evidence and not evidence.line else ""
    cited = finding.citation.line(language) if finding.citation else ""

    parts = [
        f"{finding.plan} {finding.subject}".rstrip(),
        say(finding.explanation, language),
        told("missing", missing_of(finding, language), language),
        waiver_line(finding, language),
        told("source", cited, language),
        told("evidence", cell, language),
        finding.rule_id,
    ]
    return _data(" | ".join(plain(part) for part in parts if part))


def _data(text: str) -> str:
    """Escape as the runner decodes a message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape as the runner decodes a property, where commas and colons end it."""
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")
