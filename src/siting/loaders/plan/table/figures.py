"""Which figure a row of an indicator table gives, and of what.

建筑面积 below 养老服务用房 is elder care's and never the plan's; 地上 below 总建筑面积 is a figure
of its own. Where nobody can tell whose a figure is, none is named and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.loaders.plan.table.floor_parts import bare_part, is_part_key, key_of_part, part_of
from siting.loaders.plan.table.labels import label_of, refused_remark
from siting.loaders.plan.table.outline import words_of
from siting.loaders.plan.table.quantities import measures
from siting.loaders.plan.table.words import (
    is_of_whole_plan,
    key_below,
    key_of,
    room_of,
    says_only_what,
)
from siting.rules.facts import unit_of
from siting.vocabulary.plan_words import Role, plan_words

if TYPE_CHECKING:
    from siting.loaders.plan.table.grid import Item
    from siting.loaders.plan.table.labels import Label
    from siting.rules.plan.model import PlanRow

_ROLES_OF_SECTIONS = ("due", "condition", "before")
_ROLE_NOTES = {"due": "a requirement and no figure", "before": "of before this plan"}
# How the header of a column that counts facilities is handed to `figure_of`.
COUNT = "数量"
_WITH_PARTS = ("residential_floor_area_m2", "public_floor_area_m2", "other_floor_area_m2")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row being read, with what its place in the table says of it.

    Parameters
    ----------
    row
        Its number.
    path, own, label
        Its label cells from left to right, the one that names it, and that taken apart.
    parent, above
        The index of the row it is part of, -1 for none, and that row.
    part
        The part of a floor area that it speaks of, such as 地上.
    owner
        The label that says whose figure it is; None for a figure of the plan's own.
    unclear
        The label above that may or may not say whose it is.
    section
        The headings and labels left of it that name no figure.
    numbered
        Whether it has a number in a list.
    """

    row: int
    path: tuple[Item, ...]
    own: Item
    label: Label
    parent: int
    above: PlanRow | None
    part: str
    owner: Item | None
    unclear: Item | None
    section: tuple[Item, ...] = ()
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a number is not read although its label is known.

    Parameters
    ----------
    key
        The fact that is not known for it; empty where the number is none of the plan's figures.
    """

    key: str
    note: str


def refusal_of(read: ReadRow, unit: str) -> Refusal | None:
    """Return why a row gives no figure of the plan; None where it may give one.

    Requirements and the past are no figures. Of a room with a remark that nobody knows, neither
    its own number nor the sum of the rooms can be told.
    """
    sections = (words_of(item) for item in read.section)
    roles = (read.label.role, *map(_role_of_section, sections))
    if role := next(filter(None, roles), None):
        return Refusal("", f"{_ROLE_NOTES.get(role, _ROLE_NOTES['due'])}; it is not read")
    key, remark = refused_remark(read.label.words, unit)
    return Refusal(key, f"this remark is not known: {remark}; it is not read") if key else None


def _role_of_section(words: str) -> Role | None:
    """Return the role of a heading over requirements or the past; a title 控制指标 is none."""
    role = plan_words().role_of(words)
    return role if role in _ROLES_OF_SECTIONS and "指标" not in words else None


def figure_of(read: ReadRow, header: str, unit: str) -> tuple[str, str, str]:
    """Return the figure and the part that a row gives, and a note on whose it is.

    Parameters
    ----------
    read
        The row.
    header
        What stands over the column of the number; empty for a number in the label.
    unit
        Of the number; empty where none is near.
    """
    key = _key_alone(read.label, header, unit)
    key, part = _key_of_part(read, key, unit)
    if "." in key:
        # 养老服务用房(地下) is a part of the rooms for the elderly.
        return key, part or bare_part(room_of(read.label.words)[1]), ""
    return _key_of_owner(read, key, part, unit)


def _key_of_owner(read: ReadRow, key: str, part: str, unit: str) -> tuple[str, str, str]:
    """Give 建筑面积 below 养老服务用房 to elder care, and never to the plan."""
    words = read.label.words
    bare = says_only_what(words)
    owner = read.owner
    if owner is None:
        if bare and read.unclear is not None and not is_of_whole_plan(words_of(read.unclear)):
            return "", part, f"this may be a figure of {words_of(read.unclear)}; it is not read"
        return key, part, ""
    of_owner = key_of(words_of(owner)) or key_of(words_of(owner), label_of(owner.text).unit)
    facility_type = of_owner.partition(".")[2]
    if facility_type and (key or bare or key_below(facility_type, words, unit)):
        below = key_below(facility_type, words, unit)
        said = f"a figure of {words_of(owner)}"
        return below, part or part_of(words), said if below else f"{said}; it is not read"
    if of_owner in _WITH_PARTS and (bare or key == "total_floor_area_m2"):
        fits = words.endswith(("建筑面积", "总面积")) or words == "面积"
        below = of_owner if fits and (not unit or "m2" in measures(unit)) else ""
        said = f"a figure of {words_of(owner)}"
        return below, part, said if below else f"{said}; it is not read"
    if bare and not is_of_whole_plan(words_of(owner)):
        return "", part, f"a figure of {words_of(owner)}, which is not known; it is not read"
    return key, part, ""


def _key_of_part(read: ReadRow, key: str, unit: str) -> tuple[str, str]:
    """Return key and part of 地上, 地下 ... by what they are a part of.

    Below 总建筑面积 they are figures of their own, below 商业 a part of the commerce.
    """
    label, part = read.label, read.part
    word = bare_part(label.words)
    if not word and not is_part_key(key):
        return key, part
    whole = _whole(read)
    name = word or part_of(label.words)
    if whole == "total_floor_area_m2" and not key:
        key = key_of_part(name)
        return (key, "") if not unit or unit_of(key) in measures(unit) else ("", part)
    if name and (whole.startswith("floor_area_m2.") or whole in _WITH_PARTS):
        return (whole, name) if not unit or "m2" in measures(unit) else ("", part)
    return key, part


def _whole(read: ReadRow) -> str:
    """Return the figure that a row is a part of, by the label left of it or by 其中."""
    groups = [label_of(item.text) for item in read.path if item is not read.own]
    named = [group for group in reversed(groups) if group.words]
    if named:
        return key_of(named[0].words, named[0].unit)
    return read.above.key if read.above else ""


def _key_alone(label: Label, header: str, unit: str) -> str:
    quantity = label_of(header).words
    if quantity in plan_words().quantity_headers or quantity == COUNT:
        key = key_of(label.words + quantity, unit)
        if key:
            return key
    return key_of(label.words, unit)
