"""Which figure a row of an indicator table gives, and of what.

建筑面积 below 养老服务用房 is elder care's and never the plan's; 地上 below 总建筑面积 is a figure
of its own. Where nobody can tell whose a figure is, none is named and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.loaders.plan.table.labels import label_of, refused_remark
from siting.loaders.plan.table.outline import words_of
from siting.loaders.plan.table.quantities import measures
from siting.loaders.plan.table.words import (
    bare_part,
    is_not_asked,
    is_of_whole_plan,
    is_part_key,
    key_below,
    key_of,
    part_of,
    room_of,
    says_only_what,
)
from siting.message import Message, message
from siting.rules.facts import unit_of
from siting.vocabulary.plan_words import Role, plan_words

if TYPE_CHECKING:
    from siting.loaders.plan.table.labels import RowLabel
    from siting.loaders.plan.table.outline import ReadRow

_ROLES_OF_SECTIONS = ("due", "condition", "before")
# How the header of a column that counts facilities is handed to `figure_of`.
COUNT = "数量"
_WITH_PARTS = ("residential_floor_area_m2", "public_floor_area_m2", "other_floor_area_m2")


@dataclass(frozen=True, slots=True)
class Named:
    """The figure that a number gives.

    Parameters
    ----------
    key, part
        The fact, and the part of it; an empty key where nobody can say which.
    note
        Whose figure it is, or why it is none; None where there is nothing to say.
    is_read
        False where the number is none of the plan's, or where its remark leaves the fact unknown.
    """

    key: str
    part: str = ""
    note: Message | None = None
    is_read: bool = True


def _refusal_of(read: ReadRow, unit: str) -> Named | None:
    """Return why a row gives no figure of the plan; None where it may give one.

    Requirements and the past are no figures. Of a room with a remark that nobody knows, neither
    its own number nor the sum of the rooms can be told.
    """
    sections = (words_of(item) for item in read.section)
    roles = (read.label.role, *map(_role_of_section, sections))
    if role := next(filter(None, roles), None):
        note = message("row_note.before" if role == "before" else "row_note.requirement")
        return Named("", note=note, is_read=False)
    key, remark = refused_remark(read.label.words, unit)
    note = message("row_note.remark_not_known", text=remark)
    return Named(key, note=note, is_read=False) if key else None


def _role_of_section(words: str) -> Role | None:
    """Return the role of a heading over requirements or the past; a title 控制指标 is none."""
    role = plan_words().role_of(words)
    return role if role in _ROLES_OF_SECTIONS and "指标" not in words else None


def figure_of(read: ReadRow, header: str, unit: str) -> Named:
    """Return the figure that a row gives, and whose it is.

    Parameters
    ----------
    read
        The row.
    header
        What stands over the column of the number; empty for a number in the label.
    unit
        Of the number; empty where none is near.
    """
    if refused := _refusal_of(read, unit):
        return refused
    key, part = _key_of_part(read, _key_alone(read.label, header, unit), unit)
    if "." in key:
        # 养老服务用房(地下) is a part of the rooms for the elderly.
        return Named(key, part or bare_part(room_of(read.label.words)[1]))
    named = _key_of_owner(read, key, part, unit)
    if named.key or named.note:
        return named
    known = is_not_asked(read.label.words)
    return Named("", part, message("row_note.not_asked" if known else "row_note.not_known"))


def _key_of_owner(read: ReadRow, key: str, part: str, unit: str) -> Named:
    """Give 建筑面积 below 养老服务用房 to elder care, and never to the plan."""
    words = read.label.words
    bare = says_only_what(words)
    owner = read.owner
    if owner is None:
        if bare and read.unclear is not None and not is_of_whole_plan(words_of(read.unclear)):
            note = message("row_note.owner_unclear", owner=words_of(read.unclear))
            return Named("", part, note)
        return Named(key, part)
    name = words_of(owner)
    of_owner = key_of(name) or key_of(name, label_of(owner.text).unit)
    facility_type = of_owner.partition(".")[2]
    below = key_below(facility_type, words, unit) if facility_type else ""
    if facility_type and (key or bare or below):
        return _owned(below, part or part_of(words), name)
    if of_owner in _WITH_PARTS and (bare or key == "total_floor_area_m2"):
        fits = words.endswith(("建筑面积", "总面积")) or words == "面积"
        below = of_owner if fits and (not unit or "m2" in measures(unit)) else ""
        return _owned(below, part, name)
    if bare and not is_of_whole_plan(name):
        return Named("", part, message("row_note.owner_not_known", owner=name))
    return Named(key, part)


def _owned(key: str, part: str, owner: str) -> Named:
    told = message("row_note.figure_of" if key else "row_note.figure_of_unread", owner=owner)
    return Named(key, part, told)


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
        key = plan_words().parts[name]
        return (key, "") if not unit or unit_of(key) in measures(unit) else ("", part)
    if name and (whole.startswith("floor_area_m2.") or whole in _WITH_PARTS):
        return (whole, name) if not unit or "m2" in measures(unit) else ("", part)
    return key, part


def _whole(read: ReadRow) -> str:
    """Return the figure that a row is a part of, by the label left of it or by 其中."""
    groups = [label_of(item.text) for item in read.path[:-1]]
    named = [group for group in reversed(groups) if group.words]
    if named:
        return key_of(named[0].words, named[0].unit)
    return read.above.key if read.above else ""


def _key_alone(label: RowLabel, header: str, unit: str) -> str:
    quantity = label_of(header).words
    if quantity in plan_words().quantity_headers or quantity == COUNT:
        key = key_of(label.words + quantity, unit)
        if key:
            return key
    return key_of(label.words, unit)
