"""Messages put into words: placeholders filled, terms looked up, lists joined, plurals chosen.

A sentence of a catalogue has these placeholders:

``{name}``, ``{name:,}``, ``{name:.1f}``
    A value, with a format of Python.
``{count:home|homes}``
    The first word where the value is 1, else the second.
``{names}``, ``{names:;}``
    A list, with the comma of the language or with its semicolon.
``{clauses:,}``, ``{parts:+}``
    A list, with the comma between clauses or with plus signs.
``{title:!}``
    Nothing: a value that only the sentence of the other language says.
``{@term.area}``
    The sentence or word of another key.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from string import Formatter

from siting.message import Language, Message, Quantity, Sayable, Term, Text, Value
from siting.number_text import number_text
from siting.plain_text import plain
from siting.words.catalogue import has, sentence

# What stands between the parts of a list, by the format in the sentence.
_MARKS = {";": "mark.semicolon", ",": "mark.pause", "+": "mark.plus"}
# A name or a cell of data can be as long as its file; what is cut tells a reader nothing more.
_LONGEST_VALUE = 1_000
_LONGEST_LIST = 100


def say(said: Sayable, language: Language) -> str:
    r"""Say a message, term or text in one language.

    Whatever data stands in it is made harmless; a bare text is data too.

    Raises
    ------
    KeyError
        The catalogue lacks the key, or the message lacks a value that its sentence names.

    Examples
    --------
    >>> from siting.message import message
    >>> say(message("error.faults", subject="a\nb", count=2), "en")
    'a\\x0ab: 2 faults'
    >>> say(Term("term", "area"), "zh"), say(Term("term", "unheard-of"), "zh")
    ('片区', 'unheard-of')
    >>> say(Quantity(1250, "households"), "en"), say(Quantity(1, "households"), "en")
    ('1,250 households', '1 household')
    """
    if isinstance(said, Message):
        return _filled(said, language)
    if isinstance(said, Term):
        return _term(said, language)
    if isinstance(said, Text):
        first, second = (said.zh, said.en) if language == "zh" else (said.en, said.zh)
        return plain(first or second)
    if isinstance(said, Quantity):
        return _quantity(said, language)
    return plain(said)


def word(key: str, language: Language) -> str:
    """Say the sentence of a key that has no values.

    >>> word("term.site", "zh")
    '备选点'
    """
    return _filled(Message(key), language)


def _term(term: Term, language: Language) -> str:
    key = f"{term.family}.{term.code}"
    return word(key, language) if has(key, language) else plain(term.code)


def _quantity(quantity: Quantity, language: Language) -> str:
    """Say a number with its unit; a unit that no catalogue knows is written as it is."""
    number = quantity.number if isinstance(quantity.number, str) else number_text(quantity.number)
    key = f"quantity.{quantity.unit}"
    if has(key, language):
        return _filled(Message(key, (("n", number),)), language)
    return plain(f"{number} {quantity.unit}".rstrip())


def _filled(said: Message, language: Language) -> str:
    values = dict(said.values)
    parts = []
    for literal, field, spec in _pieces(said.key, language):
        parts.append(literal)
        if field.startswith("@"):
            parts.append(word(field[1:], language))
        elif field:
            parts.append(_said(values[field], spec, language))
    return "".join(parts)


@cache
def _pieces(key: str, language: Language) -> tuple[tuple[str, str, str], ...]:
    """Split a sentence into pairs of text and placeholder, once."""
    parsed = Formatter().parse(sentence(key, language))
    return tuple((literal, field or "", spec or "") for literal, field, spec, _ in parsed)


def _said(value: Value, spec: str, language: Language) -> str:
    if spec == "!":
        return ""
    if "|" in spec:
        one, more = spec.split("|")
        return one if value in (1, "1") else more
    if isinstance(value, tuple):
        mark = word(_MARKS.get(spec, "mark.comma"), language)
        shown = [_said(each, "", language) for each in value[:_LONGEST_LIST]]
        return mark.join(shown if len(value) <= _LONGEST_LIST else [*shown, "…"])
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return plain(f"{value[:_LONGEST_VALUE]}…")
    if isinstance(value, int | float | Decimal | date):
        return format(value, spec)
    return say(value, language)
