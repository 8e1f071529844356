"""The errors that siting raises on purpose: each says what, how many, which first, and what to do.

The command line prints them without a traceback and leaves with exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence


class SitingError(Exception):
    """Input or usage that siting cannot work with; the message says what to do about it."""


class TableError(SitingError):
    """A table breaks its contract; every fault of the table is in the one message."""

    def __init__(self, table: str, faults: Sequence[str]) -> None:
        self.table = table
        self.faults = tuple(faults)
        super().__init__(_join(table, self.faults))


class CRSError(SitingError):
    """Coordinates whose reference system is missing, wrong or unsuited to measuring metres."""


class LoadError(SitingError):
    """A file that cannot be read as what it was declared to be."""


class RuleError(SitingError):
    """A rule pack with faults; each is given with file, line and path."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        self.faults = tuple(faults)
        super().__init__(_join(source, self.faults))


class ProjectError(SitingError):
    """A project or plan file with faults; each is given with line and path."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        self.faults = tuple(faults)
        super().__init__(_join(source, self.faults))


def _join(subject: str, faults: tuple[str, ...]) -> str:
    """One line for one fault; a counted list for more."""
    if len(faults) == 1:
        # A fault that already starts with file and line does not need the file twice.
        return faults[0] if faults[0].startswith(f"{subject}:") else f"{subject}: {faults[0]}"
    listed = "\n".join(f"  - {fault}" for fault in faults)
    return f"{subject}: {len(faults)} faults\n{listed}"
