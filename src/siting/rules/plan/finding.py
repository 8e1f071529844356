"""What a plan check says: one rule applied to one subject of a plan, ready to be written.

Owns the value type that the evaluator and the consistency checks make and that every writer
formats. It holds finished texts and exact numbers, so that a writer computes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from siting.message import Message, Sayable, Text
from siting.rules.facts import fact_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from siting.rules.plan.model import Evidence, Waiver

PlanVerdict = Literal["pass", "fail", "unknown", "not_applicable"]
Strength = Literal["mandatory", "recommended", "indicator"]
__all__ = [
    "VERDICTS",
    "Citation",
    "PlanFinding",
    "PlanVerdict",
    "Strength",
    "breaks",
    "ranked",
    "summary_of",
]
VERDICTS: tuple[PlanVerdict, ...] = ("fail", "unknown", "pass", "not_applicable")

_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from; empty where the pack does not say it.

    `quote_kind` is ``verbatim`` or ``paraphrase``, `verified` says in what copy it was read;
    `document_en` says in English what the document is called, for readers of no Chinese.
    """

    document: str
    clause: str = ""
    quote: str = ""
    url: str = ""
    confidence: str = ""
    number: str = ""
    issuer: str = ""
    in_force_from: str = ""
    pack: str = ""
    quote_kind: str = ""
    verified: str = ""
    document_en: str = ""


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """One rule on one subject of one plan.

    Parameters
    ----------
    plan, source
        The plan's name, and its file or folder as the user named it.
    rule_id
        Stable slug; those of the consistency checks start with ``plan-``.
    title
        What the rule is called.
    verdict
        ``pass``, ``fail``, ``unknown`` (see `missing`) or ``not_applicable``.
    strength
        ``mandatory``, ``recommended``, or ``indicator`` for a figure without a pass mark.
    measured, required, shortfall
        Exact, in `unit`; None where unknown or without a pass mark.
    explanation
        The arithmetic in words.
    subject, subject_kind
        Which facility, phase or home; an empty subject is the whole plan.
    measure
        The name of the measure that was used.
    comparison
        ``at_least``, ``at_most`` or empty.
    missing, lacks
        The facts that an ``unknown`` lacks, by keys as a plan file writes them; what the existing
        city lacks.
    governs
        False where another rule on the same matter decides; `governed_by` names it.
    waived
        The waiver in force; the finding stays visible and does not fail the check.
    note
        Interpretation, sharing of area, or another statement that belongs to the finding.
    """

    plan: str
    source: str
    rule_id: str
    title: Sayable
    verdict: PlanVerdict
    strength: Strength = "mandatory"
    measured: Decimal | None = None
    required: Decimal | None = None
    unit: str = ""
    shortfall: Decimal | None = None
    explanation: Sayable = _NOTHING
    citation: Citation | None = None
    evidence: tuple[Evidence, ...] = ()
    subject: str = ""
    subject_kind: str = "plan"
    measure: str = ""
    comparison: Literal["", "at_least", "at_most"] = ""
    missing: tuple[str, ...] = ()
    lacks: tuple[Message, ...] = ()
    governs: bool = True
    governed_by: str = ""
    waived: Waiver | None = None
    note: Sayable = _NOTHING

    @property
    def finding_id(self) -> str:
        """Stable from run to run: it depends on plan, rule and subject only."""
        text = f"{self.plan}\x1f{self.rule_id}\x1f{self.subject_kind}\x1f{self.subject}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def binds(self) -> bool:
        """Whether a failure counts: mandatory, not waived, and not governed by another rule."""
        return self.strength == "mandatory" and self.waived is None and self.governs

    @property
    def lacking(self) -> tuple[Sayable, ...]:
        """What is missing: facts by their keys, named for Chinese readers, and what the city lacks.

        >>> from siting.message import Text
        >>> PlanFinding("江湾", "", "a", Text("", ""), "unknown", missing=("population",)).lacking
        (Text(zh='居住人口（population）', en='population'),)
        """
        return (*map(fact_text, self.missing), *self.lacks)


def breaks(finding: PlanFinding, *, allow_unknown: bool = False) -> bool:
    """Tell whether a finding makes the check fail: a binding failure, or an unknown one."""
    wrong = finding.verdict == "fail" or (finding.verdict == "unknown" and not allow_unknown)
    return wrong and finding.binds


def summary_of(
    findings: Sequence[PlanFinding], *, allow_unknown: bool = False
) -> dict[str, int | bool | dict[str, int]]:
    """Count the findings for the end of a report.

    Returns
    -------
    dict
        ``compliant``, ``plans``, ``findings``, ``waived`` and ``verdicts`` with a count each; and
        ``failing``, the number of findings that make the check fail; and ``not_as_recommended``,
        of the verdict ``fail`` those of rules that only recommend.
    """
    verdicts: Counter[str] = Counter(finding.verdict for finding in findings)
    failing = sum(breaks(finding, allow_unknown=allow_unknown) for finding in findings)
    return {
        "compliant": failing == 0,
        "plans": len({(finding.plan, finding.source) for finding in findings}),
        "findings": len(findings),
        "failing": failing,
        "not_as_recommended": sum(
            finding.verdict == "fail" and finding.strength == "recommended" and not finding.waived
            for finding in findings
        ),
        "waived": sum(finding.waived is not None for finding in findings),
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
    }


def ranked(findings: Iterable[PlanFinding]) -> list[PlanFinding]:
    """Order findings for reading: by plan, the worst verdict first, then by rule and subject."""
    return sorted(findings, key=_rank)


def _rank(finding: PlanFinding) -> tuple[str, str, int, bool, str, str]:
    worst = VERDICTS.index(finding.verdict)
    recommended = finding.strength != "mandatory"
    return (
        finding.source,
        finding.plan,
        worst,
        recommended,
        finding.rule_id,
        finding.subject,
    )
