"""A hostile text in every field that takes one, in every output format, is text and nothing else.

The fields are found in the models, so that a new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from io import StringIO

import defusedxml.ElementTree
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import yaml

from analysis_town import RULES, project_data, write_project, write_town
from siting.cli.app import run
from siting.loaders.plan.read import plan_json_schema
from siting.pipeline.gaps.outputs import _WRITERS
from siting.report.plan.formats import FORMATS
from siting.rules.pack.schema import pack_schema
from siting.tables import AREAS, FACILITIES, RESIDENTIAL, STREETS

MARK = "EVIL"
HOSTILE = (
    f"a\n{MARK}::error::owned\r{MARK}\x85{MARK}\u2028\x1b[31m\x07\u202e</script>"
    f"<script>alert(1)</script><img src=x onerror=alert(2)>##[error]{MARK} |`**[x](y)"
)
HARMLESS = "abc"

PLAN = {
    "name": "Garden",
    "jurisdiction": "cn-hubei-wuhan",
    "date": "2026-11-01",
    "indicators": {"households": 1250, "floor_area_m2": {"reading_room": 10}},
    "facilities": [{"id": "f", "name": "F", "facility_type": "reading_room", "phase": "one",
                    "floor_area_m2": 10}],
    "phases": [{"name": "one", "households": 600}],
    "waivers": [{"rule": "town", "reason": "r", "approver": "Li", "expires": "2027-01-01"}],
}  # fmt: skip
PACK = {
    "document": {"title": {"zh": "规", "en": "Code"}, "number": "1", "issuer": "i",
                 "url": "https://example.org"},
    "jurisdiction": "cn",
    "rules": [
        {
            "id": rule, "title": {"zh": "室", "en": "Room"}, "applies_to": {"subject": "plan"},
            "strength": "mandatory", "measure": "minimum_floor_area",
            "facility_types": ["reading_room"], "require": {"at_least": 300, "unit": "m2"},
            "source": {"clause": "1", "quote": "300 m2", "confidence": "B"},
        }
        for rule in ("town", "city")
    ],
}  # fmt: skip
# Where a model stands in the documents above; those that are not named stand in none of them.
IN_PLAN = {
    "PlanFile": (), "FacilityRow": ("facilities", 0), "PhaseRow": ("phases", 0),
    "WaiverRow": ("waivers", 0), "IndicatorFile": ("indicators",),
    **dict.fromkeys(("FileLayer",), ("layers", "site")),
    **dict.fromkeys(("ResidentialLayer",), ("layers", "buildings")),
    **dict.fromkeys(("FacilityLayer",), ("layers", "facilities")),
    "LayerFacilityType": ("layers", "facilities", "facility_type"), "PlanLayers": ("layers",),
}  # fmt: skip
IN_PACK = {
    "rules": (), "Document": ("document",), "Title": ("rules", 1, "title"),
    "RuleText": ("rules", 1), "AppliesTo": ("rules", 1, "applies_to"),
    "Require": ("rules", 1, "require"), "Source": ("rules", 1, "source"),
    "Case": ("rules", 1, "cases", 0), "Condition": ("rules", 1, "where", 0),
    "Options": ("rules", 1, "options"), "Alternative": ("rules", 1, "alternatives", 0),
    "Band": ("rules", 1, "require", "bands", 0), "InForce": ("document", "in_force"),
    "Within": ("rules", 1, "within"), "Zone": ("rules", 1, "zone"),
    "Functions": ("rules", 1, "functions"), "AreaSharing": ("rules", 1, "area_sharing"),
}  # fmt: skip


def text_fields(schema):
    """Yield the model and the name of every field that takes a text of any kind."""
    for model, part in {schema.get("title", ""): schema, **schema["$defs"]}.items():
        for name, field in part.get("properties", {}).items():
            choices = [field, *field.get("anyOf", [])]
            if any(
                each.get("type") == "string" and not {"enum", "const", "format"} & set(each)
                for each in choices
            ):
                yield model, name


PLAN_FIELDS = sorted(set(text_fields(plan_json_schema())))
PACK_FIELDS = sorted(set(text_fields(pack_schema())))


def put(document, place, name, text):
    """Set a field of a copy, making what leads to it."""
    document = copy.deepcopy(document)
    at = document
    for step, following in zip(place, (*place[1:], "")[: len(place)], strict=True):
        empty = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            while len(at) <= step:
                at.append({})
        elif not isinstance(at.get(step), dict | list):
            at[step] = empty
        at = at[step]
    at[name] = text
    return document


def told(folder, plan, pack, capsys, *, format_="text", language="en"):
    """Check a plan and return exit code, standard output and standard error."""
    for name, data in (("plan.yaml", plan), ("pack.yaml", pack)):
        (folder / name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    code = run(
        ["--language", language, "check", str(folder / "plan.yaml"), "--rules",
         str(folder / "pack.yaml"), "--format", format_, "--verbose"]
    )  # fmt: skip
    return code, *capsys.readouterr()


def assert_harmless(text, *, may_command=False):
    for bad in ("\x1b", "\x07", "\x85", "\u202e", "\u2028", "\r"):
        assert bad not in text
    for line in text.split("\n"):
        assert not line.lstrip().startswith((MARK, "##["))
        assert may_command or not line.lstrip().startswith("::")


def test_every_model_with_texts_has_its_place_here():
    assert {model for model, _ in PLAN_FIELDS} <= set(IN_PLAN)
    assert {model for model, _ in PACK_FIELDS} <= set(IN_PACK)


@pytest.mark.parametrize(("model", "name"), PLAN_FIELDS)
def test_a_hostile_text_in_a_field_of_a_plan_is_told_harmlessly(model, name, tmp_path, capsys):
    plan = put(PLAN, IN_PLAN[model], name, HOSTILE)
    code, out, err = told(tmp_path, plan, PACK, capsys)
    assert code in (1, 2)
    assert "unforeseen" not in err
    assert_harmless(out)
    assert_harmless(err)


@pytest.mark.parametrize(("model", "name"), PACK_FIELDS)
def test_a_hostile_text_in_a_field_of_a_pack_is_told_harmlessly(model, name, tmp_path, capsys):
    pack = put(PACK, IN_PACK[model], name, HOSTILE)
    code, out, err = told(tmp_path, PLAN, pack, capsys)
    assert code in (1, 2)
    assert "unforeseen" not in err
    assert_harmless(out)
    assert_harmless(err)


class Tags(HTMLParser):
    """Collects the names of the tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))


def everywhere(text, folder, capsys):
    """Return plan and pack with a text in every field that takes it in a document that is read."""
    plan, pack = PLAN, PACK
    for model, name in PLAN_FIELDS:
        changed = put(plan, IN_PLAN[model], name, text)
        if not name.endswith("path") and told(folder, changed, pack, capsys)[0] != 2:
            plan = changed
    for model, name in PACK_FIELDS:
        changed = put(pack, IN_PACK[model], name, text)
        if told(folder, plan, changed, capsys)[0] != 2:
            pack = changed
    return plan, pack


def filled(document, text):
    """Return a document with another text where the hostile one stands."""
    return json.loads(json.dumps(document).replace(json.dumps(HOSTILE)[1:-1], text))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_change_the_form_of_no_output(language, tmp_path, capsys):
    plan, pack = everywhere(HOSTILE, tmp_path, capsys)
    assert json.dumps([plan, pack]).count(MARK) > 3 * 10  # ten fields at least are reached
    for name in FORMATS:
        code, out, err = told(tmp_path, plan, pack, capsys, format_=name, language=language)
        assert code == 1
        assert_harmless(err)
        assert_harmless(out, may_command=name == "github")
        calm = told(
            tmp_path, filled(plan, HARMLESS), filled(pack, HARMLESS), capsys, format_=name,
            language=language,
        )[1]  # fmt: skip
        if name in ("json", "sarif"):
            json.loads(out)
        elif name == "junit":
            tags = [each.tag for each in defusedxml.ElementTree.fromstring(out).iter()]
            assert tags == [each.tag for each in defusedxml.ElementTree.fromstring(calm).iter()]
        elif name == "html":
            assert Tags(out).found == Tags(calm).found
        elif name == "github":
            assert out.count("\n") == calm.count("\n")


# --- the analysis of a city --------------------------------------------------------------------

TABLES = {"residential": RESIDENTIAL, "facilities": FACILITIES, "areas": AREAS, "streets": STREETS}
# Codes of closed lists, and ids that other layers name.
CODES = {"facility_type", "level", "highway"}


def hostile_town(folder, text):
    """Write the town with a text in every column of texts, and in the project's name."""
    path = write_town(folder)
    for layer, spec in TABLES.items():
        stem = "homes" if layer == "residential" else layer
        frame = gpd.read_file(folder / f"{stem}.gpkg")
        for column in spec.columns:
            if column.kind == "text" and column.name not in CODES:
                frame[column.name] = [f"{text}{row}" for row in range(len(frame))]
        frame.to_file(folder / f"{stem}.gpkg", engine="pyogrio")
    gates = gpd.read_file(folder / "gates.gpkg").assign(subject_id=f"{text}2")
    gates.to_file(folder / "gates.gpkg", engine="pyogrio")
    data = project_data()
    (folder / "rules.yaml").write_text(
        RULES.replace("en: Town code", f"en: {json.dumps(text)}"), encoding="utf-8"
    )
    return write_project(folder, data | {"name": text}) and path


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Analyze the hostile town and the calm one, and draw the report of each."""
    made = {}
    for name, text in (("hostile", HOSTILE), ("calm", HARMLESS)):
        folder = tmp_path_factory.mktemp(name)
        project = str(hostile_town(folder / "town", text))
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            assert run(["analyze", project, "--out", str(folder / "out")]) == 1
            assert run(["report", project, "--out", str(folder / "out.html")]) == 0
        made[name] = (folder, out.getvalue(), err.getvalue())
    return made


def test_the_summary_of_a_hostile_town_is_harmless(results):
    _, out, err = results["hostile"]
    assert MARK in out + err
    assert_harmless(out)
    assert_harmless(err)


@pytest.mark.parametrize("name", ["out/map.html", "out.html"])
def test_no_text_of_a_hostile_town_becomes_a_part_of_a_page(name, results):
    pages = {kind: (made[0] / name).read_text("utf-8") for kind, made in results.items()}
    found = {kind: Counter(Tags(page).found) for kind, page in pages.items()}
    assert found["hostile"] == found["calm"]
    assert MARK in pages["hostile"]
    assert "<script>alert" not in pages["hostile"]


def test_every_other_file_of_a_hostile_town_holds_the_texts_as_texts(results):
    out = results["hostile"][0] / "out"
    looked_at = set()
    for path in out.iterdir():
        looked_at.add(path.name)
        if path.suffix in (".json", ".geojson"):
            json.loads(path.read_text("utf-8"))
            assert "\x1b" not in path.read_text("utf-8")
        elif path.suffix == ".parquet":
            assert len(pd.read_parquet(path, columns=None)) > 0
        elif path.suffix == ".gpkg":
            assert len(gpd.list_layers(path)) > 0
        elif path.suffix == ".xlsx":
            cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet for c in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
        elif path.suffix == ".svg":
            # A picture holds no script, no link and no foreign object.
            tags = [each.tag.rpartition("}")[2] for each in
                    defusedxml.ElementTree.fromstring(path.read_text("utf-8")).iter()]  # fmt: skip
            assert not {"script", "a", "foreignObject", "image"} & set(tags)
        else:
            assert path.name == "map.html"
    assert looked_at >= set(_WRITERS)
