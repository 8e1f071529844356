"""Projects, plans, packs, reports, libraries, tables of text and names of files, spoiled."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path

import yaml

from analysis_town import CRS
from hostile.base import PLAN, PLAN_ROWS, ROLES, analyze, dump, with_layer
from hostile.values import (
    MARK,
    NUMBER_TEXTS,
    NUMBERS,
    TEXTS,
    spoiled_bytes,
    spoiled_data,
    spoiled_zip,
)
from plan_book import write_book


def project(random, town):
    data = with_layer(random.choice(list(ROLES)), "homes.gpkg")
    data["layers"]["facilities"] = [
        {"path": "facilities.csv", "crs": CRS, "longitude": "x", "latitude": "y",
         "encoding": "utf-8", "columns": {"name": "name"}, "where": {"name": ["library"]},
         "facility_type": {"column": "facility_type", "map": {"a": "elder_care"}}},
        {"path": "facilities.gpkg"},
    ]  # fmt: skip
    data["layers"]["population"] = {"path": "people.tif", "group": "elderly", "band": 1}
    data["layers"]["residential"]["encoding"] = random.choice(("undefined", "idna", "hex", "gbk"))
    data["parameters"] = {"walking_speed_m_per_min": 80, "max_access_m": 200,
                          "persons_per_household": 2.5}  # fmt: skip
    data["crs"] = CRS
    if random.random() < 0.3:
        dump(data, town / "siting.yaml")
        (town / "siting.yaml").write_bytes(
            spoiled_bytes(random, (town / "siting.yaml").read_bytes())
        )
        command = ["analyze", str(town / "siting.yaml"), "--out", str(town.parent / "out"), "-q"]
        return "bytes", command
    return "values", analyze(town, spoiled_data(random, data))


_FORMATS = ("text", "json", "markdown", "html", "sarif", "junit", "github")


def _check(random, *arguments):
    return ["check", *map(str, arguments), "--format", random.choice(_FORMATS), "--quiet"]


def plan(random, town):
    path = town / "plan.yaml"
    if random.random() < 0.3:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
        told = "bytes"
    else:
        plan = json.loads(json.dumps(PLAN))
        if random.random() < 0.3:
            plan["indicators"] = {"path": "plan.xlsx", "sheet": "指标", "column": "数值"}
            plan["layers"] = {"site": "areas.gpkg", "buildings": {"path": "homes.gpkg"},
                              "facilities": "facilities.geojson"}  # fmt: skip
        dump(spoiled_data(random, plan), path)
        told = "values"
    return told, _check(random, path)


def plan_book(random, town):
    path = town / "plan.xlsx"
    if random.random() < 0.5:
        path.write_bytes(spoiled_zip(random, path.read_bytes()))
        return "bytes", _check(random, path)
    rows = [list(row) for row in PLAN_ROWS]
    for _ in range(random.choice((1, 2, 4))):
        row, column = random.randrange(len(rows)), random.randrange(3)
        value = random.choice((*NUMBER_TEXTS, *TEXTS, *(n for n in NUMBERS if not math.isnan(n))))
        if isinstance(value, str):
            value = "".join(c for c in value if c.isprintable() or c in "\r\n\u2028")[:32_000]
            value = value.encode("utf-8", "replace").decode()
        rows[row][column] = value
    write_book(path, rows)
    return "values", _check(random, path)


def plan_layer(random, town):
    name = random.choice(("plan.gpkg", "plan.geojson"))
    path = town / name
    path.write_bytes(spoiled_bytes(random, path.read_bytes()))
    return name, _check(random, path, "--date", "2026-11-01", "--jurisdiction", "cn-hubei-wuhan")


def pack(random, town):
    repository = Path(__file__).resolve().parents[2]
    packs = sorted((repository / "rules" / "cn").rglob("*.yaml"))
    data = yaml.safe_load(random.choice(packs).read_text("utf-8"))
    data = json.loads(json.dumps(data, default=str))
    if "rules" not in data:
        data = yaml.safe_load((town / "rules.yaml").read_text("utf-8"))
    rules = data["rules"]
    data["rules"] = [random.choice(rules)]
    cases = data["rules"][0].setdefault(
        "cases", [{"name": "a", "households": 1, "verdict": "pass"}]
    )
    part = random.choice((data, data["rules"][0], {"cases": cases}))
    spoiled_data(random, part)
    if random.random() < 0.2:
        data["rules"][0]["cases"] = part.get("cases")
    path = town / "pack.yaml"
    dump(data, path)
    if random.random() < 0.2:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
    command = random.choice((
        ["rules", "lint", str(path)], ["rules", "test", str(path)], ["rules", "list", str(path)],
        _check(random, town / "plan.yaml", "--rules", path),
    ))  # fmt: skip
    return command[1] if command[0] == "rules" else "check", command


def report(random, town):
    path = town / "old.json"
    report = json.loads((town / "report.json").read_text("utf-8"))
    if random.random() < 0.3:
        path.write_bytes(spoiled_bytes(random, (town / "report.json").read_bytes()))
    else:
        path.write_text(json.dumps(spoiled_data(random, report)), "utf-8", errors="surrogatepass")
    return "report", random.choice((
        _check(random, town / "plan.yaml", "--baseline", path),
        ["diff", str(path), str(town / "report.json")],
        ["explain", "wuhan-elder-care-floor-area", str(path)],
    ))  # fmt: skip


def library(random, town):
    path = town / "library.gpkg"
    if random.random() < 0.5:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
    else:
        base = sqlite3.connect(path)
        column = random.choice(
            ("name", "state", "functions", "floor_area_m2", "year", "community", "longitude")
        )
        value = random.choice((*TEXTS, *NUMBERS, b"\xff\x00", 2**62))
        if isinstance(value, str):
            value = value.encode("utf-8", "replace").decode()
        base.execute(f"UPDATE projects SET {column} = ?", (value,))
        if random.random() < 0.3:
            base.execute("INSERT INTO budgets (year, amount_cny) VALUES (?, ?)", (2030, value))
        if random.random() < 0.2:
            base.execute(f"ALTER TABLE projects DROP COLUMN {column}")
        base.commit()
        base.close()
    return "library", random.choice((
        ["projects", "list", str(path)], ["projects", "history", str(path)],
        ["projects", "budget", str(path)], ["projects", "list", str(path), "--json"],
        ["projects", "export", str(path), str(town.parent / "out.xlsx")],
        ["projects", "set", str(path), "a", "--state", "planned"],
    ))  # fmt: skip


def table_text(random, town):
    """A CSV as text: long fields, quotes, odd encodings and separators."""
    path = town / "facilities.csv"
    text = path.read_text("utf-8")
    text = random.choice((
        lambda: text.replace("market", '"' + "y" * 200_000 + '"', 1),
        lambda: text.replace("market", '"' + "y" * 200_000, 1),
        lambda: text.replace(",", "\0"),
        lambda: text * 2,
        lambda: text.replace("\n", "\r"),
        lambda: "," * 10_000 + "\n" + text,
        lambda: text.replace("x", random.choice(TEXTS), 1),
        lambda: text.replace("reading_room", random.choice(TEXTS)),
        lambda: text.replace("500", random.choice(NUMBER_TEXTS), 1),
        lambda: "\n" * 5000 + text,
    ))()  # fmt: skip
    data = with_layer("facilities", "facilities.csv")
    layer = data["layers"]["facilities"][0]
    encoding = random.choice(("utf-8", "utf-16", "gbk", "utf-8-sig", "utf-7"))
    path.write_bytes(text.encode(encoding, "replace"))
    if random.random() < 0.5:
        layer["encoding"] = random.choice(
            ("utf-8", "undefined", "idna", "punycode", "hex", "utf-16", "rot13", "", "x" * 999,
             "unicode_escape", "raw_unicode_escape", "utf-7", "base64", "mbcs", "oem")
        )  # fmt: skip
    return f"csv {encoding} {layer.get('encoding', '')[:20]}", analyze(town, data)


def prj(random, town):
    role = random.choice(("residential", "facilities", "streets"))
    text = random.choice((
        "", "GEOGCS[]", 'PROJCS["x"', "EPSG:4547", 'LOCAL_CS["Local",UNIT["m",1]]', "\xff\xfe" * 40,
        'GEOGCS["a",DATUM["b",SPHEROID["c",0,0]],PRIMEM["g",0],UNIT["d",0]]', "x" * 1_000_000,
        ('PROJCS["x",GEOGCS["a",DATUM["b",SPHEROID["c",6378137,298.25]],PRIMEM["g",0],'
         'UNIT["d",0.0174532925199433]],PROJECTION["Nothing"],UNIT["m",1]]'),
        'VERT_CS["x",VERT_DATUM["y",2005],UNIT["m",1]]', "+proj=longlat +datum=WGS84 +lon_0=nan",
        '{"type": "ProjectedCRS"}', "GEOCCS", *TEXTS[:6],
    ))  # fmt: skip
    (town / f"{ROLES[role]}.prj").write_text(text, "utf-8", errors="surrogatepass")
    return f"{role} {text[:30]!r}", analyze(town, with_layer(role, f"{ROLES[role]}.shp"))


def names(random, town):
    """Paths that are too long, hold line breaks, or are no text."""
    name = random.choice(
        ("a" * 300, "a/" * 3000, f"a\n{MARK}::error::owned.gpkg", "\x1b[31m.gpkg", "a\0b", "con",
         "..", "/", "~", "/dev/zero", "/dev/stdin", "-", "a" * 250 + ".csv", "homes.gpkg/inside")
    )  # fmt: skip
    if random.random() < 0.5:
        data = with_layer(random.choice(list(ROLES)), name)
        return f"layer {name[:30]!r}", analyze(town, data)
    out = f"{town.parent / 'out'}/{name}".replace("\0", "")
    return f"argument {name[:30]!r}", random.choice((
        ["analyze", name.replace("\0", ""), "--quiet"],
        ["check", name.replace("\0", "")] if name != "/" else ["check", out],
        ["check", str(town / "plan.yaml"), "--output", out],
        ["analyze", str(town / "siting.yaml"), "--quiet", "--no-map", "--out", out],
        ["projects", "list", out],
        ["rules", "lint", out],
        ["diff", out, out],
        ["map", str(town / "siting.yaml"), "--quiet", "--out", out],
    ))  # fmt: skip
