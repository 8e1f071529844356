"""Sums by verdict, for the whole map and by area, from the findings of one rule.

The page shows these sums and never adds up the rounded figures it carries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.render.model import VERDICTS, WEIGHTS, Floats, MapAreas, MapHomes, MapModel, MapRule


def home_weights(homes: MapHomes) -> Floats:
    """Return the weights of the homes, float64 (n, 4) in the order of ``WEIGHTS``.

    The first column is one for each home; a column that the layer lacks is all NaN.
    """
    n = len(homes.lon)
    columns = [np.ones(n)]
    for name in WEIGHTS[1:]:
        column = getattr(homes, name)
        columns.append(np.full(n, np.nan) if column is None else np.asarray(column, dtype=float))
    return np.column_stack(columns)


def totals_by_verdict(
    verdict: NDArray[np.int8], weights: Floats, group: NDArray[np.int32], n_groups: int
) -> Floats:
    """Add up weights by group and verdict.

    Parameters
    ----------
    verdict
        int8 (n,), codes of ``VERDICTS``.
    weights
        float64 (n, w); NaN counts as nothing, a column without any number gives NaN.
    group
        int32 (n,): row of the group, -1 for none (left out of the sums).
    n_groups
        How many groups there are.

    Returns
    -------
    float64 (n_groups, 4, w)

    Examples
    --------
    >>> import numpy as np
    >>> verdict = np.array([0, 1, 1], dtype=np.int8)
    >>> weights = np.array([[1.0, 40.0], [1.0, 10.0], [1.0, 5.0]])
    >>> totals_by_verdict(verdict, weights, np.array([0, 0, -1]), 1)[0, :2]
    array([[ 1., 40.],
           [ 1., 10.]])
    """
    inside = group >= 0
    cell = group[inside].astype(np.int64) * len(VERDICTS) + verdict[inside]
    size = n_groups * len(VERDICTS)
    sums = np.empty((size, weights.shape[1]))
    for column in range(weights.shape[1]):
        values = weights[:, column]
        known = ~np.isnan(values)
        if values.size and not known.any():
            sums[:, column] = np.nan
            continue
        counted = np.where(known, values, 0.0)[inside]
        sums[:, column] = np.bincount(cell, weights=counted, minlength=size)
    return sums.reshape(n_groups, len(VERDICTS), weights.shape[1])


def covered_share(totals: Floats) -> Floats:
    """Return passed / (passed + failed), NaN where nothing was decided.

    Parameters
    ----------
    totals
        float64 (..., 4, w) as ``totals_by_verdict`` gives it.

    Returns
    -------
    float64 (..., w), 0 to 1
    """
    passed, failed = totals[..., 0, :], totals[..., 1, :]
    decided = passed + failed
    share = np.full(decided.shape, np.nan)
    np.divide(passed, decided, out=share, where=decided > 0)
    return share


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
        weights = np.full((n, len(WEIGHTS)), np.nan)
        weights[:, 0] = 1.0
    everyone: Floats = totals_by_verdict(rule.verdict, weights, np.zeros(n, np.int32), 1)[0]
    return everyone


def area_totals(model: MapModel, rule: MapRule, areas: MapAreas) -> Floats | None:
    """Return the sums of one rule by area, float64 (a, 4, 4); None where a row is not a home."""
    if rule.subject != "home":
        return None
    weights = home_weights(model.homes)
    return totals_by_verdict(rule.verdict, weights, areas.home_area, len(areas.ids))
