"""An answer with complexes in words, for a terminal and for the first sheet of a workbook.

Formatting only: every figure is one of ``locate.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siting.message import Language, Term, message
from siting.report.siting.text import said_in, status_sentence
from siting.vocabulary.facility_types import load_facility_types
from siting.words import say


def complexes_text(summary: Mapping[str, Any], language: Language) -> str:
    """Return the answer as lines for a terminal: the headline, the complexes, the notes.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    lines = complexes_lines(summary, language)
    held = [_holds(row, summary, language) for row in summary["opened"]]
    notes = [f"! {note}" for note in said_in(summary, "notes", language)]
    return "\n".join([*lines, *(["", *held] if held else []), *notes])


def complexes_lines(summary: Mapping[str, Any], language: Language) -> list[str]:
    """Return what was asked, what the answer is worth and whom it serves, a line each."""
    question, answer = summary["question"], summary["answer"]
    asked = message(
        "complexes.head",
        project=summary["project"],
        functions=len(question["functions"]),
        sites=question["sites"],
    )
    head = say(message("answer.made_up", line=asked) if summary["made_up"] else asked, language)
    # A plan leaves somebody without, or nobody; no plan says nothing of it.
    worth = status_sentence(
        {**answer, "still_without": 0.0 if summary["served"] else None}, language
    )
    if not summary["served"]:
        return [head, worth]
    cost = answer["cost"]
    money = message("complexes.cost_unknown")
    if cost is not None:
        money = message("answer.money", number=f"{cost:,.0f}")
    plan = say(message("complexes.plan", count=answer["complexes"], cost=money), language)
    return [head, worth, plan, *(_served(row, language) for row in summary["served"])]


def _served(row: Mapping[str, Any], language: Language) -> str:
    told = message(
        "complexes.served",
        name=load_facility_types().title(row["facility_type"], language),
        complexes=row["complexes"],
        area=float(row["floor_area_m2"]),
        served=float(row["newly_served"]),
        rest=float(row["still_without"]),
        unit=Term("counted", row["weight"]),
    )
    return say(told, language)


def _holds(complex_: Mapping[str, Any], summary: Mapping[str, Any], language: Language) -> str:
    """Say what stands in a complex."""
    known = load_facility_types()
    held = [
        message(
            "map_site.room",
            type=known.title(row["facility_type"], language),
            area=float(row["floor_area_m2"]),
        )
        for row in summary["functions"]
        if row["site_id"] == complex_["site_id"]
    ]
    told = message("complexes.holds", site=complex_["site_id"], name=complex_["name"], held=held)
    return say(told, language)
