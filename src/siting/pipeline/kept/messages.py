"""Messages as JSON has them, so that what is kept beside a project holds its notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from siting.message import Message, Quantity, Term, Text

_MADE: Mapping[str, Callable[..., Any]] = {
    "Message": lambda key, values: Message(key, tuple(sorted(values.items()))),
    "Quantity": Quantity,
    "Term": Term,
    "Text": Text,
    "Decimal": Decimal,
    "Fraction": Fraction,
    "date": date.fromisoformat,
}


def message_json(value: Any) -> Any:
    """Return a message, or a value of one, as objects, lists, texts and numbers.

    >>> message_json(Message("a.b", (("n", 3),)))
    {'Message': ['a.b', {'n': 3}]}
    """
    if isinstance(value, tuple):
        return [message_json(each) for each in value]
    if isinstance(value, Message):
        parts = [value.key, {name: message_json(each) for name, each in value.values}]
    elif isinstance(value, Quantity):
        parts = [message_json(value.number), value.unit]
    elif isinstance(value, Term):
        parts = [value.family, value.code]
    elif isinstance(value, Text):
        parts = [value.zh, value.en]
    elif isinstance(value, Decimal | Fraction | date):
        parts = [str(value)]
    else:
        return value
    return {type(value).__name__: parts}


def from_json(value: Any) -> Any:
    """Return what `message_json` was given.

    >>> from_json({"Quantity": [{"Decimal": ["1.50"]}, "m2"]})
    Quantity(number=Decimal('1.50'), unit='m2')
    """
    if isinstance(value, list):
        return tuple(from_json(each) for each in value)
    if not isinstance(value, dict):
        return value
    ((kind, parts),) = value.items()
    if kind == "Message":
        key, values = parts
        return _MADE[kind](key, {name: from_json(each) for name, each in values.items()})
    return _MADE[kind](*(from_json(each) for each in parts))
