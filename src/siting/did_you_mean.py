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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question to put behind a sentence, with a blank before it; empty without a guess.

    Examples
    --------
    >>> did_you_mean("encodng", ["path", "encoding"]), did_you_mean("xyz", ["path"])
    (" Did you mean 'encoding'?", '')
    """
    near = nearest(word, known)
    return f" Did you mean '{near[0]}'?" if near else ""


def near_it(word: str, known: Iterable[str]) -> str:
    """Return a sentence with up to three words to put behind another; empty without a guess.

    Examples
    --------
    >>> near_it("homes.gpkq", ["homes.gpkg", "homes.gpk"])
    " Near it are ['homes.gpkg', 'homes.gpk']."
    """
    near = nearest(word, known, most=3)
    return f" Near it are {near}." if near else ""


def nearest_known(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, and otherwise which are known.

    Examples
    --------
    >>> nearest_known("encodng", ["path", "encoding"])
    "did you mean 'encoding'?"
    >>> nearest_known("xyz", ["path", "encoding"])
    'known are: encoding, path'
    """
    names = sorted(set(known))
    near = nearest(word, names)
    return f"did you mean '{near[0]}'?" if near else f"known are: {', '.join(names)}"


def nearest_message(word: str, known: Iterable[str]) -> Message:
    """Return what `nearest_known` says, to be said in the language spoken.

    >>> nearest_message("encodng", ["path", "encoding"]).key
    'near.meant'
    """
    names = sorted(set(known))
    near = nearest(word, names)
    return message("near.meant", name=near[0]) if near else message("near.known", names=names)
