"""What the commands share: where text goes and how errors leave.

Results go to standard output, everything else to standard error, so that a pipe sees results only.
"""

from __future__ import annotations

import os
import re
import sys
from enum import IntEnum
from typing import Annotated, Any

import typer

from siting.message import Sayable
from siting.plain_text import plain
from siting.words import current_language, say

NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache",
    ),
]


class ExitCode(IntEnum):
    """What a command answers to the shell."""

    COMPLIANT = 0
    FINDINGS = 1
    BAD_INPUT = 2


def use_utf8() -> None:
    """Write UTF-8 whatever the terminal's code page; names are Chinese on Windows too."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def print_result(text: str) -> None:
    """Print lines of the result, none of which is a command to a CI log."""
    sys.stdout.write(f"{tame(text)}\n")


def say_json(value: Any) -> None:
    """Print data as JSON, in which no text is a command to a CI log either."""
    from siting.report.plan.json import dump

    sys.stdout.write(dump(value).replace("##[", "##\\u005b"))


def warn(text: str) -> None:
    """Print one line that is not the result."""
    sys.stderr.write(f"{tame(text)}\n")


def said(message: Sayable) -> str:
    """Say a message in the language spoken."""
    return say(message, current_language())


def inform(message: Sayable) -> None:
    """Print a message that is not the result."""
    warn(said(message))


def plain_lines(text: str) -> str:
    """Clean every line of a text that has several."""
    return "\n".join(plain(line) for line in text.split("\n"))


_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def tame(text: str) -> str:
    r"""Keep a text from being read as a command by the log of GitHub Actions.

    Its runner obeys lines that begin with ``::``, also after blanks, and the older ``##[`` anywhere
    in a line, whatever wrote them.

    >>> print(tame("  ::error::all is well ##[group]"))
      : :error::all is well ## [group]
    """
    return _COMMAND.sub(r"\1: :", text).replace("##[", "## [")


def debugging() -> bool:
    """Return whether the user asked for tracebacks (SITING_DEBUG=1)."""
    return os.environ.get("SITING_DEBUG", "") not in ("", "0")
