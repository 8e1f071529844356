"""The part of the catalogues that the HTML map carries, in both languages."""

from __future__ import annotations

from siting.message import Language
from siting.words.catalogue import keys_of, sentence

# What the modules of the page name: its own sentences, and words that other outputs share.
FAMILIES = (
    "map",
    "mark",
    "level",
    "levels",
    "measure",
    "one",
    "severity",
    "strength",
    "unit",
    "verdict",
)
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def page_words() -> dict[str, dict[str, str]]:
    """Return what the page says: language -> key -> sentence, its placeholders unfilled.

    >>> page_words()["en"]["verdict.fail"]
    'fail'
    """
    return {language: _sentences(language) for language in LANGUAGES}


def _sentences(language: Language) -> dict[str, str]:
    keys = (key for family in FAMILIES for key in keys_of(family, language))
    return {key: sentence(key, language) for key in keys}
