"""Compiled kernels made ready on another core while layers are read.

Loading numba takes half a second, and compiling what was never compiled ten. Loading is done by a
thread. Compiling is Python's work for the most part, as reading is, so it is done by a process,
once for a version of the kernels and a place where numba keeps them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from siting.pipeline.on_use import on_use

if TYPE_CHECKING:
    from siting.pipeline.kept import kernel_uses
else:
    # The thread loads it, and numba with it.
    kernel_uses = on_use("siting.pipeline.kept.kernel_uses")

_once = threading.Lock()
# Compiling never takes longer; an older claim was left behind and is taken over.
_LONGEST_S = 300.0


@contextmanager
def kernels_beside() -> Iterator[None]:
    """Make the kernels of an analysis ready while the block runs, once in a process.

    Results do not depend on this: a kernel that is not ready is compiled where it is used. When
    the block ends, the thread begins no other kernel, and the one at work is waited for. A process
    that compiles goes on, since its kernels are needed next; an error in the block stops it.
    """
    if not _once.acquire(blocking=False):
        yield
        return
    work = _Work()
    work.start()
    try:
        yield
    except BaseException:
        work.stop()
        raise
    finally:
        work.finish()


class _Work:
    """What goes on beside a block."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._decided = threading.Event()
        self._thread = threading.Thread(target=self._run, name="siting-kernels")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop the process that compiles."""
        self._ended.set()
        self._decided.wait()
        if self._child is not None:
            self._child.terminate()
            self._thread.join()

    def finish(self) -> None:
        """Let the thread begin no other kernel; one that waits for a process may go on waiting."""
        self._ended.set()
        self._decided.wait()
        if self._child is None:
            self._thread.join()

    def _run(self) -> None:
        # What fails here fails in the analysis too, and is reported there.
        with suppress(Exception):
            try:
                claim = _claim()
                if claim is not None:
                    self._compile(claim)
            finally:
                self._decided.set()
            if self._child is None:
                self._use()

    def _compile(self, claim: Path) -> None:
        try:
            if not self._ended.is_set():
                self._child = _compiling()
                self._decided.set()
                self._child.wait()
        finally:
            claim.unlink(missing_ok=True)

    def _use(self) -> None:
        for _ in _in_use():
            if self._ended.is_set():
                return


def _compiling() -> subprocess.Popen[bytes]:
    """Start a process that compiles the kernels and says nothing."""
    silent = subprocess.DEVNULL
    # -P: the folder that one happens to be in is no place to import from.
    command = [sys.executable, "-P", "-m", "siting.pipeline.kept.kernel_uses"]
    return subprocess.Popen(  # noqa: S603  nothing in the command comes from outside
        command, stdin=silent, stdout=silent, stderr=silent
    )


def _claim() -> Path | None:
    """Claim the compiling for this process, by a file; None where it is not to be done here.

    They were compiled already; another process does it; nothing can be kept; or Python is embedded
    in another program, which cannot be started to compile.
    """
    mark = _mark()
    embedded = not Path(sys.executable or "").stem.lower().startswith("python")
    if mark.exists() or embedded or not os.access(mark.parent, os.W_OK):
        return None
    claim = mark.with_suffix(".claim")
    with suppress(FileNotFoundError):
        if time.time() - claim.stat().st_mtime > _LONGEST_S:
            claim.unlink(missing_ok=True)
    try:
        claim.touch(exist_ok=False)
    except OSError:
        return None
    return claim


def _mark() -> Path:
    return kernel_uses.mark()


def _in_use() -> Iterator[str]:
    return kernel_uses.in_use()
