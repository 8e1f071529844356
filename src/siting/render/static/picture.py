"""A drawn figure that shows itself in a notebook, with no widget and no display set up."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from scipy.spatial import KDTree

from siting.message import message
from siting.words import current_language, say

_FLAT_COLOURS = 32


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
        full, small = BytesIO(), BytesIO()
        self.figure.savefig(full, format="png", dpi=self.dpi)
        few = _with_few_colours(Image.open(full).convert("RGB"))
        few.save(small, format="png", optimize=True)
        return small.getvalue()

    def __repr__(self) -> str:
        return say(message("drawing.repr"), current_language())


def _with_few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture with 256 colours: a third of the bytes keeps a notebook light.

    What is painted flat keeps its very colour, or areas would not have those of the legend. The
    other colours are spread over what is there, so that rare ones, such as those of
    twenty facilities, stay what they are.
    """
    pixels = np.asarray(picture)
    every, place, counts = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    flat = every[np.argsort(-counts, kind="stable")[:_FLAT_COLOURS]]
    spread = picture.quantize(256 - len(flat), Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = np.vstack([flat, np.asarray(spread, dtype=np.uint8).reshape(-1, 3)])[:256]
    # Pillow finds the nearest colour by six bits of each; white would become a light grey.
    _, nearest = KDTree(palette).query(every)
    few = Image.fromarray(nearest[place].reshape(pixels.shape[:2]).astype(np.uint8))
    few.putpalette(palette.ravel().tolist())
    return few
