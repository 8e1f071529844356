"""The data report: what loaders repaired, excluded or assumed, layer by layer.

Imports no heavy library, since plans without a drawing have notes too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from siting.message import Message

Severity = Literal["info", "assumption", "repair", "excluded", "warning"]


@dataclass(frozen=True, slots=True)
class DataNote:
    """One thing that was found, repaired, excluded or assumed in one layer.

    Parameters
    ----------
    layer
        The layer as the project file names it, with the file.
    severity
        ``info``, ``assumption`` (a parameter stood in for data), ``repair``, ``excluded`` or
        ``warning``.
    code
        Stable slug, such as ``geometry-repaired``.
    message
        What was found and what was done; a text is said as it is.
    count
        Number of rows concerned.
    examples
        Identifiers or row numbers of the first few rows.
    details
        What the sentence tells beyond code, count and examples, by name, for programs; of
        ``column`` the name in this contract. Values are those that JSON has. Empty where there is
        no more.
    """

    layer: str
    severity: Severity
    code: str
    message: Message | str
    count: int = 0
    examples: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(slots=True)
class DataReport:
    """Everything the loaders did to the input; nothing is dropped or invented in silence."""

    notes: list[DataNote] = field(default_factory=list)

    def add(  # noqa: D102 - the class says it
        self,
        layer: str,
        severity: Severity,
        code: str,
        message: Message | str,
        *,
        count: int = 0,
        examples: Iterable[object] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        first = tuple(str(example) for example, _ in zip(examples, range(5), strict=False))
        told = dict(details or {})
        self.notes.append(DataNote(layer, severity, code, message, int(count), first, told))

    def extend(self, other: DataReport) -> None:
        """Append every note of another report."""
        self.notes.extend(other.notes)

    def of(self, subject: str) -> LayerReport:
        """Return the part that tells of one layer."""
        return LayerReport(subject, self)


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What messages call a layer, and the report that its notes go to.

    Parameters
    ----------
    subject
        The layer as the project file names it, with the file; errors begin with it.
    whole
        The report of all layers.
    """

    subject: str
    whole: DataReport

    def add(
        self,
        severity: Severity,
        code: str,
        message: Message | str,
        *,
        rows: Collection[object] | None = None,
        count: int = 0,
        examples: Iterable[object] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Note something of this layer; `rows` stand for their number and the first of them."""
        if rows is not None:
            count, examples = len(rows), rows
        self.whole.add(
            self.subject, severity, code, message, count=count, examples=examples, details=details
        )
