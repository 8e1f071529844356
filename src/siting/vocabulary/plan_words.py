"""Words of plan tables that say something of a figure, a row or a column.

Owns reading ``plan-words.yaml``. A new role of columns is a line under ``roles`` there and a name
in `Role` here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from siting.vocabulary.data import Data, own_file, parse_data
from siting.vocabulary.text import fold, word_key

# What a column, a row or a remark is for; what each is, ``plan-words.yaml`` says.
Role = Literal[
    "due", "norm", "condition", "minimum", "before", "change", "remark", "plan", "value", "total"
]
# What a plan has to meet, and what was there before it: never a figure of the plan.
NOT_THE_PLANS: tuple[Role, ...] = (
    "due",
    "norm",
    "condition",
    "minimum",
    "before",
    "change",
    "remark",
)


class _File(Data):
    tails: dict[str, tuple[str, ...]]
    prefixes: tuple[str, ...]
    land_words: tuple[str, ...]
    net_words: tuple[str, ...]
    quantity_headers: tuple[str, ...]
    of_which: tuple[str, ...]
    parts: dict[str, str]
    subtotals: tuple[str, ...]
    remarks: tuple[str, ...]
    blanks: tuple[str, ...]
    whole_plan: tuple[str, ...]
    per_building: tuple[str, ...]
    room_remarks: tuple[str, ...]
    rooms_in_general: tuple[str, ...]
    other_measures: tuple[str, ...]
    withdrawals: tuple[str, ...]
    built_or_not: tuple[str, ...]
    mixed_rooms: tuple[str, ...]
    plots: tuple[str, ...]
    count_headers: tuple[str, ...]
    not_asked: tuple[str, ...]
    roles: dict[Role, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words of plan tables.

    Parameters
    ----------
    tails
        Word at the end of a label -> the quantity it says, such as ``floor_area_m2``; empty where
        it says none. The longest first.
    prefixes, land_words
        What a facility's name may begin with, and what makes it ground and no room.
    net_words
        What says of a site area that roads and public green are not in it.
    quantity_headers
        Headers of columns beside each other that each give a quantity of the same facilities.
    of_which
        What a row begins with that is a part of the figure above it, at the start of a label.
    parts
        地上, 地下, 计容 ... -> the fact that such a part of the whole total is.
    subtotals, remarks, blanks
        Labels that sum up; labels that say something about the table; cells that are empty.
    whole_plan
        Words of which a heading of the whole plan is made.
    per_building
        Headers of a table with a row for each building.
    rooms_in_general
        How the name of all rooms of a kind may end.
    room_remarks, other_measures
        What a bracket behind a room says: where it stands; that its area is no floor area.
    withdrawals
        What words beside a figure say that put it in doubt: built elsewhere, later, shared.
    built_or_not
        Headers of columns whose 否 says that a facility is not built.
    mixed_rooms
        Facility types whose rooms hold those of others by nature.
    plots
        Words in the headers of columns for parts of the land.
    count_headers
        Headers of a column of numbers of facilities beside one of their areas.
    not_asked
        Labels that are known and that no rule asks for, as `word_key` has them.
    roles
        Role of a column -> the words in its header.
    """

    tails: tuple[tuple[str, str], ...]
    prefixes: tuple[str, ...]
    land_words: tuple[str, ...]
    net_words: tuple[str, ...]
    quantity_headers: frozenset[str]
    of_which: re.Pattern[str]
    parts: Mapping[str, str]
    subtotals: frozenset[str]
    remarks: tuple[str, ...]
    blanks: frozenset[str]
    whole_plan: tuple[str, ...]
    per_building: frozenset[str]
    room_remarks: frozenset[str]
    rooms_in_general: tuple[str, ...]
    other_measures: tuple[str, ...]
    withdrawals: re.Pattern[str]
    built_or_not: re.Pattern[str]
    mixed_rooms: frozenset[str]
    plots: tuple[str, ...]
    count_headers: frozenset[str]
    not_asked: frozenset[str]
    roles: Mapping[Role, tuple[str, ...]]
    _roles: Mapping[Role, re.Pattern[str]]

    def says(self, role: Role, header: str) -> bool:
        """Tell whether a folded header has a word of a role.

        Examples
        --------
        >>> plan_words().says("norm", "规范要求"), plan_words().says("plan", "规范要求")
        (True, False)
        """
        return bool(self._roles[role].search(header))

    def role_of(self, header: str) -> Role | None:
        """Return the first role whose word a folded header has; None for none.

        Examples
        --------
        >>> plan_words().role_of("规划条件"), plan_words().role_of("实配面积")
        ('condition', 'plan')
        """
        return next((role for role in self._roles if self.says(role, header)), None)

    def is_not_the_plans(self, header: str) -> bool:
        """Tell whether a folded header names a requirement, the past or a remark.

        Examples
        --------
        >>> plan_words().is_not_the_plans("千人指标"), plan_words().is_not_the_plans("指标")
        (True, False)
        """
        return self.role_of(header) in NOT_THE_PLANS


@lru_cache(maxsize=1)
def plan_words() -> PlanWords:
    """Return the words of plan tables that come with siting."""
    return parse_plan_words(own_file("plan-words.yaml"))


def parse_plan_words(text: str | bytes, source: str = "plan-words.yaml") -> PlanWords:
    """Read a table of words of plan tables.

    Raises
    ------
    RuleError
        All faults at once: no YAML, unknown keys or roles.
    """
    file, _ = parse_data(text, source, _File)
    tails = [(fold(word), hint) for hint, words in file.tails.items() for word in words]
    return PlanWords(
        tuple(sorted(tails, key=lambda each: -len(each[0]))),
        file.prefixes,
        file.land_words,
        file.net_words,
        frozenset(file.quantity_headers),
        re.compile(rf"^(?:{'|'.join(map(re.escape, file.of_which))})[:,]?"),
        MappingProxyType(file.parts),
        frozenset(file.subtotals),
        file.remarks,
        frozenset(map(fold, file.blanks)),
        file.whole_plan,
        frozenset(file.per_building),
        frozenset(map(fold, file.room_remarks)),
        file.rooms_in_general,
        tuple(map(fold, file.other_measures)),
        _any_of(map(fold, file.withdrawals)),
        _any_of(map(fold, file.built_or_not)),
        frozenset(file.mixed_rooms),
        file.plots,
        frozenset(map(fold, file.count_headers)),
        frozenset(map(word_key, file.not_asked)),
        MappingProxyType(file.roles),
        MappingProxyType({role: _any_of(words) for role, words in file.roles.items()}),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))
