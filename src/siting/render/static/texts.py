"""The sentences of a static map: what was found under the rule, and where all of it comes from."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from siting.message import Term, message
from siting.number_text import share_text
from siting.render.model import WEIGHTS, MapModel, MapRule
from siting.render.rollup import counted_column, covered_share, rule_totals
from siting.render.static.words import Speech

_SENSES = {"at_most": "≤", "at_least": "≥", "below": "<", "above": ">"}


def finding_text(speech: Speech, model: MapModel, rule: MapRule) -> str:
    """Say what is required, how many go without, and of those judged which share."""
    parts = []
    limit = np.asarray(rule.required, dtype=float)
    if not limit.ndim and not np.isnan(limit):
        shown = f"{float(limit) * 100:g} %" if rule.unit == "share" else f"{float(limit):,g}"
        measure = speech.say(Term("measure", rule.measure))
        unit = speech.unit(rule.unit)
        if float(limit) == 1:
            one = speech.say(Term("one", rule.unit))
            unit = unit if one == rule.unit else one
        parts.append(f"{measure} {_SENSES[rule.sense]} {shown} {unit}".strip())
    totals = rule_totals(model, rule)
    if totals[0, 0] + totals[1, 0]:
        column = counted_column(totals)
        share = 1 - covered_share(totals)[column]
        if rule.subject != "city":
            counted = WEIGHTS[column] if column else rule.subject
            parts.append(speech.failed(counted, totals[1, column]))
            parts.append(speech.say(message("picture.share", share=share_text(share))))
    return speech.face.drawable(" · ".join(parts))


def source_lines(speech: Speech, model: MapModel, rule: MapRule | None) -> list[str]:
    """Return where rule and data come from, and what made the picture."""
    lines = []
    if rule is not None:
        source = rule.citation
        document = source.document
        name = (
            document
            if isinstance(document, str)
            else (document.zh if speech.language == "zh" else document.en or document.zh)
        )
        cited = " ".join(each for each in (name, source.number, source.clause) if each)
        if cited:
            shown = speech.face.drawable(cited, source.number)
            lines.append(speech.say(message("picture.source", citation=shown)))
    made = " ".join(f"{what} {version}" for what, version in model.versions.items())
    dated = speech.say(message("picture.date", date=model.date)) if model.date else ""
    given = (
        speech.say(message("picture.data", attribution=" · ".join(model.attribution)))
        if model.attribution
        else ""
    )
    lines.append(" · ".join(speech.face.drawable(each) for each in (given, dated, made) if each))
    return lines if speech.face.has_chinese else [*lines, speech.say(message("picture.no_font"))]


def folded(text: str, columns: int) -> list[str]:
    """Break a text into lines of so many columns, at spaces and between wide glyphs.

    Examples
    --------
    >>> folded("Data: WorldPop", 8)
    ['Data:', 'WorldPop']
    >>> folded("规则日期", 4)
    ['规则', '日期']
    """
    lines, line, room = [], "", columns
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        width = columns_of(word.rstrip())
        if line and width > room:
            lines.append(line.rstrip())
            line, room = "", columns
        line, room = line + word, room - columns_of(word)
    return [*lines, line.rstrip()] if line.strip() else lines


def columns_of(text: str) -> int:
    """Return how many columns of narrow letters a text takes; a wide glyph takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
