"""Sums by verdict, for the whole map and by area, from the findings of one rule.

The page shows these sums and never adds up the rounded figures it carries.
"""

from __future__ import annotations

import numpy as np

from siting.render.model import WEIGHTS, Floats, MapAreas, MapHomes, MapModel, MapRule
from siting.rules.city.rollup import covered_share, leading_weight, sums_by_verdict

__all__ = ["area_totals", "counted_column", "covered_share", "home_weights", "rule_totals"]


def home_weights(homes: MapHomes) -> tuple[Floats, ...]:
    """Return the weights of the homes, a column float64 (n,) for each of ``WEIGHTS``.

    The first column is one for each home; a column that the layer lacks is all NaN.
    """
    n = len(homes.lon)
    columns = [np.ones(n)]
    for name in WEIGHTS[1:]:
        column = getattr(homes, name)
        columns.append(np.full(n, np.nan) if column is None else np.asarray(column, dtype=float))
    return tuple(columns)


def rule_totals(model: MapModel, rule: MapRule) -> Floats:
    """Return the sums of one rule over the whole map, float64 (4, 4): those given, or computed.

    A rule about facilities or areas counts its subjects in the first column; the people in the
    other columns are unknown (NaN).
    """
    if rule.totals is not None:
        return np.asarray(rule.totals, dtype=float)
    n = len(rule.verdict)
    if rule.subject == "home":
        weights = home_weights(model.homes)
    else:
        weights = (np.ones(n), *(np.full(n, np.nan) for _ in WEIGHTS[1:]))
    everyone: Floats = sums_by_verdict(rule.verdict, weights, np.zeros(n, np.int32), 1)[0]
    return everyone


def counted_column(totals: Floats) -> int:
    """Return the column of sums, float64 (4, 4), that a rule is ranked by and its share is of."""
    sums = dict(zip(WEIGHTS, np.nansum(totals, axis=0), strict=True))
    return WEIGHTS.index(leading_weight(sums))


def area_totals(model: MapModel, rule: MapRule, areas: MapAreas) -> Floats | None:
    """Return the sums of one rule by area, float64 (a, 4, 4); None where a row is not a home."""
    if rule.subject != "home":
        return None
    weights = home_weights(model.homes)
    return sums_by_verdict(rule.verdict, weights, areas.home_area, len(areas.ids))
