"""One plan finding in words, from the record that a JSON report keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from siting.message import Term, message
from siting.plain_text import plain
from siting.report.plan.plain import enumerated, record_place
from siting.report.words import labelled, report_word, with_aside
from siting.rules.plan.finding import Citation
from siting.words import say

if TYPE_CHECKING:
    from siting.message import Language


def to_explanation(record: Mapping[str, Any], *, language: Language = "zh") -> str:
    """Explain one finding.

    Parameters
    ----------
    record
        As `siting.report.plan.json.finding_record` makes it and JSON reports keep it.
    language
        ``zh`` or ``en``.

    Returns
    -------
    str
        A line for each part; nothing in it can end a line or control a terminal.
    """
    subject = f" [{record['subject']}]" if record["subject"] else ""
    title = record.get(f"title_{language}") or record["title"]
    lines = [plain(with_aside(f"{title}{subject}", record["rule_id"], language))]
    for key, text in _parts(record, language):
        if text:
            label = say(Term("explain", key), language)
            lines.append(f"  {labelled(label, plain(str(text)), language)}")
    return "\n".join(lines)


def cited_line(citation: Mapping[str, str], language: Language) -> str:
    """Write the citation of a JSON report in one line."""
    names = ("clause", "number", "document_en")
    known = {name: citation.get(name, "") for name in names}
    return Citation(citation.get("document", ""), **known).line(language)


def _parts(record: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    citation: Mapping[str, str] = record.get("citation") or {}
    yield "plan", with_aside(record["plan"], record["source"], language)
    strength = say(Term("binding", record["strength"]), language)
    yield "verdict", with_aside(report_word(record["verdict"], language), strength, language)
    yield "arithmetic", record.get(f"explanation_{language}") or record["explanation"]
    # A report of an earlier version names it in English only.
    named = record.get(f"missing_{language}") or record["missing"]
    yield "missing", enumerated(named, language)
    for place in record["evidence"]:
        yield "read", record_place(place, language)
    yield "read_as", record.get(f"note_{language}") or record["note"]
    yield "governed", record["governed_by"]
    waived = record["waived"]
    if waived:
        aside = say(message("mark.pause"), language).join((waived["approver"], waived["expires"]))
        yield "waived", with_aside(waived["reason"], aside, language)
    yield "source", cited_line(citation, language)
    kind = "paraphrase" if citation.get("quote_kind") == "paraphrase" else "verbatim"
    yield kind, citation.get("quote", "")
    yield "url", citation.get("url", "")
    yield "confidence", citation.get("confidence", "")
    yield "id", record["finding_id"]
