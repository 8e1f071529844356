"""What city rules say, as columns: one block is one rule on all subjects of one kind.

Owns the four verdicts and the block. A block holds whole-number and float columns only, so that
twenty rules on a million homes stay within half a gigabyte; texts appear in the tables that
`siting.rules.city.findings_table` makes of blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import lazy_loader

from siting.rules.pack.measures import Family, measure_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from siting.message import Message
    from siting.rules.pack.model import Rule
else:
    np = lazy_loader.load("numpy")  # plans use the verdicts alone


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
    reasons
        What the numbers mean.
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
    reasons: tuple[Message, ...] = ()
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
