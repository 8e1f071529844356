"""Reading the data files of the vocabulary: typed, checked, faults with their lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from siting.errors import RuleError
from siting.message import Message, message
from siting.yaml_lines import at_line, dotted, faults_of, load_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.yaml_lines import Path as KeyPath


class Data(BaseModel):
    """What the models of all data files have in common: fixed, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


def own_file(name: str) -> bytes:
    """Return the content of a data file of this room, such as ``units.yaml``."""
    return Path(__file__).with_name(name).read_bytes()


def parse_data(
    text: str | bytes, source: str, model: type[Model]
) -> tuple[Model, Mapping[KeyPath, int]]:
    """Read a data file into its model; also the line of every key.

    Raises
    ------
    RuleError
        All faults at once: no YAML, unknown keys, values of another kind.
    """
    data, lines = load_yaml(text, source, error=RuleError)
    try:
        return model.model_validate(data), lines
    except ValidationError as failure:
        raise RuleError(source, faults_of(failure, lines, source, model=model)) from None


def refuse(
    source: str, faults: Sequence[tuple[KeyPath, Message]], lines: Mapping[KeyPath, int]
) -> None:
    """Raise one error for all faults that were found; each gives its key and a sentence.

    Raises
    ------
    RuleError
        Where there is any.
    """
    if faults:
        told = [
            at_line(source, lines.get(at, 1), message("key.wrong", name=dotted(at), fault=what))
            for at, what in faults
        ]
        raise RuleError(source, told)
