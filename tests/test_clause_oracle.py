"""A judge that knows only the words of a rule agrees with siting on random rules and plan files."""

from __future__ import annotations

import json
import math
import os
import random
import shutil

import geopandas as gpd
import yaml
from shapely import Point

import clause_files
import clause_oracle as oracle
import clause_plans
from analysis_town import CRS, place, write_town
from siting.cli.app import run
from siting.pipeline.plans.check import CheckOptions, check_plan, check_plans
from siting.rules.pack.measures import MEASURES

# Of every project that says no other.
SPEED_M_PER_MIN = 80

PLANS = int(os.environ.get("SITING_ORACLE_PLANS", "200"))
AT_ONCE = 40
STATES = (("active",), ("active", "unverified"), ("active", "draft", "unverified"))


def batch(seed, count, folder):
    """Return rules by id, the packs, and plans with their paths."""
    rng = random.Random(seed)
    rules = clause_plans.random_pack(rng)
    packs = clause_files.write_packs(rules, folder / "rules")
    plans = []
    for number in range(count):
        told = clause_plans.random_plan(rng, rules)
        plans.append((clause_files.write_plan(rng, told, f"p{number}", folder / "plans"), told))
    return {rule["id"]: rule for rule in rules}, packs, plans


def counted(rules, states):
    return {name: rule for name, rule in rules.items() if rule.get("status", "active") in states}


def expected_of(rules, told):
    found = {name: oracle.verdict(rule, told, rules) for name, rule in rules.items()}
    return {name: state for name, state in found.items() if state != oracle.ABSENT}


def governed(rules, told, expected):
    """Return the rule of the pair that another one decides instead of."""
    (first,) = [rule for rule in rules.values() if "supersedes" in rule]
    winner, loser = first["id"], first["supersedes"][0]
    both = {winner, loser}
    if not both <= set(expected) or "not_applicable" in map(expected.get, both):
        return {}
    needed = [oracle.required(rules[name], told) for name in (winner, loser)]
    if first["governs"] == "stricter" and None not in needed and needed[0] < needed[1]:
        winner, loser = loser, winner
    surely = oracle.condition_of(rules[winner], told) == oracle.PASS
    return {loser: winner} if surely and not oracle.waived(winner, told) else {}


def strength_of(rule):
    """A number that nobody has seen in its source only recommends."""
    unseen = rule.get("status") == "unverified" and rule["strength"] == "mandatory"
    return "recommended" if unseen else rule["strength"]


def test_siting_says_what_the_rules_say_of_random_plan_files(tmp_path):
    seen: dict[str, set[str]] = {}
    for start in range(0, PLANS, AT_ONCE):
        every, packs, plans = batch(start, min(AT_ONCE, PLANS - start), tmp_path / str(start))
        states = STATES[start // AT_ONCE % len(STATES)]
        rules = counted(every, states)
        options = CheckOptions(rules=tuple(packs), include=states)
        checks = check_plans([path for path, _ in plans], options)
        assert not checks.unreadable
        for (path, told), check in zip(plans, checks.checks, strict=True):
            for name, verdict in agreed(rules, told, check.findings, path).items():
                seen.setdefault(rules[name]["measure"], set()).add(verdict)
        shutil.rmtree(tmp_path / str(start))
    assert set(seen) == {name for name, each in MEASURES.items() if "plan" in each.subjects}
    for name, verdicts in seen.items():
        # Nobody knows the elderly of a plan.
        least = {"unknown"} if name == "beds_per_1000_elderly" else {"pass", "fail", "unknown"}
        assert least <= verdicts, name


def agreed(rules, told, findings, path):
    """Return the verdicts that both give, with strength, waiver and what governs."""
    expected = expected_of(rules, told)
    found = {each.rule_id: each for each in findings if each.rule_id.startswith("r-")}
    assert set(found) == set(expected), path
    winners = governed(rules, told, expected)
    for name, verdict in expected.items():
        finding, rule = found[name], rules[name]
        assert finding.verdict == verdict, (path, rule, told, finding)
        assert (finding.waived is not None) == oracle.waived(name, told), (path, name)
        assert finding.strength == strength_of(rule)
        assert finding.governed_by == winners.get(name, ""), (path, name)
    return expected


def test_the_command_says_the_same_and_its_exit_code_follows(tmp_path, capsys):
    every, packs, plans = batch(7, 12, tmp_path)
    rules = counted(every, ("active",))
    options = [part for pack in packs for part in ("--rules", str(pack))]
    for path, told in plans:
        code = run(["check", str(path), *options, "--format", "json", "--quiet"])
        findings = json.loads(capsys.readouterr().out)["findings"]
        expected = expected_of(rules, told)
        found = {each["rule_id"]: each for each in findings}
        assert {name: found[name]["verdict"] for name in expected} == expected
        winners = governed(rules, told, expected)
        broken = [
            name
            for name, state in expected.items()
            if state in ("fail", "unknown") and rules[name]["strength"] == "mandatory"
            and name not in winners and not oracle.waived(name, told)
        ]  # fmt: skip
        own = [each for each in findings if each["rule_id"].startswith("plan-")]
        assert code == int(bool(broken) or any(each["verdict"] == "fail" for each in own)), path


def test_siting_says_how_far_the_homes_of_random_plans_are(tmp_path):
    """Homes stand within 40 m of High Street; 10 m off it, at x = 900, is the reading room."""
    town, rng = write_town(tmp_path / "town"), random.Random(0)
    seen = set()
    for number in range(max(PLANS // 25, 1)):
        homes = [(rng.randint(0, 1000), rng.randint(-40, 40)) for _ in range(rng.choice([1, 3]))]
        own = [(rng.randint(0, 1000), rng.randint(-40, 40))] if rng.random() < 0.3 else []
        ways = {"walking_distance": walked, "straight_line": straight, "walking_time": timed}
        farthest = {
            name: max(min(way(home, room) for room in [(900, -10), *own]) for home in homes)
            for name, way in ways.items()
        }
        limits = {name: int(far) + rng.choice([-1, 0, 1, 90]) for name, far in farthest.items()}
        limits = {name: max(limit, 0) for name, limit in limits.items()}
        folder = write_drawn(tmp_path / f"d{number}", homes, own, rng.choice(["", "", town]))
        pack = write_reach(tmp_path / f"d{number}" / "reach-rules.yaml", limits)
        check = check_plan(folder, rules=[pack])
        has_city = bool(check.plan.context)
        for name, limit in limits.items():
            verdict = ("pass" if farthest[name] <= limit else "fail") if has_city else "unknown"
            assert check.finding(f"r-{name.replace('_', '-')}").verdict == verdict, (folder, name)
            seen.add(verdict)
    assert PLANS < 200 or seen == {"pass", "fail", "unknown"}


def walked(home, room):
    return abs(home[1]) + abs(home[0] - room[0]) + abs(room[1])


def straight(home, room):
    return math.dist(home, room)


def timed(home, room):
    return walked(home, room) / SPEED_M_PER_MIN


def write_drawn(folder, homes, own, context):
    folder.mkdir()
    data = {"name": folder.name, "jurisdiction": "cn", "date": "2026-11-01"}
    layers = {"buildings": (homes, {"home_id": range(len(homes)), "households": 9})}
    if own:
        layers["facilities"] = (own, {"facility_id": ["own"], "facility_type": "reading_room"})
    for name, (places, columns) in layers.items():
        shapes = [place(Point(each)) for each in places]
        frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
        frame.to_file(folder / f"{name}.gpkg")
    data |= {"layers": {name: f"{name}.gpkg" for name in layers}}
    data |= {"context": str(context)} if context else {}
    (folder / "plan.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return folder


def write_reach(path, limits):
    rules = [
        {
            "id": f"r-{name.replace('_', '-')}",
            "title": {"zh": "甲", "en": "A"},
            "applies_to": {"subject": "home"},
            "strength": "mandatory",
            "measure": name,
            "facility_types": ["reading_room"],
            "require": {"at_most": limit, "unit": "min" if name == "walking_time" else "m"},
            "source": {"clause": "1", "quote": "x", "confidence": "B"},
        }
        for name, limit in limits.items()
    ]
    document = {"title": {"zh": "甲", "en": "A"}, "issuer": "乙", "url": "https://example.org"}
    data = {"document": document, "jurisdiction": "cn", "rules": rules}
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path
