"""Progress on screen: a bar in a terminal, a line in a notebook, nothing where nobody looks.

Long functions of siting take ``progress``, a callable of a label and a share; this makes one. A
label is a message or a text: `siting.words.say` says it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Any

from siting.message import Progress, Sayable
from siting.words import current_language, say

__all__ = ["Progress", "part_of", "progress", "progress_html", "silent"]


def silent(label: Sayable, share: float) -> None:
    """Show nothing; stands for a progress that nobody wants to see."""


def part_of(progress: Progress | None, low: float, high: float) -> Progress | None:
    """Return a progress of which 0 to 1 is a part of the whole, from `low` to `high`.

    Examples
    --------
    >>> second_half = part_of(lambda label, share: print(label, share), 0.5, 1.0)
    >>> second_half("half of it", 0.5)
    half of it 0.75
    """
    if progress is None:
        return None
    return lambda label, share: progress(label, low + share * (high - low))


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Show progress while the block runs, and leave nothing behind.

    Parameters
    ----------
    quiet
        Show nothing at all.

    Yields
    ------
    callable
        Takes a label and a share from 0 to 1. Needs no ``ipywidgets`` in a notebook.

    Examples
    --------
    >>> with progress() as tell:
    ...     tell("counting homes", 0.5)
    """
    if quiet:
        yield silent
    elif _in_notebook():
        with _notebook_line() as tell:
            yield tell
    elif sys.stderr.isatty():
        with _terminal_bar() as tell:
            yield tell
    else:
        yield silent


def progress_html(label: Sayable, share: float) -> str:
    """Return one line for a notebook.

    >>> progress_html("reading <streets>", 0.5)
    '<progress max="1" value="0.50"></progress> reading &lt;streets&gt;'
    """
    return f'<progress max="1" value="{share:.2f}"></progress> {escape(_said(label))}'


def _in_notebook() -> bool:
    """Tell whether a Jupyter kernel runs this; IPython is asked only where it is loaded."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def _notebook_line() -> Iterator[Progress]:
    shown: Any = import_module("IPython.display")
    line = shown.display(shown.HTML(progress_html("", 0.0)), display_id=True)
    try:
        yield lambda label, share: line.update(shown.HTML(progress_html(label, share)))
    finally:
        line.update(shown.HTML(""))


@contextmanager
def _terminal_bar() -> Iterator[Progress]:
    # Most commands draw no bar, and what draws it takes a twentieth of their start.
    shown: Any = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    text = shown.TextColumn("{task.description:<42}", markup=False)
    columns = (text, shown.BarColumn(), shown.TimeElapsedColumn())
    with shown.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda label, share: bar.update(task, description=_said(label), completed=share)


def _said(label: Sayable) -> str:
    """Say a label; names of data in it are made harmless, so that none repaints a terminal."""
    return say(label, current_language())
