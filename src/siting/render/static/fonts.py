"""The typeface of static maps: one with Chinese where the system has it, and what it can draw.

A glyph that a font lacks becomes an empty box, so every text is asked for its glyphs first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

# Most complete first; each is a family name as the system's font files state it.
CJK_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Noto Sans CJK JP", "Noto Sans CJK TC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Heiti SC", "STHeiti", "SimSun",
    "Noto Serif CJK SC", "Noto Serif CJK JP", "Arial Unicode MS", "Droid Sans Fallback",
)  # fmt: skip
# Carried by matplotlib itself.
_ALWAYS = "DejaVu Sans"
# The word for society, which every Chinese font has.
_A_CHINESE_GLYPH = 0x793E


@dataclass(frozen=True, slots=True)
class Typeface:
    """Families in the order in which glyphs are looked up.

    Parameters
    ----------
    families
        Names for matplotlib.
    glyphs
        Code points that one of the families has.
    has_chinese
        Whether Chinese can be written.
    """

    families: tuple[str, ...]
    glyphs: frozenset[int]
    has_chinese: bool

    def can_draw(self, text: str) -> bool:
        """Tell whether every character has a glyph."""
        return all(ord(char) in self.glyphs for char in text)

    def drawable(self, text: str, instead: str = "") -> str:
        """Return a text without characters that would become boxes.

        Parameters
        ----------
        text
            Any text, line breaks kept.
        instead
            What is written where not all of ``text`` can be: an identifier, a translation. Where
            that cannot be written either, missing characters become question marks.
        """
        if self.can_draw(text.replace("\n", "")):
            return text
        if instead and self.can_draw(instead):
            return instead
        return "".join(char if char == "\n" or ord(char) in self.glyphs else "?" for char in text)


@cache
def find_typeface(wanted: Sequence[str] = CJK_FAMILIES) -> Typeface:
    """Return the first family that the system has, with matplotlib's own as the last resort.

    Parameters
    ----------
    wanted
        Family names in the order of preference, as a tuple.
    """
    known = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    found = next((name for name in wanted if name in known), None)
    families = (_ALWAYS,) if found is None else (found, _ALWAYS)
    glyphs = frozenset(code for name in families for code in _glyphs(known[name]))
    printable = frozenset(code for code in glyphs if chr(code).isprintable())
    return Typeface(families, printable, has_chinese=_A_CHINESE_GLYPH in printable)


def _glyphs(path: Any) -> Sequence[int]:
    return list(FT2Font(str(path)).get_charmap())
