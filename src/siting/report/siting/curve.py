"""The curve of people served, drawn as one small SVG file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 20, 48, 56
_LINE, _BOUND, _GRID, _TEXT = "#1f4e5f", "#c2571a", "#d9dde0", "#333333"


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
        Texts; they are escaped.
    chosen
        The value that was asked for, marked on the axis.

    Returns
    -------
    str
        One SVG element with a white ground; empty curves keep their axes.

    Examples
    --------
    >>> drawing = curve_svg([1, 2], [50, 60], [50, 60], title="<a>", x_label="sites",
    ...                     y_label="people", bound_label="at most")
    >>> "<a>" in drawing, drawing.count("<circle")
    (False, 2)
    """
    right = max([*values, chosen or 0.0, 1e-9])
    top = max([*served, *(each for each in bounds if math.isfinite(each)), 1e-9])
    x_step, y_step = nice_step(right), nice_step(top)
    frame = _Frame(math.ceil(right / x_step) * x_step, math.ceil(top / y_step) * y_step)
    proven = [(x, y) for x, y in zip(values, bounds, strict=True) if math.isfinite(y)]
    found = list(zip(values, served, strict=True))
    parts = [
        *_axes(frame, x_step, y_step),
        *_mark(frame, chosen),
        _line(frame, proven, _BOUND, dashed=True),
        _line(frame, found, _LINE, dashed=False),
        *(f'<circle cx="{frame.x(x)}" cy="{frame.y(y)}" r="3" fill="{_LINE}"/>' for x, y in found),
        _text(_LEFT, 26, title, size=16, anchor="start", bold=True),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, x_label),
        _text(_LEFT, 43, y_label, anchor="start"),
        _text(_WIDTH - _RIGHT, 43, bound_label, anchor="end", colour=_BOUND),
    ]
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    ground = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return "\n".join([head, ground, *parts, "</svg>", ""])


class _Frame:
    """Where values lie on the paper."""

    def __init__(self, right: float, top: float) -> None:
        self.right, self.top = right, top

    def x(self, value: float) -> float:
        return round(_LEFT + value / self.right * (_WIDTH - _LEFT - _RIGHT), 2)

    def y(self, value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value / self.top * (_HEIGHT - _TOP - _BOTTOM), 2)


def nice_step(largest: float, parts: int = 6) -> float:
    """Return a round step that divides an axis into about so many parts.

    >>> nice_step(100), nice_step(0.7), nice_step(1_942_653)
    (20.0, 0.2, 500000.0)
    """
    rough = largest / parts
    power = 10.0 ** math.floor(math.log10(rough))
    return min(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)


def _axes(frame: _Frame, x_step: float, y_step: float) -> Iterator[str]:
    for number in range(round(frame.top / y_step) + 1):
        y = frame.y(number * y_step)
        yield f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="{_GRID}"/>'
        yield _text(_LEFT - 8, y + 4, f"{number * y_step:,.10g}", anchor="end")
    for number in range(round(frame.right / x_step) + 1):
        x = frame.x(number * x_step)
        yield _text(x, _HEIGHT - _BOTTOM + 18, f"{number * x_step:,.10g}")


def _mark(frame: _Frame, chosen: float | None) -> Iterator[str]:
    if chosen is not None:
        x = frame.x(chosen)
        path = f"M{x} {_TOP}V{_HEIGHT - _BOTTOM}"
        yield f'<path d="{path}" stroke="{_LINE}" stroke-dasharray="2 4"/>'


def _line(
    frame: _Frame, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool
) -> str:
    listed = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in points)
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    return f'<polyline points="{listed}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 12,
    anchor: str = "middle",
    colour: str = _TEXT,
    bold: bool = False,
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}'
    return f"<text {place}>{escape(text)}</text>"
