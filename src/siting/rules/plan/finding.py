"""What a plan check says: one rule applied to one subject of a plan, ready to be written.

Owns the value type that the evaluator and the consistency checks make and that every writer
formats. It holds finished texts and exact numbers, so that a writer computes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from siting.message import Language, Message, Sayable, Text
from siting.rules.facts import fact_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from siting.rules.plan.model import Evidence, Waiver

PlanVerdict = Literal["pass", "fail", "unknown", "not_applicable"]
Strength = Literal["mandatory", "recommended", "indicator"]
__all__ = [
    "VERDICTS",
    "Citation",
    "PlanFinding",
    "PlanVerdict",
    "Standing",
    "Strength",
    "breaks",
    "level_of",
    "ranked",
    "says_nothing",
    "standing_of",
    "summary_of",
]
VERDICTS: tuple[PlanVerdict, ...] = ("fail", "unknown", "pass", "not_applicable")
Standing = Literal[
    "not_checked", "fail", "unknown", "governed_fail", "governed_unknown", "waived",
    "warning", "advice_unknown", "pass", "indicator", "not_applicable",
]  # fmt: skip
"""What a finding counts as, in every report and once only; the worst first."""
NOT_CHECKED = "plan-not-checked"
"""The rule id of the finding that stands for a plan which could not be checked."""

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

    def line(self, language: Language = "zh") -> str:
        """Return the citation in one line; in English with the title under which it is found.

        >>> cited = Citation("城市标准", "5.0.2", number="GB 1", document_en="City standard")
        >>> cited.line(), cited.line("en")
        ('城市标准 GB 1 5.0.2', 'City standard (城市标准) GB 1 5.0.2')
        """
        title = self.document
        if language == "en" and self.document_en not in ("", title):
            title = f"{self.document_en} ({title})"
        return " ".join(part for part in (title, self.number, self.clause) if part)


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


def level_of(
    finding: PlanFinding, *, allow_unknown: bool = False
) -> Literal["error", "warning", "notice", "none"]:
    """Return how loudly a report for programs tells of a finding.

    What makes the check fail is an ``error``. Other failures and unknowns are a ``warning``; what
    is waived, an indicator, or unknown and allowed to be, is a ``notice``; the rest is ``none``.
    """
    if finding.verdict not in ("fail", "unknown"):
        return "none"
    if breaks(finding, allow_unknown=allow_unknown):
        return "error"
    allowed = finding.verdict == "unknown" and allow_unknown
    quiet = allowed or finding.waived is not None or finding.strength == "indicator"
    return "notice" if quiet else "warning"


def standing_of(finding: PlanFinding) -> Standing:
    """Return what a finding counts as, which says more than its verdict alone."""
    if finding.rule_id == NOT_CHECKED:
        return "not_checked"
    if finding.verdict in ("fail", "unknown"):
        return _standing_of_open(finding)
    if says_nothing(finding):
        return "not_applicable"
    return "indicator" if finding.strength == "indicator" else finding.verdict


def _standing_of_open(finding: PlanFinding) -> Standing:
    if finding.waived is not None:
        return "waived"
    if finding.strength == "indicator":
        return "indicator"
    fails = finding.verdict == "fail"
    if not finding.governs:
        return "governed_fail" if fails else "governed_unknown"
    if finding.strength == "recommended":
        return "warning" if fails else "advice_unknown"
    return finding.verdict


def says_nothing(finding: PlanFinding) -> bool:
    """Tell whether a finding is neither a verdict nor a figure, so that a count is enough."""
    return finding.verdict == "not_applicable" and finding.measured is None


def summary_of(findings: Sequence[PlanFinding], *, allow_unknown: bool = False) -> dict[str, Any]:
    """Count the findings for the end of a report.

    Returns
    -------
    dict
        ``compliant`` (nothing makes the check fail), ``outcome`` (the key of that in words),
        ``plans`` and ``findings``; ``counts``, how many findings have each `Standing`: they add up
        to ``findings``; of them ``failing``, those that make the check fail, ``waived`` and
        ``not_as_recommended``; and ``verdicts``, the counts by verdict alone.
    """
    verdicts: Counter[str] = Counter(finding.verdict for finding in findings)
    counts: Counter[str] = Counter(map(standing_of, findings))
    failing = sum(breaks(finding, allow_unknown=allow_unknown) for finding in findings)
    return {
        "compliant": failing == 0,
        "outcome": _outcome(counts, allow_unknown=allow_unknown),
        "plans": len({(finding.plan, finding.source) for finding in findings}),
        "findings": len(findings),
        "failing": failing,
        "not_as_recommended": counts["warning"],
        "waived": counts["waived"],
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
        "counts": {standing: counts[standing] for standing in get_args(Standing)},
    }


def _outcome(counts: Mapping[str, int], *, allow_unknown: bool) -> str:
    """Say what the counts come to; what could not be judged, or is waived, is never called met."""
    if counts["fail"]:
        return "not_compliant"
    if counts["not_checked"]:
        return "not_checked"
    if counts["unknown"]:
        return "none_fails" if allow_unknown else "cannot_tell"
    return "met_but_waived" if counts["waived"] else "compliant"


def ranked(findings: Iterable[PlanFinding]) -> list[PlanFinding]:
    """Order findings for reading: by plan, the worst first, then by rule and subject.

    What makes the check fail leads, then what else is wrong with a duty, and then advice.
    """
    return sorted(findings, key=_rank)


def _rank(finding: PlanFinding) -> tuple[str, str, int, bool, str, str]:
    worst = get_args(Standing).index(standing_of(finding))
    advises = finding.strength != "mandatory"
    return finding.source, finding.plan, worst, advises, finding.rule_id, finding.subject
