"""Which files only the user who runs siting can have written.

Owns the question that is asked before anything kept by an earlier run is read again: whoever can
write there decides what the next run answers.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NotPrivateError(ValueError):
    """A kept file that somebody else could have written."""


def is_private(path: Path) -> bool:
    """Tell whether a file or folder is this user's or root's, and nobody else may write to it.

    A link is not, wherever it leads; where a system has no owners and modes, everything is.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.chmod(folder, 0o700)
    ...     first = is_private(Path(folder))
    ...     os.chmod(folder, 0o777)
    ...     first, is_private(Path(folder)) and hasattr(os, "geteuid")
    (True, False)
    """
    if not hasattr(os, "geteuid"):
        return True
    try:
        found = path.lstat()
    except OSError:
        return False
    ours = found.st_uid in (os.geteuid(), 0)
    return ours and not stat.S_ISLNK(found.st_mode) and not found.st_mode & _OTHERS_WRITE


def make_private(folder: Path) -> bool:
    """Make a folder that only this user writes to, or make one of this user so; tell whether it is.

    Raises
    ------
    OSError
        It cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):
        if not folder.is_symlink() and not is_private(folder):
            folder.chmod(folder.stat().st_mode & 0o777 & ~_OTHERS_WRITE)
    return is_private(folder)


def check_private(path: Path, *, folders: int) -> None:
    """Raise where a file, or one of so many folders above it, could be somebody else's work.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    NotPrivateError
        Another user owns it or may write to it.
    """
    path.lstat()
    for each in (path, *list(path.parents)[:folders]):
        if not is_private(each):
            raise NotPrivateError(each.name)
