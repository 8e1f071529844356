"""Which facility type each row of a facility layer is.

Owns the way from category words to codes: a map that a person wrote, codes that stand in the
layer itself, and the shared table of facility types, which is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.did_you_mean import nearest
from siting.errors import LoadError
from siting.loaders.layer.columns.numbers import first_rows
from siting.message import Message, message
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.text import half_width

if TYPE_CHECKING:
    from siting.data_report import LayerReport

Lookup = Callable[[str], Sequence[str] | str | None]
UnknownTypes = Literal["error", "exclude"]
_SHOWN = 12
# Lists of places write the types of one place side by side.
_BESIDE = "|"
_PARTS = re.compile("[;:|]")
# A path of categories (餐饮服务;中餐厅) or a code of one: a list of places holds much besides.
_FROM_A_LIST = re.compile(r"[^;:]+[;:][^;:]+|^\d{6}$")
_WHOLE = re.compile(r"^(\d+)\.0+$")


class TypeRule(Protocol):
    """How a layer says its facility types; the project file's ``facility_type`` is one."""

    @property
    def code(self) -> str | None: ...  # noqa: D102
    @property
    def column(self) -> str | None: ...  # noqa: D102
    @property
    def map(self) -> Mapping[str, Sequence[str]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityTypeRule:
    """One code for all rows, or a column of words with an optional map to codes."""

    code: str | None = None
    column: str | None = None
    map: Mapping[str, Sequence[str]] = field(default_factory=dict)


class AssignedTypes(NamedTuple):
    """One entry per row and type: the position of the row in the layer, and the code."""

    position: NDArray[np.intp]
    code: NDArray[np.object_]


def assign_types(
    words: pd.Series,
    *,
    mapping: Mapping[str, Sequence[str] | str] | None = None,
    lookup: Lookup | None = None,
    codes: Collection[str],
    unknown: UnknownTypes | None = None,
    meanings: Mapping[str, str] | None = None,
    report: LayerReport,
) -> AssignedTypes:
    """Turn category words into facility type codes.

    Parameters
    ----------
    words
        One per row, labelled for messages; empty ones are unknown. ``A|B`` is both, as lists of
        places write it; a number is the code of its digits, so that 3.0 is ``3``.
    mapping
        Word -> code or codes; it adds to what the table of facility types knows and wins over it.
        No code at all leaves the rows of a word out.
    lookup
        Word -> code or codes, None or empty where the table of facility types lacks it.
    codes
        Every code there is; where it is empty none are checked, and without a mapping and a
        lookup the words are taken as codes.
    unknown
        ``exclude`` leaves rows of unknown types out and lists them, ``error`` raises. Left out:
        ``exclude`` with a mapping and where all unknown words are paths (``餐饮服务;中餐厅``) or
        codes of six digits, for such a list of places holds many other things; else ``error``.
    meanings
        Code, as text -> what a geodatabase says that it means, which counts as the word itself.

    Returns
    -------
    AssignedTypes
        A row with two types stands in it twice, in the order of the rows.

    Raises
    ------
    LoadError
        Unknown words with their counts and the nearest codes; codes in the map that do not exist;
        no row of a known type.

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.data_report import DataReport
    >>> found = assign_types(
    ...     pd.Series(["图书馆", "KTV"]), mapping={"图书馆": ["reading_room"]},
    ...     codes=["reading_room"], report=DataReport().of("poi.csv"),
    ... )
    >>> found.code.tolist()
    ['reading_room']
    """
    subject = report.subject
    known = _Known(_checked_map(mapping or {}, codes, subject), lookup, codes, meanings or {})
    number, distinct = pd.factorize(words)
    types = [known.codes_of(word) for word in distinct]
    per_word = np.array([len(each) for each in types] + [0])
    repeats = per_word[number]
    lost = words[repeats == 0].map(known.shown)
    if len(lost) and (unknown or known.usual(lost)) == "error":
        raise LoadError(_unknown_message(lost, len(words), codes, subject))
    if len(lost):
        _note_lost(lost, codes, report)
    _note_unused(known.unused(), mapping or {}, report)
    flat = np.array([code for each in types for code in each], dtype=object)
    position = np.repeat(np.arange(len(words)), repeats)
    if not position.size:
        raise LoadError(
            message(
                "facility_type.no_row", subject=subject, words=_counted(lost), more=_more(lost),
                known=codes, near=_near_words(lost, codes),
            )
        )  # fmt: skip
    starts = np.concatenate([[0], np.cumsum(per_word[:-1])])[number]
    within = np.arange(position.size) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return AssignedTypes(position, flat[np.repeat(starts, repeats) + within])


def check_code(code: str, codes: Collection[str], *, subject: str) -> None:
    """Raise where a facility type code does not exist, with the nearest that does.

    Raises
    ------
    LoadError
        The code is not among ``codes``; an empty collection checks nothing.
    """
    if codes and code not in codes:
        told = {"subject": subject, "code": code, "near": _nearest(code, codes)}
        raise LoadError(message("facility_type.unknown", known=sorted(codes), **told))


def _checked_map(
    mapping: Mapping[str, Sequence[str] | str], codes: Collection[str], subject: str
) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for word, meaning in mapping.items():
        listed = (meaning,) if isinstance(meaning, str) else tuple(meaning)
        for code in listed:
            check_code(code, codes, subject=f"{subject}: facility_type: map: {word}")
        table[_key(word)] = tuple(dict.fromkeys(listed))
    return table


class _Known:
    """What words mean: those of the map, the codes themselves, those of the shared table."""

    def __init__(
        self,
        table: Mapping[str, tuple[str, ...]],
        lookup: Lookup | None,
        codes: Collection[str],
        meanings: Mapping[str, str],
    ) -> None:
        self._meanings = meanings
        self._table = table
        self._lookup = lookup
        self._codes = codes
        # A workbook takes the 0 off the front of a code of digits.
        self._by_number = {key.lstrip("0"): key for key in table if key.isdecimal()}
        self._used: set[str] = set()

    def codes_of(self, word: object) -> tuple[str, ...]:
        """Return the codes of a cell, without repeats; none where it is not known."""
        meaning = self._meanings.get(_key(word), "")
        found = self._of(word)
        return (
            self._of(meaning) if meaning and not found and not self._in_map(_key(word)) else found
        )

    def shown(self, word: Any) -> object:
        """Return a cell as messages name it: a code with its meaning, a number as its digits."""
        if pd.isna(word) or (isinstance(word, str) and _key(word) not in self._meanings):
            return word
        meaning = self._meanings.get(_key(word), "")
        return f"{_key(word)} = {meaning}" if meaning else _key(word)

    def _of(self, word: object) -> tuple[str, ...]:
        if self._in_map(_key(word)):
            return self._table[_key(word)]
        if isinstance(word, (float, np.number)) or not isinstance(word, str):
            key = self._by_number.get(_key(word).lstrip("0"), "")
            return self._table[key] if self._in_map(key) else self._shared(_key(word))
        parts = [part for part in word.split(_BESIDE) if part.strip()]
        found = [code for part in parts for code in self._of_part(part)]
        return tuple(dict.fromkeys(found))

    def unused(self) -> list[str]:
        """Return the keys of the map that no word met."""
        return [key for key in self._table if key not in self._used]

    def usual(self, lost: pd.Series) -> UnknownTypes:
        """Tell what is usual for words that nobody knows."""
        listed = all(_FROM_A_LIST.search(half_width(str(word))) for word in lost)
        return "exclude" if self._table or listed else "error"

    def _of_part(self, part: str) -> tuple[str, ...]:
        key = _key(part)
        return self._table[key] if self._in_map(key) else self._shared(part)

    def _in_map(self, key: str) -> bool:
        if key in self._table:
            self._used.add(key)
        return key in self._table

    def _shared(self, word: str) -> tuple[str, ...]:
        if _key(word) in self._codes or not (self._codes or self._table or self._lookup):
            return (_key(word),)
        found = (self._lookup(half_width(word)) if self._lookup else None) or ()
        return (found,) if isinstance(found, str) else tuple(dict.fromkeys(found))


def _key(word: object) -> str:
    """Return how a word is looked up; a whole number as its digits."""
    if isinstance(word, (float, np.floating)) and float(word).is_integer():
        return str(int(word))
    key = half_width(str(word)).casefold()
    return _WHOLE.sub(r"\1", key)


def _note_lost(lost: pd.Series, codes: Collection[str], report: LayerReport) -> None:
    near = _near_words(lost, codes)
    told = message("note.facility-type-unknown", words=_counted(lost), more=_more(lost), near=near)
    details = {"words": list(map(str, _counts(lost).index[:_SHOWN]))}
    report.add("excluded", "facility-type-unknown", told, rows=lost.index, details=details)


def _note_unused(keys: Sequence[str], mapping: Mapping[str, object], report: LayerReport) -> None:
    """List the words of the map that stand in no row: a slip there leaves facilities out."""
    if keys:
        words = [word for word in mapping if _key(word) in keys]
        told = message("note.facility-type-unmet", words=words)
        report.add("warning", "facility-type-unmet", told, rows=words)


def _near_words(lost: pd.Series, codes: Collection[str]) -> Message | str:
    """Say which known words the unknown ones look like; empty without a guess."""
    types = load_facility_types()
    pairs = [
        f"{word} -> {code}"
        for unknown in _counts(lost).index[:_SHOWN]
        for word, code in types.words_near(_PARTS.split(half_width(unknown))[-1])
        if code in codes
    ]
    return message("facility_type.near_words", words=list(dict.fromkeys(pairs))) if pairs else ""


def _counts(lost: pd.Series) -> pd.Series:
    return lost.astype(object).fillna("(empty)").astype(str).value_counts()


def _counted(lost: pd.Series) -> list[Message]:
    shown = _counts(lost).head(_SHOWN).items()
    return [message("facility_type.counted", word=str(word), count=count) for word, count in shown]


def _more(lost: pd.Series) -> Message | str:
    more = len(_counts(lost)) - _SHOWN
    return message("facility_type.more", count=more) if more > 0 else ""


def _unknown_message(lost: pd.Series, rows: int, codes: Collection[str], subject: str) -> Message:
    return message(
        "facility_type.unknown_words",
        subject=subject,
        count=len(lost),
        total=rows,
        words=_counted(lost),
        more=_more(lost),
        near=_nearest(str(_counts(lost).index[0]), codes),
        rows=first_rows(lost.index),
        known=sorted(codes),
    )


def _nearest(word: str, codes: Collection[str]) -> Message | str:
    near = nearest(_key(word), codes, most=2)
    return message("facility_type.near", near=near) if near else ""
