"""The curve of people served, drawn as one small SVG file that needs nothing else."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from io import StringIO
from typing import Any

from siting.plain_text import plain

_SIZE_IN = (7.5, 4.375)
_LINE, _BOUND, _GRID, _TEXT = "#1f4e5f", "#c2571a", "#d9dde0", "#333333"
# The same curve is the same file: names inside it come from its content, and it bears no date.
# Texts stay texts, so that whoever opens the file sees them in a font of theirs.
_STYLE: Any = {
    "svg.hashsalt": "siting",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "DejaVu Sans"],
    "font.size": 9,
    "text.color": _TEXT,
    "text.parse_math": False,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def curve_svg(
    values: Sequence[float],
    served: Sequence[float],
    bounds: Sequence[float],
    *,
    title: str,
    x_label: str,
    y_label: str,
    bound_label: str,
    chosen: float | None = None,
) -> str:
    """Draw a curve with its bound.

    Parameters
    ----------
    values, served, bounds
        Of the same length, `values` ascending; a bound that is not finite is left out.
    title, x_label, y_label, bound_label
        Texts; they are escaped, and nothing in them is read as a formula.
    chosen
        The value that was asked for, marked on the axis.

    Returns
    -------
    str
        One SVG file with a white ground; empty curves keep their axes.

    Examples
    --------
    >>> drawing = curve_svg([1, 2], [50, 60], [50, 60], title="<a> $b$", x_label="sites",
    ...                     y_label="people", bound_label="at most")
    >>> "<a>" in drawing, "&lt;a&gt; $b$" in drawing
    (False, True)
    """
    # matplotlib is loaded when a curve is drawn: other outputs do not wait for it.
    from matplotlib import style  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    # A user's own settings of matplotlib must not change the curve.
    with style.context(["default", _STYLE]), warnings.catch_warnings():
        # The drawing measures texts in a font of this machine, which may lack Chinese.
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing", UserWarning)
        figure = Figure(figsize=_SIZE_IN, facecolor="white")
        axes = figure.add_axes((0.125, 0.135, 0.847, 0.75))
        _draw_lines(axes, values, served, bounds, chosen)
        _style_axes(axes, values, served, bounds, chosen)
        _write_texts(figure, title, x_label, y_label, bound_label)
        drawing = StringIO()
        figure.savefig(drawing, format="svg", metadata=_NO_METADATA)
    return drawing.getvalue()


def _draw_lines(
    axes: Any,
    values: Sequence[float],
    served: Sequence[float],
    bounds: Sequence[float],
    chosen: float | None,
) -> None:
    proven = [(x, y) for x, y in zip(values, bounds, strict=True) if math.isfinite(y)]
    if chosen is not None:
        axes.axvline(chosen, color=_LINE, linewidth=0.8, linestyle=":", gid="chosen")
    axes.plot(*_columns(proven), color=_BOUND, linestyle="--", gid="bound")
    axes.plot(values, served, color=_LINE, marker="o", markersize=4, clip_on=False, gid="served")


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _style_axes(
    axes: Any,
    values: Sequence[float],
    served: Sequence[float],
    bounds: Sequence[float],
    chosen: float | None,
) -> None:
    """Let both axes begin at 0 and end at a round number, with a line for each round step."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter  # noqa: PLC0415 - see above

    finite = [each for each in bounds if math.isfinite(each)]
    ends = max([*values, chosen or 0.0, 1e-9]), max([*served, *finite, 1e-9])
    for axis, end in zip((axes.xaxis, axes.yaxis), ends, strict=True):
        steps = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(0.0, end)
        axis.set_ticks(steps)
        axis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
        axis.set_view_interval(0.0, steps[-1], ignore=True)
        axis.set_tick_params(length=0)
    axes.grid(visible=True, axis="y", color=_GRID)
    axes.set_axisbelow(True)
    axes.set_frame_on(False)


def _write_texts(figure: Any, title: str, x_label: str, y_label: str, bound_label: str) -> None:
    left, right = 0.125, 0.972
    figure.text(left, 0.945, plain(title), fontsize=12, fontweight="bold")
    figure.text(left, 0.9, plain(y_label))
    figure.text(right, 0.9, plain(bound_label), color=_BOUND, ha="right")
    figure.text((left + right) / 2, 0.03, plain(x_label), ha="center")
