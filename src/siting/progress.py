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


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress while the block runs, and leave nothing behind.

    Yields
    ------
    callable
        Takes a label and a share from 0 to 1. Needs no ``ipywidgets`` in a notebook.

    Examples
    --------
    >>> with progress() as tell:
    ...     tell("counting homes", 0.5)
    """
    if _in_notebook():
        with _notebook_line() as tell:
            yield tell
    elif sys.stderr.isatty():
        with _terminal_bar() as tell:
            yield tell
    else:
        yield _silent


def progress_html(label: Sayable, share: float) -> str:
    """Return one line for a notebook.

    >>> progress_html("reading <streets>", 0.5)
    '<progress max="1" value="0.50"></progress> reading &lt;streets&gt;'
    """
    return f'<progress max="1" value="{share:.2f}"></progress> {escape(_said(label))}'


def _silent(label: Sayable, share: float) -> None:
    """Draw nothing."""


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
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<42}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda label, share: bar.update(task, description=_said(label), completed=share)


def _said(label: Sayable) -> str:
    """Say a label; names of data in it are made harmless."""
    return say(label, current_language())
