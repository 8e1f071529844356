"""Words for figures and for the columns of layers.

Owns reading ``headers.yaml``. A figure's words are read as headers of layers and as labels of plan
tables; the best word comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from siting.message import Message, message
from siting.vocabulary.data import Data, own_file, parse_data, refuse
from siting.vocabulary.text import half_width, word_key
from siting.vocabulary.units import Quantity
from siting.yaml_lines import Path as KeyPath


class _Figure(Data):
    quantity: Quantity
    words: tuple[str, ...]


class _Column(Data):
    quantity: Quantity | None = None
    words: tuple[str, ...] = ()
    like: str = ""


class _File(Data):
    figures: dict[str, _Figure]
    shared: dict[str, tuple[str, ...]]
    datums: dict[str, tuple[str, ...]]
    places: tuple[str, ...]
    layers: dict[str, dict[str, _Column]]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the table contract and the headers it is found under, best first."""

    name: str
    quantity: Quantity | None
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headers:
    """All words for figures and columns.

    Parameters
    ----------
    figures
        Key -> its field, such as ``households``.
    layers
        Layer -> its columns, in the order in which they are looked for.
    datums
        Word beside the name of a coordinate -> the datum it says.
    places
        Words beside the name of a coordinate that say no more than that it is a place.
    """

    figures: Mapping[str, Field]
    layers: Mapping[str, tuple[Field, ...]]
    _figure_of: Mapping[str, str]
    datums: Mapping[str, str]
    places: frozenset[str]

    def coordinate(self, header: str) -> tuple[str, str]:
        """Return a header without words for datum and place, and the datum; empty for none.

        Examples
        --------
        >>> headers = load_headers()
        >>> headers.coordinate("经度_GCJ02"), headers.coordinate("百度纬度")
        (('经度', 'GCJ-02'), ('纬度', 'BD-09'))
        >>> headers.coordinate("location.lat")
        ('lat', '')
        """
        text = half_width(header).casefold()
        for word in (each for each in self.datums if not each.isascii()):
            text = text.replace(word, f" {word} ")
        words = re.findall(r"[^\W_]+", text)
        datum = next((self.datums[word] for word in words if word in self.datums), "")
        rest = [word for word in words if word not in self.datums and word not in self.places]
        return "_".join(rest), datum

    def figure_of(self, word: str) -> str:
        """Return the figure that a word means; empty where none is known.

        Examples
        --------
        >>> load_headers().figure_of("居住户（套）数"), load_headers().figure_of("常住人口")
        ('households', 'population')
        """
        return self._figure_of.get(word_key(word), "")


@lru_cache(maxsize=1)
def load_headers() -> Headers:
    """Return the words for figures and columns that come with siting."""
    return parse_headers(own_file("headers.yaml"))


def fields_of(layer: str) -> tuple[Field, ...]:
    """Return the columns of a layer, such as ``residential``.

    Examples
    --------
    >>> [each.name for each in fields_of("coordinates")]
    ['longitude', 'latitude']
    """
    return load_headers().layers[layer]


def parse_headers(text: str | bytes, source: str = "headers.yaml") -> Headers:
    """Read a table of words for figures and columns.

    Raises
    ------
    RuleError
        All faults at once: no YAML, unknown keys, a word for two figures or for two columns of one
        layer, `like` a list that is not there.
    """
    file, lines = parse_data(text, source, _File)
    faults: list[tuple[KeyPath, Message]] = []
    figures = {key: Field(key, each.quantity, each.words) for key, each in file.figures.items()}
    figure_of = _one_meaning(figures.values(), ("figures",), faults)
    layers: dict[str, tuple[Field, ...]] = {}
    for layer, columns in file.layers.items():
        at: KeyPath = ("layers", layer)
        fields = [_field(name, each, file, (*at, name), faults) for name, each in columns.items()]
        _one_meaning(fields, at, faults)
        layers[layer] = tuple(fields)
    refuse(source, faults, lines)
    datums = {word: datum for datum, words in file.datums.items() for word in words}
    return Headers(
        MappingProxyType(figures), MappingProxyType(layers), MappingProxyType(figure_of),
        MappingProxyType(datums), frozenset(file.places),
    )  # fmt: skip


def _field(
    name: str, column: _Column, file: _File, at: KeyPath, faults: list[tuple[KeyPath, Message]]
) -> Field:
    figure = file.figures.get(column.like)
    if figure is not None:
        return Field(name, column.quantity or figure.quantity, (*column.words, *figure.words))
    if column.like and column.like not in file.shared:
        faults.append((at, message("vocabulary.like_nothing", name=column.like)))
    return Field(name, column.quantity, (*column.words, *file.shared.get(column.like, ())))


def _one_meaning(
    fields: Iterable[Field], at: KeyPath, faults: list[tuple[KeyPath, Message]]
) -> dict[str, str]:
    """Index the words of fields; a word of two of them is a fault."""
    found: dict[str, str] = {}
    for field in fields:
        for word in field.headers:
            first = found.setdefault(word_key(word), field.name)
            if first != field.name:
                faults.append(
                    ((*at, field.name), message("vocabulary.two_meanings", word=word, first=first))
                )
    return found
