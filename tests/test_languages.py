"""A run in Chinese prints no English sentence, and one in English no Chinese.

Every command is run in both languages, also with input that is wrong, and all that it prints and
writes for people is read. Apart are what data say: names, quotes of clauses, titles of documents
(each with its translation beside it), file names, identifiers and examples of commands. JSON holds
both languages by its own keys.
"""

from __future__ import annotations

import html
import json
import re

import openpyxl
import pytest
import yaml

import words_uses
from analysis_town import project_data, write_project, write_town
from siting.cli.app import app, run
from siting.cli.help_words import spoken_command

LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# What stays as it is in a Chinese text: quotes first; then code, examples, paths and identifiers.
QUOTE = re.compile(r"“[^”]*”")
APART = re.compile(r"`[^`]*`|\bsiting [a-z]+ .*|\S*[/\\]\S*|\b[\w-]+_\w+\b")
SITED = ("--rule", "town-reading-room")
BROKEN_PROJECTS = {
    "syntax": "name: town\nlayers: {residential: [1, 2\n",
    "colon": "name: a: b\n",
    "tab": "name: town\nlayers:\n\tstreets: x\n",
    "quote": 'name: "town\n',
    "empty": "",
    "list": "- 1\n- 2\n",
    "no-key": "name: town\nlayres: {}\n",
    "wrong-kind": "name: [1]\ndate: soon\nlayers: {residential: {path: homes.gpkg}}\n",
    "no-file": "name: t\nlayers: {residential: {path: hom.gpkg}, streets: {path: streets.gpkg}}\n",
    "no-crs": (
        "name: t\ncrs: EPSG:99999\nlayers: {residential: {path: homes.gpkg}, "
        "streets: {path: streets.gpkg}, facilities: [{path: facilities.gpkg}]}\n"
    ),
    "degrees": (
        "name: t\ncrs: EPSG:4326\nlayers: {residential: {path: homes.gpkg}, "
        "streets: {path: streets.gpkg}, facilities: [{path: facilities.gpkg}]}\n"
    ),
    "no-pack": (
        "name: t\nrules: [cn/wuhann]\nlayers: {residential: {path: homes.gpkg}, "
        "streets: {path: streets.gpkg}, facilities: [{path: facilities.gpkg}]}\n"
    ),
    "folder": "name: t\nlayers: {residential: {path: .}, streets: {path: streets.gpkg}}\n",
    "text-as-table": (
        "name: t\nlayers: {residential: {path: text.xlsx}, streets: {path: text.geojson}}\n"
    ),
}
HEAD = "name: t\njurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\n"
BROKEN_PLANS = {
    "no-number.yaml": HEAD + "indicators: {households: many}\n",
    "not-finite.yaml": HEAD + "indicators: {households: .inf}\n",
    "no-type.yaml": HEAD + "facilities: [{facility_type: elder_car, floor_area_m2: 3}]\n",
    "no-date.yaml": "name: t\njurisdiction: cn\n",
    "bad-place.yaml": "name: t\njurisdiction: WUHAN 1\ndate: tomorrow\n",
    "text.xlsx": "no workbook",
    "text.geojson": "{",
    "collection.geojson": '{"type": "FeatureCollection", "features": []}',
    "number.geojson": '{"type": "FeatureCollection", "plan": NaN}',
    "text.gpkg": "no database",
    "unsaid.geojson": (
        '{"type": "FeatureCollection", "plan": {"name": "t"}, "features": [{"type": "Feature", '
        '"properties": {}, "geometry": {"type": "Point", "coordinates": [114.3, 30.6]}}]}'
    ),
    "facility.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "plan": {"name": "t", "jurisdiction": "cn", "date": "2026-11-01"},
            "features": [
                {
                    "type": "Feature",
                    "properties": {"layer": "facilities", "facility_type": "canteen",
                                   "floor_area_m2": "large"},
                    "geometry": {"type": "Point", "coordinates": [114.3, 30.6]},
                }
            ],
        }
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


class Reader:
    """Runs commands in one language and keeps what a person reads of them, by its name."""

    def __init__(self, language, capsys):
        self.language, self.capsys, self.texts = language, capsys, {}

    def run(self, name, *arguments):
        code = run([*map(str, arguments)])
        told = self.capsys.readouterr()
        self.texts[name] = f"{told.out}\n{told.err}"
        return code

    def read(self, *paths):
        for path in paths:
            self.texts[path.name] = text_of(path)

    def in_other_language(self, known):
        """Return what is said in the other language, without what data say."""
        found = []
        for name, text in self.texts.items():
            for line in text.splitlines():
                if self.language == "en":
                    wrong = [run for run in CHINESE.findall(line) if run not in known]
                else:
                    wrong = words_uses.SENTENCE.findall(APART.sub(" … ", QUOTE.sub(" … ", line)))
                found += [(name, each, line[:160]) for each in wrong]
        return found


@pytest.fixture
def reader(language, capsys, monkeypatch):
    monkeypatch.setenv("SITING_LANGUAGE", language)
    return Reader(language, capsys)


def text_of(path):
    """Return what people read in a file, a line for each cell or element."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        return "\n".join([*book.sheetnames, *(each for each in cells if isinstance(each, str))])
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sarif":
        return "\n".join(messages_of(json.loads(text)))
    if path.suffix in (".html", ".svg"):
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", text)
        return html.unescape(re.sub(r"<[^>]*>", "\n", text))
    return text


def messages_of(value):
    """Yield the texts of a SARIF log that are shown, at any depth."""
    if isinstance(value, dict):
        yield from (str(each) for key, each in value.items() if key in ("text", "markdown"))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from messages_of(each)


@pytest.fixture(scope="module")
def known(repository):
    """Return every text of data in which Chinese may stand, in one."""
    texts = []
    for pack in (repository / "rules/cn").rglob("*.yaml"):
        content = yaml.safe_load(pack.read_text(encoding="utf-8"))
        document = content.get("document", {})
        texts += [str(document.get(key, "")) for key in ("number", "issuer")]
        texts.append(str(document.get("title", {}).get("zh", "")))
        for rule in content.get("rules", ()):
            source = rule.get("source", {})
            texts.append("" if source.get("paraphrase") else str(source.get("quote", "")))
            texts.append(str((rule.get("interpretation") or {}).get("en", "")))
            texts += [str(case.get("reason", "")) for case in rule.get("cases", ())]
    for plan in sorted((repository / "data/plans").rglob("*")):
        if plan.suffix in (".yaml", ".geojson"):
            texts.append(plan.read_text(encoding="utf-8"))
        if plan.suffix == ".xlsx":
            texts.append(text_of(plan))
    return "\n".join(texts)


def plans_of(repository):
    return [
        path
        for path in sorted((repository / "data/plans").iterdir())
        if path.is_dir() or path.suffix in (".xlsx", ".gpkg", ".geojson")
    ]


def commands(command, path=()):
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


def test_help_and_wrong_usage_are_in_one_language(reader, known):
    for path in commands(spoken_command(app, reader.language)):
        name = "-".join(path)
        reader.run(f"help {name}", *path, "--help")
        if reader.language == "zh":
            # In English the parser says it itself.
            reader.run(f"bare {name}", *path)
            reader.run(f"wrong {name}", *path, "--nonsense")
            reader.run(f"extra {name}", *path, "x", "y", "z", "v", "w")
    texts = reader.texts.values()
    assert reader.language == "en" or not any("OPTIONS" in text for text in texts)
    examples = "指标表江湾综合体"
    assert reader.in_other_language(known + examples) == []


def test_checks_of_plans_are_in_one_language(reader, known, repository, tmp_path):
    plans = plans_of(repository)
    saved = [tmp_path / f"check.{kind}" for kind in ("md", "html", "sarif", "xml", "txt")]
    asked = ("--jurisdiction", "cn-hubei-wuhan", "--date", "2026-11-01")
    options = [part for path in saved for part in ("--save", path)]
    assert reader.run("check", "check", *plans, *asked, "--verbose", *options) == 1
    reader.read(*saved)
    reader.run("github", "check", *plans, *asked, "--format", "github")
    reader.run("undated", "check", *plans)
    for plan in plans:
        assert reader.run(f"show {plan.name}", "plan", "show", plan) == 0
    report = tmp_path / "check.json"
    reader.run("json", "check", plans[1], "--output", report)
    del reader.texts["json"]
    (finding, *_) = json.loads(report.read_text(encoding="utf-8"))["findings"]
    reader.run("explain", "explain", finding["finding_id"], report)
    reader.run("diff", "diff", report, plans[2])
    for key in ("title", "explanation", "note"):
        reader.texts[f"json {key}"] = finding[key]
    assert reader.in_other_language(known) == []


def test_rules_are_shown_in_one_language(reader, known):
    reader.run("list", "rules", "list")
    reader.run("lint", "rules", "lint")
    reader.run("test", "rules", "test", "cn/wuhan")
    reader.run("unknown", "rules", "show", "wuhan-elder-care-floor")
    for rule in ("wuhan-elder-care-floor-area", "wuhan-kindergarten-places-6",
                 "tdt1062-food-market-radius", "gb50180-concentrated-green-new",
                 "hubei-elder-care-phasing"):  # fmt: skip
        assert reader.run(f"show {rule}", "rules", "show", rule) == 0
        assert reader.run(f"explain {rule}", "rules", "explain", rule) == 0
    assert reader.in_other_language(known) == []


def test_places_of_a_kindergarten_are_no_places_of_childcare(reader):
    reader.run("show", "rules", "explain", "wuhan-kindergarten-places-6")
    text = reader.texts["show"]
    assert ("180 个学位" in text) if reader.language == "zh" else ("180 places" in text)
    assert "个托位" not in text


def test_an_analysis_and_a_siting_are_in_one_language(reader, known, tmp_path):
    project = write_town(tmp_path / "town")
    packs = ["rules.yaml", "cn"]
    data = project_data() | {"rules": packs, "jurisdiction": "cn-hubei-wuhan"}
    write_project(project.parent, data | {"language": reader.language})
    out = tmp_path / "out"
    assert reader.run("analyze", "analyze", project, "--out", out, "--quiet") == 1
    reader.read(out / "findings.xlsx", out / "map.html")
    report = tmp_path / "report.html"
    assert reader.run("report", "report", project, "--out", report, "--quiet") == 0
    picture = tmp_path / "map.svg"
    reader.run("map", "map", project, "--out", picture, *SITED, "--quiet")
    reader.read(report, picture)
    sited = tmp_path / "sited"
    asked = ("--sites", "streets:200", "--p", "1", "--quiet", "--out", sited)
    assert reader.run("locate", "locate", project, *SITED, *asked) == 0
    reader.read(sited / "sites.xlsx", sited / "curve.svg", sited / "map.html")
    for name, arguments in {
        "no rule": ("--rule", "town-reading-rom", "--p", "1"),
        "no amount": SITED,
        "no model": (*SITED, "--model", "mlcp", "--p", "1"),
        "no layer": (*SITED, "--p", "1"),
    }.items():
        assert reader.run(name, "locate", project, *arguments, "--out", sited) == 2
    assert reader.in_other_language(known) == []


def test_a_project_library_is_in_one_language(reader, known, tmp_path):
    library, book = tmp_path / "library.gpkg", tmp_path / "library.xlsx"
    new = ("--name", "A", "--lon", "114.31", "--lat", "30.62", "--by", "me")
    assert reader.run("add", "projects", "add", library, "P-01", *new) == 0
    reader.run("set", "projects", "set", library, "P-01", "--state", "planned", "--year", "2027")
    reader.run("no state", "projects", "set", library, "P-01", "--state", "planed")
    reader.run("no id", "projects", "set", library, "P-9", "--state", "planned")
    reader.run("budget", "projects", "budget", library, "2027", "160000000")
    reader.run("list", "projects", "list", library)
    reader.run("history", "projects", "history", library)
    assert reader.run("export", "projects", "export", library, book) == 0
    reader.read(book)
    reader.run("import", "projects", "import", library, book)
    (tmp_path / "text.gpkg").write_text("no database", encoding="utf-8")
    reader.run("no library", "projects", "list", tmp_path / "text.gpkg")
    reader.run("absent", "projects", "list", tmp_path / "none.gpkg")
    assert reader.in_other_language(known) == []


def test_a_sample_is_written_in_one_language(reader, known, tmp_path):
    assert reader.run("sample", "sample", tmp_path / "demo") == 0
    assert reader.run("taken", "sample", tmp_path / "demo") == 2
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert reader.run("file", "sample", tmp_path / "file") == 2
    assert reader.in_other_language(known) == []


@pytest.mark.parametrize("fault", BROKEN_PROJECTS)
def test_what_is_wrong_with_a_project_is_said_in_one_language(fault, reader, known, tmp_path):
    folder = write_town(tmp_path / "town").parent
    (folder / "siting.yaml").write_text(BROKEN_PROJECTS[fault], encoding="utf-8")
    for name in ("text.xlsx", "text.geojson"):
        (folder / name).write_text("text", encoding="utf-8")
    arguments = (folder / "siting.yaml", "--out", tmp_path / "out", "--quiet")
    assert reader.run(fault, "analyze", *arguments) == 2
    assert reader.texts[fault].strip()
    assert reader.in_other_language(known) == []


@pytest.mark.parametrize("name", BROKEN_PLANS)
def test_what_is_wrong_with_a_plan_is_said_in_one_language(name, reader, known, tmp_path):
    path = tmp_path / name
    path.write_text(BROKEN_PLANS[name], encoding="utf-8")
    assert reader.run(name, "check", path) == 2
    assert reader.in_other_language(known) == []


def test_what_the_system_refuses_is_said_in_one_language(reader, known, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(HEAD + "indicators: {households: 3}\n", encoding="utf-8")
    assert reader.run("absent", "check", tmp_path / "none.yaml") == 2
    assert reader.run("name", "check", tmp_path / f"{'n' * 300}.yaml") == 2
    assert reader.run("folder", "check", plan, "--output", tmp_path / "none/a.txt") == 2
    assert reader.run("onto a folder", "check", plan, "--output", tmp_path) == 2
    assert reader.run("no pack", "rules", "lint", tmp_path / "none.yaml") == 2
    assert reader.run("no project", "analyze", tmp_path / "none.yaml") == 2
    assert reader.run("no baseline", "check", plan, "--baseline", tmp_path / "b.json") == 2
    assert reader.in_other_language(known) == []
