"""Two analyses of one city side by side: what a change brings, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.errors import SitingError
from siting.message import Term, message
from siting.number_text import share_text
from siting.report.analysis.ranking import failing
from siting.words import say, word

if TYPE_CHECKING:
    from siting.pipeline.found import Found


@dataclass(frozen=True, eq=False)
class Comparison:
    """A city before and after a change; it shows itself in a notebook.

    Parameters
    ----------
    before, after
        Analyses by the same rules, such as one and its `what_if`.
    """

    before: Found
    after: Found

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each rule that both have.

        Returns
        -------
        pandas.DataFrame
            ``rule``, ``title``, ``counts`` (what the numbers count: people where the homes know
            them, else households, elderly people, subjects), ``before`` and ``after`` (how many go
            without), ``gained``, ``share_before`` and ``share_after`` (None where the rule is not
            about homes).
        """
        then = {entry["key"]: entry for entry in self.after.summary["rules"]}
        rows = [
            _row(entry, then[entry["key"]], self.before.language)
            for entry in self.before.summary["rules"]
            if entry["key"] in then
        ]
        columns = [
            "rule", "title", "counts", "before", "after", "gained", "share_before", "share_after",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def changed(self) -> pd.DataFrame:
        """Return the rules whose result differs, the largest gain first."""
        frame = self.to_frame()
        changed = frame[frame["gained"] != 0]
        return changed.sort_values("gained", ascending=False, kind="stable", ignore_index=True)

    def _repr_html_(self) -> str:
        language = self.before.language
        frame = self.changed()
        if frame.empty:
            return f"<p>{word('compared.same', language)}</p>"
        names = ("before", "after", "gained", "share_before", "share_after")
        left = ' style="text-align: left"'
        heads = f"<th{left}>{word('compared.rule', language)}</th>" + "".join(
            f"<th>{word(f'compared.{name}', language)}</th>" for name in ("counts", *names)
        )
        body = "".join(
            f"<tr><td{left}>{escape(str(row['title']))}</td>"
            f"<td>{say(Term('compared', row['counts']), language)}</td>"
            + "".join(f"<td>{_cell(name, row[name])}</td>" for name in names)
            + "</tr>"
            for row in frame.to_dict("records")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def compare_analyses(before: Found, after: Found) -> Comparison:
    """Put two analyses of one city side by side.

    Raises
    ------
    SitingError
        They have no rule in common.
    """
    known = {entry["key"] for entry in before.summary["rules"]}
    if not known & {entry["key"] for entry in after.summary["rules"]}:
        raise SitingError(message("compared.no_common_rule"))
    return Comparison(before, after)


def _row(before: dict[str, Any], after: dict[str, Any], language: str) -> dict[str, Any]:
    weight, then = failing(before)
    now = (after["verdicts"] if weight == "subjects" else after.get(weight) or {}).get("fail")
    return {
        "rule": before["key"],
        "title": before["title"][language],
        "counts": weight,
        "before": then,
        "after": None if now is None else float(now),
        "gained": then - (now or 0),
        "share_before": before.get("covered_share"),
        "share_after": after.get("covered_share"),
    }


def _cell(name: str, value: float | None) -> str:
    if value is None or pd.isna(value):
        return "–"
    return share_text(value) if name.startswith("share") else f"{value:,.0f}"
