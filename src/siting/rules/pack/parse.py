"""From YAML text to rule packs, with every fault of every file in one error.

Owns the order of reading: syntax, then the model, then what has to agree between keys and between
files. And the way back: `dump_pack` writes what `parse_packs` reads as the same pack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from siting.errors import RuleError
from siting.message import Message, message
from siting.rules.pack.checks import PackFault, check_pack
from siting.rules.pack.model import Pack, PackText, Rule
from siting.yaml_lines import Lines, Path, dotted, faults_of, load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def parse_pack(text: str | bytes, source: str = "rules.yaml") -> Pack:
    """Read one pack; see `parse_packs`.

    Examples
    --------
    >>> parse_pack("document: {title: x}", "x.yaml")
    Traceback (most recent call last):
    siting.errors.RuleError: x.yaml: 5 faults
    ...
    """
    return parse_packs([(source, text)])[0]


def parse_packs(
    sources: Iterable[tuple[str, str | bytes]],
    *,
    elsewhere: Callable[[], Iterable[str]] = tuple,
) -> tuple[Pack, ...]:
    """Read rule packs that may name each other's rules.

    Parameters
    ----------
    sources
        Name and text of each pack; the name stands before every line number.
    elsewhere
        Gives the ids of further rules that `supersedes` and `shared_with` may name; asked only
        where a name is not found among the sources.

    Returns
    -------
    tuple of Pack
        In the order of the sources.

    Raises
    ------
    RuleError
        Every fault of every source, by file, line and path: broken YAML, unknown keys, measures
        and facility types with the nearest known one, units that are not the measure's, sources
        without quote, clause or url, duplicate ids, names of rules that are nowhere.
    """
    faults: list[Message] = []
    read: list[tuple[str, Any, Lines]] = []
    for source, text in sources:
        try:
            read.append((source, *load_yaml(text, source, error=RuleError)))
        except RuleError as fault:
            faults.extend(_with_source(source, fault))
    ids = _Ids([data for _, data, _ in read], elsewhere)
    packs: list[Pack] = []
    seen: dict[str, str] = {}
    for source, data, lines in read:
        pack, wrong = _checked(source, data, lines, ids, seen)
        faults.extend(wrong)
        packs.extend([pack] if pack else [])
        seen.update(_places(source, data, lines))
    if faults:
        raise RuleError(read[0][0] if len(read) == 1 else message("pack.several"), faults)
    return tuple(packs)


def dump_pack(pack: Pack) -> str:
    """Write a pack as YAML that `parse_pack` reads as an equal pack.

    Keys that hold their default are left out; comments of the file it was read from are lost.
    """
    data = pack.text.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=90,
    )


class _Dumper(yaml.SafeDumper):
    """Quotes text that would be read as something else, and never writes anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # Always quoted: the reader follows YAML 1.2 and PyYAML quotes by the words of YAML 1.1.
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')


_Dumper.add_representer(str, _write_text)


class _Ids:
    """The rule ids that may be named; the other packs are read only when one is missing here."""

    def __init__(self, packs: Sequence[Any], elsewhere: Callable[[], Iterable[str]]) -> None:
        self._here = {name for data in packs for name in rule_ids(data)}
        self._elsewhere = elsewhere
        self._there: frozenset[str] | None = None

    def __contains__(self, name: object) -> bool:
        if name in self._here:
            return True
        if self._there is None:
            self._there = frozenset(self._elsewhere())
        return name in self._there


def _checked(
    source: str, data: Any, lines: Lines, ids: _Ids, seen: dict[str, str]
) -> tuple[Pack | None, list[Message]]:
    """Return the pack or its faults, in the order of their lines."""
    faults: list[Message] = []
    text: PackText | None = None
    try:
        text = PackText.model_validate(data)
    except ValidationError as failure:
        faults += faults_of(failure, lines, source, model=PackText)
    faults += [_sentence(fault, lines, source) for fault in check_pack(data, ids, seen)]
    if faults or text is None:
        return None, sorted(dict.fromkeys(faults), key=_line_in)
    return _bound(text, source, lines), []


def _bound(text: PackText, source: str, lines: Lines) -> Pack:
    """Give every rule its document."""
    rules = tuple(
        Rule.model_construct(
            **{name: getattr(rule, name) for name in type(rule).model_fields},
            document=text.document,
            jurisdiction=text.jurisdiction,
        )
        for rule in text.rules
    )
    at = {rule.id: lines.get(("rules", index), 1) for index, rule in enumerate(rules)}
    return Pack(source, text, rules, at)


def _sentence(fault: PackFault, lines: Lines, source: str) -> Message:
    path: Path = fault.path
    while path and path not in lines:
        path = path[:-1]
    return message(
        "pack.fault",
        source=source,
        line=lines.get(path, 1),
        path=dotted(fault.path),
        fault=fault.message,
    )


def _line_in(fault: Message) -> int:
    return int(str(dict(fault.values)["line"]))


def _with_source(source: str, fault: RuleError) -> list[Message]:
    """Put the file before faults that lack it, since they stand beside those of other files."""
    return [
        each
        if isinstance(each, Message) and "source" in dict(each.values)
        else message("error.fault", subject=source, fault=each)
        for each in fault.messages
    ]


def rule_ids(data: Any) -> list[str]:
    """Return the rule ids of a pack as it was read, whatever else is wrong with it."""
    rules = data.get("rules") if isinstance(data, dict) else None
    listed = rules if isinstance(rules, list) else []
    return [rule["id"] for rule in listed if isinstance(rule, dict) and _is_text(rule.get("id"))]


def _places(source: str, data: Any, lines: Lines) -> dict[str, str]:
    rules = data.get("rules") if isinstance(data, dict) else None
    listed = rules if isinstance(rules, list) else []
    return {
        rule["id"]: f"{source}:{lines.get(('rules', index), 1)}"
        for index, rule in enumerate(listed)
        if isinstance(rule, dict) and _is_text(rule.get("id"))
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
