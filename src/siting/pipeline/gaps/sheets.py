"""The workbook of an analysis: what a planner sends around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from siting.message import Language, Term
from siting.pipeline.columns import texts
from siting.pipeline.gaps.failing import FailingRows
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.analysis.ranking import in_order
from siting.report.tables.workbook import MAX_ROWS, SheetColumn, SheetTable
from siting.rules.city.findings import Verdict
from siting.rules.city.rollup import WEIGHTS, home_weights, leading_weight, roll_up
from siting.vocabulary.facility_types import load_facility_types
from siting.words import say as spoken
from siting.words import word

if TYPE_CHECKING:
    from siting.pipeline.found import Found


def analysis_sheets(analysis: Found, failing: FailingRows | None = None) -> list[SheetTable]:
    """Return the sheets: summary, areas, what fails, facilities, rules, data report."""
    say = _Speech("zh" if analysis.language == "zh" else "en")
    rows = failing or FailingRows(analysis)
    before, behind = (_summary, _areas), (_facilities, _rules, _data)
    sheets = [make(analysis, say) for make in before]
    sheets += [_gaps(rows, say), *(make(analysis, say) for make in behind)]
    if not analysis.project.made_up:
        return sheets
    mark = word("sheet.made_up", say.language)
    return [SheetTable(each.title, mark + each.note, each.columns) for each in sheets]


class _Speech:
    """Words in the language of the workbook."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def sheet(self, name: str, columns: Sequence[SheetColumn]) -> SheetTable:
        title = word(f"sheet.{name}", self.language)
        return SheetTable(title, word(f"sheet.{name}_note", self.language), tuple(columns))

    def column(self, name: str, values: Any, kind: str = "text", width: int = 12) -> SheetColumn:
        return SheetColumn(word(f"head.{name}", self.language), values, kind, width)

    def coded(self, name: str, terms: Iterable[Term], width: int = 12) -> SheetColumn:
        """Return a column of codes in words; the codes themselves stand in the Parquet files."""
        listed = list(terms)
        said = {term: spoken(term, self.language) for term in set(listed)}
        return self.column(name, [said[term] for term in listed], width=width)


def _summary(analysis: Found, say: _Speech) -> SheetTable:
    entries = in_order(analysis.summary["rules"])

    def each(*path: str) -> list[Any]:
        return [_at(entry, path) for entry in entries]

    counts = [
        say.column(name, each("verdicts", name), "integer")
        for name in ("pass", "fail", "unknown", "not_applicable")
    ]
    people = [
        say.column(f"fail_{name}", each(name, "fail"), "integer")
        for name in ("households", "population", "elderly")
    ]
    columns = (
        say.column("rule", each("key"), width=44),
        say.column("title", each("title", say.language), width=40),
        say.coded("strength", (Term("strength", code or "") for code in each("strength"))),
        say.coded("measure", (Term("measure", code or "") for code in each("measure")), width=24),
        say.column("threshold", each("threshold"), "number"),
        say.coded("unit", (Term("unit", code or "") for code in each("unit")), width=10),
        say.coded("subject", (Term("subject", code or "") for code in each("subject_kind"))),
        *counts,
        *people,
        say.column("share", each("covered_share"), "share"),
        say.coded(
            "otherwise", (Term("short_way", code or "") for code in each("otherwise", "measure"))
        ),
        say.column("share_otherwise", each("otherwise", "covered_share"), "share"),
        say.coded("share_of", (Term("weight", code or "") for code in each("covered_share_of"))),
        say.coded("level", (Term("level", code or "") for code in each("level"))),
    )
    return say.sheet("gaps_summary", columns)


def _at(entry: Any, path: tuple[str, ...]) -> Any:
    """Follow keys as far as they lead; None where they do not."""
    for key in path:
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _areas(analysis: Found, say: _Speech) -> SheetTable:
    weights = home_weights(analysis.city)
    leading = WEIGHTS.index(leading_weight(analysis.summary["totals"]))
    lists: dict[str, list[Any]] = {name: [] for name in _AREA_COLUMNS}
    for block in analysis.blocks:
        if block.subject_kind != "home" or block.is_alternative:
            continue
        title = block.rule.title.text(say.language)
        for level, table in analysis.city.areas.items():
            summed = roll_up(block, analysis.city, level, weights=weights)
            lists["level"] += [level] * len(table)
            lists["rule"] += [title] * len(table)
            lists["area"] += table["area_id"].tolist()
            lists["name"] += texts(table, "name")
            for index, weight in enumerate(WEIGHTS):
                lists[f"fail_{weight}"] += summed.totals[:, Verdict.FAIL, index].tolist()
            lists["share"] += summed.covered_share[:, leading].tolist()
    columns = (
        say.coded("level", (Term("level", code or "") for code in lists["level"])),
        say.column("area", lists["area"], width=16),
        say.column("name", lists["name"], width=20),
        say.column("rule", lists["rule"], width=40),
        say.column("fail", lists["fail_homes"], "integer"),
        say.column("fail_households", lists["fail_households"], "integer"),
        say.column("fail_population", lists["fail_population"], "integer"),
        say.column("fail_elderly", lists["fail_elderly"], "integer"),
        say.column("share", lists["share"], "share"),
    )
    return say.sheet("gaps_areas", columns)


_AREA_COLUMNS = ("level", "area", "name", "rule", *(f"fail_{name}" for name in WEIGHTS), "share")


def _gaps(failing: FailingRows, say: _Speech) -> SheetTable:
    gaps = failing.frame(limit=MAX_ROWS // 2)
    rules = (("rule_id", "rule", 40), ("title", "title", 36))
    subjects = (("subject_id", "id", 16), ("name", "name", 24))

    def named(columns: Iterable[tuple[str, str, int]]) -> list[SheetColumn]:
        return [say.column(head, gaps[name].tolist(), width=width) for name, head, width in columns]

    numbers = ("measured", "required", "shortfall", "households", "population", "elderly")
    columns = (
        *named(rules),
        say.coded(
            "subject",
            (Term("subject", code or "") for code in gaps["subject_kind"].tolist()),
            width=10,
        ),
        *named(subjects),
        *(say.column(name, gaps[name].tolist(), "number") for name in numbers),
        say.coded("unit", (Term("unit", code or "") for code in gaps["unit"].tolist()), width=10),
        say.column("citation", gaps["citation"].tolist(), width=48),
    )
    return say.sheet("gaps", columns)


def _facilities(analysis: Found, say: _Speech) -> SheetTable:
    table = analysis.city.facilities
    known = load_facility_types()
    types = [
        known.title(code, say.language) if code in known.codes else code
        for code in table["facility_type"].astype(str)
    ]

    def values(name: str) -> list[Any]:
        return table[name].tolist() if name in table.columns else [None] * len(table)

    columns = (
        say.column("id", values("facility_id"), width=16),
        say.column("name", ["" if name is None else name for name in values("name")], width=28),
        say.column("type", types, width=22),
        say.column("floor_area", values("floor_area_m2"), "number"),
        say.column("capacity", values("capacity"), "number"),
    )
    return say.sheet("facilities", columns)


def _rules(analysis: Found, say: _Speech) -> SheetTable:
    entries = {entry["rule_id"]: entry for entry in analysis.summary["rules"]}.values()

    def source(name: str) -> list[str]:
        return [entry["source"][name] for entry in entries]

    # A paraphrase is Chinese and no quote.
    quotes = [
        "" if kind == "paraphrase" and say.language != "zh" else quote
        for quote, kind in zip(source("quote"), source("quote_kind"), strict=True)
    ]
    columns = (
        say.column("rule", [entry["rule_id"] for entry in entries], width=44),
        say.column("title", [entry["title"][say.language] for entry in entries], width=36),
        say.coded("strength", (Term("strength", entry["strength"]) for entry in entries)),
        say.column("document", source("document"), width=40),
        say.column("number", source("number"), width=18),
        say.coded("clause", (Term("clause", clause) for clause in source("clause"))),
        say.column("quote", quotes, width=60),
        say.coded("quote_kind", (Term("quote", code) for code in source("quote_kind"))),
        say.column("confidence", source("confidence"), width=10),
        say.column("url", source("url"), width=48),
    )
    return say.sheet("gaps_rules", columns)


def _data(analysis: Found, say: _Speech) -> SheetTable:
    notes, language = analysis.report.notes, say.language
    columns = (
        say.column("layer", [note_layer(note, language) for note in notes], width=34),
        say.coded("severity", (Term("severity", note.severity) for note in notes)),
        say.column("message", [note_text(note, language) for note in notes], width=90),
        say.column("count", [note.count for note in notes], "integer"),
        say.column(
            "examples",
            [word("mark.semicolon", language).join(note.examples) for note in notes],
            width=30,
        ),
    )
    return say.sheet("data", columns)
