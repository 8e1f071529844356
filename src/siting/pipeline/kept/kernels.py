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

from siting.pipeline.kept.files import code_of

_once = threading.Lock()
# Nobody compiles for longer; what an earlier process claimed and left is claimed again.
_LONGEST_S = 300.0


@contextmanager
def kernels_beside() -> Iterator[None]:
    """Make the kernels of an analysis ready while the block runs, once in a process.

    Results do not depend on this: whoever needs a kernel that is not ready compiles it. When the
    block ends no kernel is begun by the thread any more and the one at work is waited for. A
    process that compiles goes on, since what follows needs its kernels; when the block ends by an
    error it is stopped.
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
        """Let no process go on."""
        self._ended.set()
        self._decided.wait()
        if self._child is not None:
            self._child.terminate()
            self._thread.join()

    def finish(self) -> None:
        """Let no kernel be begun any more by the thread; one that waits for a process may wait."""
        self._ended.set()
        self._decided.wait()
        if self._child is None:
            self._thread.join()

    def _run(self) -> None:
        # What fails here fails in the analysis too, where somebody is told.
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
    command = [sys.executable, "-P", "-m", "siting.pipeline.kept.kernels"]
    return subprocess.Popen(  # noqa: S603  nothing in the command comes from outside
        command, stdin=silent, stdout=silent, stderr=silent
    )


def _claim() -> Path | None:
    """Return a file that says that this process has the kernels compiled; None where nobody has to.

    They were compiled already; another process is at it; nothing can be kept; or what runs here is
    another program that Python is embedded in, and that cannot be asked to compile.
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
    """Return the file that stands beside the compiled kernels of this version when all are there.

    A machine with another processor compiles them again without being asked to.
    """
    import numba

    from siting.network.kernels import nearest

    folder = Path(str(nearest.nearest_segments.stats.cache_path))
    folder.mkdir(parents=True, exist_ok=True)
    package = Path(nearest.__file__).parents[2]
    modules = [*(package / "network").rglob("*.py"), *(package / "coverage").rglob("*.py")]
    return folder / f"siting-{numba.__version__}-{code_of(modules)[:16]}.compiled"


def _in_use() -> Iterator[str]:
    """Use the kernels in the order of an analysis, on one street with one home; yield what ran."""
    import geopandas as gpd
    import numpy as np
    import shapely

    from siting.coverage.closest import closest_straight_line
    from siting.network.attach.snap import snap
    from siting.network.graph import build_network
    from siting.network.travel import closest_and_nodes

    yield "imports"
    line = shapely.LineString([(0.0, 0.0), (100.0, 0.0)])
    streets = gpd.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs="EPSG:4547")
    network = build_network(streets, oneway=True)
    yield "network"
    place = np.array([[10.0, 5.0]])
    home = snap(network, place, max_access_m=50)
    yield "snapping"
    closest_and_nodes(network, home, [home])
    yield "nearest-on-foot"
    closest_straight_line(place, place)
    yield "nearest-straight-line"


def _compile_all() -> None:
    for _ in _in_use():
        pass
    mark = _mark()
    for old in mark.parent.glob("siting-*.compiled"):
        old.unlink(missing_ok=True)
    mark.touch()


if __name__ == "__main__":
    _compile_all()
