"""Which row of a table stands inside which: by column, by 其中, by numbering and by indentation.

Owns the comparison of a row with those above it, and so all that a row's place says of it:
`Outline.place` gives the whole `ReadRow`. What figure the row gives, `figures` says.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from siting.loaders.plan.table.blocks import PHASE
from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.words import (
    bare_part,
    is_part_key,
    key_of,
    part_of,
    says_only_what,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.loaders.plan.table.grid import GridCell
    from siting.loaders.plan.table.labels import RowLabel
    from siting.rules.plan.model import PlanRow
    from siting.vocabulary.numbering import Mark

# Marks from （1） on divide the row above them even where that row has no mark itself.
_FIRST_INNER_RANK = 40


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row being read, with what its place in the table says of it.

    Parameters
    ----------
    row
        Its number.
    path, label
        Its label cells from left to right, and the last of them taken apart.
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
    path: tuple[GridCell, ...]
    label: RowLabel
    parent: int
    above: PlanRow | None
    part: str
    owner: GridCell | None
    unclear: GridCell | None
    section: tuple[GridCell, ...]
    numbered: bool

    @property
    def own(self) -> GridCell:
        """The label cell that names it."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Above:
    """A row that others may be part of: where its label stands and its first row in `found`.

    `index` is -1 where it gave no row of its own; `is_heading` where nothing stands beside it.
    """

    column: int
    indent: int
    own: GridCell
    index: int = -1
    part: str = ""
    of_which: bool = False
    mark: Mark | None = None
    # A number from a column of its own may just count the rows.
    counted: bool = False
    is_heading: bool = False
    # The label left of it, of which the rows below may leave the cell empty.
    group: GridCell | None = None

    @property
    def level(self) -> int:
        """How far right it stands; 其中 counts as further right than any blanks."""
        return 100 * self.column + 50 * self.of_which + self.indent


@dataclass(slots=True)
class Outline:
    """The rows above the one that is read, in one block of a table.

    Parameters
    ----------
    columns
        Of the labels, from left to right.
    found
        What the rows gave so far; whoever reads them appends to it.
    above
        The rows that the next one may be part of, the outermost first.
    unclear
        The row above that the present row may or may not be part of.
    section
        The last heading that names no figure; its rows may be requirements or the past.
    """

    columns: Sequence[int]
    found: Sequence[PlanRow]
    above: list[Above] = field(default_factory=list)
    unclear: GridCell | None = None
    section: GridCell | None = None

    def place(
        self, row: int, path: Sequence[GridCell], mark: Mark | None, *, counted: bool, beside: str
    ) -> ReadRow:
        """Return the next row with what its place says of it; later rows may be part of it.

        Parameters
        ----------
        row, path
            Its number, and its label cells from left to right.
        mark, counted
            Its number in a list, and whether that stands in a column of its own.
        beside
            What stands beside the label or in it: "number", "words" or "".
        """
        own, groups = path[-1], path[:-1]
        label = label_of(own.text)
        of_which = label.of_which or any(label_of(item.text).of_which for item in groups)
        # A label merged over other columns may begin left of the columns of labels.
        column = sum(each < own.place[1] for each in self.columns)
        place = Above(
            column,
            indent_of(own),
            own,
            # What neither gives a number nor names a figure gives no row.
            index=len(self.found) if beside == "number" or own.known else -1,
            of_which=label.of_which,
            mark=mark,
            counted=counted,
            is_heading=not beside,
            group=groups[-1] if groups else self._group_above(column),
        )
        self.unclear = self._unclear(place)
        self.above = still_above(self.above, place)
        parent, inherited = self._parent(place, groups, of_which=of_which)
        words = [label_of(item.text).words for item in groups]
        named = [] if is_part_key(key_of(label.words)) else [label.words]
        part = next((p for p in map(part_of, [*named, *reversed(words)]) if p), inherited)
        heads = [item for item in groups if not item.known and label_of(item.text).words]
        read = ReadRow(
            row,
            tuple(path),
            label,
            parent,
            self.found[parent] if parent >= 0 else None,
            part,
            self._owner(groups, place, label),
            self.unclear,
            tuple(filter(None, (self.section, *heads))),
            numbered=mark is not None,
        )
        self.above.append(replace(place, part=part))
        if place.is_heading and place.index < 0:
            self.section = own
        return read

    def _parent(
        self, place: Above, groups: Sequence[GridCell], *, of_which: bool
    ) -> tuple[int, str]:
        """Return the index of the row that a row is part of, -1 for none, and the part of that."""
        if not self.above:
            return -1, ""
        above, own = self.above[-1], place.own
        mine = own.place[1] == above.own.place[1] or not groups or groups[-1] is above.own
        if not (of_which or mine):
            return -1, ""
        indices = (each.index for each in self.above[::-1] if each.index >= 0)
        return next(indices, -1), above.part

    def _group_above(self, column: int) -> GridCell | None:
        """Return the label left of the rows above, which an empty cell repeats."""
        last = self.above[-1] if self.above else None
        return last.group if last and last.column == column else None

    def _unclear(self, place: Above) -> GridCell | None:
        """Return the row above that a row without a mark may or may not be part of.

        建筑面积 straight below 养老服务用房, neither numbered nor indented, may be its area or not.
        """
        last = self.above[-1] if self.above else None
        if last is not None and self.unclear is not None and says_only_what(words_of(last.own)):
            return self.unclear
        if last is None or place.mark or last.column != place.column or place.of_which:
            return None
        if place.indent != last.indent or not (last.is_heading or last.mark):
            return None
        return last.own

    def _owner(self, groups: Sequence[GridCell], place: Above, label: RowLabel) -> GridCell | None:
        """Return the label that says whose figure a row is; None for a row of the plan's own."""
        own_column = [each.own for each in self.above[::-1] if each.column == place.column]
        others = [each.own for each in self.above[::-1] if each.column < place.column]
        groups = groups[::-1]
        if not groups and place.group and says_only_what(label.words):
            groups = [place.group]
        for item in (*own_column, *groups, *others):
            words = words_of(item)
            if words and not bare_part(words) and not PHASE.fullmatch(words):
                return item
        return None


def words_of(item: GridCell) -> str:
    """Return the words of a label cell."""
    return label_of(item.text).words


def indent_of(item: GridCell) -> int:
    """Return how far a label is indented, at most 20, by blanks or by its cell's alignment.

    A full-width blank is worth two, a step of alignment as much as one full-width blank.
    """
    blanks = item.text[: len(item.text) - len(item.text.lstrip())]
    return min(20, 2 * item.indent + sum(1 + (east_asian_width(blank) == "F") for blank in blanks))


def still_above(above: Sequence[Above], place: Above) -> list[Above]:
    """Return the rows that a row can be a part of, the outermost first."""
    left = [each for each in above if each.column < place.column]
    same = [each for each in above if each.column == place.column and _in_group(each, place)]
    if place.mark is None:
        fixed, rest = _above_unmarked(same, place)
    else:
        fixed, rest = _above_marked(same, place, place.mark)
    return [*left, *fixed, *_by_indent(rest, place)]


def _in_group(above: Above, place: Above) -> bool:
    return not above.group or not place.group or above.group.place == place.group.place


def _above_marked(same: list[Above], place: Above, mark: Mark) -> tuple[list[Above], list[Above]]:
    """Return the rows that surely stand over a marked row, and those that blanks must decide."""
    ranks = [each.mark.rank if each.mark else 0 for each in same]
    ended = next((at for at, rank in enumerate(ranks) if rank > mark.rank), len(same))
    same, ranks = same[:ended], ranks[:ended]
    if mark.rank in ranks:
        first = ranks.index(mark.rank)
        rest = same[first:]
        last = max(at for at, rank in enumerate(ranks) if rank == mark.rank)
        if _follows(same[last], place, mark):
            # 2. after 1. is beside it, however many blanks stand before it.
            rest = _by_indent(rest[: last - first], place)
        return same[:first], rest
    outer = max((at + 1 for at, rank in enumerate(ranks) if rank), default=0)
    fixed, rest = same[:outer], same[outer:]
    starts = mark.ordinal <= 1 and rest
    if starts and (mark.rank >= _FIRST_INNER_RANK or rest[-1].is_heading):
        return [*fixed, *rest], []
    return fixed, rest


def _follows(last: Above, place: Above, mark: Mark) -> bool:
    number = last.mark.ordinal if last.mark else 0
    numbered = not (last.counted or place.counted or place.of_which)
    return numbered and place.indent > last.indent and mark.ordinal == number + 1


def _above_unmarked(same: list[Above], place: Above) -> tuple[list[Above], list[Above]]:
    """Keep the numbered rows that head others, or that 其中 or blanks put a row inside."""
    for at, each in enumerate(same):
        inside = each.is_heading or place.of_which or place.indent > each.indent
        if each.mark and not inside:
            same = same[:at]
            break
    inner = max((at + 1 for at, each in enumerate(same) if each.mark), default=0)
    return same[:inner], same[inner:]


def _by_indent(above: Sequence[Above], place: Above) -> list[Above]:
    """Return the rows of one column that a row can be a part of by its blanks and by 其中.

    A row without 其中 ends all that stand as far right as itself, and every 其中 but one on 地上 or
    地下 that it is indented below: 商业 after 其中:住宅 is beside it, after 其中:地上 inside it.
    A row with 其中 ends the 其中 beside it and what is indented further, unless nothing is left of
    its column.
    """
    if not place.of_which:
        return [each for each in above if each.level < place.level or _divides(each, place)]
    left = [
        each
        for each in above
        if (each.indent <= place.indent and not each.of_which) or each.indent < place.indent
    ]
    return left or [each for each in above if each.level < place.level]


def _divides(above: Above, place: Above) -> bool:
    """Tell whether 其中:地上 stands over a row that is indented further and is none of its kind."""
    return (
        above.indent < place.indent
        and part_of(label_of(above.own.text).words) != ""
        and not part_of(label_of(place.own.text).words)
    )
