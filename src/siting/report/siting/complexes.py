"""An answer with complexes in words, for a terminal and for the first sheet of a workbook.

Formatting only: every figure is one of ``locate.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siting.message import Language, Message, Quantity, Term, Text, message
from siting.report.siting.text import curve_lines, said_in, status_sentence
from siting.vocabulary.facility_types import type_text
from siting.words import say


def complexes_text(summary: Mapping[str, Any], language: str) -> str:
    """Return the answer as lines for a terminal: the headline, the complexes, the notes.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    spoken: Language = "zh" if language == "zh" else "en"
    lines = complexes_lines(summary, language)
    held = [say(_holds(row, summary), spoken) for row in summary["opened"]]
    curve = curve_lines(summary, language) if summary["curve"] else []
    notes = [f"! {note}" for note in said_in(summary, "notes", spoken)]
    return "\n".join(
        [*lines, *(["", *held] if held else []), *curve, *_by_hand(summary, spoken), *notes]
    )


def _by_hand(summary: Mapping[str, Any], language: Language) -> list[str]:
    """Say what a plan made by hand serves, and what it costs."""
    other = summary.get("by_hand")
    if other is None:
        return []
    answer = other["answer"]
    if not other["served"]:
        return ["", say(Text(answer["message_zh"], answer["message"]), language)]
    change = answer["objective"] - summary["answer"]["objective"]
    told = message("complexes.by_hand", plan=_built(answer), change=f"{change:+,.0f}")
    return ["", say(told, language), *(say(_served(row), language) for row in other["served"])]


def _built(answer: Mapping[str, Any]) -> Message:
    cost = message("complexes.no_cost")
    if answer["cost"] is not None:
        cost = message("answer.money", number=f"{answer['cost']:,.0f}")
    return message("complexes.plan", count=answer["complexes"], cost=cost)


def complexes_lines(summary: Mapping[str, Any], language: str) -> list[str]:
    """Return what was asked, what the answer is worth and whom it serves, a line each."""
    spoken: Language = "zh" if language == "zh" else "en"
    question, answer = summary["question"], summary["answer"]
    head = message(
        "complexes.head",
        project=summary["project"],
        functions=len(question["functions"]),
        sites=f"{question['sites']:,}",
    )
    head = message("answer.made_up", line=head) if summary["made_up"] else head
    # A plan leaves somebody without, or nobody; no plan says nothing of it.
    worth = status_sentence(
        {**answer, "still_without": 0.0 if summary["served"] else None}, language
    )
    first = [say(head, spoken), worth]
    if not summary["served"]:
        return first
    return [
        *first,
        say(_built(answer), spoken),
        *(say(_served(row), spoken) for row in summary["served"]),
    ]


def _served(row: Mapping[str, Any]) -> Message:
    return message(
        "complexes.served",
        name=type_text(row["facility_type"]),
        complexes=row["complexes"],
        area=f"{row['floor_area_m2']:,.0f}",
        served=f"{row['newly_served']:,.0f}",
        rest=f"{row['still_without']:,.0f}",
        unit=Term("counted", row["weight"]),
    )


def _holds(complex_: Mapping[str, Any], summary: Mapping[str, Any]) -> Message:
    """Say what stands in a complex."""
    held = [
        message(
            "complexes.function",
            name=type_text(row["facility_type"]),
            area=Quantity(f"{row['floor_area_m2']:,.0f}", "m2"),
        )
        for row in summary["functions"]
        if row["site_id"] == complex_["site_id"]
    ]
    return message("complexes.holds", site=complex_["site_id"], name=complex_["name"], held=held)
