"""A picture of how whole a street network is: pieces that hang together with nothing, slips.

Drawn like the map of a rule, in one language, without a display.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from siting.message import message
from siting.render.static.fonts import Typeface, find_typeface
from siting.render.static.layers import PAPER, RASTER_ABOVE
from siting.render.static.layout import LAYOUTS
from siting.render.static.legend import Entry
from siting.render.static.pen import Pen
from siting.render.static.words import speech_of

_WHOLE, _LOOSE, _CROSSING, _DEAD_END, _HOME = "#a9a49d", "#b35806", "#c51b7d", "#2b6ca8", "#5c2a05"


@dataclass(frozen=True, slots=True, eq=False)
class NetworkPicture:
    """What the picture shows, in metres of one projected system.

    Parameters
    ----------
    title
        Of the project.
    lines, loose
        LineStrings (m,), and which of them are part of a fragment, bool (m,).
    pieces
        How many fragments there are.
    crossings, dead_ends, homes
        float64 (n, 2): crossings without a junction, dead ends beside each other, homes on
        fragments.
    made_up
        Whether the data are invented.
    """

    title: str
    lines: NDArray[Any]
    loose: NDArray[np.bool_]
    pieces: int
    crossings: NDArray[np.float64]
    dead_ends: NDArray[np.float64]
    homes: NDArray[np.float64]
    made_up: bool = False


def draw_network(
    model: NetworkPicture, *, language: str = "zh", typeface: Typeface | None = None
) -> Any:
    """Return the picture as a ``matplotlib.figure.Figure``; English without a Chinese font."""
    face = typeface or find_typeface()
    speech = speech_of(language, face)
    layout = LAYOUTS["beside"]
    pen = Pen(speech, layout)
    figure = Figure(figsize=(11.0, 7.8), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes(layout.frame)
    axes.set_facecolor(PAPER)
    axes.set(xticks=[], yticks=[])
    for rows, colour, width in ((~model.loose, _WHOLE, 0.6), (model.loose, _LOOSE, 1.6)):
        lines = [shapely.get_coordinates(line) for line in model.lines[rows]]
        many = len(lines) > RASTER_ABOVE
        drawn = LineCollection(lines, colors=colour, linewidths=width, rasterized=many, zorder=2)
        axes.add_collection(drawn)
    for points, (shape, colour, _) in _points(model):
        if len(points):
            axes.plot(*points.T, shape, ms=7, mfc="none", mec=colour, mew=1.3, zorder=4)
    pen.fit(axes, _extent(model))
    pen.scale(axes)
    pen.north(axes)
    pen.legend(figure, layout.legends[0], _entries(model, pen))
    left, (project, titled, _) = layout.frame[0], layout.titles
    name = face.drawable(model.title, "siting")
    pen.write(figure, left, project, name, size=layout.text_size, colour="#5b5a66")
    title = speech.say(message("picture.network"))
    pen.write(figure, left, titled, title, size=layout.title_size, weight="bold")
    if model.made_up:
        pen.made_up(figure)
    return figure


def _points(
    model: NetworkPicture,
) -> tuple[tuple[NDArray[np.float64], tuple[str, str, bool]], ...]:
    return (
        (model.crossings, ("X", _CROSSING, True)),
        (model.dead_ends, ("o", _DEAD_END, True)),
        (model.homes, ("s", _HOME, True)),
    )


def _entries(model: NetworkPicture, pen: Pen) -> list[Entry]:
    crossings, dead_ends, homes = _points(model)
    length = float(shapely.length(model.lines[model.loose]).sum())
    told = {"pieces": model.pieces, "length": length}
    say = pen.speech.say
    return [
        (say(message("picture.streets")), None),
        (say(message("picture.streets_whole")), ("_", _WHOLE, True)),
        (say(message("picture.streets_loose", **told)), ("_", _LOOSE, True)),
        (say(message("picture.crossings", count=len(crossings[0]))), crossings[1]),
        (say(message("picture.dead_ends", count=len(dead_ends[0]))), dead_ends[1]),
        (say(message("picture.homes_loose", count=len(homes[0]))), homes[1]),
    ]


def _extent(model: NetworkPicture) -> tuple[float, ...]:
    """Return left, bottom, right, top of all streets, with a margin."""
    left, bottom, right, top = shapely.total_bounds(model.lines)
    margin = 0.03 * max(right - left, top - bottom, 100.0)
    return left - margin, bottom - margin, right + margin, top + margin
