"""Which known word was probably meant by one that is not known: the one place that guesses."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from siting.message import Message, message


def nearest(word: str, known: Iterable[str], *, most: int = 1) -> list[str]:
    """Return the known words that look like a word, the nearest first; often none.

    Examples
    --------
    >>> nearest("encodng", ["path", "encoding"]), nearest("xyz", ["path"])
    (['encoding'], [])
    """
    return get_close_matches(word, sorted(set(known)), n=most)


def hint_known(word: str, known: Iterable[str]) -> Message:
    """Name the known word that was probably meant, and otherwise all that are known.

    Examples
    --------
    >>> hint_known("encodng", ["path", "encoding"]).key
    'hint.nearest'
    """
    names = sorted(set(known))
    near = nearest(word, names)
    if near:
        return message("hint.nearest", name=near[0])
    return message("hint.known", names=names)


def hint_question(word: str, known: Iterable[str]) -> Message | str:
    """Ask whether a known word was meant, to be put behind a sentence; empty without a guess.

    >>> hint_question("encodng", ["path", "encoding"]).key, hint_question("xyz", ["path"])
    ('hint.did_you_mean', '')
    """
    near = nearest(word, known)
    return message("hint.did_you_mean", name=near[0]) if near else ""


def hint_near(word: str, known: Iterable[str]) -> Message | str:
    """Name up to three known words, to be put behind a sentence; empty without a guess.

    >>> dict(hint_near("homes.gpkq", ["homes.gpkg", "homes.gpk"]).values)
    {'names': ('homes.gpk', 'homes.gpkg')}
    """
    near = nearest(word, known, most=3)
    return message("file.near", names=near) if near else ""
