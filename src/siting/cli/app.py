"""The commands put together, and the one place where an error becomes an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from siting import __version__
from siting.cli import (
    analyze,
    check,
    diff,
    draw,
    explain,
    locate,
    plan,
    projects,
    rules,
    sample,
    schema,
)
from siting.cli.console import ExitCode, debugging, plain_lines, use_utf8, warn
from siting.errors import SitingError

app = typer.Typer(
    name="siting",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Which homes lack which service, which plan breaks which clause, where to build next.\n\n"
        "Start with a made-up district:\n\n"
        "  siting sample demo\n\n"
        "  siting analyze demo/siting.yaml --out out\n\n"
        "Check a plan:\n\n"
        "  siting check plans/riverside\n\n"
        "Exit codes: 0 compliant, 1 findings, 2 bad input or usage."
    ),
)


# What shells answer for a process that was interrupted by hand.
_STOPPED = 130


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"siting {__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Carry the options that stand before a command."""


analyze.register(app)
check.register(app)
diff.register(app)
draw.register(app)
explain.register(app)
locate.register(app)
plan.register(app)
projects.register(app)
rules.register(app)
sample.register(app)
schema.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments
        What follows ``siting``; the process's own where left out.
    """
    use_utf8()
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are told, never traced."""
    try:
        result = app(args=arguments, standalone_mode=False)
    except SitingError as error:
        _reraise_when_debugging(error)
        warn(f"error: {plain_lines(str(error))}")
        return ExitCode.BAD_INPUT
    except typer.Abort:
        result = _STOPPED
    except Exception as error:  # noqa: BLE001 - the last net below every command
        return _unforeseen(error)
    if result == _STOPPED:
        warn("stopped; nothing was written")
    return int(result) if isinstance(result, int) else ExitCode.COMPLIANT


def _unforeseen(error: Exception) -> int:
    # Typer has carried a click of its own since 0.26, so usage errors are known by what they can.
    show = getattr(error, "show", None)
    if callable(show) and hasattr(error, "exit_code"):
        show()
        return ExitCode.BAD_INPUT
    _reraise_when_debugging(error)
    if isinstance(error, OSError):
        warn(f"error: {plain_lines(str(error))}")
    elif isinstance(error, MemoryError):
        warn("error: out of memory; analyze a smaller area or a machine with more memory")
    else:
        kind = type(error).__name__
        warn(
            f"error: siting failed in an unforeseen way ({kind}: {plain_lines(str(error))}). This "
            "is a fault of siting; set SITING_DEBUG=1 to see where, and please report it."
        )
    return ExitCode.BAD_INPUT


def _reraise_when_debugging(error: Exception) -> None:
    if debugging():
        raise error
