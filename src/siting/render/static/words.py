"""What a static map says in words: the two languages, and what can be drawn of a name."""

from __future__ import annotations

from dataclasses import dataclass

from siting.message import Language, Sayable, Term, message
from siting.render.model import MapText
from siting.render.static.fonts import Typeface
from siting.words import say


@dataclass(frozen=True, slots=True)
class Speech:
    """The language of one map, and the letters that its font has.

    Parameters
    ----------
    language
        ``zh`` or ``en``; English where the font has no Chinese.
    face
        What can be drawn.
    """

    language: Language
    face: Typeface

    def say(self, said: Sayable) -> str:
        """Say a message or a term in the language of the map."""
        return say(said, self.language)

    def label(self, label: MapText, instead: str) -> str:
        """Return a label in the language of the map, or what can be drawn in its place."""
        first, second = (label.zh, label.en) if self.language == "zh" else (label.en, label.zh)
        return self.face.drawable(first or second, instead)

    def failed(self, key: str, failed: float) -> str:
        """Say how many go without."""
        return self.say(message(f"picture.failed_{key}", failed=f"{failed:,.0f}"))

    def unit(self, unit: str) -> str:
        """Return the words of a unit."""
        return self.say(Term("unit", unit))


def speech_of(language: str, face: Typeface) -> Speech:
    """Return the speech of a map in a language; English where the font has no Chinese."""
    return Speech("zh" if language == "zh" and face.has_chinese else "en", face)
