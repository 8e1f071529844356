"""Files that a run keeps beside the project for the next one.

Owns where they stand, how they are named by what they are made of, and that they are written all
or nothing: `siting.pipeline.kept.networks` and `siting.pipeline.kept.layers` say what is in them.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from siting.message import message
from siting.private_files import NotPrivateError, check_private, make_private

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.data_report import DataReport

FOLDER = Path(".siting-cache", "prepared")
"""Where kept files stand, relative to the folder of the project file."""

_DAY_S = 86_400


def name_of(kind: str, code: str, *parts: bytes | NDArray[Any]) -> str:
    """Name a content by its parts and by the code that makes it of them."""
    digest = hashlib.sha256(code.encode())
    for part in parts:
        plain = np.frombuffer(part, np.uint8) if isinstance(part, bytes) else part
        digest.update(plain.nbytes.to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(plain).data)
    return f"{kind}-{digest.hexdigest()[:40]}"


def code_of(files: Iterable[Path]) -> str:
    """Return a hash of the contents of some files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def keep_file(path: Path, write: Callable[[BinaryIO], None], *, most: int) -> None:
    """Keep a file, all or nothing; where nothing can be kept, nothing is lost but time.

    Parameters
    ----------
    path
        Where it is to stand.
    write
        Writes the content.
    most
        How many files of this suffix may stand there; the longest unused ones go.
    """
    with suppress(OSError):
        if not (make_private(path.parent.parent) and make_private(path.parent)):
            return
        ignore = path.parent.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        beside = path.with_name(f".{path.stem}.{uuid.uuid4().hex}.part")
        try:
            with beside.open("x+b") as file:
                beside.chmod(0o600)
                write(file)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _remove_unused(path.parent, f"*{path.suffix}", most)


@contextmanager
def open_kept(path: Path) -> Iterator[BinaryIO]:
    """Open a kept file, where nobody else can have written it.

    Raises
    ------
    FileNotFoundError
        Nothing is kept there.
    NotPrivateError
        Another user owns the file or its folders, or may write to them.
    """
    check_private(path, folders=len(FOLDER.parts))
    with path.open("rb") as file:
        yield file


def mark_used(path: Path) -> None:
    """Remember that a file was of use just now."""
    with suppress(OSError):
        os.utime(path)


def note_damage(path: Path, error: Exception, report: DataReport | None) -> None:
    """Say that a file could not be used and that its content was made again."""
    if report is not None:
        where = {"name": path.name, "folder": FOLDER.as_posix()}
        if isinstance(error, NotPrivateError):
            told = message("note.cache-not-private", who=str(error), **where)
            report.add("project", "warning", "cache-not-private", told)
            return
        told = message("note.cache-damaged", error=type(error).__name__, **where)
        report.add("project", "info", "cache-damaged", told)


def _remove_unused(folder: Path, pattern: str, most: int) -> None:
    """Remove the files that were not used for longest, and what stopped runs left."""
    used = [(path.stat().st_mtime, path) for path in folder.glob(pattern)]
    used.sort(reverse=True)
    newest = used[0][0] if used else 0.0  # another run may have removed them all
    left = [path for path in folder.glob(".*.part") if newest - path.stat().st_mtime > _DAY_S]
    for path in (*(path for _, path in used[most:]), *left):
        with suppress(OSError):
            path.unlink()
