"""What siting has to say, before it is said in a language.

A module of the core gives a `Message`: the key of a sentence and the values that stand in it. Only
`siting.words` knows the sentences, and only what writes for people says them. This module knows no
language and imports nothing of siting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import index
from os import PathLike, fspath
from typing import Literal, SupportsIndex, TypeAlias, Union

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Term:
    """A code of a closed list, such as a verdict or a unit, that each language has a word for.

    Where the catalogue has no ``family.code`` the code itself is said.

    >>> Term("verdict", "fail")
    Term(family='verdict', code='fail')
    """

    family: str
    code: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text that data gives in Chinese and English, such as the title of a rule.

    Where one is empty the other is said.

    >>> Text("养老", "elder care").text("en")
    'elder care'
    """

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, said with thousands separators and the word that its count needs.

    A text as number is said as it stands: where two numbers have to look different.

    >>> Quantity(375, "m2")
    Quantity(number=375, unit='m2')
    """

    number: int | float | Decimal | Fraction | str
    unit: str


Value: TypeAlias = Union[
    str, int, float, Decimal, date, "Message", Term, Text, Quantity, tuple["Value", ...]
]  # fmt: skip
Given: TypeAlias = Value | SupportsIndex | PathLike[str] | Iterable["Given"]


@dataclass(frozen=True, slots=True)
class Message:
    """The key of a sentence and its values by name; make one with `message`.

    Parameters
    ----------
    key
        What the catalogues call the sentence, such as ``file.not_found``.
    values
        Pairs of name and value, sorted by name. A text among them is data, never a sentence.
    """

    key: str
    values: tuple[tuple[str, Value], ...] = ()


Sayable: TypeAlias = Message | Term | Text | Quantity | str
Say: TypeAlias = Callable[[Sayable, Language], str]
"""What puts something into words: `siting.words.say`, where it is not imported but handed in."""
Progress: TypeAlias = Callable[[Sayable, float], None]
"""What long functions call with a label and a share from 0 to 1."""


def message(key: str, /, **values: Given) -> Message:
    """Return the message of that key with those values; paths become texts, lists tuples.

    >>> message("file.not_found", path="homes.shp")
    Message(key='file.not_found', values=(('path', 'homes.shp'),))
    >>> message("a.b", names=["x", "y"]) == message("a.b", names=("x", "y"))
    True
    """
    return Message(key, tuple((name, _value(values[name])) for name in sorted(values)))


def _value(given: Given) -> Value:
    if isinstance(given, str | int | float | Decimal | date | Message | Term | Text | Quantity):
        return given
    if isinstance(given, PathLike):
        return fspath(given)
    # An integer of numpy is no int.
    if isinstance(given, SupportsIndex):
        return index(given)
    return tuple(_value(each) for each in given)
