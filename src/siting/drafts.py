"""Write a file or a folder whole or not at all.

Owns the one way in which results reach the disk: into a hidden folder beside their place, then
renamed. A run that fails, is stopped or loses its disk leaves the earlier results as they were; one
that is killed leaves its hidden folder, and the next run to the same place removes it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from siting.errors import SitingError
from siting.message import message

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such locks
    _flock: Any = None
else:
    _flock = fcntl

_HELD, _NEW, _OLD = "held", "new", "old"
_DAY_S = 86_400.0
# Libraries that write files raise errors of their own for a full or closed disk.
_WRITERS = frozenset(("pyogrio", "pyarrow"))
_LONGEST_NAME = 60


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a path to write a file to, and put it in the place of `target` when all went well.

    Parameters
    ----------
    target
        A file that may be there; it keeps its rights. Its folder must be there.

    Raises
    ------
    SitingError
        The folder cannot be written to, the disk is full, or another program has the file open.
    """
    with _draft_folder(target) as beside:
        fresh = beside / target.name
        yield fresh
        if target.exists():
            fresh.chmod(target.stat().st_mode)
        fresh.replace(target)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to write to, and put it in the place of `target` when all went well.

    Raises
    ------
    SitingError
        As `whole_file`.
    """
    with _draft_folder(target) as beside:
        fresh = beside / _NEW
        fresh.mkdir()
        yield fresh
        _swap(fresh, target, beside / _OLD)


@contextmanager
def _draft_folder(target: Path) -> Iterator[Path]:
    """Give a hidden folder beside the target that belongs to this run while it lasts."""
    target = target.absolute()
    try:
        clear_abandoned(target)
        beside = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        try:
            with (beside / _HELD).open("w") as held:
                _hold(held)
                yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except Exception as fault:
        library = type(fault).__module__.partition(".")[0] in _WRITERS
        if isinstance(fault, SitingError) or not (library or isinstance(fault, OSError)):
            raise
        reason = getattr(fault, "strerror", None) or str(fault)
        raise SitingError(message("file.unwritable", path=target, reason=reason)) from fault


def clear_abandoned(target: Path) -> None:
    """Remove what killed runs left beside a target; bring back results that one had moved away."""
    for left in target.parent.glob(f"{_escaped(_prefix(target))}*"):
        if not left.is_dir() or left.is_symlink() or not _is_abandoned(left):
            continue
        if (left / _OLD).exists() and not target.exists():
            with suppress(OSError):
                (left / _OLD).replace(target)
        shutil.rmtree(left, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name[:_LONGEST_NAME]}-"


def _escaped(text: str) -> str:
    return "".join(f"[{each}]" if each in "*?[" else each for each in text)


def _hold(held: IO[str]) -> bool:
    """Lock a file for as long as the process lives; tell whether that could be done."""
    if _flock is None:
        return False
    try:
        _flock.flock(held, _flock.LOCK_EX | _flock.LOCK_NB)
    except OSError:
        return False
    return True


def _is_abandoned(folder: Path) -> bool:
    """Tell a folder whose run has ended; where locks say nothing, one that is older than a day."""
    held = folder / _HELD
    with suppress(OSError):
        if _flock is not None and held.is_file():
            with held.open("r") as file:
                return _hold(file)
        # A folder with other things in it than a draft has is no draft of ours.
        ours = held.is_file() or not any(folder.iterdir())
        return ours and time.time() - folder.stat().st_mtime > _DAY_S
    return False


def _swap(fresh: Path, target: Path, old: Path) -> None:
    """Move the old results away and the new ones in; put the old ones back if that fails."""
    moved = False
    try:
        if target.exists():
            target.replace(old)
            moved = True
        fresh.replace(target)
    except BaseException as fault:
        if moved and not target.exists():
            with suppress(OSError):
                old.replace(target)
        if isinstance(fault, OSError):
            told = message("folder.cannot_replace", path=target, error=str(fault))
            raise SitingError(told) from fault
        raise
