"""Draw the rooms of siting from its imports: ``python docs/build_rooms.py``.

The floors are the layers of the import contract in ``pyproject.toml``; an arrow is at least one
import, so the picture shows what the code does and not what somebody remembers. A test compares
what this makes with what is committed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

import grimp

DOCS = Path(__file__).resolve().parent
PICTURE = DOCS / "images" / "rooms.svg"

PACKAGE = "siting"
_ROW_HEIGHT, _GAP_Y, _GAP_X, _MARGIN = 46, 34, 26, 24
_CHARACTER = 7.4  # width of a character of the label font, in pixels


@dataclass(frozen=True, slots=True)
class Room:
    """A box of the picture: its name, the rooms inside it, and where it stands."""

    name: str
    inside: tuple[str, ...]
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """Return the horizontal middle of the box."""
        return self.x + self.width / 2


def floors() -> list[list[str]]:
    """Return the rooms of each floor, the highest floor first, as the import contract has them."""
    text = (DOCS.parent / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [[name.strip().removeprefix(f"{PACKAGE}.") for name in row.split("|")] for row in layers]


def arrows(graph: grimp.ImportGraph, rooms: set[str]) -> list[tuple[str, str]]:
    """Return every pair of rooms of which the first imports the second."""
    found = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = (_room(importer), _room(imported))
            if pair[0] != pair[1] and set(pair) <= rooms:
                found.add(pair)
    return sorted(found)


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _inside(graph: grimp.ImportGraph, room: str) -> tuple[str, ...]:
    """Return the packages within a room; a room of modules only has none."""
    children = graph.find_children(f"{PACKAGE}.{room}")
    return tuple(sorted(c.rsplit(".", 1)[1] for c in children if graph.find_children(c)))


def place(graph: grimp.ImportGraph) -> list[Room]:
    """Return the rooms with their places, each floor centred."""
    rows = [[(name, _inside(graph, name)) for name in row] for row in floors()]
    widths = [[_width(name, inside) for name, inside in row] for row in rows]
    whole = max(sum(row) + _GAP_X * (len(row) - 1) for row in widths)
    rooms = []
    for number, (row, sizes) in enumerate(zip(rows, widths, strict=True)):
        x = _MARGIN + (whole - sum(sizes) - _GAP_X * (len(row) - 1)) / 2
        y = _MARGIN + number * (_ROW_HEIGHT + _GAP_Y)
        for (name, inside), width in zip(row, sizes, strict=True):
            rooms.append(Room(name, inside, x, y, width))
            x += width + _GAP_X
    return rooms


def _width(name: str, inside: tuple[str, ...]) -> float:
    return _CHARACTER * max(len(name), len(" · ".join(inside)), 8) + 28


def draw(rooms: list[Room], pairs: list[tuple[str, str]]) -> str:
    """Return the picture as SVG: rooms from top to bottom, each arrow pointing down."""
    by_name = {room.name: room for room in rooms}
    width = max(room.x + room.width for room in rooms) + _MARGIN
    height = max(room.y for room in rooms) + _ROW_HEIGHT + _MARGIN
    lines = [_arrow(by_name[a], by_name[b]) for a, b in pairs]
    boxes = [_box(room) for room in rooms]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        'font-family="sans-serif">\n<title>The rooms of siting: imports point down</title>\n'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
    )
    return "\n".join([head, *lines, *boxes, "</svg>", ""])


def _arrow(above: Room, below: Room) -> str:
    """Return a curve that leaves a room at its foot and enters the other at its head."""
    start, end = above.y + _ROW_HEIGHT, below.y
    # Long ways swing out, so that they do not hide behind the rooms that they pass.
    swing = 0 if end - start <= _GAP_Y else (end - start) * 0.32
    side = 1 if above.middle <= below.middle else -1
    bend = above.middle + side * swing, below.middle + side * swing
    path = f"M{above.middle:.1f} {start:.1f} C{bend[0]:.1f} {start + 30:.1f}"
    path += f" {bend[1]:.1f} {end - 30:.1f} {below.middle:.1f} {end:.1f}"
    title = escape(f"{above.name} imports {below.name}")
    return (
        f'<path d="{path}" fill="none" stroke="#7a8793" stroke-opacity="0.55">'
        f"<title>{title}</title></path>"
    )


def _box(room: Room) -> str:
    frame = f'x="{room.x:.1f}" y="{room.y:.1f}" width="{room.width:.1f}" height="{_ROW_HEIGHT}"'
    lines = [f'<rect {frame} rx="6" fill="#eef3f7" stroke="#3c5a73"/>']
    name_y = room.y + (19 if room.inside else 28)
    lines.append(
        f'<text x="{room.middle:.1f}" y="{name_y:.1f}" text-anchor="middle" font-size="14" '
        f'font-weight="bold" fill="#1f3344">{escape(room.name)}</text>'
    )
    if room.inside:
        lines.append(
            f'<text x="{room.middle:.1f}" y="{room.y + 36:.1f}" text-anchor="middle" '
            f'font-size="12" fill="#3c5a73">{escape(" · ".join(room.inside))}</text>'
        )
    return "\n".join(lines)


def picture() -> str:
    """Return the picture of the code as it is."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    rooms = place(graph)
    return draw(rooms, arrows(graph, {room.name for room in rooms}))


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
