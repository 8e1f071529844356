"""What ``locate.json`` says: the question, the answer with its bound, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting.pipeline.sites.results import newly_served_share, served_share
from siting.pipeline.sites.scenario import rules_before_after
from siting.rules.city.findings import Verdict
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from siting.message import Sayable
    from siting.pipeline.sites.proposal import Proposal


def siting_summary(
    siting: Proposal, *, by_hand: Proposal | None = None, scenario: bool = True
) -> dict[str, Any]:
    """Return the answer as plain data; numbers that are not known are None.

    Parameters
    ----------
    siting
        The proposal.
    by_hand
        A plan to compare with it.
    scenario
        Check every rule after the opening, too.

    Returns
    -------
    dict
        ``project``, ``made_up``, ``date``, ``question``, ``answer``, ``opened`` (a row per site),
        ``capacity`` (who is served today and with the proposal, where sites serve only so many),
        ``curve``, ``areas`` (level -> rows), ``rules`` (before and after), ``by_hand``, ``notes``
        (in English) and ``notes_zh``.
    """
    analysis = siting.analysis
    head = {name: analysis.summary[name] for name in ("project", "made_up", "date", "crs")}
    found = {
        **head,
        "siting": analysis.summary["siting"],
        "question": _question(siting),
        "answer": _answer(siting),
        "opened": records(siting.opened) if siting.has_plan else [],
        "capacity": siting.capacity(),
        "curve": [] if siting.curve is None else records(siting.curve),
        "curve_by": siting.asked.curve_by,
        "areas": _areas(siting),
        "rules": _rules(siting) if scenario and siting.has_plan else [],
        **said_notes(siting.notes),
    }
    if by_hand is not None:
        found["by_hand"] = _by_hand(siting, by_hand, scenario=scenario)
    return found


def said_notes(notes: Iterable[Sayable]) -> dict[str, list[str]]:
    """Return the notes of an answer as ``locate.json`` has them, in both languages."""
    told = tuple(notes)
    return {
        "notes": [say(note, "en") for note in told],
        "notes_zh": [say(note, "zh") for note in told],
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON can hold them: no NaN, no infinity."""
    return [
        {str(name): json_value(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def json_value(value: Any) -> Any:
    """Return a number as JSON writes it, None for NaN and infinity; other things as they are.

    >>> json_value(np.float64("inf")), json_value(np.int32(3)), json_value("a")
    (None, 3, 'a')
    """
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _question(siting: Proposal) -> dict[str, Any]:
    question, asked = siting.question, siting.asked
    return {
        "rule_id": question.rule.id,
        "title": question.rule.title.model_dump(),
        "source": question.rule.citation(siting.analysis.language),
        "facility_type": question.facility_type,
        "measure": question.measure,
        "limit": json_value(question.limit),
        "unit": question.unit,
        "served_by_each": json_value(question.served_by_each),
        "model": asked.model,
        "p": asked.p,
        "budget": json_value(asked.budget),
        "budgets": [json_value(each) for each in asked.budgets],
        "weight": question.weight,
        "sites": len(siting.sites.table),
        "homes": int(question.homes.size),
        **_today(siting),
        "unknown": question.total(Verdict.UNKNOWN),
    }


def _today(siting: Proposal) -> dict[str, float]:
    """Return how many fail and pass now; by a rule on people per facility, who could be served."""
    question = siting.question
    failing, passing = question.total(Verdict.FAIL), question.total(Verdict.PASS)
    if not (siting.asked.is_capacitated and np.isfinite(question.served_by_each)):
        return {"failing": failing, "passing": passing}
    rows = siting.capacity()
    served = rows[0]["could_serve"] if rows else 0.0
    return {"failing": failing - served, "passing": served}


def _answer(siting: Proposal) -> dict[str, Any]:
    solution = siting.solution
    return {
        "status": solution.status.value,
        "message": say(solution.message, "en"),
        "message_zh": say(solution.message, "zh"),
        "ended": solution.ended,
        "objective": json_value(solution.objective),
        "bound": json_value(solution.bound),
        "gap": json_value(solution.gap),
        "seconds": round(solution.seconds, 3),
        **_meaning(siting),
    }


def _meaning(siting: Proposal) -> dict[str, Any]:
    """Return what the plan means for those who have no service today."""
    if not siting.has_plan:
        return {"sites_opened": 0, "newly_served": 0.0, "still_without": None, "cost": 0.0}

    question, opened = siting.question, siting.opened
    fails = question.verdict[question.homes] == Verdict.FAIL
    served = served_share(siting.problem, siting.solution)
    newly = newly_served_share(siting.problem, siting.solution)
    weights = np.where(fails, question.weights[question.homes], 0.0)
    found = {
        "sites_opened": len(opened),
        "newly_served": float((weights * newly).sum()),
        "still_without": float((weights * (1 - served)).sum()),
        "cost": json_value(opened["cost"].sum(skipna=False)) if len(opened) else 0.0,
    }
    elderly = question.groups.get("elderly")
    if elderly is not None:
        old = np.where(fails, elderly[question.homes], 0.0)
        found["elderly_newly_served"] = float((old * newly).sum())
    return found


def _areas(siting: Proposal) -> dict[str, list[dict[str, Any]]]:
    if not siting.has_plan:
        return {}
    return {level: records(siting.areas(level)) for level in siting.analysis.city.areas}


def _rules(siting: Proposal) -> list[dict[str, Any]]:
    return rules_before_after(siting.analysis, siting.after())


def _by_hand(siting: Proposal, other: Proposal, *, scenario: bool) -> dict[str, Any]:
    """Return the plan made by hand and how it differs from the proposal."""
    return {
        "answer": _answer(other),
        "opened": records(other.opened) if other.has_plan else [],
        **siting.apart_from(other),
        "rules": _rules(other) if scenario and other.has_plan else [],
    }
