"""Where things stand on the sheet of a static map: a wide sheet, or one for half a page.

Owns places, as shares of the sheet, and sizes of letters, in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Legend = Literal["beside", "below"]
"""Where the legend stands: to the right of the map, or in columns under it."""

Box = tuple[float, float, float, float]
"""Left, bottom, width and height."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One arrangement of the sheet.

    Parameters
    ----------
    frame
        Of the map.
    legends
        Of the legend: a single box, or one for the homes and one for the areas.
    step
        Height of a line of the legend, of its box.
    mark_x, text_x
        Of the legend's marks and texts, of the width of its box.
    titles
        Heights of the project, the rule and the finding.
    title_size, text_size, legend_size, source_size, name_size
        Of the rule's title, of what stands around it, of the legend, of the sources and of the
        areas' names.
    columns
        How many columns of narrow letters fit into the sources; a wide glyph takes two.
    dot_share
        Of the size that dots have on a wide sheet.
    """

    frame: Box
    legends: tuple[Box, ...]
    step: float
    mark_x: float
    text_x: float
    titles: tuple[float, float, float]
    title_size: float
    text_size: float
    legend_size: float
    source_size: float
    name_size: float
    columns: int
    dot_share: float = 1.0


LAYOUTS: dict[Legend, SheetLayout] = {
    "beside": SheetLayout(
        frame=(0.015, 0.075, 0.745, 0.80),
        legends=((0.772, 0.075, 0.215, 0.80),),
        step=0.036,
        mark_x=0.045,
        text_x=0.11,
        titles=(0.955, 0.918, 0.888),
        title_size=15,
        text_size=10,
        legend_size=8.5,
        source_size=7,
        name_size=8,
        columns=220,
    ),
    "below": SheetLayout(
        frame=(0.015, 0.313, 0.97, 0.57),
        legends=((0.015, 0.08, 0.58, 0.225), (0.60, 0.08, 0.385, 0.225)),
        step=0.112,
        mark_x=0.03,
        text_x=0.075,
        titles=(0.963, 0.924, 0.893),
        title_size=12,
        text_size=8.5,
        legend_size=8,
        source_size=7,
        name_size=8,
        columns=96,
        dot_share=0.45,
    ),
}
"""The wide sheet goes across a page; two of the other stand side by side."""
