"""The documents that rules come from, numbered as they are first cited, with their clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

from siting.report.analysis.text import is_shown

Entry = Mapping[str, Any]


@dataclass(slots=True)
class CitedDocument:
    """One document: what its rules are, and their clauses, in the order of the rules.

    Parameters
    ----------
    name
        Title and number.
    strengths, confidences, clauses
        Of its rules, each once.
    """

    name: str
    strengths: list[str] = field(default_factory=list)
    confidences: list[str] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Take up what one rule adds."""
        source = entry["source"]
        for known, new in (
            (self.strengths, entry["strength"]),
            (self.confidences, source["confidence"]),
            (self.clauses, source["clause"]),
        ):
            if new not in known:
                known.append(new)

    def letter(self, clause: str) -> str:
        """Return what a clause is called where there are several.

        Examples
        --------
        >>> CitedDocument("", clauses=["3.1", "3.2"]).letter("3.2")
        'b'
        >>> CitedDocument("", clauses=["3.1"]).letter("3.1")
        ''
        """
        if len(self.clauses) == 1:
            return ""
        at = self.clauses.index(clause)
        return ascii_lowercase[at] if at < len(ascii_lowercase) else f".{at + 1}"

    def marked_clauses(self) -> list[str]:
        """Return the clauses, each behind its letter; a rule may have none."""
        return [f"{self.letter(each)} {each}".strip() for each in self.clauses if each]


class SourceList:
    """The documents of the rules that have a row in the tables.

    Parameters
    ----------
    entries
        ``rules`` of the summary.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._known: dict[str, CitedDocument] = {}
        for entry in entries:
            if is_shown(entry):
                name = _name(entry)
                self._known.setdefault(name, CitedDocument(name)).add(entry)
        self._numbers = {name: at for at, name in enumerate(self._known, start=1)}

    @property
    def documents(self) -> tuple[CitedDocument, ...]:
        """The documents; their numbers begin with 1."""
        return tuple(self._known.values())

    def mark(self, entry: Entry) -> str:
        """Return the number of a rule's document, and the letter of its clause."""
        name = _name(entry)
        letter = self._known[name].letter(entry["source"]["clause"])
        return f"{self._numbers[name]}{letter}"


def _name(entry: Entry) -> str:
    source = entry["source"]
    return " ".join(source[key] for key in ("document", "number") if source[key])
