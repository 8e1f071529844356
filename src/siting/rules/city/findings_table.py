"""Findings as Arrow tables and data frames: a row is one rule on one subject.

Owns the columns of ``findings.parquet``. Texts are dictionaries, made once for all blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from siting.rules.city.amounts import demand_of_groups
from siting.rules.city.findings import VERDICT_WORDS, FindingBlock
from siting.rules.city.model import City, column, grouping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from siting.message import Say


@dataclass(frozen=True, slots=True)
class _Dictionaries:
    """Arrow arrays that the blocks of one city share."""

    city: City
    made: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def ids(self, kind: str, level: str = "") -> pa.DictionaryArray:
        """Return the ids of all subjects of a kind; a facility with two types has one twice."""
        key = ("ids", kind, level)
        if key not in self.made:
            self.made[key] = _subject_ids(self.city, kind, level)
        return self.made[key]

    def word(self, text: str, size: int) -> pa.DictionaryArray:
        """Return one text for all of some rows; the zeros that point at it are made once."""
        zeros = self.made.get(("zeros",))
        if zeros is None or len(zeros) < size:
            zeros = self.made["zeros",] = pa.array(np.zeros(size, np.int32))
        return pa.DictionaryArray.from_arrays(zeros.slice(0, size), pa.array([text], pa.string()))

    def weights(self, kind: str, level: str, name: str) -> NDArray[np.float64]:
        key = ("weights", kind, level, name)
        if key not in self.made:
            self.made[key] = _weights(self.city, kind, level, name)
        return np.asarray(self.made[key])


def findings_batches(blocks: Sequence[FindingBlock], city: City, say: Say) -> Iterator[pa.Table]:
    """Yield one Arrow table for each block, in order; see `findings_table`."""
    shared = _Dictionaries(city)
    for block in blocks:
        yield _table(block, shared, say)


def findings_table(blocks: Sequence[FindingBlock], city: City, say: Say) -> pa.Table:
    """Put blocks into one Arrow table: a row is one rule on one subject.

    Parameters
    ----------
    blocks
        As `evaluate_city` gives them.
    city
        The city they are about.
    say
        Puts a message into words, as `siting.words.say` does; reasons are said in English.

    Returns
    -------
    pyarrow.Table
        Columns of `FINDING_COLUMNS`. Texts are dictionaries; NaN stands for no number. Subjects
        that a rule is not about have no row.
    """
    tables = list(findings_batches(blocks, city, say))
    if not tables:
        return _empty()
    return pa.concat_tables(tables)


def to_frame(blocks: FindingBlock | Sequence[FindingBlock], city: City, say: Say) -> pd.DataFrame:
    """Return findings as a data frame with categorical texts; rows as in `findings_table`."""
    listed = [blocks] if isinstance(blocks, FindingBlock) else list(blocks)
    table = findings_table(listed, city, say)
    frame: pd.DataFrame = table.unify_dictionaries().to_pandas()
    return frame


FINDING_COLUMNS = (
    "rule_id",
    "subject_id",
    "subject_kind",
    "level",
    "verdict",
    "measured",
    "required",
    "unit",
    "shortfall",
    "measure",
    "nearest_id",
    "households",
    "population",
    "elderly",
    "reason",
    "governed_by",
)


def _table(block: FindingBlock, shared: _Dictionaries, say: Say) -> pa.Table:
    rows = block.rows
    whole = rows.size == len(block)
    kind, level = block.subject_kind, block.level

    def taken(values: NDArray[Any]) -> NDArray[Any]:
        return values if whole else values[rows]

    nearest = taken(block.nearest)
    columns = {
        "rule_id": shared.word(block.rule.id, rows.size),
        "subject_id": _taken(shared.ids(kind, level), rows, whole=whole),
        "subject_kind": shared.word(kind, rows.size),
        "level": shared.word(level, rows.size),
        "verdict": _indexed(taken(block.verdict), pa.array(VERDICT_WORDS)),
        "measured": pa.array(taken(block.measured)),
        "required": pa.array(taken(block.required)),
        "unit": shared.word(block.unit, rows.size),
        "shortfall": pa.array(taken(block.shortfall)),
        "measure": shared.word(block.measure, rows.size),
        "nearest_id": _nearest_ids(shared.ids("facility"), nearest),
        "households": pa.array(taken(shared.weights(kind, level, "households"))),
        "population": pa.array(taken(shared.weights(kind, level, "population"))),
        "elderly": pa.array(taken(shared.weights(kind, level, "elderly"))),
        "reason": _reasons(block, taken(block.reason), say),
        "governed_by": shared.word(block.governed_by, rows.size),
    }
    return pa.table(columns)


def _taken(ids: pa.DictionaryArray, rows: NDArray[np.int64], *, whole: bool) -> pa.DictionaryArray:
    return ids if whole else ids.take(rows)


def _nearest_ids(ids: pa.DictionaryArray, nearest: NDArray[np.int32]) -> pa.DictionaryArray:
    code = ids.indices.to_numpy(zero_copy_only=False)
    known = nearest >= 0
    index = np.zeros(nearest.size, np.int32)
    index[known] = code[nearest[known]]
    return _indexed(index, ids.dictionary, missing=~known)


def _reasons(block: FindingBlock, reason: NDArray[np.int16], say: Say) -> pa.DictionaryArray:
    told = [say(each, "en") for each in block.reasons]
    return _indexed(reason, pa.array(told, pa.string()), missing=reason < 0)


def _indexed(
    index: NDArray[Any], values: pa.Array, missing: NDArray[np.bool_] | None = None
) -> pa.DictionaryArray:
    numbers = pa.array(index.astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(numbers, values)


def _subject_ids(city: City, kind: str, level: str) -> pa.DictionaryArray:
    if kind == "city":
        return pa.array(["city"]).dictionary_encode()
    if kind == "facility":
        return _texts(city.facilities["facility_id"]).dictionary_encode()
    ids = _texts(city.homes["home_id"] if kind == "home" else city.areas[level]["area_id"])
    # No two homes or areas share an identifier, so nobody has to look for those that are the same.
    return pa.DictionaryArray.from_arrays(pa.array(np.arange(len(ids), dtype=np.int32)), ids)


def _texts(column: pd.Series) -> pa.Array:
    texts = pa.array(column, pa.string())
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _weights(city: City, kind: str, level: str, name: str) -> NDArray[np.float64]:
    if kind == "home":
        values = column(city.homes, name)
        return np.full(len(city.homes), np.nan) if values is None else values
    if kind == "facility":
        return np.full(len(city.facilities), np.nan)
    return demand_of_groups(city, grouping(city, level), name).people


def _empty() -> pa.Table:
    number = ("measured", "required", "shortfall", "households", "population", "elderly")
    text = pa.dictionary(pa.int32(), pa.string())
    kinds = {name: pa.float64() if name in number else text for name in FINDING_COLUMNS}
    return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
