"""What ``locate.json`` says of complexes: the question, the answer, its bound, whom it serves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from siting.pipeline.sites.scenario import rules_before_after
from siting.pipeline.sites.summary import json_value, records, said_notes
from siting.words import say

if TYPE_CHECKING:
    from siting.pipeline.complexes.tables import Complexes


def complexes_summary(
    found: Complexes, *, by_hand: Complexes | None = None, scenario: bool = True
) -> dict[str, Any]:
    """Return the answer as plain data; numbers that are not known are None.

    Returns
    -------
    dict
        ``project``, ``made_up``, ``date``, ``question``, ``answer``, ``opened`` (a row per
        complex), ``functions`` (a row per function of a complex), ``served`` (a row per function),
        ``curve`` and ``curve_by``, ``rules`` (before and after), ``notes`` (in English),
        ``notes_zh`` and, with a plan to compare with, ``by_hand``.
    """
    head = {name: found.analysis.summary[name] for name in ("project", "made_up", "date", "crs")}
    after = found.has_plan and scenario
    return {
        **head,
        "siting": found.analysis.summary["siting"],
        "question": _question(found),
        **_plan(found),
        "curve": [] if found.curve is None else records(found.curve),
        "curve_by": found.asked.curve_by,
        "rules": rules_before_after(found.analysis, found.after()) if after else [],
        **said_notes(found.notes),
        **({"by_hand": {**_plan(by_hand), **found.apart_from(by_hand)}} if by_hand else {}),
    }


def _plan(found: Complexes) -> dict[str, Any]:
    """Return the answer and its tables, which are empty without a plan."""
    tables = ("opened", "functions", "served")
    rows = {name: records(getattr(found, name)) if found.has_plan else [] for name in tables}
    return {"answer": _answer(found), **rows}


def _question(found: Complexes) -> dict[str, Any]:
    asked = found.asked
    return {
        "model": found.solution.model,
        "p": asked.p,
        "budget": json_value(asked.budget),
        "minimum_functions": asked.minimum_functions,
        "minimum_area_m2": json_value(asked.minimum_area_m2),
        "sites": len(found.sites.table),
        "functions": [
            {
                **asdict(each),
                "facility_type": question.facility_type,
                "count": question.weight,
                "title": question.rule.title.model_dump(),
                "source": question.rule.citation(found.analysis.language),
                "measure": question.measure,
                "limit": json_value(question.limit),
                "unit": question.unit,
            }
            for each, question in zip(asked.functions, found.questions, strict=True)
        ],
    }


def _answer(found: Complexes) -> dict[str, Any]:
    solution = found.solution
    numbers = {name: json_value(getattr(solution, name)) for name in ("objective", "bound", "gap")}
    return {
        "status": solution.status.value,
        "message": say(solution.message, "en"),
        "message_zh": say(solution.message, "zh"),
        **numbers,
        "seconds": round(solution.seconds, 3),
        "complexes": int(solution.opened.size),
        "cost": json_value(found.opened["cost"].sum(skipna=False)) if found.has_plan else None,
    }
