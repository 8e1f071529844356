"""Write a folder of results all or nothing: beside its place first, then renamed into it.

A run that fails, is stopped or loses its disk leaves the earlier results as they were.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from siting.drafts import whole_folder
from siting.errors import SitingError
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
        why = str(error.strerror)
        raise SitingError(message("folder.cannot_make", path=parent, error=why)) from error
    with whole_folder(out) as fresh:
        yield fresh


def write_json(value: Any, path: Path) -> None:
    """Write plain data as a JSON file; a number that JSON has no word for raises."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    # Half a character, as in a path whose bytes are no UTF-8, is written as JSON escapes it.
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


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
