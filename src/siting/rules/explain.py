"""Rules and findings in words: what a rule asks, where it is written, and how a number came about.

Owns the sentences for people. The arithmetic of plan findings is written where it is done, in
`siting.rules.plan.outcome`; here stand the rule itself and the findings of a city.
"""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from siting.message import Message, Text, message
from siting.plain_text import one_line
from siting.rules.city.findings import Verdict
from siting.rules.facts import SCALAR_UNITS, fact_title, unit_of, unit_text
from siting.rules.pack.measures import Family, measure_of
from siting.rules.wording import (
    COMPARISONS,
    joined,
    number_text,
    per_text,
    quantity_text,
    sentences,
)
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.levels import load_levels
from siting.vocabulary.title import Title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City
    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Condition, Options, Require, Rule

_STRENGTHS: Mapping[str, Text] = MappingProxyType(
    {
        "mandatory": Text("强制（应）", "mandatory (应)"),
        "recommended": Text("推荐（宜）", "recommended (宜)"),
        "indicator": Text("指标（无达标线）", "indicator, no pass mark"),
    }
)
_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "asks": Text("要求", "asks"),
        "measure": Text("度量", "measure"),
        "facility types": Text("设施类型", "facility types"),
        "within": Text("范围", "within"),
        "applies to": Text("适用对象", "applies to"),
        "when": Text("适用条件", "when"),
        "of plans when": Text("方案适用条件", "of plans when"),
        "strength": Text("强度", "strength"),
        "in force": Text("有效期", "in force"),
        "place": Text("地区", "place"),
        "status": Text("状态", "status"),
        "document": Text("文件", "document"),
        "clause": Text("条款", "clause"),
        "quote": Text("原文", "quote"),
        "paraphrase": Text("大意", "in short"),
        "url": Text("出处", "url"),
        "confidence": Text("可信度", "confidence"),
        "read as": Text("理解", "read as"),
        "governs": Text("取代", "governs"),
        "shares area": Text("面积共用", "shares area with"),
        "cases": Text("算例", "cases"),
    }
)
_WAYS: Mapping[str, Text] = MappingProxyType(
    {
        "straight_line": Text("直线距离", "in a straight line"),
        "walking_distance": Text("步行", "on foot"),
        "walking_time": Text("步行", "on foot"),
    }
)
_COLON = Text("：", ": ")
_CONFIDENCE: Mapping[str, Text] = MappingProxyType(
    {
        "A": Text(
            "A：见于第三方抄录或原件本身", "A: read in a copy of the text or the text itself"
        ),
        "B": Text("B：见于政府网页、新闻或二手文件", "B: read where it is stated or quoted"),
        "C": Text("C：未核实，默认不启用", "C: not verified, off by default"),
    }
)
_SUBJECTS: Mapping[str, Text] = MappingProxyType(
    {
        "home": Text("住宅", "homes"),
        "facility": Text("设施", "facilities"),
        "area": Text("片区", "areas"),
        "city": Text("全市", "the whole city"),
        "plan": Text("规划方案", "plans"),
    }
)
_STATUSES: Mapping[str, Text] = MappingProxyType(
    {
        "draft": Text("草案", "draft"),
        "unverified": Text("未核实", "unverified"),
    }
)


def describe_rule(rule: Rule, language: str = "zh") -> str:
    """Describe one rule whole, a line for each of its parts.

    Parameters
    ----------
    rule
        The rule.
    language
        ``zh`` or ``en``.

    Examples
    --------
    >>> from siting.rules.pack.find import find_packs, read_packs
    >>> rules = {rule.id: rule for pack in read_packs(find_packs(["cn"])) for rule in pack.rules}
    >>> print(describe_rule(rules["wuhan-elder-care-floor-area"], "en").splitlines()[1])
    asks: 30 m² for each 100 households at least, and at least 300 m² in all
    """
    source = rule.source
    rows = [
        ("asks", asks_text(rule)),
        ("measure", _title(measure_of(rule.measure).title)),
        ("facility types", _both(lambda lang: _names(rule, lang))),
        ("within", _within_text(rule)),
        ("applies to", _applies_text(rule)),
        ("when", _condition_text(rule.applies_to.when)),
        ("of plans when", _condition_text(rule.applies_to.plan_when)),
        ("strength", _STRENGTHS[rule.strength]),
        ("in force", _days_text(rule)),
        ("place", Text(rule.jurisdiction, rule.jurisdiction)),
        ("status", Text("", "") if rule.status == "active" else _STATUSES[rule.status]),
        ("document", _both(lambda lang: _document(rule, lang))),
        ("clause", Text(source.clause, source.clause)),
        ("paraphrase" if source.paraphrase else "quote", Text(source.quote, source.quote)),
        ("url", Text(rule.url, rule.url)),
        ("confidence", _CONFIDENCE[source.confidence]),
        ("read as", _title(rule.interpretation)),
        ("governs", _listed(rule.supersedes)),
        ("shares area", _listed(rule.counting.shared_with)),
    ]  # fmt: skip
    chosen = [(_pick(_LABELS[key], language), _pick(text, language)) for key, text in rows]
    colon = _pick(_COLON, language)
    lines = [one_line(_with_code(rule.title.text(language), rule.id, language))]
    lines += [one_line(f"{label}{colon}{text}") for label, text in chosen if text]
    if rule.cases:
        lines.append(f"{_pick(_LABELS['cases'], language)}{colon}".rstrip())
    lines += [f"  - {one_line(each.name)}: {each.verdict}" for each in rule.cases]
    return "\n".join(lines)


def asks_text(rule: Rule) -> Text:
    """Say what a rule asks for in one phrase.

    Returns
    -------
    Text
        Such as 每 100 户不低于 30 m²，且合计不低于 300 m².
    """
    measure = measure_of(rule.measure)
    ways = [_require_text(rule.require, measure, rule.options)]
    ways += [
        _require_text(other.require, measure_of(other.measure), other.options)
        for other in rule.alternatives
    ]
    return joined(*ways, zh="，或者", en=", or ")


def _require_text(require: Require | None, measure: Measure, options: Options) -> Text:
    if require is None:
        return Text("只报告数值", "the figure, without a pass mark")
    words = COMPARISONS[require.comparator]
    limit = quantity_text(require.limit, measure.finding_unit)
    sliding = _bands_text(require, measure)
    if measure.family is not Family.RATE:
        return joined(Text(f"{words.zh} {limit.zh}", f"{words.en} {limit.en}"), sliding)
    unit = {"population": "persons"}.get(measure.base, measure.base)
    per = per_text(unit, measure.per)
    each = f"每{per.zh}" if measure.per == 1 else f"每 {per.zh}"
    text = Text(f"{each}{words.zh} {limit.zh}", f"{limit.en} for each {per.en} {words.en}")
    if measure.begun:
        group = quantity_text(Fraction(options.begun or 1), unit)
        text = Text(
            f"每 {group.zh}（不足按一份计）{words.zh} {limit.zh}",
            f"{limit.en} for each begun {group.en} {words.en}",
        )
    more = [text, sliding]
    if require.and_total_at_least is not None:
        least = quantity_text(require.and_total_at_least, measure.finding_unit)
        more.append(Text(f"且合计不低于 {least.zh}", f"and at least {least.en} in all"))
    if require.and_one_place_at_least is not None:
        least = quantity_text(require.and_one_place_at_least, measure.finding_unit)
        more.append(Text(f"且至少一处不小于 {least.zh}", f"and one place of {least.en} at least"))
    return joined(*more, zh="，", en=", ")


def _bands_text(require: Require, measure: Measure) -> Text:
    """Write the bands of a sliding rate: 总建筑面积自 10,000 m² 起 40 m²."""
    title = fact_title(require.by)
    unit = unit_of(require.by) if require.bands else ""
    steps = []
    for band in require.bands:
        start = quantity_text(band.since, unit)
        limit = quantity_text(band.limit, measure.finding_unit)
        steps.append(
            Text(
                f"{title.zh}自 {start.zh} 起 {limit.zh}",
                f"{limit.en} from {start.en} of {title.en} on",
            )
        )
    return joined(*steps, zh="，", en=", ")


def explain_row(block: FindingBlock, row: int, city: City) -> Message:
    """Explain one finding of a city: the subject, the sum, and how it was measured.

    Parameters
    ----------
    block
        The findings of one rule.
    row
        Which subject.
    city
        The city they are about.
    """
    number = int(block.reason[row])
    reason = (block.reasons[number],) if number >= 0 else ()
    if Verdict(int(block.verdict[row])) is Verdict.UNKNOWN:
        return message("reason.unknown", why=reason[0]) if reason else message("verdict.unknown")
    return sentences(_arithmetic(block, row), _nearest(block, row, city), *reason)


def _arithmetic(block: FindingBlock, row: int) -> Text:
    measured, required = float(block.measured[row]), float(block.required[row])
    found = quantity_text(measured, block.unit)
    if np.isinf(measured):
        found = Text("无法到达", "none can be reached")
    if np.isnan(measured):
        return Text("", "")
    if np.isnan(required):
        return found
    limit = _sum_text(block, row)
    short = float(block.shortfall[row])
    gap = Text("符合", "met")
    if block.verdict[row] == Verdict.FAIL:
        missing = quantity_text(short, block.unit)
        over = block.sense == "at_most"
        gap = Text(
            f"{'超出' if over else '缺'} {missing.zh}",
            f"{missing.en} {_too(block) if over else 'short'}",
        )
        gap = Text("", "") if np.isinf(short) else gap
    return joined(limit, Text(f"实际 {found.zh}", f"measured {found.en}"), gap)


def _too(block: FindingBlock) -> str:
    is_distance = measure_of(block.measure).family is Family.DISTANCE
    return "too far" if is_distance else "too much"


def _sum_text(block: FindingBlock, row: int) -> Text:
    """Write what is required; a rate with its base: 1,250 户 × 30 m²/100 户 = 375 m²."""
    rule = block.rule
    required = quantity_text(float(block.required[row]), block.unit)
    measure = measure_of(rule.measure)
    assert rule.require is not None
    is_plain = measure.family is Family.RATE and not measure.begun and not rule.require.bands
    if not is_plain or block.base is None:
        words = COMPARISONS[rule.require.comparator]
        return Text(f"要求{words.zh} {required.zh}", f"{words.en} {required.en} required")
    unit = {"population": "persons"}.get(measure.base, measure.base)
    people = quantity_text(float(block.base[row]), unit)
    rate, per = quantity_text(rule.require.limit, measure.finding_unit), per_text(unit, measure.per)
    total = float(rule.require.limit) * float(block.base[row]) / measure.per
    made = quantity_text(total, block.unit)
    text = Text(
        f"{people.zh} × {rate.zh}/{per.zh} = {made.zh}",
        f"{people.en} × {rate.en}/{per.en} = {made.en}",
    )
    if abs(total - float(block.required[row])) <= 1e-9 * max(total, 1.0):
        return text
    return joined(text, Text(f"取 {required.zh}", f"so {required.en}"), zh="，", en=", ")


def _nearest(block: FindingBlock, row: int, city: City) -> Text:
    index = int(block.nearest[row])
    if index < 0:
        return Text("", "")
    facility = city.facilities.iloc[index]
    name = facility.get("name")
    shown = str(name) if isinstance(name, str) and name else str(facility["facility_id"])
    return Text(f"最近：{shown}", f"nearest: {shown}")


def _names(rule: Rule, language: str) -> str:
    table = load_facility_types()
    mark = "、" if language == "zh" else ", "
    return mark.join(
        _with_code(table.title(code, language), code, language) for code in rule.facility_types
    )


def _with_code(title: str, code: str, language: str) -> str:
    return f"{title}（{code}）" if language == "zh" else f"{title} ({code})"


def _listed(names: Sequence[str]) -> Text:
    return Text("、".join(names), ", ".join(names))


def _applies_text(rule: Rule) -> Text:
    subjects = joined(*(_SUBJECTS[each] for each in rule.applies_to.subject), zh="、", en=", ")
    words = {
        "any": Text("", ""),
        "new": Text("新建", "new"),
        "renewal": Text("更新改造", "renewal"),
        "existing": Text("现状", "existing"),
    }
    name = rule.applies_to.level
    zh, en = (load_levels().title(name, language) for language in ("zh", "en"))
    level = Text(f"片区指{zh}" if name else "", en)
    return joined(subjects, level, words[rule.applies_to.status], zh="，", en=", ")


def _within_text(rule: Rule) -> Text:
    """Say how far a rule looks, and what counts less because it is farther."""
    within = rule.options.within
    if within is None:
        return Text("", "")
    way, limit = _WAYS[within.measure], quantity_text(within.at_most, within.unit)
    reach = Text(f"{way.zh} {limit.zh}", f"{limit.en} {way.en}")
    zones = [
        (quantity_text(zone.at_most, within.unit), number_text(zone.weight))
        for zone in rule.options.zones
    ]
    parts = [Text(f"{far.zh} 内计 {share}", f"up to {far.en} × {share}") for far, share in zones]
    return joined(reach, *parts)


def _condition_text(condition: Condition | None) -> Text:
    if condition is None:
        return Text("", "")
    if condition.any_of or condition.all_of:
        parts = [_condition_text(part) for part in (*condition.any_of, *condition.all_of)]
        zh, en = ("，或", " or ") if condition.any_of else ("，且", " and ")
        return joined(*parts, zh=zh, en=en)
    fact_zh = fact_title(condition.fact or "").zh
    if condition.equals is not None:
        return Text(f"{fact_zh}为 {condition.equals}", f"{condition.fact} is {condition.equals}")
    tests = [
        Text(
            f"{fact_zh}{COMPARISONS[name].zh} {_with_unit_of(condition.fact or '', limit)}",
            f"{condition.fact} {COMPARISONS[name].en} {number_text(limit)}",
        )
        for name, limit in condition.tests
    ]
    return joined(*tests, zh="，且", en=" and ")


def _with_unit_of(fact: str, limit: float | Decimal) -> str:
    """Write a limit for Chinese readers in the unit of its fact."""
    # Facts of places, such as the elderly, are no figures of plans and have no unit there.
    unit = unit_of(fact) if "." in fact or fact in SCALAR_UNITS else ""
    return f"{number_text(limit)} {unit_text(unit).zh}".rstrip()


def _days_text(rule: Rule) -> Text:
    days = rule.days
    since = days.since.isoformat() if days.since else "…"
    until = days.until.isoformat() if days.until else "…"
    return Text(f"{since} 至 {until}", f"{since} to {until}")


def _document(rule: Rule, language: str) -> str:
    document = rule.document
    return " ".join(part for part in (document.title.text(language), document.number) if part)


def _title(title: Title | None) -> Text:
    return Text("", "") if title is None else Text(title.zh, title.en)


def _both(make: Callable[[str], str]) -> Text:
    return Text(make("zh"), make("en"))


def _pick(text: Text, language: str) -> str:
    return text.text("zh" if language == "zh" else "en")
