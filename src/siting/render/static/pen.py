"""What every static map has: its extent, a scale bar, the north, a legend and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patheffects import withStroke

from siting.message import message
from siting.render.static.layers import TEXT
from siting.render.static.layout import Box, SheetLayout
from siting.render.static.legend import Entry, Mark
from siting.render.static.words import Speech


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in one language on sheets of one layout."""

    speech: Speech
    layout: SheetLayout

    def fit(self, axes: Any, extent: Sequence[float]) -> None:
        """Show left, bottom, right, top as wide as the frame is, with a metre of one length."""
        left, bottom, right, top = extent
        box = axes.get_position()
        width, height = axes.figure.get_size_inches() * (box.width, box.height)
        scale = max((right - left) / width, (top - bottom) / height) / 2
        x, y = (left + right) / 2, (bottom + top) / 2
        axes.set(
            xlim=(x - scale * width, x + scale * width),
            ylim=(y - scale * height, y + scale * height),
        )

    def scale(self, axes: Any) -> None:
        """Draw a scale bar of a round length in the lower left corner."""
        left, right = axes.get_xlim()
        bottom, top = axes.get_ylim()
        most = (right - left) * 0.22
        power = 10 ** np.floor(np.log10(most))
        length = next(k * power for k in (5, 2, 1) if k * power <= most)
        text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        x, y = left + (right - left) * 0.02, bottom + (top - bottom) * 0.025
        axes.plot([x, x + length], [y, y], color=TEXT, lw=2.2, solid_capstyle="butt", zorder=11)
        self.write(
            axes, x + length / 2, y + (top - bottom) * 0.008, text, size=8, ha="center", halo=True
        )

    def north(self, axes: Any) -> None:
        """Draw an arrow to the north in the upper right corner."""
        arrow = {"arrowstyle": "-|>", "color": TEXT, "lw": 1.4}
        axes.annotate(
            "",
            xy=(0.97, 0.975),
            xytext=(0.97, 0.915),
            xycoords="axes fraction",
            arrowprops=arrow,
            zorder=11,
        )
        self.write(
            axes,
            0.97,
            0.885,
            self.speech.say(message("picture.north")),
            size=9,
            ha="center",
            transform=axes.transAxes,
            halo=True,
        )

    def legend(self, figure: Any, box: Box, entries: Sequence[Entry]) -> None:
        """List what is drawn, a line for each entry."""
        layout = self.layout
        axes = figure.add_axes(box)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.axis("off")
        y = 1 - layout.step * 0.4
        for text, mark in entries:
            if mark is None:
                y -= layout.step / 3
                self.write(axes, 0.0, y, text, size=layout.legend_size + 0.5, weight="bold")
            else:
                self._mark(axes, y + layout.step / 4, mark)
                self.write(axes, layout.text_x, y, text, size=layout.legend_size)
            y -= layout.step

    def _mark(self, axes: Any, y: float, mark: Mark) -> None:
        shape, colour, ring = mark
        axes.plot(
            self.layout.mark_x,
            y,
            marker=shape,
            ms=7 if shape != "*" else 10,
            ls="",
            mfc="none" if ring else colour,
            mec=colour if ring else "#55555588",
            mew=1.2 if ring else 0.4,
            clip_on=False,
        )

    def made_up(self, figure: Any) -> None:
        """Say beside the titles that the data are invented."""
        box = {"facecolor": "#ffe08a", "edgecolor": "none", "pad": 4}
        text, size = self.speech.say(message("picture.made_up")), self.layout.text_size - 1
        y = self.layout.titles[0]
        self.write(figure, 0.985, y, text, size=size, weight="bold", ha="right", bbox=box)

    def write(
        self,
        where: Any,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        halo: bool = False,
        colour: str = TEXT,
        **options: Any,
    ) -> None:
        """Write a text in the font of the sheet; nothing in it is taken for a formula."""
        effects = [withStroke(linewidth=2.5, foreground="white")] if halo else []
        where.text(
            x, y, text, fontfamily=list(self.speech.face.families), fontsize=size, color=colour,
            parse_math=False, path_effects=effects, zorder=12, **options,
        )  # fmt: skip
