"""The border between siting and the libraries that read what strangers wrote.

Owns what a fault on the other side becomes: GDAL, Arrow, PROJ, GEOS, osmium, zip, XML and CSV
readers raise dozens of unrelated types for a damaged file, and some print by themselves. Every
call into one of them with data from a file stands inside `reading`. What siting itself does wrong
passes through, so that a fault of ours is never told as one of the file.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from siting.errors import LoadError, SitingError, WrongValueError
from siting.message import Message, message

if TYPE_CHECKING:
    from types import TracebackType

    from siting.data_report import DataReport

Told: TypeAlias = Callable[[Message | str], Message]
"""Makes the message of an error out of what the library said."""

MOST_SAID = 300
"""Characters of what a library says that a message repeats."""
_MOST_PRINTED_BYTES = 64 * 1024
_MOST_NOTES = 20
_OURS = Path(__file__).parent.as_posix()
# What wrong code raises; libraries raise them for bad data too, but then inside their own code.
_OF_CODE = (AttributeError, TypeError, NameError, AssertionError, LookupError)


@contextmanager
def reading(
    subject: str,
    name: str = "",
    *,
    told: Told | None = None,
    error: type[LoadError | SitingError] = LoadError,
    report: DataReport | None = None,
) -> Iterator[None]:
    """Call a library with data of a file; its failure is one error, its warnings are notes.

    Parameters
    ----------
    subject, name
        The layer and the file, for the message.
    told
        Makes the message where it is not "cannot be read, it may be damaged".
    error
        What to raise.
    report
        Gets what the library warned of or printed; without one that is dropped, except where it
        explains a failure.

    Raises
    ------
    SitingError
        Of the class `error`, for whatever the library raised; that stays its cause. Errors of
        siting, and what its own code raises by mistake, pass as they are.

    Examples
    --------
    >>> import json
    >>> with reading("homes", "homes.json"):
    ...     json.loads("{")
    Traceback (most recent call last):
    ...
    siting.errors.LoadError: homes: homes.json cannot be read, it may be damaged or cut off. ...
    """
    say = told or (lambda said: message("file.damaged", subject=subject, name=name, error=said))
    with _printing() as printed, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            yield
        except SitingError:
            raise
        except Exception as fault:
            if _is_ours(fault):
                raise
            raise error(say(reason_of(fault))) from fault
    if report is not None:
        said = [str(each.message) for each in warned] + printed
        for line in list(dict.fromkeys(said))[:_MOST_NOTES]:
            shown = message("note.reader-warning", said=line[:MOST_SAID])
            report.add(subject, "warning", "reader-warning", shown)


_GEOMETRY = frozenset(("shapely", "pyproj", "geopandas", "pyogrio", "pyarrow", "rasterio"))


@contextmanager
def working_on(subject: str) -> Iterator[None]:
    """Work on the shapes of a layer: what GEOS and PROJ refuse is an error of the layer.

    Stands around code of siting, so that only errors that these libraries define are taken for
    theirs.
    """
    try:
        yield
    except Exception as fault:
        if type(fault).__module__.partition(".")[0] not in _GEOMETRY:
            raise
        told = message("layer.unworkable", subject=subject, error=reason_of(fault))
        raise LoadError(told) from fault


def reason_of(fault: BaseException) -> Message | str:
    """Return what a library said of its failure, in one line of bearable length."""
    if isinstance(fault, WrongValueError):
        return fault.message
    if isinstance(fault, MemoryError):
        return message("library.no_memory")
    text = " ".join(str(fault).split())
    kind = type(fault).__name__
    # The text of a KeyError or StopIteration is a bare value or nothing.
    if not text or isinstance(fault, LookupError):
        text = f"{kind}: {text}" if text else kind
    return text if len(text) <= MOST_SAID else f"{text[:MOST_SAID]}…"


def _is_ours(fault: Exception) -> bool:
    """Tell a mistake in the code of siting from what a library raised."""
    return isinstance(fault, _OF_CODE) and _innermost(fault.__traceback__).startswith(_OURS)


def _innermost(trace: TracebackType | None) -> str:
    """Return the file of the code that raised."""
    name = ""
    while trace is not None:
        name, trace = trace.tb_frame.f_code.co_filename, trace.tb_next
    return Path(name).as_posix()


# --- what libraries print by themselves ----------------------------------------------------------

_lock = threading.Lock()
_depth = 0


@contextmanager
def _printing() -> Iterator[list[str]]:
    """Catch what is written to the process's standard error, below Python.

    GDAL, libtiff and others print there themselves, names of the file included. Only the outermost
    of nested calls catches, for all threads of the process.
    """
    global _depth  # noqa: PLW0603 - the descriptor is the process's
    said: list[str] = []
    with _lock:
        _depth += 1
        outermost = _depth == 1
        kept, sink = _redirected() if outermost else (-1, None)
    try:
        yield said
    finally:
        with _lock:
            _depth -= 1
            if sink is not None:
                _flush()
                os.dup2(kept, 2)
                os.close(kept)
                sink.seek(0)
                text = sink.read(_MOST_PRINTED_BYTES).decode("utf-8", "backslashreplace")
                said += [line.strip() for line in text.splitlines() if line.strip()]
                sink.close()


def _redirected() -> tuple[int, tempfile._TemporaryFileWrapper[bytes] | None]:
    """Send standard error to a file; nothing where there is none, or no room for the file."""
    try:
        sink = tempfile.TemporaryFile()  # noqa: SIM115 - closed where it is given back
        kept = os.dup(2)
    except OSError:
        return -1, None
    _flush()
    os.dup2(sink.fileno(), 2)
    return kept, sink  # type: ignore[return-value]


def _flush() -> None:
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.flush()
