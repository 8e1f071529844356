"""YAML that remembers its lines: the one reader of rule packs, project files and plans.

Owns turning text into plain data with the line of every value, and turning the errors of a model
into messages with line, dotted path and the nearest known key. It reads a careful subset of YAML
1.2: ``no`` and ``on`` stay text, keys are always text, and anchors, aliases, tags and repeated
keys are refused, since a reviewer cannot see through them and a hostile file grows by them.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel

from siting.did_you_mean import hint_known
from siting.errors import ProjectError, RuleError, WrongValueError
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]
Lines = dict[Path, int]
FileError = type[ProjectError] | type[RuleError]

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40
# At this depth reading stops at once: the time that YAML takes grows with the square of the depth.
_HOPELESS_DEPTH = 500
# What pydantic says of a value, by the type of its error: the values that the sentence needs.
_WANTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("string_type", "int_type", "int_parsing", "int_from_float"), ()),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number", "date_type"), ()),
    **dict.fromkeys(("date_parsing", "date_from_datetime_parsing"), ()),
    **dict.fromkeys(("bool_type", "bool_parsing", "list_type", "tuple_type", "dict_type"), ()),
    "model_type": ("class_name",),
    "model_attributes_type": (),
    "greater_than": ("gt",),
    "greater_than_equal": ("ge",),
    "less_than": ("lt",),
    "less_than_equal": ("le",),
    "string_too_short": ("min_length",),
    "string_too_long": ("max_length",),
    "string_pattern_mismatch": ("pattern",),
}

# Words of the parser -> what is usually wrong.
_PROBLEMS = {
    "mapping values": "yaml.hint_colon",
    "any token": "yaml.hint_start",
    "unexpected end": "yaml.hint_quote",
    "expected ',' or": "yaml.hint_bracket",
}

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", "+.inf", ".Inf"), float("inf")),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}


def load_yaml(
    text: str | bytes, source: str, *, error: FileError = ProjectError
) -> tuple[Any, Lines]:
    r"""Read one YAML document into plain data and the line of every key and item.

    Parameters
    ----------
    text
        The document; bytes are read as UTF-8, with or without a byte order mark.
    source
        The name to use in messages, such as ``siting.yaml``.
    error
        The error to raise: ``RuleError`` for rule packs, ``ProjectError`` for projects and plans.

    Returns
    -------
    tuple
        Dictionaries, lists, text, integers, floats, booleans, dates and None; and a mapping from
        the path of each value, such as ``("rules", 3, "require")``, to its line, counted from 1.
        The path ``()`` is the whole document. Keys are text always, so ``1: x`` has the key "1".

    Raises
    ------
    ProjectError or RuleError
        Not UTF-8, too large, empty, broken syntax, more than one document; or, all at once:
        repeated keys, anchors and aliases, tags, keys that are not text, nesting too deep.

    Examples
    --------
    >>> data, lines = load_yaml("name: 江湾\nlayers:\n  streets: {path: a.pbf}\n", "siting.yaml")
    >>> data["layers"]["streets"], lines["layers", "streets", "path"]
    ({'path': 'a.pbf'}, 3)
    """
    builder = _Builder(_decoded(text, source, error), source)
    try:
        data = builder.document()
    except _TooDeepError as fault:
        raise error(source, [fault.message]) from None
    except yaml.MarkedYAMLError as fault:
        raise error(source, [_syntax_fault(fault, source)]) from None
    except yaml.YAMLError as fault:
        raise error(source, [message("yaml.not_yaml", what=_one_line(str(fault)))]) from None
    if builder.faults:
        raise error(source, builder.faults)
    if data is None:
        raise error(source, [message("yaml.empty")])
    return data, builder.lines


def faults_of(
    failure: ValidationError,
    lines: Mapping[Path, int],
    source: str,
    *,
    model: type[BaseModel] | None = None,
) -> list[Message]:
    """Turn the errors of a model into one message each, in the order of their lines.

    Parameters
    ----------
    failure
        What pydantic raised for data from `load_yaml`.
    lines
        The lines that came with the data.
    source
        The file's name, put before each line number so that editors can jump there; empty where
        the data come from no file, and then there is no line either.
    model
        The model that was validated; with it, an unknown key gets the nearest known one.

    Returns
    -------
    list of Message
        Such as ``siting.yaml:14: layers.streets.pth is not a known key; did you mean 'path'?``
    """
    found: dict[Message, int] = {}
    for detail in failure.errors(include_url=False):
        path = _path_in_file(detail, lines)
        line, fault = _line_of(path, lines), _fault_of(detail, path, model)
        found.setdefault(at_line(source, line, fault) if source else fault, line)
    return sorted(found, key=found.__getitem__)


def at_line(source: str, line: int, fault: Message | str) -> Message:
    """Put file and line before a fault."""
    return message("file.line", source=source, line=line, fault=fault)


def dotted(path: Path) -> str:
    """Write a path the way people do.

    Examples
    --------
    >>> dotted(("rules", 3, "require", "unit"))
    'rules[3].require.unit'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


class _TooDeepError(Exception):
    """The text is nested so deep that reading it on would take too long."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        depths = {"depth": MAX_DEPTH, "most": _HOPELESS_DEPTH}
        self.message = message("yaml.far_too_deep", line=line, **depths)


class _Builder:
    """Builds data from parser events; an alias never expands, so work is linear in the text."""

    def __init__(self, text: str, source: str) -> None:
        self.lines: Lines = {}
        self.faults: list[Message] = []
        self._source = source
        # The compiled parser where PyYAML has it; both give the same events.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=loader))

    def document(self) -> Any:
        data: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                value = self._value(next(self._events), ())
                data = value if documents == 1 else data
                if documents == 2:
                    self._fault(event, message("yaml.second_document"))
        return data

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._fault(event, message("yaml.alias", at=_at(path)))
        if isinstance(event, yaml.AliasEvent):
            return None
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self._fault(event, message("yaml.tag", at=_at(path), tag=tag))
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else _plain(event.value)
        if len(path) >= MAX_DEPTH:
            self._skip(event, path)
            return None
        return self._mapping(path) if _opens_mapping(event) else self._sequence(path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in data:
                first = self.lines[*path, key]
                name = dotted((*path, key))
                self._fault(event, message("yaml.repeats", name=name, line=first))
            # On a repeat the first line stays, so that later repeats point at the first.
            self.lines.setdefault((*path, key), _line(event))
            data[key] = self._value(next(self._events), (*path, key))
        return data

    def _sequence(self, path: Path) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            data.append(self._value(event, (*path, len(data))))
        return data

    def _key(self, event: yaml.Event, path: Path) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self._fault(event, message("yaml.key_no_text", at=_at(path)))
        if not isinstance(event, yaml.AliasEvent):
            self._skip(event, ())
        return ""

    def _skip(self, event: yaml.Event, path: Path) -> None:
        """Walk past a collection without building it."""
        if path:
            self._fault(event, message("yaml.too_deep", depth=MAX_DEPTH))
        depth = 1
        while depth:
            inner = next(self._events)
            depth += isinstance(inner, yaml.CollectionStartEvent)
            depth -= isinstance(inner, yaml.CollectionEndEvent)
            if depth > _HOPELESS_DEPTH:
                raise _TooDeepError(_line(inner))

    def _fault(self, event: yaml.Event, what: Message) -> None:
        self.faults.append(at_line(self._source, _line(event), what))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _opens_mapping(event: yaml.Event) -> bool:
    return isinstance(event, yaml.MappingStartEvent)


def _plain(value: str) -> Any:
    """Read an unquoted word as YAML 1.2 does, with ISO dates."""
    if value in _WORDS:
        return _WORDS[value]
    # Python refuses to convert integers of thousands of digits; no quantity here has twenty.
    if _INTEGER.fullmatch(value) and len(value) <= 20:
        return int(value)
    if _FLOAT.fullmatch(value):
        return float(value)
    if _DATE.fullmatch(value):
        return _date(value)
    return value


def _date(value: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return value


def _decoded(text: str | bytes, source: str, error: FileError) -> str:
    if len(text) > MAX_BYTES:
        raise error(source, [message("yaml.too_large", size=len(text), most=MAX_BYTES)])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = text[: fault.start].count(b"\n") + 1
        raise error(source, [at_line(source, line, message("yaml.not_utf8"))]) from None


def _syntax_fault(fault: yaml.MarkedYAMLError, source: str) -> Message:
    mark = fault.problem_mark or fault.context_mark
    line = mark.line + 1 if mark else 1
    what = _one_line(", ".join(part for part in (fault.context, fault.problem) if part))
    hint = next((message(_PROBLEMS[part]) for part in _PROBLEMS if part in what), "")
    column = mark.column + 1 if mark else 1
    return at_line(source, line, message("yaml.syntax", what=what, column=column, hint=hint))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _at(path: Path) -> str:
    return f"{dotted(path)} " if path else ""


def _path_in_file(detail: ErrorDetails, lines: Mapping[Path, int]) -> Path:
    """Drop what pydantic adds to a location: the names of union members and of validators."""
    path: Path = ()
    for part in detail["loc"]:
        if (*path, part) in lines:
            path = (*path, part)
    last = detail["loc"][-1:]
    return (*path, *last) if detail["type"] == "missing" else path


def _line_of(path: Path, lines: Mapping[Path, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _fault_of(detail: ErrorDetails, path: Path, model: type[BaseModel] | None) -> Message:
    name = dotted(path) or message("key.the_file")
    match detail["type"]:
        case "extra_forbidden":
            known = _known_keys(model, detail["loc"][:-1]) if model else set()
            near = message("hint.after", hint=hint_known(str(path[-1]), known)) if known else ""
            return message("key.unknown", name=name, hint=near)
        case "missing":
            return message("key.missing", name=name, hint=_given(detail))
        case "literal_error" | "enum":
            return _no_choice(name, detail)
        case "value_error":
            return message("key.wrong", name=name, fault=_raised(detail))
        case _:
            value, wanted = shown(detail["input"]), _wanted(detail)
            return message("key.wrong_kind", name=name, value=value, wanted=wanted)


def _raised(detail: ErrorDetails) -> Message | str:
    """Return what a validator of ours raised."""
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, WrongValueError):
        return raised.message
    return detail["msg"].removeprefix("Value error, ")


def _wanted(detail: ErrorDetails) -> Message:
    """Return what pydantic expected; in its own words, in English, where there are no others."""
    kind, given = detail["type"], detail.get("ctx", {})
    values: dict[str, Any] = {name: given.get(name) for name in _WANTED.get(kind, ())}
    if kind in _WANTED and all(isinstance(each, str | int | float) for each in values.values()):
        return message(f"wanted.{kind}", **values)
    return message("wanted.other", what=detail["msg"].removeprefix("Input "))


def _no_choice(name: Message | str, detail: ErrorDetails) -> Message:
    """List the allowed values, and the likeliest where one is near."""
    expected = str(detail.get("ctx", {}).get("expected", ""))
    hint = hint_known(str(detail["input"]), re.findall(r"'([^']*)'", expected))
    return message(
        "key.no_choice",
        name=name,
        value=shown(detail["input"]),
        expected=_one_of(expected),
        hint=message("hint.after", hint=hint) if hint.key == "hint.nearest" else "",
    )


def _one_of(expected: str) -> Message | str:
    """Take apart the list that pydantic writes, such as ``'a', 'b' or 'c'``."""
    *names, last = re.findall(r"'[^']*'", expected) or [""]
    if f"{', '.join(names)} or {last}" != expected:
        return expected
    return message("value.one_of", names=names, last=last)


def _given(detail: ErrorDetails) -> Message | str:
    given = detail["input"]
    if not (isinstance(given, dict) and given):
        return ""
    return message("key.given", names=[str(each) for each in given])


def shown(value: object) -> Message | str:
    """Return a value of a file as a fault names it: a collection by its kind, a text in quotes."""
    match value:
        case dict():
            return message("value.mapping")
        case list():
            return message("value.list")
        case None:
            return message("value.empty")
        case _:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            text = text if len(text) <= 58 else f"{text[:55]}..."
            return message("value.quoted", text=text) if isinstance(value, str) else text


def _known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """Return the keys that the models at a location have, following pydantic's own path."""
    models = {model}
    for part in loc:
        fields = [_fields(each)[part] for each in models if part in _fields(each)]
        named = {each for each in models if each.__name__ == part}
        models = set().union(*map(_models_in, fields)) if fields else named or models
    return {str(key) for each in models for key in _fields(each)}


def _fields(model: type[BaseModel]) -> dict[str | int, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return set().union(*(_models_in(part) for part in get_args(annotation)))
