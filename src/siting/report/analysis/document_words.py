"""The words of the printable report in both languages."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "report": ("社区服务设施合规分析报告", "Report on community services"),
    "made_up": (
        "虚构数据：住宅、设施与数字均为演示而编造，不代表任何真实地方。",
        "Made-up data: homes, facilities and figures are invented and describe no real place.",
    ),
    "dated": ("规则以 {date} 为准", "Rules as of {date}"),
    "brief": ("结论", "In brief"),
    "findings": ("各规则的结果", "Findings by rule"),
    "maps": ("地图", "Maps"),
    "areas": ("缺口最大的片区", "Areas with the largest gaps"),
    "asked": ("问题", "What was asked"),
    "question": (
        ("{totals}：哪些缺少服务，缺多少，在哪里。按 {documents} 份文件的 {rules} 条规则判定"
         "（应、宜之别见“规则”），另有 {silent} 条因缺数据或没有适用对象未能判定。"),
        ("{totals}: which of them lack a service, by how much, and where. Judged by "
         "{rules} rules of {documents} documents (see “Rules” for what is a duty and what is "
         "advice); {silent} more could not be judged for lack of data, or apply to nothing here."),
    ),
    "data": ("数据", "Data"),
    "doubts": ("存疑之处", "Doubts"),
    "area": ("片区", "Area"),
    "without": ("缺服务的{who}", "{who} without"),
    "who_homes": ("住宅", "Homes"),
    "who_households": ("户数", "Households"),
    "who_population": ("人口", "People"),
    "who_elderly": ("老年人", "Elderly people"),
    "areas_rule": ("规则：{rule}", "Rule: {rule}"),
    "share": ("覆盖率", "Covered share"),
    "rule": ("规则", "Rule"),
    "rules": ("规则", "Rules"),
    "rules_note": (
        "前面各表的“出处”即此处的编号；一份文件有几条时，字母指条款。",
        ("The numbers are those of the column “source” above; a letter names the clause where a "
         "document has several."),
    ),
    "number": ("编号", "No."),
    "clauses": ("条款", "Clause"),
    "joint": ("；", "; "),
    "source": ("文件", "Document"),
    "confidence": ("可信度", "Confidence"),
    "file": ("文件", "File"),
    "sum": ("SHA-256 前 12 位", "SHA-256, first 12"),
    "annex": ("附：规则包与数据文件", "Annex: rule packs and data files"),
    "kind": ("性质", "Kind"),
    "mandatory": ("应", "must"),
    "recommended": ("宜", "should"),
    "indicator": ("指标", "figure"),
    "warning": ("警告（{n} 条）", "Warnings ({n})"),
    "assumption": ("假定（{n} 条）", "Assumptions ({n})"),
    "excluded": ("剔除（{n} 条）", "Exclusions ({n})"),
    "repair": ("修复（{n} 条）", "Repairs ({n})"),
    "told": ("{layer}：{text}", "{layer}: {text}"),
    "fails": ("有不达标之处：{count} 条规则，涉及 {subjects} 个判定。",
              "Not compliant: {count} rules fail for some, {subjects} findings in all."),
    "passes": ("没有发现不达标之处。", "No gap was found."),
    "largest": ("缺口最大的是“{rule}”：{failed}缺少服务（覆盖率 {share}）。",
                "The largest gap is “{rule}”: {failed} without (covered share {share})."),
    "worst": ("最严重的片区：{areas}。", "It is worst in {areas}."),
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
    "crs": ("分析坐标系 {crs}；siting {version}。", "Metric system {crs}; siting {version}."),
    "read": ("读入 {count} 个文件：{files}。", "{count} files were read: {files}."),
    "set": ("参数：{values}。", "Parameters: {values}."),
    "is": ("{name}：{value}", "{name}: {value}"),
    "attribution": ("数据来源：{texts}", "Data: {texts}"),
    "comma": ("、", ", "),
    "more": ("另有 {n} 条见 data-report.json。", "{n} more are in data-report.json."),
}  # fmt: skip
PARAMETERS: Mapping[str, tuple[str, str]] = {
    "walking_speed_m_per_min": ("步行速度，米/分钟", "Walking speed, m/min"),
    "max_access_m": ("到街道最长接驳，米", "Longest way to a street, m"),
    "persons_per_household": ("户均人数", "People per household"),
    "floor_area_per_household_m2": ("户均建筑面积，㎡", "Floor area per household, m²"),
    "default_levels": ("缺层数时的层数", "Storeys where none are mapped"),
    "elderly_share": ("老年人比例", "Share of elderly people"),
    "children_share": ("婴幼儿比例", "Share of small children"),
    "complete_types": ("数据齐全的设施类型", "Types that the data list completely"),
}
