"""Write a folder of results all or nothing: beside its place first, then renamed into it.

A run that fails, is stopped or loses its disk leaves the earlier results as they were.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from siting.errors import SitingError, reason_of
from siting.message import message

MANIFEST = "manifest.json"


def check_out_folder(out: Path) -> None:
    """Raise where writing to a folder would destroy something that siting did not write.

    Called before the work starts, so that nobody waits a minute for a refusal.

    Raises
    ------
    SitingError
        The path is a file, its parent cannot be written, or the folder holds foreign files.
    """
    if out.exists() and not out.is_dir():
        raise SitingError(message("folder.is_a_file", path=out))
    foreign = _foreign_files(out)
    if foreign:
        raise SitingError(message("folder.foreign", path=out, count=len(foreign), first=foreign[0]))
    parent = _nearest_existing(out.absolute().parent)
    if not os.access(parent, os.W_OK):
        raise SitingError(message("folder.cannot_write", path=parent))


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder to write to, and put it in place of ``out`` when all went well.

    Yields
    ------
    Path
        A folder beside ``out``, on the same disk.

    Raises
    ------
    SitingError
        As ``check_out_folder``, or the old results are open in another program.
    """
    check_out_folder(out)
    parent = out.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = reason_of(error)
        raise SitingError(message("folder.cannot_make", path=parent, error=why)) from error
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=parent))
    try:
        fresh = beside / "new"
        fresh.mkdir()
        yield fresh
        _swap(fresh, out, beside / "old")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_json(value: Any, path: Path) -> None:
    """Write plain data as a JSON file; a number that JSON has no word for raises."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _swap(fresh: Path, out: Path, old: Path) -> None:
    """Move the old results away and the new ones in; put the old ones back if that fails."""
    moved = False
    try:
        if out.exists():
            out.replace(old)
            moved = True
        fresh.replace(out)
    except OSError as error:
        if moved:
            with suppress(OSError):
                old.replace(out)
        why = reason_of(error)
        raise SitingError(message("folder.cannot_replace", path=out, error=why)) from error


def _foreign_files(out: Path) -> list[str]:
    """Return what stands in a folder beyond what its manifest says siting wrote."""
    if not out.is_dir():
        return []
    present = sorted(path.name for path in out.iterdir())
    try:
        written = set(json.loads((out / MANIFEST).read_text(encoding="utf-8"))["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        written = set()
    return [name for name in present if name not in written and name != MANIFEST]


def _nearest_existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
