"""What the homes of a city count: people, elderly people, households, children, or each as one.

Owns what homes count that do not say it; which leads is told in `siting.rules.city.rollup`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.message import Message, Term, message
from siting.rules.city.findings import Verdict
from siting.rules.city.model import column
from siting.rules.city.rollup import LEADING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.rules.city.model import City

WEIGHTS = ("population", "elderly", "households", "children", "homes")
"""All that can be counted."""


def home_numbers(city: City) -> dict[str, NDArray[np.float64]]:
    """Return what is known of the homes, each float64 (n,) with NaN for missing."""
    found = {name: column(city.homes, name) for name in WEIGHTS if name != "homes"}
    known = {
        name: values
        for name, values in found.items()
        if values is not None and not np.isnan(values).all()
    }
    return {**known, "homes": np.ones(len(city.homes))}


def weight_name(weight: str | None, numbers: Iterable[str]) -> str:
    """Return what is counted: what was asked for, else the first of `LEADING` that is known.

    Raises
    ------
    SitingError
        It is none of `WEIGHTS`, or no home knows it.
    """
    known: Sequence[str] = tuple(numbers)
    if weight is None:
        return next(name for name in (*LEADING, "children") if name in known)
    if weight not in WEIGHTS:
        raise SitingError(message("question.weight_wrong", weight=weight, weights=WEIGHTS))
    if weight not in known:
        raise SitingError(message("question.weight_unknown", weight=weight, known=known))
    return weight


def counted_by(
    name: str, numbers: Mapping[str, NDArray[np.float64]]
) -> tuple[NDArray[np.float64], list[Message]]:
    """Return what each home counts, 0 where it is not known, and a note on those."""
    values = numbers[name]
    missing = np.isnan(values)
    notes = []
    if missing.any():
        figure = Term("figure", name)
        notes.append(message("question.count_nothing", count=missing.sum(), figure=figure))
    return np.where(missing, 0.0, values), notes


def unknown_note(
    verdict: NDArray[np.int8], weights: NDArray[np.float64], name: str
) -> list[Message]:
    """Return a note on the homes that could not be judged; none where all could."""
    unknown = verdict == Verdict.UNKNOWN
    if not unknown.any():
        return []
    return [
        message(
            "question.not_judged",
            count=unknown.sum(),
            amount=float(weights[unknown].sum()),
            figure=Term("figure", name),
        )
    ]
