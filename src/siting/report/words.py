"""The fixed words of the reports, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from siting.message import Language
from siting.rules.plan.finding import PlanFinding

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pass": ("符合", "pass"),
        "fail": ("不符合", "fail"),
        "unknown": ("无法判断", "unknown"),
        "not_applicable": ("不适用", "not applicable"),
        "indicator": ("指标", "indicator"),
        "waived": ("已豁免", "waived"),
        "warning": ("不满足建议", "not as recommended"),
        "title": ("规划方案合规检查", "Plan compliance check"),
        "compliant": ("全部符合强制性规定", "Every mandatory rule is met"),
        "not_compliant": ("存在不符合项", "Not compliant"),
        "plan": ("方案", "Plan"),
        "verdict": ("结论", "Verdict"),
        "rule": ("规则", "Rule"),
        "subject": ("对象", "Subject"),
        "measured": ("规划", "Planned"),
        "required": ("要求", "Required"),
        "shortfall": ("差额", "Shortfall"),
        "why": ("说明", "Why"),
        "source": ("依据", "Source"),
        "verbatim": ("原文", "Quote"),
        "paraphrase": ("大意", "In short"),
        "confidence": ("来源可信度", "Confidence of the source"),
        "evidence": ("数据出处", "Read from"),
        "missing": ("缺少", "Missing"),
        "governed": ("由另一条规则决定", "Decided by another rule"),
        "waiver": ("豁免", "Waiver"),
        "until": ("有效至", "until"),
        "approved": ("批准", "approved by"),
        "note": ("备注", "Note"),
        "notice": ("说明", "note"),
        "none": ("没有结果：没有适用的规则。", "No findings: no rule applies."),
    }
)


def word(key: str, language: Language) -> str:
    """Return one of the fixed words."""
    return _WORDS[key][language == "en"]


def labelled(label: str, text: str, language: Language) -> str:
    """Put a label before a text, with the colon of the language.

    >>> labelled("依据", "GB 1", "zh"), labelled("Source", "GB 1", "en")
    ('依据：GB 1', 'Source: GB 1')
    """
    return f"{label}{'：' if language == 'zh' else ': '}{text}"


def with_aside(text: str, aside: str, language: Language) -> str:
    """Put an aside in brackets behind a text, with the brackets of the language.

    >>> with_aside("江湾", "a.yaml", "zh"), with_aside("Jiangwan", "a.yaml", "en")
    ('江湾（a.yaml）', 'Jiangwan (a.yaml)')
    """
    return f"{text}（{aside}）" if language == "zh" else f"{text} ({aside})"


def quoted(finding: PlanFinding, language: Language) -> str:
    """Write what the clause says, marked as its words or as a paraphrase; empty without one."""
    citation = finding.citation
    if citation is None or not citation.quote:
        return ""
    kind = "paraphrase" if citation.quote_kind == "paraphrase" else "verbatim"
    return labelled(word(kind, language), citation.quote, language)


def verdict_key(finding: PlanFinding) -> str:
    """Return the word for a verdict, which says more than the verdict alone."""
    if finding.waived is not None and finding.verdict in ("fail", "unknown"):
        return "waived"
    if finding.strength == "indicator":
        return "indicator"
    if finding.verdict == "fail" and finding.strength == "recommended":
        return "warning"
    return finding.verdict


def says_nothing(finding: PlanFinding) -> bool:
    """Tell whether a finding is neither a verdict nor a figure, so that a count is enough."""
    return finding.verdict == "not_applicable" and finding.measured is None


def summary_line(summary: Mapping[str, object], language: Language) -> str:
    """Write the summary in one line."""
    verdicts = summary["verdicts"]
    assert isinstance(verdicts, Mapping)
    outcome = word("compliant" if summary["compliant"] else "not_compliant", language)
    advice = summary["not_as_recommended"]
    assert isinstance(advice, int)
    # A recommendation that is not met stands apart, as in the list above the line.
    told = {**verdicts, "fail": verdicts["fail"] - advice}
    numbers = {"fail": told.pop("fail"), "warning": advice, **told}
    numbers["waived"] = summary["waived"]
    of = "项" if language == "zh" else ""
    counts = [f"{count} {of}{word(key, language)}" for key, count in numbers.items() if count]
    if summary["failing"]:
        aside = f"{summary['failing']} {'项须解决' if language == 'zh' else 'to resolve'}"
        outcome = with_aside(outcome, aside, language)
    listed = ("、" if language == "zh" else ", ").join(counts)
    return labelled(outcome, listed, language) if counts else outcome


def waiver_line(finding: PlanFinding, language: Language) -> str:
    """Write who waived a rule, why and until when; empty where nobody did."""
    waiver = finding.waived
    if waiver is None:
        return ""
    approved, until = word("approved", language), word("until", language)
    expires = waiver.expires.isoformat()
    by = f"{waiver.approver}{approved}，" if language == "zh" else f"{approved} {waiver.approver}, "
    return with_aside(waiver.reason, f"{by}{until} {expires}", language)


def governed_line(finding: PlanFinding, language: Language) -> str:
    """Say which rule decides instead; empty where this one does."""
    if finding.governs:
        return ""
    governed = word("governed", language)
    return labelled(governed, finding.governed_by, language) if finding.governed_by else governed
