"""The help of every command in the language spoken: ``command.*`` and ``option.*`` of the words.

A command of the code carries no help; its keys are made of the names of command and option. An
option that several commands share is ``option.any``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import typer
import typer.main

from siting.message import Language
from siting.words import word
from siting.words.catalogue import has

# How the parser writes what an option takes, such as <list[Path]> or <int range>.
_KIND = re.compile(r"<(?:list\[)?(str|path|int|float)\]?(?: range)?>", re.IGNORECASE)


def spoken_command(app: typer.Typer, language: Language) -> Any:
    """Return the commands of an application with their help in one language."""
    root = typer.main.get_command(app)
    for path, command in _below(root, ()):
        _speak(command, "-".join(path) or "siting", language)
    return root


def _below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _below(inner, (*path, name))


def _speak(command: Any, name: str, language: Language) -> None:
    command.help = word(f"command.{name}", language)
    command.options_metavar = word("help.options_metavar", language)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = word("help.command_metavar", language)
    for parameter in command.params:
        parameter.help = _option(name, parameter.name, language)
        said = word(f"argument.{parameter.name}", language) if _is_argument(parameter) else ""
        if said not in ("", parameter.name):
            parameter.metavar = said
    command.context_class = _context(command.context_class, language)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _option(command: str, option: str, language: Language) -> str:
    own = f"option.{command}.{option}"
    return word(own, language) if has(own, language) else word(f"option.any.{option}", language)


def _context(base: Any, language: Language) -> Any:
    """Return a context whose help has headings in one language."""

    class Formatter(base.formatter_class):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or word("help.usage", language))

        def write_heading(self, heading: str) -> None:
            key = f"help.{heading.lower()}"
            said = word(key, language) if has(key, language) else f"{heading}:"
            self.write(f"{'':>{self.current_indent}}{said}\n")

        def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **more: Any) -> None:
            super().write_dl([_row(*row, language) for row in rows], *args, **more)

    return type("Context", (base,), {"formatter_class": Formatter})


def _row(first: str, second: str, language: Language) -> tuple[str, str]:
    if first.startswith("-h, --help"):
        return first, word("option.any.help", language)
    if language != "en":
        first = _KIND.sub(lambda kind: f"<{word(f'help_kind.{kind[1].lower()}', language)}>", first)
        second = second.replace("; x>=", word("mark.semicolon", language) + "≥ ")
    told = re.sub(r"(?<=\[)default: ", word("help.default", language), second)
    return first, re.sub(r"(?<=[\[ ])required\]$", f"{word('help.required', language)}]", told)
