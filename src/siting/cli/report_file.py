"""Where a report goes: to a file, whole or not at all, or to standard output without surprises."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from siting.cli.console import tame
from siting.drafts import whole_file
from siting.errors import SitingError
from siting.message import message


def format_of(path: Path, *, otherwise: str | None = None) -> str:
    """Return the format that a file's suffix means."""
    from siting.report.plan.formats import FORMATS, format_of_file

    found = format_of_file(path.name) or otherwise
    if found is None:
        known = [end for each in FORMATS.values() for end in each.suffixes]
        raise SitingError(message("file.no_format", path=path, known=known))
    return found


def write_text_report(path: Path, text: str) -> None:
    """Write a file whole or not at all; one that was there stays until the new one is complete.

    Raises
    ------
    SitingError
        The folder is not there or cannot be written to, or another program has the file open.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        # A pipe or /dev/stdout is written to; replacing it would destroy it.
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    # What a link points to is replaced, not the link.
    path = path.resolve()
    with whole_file(path) as fresh:
        # Half a character, as in a path whose bytes are no UTF-8, is shown by its number.
        fresh.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def print_report(text: str, name: str) -> None:
    """Print a report so that nothing in it is read as a command by a CI log."""
    from siting.report.plan.formats import FORMATS

    bracket = FORMATS[name].bracket
    sys.stdout.write(text.replace("##[", bracket) if bracket else tame(text))


def may_colour() -> bool:
    """Tell whether standard output is a terminal whose user did not ask for plain text."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
