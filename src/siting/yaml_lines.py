"""YAML that remembers its lines: the one reader of rule packs, project files and plans.

Owns turning text into plain data with the line of every value, and turning a model's complaints
into sentences with line, dotted path and the nearest known key. It reads a careful subset of YAML
1.2: ``no`` and ``on`` stay text, keys are always text, and anchors, aliases, tags and repeated
keys are refused, since a reviewer cannot see through them and a hostile file grows by them.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel

from siting.did_you_mean import nearest_known
from siting.errors import ProjectError, RuleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]
Lines = dict[Path, int]
FileError = type[ProjectError] | type[RuleError]

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40
# Here reading stops at once: the time that YAML takes grows with the square of the depth.
_HOPELESS_DEPTH = 500

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
    except yaml.MarkedYAMLError as fault:
        raise error(source, [_syntax_fault(fault, source)]) from None
    except yaml.YAMLError as fault:
        raise error(source, [f"is not YAML text: {_one_line(str(fault))}"]) from None
    if builder.faults:
        raise error(source, builder.faults)
    if data is None:
        raise error(source, ["is empty; expected keys and values in YAML"])
    return data, builder.lines


def faults_of(
    failure: ValidationError,
    lines: Mapping[Path, int],
    source: str,
    *,
    model: type[BaseModel] | None = None,
) -> list[str]:
    """Turn a model's complaints into one sentence each, in the order of their lines.

    Parameters
    ----------
    failure
        What pydantic raised for data from `load_yaml`.
    lines
        The lines that came with the data.
    source
        The file's name, put before each line number so that editors can jump there.
    model
        The model that was validated; with it, an unknown key gets the nearest known one.

    Returns
    -------
    list of str
        Such as ``siting.yaml:14: layers.streets.pth is not a known key; did you mean 'path'?``
    """
    found: dict[str, int] = {}
    for detail in failure.errors(include_url=False):
        path = _path_in_file(detail, lines)
        line = _line_of(path, lines)
        sentence = f"{source}:{line}: {_sentence(detail, path, model)}"
        found.setdefault(sentence, line)
    return sorted(found, key=found.__getitem__)


def dotted(path: Path) -> str:
    """Write a path the way people do.

    Examples
    --------
    >>> dotted(("rules", 3, "require", "unit"))
    'rules[3].require.unit'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


class _Builder:
    """Builds data from parser events; an alias never expands, so work is linear in the text."""

    def __init__(self, text: str, source: str) -> None:
        self.lines: Lines = {}
        self.faults: list[str] = []
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
                    self._fault(event, "a second document starts here; expected one per file")
        return data

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._fault(event, f"{_at(path)}uses an anchor or alias (& or *); write the value out")
        if isinstance(event, yaml.AliasEvent):
            return None
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self._fault(event, f"{_at(path)}has the tag {tag}; tags are not read, remove it")
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
                self._fault(event, f"{dotted((*path, key))} repeats line {first}; keep one")
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
        self._fault(event, f"{_at(path)}has a key that is a list, mapping or alias; use text")
        if not isinstance(event, yaml.AliasEvent):
            self._skip(event, ())
        return ""

    def _skip(self, event: yaml.Event, path: Path) -> None:
        """Walk past a collection without building it."""
        if path:
            self._fault(event, f"is nested more than {MAX_DEPTH} deep here")
        depth = 1
        while depth:
            inner = next(self._events)
            depth += isinstance(inner, yaml.CollectionStartEvent)
            depth -= isinstance(inner, yaml.CollectionEndEvent)
            if depth > _HOPELESS_DEPTH:
                raise yaml.YAMLError(
                    f"line {_line(inner)} is nested more than {MAX_DEPTH} deep, and more than "
                    f"{_HOPELESS_DEPTH}"
                )

    def _fault(self, event: yaml.Event, what: str) -> None:
        self.faults.append(f"{self._source}:{_line(event)}: {what}")


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
        raise error(source, [f"has {len(text):,} bytes; at most {MAX_BYTES:,} are read"])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = text[: fault.start].count(b"\n") + 1
        what = f"{source}:{line}: is not UTF-8 text; save the file as UTF-8"
        raise error(source, [what]) from None


def _syntax_fault(fault: yaml.MarkedYAMLError, source: str) -> str:
    mark = fault.problem_mark or fault.context_mark
    line = mark.line + 1 if mark else 1
    what = ", ".join(part for part in (fault.context, fault.problem) if part)
    return f"{source}:{line}: is not valid YAML: {_one_line(what)}"


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


def _sentence(detail: ErrorDetails, path: Path, model: type[BaseModel] | None) -> str:
    name = dotted(path) or "the file"
    match detail["type"]:
        case "extra_forbidden":
            known = _known_keys(model, detail["loc"][:-1]) if model else set()
            hint = f"; {nearest_known(str(path[-1]), known)}" if known else ""
            return f"{name} is not a known key{hint}"
        case "missing":
            return f"{name} is missing{_required_hint(detail)}"
        case "literal_error" | "enum":
            return f"{name} is {_shown(detail['input'])}; {_choices(detail)}"
        case "value_error":
            return f"{name}: {detail['msg'].removeprefix('Value error, ')}"
        case _:
            message = detail["msg"].removeprefix("Input ")
            return f"{name} is {_shown(detail['input'])}; it {message}"


def _choices(detail: ErrorDetails) -> str:
    """List the allowed values, the likeliest first where one is near."""
    expected = str(detail.get("ctx", {}).get("expected", ""))
    hint = nearest_known(str(detail["input"]), re.findall(r"'([^']*)'", expected))
    near = f"; {hint}" if hint.startswith("did") else ""
    return f"expected {expected}{near}"


def _required_hint(detail: ErrorDetails) -> str:
    given = detail["input"]
    return f"; given are: {', '.join(map(str, given))}" if isinstance(given, dict) and given else ""


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "empty"
        case _:
            text = str(value) if isinstance(value, dt.date) else repr(value)
            return text if len(text) <= 60 else f"{text[:57]}..."


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
