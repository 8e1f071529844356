"""Plan findings as JSON for programs: one object with ``findings`` and ``summary``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from siting.rules.plan.finding import ranked, summary_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from siting.message import Language, Sayable
    from siting.rules.plan.finding import PlanFinding
    from siting.rules.plan.model import Evidence


def to_json(
    findings: Sequence[PlanFinding],
    *,
    language: Language = "zh",
    allow_unknown: bool = False,
    changes: Mapping[str, str] | None = None,
) -> str:
    """Write findings as one JSON object.

    Parameters
    ----------
    changes
        Finding id -> ``new``, ``changed`` or ``unchanged``, where a baseline was given.

    Returns
    -------
    str
        Each finding has ``finding_id, plan, source, rule_id, title, verdict, strength, subject,
        subject_kind, measure, measured, required, unit, shortfall, explanation, missing, governs,
        governed_by, waived, note, citation, evidence``, with null for what there is not; texts
        have the language asked for, and ``title_zh``, ``explanation_en`` ... both. ``missing`` has
        keys of facts whatever the language, ``missing_zh`` their words. Characters that do not
        print are written as escapes, so that the text is safe in a terminal too.
    """
    document = {
        "findings": [finding_record(each, language, changes or {}) for each in ranked(findings)],
        "summary": summary_of(findings, allow_unknown=allow_unknown),
    }
    return dump(document)


def dump(document: Any) -> str:
    r"""Write JSON in which every character that does not print is an escape.

    >>> print(dump({"name": "江\u202e\x9b"}))
    {
      "name": "江\u202e\u009b"
    }
    <BLANKLINE>
    """
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    safe = [char if char.isprintable() or char == "\n" else _escape(char) for char in text]
    return "".join(safe) + "\n"


def finding_record(
    finding: PlanFinding, language: Language, changes: Mapping[str, str]
) -> dict[str, Any]:
    """Return a finding as plain data."""
    record: dict[str, Any] = {
        "finding_id": finding.finding_id,
        "plan": finding.plan,
        "source": finding.source,
        "rule_id": finding.rule_id,
        **_texts("title", finding.title, language),
        "verdict": finding.verdict,
        "strength": finding.strength,
        "subject": finding.subject,
        "subject_kind": finding.subject_kind,
        "measure": finding.measure,
        "measured": _float(finding.measured),
        "required": _float(finding.required),
        "comparison": finding.comparison,
        "unit": finding.unit,
        "shortfall": _float(finding.shortfall),
        **_texts("explanation", finding.explanation, language),
        "missing": [say(each, "en") for each in finding.lacking],
        "missing_zh": [say(each, "zh") for each in finding.lacking],
        "governs": finding.governs,
        "governed_by": finding.governed_by,
        "waived": _waiver(finding),
        **_texts("note", finding.note, language),
        "citation": _citation(finding),
        "evidence": [_evidence(each) for each in finding.evidence],
    }
    if changes:
        record["change"] = changes.get(finding.finding_id, "new")
    return record


def _texts(name: str, text: Sayable, language: Language) -> dict[str, str]:
    zh, en = say(text, "zh"), say(text, "en")
    return {name: zh if language == "zh" else en, f"{name}_zh": zh, f"{name}_en": en}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _waiver(finding: PlanFinding) -> dict[str, str] | None:
    waiver = finding.waived
    if waiver is None:
        return None
    return {
        "reason": waiver.reason,
        "approver": waiver.approver,
        "expires": waiver.expires.isoformat(),
    }


def _citation(finding: PlanFinding) -> dict[str, str] | None:
    citation = finding.citation
    if citation is None:
        return None
    names = ("document", "document_en", "number", "issuer", "clause", "quote", "url", "confidence")
    record = {
        name: getattr(citation, name)
        for name in (*names, "in_force_from", "pack", "quote_kind", "verified")
    }
    return {name: value for name, value in record.items() if value}


def _evidence(evidence: Evidence) -> dict[str, str | int | None]:
    return {
        "file": evidence.file,
        "location": evidence.location,
        "line": evidence.line,
        "label": evidence.label,
        "text": evidence.text,
        "unit": evidence.unit,
    }


def _escape(char: str) -> str:
    """Escape as JSON does, with a surrogate pair beyond the first plane."""
    return json.dumps(char)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"
