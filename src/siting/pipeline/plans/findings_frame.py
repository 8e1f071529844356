"""The findings of a plan as a data frame: apart, since a check of figures alone needs no pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.report.plan.json import finding_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siting.message import Language
    from siting.rules.plan.finding import PlanFinding

_COLUMNS = (
    "rule_id", "title", "subject", "verdict", "strength", "measured", "required",
    "shortfall", "unit", "explanation", "governs", "missing", "finding_id",
)  # fmt: skip


def to_frame(findings: Iterable[PlanFinding], language: Language) -> pd.DataFrame:
    """Return findings as a table: a row is one rule on one subject; numbers are floats."""
    records = [finding_record(each, language, {}) for each in findings]
    return pd.DataFrame(records, columns=list(_COLUMNS))
