"""What city rules say, as columns: one block is one rule on all subjects of one kind.

Owns the four verdicts, the block, and the tables made of blocks. A block holds whole-number and
float columns only, so that twenty rules on a million homes stay within half a gigabyte; texts
appear when a table is asked for, as dictionaries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.rules.pack.measures import Family, measure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule


class Verdict(IntEnum):
    """What a rule says of a subject."""

    PASS = 0
    FAIL = 1
    UNKNOWN = 2
    NOT_APPLICABLE = 3

    @property
    def word(self) -> str:
        """``pass``, ``fail``, ``unknown`` or ``not_applicable``."""
        return self.name.lower()


VERDICT_WORDS = tuple(verdict.word for verdict in Verdict)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Sentences that findings point at by number, in English and Chinese."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FindingBlock:
    """One rule on all n subjects of one kind.

    Parameters
    ----------
    rule
        The rule.
    subject_kind, level
        ``home``, ``facility``, ``area`` or ``city``; the level of areas, empty elsewhere.
    measure, unit
        What was actually measured, such as ``walking_distance``, and the unit of the numbers here.
    verdict
        int8 (n,), as `Verdict`.
    measured
        float64 (n,): NaN where unknown, infinite where nothing is reached.
    required
        float64 (n,): NaN for an indicator or where unknown.
    nearest
        int32 (n,): row of ``City.facilities``, -1 none.
    reason
        int16 (n,): index into `reasons`, -1 none. Of an unknown it says what is missing; of others
        how it was measured.
    reasons, reasons_zh
        The sentences.
    concerns
        bool (n,): the subjects that the rule is about at all, None for all. Others are
        ``not_applicable`` and left out of tables and sums.
    base
        float64 (n,): the households or people behind a rate; None without one.
    governed_by
        Id of the rule on the same matter that decides instead; empty where this one does.
    is_alternative
        The rule measured in another way than it asks for, to be shown beside it.
    """

    rule: Rule
    subject_kind: str
    level: str
    measure: str
    unit: str
    verdict: NDArray[np.int8]
    measured: NDArray[np.float64]
    required: NDArray[np.float64]
    nearest: NDArray[np.int32]
    reason: NDArray[np.int16]
    reasons: tuple[str, ...] = ()
    reasons_zh: tuple[str, ...] = ()
    concerns: NDArray[np.bool_] | None = None
    base: NDArray[np.float64] | None = None
    governed_by: str = ""
    is_alternative: bool = False

    def __len__(self) -> int:
        return int(self.verdict.size)

    @property
    def sense(self) -> str:
        """``at_most`` where less is better, else ``at_least``; indicators of distance: less."""
        if self.rule.require is not None:
            return "at_most" if self.rule.require.is_upper else "at_least"
        is_distance = measure_of(self.measure).family is Family.DISTANCE
        return "at_most" if is_distance else "at_least"

    @property
    def shortfall(self) -> NDArray[np.float64]:
        """By how much each subject misses what is required, float64 (n,); 0 where it does not.

        NaN where unknown or without a pass mark, infinite where nothing is reached.
        """
        sign = 1.0 if self.sense == "at_most" else -1.0
        missing = np.where(
            self.verdict == Verdict.FAIL, np.abs(sign * (self.measured - self.required)), 0.0
        )
        missing[self.verdict > Verdict.FAIL] = np.nan
        return missing

    @property
    def rows(self) -> NDArray[np.int64]:
        """The subjects that the rule is about."""
        return np.arange(len(self)) if self.concerns is None else np.flatnonzero(self.concerns)


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
        import pyarrow as pa

        zeros = self.made.get(("zeros",))
        if zeros is None or len(zeros) < size:
            zeros = self.made["zeros",] = pa.array(np.zeros(size, np.int32))
        return pa.DictionaryArray.from_arrays(zeros.slice(0, size), pa.array([text], pa.string()))

    def weights(self, kind: str, level: str, name: str) -> NDArray[np.float64]:
        key = ("weights", kind, level, name)
        if key not in self.made:
            self.made[key] = _weights(self.city, kind, level, name)
        return np.asarray(self.made[key])


def findings_batches(blocks: Sequence[FindingBlock], city: City) -> Iterator[pa.Table]:
    """Yield one Arrow table for each block, in order; see `findings_table`."""
    shared = _Dictionaries(city)
    for block in blocks:
        yield _table(block, shared)


def findings_table(blocks: Sequence[FindingBlock], city: City) -> pa.Table:
    """Put blocks into one Arrow table: a row is one rule on one subject.

    Parameters
    ----------
    blocks
        As `evaluate_city` gives them.
    city
        The city they are about.

    Returns
    -------
    pyarrow.Table
        Columns of `FINDING_COLUMNS`. Texts are dictionaries; NaN stands for no number. Subjects
        that a rule is not about have no row.
    """
    import pyarrow as pa

    tables = list(findings_batches(blocks, city))
    if not tables:
        return _empty()
    return pa.concat_tables(tables)


def to_frame(blocks: FindingBlock | Sequence[FindingBlock], city: City) -> pd.DataFrame:
    """Return findings as a data frame with categorical texts; rows as in `findings_table`."""
    listed = [blocks] if isinstance(blocks, FindingBlock) else list(blocks)
    table = findings_table(listed, city)
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


def _table(block: FindingBlock, shared: _Dictionaries) -> pa.Table:
    import pyarrow as pa

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
        "reason": _reasons(block, taken(block.reason)),
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


def _reasons(block: FindingBlock, reason: NDArray[np.int16]) -> pa.DictionaryArray:
    import pyarrow as pa

    return _indexed(reason, pa.array(block.reasons, pa.string()), missing=reason < 0)


def _indexed(
    index: NDArray[Any], values: pa.Array, missing: NDArray[np.bool_] | None = None
) -> pa.DictionaryArray:
    import pyarrow as pa

    numbers = pa.array(index.astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(numbers, values)


def _subject_ids(city: City, kind: str, level: str) -> pa.DictionaryArray:
    import pyarrow as pa

    if kind == "city":
        return pa.array(["city"]).dictionary_encode()
    if kind == "facility":
        return _texts(city.facilities["facility_id"]).dictionary_encode()
    ids = _texts(city.homes["home_id"] if kind == "home" else city.areas[level]["area_id"])
    # No two homes or areas share an identifier, so nobody has to look for those that are the same.
    return pa.DictionaryArray.from_arrays(pa.array(np.arange(len(ids), dtype=np.int32)), ids)


def _texts(column: pd.Series) -> pa.Array:
    import pyarrow as pa

    texts = pa.array(column, pa.string())
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _weights(city: City, kind: str, level: str, name: str) -> NDArray[np.float64]:
    from siting.rules.city.amounts import demand_of_groups
    from siting.rules.city.model import column, grouping

    if kind == "home":
        values = column(city.homes, name)
        return np.full(len(city.homes), np.nan) if values is None else values
    if kind == "facility":
        return np.full(len(city.facilities), np.nan)
    return demand_of_groups(city, grouping(city, level), name).people


def _empty() -> pa.Table:
    import pyarrow as pa

    number = ("measured", "required", "shortfall", "households", "population", "elderly")
    text = pa.dictionary(pa.int32(), pa.string())
    kinds = {name: pa.float64() if name in number else text for name in FINDING_COLUMNS}
    return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
