"""A report of a few pages on an analysis, as one HTML file to read or to print on A4.

Formatting only: every figure is one of the summary, of the roll-up or of the manifest. It loads
nothing and runs nothing; what comes from data is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from siting.plain_text import plain
from siting.report._plain import plain_values
from siting.report.analysis_text import summary_html
from siting.report.note_words import note_layer, note_text
from siting.tables import DataNote

Language = Literal["zh", "en"]

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_STYLE = """
@page{size:A4;margin:16mm 15mm}
body{font:11pt/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;
margin:2rem auto;max-width:56rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:1.6rem 0 .4rem;break-after:avoid}
h3{font-size:1rem;margin:1rem 0 .2rem;break-after:avoid}
.made-up{background:#ffe08a;padding:.3rem .7rem;font-weight:600}
.quiet{color:#44505c;font-size:.86rem}
.lead{font-size:1.05rem}
table{border-collapse:collapse;width:100%;font-size:.86rem;margin:.5rem 0 1rem}
th,td{border-bottom:1px solid #d0d0d0;padding:.2rem .45rem;text-align:start;vertical-align:top;
overflow-wrap:break-word}
thead th{border-bottom:2px solid #666}
td.n,th.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.figures td:not(:first-child),.figures th:not(:first-child){text-align:end;white-space:nowrap;
font-variant-numeric:tabular-nums}
figure{margin:1rem 0;break-inside:avoid}figure img{width:100%;border:1px solid #ddd}
tr{break-inside:avoid}
.notes td:nth-child(2){white-space:nowrap}
.sources th,.sources td:nth-child(2),.sources td:nth-child(3){white-space:nowrap}
.sources td:first-child{min-width:14rem}
.annex{columns:2;column-gap:1.5rem}.annex table{font-size:.78rem;margin-top:0}
@media print{body{margin:0;max-width:none;padding:0;font-size:9.5pt}a{color:inherit}
table{font-size:.8rem}th,td{padding:.08rem .4rem}}
"""
_WORDS: Mapping[str, tuple[str, str]] = {
    "report": ("社区服务设施合规分析报告", "Report on community services"),
    "made_up": (
        "虚构数据：住宅、设施与数字均为演示而编造，不代表任何真实地方。",
        "Made-up data: homes, facilities and figures are invented and describe no real place.",
    ),
    "dated": ("规则以 {date} 为准", "Rules as of {date}"),
    "brief": ("结论", "In brief"),
    "findings": ("各规则的结果", "Findings by rule"),
    "maps": ("地图", "Maps"),
    "areas": ("缺口最大的分区", "Areas with the largest gaps"),
    "asked": ("问题与依据", "What was asked, and by which rules"),
    "data": ("数据", "Data"),
    "doubts": ("存疑之处", "Doubts"),
    "area": ("分区", "Area"),
    "without": ("缺服务的{who}", "{who} without"),
    "who_homes": ("住宅", "Homes"),
    "who_households": ("户数", "Households"),
    "who_population": ("人口", "People"),
    "who_elderly": ("老年人", "Elderly people"),
    "areas_rule": ("规则：{rule}", "Rule: {rule}"),
    "share": ("覆盖率", "Covered share"),
    "rule": ("规则", "Rule"),
    "rules": ("规则与条款", "Rules and clauses"),
    "clause": ("（{clause}）", " ({clause})"),
    "joint": ("；", "; "),
    "source": ("出处", "Source"),
    "confidence": ("可信度", "Confidence"),
    "file": ("文件", "File"),
    "size": ("字节", "Bytes"),
    "sum": ("SHA-256（前 12 位）", "SHA-256 (first 12)"),
    "parameter": ("参数", "Parameter"),
    "value": ("值", "Value"),
    "packs": ("规则包", "Rule packs"),
    "layer": ("图层", "Layer"),
    "kind": ("性质", "Kind"),
    "note": ("说明", "Note"),
    "mandatory": ("强制（应）", "mandatory"),
    "recommended": ("推荐（宜）", "recommended"),
    "indicator": ("指标", "indicator"),
    "info": ("说明", "note"),
    "assumption": ("假定", "assumption"),
    "repair": ("修复", "repair"),
    "excluded": ("剔除", "excluded"),
    "warning": ("警告", "warning"),
    "fails": ("有不达标之处：{count} 条规则，涉及 {subjects} 个判定。",
              "Not compliant: {count} rules fail for some, {subjects} findings in all."),
    "passes": ("没有发现不达标之处。", "No gap was found."),
    "largest": ("缺口最大的是“{rule}”：{failed}缺少服务（覆盖率 {share}）。",
                "The largest gap is “{rule}”: {failed} without (covered share {share})."),
    "worst": ("最严重的分区：{areas}。", "It is worst in {areas}."),
    "unknown": ("另有 {count} 个判定因缺数据而未知，不计为达标，也不计为不达标。",
                ("{count} further findings are unknown for lack of data; they count neither as "
                "passed nor as failed.")),
    "population": ("{n} 人", "{n} people"),
    "households": ("{n} 户", "{n} households"),
    "elderly": ("{n} 名老年人", "{n} elderly people"),
    "homes": ("{n} 处住宅", "{n} homes"),
    "unread": (("没有一条规则是在发布机构的原件中核对的；"
                "可信度 A 读自文本的副本，B 读自转述或引用。"),
               ("No rule was read in its publisher's own copy: confidence A was read in a copy of "
               "the text, B where it is quoted or stated.")),
    "verdicts": ("判定来自未取整的路网距离（含到街道的接驳段），限值含本数；地图只供示意。",
                 ("Verdicts come from unrounded distances along streets, access legs included; a "
                 "limit is inclusive. Maps are for the eye.")),
    "reasons": ("未知的原因", "Why findings are unknown"),
    "count": ("数量", "Count"),
    "no_notes": ("数据没有需要说明之处。", "There is nothing to note about the data."),
    "crs": ("分析坐标系 {crs};siting {version}。", "Metric system {crs}; siting {version}."),
    "attribution": ("数据来源：{texts}", "Data: {texts}"),
    "comma": ("、", ", "),
    "more": ("另有 {n} 条说明见 data-report.json。", "{n} more notes are in data-report.json."),
}  # fmt: skip
_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "walking_speed_m_per_min": ("步行速度，米/分钟", "Walking speed, m/min"),
    "max_access_m": ("到街道最长接驳，米", "Longest way to a street, m"),
    "persons_per_household": ("户均人数", "People per household"),
    "floor_area_per_household_m2": ("户均建筑面积，㎡", "Floor area per household, m²"),
    "default_levels": ("缺层数时的层数", "Storeys where none are mapped"),
    "elderly_share": ("老年人比例", "Share of elderly people"),
    "children_share": ("婴幼儿比例", "Share of small children"),
    "complete_types": ("数据齐全的设施类型", "Types that the data list completely"),
}
_MOST_NOTES = 40
_SEVERITIES = ("warning", "assumption", "excluded", "repair")


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
    sections = (_head, _brief, _maps, _areas, _findings, _asked, _data, _doubts)
    body = "\n".join(section(document, say) for section in sections)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if document.language == "zh" else "en"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_safe(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n"
        "</body>\n</html>\n"
    )


class _Speech:
    """Words in the language of the report."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return _WORDS[key][self.language == "en"].format(**values)


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
    inner = summary_html(plain_values(document.summary), document.language)
    return f'<h2>{say("findings")}</h2><div class="figures">{inner}</div>'


def _maps(document: Document, say: _Speech) -> str:
    figures = "".join(
        f'<figure><img alt="{_safe(each.title)}" src="{_safe(each.address)}"></figure>'
        for each in document.pictures
    )
    return f"<h2>{say('maps')}</h2>{figures}" if figures else ""


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
    about = f"<p>{_safe(say('areas_rule', rule=rule))}</p>" if rule else ""
    return f"<h2>{say('areas')}</h2>{about}{table}"


def _asked(document: Document, say: _Speech) -> str:
    packs = _table(
        (say("packs"), say("sum")),
        [(each["path"], each["sha256"][:12]) for each in document.manifest["rule_packs"]],
    )
    values = document.manifest["parameters"].items()
    parameters = _table(
        (say("parameter"), say("value")),
        [
            (_parameter(name, document.language), str(value))
            for name, value in values
            if value not in (None, {}, [])
        ],
    )
    heads = (say("source"), say("kind"), say("confidence"), say("rules"))
    sources = f'<div class="sources">{_table(heads, _sources(document, say))}</div>'
    return f"<h2>{say('asked')}</h2>{sources}{_annex(packs + parameters)}"


def _parameter(name: str, language: Language) -> str:
    """Name a parameter in words, and as the project file has it."""
    words = _PARAMETERS.get(name)
    return name if words is None else f"{words[language == 'en']} ({name})"


def _sources(document: Document, say: _Speech) -> list[tuple[str, ...]]:
    """Return a row for each document, strength and confidence, with the rules taken from it."""
    judged = [e for e in document.summary["rules"] if e["verdicts"]["pass"] + e["verdicts"]["fail"]]
    rows: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for entry in {entry["rule_id"]: entry for entry in judged}.values():
        source = entry["source"]
        named = " ".join(source[key] for key in ("document", "number") if source[key])
        clauses = rows.setdefault((named, say(entry["strength"]), source["confidence"]), {})
        clauses.setdefault(source["clause"], []).append(entry["title"][document.language])
    return [(*key, _clauses(clauses, say)) for key, clauses in rows.items()]


def _clauses(clauses: Mapping[str, Sequence[str]], say: _Speech) -> str:
    """Return the rules of each clause, and behind them the clause."""
    return say("joint").join(
        say("comma").join(rules) + (say("clause", clause=clause) if clause else "")
        for clause, rules in clauses.items()
    )


def _data(document: Document, say: _Speech) -> str:
    manifest = document.manifest
    inputs = [
        (each["path"], f"{each['bytes']:,}", each["sha256"][:12]) for each in manifest["inputs"]
    ]
    heads = (say("file"), say("size"), say("sum"))
    made = say("crs", crs=manifest["crs"], version=manifest["siting"])
    owners = say("attribution", texts=" · ".join(document.attribution))
    credit = f"<p>{_safe(owners)}</p>" if document.attribution else ""
    return f"<h2>{say('data')}</h2><p>{_safe(made)}</p>{credit}{_annex(_table(heads, inputs))}"


def _annex(tables: str) -> str:
    """Set what is looked up, not read, in two columns."""
    return f'<div class="annex">{tables}</div>'


def _doubts(document: Document, say: _Speech) -> str:
    language = document.language
    serious = [note for note in document.notes if note.severity in _SEVERITIES]
    serious.sort(key=lambda note: _SEVERITIES.index(note.severity))
    rows = [
        (note_layer(note, language), say(note.severity), note_text(note, language))
        for note in serious[:_MOST_NOTES]
    ]
    heads = (say("layer"), say("kind"), say("note"))
    listed = _table(heads, rows) if rows else f"<p>{say('no_notes')}</p>"
    left = len(serious) - len(rows)
    more = f"<p>{say('more', n=left)}</p>" if left else ""
    return (
        f"<h2>{say('doubts')}</h2><p>{say('unread')} {say('verdicts')}</p>"
        f'{_reasons(document, say)}<div class="notes">{listed}</div>{more}'
    )


def _reasons(document: Document, say: _Speech) -> str:
    """List why findings are unknown, the commonest reason first."""
    counts: dict[str, int] = {}
    for entry in document.summary["rules"]:
        for reason, count in entry["unknown_reasons"].items():
            counts[reason] = counts.get(reason, 0) + count
    rows = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:15]
    if not rows:
        return ""
    shown = [(reason, f"{count:,}") for reason, count in rows]
    return _table((say("reasons"), say("count")), shown, numbers=1)


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
