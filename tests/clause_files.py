"""Rule packs and plans as files: YAML, and indicator tables in the units that planners write.

Every figure is exact in the unit that it is written in, so that judge and siting read one number.
"""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook

from clause_plans import PLACES, TYPES, decimals_of
from clause_told import Room, Told

TAILS = {
    "floor_area_m2": "建筑面积",
    "land_area_m2": "用地面积",
    "places": "托位数",
    "beds": "床位数",
    "classes": "班数",
    "count": "数量",
}
WHOLE = {
    "households": "居住户数",
    "population": "居住人口",
    "persons_per_household": "户均人口",
    "total_floor_area_m2": "总建筑面积",
    "above_ground_floor_area_m2": "地上建筑面积",
    "underground_floor_area_m2": "地下建筑面积",
    "residential_floor_area_m2": "住宅建筑面积",
    "site_area_m2": "用地面积",
    "green_share": "绿地率",
    "parking_spaces": "机动车停车位",
}
AREA = {"㎡": 1, "m2": 1, "平方米": 1, "ｍ²": 1, "万㎡": 10**4, "公顷": 10**4, "hm²": 10**4,
        "千㎡": 1000, "亩": Fraction(10**4, 15)}  # fmt: skip
UNITS: dict[str, dict[str, int | Fraction]] = {
    "households": {"户": 1, "套": 1, "百户": 100, "千户": 1000, "万户": 10**4},
    "population": {"人": 1, "百人": 100, "千人": 1000, "万人": 10**4},
    "persons_per_household": {"人/户": 1},
    "green_share": {"%": Fraction(1, 100), "‰": Fraction(1, 1000), "％": Fraction(1, 100)},
    "parking_spaces": {"辆": 1, "个": 1, "百辆": 100},
    "places": {"个": 1, "托位": 1, "座": 1},
    "beds": {"床": 1, "张": 1, "百床": 100},
    "classes": {"班": 1},
    "count": {"处": 1, "所": 1, "个": 1},
}


def units_of(key: str) -> dict[str, int | Fraction]:
    return UNITS.get(key.partition(".")[0], AREA)


class Plain(yaml.SafeDumper):
    """Writes every value out: siting reads no aliases."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def write_packs(rules: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Write a pack for each place."""
    folder.mkdir(parents=True)
    paths = []
    for place in PLACES:
        mine = [
            {key: value for key, value in rule.items() if key != "jurisdiction"}
            for rule in rules
            if rule["jurisdiction"] == place
        ]
        document = {"title": {"zh": "甲", "en": "A"}, "issuer": "乙", "url": "https://example.org"}
        pack = {"document": document, "jurisdiction": place, "rules": mine}
        paths.append(folder / f"{place}.yaml")
        _dump(pack, paths[-1])
    return paths


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Fraction | Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def write_plan(rng: random.Random, told: Told, name: str, folder: Path) -> Path:
    """Write a plan as YAML, with a workbook, or as a workbook alone with its place beside it."""
    home = folder / name
    home.mkdir(parents=True)
    alone = not (told.rooms or told.phases or told.waivers or told.reasons)
    in_table = bool(told.figures) and (alone or rng.random() < 0.5)
    head = {"jurisdiction": told.place, "date": told.day, "status": told.status}
    if in_table:
        write_table(rng, told.figures, home / "table.xlsx")
    if alone and in_table:
        _dump(head, home / "plans.yaml")
        return home / "table.xlsx"
    data = {"name": name, **head, "indicators": "table.xlsx" if in_table else _nested(told.figures)}
    data |= {"facilities": [_room(room) for room in told.rooms]}
    data |= {"phases": [{"name": each, **_nested(figures)} for each, figures in told.phases]}
    data |= {"waivers": [
        {"rule": rule, "reason": "r", "approver": "a", "expires": end, "subject": subject}
        for rule, end, subject in told.waivers
    ]}  # fmt: skip
    data |= {"reasons": dict.fromkeys(sorted(told.reasons), "no land")}
    _dump({key: value for key, value in data.items() if value}, home / "plan.yaml")
    return home


def _dump(data: dict[str, Any], path: Path) -> None:
    text = yaml.dump(_plain(data), Dumper=Plain, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def _nested(figures: dict[str, Fraction]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in figures.items():
        quantity, dot, code = key.partition(".")
        if dot:
            found.setdefault(quantity, {})[code] = value
        else:
            found[key] = value
    return found


def _room(room: Room) -> dict[str, Any]:
    given = {"phase": room.phase, "floor_level": room.level, "own_entrance": room.entrance,
             "complex": room.complex}  # fmt: skip
    kept = {key: value for key, value in given.items() if value not in (None, "")}
    return {"facility_type": list(room.types), **room.sizes, **kept}


def write_table(rng: random.Random, figures: dict[str, Fraction], path: Path) -> None:
    """Write an indicator table: units in the cell, the label or a column, digits of all kinds."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("经济技术指标")
    has_units = rng.random() < 0.5
    sheet.append(["指标", "单位", "数值"] if has_units else ["指标", "数值"])
    for key, value in figures.items():
        label = label_of(key)
        unit = rng.choice([
            name for name, worth in units_of(key).items() if decimals_of(value / worth) <= 4
        ])  # fmt: skip
        text = number_text(rng, value / Fraction(units_of(key)[unit]))
        if has_units:
            sheet.append([label, rng.choice([unit, f"（{unit}）"]), text])
        elif rng.random() < 0.5 and isinstance(text, str):
            sheet.append([label, f"{text}{rng.choice(['', ' '])}{unit}"])
        else:
            sheet.append([f"{label}（{unit}）", text])
    book.save(path)


def label_of(key: str) -> str:
    quantity, dot, code = key.partition(".")
    if not dot:
        return WHOLE[key]
    tail = "学位数" if quantity == "places" and code == "kindergarten" else TAILS[quantity]
    return TYPES[code][0] + tail


def number_text(rng: random.Random, value: Fraction) -> str | float:
    """Write a number as a cell holds it: a number, or text with separators and wide digits."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    plain = f"{number.normalize():f}"
    way = rng.choice(["number", "text", "separated", "wide", "spaces"])
    if way == "number":
        return int(number) if number == int(number) else float(number)
    if way in ("separated", "wide"):
        plain = f"{Decimal(plain):,}"
    if way == "wide":
        plain = plain.translate(str.maketrans("0123456789,.", "０１２３４５６７８９，．"))
    return f" {plain} " if way == "spaces" else plain
