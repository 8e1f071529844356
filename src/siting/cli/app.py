"""The commands put together, and the one place where an error becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

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
from siting.cli.help_words import spoken_command
from siting.cli.usage_words import usage_fault
from siting.errors import SitingError, refused
from siting.message import Language, Sayable, message
from siting.words import current_language, language_of, say, speaking, word

_LOOKS: dict[str, Any] = {
    "name": "siting",
    "no_args_is_help": True,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
app = typer.Typer(**_LOOKS)


# What shells answer for a process that was interrupted by hand.
_STOPPED = 130
_LONGEST_FAULT = 1_000


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"siting {__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True),
    ] = False,
    language: Annotated[Language | None, typer.Option("--language")] = None,
) -> None:
    """Carry the options that stand before a command; `run` has read the language already."""


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
    # Else every package on the machine is asked whether it extends pydantic; none may.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are told, never traced."""
    with speaking(_language_asked(arguments)):
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    try:
        command = spoken_command(_asked(arguments), current_language())
        result = command.main(args=arguments, prog_name="siting", standalone_mode=False)
    except SitingError as error:
        _reraise_when_debugging(error)
        _tell_error(str(error))
        return ExitCode.BAD_INPUT
    except typer.Abort:
        result = _STOPPED
    except Exception as error:  # noqa: BLE001 - the last net below every command
        return _unforeseen(error)
    if result == _STOPPED:
        warn(word("cli.stopped", current_language()))
    return int(result) if isinstance(result, int) else ExitCode.COMPLIANT


def _asked(arguments: Sequence[str]) -> typer.Typer:
    """Return the application with the one command that is named: to build all takes a while.

    Where the first word is no command of its own, all are there, as for help and suggestions.
    """
    name = next((each for each in arguments if not each.startswith("-")), "")
    asked = [each for each in app.registered_commands if each.name == name]
    if not asked:
        return app
    alone = typer.Typer(**_LOOKS)
    alone.registered_callback, alone.registered_commands = app.registered_callback, asked
    return alone


def _language_asked(arguments: Sequence[str]) -> Language | None:
    """Return the language that the arguments name, before any of them is read.

    >>> _language_asked(["check", "-l", "zh"]), _language_asked(["--language=en", "map"])
    ('zh', 'en')
    """
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name in ("--language", "-l"):
            return language_of(value or "".join(arguments[place + 1 : place + 2]))
    return None


def _unforeseen(error: Exception) -> int:
    # Typer has carried a click of its own since 0.26, so usage errors are known by what they can.
    if callable(getattr(error, "show", None)) and hasattr(error, "exit_code"):
        _show_usage(error)
        return ExitCode.BAD_INPUT
    _reraise_when_debugging(error)
    if isinstance(error, OSError):
        # A path can be as long as a file; what it says stands at its start.
        _tell_error(say(refused(error), current_language())[:_LONGEST_FAULT])
    elif isinstance(error, MemoryError):
        _tell_error(message("cli.no_memory"))
    else:
        kind = type(error).__name__
        _tell_error(message("cli.unforeseen", kind=kind, fault=str(error)))
    return ExitCode.BAD_INPUT


def _tell_error(fault: Sayable) -> None:
    """Say an error; a text is one that is said already, with a line for each fault."""
    language = current_language()
    said = plain_lines(fault) if isinstance(fault, str) else say(fault, language)
    warn(f"{word('cli.error', language)}{said}")


def _show_usage(error: Any) -> None:
    """Say what is wrong with a command line; in English the parser says it itself."""
    # A group without a command shows its help, which is spoken already.
    if current_language() == "en" or type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    _tell_error(usage_fault(error))


def _reraise_when_debugging(error: Exception) -> None:
    if debugging():
        raise error
