"""What changed between two plan checks: new, fixed, changed and unchanged findings.

Owns the comparison by stable finding id, and reading the ids back from a JSON report.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from siting.errors import SitingError
from siting.message import Message, Sayable, Text, message
from siting.rules.plan.finding import PlanVerdict, Strength

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from siting.rules.plan.finding import PlanFinding

ChangeKind = Literal["new", "fixed", "changed", "unchanged"]
_WRONG = ("fail", "unknown")
MAX_BASELINE_BYTES = 64 * 1024 * 1024
_TEXT, _NUMBER = (str,), (int, float, type(None))
_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("finding_id", "plan", "source", "rule_id", "subject"), _TEXT),
        **dict.fromkeys(("title", "explanation", "note", "verdict", "strength"), _TEXT),
        **dict.fromkeys(("measured", "required"), _NUMBER),
        "missing": (list,),
        "evidence": (list,),
        "governs": (bool,),
        "governed_by": (str, type(None)),
        "waived": (dict, type(None)),
        "citation": (dict, type(None)),
    }
)
_ONE_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "verdict": frozenset(get_args(PlanVerdict)),
        "strength": frozenset(get_args(Strength)),
    }
)
_OF_WAIVER = ("reason", "approver", "expires")
_OF_PLACE = ("file", "location", "text", "unit", "label")
_OF_CITATION = frozenset(
    ("document", "document_en", "number", "clause", "quote", "quote_kind", "url", "confidence")
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a report says of one finding, enough to compare it.

    `wrong` is whether it was a problem: a failure or an unknown, not waived and not governed by
    another rule.
    """

    finding_id: str
    plan: str
    rule_id: str
    subject: str
    verdict: str
    measured: float | None
    required: float | None
    wrong: bool
    title: Sayable = ""

    @property
    def gap(self) -> float:
        """How far the measured is from the required; 0 where either is not known."""
        if self.measured is None or self.required is None:
            return 0.0
        return abs(self.measured - self.required)


@dataclass(frozen=True, slots=True)
class Change:
    """One finding before and after; None where a report does not have it."""

    kind: ChangeKind
    before: Known | None
    after: Known | None

    @property
    def finding(self) -> Known:
        """The finding as it is now, or as it was last."""
        known = self.after or self.before
        assert known is not None
        return known

    @property
    def is_worse(self) -> bool:
        """Whether it is a problem that was none, or a lesser one: unknown, or a smaller gap."""
        if self.kind != "changed" or self.before is None or self.after is None:
            return self.kind == "new"
        if self.before.verdict != self.after.verdict:
            return self.after.verdict == "fail"
        return self.after.gap > self.before.gap


def compare_checks(before: Iterable[Known], after: Iterable[Known]) -> tuple[Change, ...]:
    """Compare two checks by their problems.

    ``new``: a problem now and none before; ``fixed``: one before and none now; ``changed``: one
    in both whose verdict or numbers differ; ``unchanged``: the same problem. What was and is no
    problem is left out. A finding that vanished with its plan or rule counts as fixed.

    Returns
    -------
    tuple of Change
        New ones first, then changed, unchanged and fixed; within each by plan, rule and subject.

    Examples
    --------
    >>> old = Known("a", "P", "r", "", "fail", 340.0, 375.0, True)
    >>> new = Known("a", "P", "r", "", "fail", 350.0, 375.0, True)
    >>> [change.kind for change in compare_checks([old], [new])]
    ['changed']
    """
    first, second = _by_id(before), _by_id(after)
    changes: list[Change] = []
    for key in dict.fromkeys((*second, *first)):
        kind = _kind(first.get(key), second.get(key))
        if kind is not None:
            changes.append(Change(kind, first.get(key), second.get(key)))
    return tuple(sorted(changes, key=_order))


def states_of(changes: Sequence[Change]) -> dict[str, str]:
    """Return the kind of change by finding id, as the JSON and SARIF writers take it."""
    return {change.finding.finding_id: change.kind for change in changes}


def known_of(findings: Iterable[PlanFinding]) -> tuple[Known, ...]:
    """Reduce findings to what a comparison needs."""
    return tuple(
        Known(
            each.finding_id,
            each.plan,
            each.rule_id,
            each.subject,
            each.verdict,
            None if each.measured is None else float(each.measured),
            None if each.required is None else float(each.required),
            each.verdict in _WRONG and each.binds,
            each.title,
        )
        for each in findings
    )


def known_of_json(text: str | bytes, source: str) -> tuple[Known, ...]:
    """Read the findings of an earlier JSON report, enough to compare them.

    Raises
    ------
    SitingError
        As `records_of_json` does.
    """
    return tuple(_known(record) for record in records_of_json(text, source))


def records_of_json(text: str | bytes, source: str) -> list[dict[str, Any]]:
    """Read the findings of an earlier JSON report as the report holds them.

    Raises
    ------
    SitingError
        Not a report that ``siting check --format json`` wrote; one whose findings lack a key or
        have a value of another kind there; too large.
    """
    if len(text) > MAX_BASELINE_BYTES:
        raise SitingError(
            message("baseline.too_large", source=source, size=len(text), most=MAX_BASELINE_BYTES)
        )
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        document = None
    records = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise SitingError(message("baseline.no_report", source=source))
    faulty = [(at, fault) for at, each in enumerate(records) if (fault := _fault(each))]
    if faulty:
        at, fault = faulty[0]
        raise SitingError(
            message(
                "baseline.not_whole",
                source=source,
                count=len(faulty),
                all=len(records),
                number=at + 1,
                fault=fault,
            )
        )
    return records


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _fault(record: object) -> Message | None:
    """Say what keeps a finding from being read; None where nothing does."""
    if not isinstance(record, dict):
        return message("baseline.no_object")
    lost = [key for key in _KINDS if key not in record]
    if lost:
        return message("baseline.lacks", keys=map(repr, lost))
    wrong = [key for key, kinds in _KINDS.items() if not _is_a(record[key], kinds)]
    wrong += [
        key for key, known in _ONE_OF.items() if key not in wrong and record[key] not in known
    ]
    waived, citation = record["waived"] or {}, record["citation"] or {}
    if "waived" not in wrong and waived and not _are_texts(waived, _OF_WAIVER):
        wrong.append("waived")
    if "citation" not in wrong and not _are_texts(citation, _OF_CITATION & citation.keys()):
        wrong.append("citation")
    if "missing" not in wrong and not all(isinstance(each, str) for each in record["missing"]):
        wrong.append("missing")
    if "evidence" not in wrong and not all(map(_is_place, record["evidence"])):
        wrong.append("evidence")
    return message("baseline.unexpected", keys=map(repr, wrong)) if wrong else None


def _is_a(value: object, kinds: tuple[type, ...]) -> bool:
    # True is an int to Python, and no number of a report.
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _are_texts(record: Mapping[str, Any], keys: Iterable[str]) -> bool:
    return all(isinstance(record.get(key), str) for key in keys)


def _is_place(value: object) -> bool:
    if not isinstance(value, dict) or not _are_texts(value, _OF_PLACE):
        return False
    return "line" in value and _is_a(value["line"], (int, type(None)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _known(record: Mapping[str, Any]) -> Known:
    binds = record["strength"] == "mandatory" and not record["waived"] and record["governs"]
    return Known(
        record["finding_id"],
        record["plan"],
        record["rule_id"],
        record["subject"],
        record["verdict"],
        record["measured"],
        record["required"],
        bool(record["verdict"] in _WRONG and binds),
        Text(_text(record.get("title_zh")) or record["title"], _text(record.get("title_en"))),
    )


def _by_id(known: Iterable[Known]) -> dict[tuple[str, int], Known]:
    """Index by id; plans of one name are told apart by their order."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], Known] = {}
    for each in known:
        found[each.finding_id, seen[each.finding_id]] = each
        seen[each.finding_id] += 1
    return found


def _kind(before: Known | None, after: Known | None) -> ChangeKind | None:
    was, now = bool(before and before.wrong), bool(after and after.wrong)
    if was and now and before and after:
        return "unchanged" if _same(before, after) else "changed"
    if now:
        return "new"
    return "fixed" if was else None


def _same(before: Known, after: Known) -> bool:
    return (before.verdict, before.measured, before.required) == (
        after.verdict,
        after.measured,
        after.required,
    )


def _order(change: Change) -> tuple[int, str, str, str]:
    known = change.finding
    kinds = ("new", "changed", "unchanged", "fixed")
    return (kinds.index(change.kind), known.plan, known.rule_id, known.subject)
