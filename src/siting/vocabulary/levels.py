"""Levels of areas: community, sub-district, district, city, and what people call them.

Owns reading ``levels.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from siting.message import Message, message
from siting.vocabulary.data import Data, own_file, parse_data, refuse
from siting.vocabulary.text import word_key
from siting.vocabulary.title import Title
from siting.yaml_lines import Path as KeyPath


class _Level(Data):
    title: Title
    words: tuple[str, ...] = ()


class _File(Data):
    levels: dict[str, _Level]


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels, from the finest to the coarsest.

    Parameters
    ----------
    titles
        Code -> name in two languages.
    """

    titles: Mapping[str, Title]
    _codes: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, the finest first."""
        return tuple(self.titles)

    def code_of(self, word: str) -> str:
        """Return the code of a level that a word means; the word itself where none is known.

        Examples
        --------
        >>> levels = load_levels()
        >>> levels.code_of("社区"), levels.code_of("Sub-district"), levels.code_of("tract")
        ('community', 'street', 'tract')
        """
        return self._codes.get(word_key(word), word)

    def title(self, code: str, language: str) -> str:
        """Return the name of a level in ``zh`` or ``en``; the code where it is not known."""
        return self.titles[code].text(language) if code in self.titles else code


def level_code(word: str) -> str:
    """Return the code of a level that a word means; the word itself where none is known."""
    return load_levels().code_of(word)


@lru_cache(maxsize=1)
def load_levels() -> Levels:
    """Return the levels that come with siting."""
    return parse_levels(own_file("levels.yaml"))


def parse_levels(text: str | bytes, source: str = "levels.yaml") -> Levels:
    """Read a table of levels.

    Raises
    ------
    RuleError
        All faults at once: no YAML, unknown keys, a word of two levels.
    """
    file, lines = parse_data(text, source, _File)
    codes: dict[str, str] = {}
    faults: list[tuple[KeyPath, Message]] = []
    for code, level in file.levels.items():
        for word in (code, level.title.zh, level.title.en, *level.words):
            first = codes.setdefault(word_key(word), code)
            if first != code:
                faults.append(
                    (("levels", code), message("vocabulary.two_meanings", word=word, first=first))
                )
    refuse(source, faults, lines)
    titles = {code: level.title for code, level in file.levels.items()}
    return Levels(MappingProxyType(titles), MappingProxyType(codes))
