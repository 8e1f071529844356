"""Columns that a table may lack, read as if it had them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.rules.city.model import column

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def texts(table: pd.DataFrame, name: str) -> list[str]:
    """Return a column as texts, empty where it or a value is missing."""
    if name not in table.columns:
        return [""] * len(table)
    return [str(each) for each in table[name].fillna("").to_numpy(dtype=object)]


def numbers(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a number column, NaN where it or a value is missing, float64 (n,)."""
    values = column(table, name)
    return np.full(len(table), np.nan) if values is None else values


def area_titles(areas: pd.DataFrame) -> list[str]:
    """Return what areas are called: their name, or their id where they have none."""
    both = zip(texts(areas, "name"), texts(areas, "area_id"), strict=True)
    return [name or key for name, key in both]
