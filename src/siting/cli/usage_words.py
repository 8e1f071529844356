"""What is wrong with a command line, as a message: which option, its value, and what is allowed.

The parser says it in English only. What it knows is read from the fields of its errors; where it
tells a name in its sentence alone, the name is taken out of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from siting.message import Message, message

Fault = Callable[[str, str, Mapping[str, Any]], Message]
# What pydantic calls a value that does not fit.
_FAULTS: Mapping[str, Fault] = {
    "int_parsing": lambda name, given, _: message("usage.whole_number", name=name, given=given),
    "int_from_float": lambda name, given, _: message("usage.whole_number", name=name, given=given),
    "float_parsing": lambda name, given, _: message("usage.number", name=name, given=given),
    "greater_than_equal": lambda name, given, limits: message(
        "usage.at_least", name=name, given=given, limit=limits["ge"]
    ),
    "less_than_equal": lambda name, given, limits: message(
        "usage.at_most", name=name, given=given, limit=limits["le"]
    ),
}


def usage_fault(error: Any) -> Message:
    """Return what a usage error of the parser tells.

    Parameters
    ----------
    error
        An exception of the parser that Typer carries.
    """
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", "")
    if option:
        return _option_fault(error, option)
    if parameter is None:
        return _command_fault(error)
    # An argument is called as in the help.
    name = getattr(parameter, "metavar", None) or "/".join(parameter.opts)
    if type(error).__name__.startswith("Missing"):
        return message("cli.missing", name=name)
    return _value_fault(error, parameter, name)


def _option_fault(error: Any, option: str) -> Message:
    if type(error).__name__ == "NoSuchOption":
        near = error.possibilities
        if near:
            return message("usage.no_such_option", name=option, near=near)
        return message("cli.no_such_option", name=option)
    if "requires" in error.message:
        return message("usage.needs_value", name=option)
    return message("usage.no_value", name=option)


def _command_fault(error: Any) -> Message:
    """Return what is wrong with the names on a command line: no such command, or too many."""
    command = getattr(getattr(error, "ctx", None), "command", None)
    known = getattr(command, "commands", None)
    named = re.search(r"'([^']*)'", error.message)
    if known and named:
        return message("usage.no_such_command", name=named[1], known=known)
    extra = re.search(r"\(([^()]*)\)$", error.message)
    return message("usage.extra", names=extra[1]) if extra else message("cli.bad_usage")


def _value_fault(error: Any, parameter: Any, name: str) -> Message:
    faults: list[Any] = getattr(error.__cause__, "errors", list)()
    if not faults:
        return message("cli.bad_value", name=name)
    given, kind = str(faults[0].get("input", "")), faults[0].get("type", "")
    known = _choices(getattr(getattr(parameter, "type_descriptor", None), "annotation", None))
    if known:
        return message("usage.choice", name=name, given=given, known=known)
    if kind in _FAULTS:
        return _FAULTS[kind](name, given, faults[0].get("ctx", {}))
    return message("cli.bad_value", name=name)


def _choices(annotation: Any) -> tuple[str, ...]:
    """Return the values that an annotation allows, optional or in a list; empty for any."""
    found: list[str] = []
    for each in get_args(annotation):
        found += [each] if isinstance(each, str) else _choices(each)
    return tuple(found)
