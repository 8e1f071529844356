"""Which facility type each row of a facility layer is.

Owns the way from category words to codes: a map that a person wrote, codes that stand in the
layer itself, and the shared table of facility types, which is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.did_you_mean import nearest
from siting.errors import LoadError
from siting.loaders.layer.numbers import first_rows
from siting.message import Message, message
from siting.vocabulary.text import half_width

if TYPE_CHECKING:
    from siting.data_report import DataReport

Lookup = Callable[[str], Sequence[str] | str | None]
UnknownTypes = Literal["error", "exclude"]
_SHOWN = 12


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
    subject: str,
    report: DataReport,
) -> AssignedTypes:
    """Turn category words into facility type codes.

    Parameters
    ----------
    words
        One per row, labelled for messages; empty ones are unknown.
    mapping
        Word -> code or codes. Where given, it is complete: other words are unknown, unless they
        are codes themselves.
    lookup
        Word -> code or codes, None or empty where the table of facility types lacks it; asked
        only without a mapping.
    codes
        Every code there is; where it is empty none are checked, and without a mapping and a
        lookup the words are taken as codes.
    unknown
        ``exclude`` leaves rows of unknown types out and lists them, ``error`` raises. Left out:
        ``exclude`` with a mapping (a list of places holds many other things), else ``error``.

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
    ...     codes=["reading_room"], subject="poi.csv", report=DataReport(),
    ... )
    >>> found.code.tolist()
    ['reading_room']
    """
    table = _checked_map(mapping or {}, codes, subject)
    number, distinct = pd.factorize(words)
    meanings = [_meaning(str(word), table, lookup, codes) for word in distinct]
    per_word = np.array([len(meaning) for meaning in meanings] + [0])
    repeats = per_word[number]
    lost = words[repeats == 0]
    if len(lost) and (unknown or ("exclude" if table else "error")) == "error":
        raise LoadError(_unknown_message(lost, len(words), codes, subject))
    if len(lost):
        told = message("note.facility-type-unknown", words=_counted(lost), more=_more(lost))
        report.add(
            subject,
            "excluded",
            "facility-type-unknown",
            told,
            count=len(lost),
            examples=lost.index,
            details={"words": list(map(str, _counts(lost).index[:_SHOWN]))},
        )
    flat = np.array([code for meaning in meanings for code in meaning], dtype=object)
    position = np.repeat(np.arange(len(words)), repeats)
    if not position.size:
        raise LoadError(message("facility_type.no_row", subject=subject, known=codes))
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


def _meaning(
    word: str,
    table: Mapping[str, tuple[str, ...]],
    lookup: Lookup | None,
    codes: Collection[str],
) -> tuple[str, ...]:
    key = _key(word)
    if key in table:
        return table[key]
    if key in codes or not (codes or table or lookup):
        return (key,)
    if table or lookup is None:
        return ()
    found = lookup(half_width(word)) or ()
    return (found,) if isinstance(found, str) else tuple(dict.fromkeys(found))


def _key(word: str) -> str:
    return half_width(word).casefold()


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
    return message("facility_type.near", near=str(near)) if near else ""
