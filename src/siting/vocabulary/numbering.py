"""The marks that number the rows of a table: 一、 / （一） / 1. / 1.1 / （1） / ① / a. / a dash.

Owns their order. A mark further down the list stands inside one further up, as in every Chinese
outline; a dotted number stands inside the number with a dot less.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_CHINESE = "一二三四五六七八九十"
# NFKC makes a plain digit of each of these, so they are told apart before.
_CIRCLED = re.compile(r"^[\u2460-\u2473\u24f5-\u24fe\u2776-\u2793\u3251-\u325f]")
_IN_BRACKETS = re.compile(r"^[\u2474-\u2487]")
_WITH_A_DOT = re.compile(r"^[\u2488-\u249b]")
_DOTTED, _NUMBER, _NUMBER_IN_BRACKETS, _CIRCLE, _BULLET = 31, 30, 40, 50, 70
# Each with its rank, and with a form that stands alone in a column of numbers.
_KINDS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (_DOTTED, re.compile(r"^(?P<n>[0-9]{1,2}(?:\.[0-9]{1,2})+)(?:[).、]?)")),
    (10, re.compile(rf"^(?P<n>[{_CHINESE}]{{1,3}})[、.,]")),
    (20, re.compile(rf"^\((?P<n>[{_CHINESE}]{{1,3}})\)")),
    (_NUMBER, re.compile(r"^(?P<n>[0-9]{1,2})[.、]+\)?")),
    (_NUMBER_IN_BRACKETS, re.compile(r"^\((?P<n>[0-9]{1,2})\)[.、]*")),
    (45, re.compile(r"^(?P<n>[0-9]{1,2})\)")),
    (60, re.compile(r"^\(?(?P<n>[a-zA-Z])[.、)]")),
    (_BULLET, re.compile(r"^(?P<n>[-—–·•●■◆▪○]+)")),
)
_NUMBER_AND_BLANK = re.compile(r"^[0-9]{1,2}\s+(?=[^\s0-9])")
_OF_WHICH = re.compile(r"^\s*其中[:：,，]?\s*")
# A star flags a footnote and numbers nothing.
_STARS = re.compile(r"^\*+")


@dataclass(frozen=True, slots=True)
class Mark:
    """How deep a mark stands and which in its list it is, from 1; 0 for a bullet."""

    rank: int
    ordinal: int


def mark_of(text: str) -> Mark | None:
    """Return the mark that a label begins with, also behind 其中.

    Examples
    --------
    >>> mark_of("（2）用地面积"), mark_of("其中：②商业"), mark_of("总户数")
    (Mark(rank=40, ordinal=2), Mark(rank=50, ordinal=2), None)
    """
    inner = _OF_WHICH.sub("", text)
    mark, rest = _split(inner)
    if mark is not None and inner == text:
        inner = _OF_WHICH.sub("", rest)
        deeper = _split(inner)[0] if inner != rest else None
        return deeper or mark
    return mark


def bare_mark_of(text: str) -> Mark | None:
    """Return the mark that a whole cell is, such as the 1.1, 一 or （1） of a column of numbers.

    Examples
    --------
    >>> bare_mark_of("1.1"), bare_mark_of("一"), bare_mark_of("340")
    (Mark(rank=31, ordinal=1), Mark(rank=10, ordinal=1), None)
    """
    for written in (text, text + "、"):
        mark, rest = _split(written)
        if mark is not None and not rest and mark.rank != _BULLET:
            return mark
    return None


def without_mark(text: str) -> str:
    """Return a label without the mark it begins with.

    Examples
    --------
    >>> without_mark("1 用地面积"), without_mark("（一）总户数"), without_mark("*总户数")
    ('用地面积', '总户数', '总户数')
    """
    return _split(text)[1]


def _split(text: str) -> tuple[Mark | None, str]:
    text = _STARS.sub("", text.strip())
    for rank, kind in (
        (_CIRCLE, _CIRCLED),
        (_NUMBER_IN_BRACKETS, _IN_BRACKETS),
        (_NUMBER, _WITH_A_DOT),
    ):
        if kind.match(text):
            number = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text[0]))
            return Mark(rank, int(number or 0)), text[1:].lstrip(" \u3000.、")
    plain = unicodedata.normalize("NFKC", text)
    if found := _NUMBER_AND_BLANK.match(plain):
        return Mark(_NUMBER, int(found.group())), plain[found.end() :]
    # 1 . and （ 1 ） are written too.
    tight = re.sub(r"^(\(?)\s*([0-9一二三四五六七八九十]{1,3})\s*(?=[).、])", r"\1\2", plain)
    for rank, kind in _KINDS:
        if found := kind.match(tight):
            dots = found["n"].count(".") if rank == _DOTTED else 1
            return Mark(rank + dots - 1, _ordinal(found["n"])), tight[found.end() :]
    return None, text


def _ordinal(written: str) -> int:
    last = written.rpartition(".")[2]
    if last.isdecimal():
        return int(last)
    if last.isalpha() and last.isascii():
        return ord(last.lower()) - ord("a") + 1
    tens, ten, ones = last.rpartition("十")
    if any(each not in _CHINESE for each in last):
        return 0
    digits = {each: at for at, each in enumerate(_CHINESE, start=1)}
    return (10 * digits.get(tens, 1) if ten else 0) + digits.get(ones, 0)
