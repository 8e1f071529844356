"""Which rules count: in force on the day, for the place, and not switched off.

Owns dates, layers of jurisdiction and status. Two rules on the same matter both count; which of
them governs is marked on the findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.message import Message, Term, message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from siting.rules.pack.model import Pack, Rule


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A rule that does not count, and why."""

    rule: Rule
    reason: Message


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that count, national ones first, and those that do not with the reason."""

    rules: tuple[Rule, ...]
    left_out: tuple[LeftOut, ...]


def all_rules(packs: Iterable[Pack]) -> tuple[Rule, ...]:
    """Return the rules of all packs, in order."""
    return tuple(rule for pack in packs for rule in pack.rules)


def select_rules(
    packs: Iterable[Pack],
    *,
    date: dt.date,
    jurisdiction: str | None = None,
    include: Sequence[str] = ("active",),
    only: Sequence[str] | None = None,
) -> Selection:
    """Choose the rules that count on a day at a place.

    Parameters
    ----------
    packs
        As `read_packs` gives them.
    date
        The day; the first and last day of a rule are included.
    jurisdiction
        Such as ``cn-hubei-wuhan``: rules of ``cn``, ``cn-hubei`` and ``cn-hubei-wuhan`` count, in
        this order. None or empty: national rules only, since nobody says whose city it is.
    include
        Which states count: ``active``, and on request ``draft`` and ``unverified``. An unverified
        rule never makes anything fail: it is taken as recommended.
    only
        Rule ids; None for all.

    Examples
    --------
    >>> import datetime
    >>> from siting.rules.pack.find import find_packs, read_packs
    >>> packs = read_packs(find_packs(["cn"]))
    >>> chosen = select_rules(packs, date=datetime.date(2026, 1, 1), jurisdiction="cn-hubei")
    >>> sorted({rule.jurisdiction for rule in chosen.rules})
    ['cn', 'cn-hubei']
    """
    chosen: list[Rule] = []
    left: list[LeftOut] = []
    for rule in sorted(all_rules(packs), key=lambda each: each.jurisdiction.count("-")):
        reason = _reason_against(rule, date, jurisdiction, include, only)
        if reason is None:
            chosen.append(_softened(rule))
        else:
            left.append(LeftOut(rule, reason))
    return Selection(tuple(chosen), tuple(left))


def place_note(left_out: Iterable[LeftOut], jurisdiction: str | None) -> Message | None:
    """Say that local rules are left out because no place is named; None where none are.

    Examples
    --------
    >>> place_note([], None) is None
    True
    """
    places = sorted({each.rule.jurisdiction for each in left_out if each.rule.layer != "national"})
    if jurisdiction or not places:
        return None
    return message("note.no-jurisdiction", places=places)


def is_within(place: str, jurisdiction: str) -> bool:
    """Tell whether a place lies in a jurisdiction.

    Examples
    --------
    >>> is_within("cn-hubei-wuhan", "cn-hubei"), is_within("cn-hubeix", "cn-hubei")
    (True, False)
    """
    return place == jurisdiction or place.startswith(f"{jurisdiction}-")


def _reason_against(
    rule: Rule,
    date: dt.date,
    jurisdiction: str | None,
    include: Sequence[str],
    only: Sequence[str] | None,
) -> Message | None:
    if only is not None and rule.id not in only:
        return message("left_out.not_asked_for")
    if rule.status not in include:
        return message("left_out.status", status=Term("rule_status", rule.status))
    elsewhere = _reason_of_place(rule, jurisdiction)
    if elsewhere is not None:
        return elsewhere
    days = rule.days
    if not days.holds_on(date):
        if days.until and date > days.until:
            return message("left_out.held_until", date=days.until)
        return message("left_out.holds_from", date=str(days.since))
    return None


def _reason_of_place(rule: Rule, jurisdiction: str | None) -> Message | None:
    if not jurisdiction and rule.layer != "national":
        return message("left_out.no_place", place=rule.jurisdiction)
    if jurisdiction and not is_within(jurisdiction, rule.jurisdiction):
        return message("left_out.elsewhere", place=rule.jurisdiction)
    return None


def _softened(rule: Rule) -> Rule:
    """Let an unverified rule only recommend, since its number was not seen in its source."""
    if rule.status == "unverified" and rule.strength == "mandatory":
        return rule.model_copy(update={"strength": "recommended"})
    return rule
