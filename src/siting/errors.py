"""The errors that siting raises on purpose: each says what, how many, which first, and what to do.

The command line prints them without a traceback and leaves with exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from siting.plain_text import plain


class SitingError(Exception):
    r"""Input or usage that siting cannot work with; the message says what to do about it.

    A message is one line, or a list with one line for each fault, whatever names and keys of a
    file stand in it.

    >>> str(SitingError("no layer is called 'a\n::error::b'"))
    "no layer is called 'a\\x0a::error::b'"
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(plain(message))


class _FaultsError(SitingError):
    """Several faults of one thing, all in the one message."""

    def __init__(self, subject: str, faults: Sequence[str]) -> None:
        self.faults = tuple(plain(fault) for fault in faults)
        # Not the parent's: the line breaks between the faults are meant.
        Exception.__init__(self, _join(plain(subject), self.faults))


class TableError(_FaultsError):
    """A table breaks its contract; every fault of the table is in the one message."""

    def __init__(self, table: str, faults: Sequence[str]) -> None:
        self.table = table
        super().__init__(table, faults)


class CRSError(SitingError):
    """Coordinates whose reference system is missing, wrong or unsuited to measuring metres."""


class LoadError(SitingError):
    """A file that cannot be read as what it was declared to be."""


class RuleError(_FaultsError):
    """A rule pack with faults; each is given with file, line and path."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        super().__init__(source, faults)


class ProjectError(_FaultsError):
    """A project or plan file with faults; each is given with line and path."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        super().__init__(source, faults)


def _join(subject: str, faults: tuple[str, ...]) -> str:
    """One line for one fault; a counted list for more."""
    if len(faults) == 1:
        # A fault that already starts with file and line does not need the file twice.
        return faults[0] if faults[0].startswith(f"{subject}:") else f"{subject}: {faults[0]}"
    listed = "\n".join(f"  - {fault}" for fault in faults)
    return f"{subject}: {len(faults)} faults\n{listed}"
