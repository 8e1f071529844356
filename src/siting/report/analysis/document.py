"""A report of a few pages on an analysis, as one HTML file to read or to print on A4.

Formatting only: every figure is one of the summary, of the roll-up or of the manifest. It loads
nothing and runs nothing; what comes from data is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import PurePath
from typing import Any

from siting.data_report import DataNote
from siting.message import Language, Message
from siting.plain_text import plain
from siting.report.analysis.document_words import PARAMETERS, POLICY, STYLE, WORDS
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.analysis.sources import SourceList
from siting.report.analysis.text import is_shown, silent_html, tables_html, totals_text
from siting.report.plan.plain import plain_values

# How many notes of a kind a reader is shown; all of them are in data-report.json.
_MOST_NOTES = {"warning": 8, "assumption": 5, "excluded": 4, "repair": 3}
_MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Picture:
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
class Document:
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
    pictures: Sequence[Picture] = ()
    worst: str = ""
    weight: str = "population"
    areas: Sequence[AreaGap] = ()
    attribution: Sequence[str] = field(default_factory=tuple)
    language: Language = "zh"


def document_html(document: Document) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    document
        What it tells; texts from data in it are escaped, control characters are shown.
    """
    say = _Speech(document.language)
    title = f"{document.summary['project']} · {say('report')}"
    sections = (
        _head, _asked, _brief, _maps, _areas, _findings, _rules, _data, _doubts, _annex,
    )  # fmt: skip
    body = "\n".join(section(document, say) for section in sections)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if document.language == "zh" else "en"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n"
        "</body>\n</html>\n"
    )


class _Speech:
    """Words in the language of the report."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key][self.language == "en"].format(**values)


def _head(document: Document, say: _Speech) -> str:
    summary = document.summary
    banner = f'<p class="made-up">{say("made_up")}</p>' if summary["made_up"] else ""
    dated = say("dated", date=summary["date"])
    return (
        f"{banner}<h1>{_safe(summary['project'])}</h1>"
        f'<p class="quiet">{say("report")} · {_safe(dated)}</p>'
    )


def _brief(document: Document, say: _Speech) -> str:
    summary = document.summary
    failing = [entry for entry in summary["rules"] if entry["verdicts"]["fail"] and _governs(entry)]
    subjects = f"{summary['verdicts']['fail']:,}"
    sentences = [say("fails", count=len(failing), subjects=subjects) if failing else say("passes")]
    worst = next((entry for entry in summary["rules"] if entry["key"] == document.worst), None)
    if worst is not None:
        sentences.append(_largest(worst, document, say))
    if document.areas:
        names = say("comma").join(area.name for area in document.areas[:3])
        sentences.append(say("worst", areas=names))
    if unknown := summary["verdicts"]["unknown"]:
        sentences.append(say("unknown", count=f"{unknown:,}"))
    gap = "" if document.language == "zh" else " "
    text = gap.join(_safe(sentence) for sentence in sentences)
    return f'<h2>{say("brief")}</h2><p class="lead">{text}</p>'


def _largest(entry: Mapping[str, Any], document: Document, say: _Speech) -> str:
    column = entry["verdicts"] if document.weight == "homes" else entry[document.weight]
    share = entry["covered_shares"][document.weight]
    return say(
        "largest",
        rule=entry["title"][document.language],
        failed=say(document.weight, n=f"{column['fail']:,.0f}"),
        share="–" if share is None else f"{share:.1%}",
    )


def _governs(entry: Mapping[str, Any]) -> bool:
    return not (entry["governed_by"] or entry["is_alternative"])


def _findings(document: Document, say: _Speech) -> str:
    """Show what was found: homes across the page, the rest in two columns."""
    summary, language = plain_values(document.summary), document.language
    tables = tables_html(summary, language, cite=SourceList(summary["rules"]).mark)
    inner = f'{"".join(tables[:1])}<div class="pair">{"".join(tables[1:])}</div>'
    return (
        f'<h2 class="findings">{say("findings")}</h2>'
        f'<div class="figures">{inner}{silent_html(summary, language)}</div>'
    )


def _maps(document: Document, say: _Speech) -> str:
    figures = "".join(
        f'<figure><img alt="{_safe(each.title)}" src="{_safe(each.address)}"></figure>'
        for each in document.pictures
    )
    return f'<h2>{say("maps")}</h2><div class="maps">{figures}</div>' if figures else ""


def _areas(document: Document, say: _Speech) -> str:
    if not document.areas:
        return ""
    rows = [
        (area.name, f"{area.without:,.0f}",
         "–" if area.covered_share is None else f"{area.covered_share:.1%}")
        for area in document.areas
    ]  # fmt: skip
    without = say("without", who=say(f"who_{document.weight}"))
    table = _table((say("area"), without, say("share")), rows, numbers=2)
    entries = {entry["key"]: entry for entry in document.summary["rules"]}
    rule = entries[document.worst]["title"][document.language] if document.worst in entries else ""
    about = f'<p class="lead-in">{_safe(say("areas_rule", rule=rule))}</p>' if rule else ""
    return f'<h2>{say("areas")}</h2>{about}<div class="areas">{table}</div>'


def _asked(document: Document, say: _Speech) -> str:
    """Say what was judged, by how many rules."""
    rules = document.summary["rules"]
    every = {entry["rule_id"] for entry in rules}
    judged = {entry["rule_id"] for entry in rules if is_shown(entry)}
    text = say(
        "question",
        totals=totals_text(document.summary, document.language),
        documents=len(SourceList(rules).documents),
        rules=len(judged),
        silent=len(every - judged),
    )
    return f"<h2>{say('asked')}</h2><p>{_safe(text)}</p>"


def _rules(document: Document, say: _Speech) -> str:
    """List the documents that the rules come from."""
    heads = [say(key) for key in ("number", "source", "kind", "confidence", "clauses")]
    rows = [
        (
            f"{number}",
            source.name,
            say("comma").join(say(each) for each in source.strengths),
            say("comma").join(source.confidences),
            say("joint").join(source.marked_clauses()),
        )
        for number, source in enumerate(SourceList(document.summary["rules"]).documents, start=1)
    ]
    return (
        f'<h2>{say("rules")}</h2><p class="quiet lead-in">{say("unread")} {say("rules_note")}</p>'
        f'<div class="sources">{_table(heads, rows)}</div>'
    )


def _data(document: Document, say: _Speech) -> str:
    manifest = document.manifest
    names = [PurePath(each["path"]).name for each in manifest["inputs"]]
    values = [
        say("is", name=_parameter(name, document.language), value=_shown(value))
        for name, value in manifest["parameters"].items()
        if value not in (None, {}, [])
    ]
    texts = [
        say("read", count=len(names), files=say("comma").join(names)),
        say("set", values=say("joint").join(values)),
        say("crs", crs=manifest["crs"], version=manifest["siting"]),
    ]
    if document.attribution:
        texts.append(say("attribution", texts=" · ".join(document.attribution)))
    return f"<h2>{say('data')}</h2>{''.join(f'<p>{_safe(text)}</p>' for text in texts)}"


def _parameter(name: str, language: Language) -> str:
    """Name a parameter in words, and as the project file has it."""
    words = PARAMETERS.get(name)
    return name if words is None else f"{words[language == 'en']} ({name})"


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _doubts(document: Document, say: _Speech) -> str:
    kinds = "".join(_notes(document, kind, say) for kind in _MOST_NOTES)
    listed = kinds or f"<p>{say('no_notes')}</p>"
    return f"<h2>{say('doubts')}</h2><p>{say('verdicts')}</p>{_reasons(document, say)}{listed}"


def _notes(document: Document, kind: str, say: _Speech) -> str:
    """List what matters most of one kind of notes: what concerns most rows, alike ones once."""
    notes = [note for note in document.notes if note.severity == kind]
    if not notes:
        return ""
    alike: dict[tuple[str, Message | str], list[DataNote]] = {}
    for note in notes:
        alike.setdefault((note.code, note.message), []).append(note)
    groups = sorted(alike.values(), key=lambda same: -sum(note.count for note in same))
    shown = groups[: _MOST_NOTES[kind]]
    lines = [_told(same, document.language, say) for same in shown]
    if left := len(notes) - sum(map(len, shown)):
        lines.append(say("more", n=left))
    items = "".join(f"<li>{_safe(line)}</li>" for line in lines)
    return f"<h3>{say(kind, n=len(notes))}</h3><ul>{items}</ul>"


def _told(same: Sequence[DataNote], language: Language, say: _Speech) -> str:
    """Say once what was found in the same words in several layers."""
    layers = dict.fromkeys(note_layer(note, language) for note in same)
    first = same[0]
    if len(same) > 1:
        first = replace(first, count=sum(note.count for note in same), examples=())
    return say("told", layer=say("comma").join(layers), text=note_text(first, language))


def _reasons(document: Document, say: _Speech) -> str:
    """List why findings are unknown, the commonest reason first."""
    counts: dict[str, int] = {}
    for entry in document.summary["rules"]:
        for reason, count in entry["unknown_reasons"].items():
            counts[reason] = counts.get(reason, 0) + count
    rows = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_REASONS]
    if not rows:
        return ""
    shown = [(reason, f"{count:,}") for reason, count in rows]
    table = _table((say("reasons"), say("count")), shown, numbers=1)
    return f'<div class="pair reasons">{table}</div>'


def _annex(document: Document, say: _Speech) -> str:
    """List every file by which the run can be repeated, two on a row."""
    manifest = document.manifest
    files = [
        (each["path"], each["sha256"][:12])
        for each in (*manifest["rule_packs"], *manifest["inputs"])
    ]
    half = (len(files) + 1) // 2
    beside = [*files[half:], ("", "")]
    rows = [(*left, *right) for left, right in zip(files[:half], beside, strict=False)]
    heads = (say("file"), say("sum")) * 2
    return f'<h2>{say("annex")}</h2><div class="files">{_table(heads, rows)}</div>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """Return a table whose last columns are numbers."""
    first, marked = len(heads) - numbers, ' class="n"'

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{marked if at >= first else ''}>{_safe(text)}</{tag}>"
            for at, text in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', heads)}</tr></thead><tbody>{body}</tbody></table>"


def _safe(text: object) -> str:
    return escape(plain(str(text)), quote=True)
