"""The facility types: one code each, and the words by which data sources mean it.

Owns reading ``rules/facility-types.yaml``, which planners edit at the top of the repository, and
looking up a category word of a layer or a label of a plan's table in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siting.did_you_mean import hint_known, nearest, nearest_known
from siting.errors import RuleError
from siting.message import Message, Text, message
from siting.shipped import FACILITY_TYPES_FILE, read_shipped
from siting.vocabulary.text import half_width, word_key
from siting.vocabulary.title import Title
from siting.yaml_lines import at_line, faults_of, load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TagSet = dict[str, str | list[str]]

# Map providers write a path of categories: 购物服务;便民商店/便利店;便民商店/便利店.
_PATH = re.compile(r"\s*[;|>:]\s*")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FacilityType(_Model):
    """What one facility type is called, by people and by data sources."""

    title: Title = Field(description="What people call it.")
    osm: tuple[TagSet, ...] = Field(
        default=(),
        description="OpenStreetMap features that are one: any of these sets of tags, each in full.",
    )
    words: tuple[str, ...] = Field(
        default=(), description="Category words of map providers, offices and indicator tables."
    )
    may_be: tuple[str, ...] = Field(
        default=(),
        description="Types that one of this type may be, where the source does not say more: it "
        "never counts as one of them, but who has one near does not fail for lack of them.",
    )


class _File(_Model):
    facility_types: dict[str, FacilityType]


@dataclass(frozen=True, slots=True)
class FacilityTypes:
    """The table of facility types.

    Parameters
    ----------
    types
        Code -> names, OpenStreetMap tags and category words, in the order of the file.
    """

    types: Mapping[str, FacilityType]
    _codes: Mapping[str, str]

    def __contains__(self, code: object) -> bool:
        return code in self.types

    def __iter__(self) -> Iterator[str]:
        return iter(self.types)

    def __getitem__(self, code: str) -> FacilityType:
        return self.types[code]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the file."""
        return tuple(self.types)

    @property
    def osm_tags(self) -> dict[str, tuple[TagSet, ...]]:
        """Code -> alternatives of OpenStreetMap tags, for the types that have any."""
        return {code: each.osm for code, each in self.types.items() if each.osm}

    def that_may_be(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return the types whose facilities may be one of `codes`, in the order of the file.

        Examples
        --------
        >>> load_facility_types().that_may_be(["primary_school"])
        ('school',)
        """
        wanted = set(codes)
        return tuple(
            code
            for code, each in self.types.items()
            if code not in wanted and wanted.intersection(each.may_be)
        )

    def code_of(self, word: str) -> str | None:
        """Return the facility type that a category word means.

        Parameters
        ----------
        word
            A code, a name, or a word or path of words (``购物服务;便利店``) of a data source.
            Width of characters, case, blanks and punctuation do not matter.

        Returns
        -------
        str or None
            None where the word is not known; the most special known part of a path.

        Examples
        --------
        >>> types = load_facility_types()
        >>> types.code_of("图书馆"), types.code_of("购物服务;便民商店/便利店;便利店")
        ('reading_room', 'convenience_store')
        >>> types.code_of("酒吧") is None
        True
        """
        whole = half_width(word)
        for part in (whole, *reversed(_PATH.split(whole))):
            if (key := word_key(part)) in self._codes:
                return self._codes[key]
        return None

    def code_of_label(self, word: str) -> str:
        """Return the facility type that a label means as a whole; empty where none is known."""
        return self._codes.get(word_key(word), "")

    def title(self, code: str, language: str = "zh") -> str:
        """Return the name of a facility type in ``zh`` or ``en``."""
        return self.types[code].title.text(language)

    def hint(self, code: str) -> Message:
        """Return which code was probably meant, and otherwise all that are known."""
        return hint_known(code, self.types)

    def words_near(self, word: str) -> list[tuple[str, str]]:
        """Return known words that look like an unknown one, each with its code; often none.

        Examples
        --------
        >>> load_facility_types().words_near("幼儿圆")
        [('幼儿园', 'kindergarten')]
        """
        near = nearest(word_key(word), self._codes, most=2)
        return [(each, self._codes[each]) for each in near]

    def nearest(self, code: str) -> str:
        """Say which code was probably meant, such as ``did you mean 'elder_care'?``."""
        return nearest_known(code, self.types)


def parse_facility_types(text: str | bytes, source: str = FACILITY_TYPES_FILE) -> FacilityTypes:
    """Read a table of facility types.

    Raises
    ------
    RuleError
        All faults at once: not YAML, unknown keys, missing names, a word of two types.
    """
    data, lines = load_yaml(text, source, error=RuleError)
    try:
        types = _File.model_validate(data).facility_types
    except ValidationError as failure:
        raise RuleError(source, faults_of(failure, lines, source, model=_File)) from None
    codes, doubles = _codes_by_word(types)
    if doubles:
        at = {word: lines.get(("facility_types", code), 1) for word, _, code in doubles}
        raise RuleError(
            source,
            [
                at_line(source, at[word], _two_types(code, word, first))
                for word, first, code in doubles
            ],
        )
    return FacilityTypes(MappingProxyType(types), MappingProxyType(codes))


@lru_cache(maxsize=1)
def load_facility_types() -> FacilityTypes:
    """Return the table of facility types that comes with siting.

    Examples
    --------
    >>> load_facility_types().title("food_market", "en")
    'Food market'
    """
    return parse_facility_types(read_shipped(FACILITY_TYPES_FILE), f"rules/{FACILITY_TYPES_FILE}")


def type_text(code: str) -> Text:
    """Return what a facility type is called; the code itself where nothing knows it.

    >>> type_text("elder_care").en, type_text("unheard-of").zh
    ('Elder care', 'unheard-of')
    """
    types = load_facility_types()
    if code not in types:
        return Text(code, code)
    return Text(types.title(code, "zh"), types.title(code, "en"))


def type_names(codes: Iterable[str]) -> str:
    """Return the Chinese names of facility types, joined."""
    types = load_facility_types()
    return "、".join(types.title(code) if code in types else code for code in codes)


def _two_types(code: str, word: str, first: str) -> Message:
    fault = message("vocabulary.two_types", word=word, first=first)
    return message("key.wrong", name=f"facility_types.{code}", fault=fault)


def _codes_by_word(
    types: Mapping[str, FacilityType],
) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Index every word; also the words that two types claim, as (word, first, second)."""
    codes: dict[str, str] = {}
    doubles: list[tuple[str, str, str]] = []
    for code, each in types.items():
        for word in (code, each.title.zh, each.title.en, *each.words):
            first = codes.setdefault(word_key(word), code)
            if first != code:
                doubles.append((word, first, code))
    return codes, doubles
