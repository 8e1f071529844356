"""An answer with complexes in words, for a terminal and for the first sheet of a workbook.

Formatting only: every figure is one of ``locate.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siting.report.siting.text import status_sentence
from siting.vocabulary.facility_types import load_facility_types

_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "head": "{project}：嵌入式服务综合体，{functions} 项功能，候选点 {sites} 处{made_up}",
        "made_up": "（虚构数据）",
        "plan": "建设综合体 {count} 处，造价 {cost}",
        "money": "{n} 元",
        "not_known": "未知",
        "served": (
            "{name}：{complexes} 处，{area} m²，新增服务 {served}{unit}；仍有 {rest}{unit}不达标"
        ),
        "holds": "{site} {name}：{held}",
        "joint": "、",
        "units": {
            "population": " 人", "elderly": " 位老年人", "households": " 户",
            "children": " 名幼儿", "homes": " 处住宅",
        },
    },
    "en": {
        "head": "{project}: complexes of {functions} functions, {sites} sites{made_up}",
        "made_up": " (made-up data)",
        "plan": "{count} complexes for {cost}",
        "money": "CNY {n}",
        "not_known": "a cost that is not known",
        "served": (
            "{name}: in {complexes}, {area} m², serves {served}{unit} more; {rest}{unit} still fail"
        ),
        "holds": "{site} {name}: {held}",
        "joint": ", ",
        "units": {
            "population": " people", "elderly": " elderly", "households": " households",
            "children": " children", "homes": " homes",
        },
    },
}  # fmt: skip


def complexes_text(summary: Mapping[str, Any], language: str) -> str:
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
    notes = [f"! {note}" for note in summary["notes"]]
    return "\n".join([*lines, *(["", *held] if held else []), *notes])


def complexes_lines(summary: Mapping[str, Any], language: str) -> list[str]:
    """Return what was asked, what the answer is worth and whom it serves, a line each."""
    words, question, answer = _WORDS[language], summary["question"], summary["answer"]
    head = words["head"].format(
        project=summary["project"],
        functions=len(question["functions"]),
        sites=f"{question['sites']:,}",
        made_up=words["made_up"] if summary["made_up"] else "",
    )
    # A plan leaves somebody without, or nobody; no plan says nothing of it.
    worth = status_sentence(
        {**answer, "still_without": 0.0 if summary["served"] else None}, language
    )
    if not summary["served"]:
        return [head, worth]
    cost = answer["cost"]
    money = words["not_known"] if cost is None else words["money"].format(n=f"{cost:,.0f}")
    plan = words["plan"].format(count=answer["complexes"], cost=money)
    return [head, worth, plan, *(_served(row, language) for row in summary["served"])]


def _served(row: Mapping[str, Any], language: str) -> str:
    words = _WORDS[language]
    text: str = words["served"].format(
        name=load_facility_types().title(row["facility_type"], language),
        complexes=row["complexes"],
        area=f"{row['floor_area_m2']:,.0f}",
        served=f"{row['newly_served']:,.0f}",
        rest=f"{row['still_without']:,.0f}",
        unit=words["units"][row["weight"]],
    )
    return text


def _holds(complex_: Mapping[str, Any], summary: Mapping[str, Any], language: str) -> str:
    """Say what stands in a complex."""
    words, known = _WORDS[language], load_facility_types()
    held = [
        f"{known.title(row['facility_type'], language)} {row['floor_area_m2']:,.0f} m²"
        for row in summary["functions"]
        if row["site_id"] == complex_["site_id"]
    ]
    text: str = words["holds"].format(
        site=complex_["site_id"], name=complex_["name"], held=words["joint"].join(held)
    )
    return text
