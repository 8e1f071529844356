"""What the legend of a static map lists: shades of homes, facilities, areas and sites.

Owns texts, counts and colours; where they stand on the sheet is the sheet's concern.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from siting.message import Term, message
from siting.render.model import MapAreas, MapModel, MapRule, MapText
from siting.render.static import layers
from siting.render.static.words import Speech

Mark = tuple[str, Any, bool]
"""Shape, colour, and whether it is a ring."""
Entry = tuple[str, Mark | None]
"""A text with its mark; without one it is a heading."""


def home_entries(speech: Speech, model: MapModel, rule: MapRule) -> list[Entry]:
    """Return the shades of homes that occur, with how many have each."""
    counts = np.bincount(layers.shade_of(rule), minlength=len(layers.SHADES))
    crowd = len(model.homes.lon) > layers.RASTER_ABOVE
    return [
        (speech.say(message("picture.homes")), None),
        *(
            (f"{_shade(speech, rule, shade, k)} ({counts[k]:,})", _dot(shade, k, crowd=crowd))
            for k, shade in enumerate(layers.SHADES)
            if counts[k]
        ),
    ]


def facility_entries(speech: Speech, model: MapModel, rule: MapRule) -> list[Entry]:
    """Return what the facilities on the map are: those counted, or those judged by verdict."""
    if rule.subject != "facility":
        return [(_counted_types(speech, model, rule), ("D", layers.FACILITY, False))]
    return [
        (speech.say(message("picture.judged")), None),
        *_verdicts(speech, rule, ("pass", "fail", "unknown"), "D"),
    ]


def area_entries(speech: Speech, model: MapModel, rule: MapRule, areas: MapAreas) -> list[Entry]:
    """Return the colours of the areas: verdicts of a rule about areas, else shares without."""
    level = _level_name(speech, areas)
    if rule.subject == "area":
        keys = ("pass", "fail", "unknown", "exempt")
        return [
            (speech.say(message("picture.verdicts", level=level)), None),
            *_verdicts(speech, rule, keys, "s"),
        ]
    edges = ("0 %", "0–10 %", "10–25 %", "25–50 %", "50–75 %", "75–100 %")
    swatches = [
        (text, ("s", layers.share_on_paper(colour, len(model.homes.lon)), False))
        for text, colour in zip(edges, layers.AREA_COLOURS, strict=True)
    ]
    return [(speech.say(message("picture.areas", level=level)), None), *swatches]


def site_entry(speech: Speech, count: int) -> Entry:
    """Return the mark of proposed sites."""
    return f"{speech.say(message('picture.sites'))} ({count:,})", ("*", layers.SITE, False)


def _verdicts(speech: Speech, rule: MapRule, keys: Sequence[str], shape: str) -> Iterator[Entry]:
    counts = np.bincount(rule.verdict, minlength=4)
    for k, key in enumerate(keys):
        if counts[k]:
            colour = layers.VERDICT_COLOURS[k]
            shown = layers.verdict_on_paper(colour) if shape == "s" else colour
            verdict = speech.say(message(f"picture.shade_{key}"))
            yield f"{verdict} ({counts[k]:,})", (shape, shown, False)


def _shade(speech: Speech, rule: MapRule, shade: str, k: int) -> str:
    """Say what a shade stands for: in the rule's own unit where one limit holds for all."""
    limit = np.asarray(rule.required, dtype=float)
    if k > layers.SHADES.index("worst") or limit.ndim or not limit > 0:
        return speech.say(message(f"picture.shade_{shade}"))
    upper = rule.sense in ("at_most", "below")
    times = (0.5, 1, 1.5, 2) if upper else (2, 1, 1 / 1.5, 0.5)
    edges = [_amount(rule, float(limit) * each) for each in times]
    within, beyond = ("≤ ", "> ") if upper else ("≥ ", "< ")
    if shade == "near":
        amount = within + edges[0]
    elif shade == "worst":
        amount = beyond + edges[3]
    else:
        amount = "–".join(edges[k - 1 : k + 1] if upper else edges[k : k - 2 : -1])
    unit = "" if rule.unit == "share" else f" {speech.unit(rule.unit)}"
    verdict = speech.say(
        message(
            "picture.shade_pass" if k <= layers.SHADES.index("served") else "picture.shade_fail"
        )
    )
    none = speech.say(message("picture.or_none")) if shade == "worst" and upper else ""
    return f"{verdict} · {amount}{unit}{none}"


def _amount(rule: MapRule, value: float) -> str:
    if rule.unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _dot(shade: str, k: int, *, crowd: bool) -> Mark:
    if shade == "unknown":
        return "o", layers.CROWD_UNKNOWN if crowd else layers.SHADE_COLOURS[k], not crowd
    return "o", layers.SHADE_COLOURS[k], False


def _counted_types(speech: Speech, model: MapModel, rule: MapRule) -> str:
    """Name the facilities that the rule counts, where they are few enough for one line."""
    titles = model.facility_types
    kinds = [
        speech.label(titles.get(kind, MapText(kind, kind)), kind) for kind in rule.facility_types
    ]
    text = speech.say(message("mark.comma")).join(kinds)
    return text if 0 < len(text) <= 28 else speech.say(message("picture.facilities"))


def _level_name(speech: Speech, areas: MapAreas) -> str:
    known = speech.say(Term("levels", areas.level))
    if known != areas.level:
        return known
    return speech.label(areas.title, areas.level) or speech.face.drawable(areas.level)
