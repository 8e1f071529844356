"""What changed between two plan checks, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.message import Term, message
from siting.plain_text import plain
from siting.report.plan.json import dump
from siting.report.words import report_word, with_aside
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.message import Language
    from siting.rules.plan.baseline import Change, Known

_KINDS = {"new": "+", "changed": "~", "unchanged": "=", "fixed": "-"}


def to_diff_text(changes: Sequence[Change], *, language: Language = "zh") -> str:
    r"""Write changes as text, the new ones first, with a count of each kind at the end.

    >>> to_diff_text([], language="en")
    'new 0, changed 0, unchanged 0, fixed 0\n'
    """
    lines = []
    for change in changes:
        known = change.finding
        subject = f" [{plain(known.subject)}]" if known.subject else ""
        kind = say(Term("change", change.kind), language)
        name = f"{plain(known.plan)}  {say(known.title, language)}{subject}"
        name = with_aside(name, plain(known.rule_id), language)
        lines.append(f"{_KINDS[change.kind]} {kind}  {name}  {_numbers(change, language)}".rstrip())
    counts = message("change.counts", **_counts(changes))
    return "\n".join([*lines, say(counts, language)]) + "\n"


def to_diff_json(changes: Sequence[Change]) -> str:
    """Write changes as JSON: ``changes`` with before and after, and ``summary`` with counts."""
    records = [
        {
            "change": change.kind,
            "finding_id": change.finding.finding_id,
            "plan": change.finding.plan,
            "rule_id": change.finding.rule_id,
            "subject": change.finding.subject,
            "before": _record(change.before),
            "after": _record(change.after),
        }
        for change in changes
    ]
    return dump({"changes": records, "summary": _counts(changes)})


def _counts(changes: Sequence[Change]) -> dict[str, int]:
    return {key: sum(change.kind == key for change in changes) for key in _KINDS}


def _numbers(change: Change, language: Language) -> str:
    if change.kind != "changed" or change.before is None or change.after is None:
        return _state(change.finding, language) if change.kind != "fixed" else ""
    return f"{_state(change.before, language)} → {_state(change.after, language)}"


def _state(known: Known, language: Language) -> str:
    numbers = "" if known.measured is None else f" {known.measured:g}"
    numbers += "" if known.required is None else f"/{known.required:g}"
    return f"{report_word(known.verdict, language)}{numbers}"


def _record(known: Known | None) -> dict[str, object] | None:
    if known is None:
        return None
    return {"verdict": known.verdict, "measured": known.measured, "required": known.required}
