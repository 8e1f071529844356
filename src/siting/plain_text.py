"""Text from data, made harmless before anybody prints it or puts it into a message.

Names and keys come from files that strangers wrote. A control character could repaint a terminal or
end a line of a log, and a direction mark could make a text read as another, so both are shown
instead. What a format escapes besides is that format's own affair.
"""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    r"""Show every character that does not print, line breaks included.

    >>> plain("ok\x1b[31m\nno\u202e")
    'ok\\x1b[31m\\x0ano\\u202e'
    """
    # Nearly every text has nothing to show, and findings have very many texts.
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _shown(char) for char in text)


def one_line(text: str) -> str:
    r"""Write a text that may have several lines on one, the rest as `plain` shows it.

    >>> one_line("first\n  second\x07")
    'first second\\x07'
    """
    return plain(" ".join(text.split()))


def _shown(char: str) -> str:
    # A full-width blank is ordinary in Chinese tables.
    if unicodedata.category(char) == "Zs":
        return " "
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
