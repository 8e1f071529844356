"""The workbook of an analysis: what a planner sends around."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from siting.pipeline.columns import texts
from siting.pipeline.demand.weights import LEADING
from siting.pipeline.gaps.failing import gaps_frame
from siting.render.words import coded
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.tables.workbook import MAX_ROWS, Sheet, SheetColumn
from siting.rules.city.findings import Verdict
from siting.rules.city.rollup import WEIGHTS, home_weights, roll_up
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from siting.pipeline.found import Found

_WORDS = {
    "summary": ("汇总", "Summary"),
    "summary_note": (
        "每行一条规则；覆盖率 = 达标 / （达标 + 不达标），未知不计入",
        "A row is a rule; share = passed / (passed + failed), what is unknown is in neither",
    ),
    "areas": ("分区", "Areas"),
    "areas_note": ("每行一个分区和一条规则", "A row is an area and a rule"),
    "gaps": ("不达标", "Gaps"),
    "gaps_note": (
        "每行一个不达标的对象和规则，差额最大者在前",
        "A row is a subject that fails a rule, the largest shortfall first",
    ),
    "facilities": ("设施", "Facilities"),
    "facilities_note": ("每行一处设施的一项服务", "A row is one service of a facility"),
    "rules": ("规则出处", "Rules"),
    "rules_note": (
        "没有一条规则是在发布机构的原件中核对的；可信度 A、B、C 见规则包",
        "No rule was read in its publisher's own copy; confidence A, B, C as in the packs",
    ),
    "data": ("数据报告", "Data report"),
    "data_note": (
        "修复、剔除、假定的一切",
        "Everything that was repaired, excluded or assumed",
    ),
    "made_up": ("虚构数据。", "Made-up data. "),
    "rule": ("规则", "Rule"),
    "title": ("名称", "Title"),
    "strength": ("强制性", "Strength"),
    "measure": ("量度", "Measure"),
    "threshold": ("限值", "Limit"),
    "unit": ("单位", "Unit"),
    "subject": ("对象", "Subject"),
    "pass": ("达标", "Pass"),
    "fail": ("不达标", "Fail"),
    "unknown": ("未知", "Unknown"),
    "not_applicable": ("不适用", "Not applicable"),
    "fail_households": ("不达标户数", "Households failing"),
    "fail_population": ("不达标人口", "People failing"),
    "fail_elderly": ("不达标老年人", "Elderly failing"),
    "share": ("覆盖率", "Covered share"),
    "share_of": ("按", "Share of"),
    "level": ("层级", "Level"),
    "area": ("分区", "Area"),
    "name": ("名称", "Name"),
    "homes": ("住宅数", "Homes"),
    "id": ("编号", "Id"),
    "measured": ("实测", "Measured"),
    "required": ("要求", "Required"),
    "shortfall": ("差额", "Shortfall"),
    "households": ("户数", "Households"),
    "population": ("人口", "Population"),
    "elderly": ("老年人", "Elderly"),
    "citation": ("依据", "Citation"),
    "type": ("类型", "Type"),
    "floor_area": ("建筑面积 m²", "Floor area m²"),
    "capacity": ("容量", "Capacity"),
    "document": ("文件", "Document"),
    "number": ("文号", "Number"),
    "clause": ("条款", "Clause"),
    "quote": ("原文", "Quote"),
    "quote_kind": ("引文", "Quotation"),
    "url": ("网址", "URL"),
    "confidence": ("可信度", "Confidence"),
    "layer": ("图层", "Layer"),
    "severity": ("性质", "Kind"),
    "message": ("说明", "Message"),
    "count": ("数量", "Count"),
    "examples": ("举例", "Examples"),
}


def analysis_sheets(analysis: Found) -> list[Sheet]:
    """Return the sheets: summary, areas, what fails, facilities, rules, data report."""
    say = _Speech(analysis.language)
    makers = (_summary, _areas, _gaps, _facilities, _rules, _data)
    sheets = [make(analysis, say) for make in makers]
    if not analysis.project.made_up:
        return sheets
    return [Sheet(each.title, say("made_up") + each.note, each.columns) for each in sheets]


class _Speech:
    """Words in the language of the workbook."""

    def __init__(self, language: str) -> None:
        self._index = 0 if language == "zh" else 1
        self.language = language

    def __call__(self, word: str) -> str:
        return _WORDS[word][self._index]

    def column(self, word: str, values: Any, kind: str = "text", width: int = 12) -> SheetColumn:
        return SheetColumn(self(word), values, kind, width)

    def coded(
        self, word: str, codes: Iterable[str], prefix: str = "", width: int = 12
    ) -> SheetColumn:
        """Return a column of codes in words; the codes themselves stand in the Parquet files."""
        texts = [coded(prefix or word, code or "", self.language) for code in codes]
        return SheetColumn(self(word), texts, "text", width)


def _summary(analysis: Found, say: _Speech) -> Sheet:
    entries = analysis.summary["rules"]

    def each(*path: str) -> list[Any]:
        return [_at(entry, path) for entry in entries]

    counts = [
        say.column(word, each("verdicts", word), "integer")
        for word in ("pass", "fail", "unknown", "not_applicable")
    ]
    people = [
        say.column(f"fail_{name}", each(name, "fail"), "integer")
        for name in ("households", "population", "elderly")
    ]
    columns = (
        say.column("rule", each("key"), width=44),
        say.column("title", each("title", say.language), width=40),
        say.coded("strength", each("strength")),
        say.coded("measure", each("measure"), width=24),
        say.column("threshold", each("threshold"), "number"),
        say.coded("unit", each("unit"), width=10),
        say.coded("subject", each("subject_kind")),
        *counts,
        *people,
        say.column("share", each("covered_share"), "share"),
        say.coded("share_of", each("covered_share_of"), "weight"),
        say.coded("level", each("level")),
    )
    return Sheet(say("summary"), say("summary_note"), columns)


def _at(entry: Any, path: tuple[str, ...]) -> Any:
    """Follow keys as far as they lead; None where they do not."""
    for key in path:
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _areas(analysis: Found, say: _Speech) -> Sheet:
    weights = home_weights(analysis.city)
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
            lists["share"] += _leading_share(summed.covered_share).tolist()
    columns = (
        say.coded("level", lists["level"]),
        say.column("area", lists["area"], width=16),
        say.column("name", lists["name"], width=20),
        say.column("rule", lists["rule"], width=40),
        say.column("fail", lists["fail_homes"], "integer"),
        say.column("fail_households", lists["fail_households"], "integer"),
        say.column("fail_population", lists["fail_population"], "integer"),
        say.column("fail_elderly", lists["fail_elderly"], "integer"),
        say.column("share", lists["share"], "share"),
    )
    return Sheet(say("areas"), say("areas_note"), columns)


_AREA_COLUMNS = ("level", "area", "name", "rule", *(f"fail_{name}" for name in WEIGHTS), "share")


def _leading_share(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the share of the same weight as in the summary, (areas,)."""
    columns = (shares[:, WEIGHTS.index(name)] for name in LEADING)
    known = (column for column in columns if not np.isnan(column).all())
    return next(known, shares[:, 0])


def _gaps(analysis: Found, say: _Speech) -> Sheet:
    gaps = gaps_frame(analysis, limit=MAX_ROWS // 2)
    rules = (("rule_id", "rule", 40), ("title", "title", 36))
    subjects = (("subject_id", "id", 16), ("name", "name", 24))

    def named(columns: Iterable[tuple[str, str, int]]) -> list[SheetColumn]:
        return [say.column(word, gaps[name].tolist(), width=width) for name, word, width in columns]

    numbers = ("measured", "required", "shortfall", "households", "population", "elderly")
    columns = (
        *named(rules),
        say.coded("subject", gaps["subject_kind"].tolist(), width=10),
        *named(subjects),
        *(say.column(name, gaps[name].tolist(), "number") for name in numbers),
        say.coded("unit", gaps["unit"].tolist(), width=10),
        say.column("citation", gaps["citation"].tolist(), width=48),
    )
    return Sheet(say("gaps"), say("gaps_note"), columns)


def _facilities(analysis: Found, say: _Speech) -> Sheet:
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
    return Sheet(say("facilities"), say("facilities_note"), columns)


def _rules(analysis: Found, say: _Speech) -> Sheet:
    entries = {entry["rule_id"]: entry for entry in analysis.summary["rules"]}.values()

    def source(name: str) -> list[str]:
        return [entry["source"][name] for entry in entries]

    columns = (
        say.column("rule", [entry["rule_id"] for entry in entries], width=44),
        say.column("title", [entry["title"][say.language] for entry in entries], width=36),
        say.coded("strength", [entry["strength"] for entry in entries]),
        say.column("document", source("document"), width=40),
        say.column("number", source("number"), width=18),
        say.column("clause", source("clause"), width=18),
        say.column("quote", source("quote"), width=60),
        say.coded("quote_kind", source("quote_kind"), "quote"),
        say.column("confidence", source("confidence"), width=10),
        say.column("url", source("url"), width=48),
    )
    return Sheet(say("rules"), say("rules_note"), columns)


def _data(analysis: Found, say: _Speech) -> Sheet:
    notes, language = analysis.report.notes, analysis.language
    columns = (
        say.column("layer", [note_layer(note, language) for note in notes], width=34),
        say.coded("severity", [note.severity for note in notes]),
        say.column("message", [note_text(note, language) for note in notes], width=90),
        say.column("count", [note.count for note in notes], "integer"),
        say.column("examples", ["; ".join(note.examples) for note in notes], width=30),
    )
    return Sheet(say("data"), say("data_note"), columns)
