"""What reports on plans write of findings: numbers, places and what is missing, made harmless.

`siting.plain_text` shows what does not print; what a format escapes besides, its writer adds.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from siting.message import Quantity
from siting.number_text import distinct_texts, number_text
from siting.plain_text import plain
from siting.report.words import labelled
from siting.rules.plan.model import Evidence
from siting.words import say, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from siting.message import Language
    from siting.rules.plan.finding import PlanFinding

_EVIDENCE = ("file", "location", "text", "unit", "label", "line")
_ASCII_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def plain_values(value: Any) -> Any:
    """Make every text in plain data harmless, keys too."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(str(key)): plain_values(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(inner) for inner in value]
    return value


def markdown(text: str) -> str:
    r"""Escape a text for Markdown, also for a table's cell and for mentions and references.

    >>> print(markdown("*a* | @bob <b>"))
    \*a\* \| \@<!-- -->bob \<b\>
    """
    escaped = _ASCII_PUNCTUATION.sub(r"\\\1", plain(text))
    # A backslash does not stop a mention or a reference to an issue; an empty comment does.
    return escaped.replace("\\@", "\\@<!-- -->").replace("\\#", "\\#<!-- -->")


def number(value: Decimal | None, unit: str, language: Language) -> str:
    """Write a number with its unit for people; a dash where there is none.

    >>> from decimal import Decimal
    >>> number(Decimal("1250"), "households", "zh"), number(Decimal("0.1"), "share", "en")
    ('1,250 户', '10%')
    """
    return "–" if value is None else _in_unit(number_text(_scaled(value, unit)), unit, language)


def _scaled(value: Decimal, unit: str) -> Fraction:
    return Fraction(value) * (100 if unit == "share" else 1)


def _in_unit(text: str, unit: str, language: Language) -> str:
    return f"{text}%" if unit == "share" else say(Quantity(text, unit), language)


def numbers_of(finding: PlanFinding, language: Language) -> tuple[str, str, str]:
    """Write what is planned, required and short; a sign says where the required is a maximum."""
    unit = finding.unit
    measured, required, shortfall = (
        number(value, unit, language)
        for value in (finding.measured, finding.required, finding.shortfall)
    )
    if finding.measured is not None and finding.required is not None:
        # 9.99996 % is not 10 %, and has to look so.
        pair = distinct_texts(_scaled(finding.measured, unit), _scaled(finding.required, unit))
        measured, required = (_in_unit(text, unit, language) for text in pair)
    most = finding.comparison == "at_most" and finding.required is not None
    return measured, f"≤ {required}" if most else required, shortfall


def missing_of(finding: PlanFinding, language: Language) -> str:
    """Name what is missing for a finding."""
    return enumerated((say(each, language) for each in finding.lacking), language)


def enumerated(names: Iterable[str], language: Language) -> str:
    """Put names in a row, with the comma that the language has for it.

    >>> enumerated(["居住户数", "居住人口"], "zh"), enumerated(["a", "b"], "en")
    ('居住户数、居住人口', 'a, b')
    """
    return word("mark.comma", language).join(names)


def evidence_place(evidence: Evidence) -> str:
    """Say where a number stands: file with line, or file with cell or feature."""
    if evidence.line:
        return f"{evidence.file}:{evidence.line}"
    return f"{evidence.file} {evidence.location}".strip()


def read_as(evidence: Evidence, language: Language = "en") -> str:
    """Say where a number stands and how it is written there."""
    words = " = ".join(part for part in (evidence.label, evidence.text) if part)
    # 1250户 has its unit already.
    unit = evidence.unit.replace("m2", "m²") if words[-1:].isdigit() else ""
    written = f"{words} {unit}".rstrip()
    return (
        labelled(evidence_place(evidence), written, language)
        if written
        else evidence_place(evidence)
    )


def record_place(record: Mapping[str, Any], language: Language) -> str:
    """Write the evidence of a JSON report as `read_as` writes it."""
    return read_as(Evidence(**{key: record[key] for key in _EVIDENCE}), language)


def first_place(finding: PlanFinding) -> Evidence | None:
    """Return the evidence that a reader should be led to; None where there is none."""
    with_line = (each for each in finding.evidence if each.line)
    return next(with_line, finding.evidence[0] if finding.evidence else None)
