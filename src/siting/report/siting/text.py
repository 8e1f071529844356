"""A siting answer in words: for a terminal, and as a fragment for a notebook.

Formatting only: every figure is one of ``locate.json``. The status stands first, with what it is
worth: what was proven, and how far from the best the plan can be at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from siting.report.analysis.text import display_width
from siting.rules.wording import with_unit

_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "made_up": "（虚构数据）",
        "head": "{project}：{title}（{limit}），选址模型：{model}",
        "money": "{number} 元",
        "models": {
            "lscp": "集合覆盖", "mclp": "最大覆盖", "p-median": "p-中位", "p-center": "p-中心",
            "lscp-backup": "备用覆盖", "p-dispersion": "p-分散",
            "capacitated-lscp": "有容量的集合覆盖",
            "capacitated-mclp": "有容量的最大覆盖", "capacitated-p-median": "有容量的 p-中位",
            "max-min": "最差社区优先（最大最小）", "worst-first": "最差者优先",
            "phases": "分期建设",
        },
        "today": "目前不达标 {failing}{unit}，已达标 {passing}；候选点 {sites} 处",
        "optimal": "已证明最优：没有更好的方案。",
        "feasible": "可行方案（{why}）：已证明任何方案都不优于 {bound}，"
        "本方案与最优相差至多 {gap}。",
        "unproven": "可行方案（{why}）：尚未证明其他方案能好多少。",
        "no_plan": {
            "infeasible": "无解：", "unbounded": "问题没有界限：", "invalid": "数据不能求解：",
            "unknown": "未得到方案：", "feasible": "", "optimal": "",
        },
        "why": {"time limit": "到时限", "interrupted": "人工停止", "": "达到所设差距"},
        "plan": (
            "开设 {count} 处，新增服务 {added}{unit}{elderly}，造价 {cost}；仍有 {rest}{unit}不达标"
        ),
        "plan_elderly": "（其中老年人 {number} 人）",
        "by_hand": (
            "人工方案：开设 {count} 处，新增服务 {added}{unit}，造价 {cost}；"
            "与推荐方案相比 {change}{unit}"
        ),
        "units": {
            "population": "人", "elderly": "位老年人", "households": "户", "children": "名幼儿",
            "homes": "处住宅",
        },
        "columns": (
            "顺序", "编号", "名称", "所在", "新增", "其中老年人", "造价（元）", "每人（元）",
            "累计",
        ),
        "year": "年",
        "curve": {"sites": "开设数与服务人口", "money": "资金与服务人口"},
        "curve_columns": {"sites": ("开设数", "服务", "占不达标", "新增", "上界差"),
                          "money": ("资金", "服务", "占不达标", "新增", "上界差")},
        "capacity": {
            "today": "服务能力：目前都去最近处可服务 {nearest}{unit}，合理分配最多 {most}{unit}",
            "with_proposal": "方案后 {nearest} 与 {most}{unit}（范围内共 {reach}{unit}）",
            "joint": "；",
        },
        "gain": "受益最多：{names}", "without": "仍不达标最多：{names}", "separator": "、",
        "rules": "全部规则复核：{changed} 条结果改变",
        "rule": "  {title}：不达标 {before} → {after}{people}",
        "rule_people": "（人口 {before} → {after}）",
        "not_known": "未知",
    },
    "en": {
        "made_up": " (made-up data)",
        "head": "{project}: {title} ({limit}), model: {model}",
        "money": "CNY {number}",
        "models": {
            "lscp": "set covering", "mclp": "maximal covering", "p-median": "p-median",
            "p-center": "p-center", "lscp-backup": "backup covering",
            "p-dispersion": "p-dispersion", "capacitated-lscp": "set covering with capacities",
            "capacitated-mclp": "maximal covering with capacities",
            "capacitated-p-median": "p-median with capacities",
            "max-min": "largest smallest share of a community", "worst-first": "the worst first",
            "phases": "year by year",
        },
        "today": "{failing} {unit} fail today, {passing} pass; {sites} sites to choose from",
        "optimal": "Proven optimal: no plan is better.",
        "feasible": (
            "A plan that holds ({why}): it is proven that none does better than {bound}, so this "
            "one is within {gap} of the best."
        ),
        "unproven": "A plan that holds ({why}); nothing is proven about better ones.",
        "no_plan": {
            "infeasible": "Infeasible: ", "unbounded": "Unbounded: ", "invalid": "Invalid: ",
            "unknown": "No plan found: ", "feasible": "", "optimal": "",
        },
        "why": {"time limit": "time limit", "interrupted": "stopped by hand", "": "gap reached"},
        "plan": (
            "{count} sites opened serve {added} {unit} more{elderly} for {cost}; "
            "{rest} {unit} still fail"
        ),
        "plan_elderly": " ({number} of them elderly)",
        "by_hand": (
            "By hand: {count} sites serve {added} {unit} more for {cost}, {change} {unit} against "
            "the proposal"
        ),
        "units": {"population": "people", "elderly": "elderly", "households": "households",
                  "children": "children", "homes": "homes"},
        "columns": (
            "rank", "id", "name", "in", "added", "elderly", "cost, CNY", "CNY each", "share",
        ),
        "year": "year",
        "curve": {"sites": "Served by number of sites", "money": "Served by money"},
        "curve_columns": {"sites": ("sites", "served", "of failing", "added", "gap"),
                          "money": ("money", "served", "of failing", "added", "gap")},
        "capacity": {
            "today": (
                "Capacity: today {nearest} {unit} are served if all go to the nearest, {most} "
                "could be"
            ),
            "with_proposal": (
                "with the proposal {nearest} and {most}, of {reach} {unit} within reach"
            ),
            "joint": "; ",
        },
        "gain": "Gain most: {names}", "without": "Still without most: {names}", "separator": ", ",
        "rules": "All rules checked again: {changed} change",
        "rule": "  {title}: fail {before} -> {after}{people}",
        "rule_people": " (people {before} -> {after})",
        "not_known": "not known",
    },
}  # fmt: skip
_MOST_ROWS = 40
_NAMED = 5


def siting_text(summary: Mapping[str, Any], language: str) -> str:
    """Return the answer as lines for a terminal.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    words = _WORDS[language]
    lines = [*headline(summary, language)]
    if summary["opened"]:
        lines += ["", *_table(*opened_rows(summary, language))]
    if summary["curve"]:
        lines += ["", words["curve"][summary["curve_by"]], *_table(*curve_rows(summary, language))]
    lines += [*_areas(summary, words), *_rules(summary, language), *_by_hand(summary, words)]
    return "\n".join([*lines, *(f"! {note}" for note in summary["notes"])])


def siting_html(summary: Mapping[str, Any], language: str) -> str:
    """Return the answer as an HTML fragment for a notebook; every text is escaped."""
    head, *rest = headline(summary, language)
    parts = [f"<p><b>{escape(head)}</b><br>{'<br>'.join(map(escape, rest))}</p>"]
    if summary["opened"]:
        parts.append(_html_table(*opened_rows(summary, language)))
    return "".join(parts)


def headline(summary: Mapping[str, Any], language: str) -> list[str]:
    """Return what was asked, what the answer is worth and what it brings, a line each."""
    words, question = _WORDS[language], summary["question"]
    unit = words["units"][question["weight"]]
    limit = with_unit(f"{question['limit']:g}", question["unit"])
    head = words["head"].format(
        project=summary["project"],
        title=question["title"][language],
        limit=limit.zh if language == "zh" else limit.en,
        model=words["models"].get(question["model"], question["model"]),
    )
    today = words["today"].format(
        failing=_number(question["failing"]),
        passing=_number(question["passing"]),
        unit=unit,
        sites=f"{question['sites']:,}",
    )
    lines = [head + (words["made_up"] if summary["made_up"] else ""), today]
    lines.append(status_sentence(summary["answer"], language))
    if summary["answer"]["still_without"] is not None:
        lines.append(_plan(summary["answer"], words, unit))
    return [*lines, *_capacity(summary, words, unit)]


def status_sentence(answer: Mapping[str, Any], language: str) -> str:
    """Say in words what a status is worth.

    Examples
    --------
    >>> answer = {"status": "optimal", "message": "", "still_without": 3.0}
    >>> status_sentence(answer, "en")
    'Proven optimal: no plan is better.'
    """
    words, status = _WORDS[language], answer["status"]
    if answer["still_without"] is None:
        return str(words["no_plan"][status] + answer["message"])
    if status == "optimal":
        return str(words["optimal"])
    why = answer["ended"]
    if answer["bound"] is None or answer["gap"] is None:
        return str(words["unproven"].format(why=words["why"][why]))
    bound, gap = f"{answer['bound']:,.6g}", f"{answer['gap']:.2%}"
    return str(words["feasible"].format(why=words["why"][why], bound=bound, gap=gap))


def _plan(answer: Mapping[str, Any], words: Mapping[str, Any], unit: str) -> str:
    elderly = ""
    if answer.get("elderly_newly_served") is not None:
        elderly = words["plan_elderly"].format(number=_number(answer["elderly_newly_served"]))
    return str(
        words["plan"].format(
            count=answer["sites_opened"],
            added=_number(answer["newly_served"]),
            unit=unit,
            elderly=elderly,
            cost=_money(answer["cost"], words),
            rest=_number(answer["still_without"]),
        )
    )


def _capacity(summary: Mapping[str, Any], words: Mapping[str, Any], unit: str) -> list[str]:
    """Say how many are served at the nearest and how many could be, today and afterwards."""
    parts = [
        words["capacity"][row["when"]].format(
            nearest=_number(row["served_at_nearest"]),
            most=_number(row["could_serve"]),
            reach=_number(row["within_reach"]),
            unit=unit,
        )
        for row in summary["capacity"]
    ]
    return [words["capacity"]["joint"].join(parts)] if parts else []


def _by_hand(summary: Mapping[str, Any], words: Mapping[str, Any]) -> list[str]:
    other = summary.get("by_hand")
    if other is None:
        return []
    answer = other["answer"]
    if answer["still_without"] is None:
        return ["", str(answer["message"])]
    change = answer["newly_served"] - summary["answer"]["newly_served"]
    return [
        "",
        words["by_hand"].format(
            count=answer["sites_opened"],
            added=_number(answer["newly_served"]),
            unit=words["units"][summary["question"]["weight"]],
            cost=_money(answer["cost"], words),
            change=f"{change:+,.0f}",
        ),
    ]


def opened_rows(
    summary: Mapping[str, Any], language: str
) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return the table of opened sites: headers and rows of text."""
    words, rows = _WORDS[language], summary["opened"]
    has_elderly = "added_elderly" in rows[0]
    has_year = "year" in rows[0]
    headers = [name for at, name in enumerate(words["columns"]) if at != 5 or has_elderly]
    listed: list[Sequence[str]] = []
    for row in rows:
        cells = [str(row["rank"]), row["site_id"], row["name"], _place(row), _number(row["added"])]
        cells += [_number(row["added_elderly"])] if has_elderly else []
        cells += [_amount(row["cost"], words), _amount(row["cost_per_person"], words)]
        cells.append(_share(row["served_share_after"]))
        listed.append([*cells, str(row["year"] + 1)] if has_year else cells)
    return (*headers, words["year"]) if has_year else headers, listed


def _place(row: Mapping[str, Any]) -> str:
    """Name the finest area that a site lies in."""
    for level in ("community", "street", "district"):
        if row.get(f"area_{level}"):
            return str(row[f"area_{level}"])
    return next((str(row[key]) for key in row if key.startswith("area_") and row[key]), "")


def curve_rows(
    summary: Mapping[str, Any], language: str
) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return the table of the curve: headers and rows of text."""
    headers = _WORDS[language]["curve_columns"][summary["curve_by"]]
    rows: list[Sequence[str]] = [
        (
            _number(row["value"]),
            _number(row["served"]),
            _share(row["served_share"]),
            _number(row["added"]),
            _share(row["gap"], digits=2),
        )
        for row in summary["curve"]
    ]
    return headers, rows


def _areas(summary: Mapping[str, Any], words: Mapping[str, Any]) -> list[str]:
    """Name the areas of the finest level that is no compound which gain most, and lack most."""
    levels = [level for level in summary["areas"] if level != "compound"]
    if not levels or not summary["opened"]:
        return []
    rows = summary["areas"]["community" if "community" in levels else levels[0]]
    lines = []
    for key, column in (("gain", "gained"), ("without", "still_without")):
        worst = sorted(rows, key=lambda row: -row[column])[:_NAMED]
        named = [f"{row['name']} {_number(row[column])}" for row in worst if row[column] > 0]
        if named:
            lines.append(words[key].format(names=words["separator"].join(named)))
    return ["", *lines]


def _rules(summary: Mapping[str, Any], language: str) -> list[str]:
    words = _WORDS[language]
    changed = [row for row in summary["rules"] if row["fail_before"] != row["fail_after"]]
    if not summary["rules"]:
        return []
    lines = ["", words["rules"].format(changed=len(changed))]
    for row in changed[:_NAMED]:
        people = ""
        if row["people_before"] is not None and row["people_after"] is not None:
            before, after = _number(row["people_before"]), _number(row["people_after"])
            people = words["rule_people"].format(before=before, after=after)
        numbers = {"before": f"{row['fail_before']:,}", "after": f"{row['fail_after']:,}"}
        title = row["title"][language]
        lines.append(words["rule"].format(title=title, people=people, **numbers))
    return lines


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _share(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}%}"


def _money(value: float | None, words: Mapping[str, Any]) -> str:
    """Write a sum of money for a sentence; in a column its unit stands in the head."""
    if value is None:
        return str(words["not_known"])
    return str(words["money"].format(number=f"{value:,.0f}"))


def _amount(value: float | None, words: Mapping[str, Any]) -> str:
    return str(words["not_known"]) if value is None else f"{value:,.0f}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Align columns by what stands in them; long tables end with a count."""
    shown = [list(headers), *(list(row) for row in rows[:_MOST_ROWS])]
    widths = [max(display_width(row[at]) for row in shown) for at in range(len(headers))]
    texts = [at for at in range(len(headers)) if not _is_numeric(rows, at)]
    lines = ["  ".join(_cell(row, at, widths, texts) for at in range(len(row))) for row in shown]
    more = len(rows) - _MOST_ROWS
    return [line.rstrip() for line in lines] + ([f"... + {more}"] if more > 0 else [])


def _is_numeric(rows: Sequence[Sequence[str]], at: int) -> bool:
    return all(row[at][:1].isdigit() or row[at][:1] in ("-", "") for row in rows)


def _cell(row: Sequence[str], at: int, widths: Sequence[int], texts: Sequence[int]) -> str:
    space = " " * (widths[at] - display_width(row[at]))
    return row[at] + space if at in texts else space + row[at]


def _html_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in headers)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
