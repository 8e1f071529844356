"""Units: how they are spelled, what they measure, and what they are worth.

Owns reading ``units.yaml``. Factors are exact fractions, so a mu is 10000/15 m2. What is no known
unit but looks like one is told apart: the number beside it is unknown, never the bare number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, get_args

from siting.did_you_mean import hint_known
from siting.message import Message, message
from siting.vocabulary.data import Data, own_file, parse_data, refuse
from siting.vocabulary.text import fold
from siting.yaml_lines import Path as KeyPath

Quantity = Literal[
    "area",
    "households",
    "persons",
    "persons_per_household",
    "beds",
    "places",
    "classes",
    "facilities",
    "spaces",
    "share",
    "ratio",
    "money",
    "length",
    "degrees",
    "uncounted",
    "plain",
]

_SEPARATORS = re.compile(r"[()\[\]:._^]")
# A letter or two and a power, as ft2 and km^3 have it.
_POWER = re.compile(r"(?:[a-z]{2,4}|m)[23]")


class _Worth(Data):
    unit: str
    worth: dict[str, tuple[str, ...]]
    also: tuple[str, ...] = ()


class _File(Data):
    quantities: dict[str, _Worth]
    not_converted: tuple[str, ...]
    scales: tuple[str, ...]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """All units.

    Parameters
    ----------
    worth
        Quantity -> spelling -> factor, the units of quantities under ``also`` included.
    base
        Quantity -> the unit that siting counts it in.
    spellings
        Quantity -> its units as the file writes them.
    """

    worth: Mapping[str, Mapping[str, Fraction]]
    base: Mapping[str, str]
    spellings: Mapping[str, tuple[str, ...]]
    _measures: Mapping[str, tuple[str, ...]]
    _not_converted: frozenset[str]
    _scales: tuple[str, ...]
    _headings: tuple[str, ...]

    def key(self, text: str) -> str:
        """Return how a unit is looked up: without brackets, dots, ^ and the word 单位.

        Examples
        --------
        >>> load_units().key("（单位：万 M^2）")
        '万m2'
        """
        return self._heading_and_key(text)[1]

    def known(self, text: str) -> str:
        """Return the key of a text that is nothing but a known unit; else empty."""
        key = self.key(text)
        return key if key in self._measures else ""

    def unknown(self, text: str) -> str:
        """Return the key of a text that is a unit, but none that siting converts; else empty.

        That is what the word 单位 introduces, a listed word such as 坪, a known unit with a scale
        in front (十万户), or letters with a power (ft2).

        Examples
        --------
        >>> units = load_units()
        >>> [units.unknown(each) for each in ("坪", "十万户", "㎡", "地上", "单位：标准户")]
        ['坪', '十万户', '', '', '标准户']
        """
        heading, key = self._heading_and_key(text)
        if not key or key in self._measures:
            return ""
        bare = key.lstrip("".join(self._scales))
        named = key in self._not_converted or bare in self._measures or bare in self._not_converted
        return key if heading or named or _POWER.fullmatch(key) else ""

    def is_heading(self, text: str) -> bool:
        """Tell whether a header says 单位 and nothing else, so that units stand below it."""
        return fold(text).casefold().strip("()[]:") in self._headings

    def measures(self, unit: str) -> tuple[str, ...]:
        """Return the units that siting counts what a unit measures in; nothing where unknown.

        Examples
        --------
        >>> load_units().measures("万㎡"), load_units().measures("坪")
        (('m2',), ())
        """
        return self._measures.get(self.key(unit), ())

    def factor(self, unit: str, quantity: str) -> Fraction | None:
        """Return by what a number in a unit is multiplied; None where the quantity lacks it.

        Parameters
        ----------
        quantity
            Such as ``area``.

        Examples
        --------
        >>> load_units().factor("亩", "area"), load_units().factor("户", "area")
        (Fraction(2000, 3), None)
        """
        return self.worth.get(quantity, {}).get(self.key(unit))

    def factor_to(self, unit: str, base: str) -> Fraction | None:
        """Return as `factor` does, for the unit that siting counts in, such as ``m2``."""
        found = (self.factor(unit, name) for name, each in self.base.items() if each == base)
        return next((factor for factor in found if factor is not None), None)

    def _heading_and_key(self, text: str) -> tuple[bool, str]:
        word = fold(text).casefold().strip("()[]")
        for heading in self._headings:
            rest = word.removeprefix(heading)
            if rest.startswith(":"):
                return True, _SEPARATORS.sub("", rest)
            if rest != word and _SEPARATORS.sub("", rest) in self._measures:
                return True, _SEPARATORS.sub("", rest)
        return False, _SEPARATORS.sub("", word)


@lru_cache(maxsize=1)
def load_units() -> Units:
    """Return the units that come with siting."""
    return parse_units(own_file("units.yaml"))


def parse_units(text: str | bytes, source: str = "units.yaml") -> Units:
    """Read a table of units.

    Raises
    ------
    RuleError
        All faults at once: no YAML, unknown keys or quantities, a factor that is no number above
        0, a spelling with two factors in one quantity.
    """
    file, lines = parse_data(text, source, _File)
    faults: list[tuple[KeyPath, Message]] = []
    own = {name: _own(name, each, faults) for name, each in file.quantities.items()}
    worth = {name: _with_also(name, file, own, faults) for name in file.quantities}
    refuse(source, faults, lines)
    return _built(file, worth)


def _built(file: _File, worth: dict[str, dict[str, Fraction]]) -> Units:
    measures: dict[str, tuple[str, ...]] = {}
    for name, each in worth.items():
        for key in each:
            measures[key] = (*measures.get(key, ()), file.quantities[name].unit)
    return Units(
        MappingProxyType(worth),
        MappingProxyType({name: each.unit for name, each in file.quantities.items()}),
        MappingProxyType(
            {
                name: tuple(word for words in each.worth.values() for word in words)
                for name, each in file.quantities.items()
            }
        ),
        MappingProxyType(measures),
        frozenset(_spelling_key(each) for each in file.not_converted),
        file.scales,
        tuple(sorted((fold(each).casefold() for each in file.headings), key=len, reverse=True)),
    )


def _spelling_key(spelling: str) -> str:
    return _SEPARATORS.sub("", fold(spelling).casefold())


def _own(name: str, each: _Worth, faults: list[tuple[KeyPath, Message]]) -> dict[str, Fraction]:
    """Return spelling -> factor of one quantity; what is wrong is added to the faults."""
    at: KeyPath = ("quantities", name)
    if name not in get_args(Quantity):
        hint = hint_known(name, get_args(Quantity))
        faults.append((at, message("vocabulary.no_quantity", hint=hint)))
    found: dict[str, Fraction] = {}
    for written, spellings in each.worth.items():
        factor = _factor(written)
        if factor is None:
            fault = message("vocabulary.no_factor", text=written)
            faults.append(((*at, "worth", written), fault))
            continue
        for spelling in spellings:
            first = found.setdefault(_spelling_key(spelling), factor)
            if first != factor:
                fault = message("vocabulary.two_factors", word=spelling, factor=str(first))
                faults.append(((*at, "worth", written), fault))
    return found


def _factor(written: str) -> Fraction | None:
    try:
        factor = Fraction(written)
    except (ValueError, ZeroDivisionError):
        return None
    return factor if factor > 0 else None


def _with_also(
    name: str,
    file: _File,
    own: Mapping[str, Mapping[str, Fraction]],
    faults: list[tuple[KeyPath, Message]],
) -> dict[str, Fraction]:
    found = dict(own[name])
    for other in file.quantities[name].also:
        at: KeyPath = ("quantities", name, "also")
        if other not in own:
            faults.append((at, message("vocabulary.not_here", name=other)))
        for spelling, factor in own.get(other, {}).items():
            if found.setdefault(spelling, factor) != factor:
                fault = message("vocabulary.other_factor", word=spelling, name=other)
                faults.append((at, fault))
    return found
