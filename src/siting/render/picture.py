"""A drawn figure that shows itself in a notebook, with no widget and no display set up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Picture:
    """A static map that shows itself; made by `Analysis.picture`.

    Parameters
    ----------
    figure
        A ``matplotlib.figure.Figure``.
    dpi
        Dots per inch in the notebook.
    """

    figure: Any
    dpi: int = 75

    def _repr_png_(self) -> bytes:
        from io import BytesIO

        from PIL import Image

        full, small = BytesIO(), BytesIO()
        self.figure.savefig(full, format="png", dpi=self.dpi)
        # A map has few colours, and a third of the bytes keeps a notebook light; this method keeps
        # colours that are rare, such as those of twenty facilities.
        few = Image.open(full).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)
        few.save(small, format="png", optimize=True)
        return small.getvalue()

    def __repr__(self) -> str:
        return "a static map; show it in a notebook, or write one with write_static_map"
