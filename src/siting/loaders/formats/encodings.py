"""Which names are encodings of text that a file of data can be written in."""

from __future__ import annotations

import codecs

# Codecs of Python that are no character sets: of names in the net, of program text, of nothing.
_NO_CHARACTER_SET = frozenset(
    ("undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape",
     "raw-unicode-escape")
)  # fmt: skip
_LONGEST_NAME = 40


def text_codec(name: str) -> str | None:
    """Return Python's name of an encoding; None for what is no encoding of text.

    Examples
    --------
    >>> text_codec("GBK"), text_codec("undefined"), text_codec("rot13"), text_codec("no such")
    ('gbk', None, None, None)
    """
    if len(name) > _LONGEST_NAME:
        return None
    try:
        found = codecs.lookup(name).name
        "".encode(found)  # codecs between bytes, or between texts, are refused here
    # A NUL in the name is a ValueError.
    except (LookupError, ValueError):
        return None
    return None if found in _NO_CHARACTER_SET else found
