"""The two catalogues as they are read: one line of TOML for each sentence, parsed when it is said.

Parsing a whole catalogue takes longer than the help of the command line may, so its lines are only
split, and TOML reads those that are used. The tests read the files as one document of TOML too, and
compare.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from siting.message import Language


def sentence(key: str, language: Language) -> str:
    """Return the sentence of a key, its placeholders unfilled.

    Raises
    ------
    KeyError
        The catalogue of that language has no such key.
    """
    return str(tomllib.loads(f"it = {_lines(language)[key]}")["it"])


def has(key: str, language: Language) -> bool:
    """Tell whether a catalogue has a key."""
    return key in _lines(language)


@cache
def keys_of(family: str, language: Language) -> tuple[str, ...]:
    """Return every key that starts with a family's name and a dot, as the catalogue orders them."""
    return tuple(key for key in _lines(language) if key.startswith(f"{family}."))


@cache
def _lines(language: Language) -> Mapping[str, str]:
    """Return key -> its value as TOML writes it."""
    text = files("siting.words").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    pairs = (line.partition(" = ") for line in text.splitlines() if line[:1] not in ("", "#"))
    # A part that is no bare key of TOML, such as "m2/m2", stands in quotes.
    return {key.replace('"', ""): value for key, _, value in pairs}
