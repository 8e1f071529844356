"""The command line end to end: what it prints, what it writes and what it answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

import siting
from analysis_town import RULES, project_data, write_project, write_town
from siting.cli.app import run
from siting.words.catalogue import has, keys_of

HEAVY = (
    "geopandas",
    "pandas",
    "numba",
    "pyproj",
    "shapely",
    "scipy",
    "folium",
    "rasterio",
    "osmnx",
)
SUMMARY = "A reading room within 500 m"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town")).parent


@pytest.fixture(scope="module")
def easy(folder):
    """A project file of the town whose one rule every judged home passes."""
    text = RULES.split("  - id: town-market")[0].replace("at_most: 500", "at_most: 2000")
    (folder / "easy.yaml").write_text(text, encoding="utf-8")
    path = write_project(folder, project_data() | {"rules": ["easy.yaml"]})
    kept = folder / "easy-siting.yaml"
    path.rename(kept)
    write_project(folder, project_data())
    return kept


def process(*arguments, **environment):
    """Run siting as a process of its own, as a shell would."""
    code = "import sys; from siting.cli import main; main(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        check=False,
        env=os.environ | environment,
        timeout=120,
    )


def commands(language="en"):
    """Return every command with its path, such as ('rules', 'list')."""
    from siting.cli.app import app
    from siting.cli.help_words import spoken_command

    def below(command, path):
        inner = getattr(command, "commands", {})
        yield path, command
        for name, each in inner.items():
            yield from below(each, (*path, name))

    return dict(below(spoken_command(app, language), ()))


def test_findings_are_answered_with_one_and_the_last_line_is_the_path_of_the_map(
    folder, tmp_path, capsys
):
    out = tmp_path / "out"
    assert run(["analyze", str(folder / "siting.yaml"), "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == str(out / "map.html")
    assert (out / "map.html").is_file()
    assert SUMMARY in told.out
    assert "4 warnings" in told.err


def test_a_compliant_town_is_answered_with_nought(easy, tmp_path):
    assert run(["analyze", str(easy), "--out", str(tmp_path / "out"), "--quiet"]) == 0


def test_findings_can_be_let_pass(folder, tmp_path):
    options = ["--out", str(tmp_path / "out"), "--quiet", "--exit-zero"]
    assert run(["analyze", str(folder / "siting.yaml"), *options]) == 0


def test_bad_input_is_answered_with_two(tmp_path):
    assert run(["analyze", str(tmp_path / "none.yaml"), "--out", str(tmp_path / "out")]) == 2


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["analyse"], "No such command 'analyse'"),
        (["analyze"], "roject"),
        (["analyze", "siting.yaml", "--ot", "x"], "--ot"),
        (["analyze", "siting.yaml", "--out"], "--out"),
    ],
)
def test_bad_usage_is_answered_with_two_and_a_hint(arguments, hint, capsys):
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert hint in told.err
    assert "unforeseen" not in told.err
    assert "Traceback" not in told.err


def test_a_language_asked_for_outweighs_that_of_the_project(folder, tmp_path, monkeypatch, capsys):
    # The project of the town says English.
    command = ["analyze", str(folder / "siting.yaml"), "--out", str(tmp_path / "out"), "--no-map"]
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert run(command) == 1
    assert SUMMARY in capsys.readouterr().out
    monkeypatch.setenv("SITING_LANGUAGE", "zh")
    assert run(command) == 1
    told = capsys.readouterr()
    assert SUMMARY not in told.out
    assert "警告" in told.err


def test_only_what_is_named_is_written(folder, tmp_path, capsys):
    command = ["analyze", str(folder / "siting.yaml"), "--out", str(tmp_path / "out"), "--quiet"]
    assert run([*command, "--only", "findings,gaps"]) == 1
    always = {"summary.json", "data-report.json", "manifest.json"}
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"findings.parquet", "gaps.geojson"} | always
    assert run([*command, "--only", "findings,pap"]) == 2
    assert "'pap'" in capsys.readouterr().err


def test_a_language_nobody_speaks_is_refused(folder, tmp_path, capsys):
    options = ["--out", str(tmp_path / "out"), "--language", "fr"]
    assert run(["analyze", str(folder / "siting.yaml"), *options]) == 2
    assert "expected zh or en" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_json_on_standard_output_is_the_summary_and_nothing_else(folder, tmp_path, capsys):
    options = ["--out", str(tmp_path / "out"), "--json", "--straight-line"]
    assert run(["analyze", str(folder / "siting.yaml"), *options]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert any(rule["is_alternative"] for rule in told["rules"])


def test_straight_lines_are_told_below_the_rule_that_is_walked(folder, tmp_path, capsys):
    options = ["--out", str(tmp_path / "out"), "--straight-line"]
    run(["analyze", str(folder / "siting.yaml"), *options])
    told = [line[:40].rstrip() for line in capsys.readouterr().out.splitlines()]
    # The rule that binds stands before the one that recommends.
    first = next(row for row, line in enumerate(told) if "A reading room within 500" in line)
    assert told[first].startswith("A reading room within 500 m")
    assert told[first + 1].startswith("  – straight line: A reading room")
    assert told[first + 2].startswith("A food market within 10 minutes")
    assert told[first + 3].startswith("  – straight line: A food market")


def test_quiet_says_nothing(folder, tmp_path, capsys):
    options = ["--out", str(tmp_path / "out"), "--quiet"]
    run(["analyze", str(folder / "siting.yaml"), *options])
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


def test_chinese_is_spoken_on_request(folder, tmp_path, capsys):
    options = ["--out", str(tmp_path / "out"), "-l", "zh"]
    run(["analyze", str(folder / "siting.yaml"), *options])
    told = capsys.readouterr()
    assert "阅览室 500 米" in told.out
    assert "  ! 道路：路网中有与其他道路都不相连的碎片" in told.err


def test_the_folder_with_a_siting_yaml_stands_for_it(folder, tmp_path):
    assert run(["analyze", str(folder), "--out", str(tmp_path / "out"), "--quiet"]) == 1


def test_the_process_ends_with_the_exit_code_and_writes_utf8(folder, tmp_path):
    out = tmp_path / "结果"
    done = process(
        "analyze", folder / "siting.yaml", "--out", out, "-l", "zh", PYTHONIOENCODING="ascii"
    )
    assert done.returncode == 1
    assert done.stdout.decode("utf-8").splitlines()[-1] == str(out / "map.html")
    assert "阅览室 500 米" in done.stdout.decode("utf-8")


def test_errors_of_the_process_go_to_standard_error(tmp_path):
    done = process("analyze", tmp_path / "none.yaml")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"error: ")


def test_a_debugging_user_gets_the_trace(tmp_path):
    done = process("analyze", tmp_path / "none.yaml", SITING_DEBUG="1")
    assert done.returncode != 0
    assert b"Traceback" in done.stderr


def test_an_unforeseen_fault_is_owned_up_to_without_a_trace(monkeypatch, tmp_path, capsys):
    import siting.pipeline.gaps.analysis as module

    def broken(*_arguments, **_options):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(module, "analyze", broken)
    assert run(["analyze", "siting.yaml", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "unforeseen way (ZeroDivisionError: by zero)" in told
    assert "SITING_DEBUG=1" in told
    assert "Traceback" not in told


def test_a_run_that_is_stopped_by_hand_says_so(monkeypatch, tmp_path, capsys):
    import siting.pipeline.gaps.analysis as module

    def stopped(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "analyze", stopped)
    assert run(["analyze", "siting.yaml", "--out", str(tmp_path / "out")]) == 130
    assert "stopped; nothing was written" in capsys.readouterr().err


def test_help_shows_an_example_for_every_command(capsys):
    for path, command in commands().items():
        assert run([*path, "--help"]) == 0
        told = capsys.readouterr().out
        example = " ".join(("siting", *path))
        if getattr(command, "commands", None):
            assert "siting " in told
        else:
            assert f"  {example} " in told, f"siting {' '.join(path)} --help has no example"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_help_of_every_command_is_in_one_language(language, capsys):
    english = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
    for path in commands():
        assert run(["--language", language, *path, "--help"]) == 0
        told = re.sub(r"(?m)^ *(示例：|Example:)? +siting .*$|`.*?`", "", capsys.readouterr().out)
        told = re.sub(r"(?s)^.*?\n", "", told, count=1)
        wrong = english if language == "zh" else re.compile("[\u4e00-\u9fff]")
        assert wrong.findall(told) == [], path


def test_every_help_text_belongs_to_a_command_or_an_option():
    named = {"option.any.help"}
    for path, command in commands().items():
        name = "-".join(path) or "siting"
        named |= {f"command.{name}"}
        for each in command.params:
            own = f"option.{name}.{each.name}"
            named.add(own if has(own, "en") else f"option.any.{each.name}")
    assert {*keys_of("command", "en"), *keys_of("option", "en")} == named


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["analyze"], "缺少“项目文件”"),
        (["analyze", "x", "--ot", "y"], "没有选项 --ot"),
        (["analyse"], "没有命令“analyse”，现有：analyze、check、"),
        (["check", "x", "--status", "old"], "--status 的值“old”不可用，应为 new、renewal 之一"),
        (["check", "x", "--format"], "选项 --format 后面缺少值"),
        (["check", "x", "--quiet=1"], "选项 --quiet 不带值"),
        (["check", "x", "--languag", "zh"], "没有选项 --languag，是否指 --language？"),
        (["report", "x", "--maps", "-1"], "--maps 的值“-1”不可用，应不小于 0"),
        (["report", "x", "--maps", "few"], "--maps 的值“few”不可用，应为整数"),
        (["locate", "x", "--rule", "r", "--gap", "wide"], "--gap 的值“wide”不可用，应为数字"),
        (["diff", "a", "b", "c"], "多余的参数：c"),
    ],
)
def test_bad_usage_is_told_in_chinese(arguments, fault, capsys):
    assert run(["--language", "zh", *arguments]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"错误：{fault}")
    assert not re.search("[a-z]+ [a-z]+ [a-z]+", told)


def test_a_group_without_a_command_shows_its_help(capsys):
    assert run(["--language", "zh", "rules"]) == 2
    assert "用法：" in capsys.readouterr().err


def test_every_option_says_what_it_does():
    for path, command in commands().items():
        for parameter in command.params:
            assert getattr(parameter, "help", None), (path, parameter.name)


@pytest.mark.parametrize("path", [(), ("analyze",), ("sample",), ("rules",)])
def test_help_loads_nothing_heavy(path):
    code = (
        "import sys\n"
        "from siting.cli.app import run\n"
        f"assert run([*{path!r}, '--help']) == 0\n"
        "sys.stderr.write(' '.join(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
    assert loaded & {*HEAVY, "numpy"} == set()
    assert "siting" in loaded


def test_importing_siting_loads_nothing_heavy():
    code = "import sys, siting; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert not set(done.stdout.decode().split()) & {*HEAVY, "numpy"}


def test_the_version_is_that_of_the_package(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"siting {siting.__version__}\n"


def test_siting_alone_shows_its_help(capsys):
    assert run([]) in (0, 2)
    told = capsys.readouterr()
    assert "Commands:" in told.out + told.err


def test_the_public_names_are_there_and_a_wrong_one_is_an_attribute_error():
    assert all(getattr(siting, name) for name in siting.__all__)
    assert set(siting.__all__) <= set(dir(siting))
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = siting.analyse
