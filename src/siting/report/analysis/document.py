"""A report of a few pages on an analysis, as one HTML file to read or to print on A4.

Formatting only: every figure is one of the summary, of the roll-up or of the manifest. It loads
nothing and runs nothing; what comes from data is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from siting.data_report import DataNote
from siting.message import Given, Language, Message, Term, message
from siting.number_text import share_text
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.analysis.sources import SourceList
from siting.report.analysis.text import is_shown, silent_lines, summary_tables, totals_text
from siting.report.pages import fill
from siting.words import say, word

# How many notes of a kind a reader is shown; all of them are in data-report.json.
_MOST_NOTES = {"warning": 8, "assumption": 5, "excluded": 4, "repair": 3}
_MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class ReportMap:
    """One map: its title, and the picture as a ``data:`` address."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class AreaGap:
    """One area under the worst rule: how many go without, and the share that is covered."""

    name: str
    without: float
    covered_share: float | None


@dataclass(frozen=True, slots=True)
class ReportContents:
    """What a report tells.

    Parameters
    ----------
    summary
        As ``summary.json`` has it.
    manifest
        As ``manifest.json`` has it.
    notes
        Of the data report.
    pictures
        Maps, the worst rule first.
    worst
        Key of the rule under which most go without; empty where nothing fails.
    weight
        What `AreaGap.without` counts: ``population``, ``households``, ``elderly`` or ``homes``.
    areas
        The areas with the largest gaps under that rule, the worst first.
    attribution
        What the data's licences ask for.
    language
        ``zh`` or ``en``.
    """

    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    notes: Sequence[DataNote] = ()
    pictures: Sequence[ReportMap] = ()
    worst: str = ""
    weight: str = "population"
    areas: Sequence[AreaGap] = ()
    attribution: Sequence[str] = field(default_factory=tuple)
    language: Language = "zh"


def document_html(document: ReportContents) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    document
        What it tells; texts from data in it are escaped, control characters are shown.
    """
    say, summary, language = _Speech(document.language), document.summary, document.language
    cite = SourceList(summary["rules"]).mark
    return fill(
        "analysis.html",
        language=language,
        say=say,
        title=f"{summary['project']} · {say('report')}",
        project=summary["project"],
        made_up=say("made_up") if summary["made_up"] else "",
        dated=say("dated", date=summary["date"]),
        asked=_asked(document, say),
        brief=_brief(document, say),
        pictures=document.pictures,
        areas=_areas(document, say),
        tables=summary_tables(summary, language, cite=cite),
        silent=silent_lines(summary, language),
        sources=_sources(document, say),
        data=_data(document, say),
        reasons=_reasons(document),
        notes=list(_notes(document, say)),
        files=_files(document),
    )


class _Speech:
    """Words in the language of the report."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: Given) -> str:
        return say(message(f"document.{key}", **values), self.language)

    def labelled(self, label: str, text: str) -> str:
        """Put a label before a text."""
        return say(message("mark.labelled", label=label, text=text), self.language)

    def mark(self, name: str) -> str:
        """Return a mark that stands between parts."""
        return word(f"mark.{name}", self.language)


def _brief(document: ReportContents, say: _Speech) -> str:
    summary = document.summary
    failing = [entry for entry in summary["rules"] if entry["verdicts"]["fail"] and _governs(entry)]
    subjects = f"{summary['verdicts']['fail']:,}"
    sentences = [say("fails", count=len(failing), subjects=subjects) if failing else say("passes")]
    worst = next((entry for entry in summary["rules"] if entry["key"] == document.worst), None)
    if worst is not None:
        sentences.append(_largest(worst, document, say))
    if document.areas:
        names = say.mark("comma").join(area.name for area in document.areas[:3])
        sentences.append(say("worst", areas=names))
    if unknown := summary["verdicts"]["unknown"]:
        sentences.append(say("unknown", count=f"{unknown:,}"))
    return ("" if document.language == "zh" else " ").join(sentences)


def _largest(entry: Mapping[str, Any], document: ReportContents, say: _Speech) -> str:
    column = entry["verdicts"] if document.weight == "homes" else entry[document.weight]
    share = entry["covered_shares"][document.weight]
    return say(
        "largest",
        rule=entry["title"][document.language],
        failed=say(document.weight, n=f"{column['fail']:,.0f}"),
        share="–" if share is None else share_text(share),
    )


def _governs(entry: Mapping[str, Any]) -> bool:
    return not (entry["governed_by"] or entry["is_alternative"])


def _areas(document: ReportContents, say: _Speech) -> dict[str, Any]:
    """Return the table of the worst areas, and the rule that it is about."""
    rows = [
        (
            area.name,
            f"{area.without:,.0f}",
            "–" if area.covered_share is None else share_text(area.covered_share),
        )
        for area in document.areas
    ]
    without = say("without", who=say(f"who_{document.weight}"))
    entries = {entry["key"]: entry for entry in document.summary["rules"]}
    rule = entries[document.worst]["title"][document.language] if document.worst in entries else ""
    return {
        "rule": say("areas_rule", rule=rule) if rule else "",
        "heads": (say("area"), without, say("share")),
        "rows": rows,
    }


def _asked(document: ReportContents, say: _Speech) -> str:
    """Say what was judged, by how many rules."""
    rules = document.summary["rules"]
    every = {entry["rule_id"] for entry in rules}
    judged = {entry["rule_id"] for entry in rules if is_shown(entry)}
    return say(
        "question",
        totals=totals_text(document.summary, document.language),
        documents=len(SourceList(rules).documents),
        rules=len(judged),
        silent=len(every - judged),
    )


def _sources(document: ReportContents, say: _Speech) -> dict[str, Any]:
    """Return the table of the documents that the rules come from."""
    heads = [say(key) for key in ("number", "source", "kind", "confidence", "clauses")]
    rows = [
        (
            f"{number}",
            source.name,
            say.mark("comma").join(say(each) for each in source.strengths),
            say.mark("comma").join(source.confidences),
            say.mark("semicolon").join(source.marked_clauses()),
        )
        for number, source in enumerate(SourceList(document.summary["rules"]).documents, start=1)
    ]
    return {"heads": heads, "rows": rows}


def _data(document: ReportContents, say: _Speech) -> list[str]:
    manifest = document.manifest
    names = [PurePath(each["path"]).name for each in manifest["inputs"]]
    values = [
        say.labelled(_parameter(name, document.language), _shown(value))
        for name, value in manifest["parameters"].items()
        if value not in (None, {}, [])
    ]
    texts = [
        say("read", count=len(names), files=say.mark("comma").join(names)),
        say("set", values=say.mark("semicolon").join(values)),
        say("crs", crs=manifest["crs"], version=manifest["siting"]),
    ]
    if document.attribution:
        texts.append(say("attribution", texts=" · ".join(document.attribution)))
    return texts


def _parameter(name: str, language: Language) -> str:
    """Name a parameter in words, and as the project file has it."""
    told = say(Term("parameter", name), language)
    return name if told == name else f"{told} ({name})"


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _notes(document: ReportContents, say: _Speech) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of notes that there are: its heading and what is told."""
    for kind in _MOST_NOTES:
        notes = [note for note in document.notes if note.severity == kind]
        if notes:
            yield say(kind, n=len(notes)), _told_of_kind(notes, kind, document.language, say)


def _told_of_kind(
    notes: Sequence[DataNote], kind: str, language: Language, say: _Speech
) -> list[str]:
    """Tell what matters most of one kind of notes: what concerns most rows, alike ones once."""
    alike: dict[tuple[str, Message | str], list[DataNote]] = {}
    for note in notes:
        alike.setdefault((note.code, note.message), []).append(note)
    groups = sorted(alike.values(), key=lambda same: -sum(note.count for note in same))
    shown = groups[: _MOST_NOTES[kind]]
    lines = [_told(same, language, say) for same in shown]
    if left := len(notes) - sum(map(len, shown)):
        lines.append(say("more", n=left))
    return lines


def _told(same: Sequence[DataNote], language: Language, say: _Speech) -> str:
    """Say once what was found in the same words in several layers."""
    layers = dict.fromkeys(note_layer(note, language) for note in same)
    first = same[0]
    if len(same) > 1:
        first = replace(first, count=sum(note.count for note in same), examples=())
    return say.labelled(say.mark("comma").join(layers), note_text(first, language))


def _reasons(document: ReportContents) -> list[tuple[str, str]]:
    """Return why findings are unknown, the commonest reason first."""
    counts: dict[str, int] = {}
    for entry in document.summary["rules"]:
        for reason, count in entry["unknown_reasons"].items():
            counts[reason] = counts.get(reason, 0) + count
    rows = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_REASONS]
    return [(reason, f"{count:,}") for reason, count in rows]


def _files(document: ReportContents) -> list[tuple[str, ...]]:
    """Return every file by which the run can be repeated, two on a row."""
    manifest = document.manifest
    files = [
        (each["path"], each["sha256"][:12])
        for each in (*manifest["rule_packs"], *manifest["inputs"])
    ]
    half = (len(files) + 1) // 2
    beside = [*files[half:], ("", "")]
    return [(*left, *right) for left, right in zip(files[:half], beside, strict=False)]
