"""The errors that siting raises on purpose: each says what, how many, which first, and what to do.

The command line prints them without a traceback and leaves with exit code 2. An error holds a
message; it is said when somebody reads it, in the language then spoken.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence

from siting.message import Language, Message, message
from siting.words import current_language, say
from siting.words.catalogue import has


def why_refused(error: BaseException) -> Message | str:
    """Return why the system or a database refused something; in its own words where no code says.

    >>> why_refused(PermissionError(13, "Permission denied")).key
    'os_error.EACCES'
    >>> why_refused(OSError("not a TIFF"))
    'not a TIFF'
    """
    code = getattr(error, "sqlite_errorname", "")
    code = code or errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    if code and has(f"os_error.{code}", "en"):
        return message(f"os_error.{code}")
    return " ".join(str(error).split())


def refused(error: BaseException) -> Message | str:
    """Return what an error of the system says: the file that it names, and why.

    >>> refused(FileNotFoundError(2, "No such file or directory", "a.csv")).key
    'error.fault'
    """
    name = getattr(error, "filename", None)
    reason = why_refused(error)
    return message("error.fault", subject=str(name), fault=reason) if name else reason


class SitingError(Exception):
    r"""Input or usage that siting cannot work with; the message says what to do about it.

    A message is one line, or a list with one line for each fault, whatever names and keys of a
    file stand in it. A text instead of a message is said as it is.

    >>> str(SitingError("no layer is called 'a\n::error::b'"))
    "no layer is called 'a\\x0a::error::b'"
    """

    def __init__(self, message: Message | str = "") -> None:
        super().__init__(message)
        self.message = message

    def said(self, language: Language) -> str:
        """Say what is wrong in one language."""
        return say(self.message, language)

    def __str__(self) -> str:
        return self.said(current_language())


class _FaultsError(SitingError):
    """Several faults of one thing, all in the one message; a subject of data is its name."""

    def __init__(self, subject: Message | str, faults: Sequence[Message | str]) -> None:
        super().__init__(message("error.faults", subject=subject, count=len(faults)))
        # What pickle gives to a new error.
        self.args = (subject, tuple(faults))
        self._subject = subject
        self.messages = tuple(faults)

    @property
    def subject(self) -> str:
        """What has the faults, in the language now spoken."""
        return say(self._subject, current_language())

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults in the language now spoken."""
        return tuple(say(fault, current_language()) for fault in self.messages)

    def said(self, language: Language) -> str:
        """Say one fault in one line, and more as a counted list."""
        told = [say(fault, language) for fault in self.messages]
        if len(told) == 1:
            # A fault that already starts with file and line does not need the file twice.
            if told[0].startswith(f"{say(self._subject, language)}:"):
                return told[0]
            return say(
                message("error.fault", subject=self._subject, fault=self.messages[0]), language
            )
        return "\n".join((super().said(language), *(f"  - {fault}" for fault in told)))


class WrongValueError(ValueError):
    """A value that a model refuses; pydantic collects it, and `siting.yaml_lines` says where."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message, current_language())


class TableError(_FaultsError):
    """A table breaks its contract; every fault of the table is in the one message."""


class CRSError(SitingError):
    """Coordinates whose reference system is missing, wrong or unsuited to measuring metres."""


class LoadError(SitingError):
    """A file that cannot be read as what it was declared to be."""


class NoPlanError(LoadError):
    """A path that is no plan at all, as other files of a repository are not."""


class RuleError(_FaultsError):
    """A rule pack with faults; each is given with file, line and path."""


class ProjectError(_FaultsError):
    """A project or plan file with faults; each is given with line and path."""
