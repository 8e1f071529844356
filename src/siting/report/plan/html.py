"""Plan findings as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

import html
from itertools import groupby
from typing import TYPE_CHECKING

from siting.plain_text import plain
from siting.report.plan.markdown import web_address
from siting.report.plan.plain import missing_of, numbers_of, read_as
from siting.report.words import (
    governed_line,
    says_nothing,
    summary_line,
    verdict_key,
    waiver_line,
    with_aside,
    word,
)
from siting.rules.plan.finding import ranked, summary_of
from siting.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from siting.message import Language
    from siting.rules.plan.finding import Citation, PlanFinding

_NUMBERS = ("measured", "required", "shortfall")
# No script, no frame, no form, no request of any kind; only the style below.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2rem auto;
max-width:64rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #d0d0d0;padding:.4rem .6rem;text-align:left;vertical-align:top}
th.n,td.n{text-align:right;white-space:nowrap}
.v{font-weight:600}td.v{white-space:nowrap}
.fail{color:#a3001b}.unknown,.warning{color:#7a4b00}.pass{color:#0a5c2b}
.waived{color:#5b2a86}.indicator,.not_applicable{color:#44505c}
.source,summary{color:#44505c}
summary{cursor:pointer}details{margin:.2rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.3rem 0}
dd{margin:0;overflow-wrap:anywhere}
dt{color:#44505c}
@media(max-width:40rem){thead{display:none}tr{display:block;border-bottom:1px solid #d0d0d0}
td{display:inline-block;border:0;padding:.2rem .4rem}td:nth-child(2){display:block}
td.n{display:none}dl{grid-template-columns:1fr;gap:0}dt{font-size:.85rem}}
@media print{body{margin:0;max-width:none}a{color:inherit}tr{break-inside:avoid}}
"""


def to_html(
    findings: Sequence[PlanFinding], *, language: Language = "zh", allow_unknown: bool = False
) -> str:
    """Write findings as a self-contained page for a browser or for printing.

    Every text from a plan or a rule is escaped; addresses become links only where they are of
    the web; the page's own policy forbids scripts and requests.
    """
    summary = summary_of(findings, allow_unknown=allow_unknown)
    title = word("title", language)
    outcome = "pass" if summary["compliant"] else "fail"
    body = [f"<h1>{title}</h1>", f'<p class="v {outcome}">{summary_line(summary, language)}</p>']
    if not findings:
        body.append(f"<p>{word('none', language)}</p>")
    for (source, plan), group in groupby(ranked(findings), key=lambda f: (f.source, f.plan)):
        body.append(f'<h2>{_safe(plan)}</h2>\n<p class="source">{_safe(source)}</p>')
        body += _plan(list(group), language)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _plan(findings: Sequence[PlanFinding], language: Language) -> list[str]:
    """Return what applies as a table, and folded below it what does not."""
    silent = [each for each in findings if says_nothing(each)]
    shown = [each for each in findings if each not in silent]
    parts = [_table(shown, language)] if shown else []
    if silent:
        rows = "\n".join(_silent_row(each, language) for each in silent)
        title = f"{word('not_applicable', language)} × {len(silent)}"
        parts.append(
            f"<details><summary>{title}</summary>\n<table>\n<tbody>\n{rows}\n</tbody>\n</table>"
            "</details>"
        )
    return parts


def _silent_row(finding: PlanFinding, language: Language) -> str:
    why = _safe(say(finding.explanation, language))
    return (
        f'<tr id="{finding.finding_id}"><td>{_safe(say(finding.title, language))}</td>'
        f"<td>{why}</td><td>{_safe(finding.rule_id)}</td></tr>"
    )


def _table(findings: Iterable[PlanFinding], language: Language) -> str:
    keys = ("verdict", "rule", *_NUMBERS)
    number_class = ' class="n"'
    heads = "".join(
        f'<th scope="col"{number_class if key in _NUMBERS else ""}>{word(key, language)}</th>'
        for key in keys
    )
    rows = "\n".join(_row(finding, language) for finding in findings)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(finding: PlanFinding, language: Language) -> str:
    key = verdict_key(finding)
    title = say(finding.title, language)
    named = with_aside(title, finding.subject, language) if finding.subject else title
    numbers = "".join(
        f'<td class="n">{_safe(value)}</td>' for value in numbers_of(finding, language)
    )
    return (
        f'<tr id="{finding.finding_id}"><td class="v {key}">{word(key, language)}</td>'
        f"<td>{_safe(named)}{_details(finding, language)}</td>"
        f"{numbers}</tr>"
    )


def _details(finding: PlanFinding, language: Language) -> str:
    """Return what is behind a finding; folded where it is met, since the sum says enough."""
    citation = finding.citation
    why = _safe(say(finding.explanation, language))
    settled = finding.verdict in ("pass", "not_applicable") and finding.waived is None
    items = [
        ("why", "" if settled else why),
        ("missing", _safe(missing_of(finding, language))),
        ("source", _cited(citation, language) if citation else ""),
        (_quote_kind(citation), _safe(citation.quote) if citation else ""),
        ("confidence", _safe(citation.confidence) if citation else ""),
        ("waiver", _safe(waiver_line(finding, language))),
        ("note", _safe(say(finding.note, language))),
        ("governed", _safe(finding.governed_by) if governed_line(finding, language) else ""),
        *(("evidence", _safe(read_as(each, language))) for each in finding.evidence),
        ("rule", _safe(finding.rule_id)),
    ]
    pairs = "".join(f"<dt>{word(k, language)}</dt><dd>{text}</dd>" for k, text in items if text)
    if settled:
        details = (
            f"<details><summary>{word('source', language)}</summary><dl>{pairs}</dl></details>"
        )
        return f"<div>{why}</div>{details}" if why else details
    return f"<dl>{pairs}</dl>"


def _quote_kind(citation: Citation | None) -> str:
    return "paraphrase" if citation and citation.quote_kind == "paraphrase" else "verbatim"


def _cited(citation: Citation, language: Language) -> str:
    words, address = _safe(citation.line(language)), web_address(citation.url)
    if not address:
        return words
    return f'<a href="{html.escape(address)}" rel="noopener noreferrer">{words}</a>'


def _safe(text: str) -> str:
    return html.escape(plain(text), quote=True)
