"""Why a finding of a city is unknown, or how it was measured: what several measures say alike.

Owns the messages only; which of them holds for a subject is decided where it is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.message import Message, Text, message
from siting.rules.facts import fact_title
from siting.vocabulary.facility_types import type_names

if TYPE_CHECKING:
    from siting.rules.pack.model import Rule


def types_of(rule: Rule) -> tuple[Text, ...]:
    """Return the facility types of a rule: their names in Chinese, their codes in English."""
    return tuple(Text(type_names((code,)), code) for code in rule.facility_types)


def column_text(key: str) -> Text:
    """Return what a column holds: its title in Chinese, its own name in English.

    >>> column_text("households")
    Text(zh='居住户数', en='households')
    """
    return Text(fact_title(key).zh, key)


def no_facility(rule: Rule) -> Message:
    """Return that the data list no facility of the rule's types."""
    return message("reason.no_facility", types=types_of(rule))


def none_attached(rule: Rule) -> Message:
    """Return that no facility of the rule's types stands at a street."""
    return message("reason.none_attached", types=types_of(rule))


def may_be(rule: Rule) -> Message:
    """Return that a facility within the limit may be of the rule's types or not."""
    return message("reason.may_be", types=types_of(rule))


def far_from_streets(max_access_m: float) -> Message:
    """Return that a subject is farther from any street than the longest access leg."""
    return message("reason.far_from_streets", limit=max_access_m)


NO_STREETS = message("reason.no_streets")
ON_FRAGMENT = message("reason.on_fragment")
