"""The examples of the documentation run, and do what the text beside them says.

A block ```yaml NAME``` is written to a file; the lines of ```sh``` are run, ``# exit N`` says with
which exit code; each line of a ```text``` block has to be in what the commands before it printed.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from siting.cli.app import run

BLOCK = re.compile(r"^```(\w+)[ \t]*(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ("validate-plans.md", "write-a-rule-pack.md")


@pytest.fixture(params=PAGES)
def blocks(request, repository):
    page = repository / "docs" / request.param
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert len(found) >= 8
    return found


def test_the_examples_of_a_page_do_what_it_says(blocks, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    told = ""
    for kind, name, text in blocks:
        if kind == "yaml":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        elif kind == "sh":
            told = "".join(printed(line, capsys) for line in text.splitlines())
        elif kind == "python":
            exec(compile(text, "example", "exec"), {})
        else:
            assert kind == "text"
            for line in text.splitlines():
                assert squeezed(line) in squeezed(told)


def printed(line, capsys):
    """Run one command of a page and return what it printed."""
    command, _, said = line.partition("#")
    wanted = re.search(r"exit (\d)", said)
    program, *arguments = shlex.split(command)
    assert program == "siting"
    capsys.readouterr()
    assert run(arguments) == (int(wanted.group(1)) if wanted else 0), line
    result = capsys.readouterr()
    return result.out + result.err


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


def test_every_option_and_command_that_a_page_names_is_there(repository, capsys):
    run(["check", "--help"])
    help_text = capsys.readouterr().out
    page = (repository / "docs" / "validate-plans.md").read_text(encoding="utf-8")
    named = set(re.findall(r"--[a-z][a-z-]+", page))
    assert {"--baseline", "--new-only", "--context", "--include"} <= named
    assert named <= set(re.findall(r"--[a-z-]+", help_text))


# the action, the hooks and the examples for other CI


@pytest.fixture
def plans(repository, tmp_path):
    """Return a folder with two plans, as a repository that uses the action has it."""
    for name in ("01-compliant", "02-elder-care-short"):
        folder = tmp_path / "plans" / name
        folder.mkdir(parents=True)
        source = repository / "data" / "plans" / name / "plan.yaml"
        text = source.read_text(encoding="utf-8").replace("江湾花园", name)
        (folder / "plan.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def action(repository):
    return yaml.safe_load((repository / "action.yml").read_text(encoding="utf-8"))


def check_step(repository, folder, **inputs):
    """Run the step that checks, with the environment that GitHub would give it."""
    document = action(repository)
    (step,) = [each for each in document["runs"]["steps"] if each.get("shell") == "python"]
    environment = dict(os.environ) | {"GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    for name, value in step["env"].items():
        key = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value).group(1)
        environment[name] = inputs.get(key.replace("-", "_"), document["inputs"][key]["default"])
    return subprocess.run(
        [sys.executable, "-c", step["run"]],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=environment,
        timeout=60,
    )


def test_the_action_annotates_and_summarizes_and_fails_as_the_check_does(repository, plans):
    ran = check_step(repository, plans, save="a.sarif\nb.html\n")
    assert ran.returncode == 1
    annotations = [line for line in ran.stdout.splitlines() if line]
    assert len(annotations) == 1
    place = "file=plans/02-elder-care-short/plan.yaml,line=20"
    assert annotations[0].startswith(f"::error {place},title=")
    assert "缺 35 m²" in (plans / "summary.md").read_text(encoding="utf-8")
    assert (plans / "a.sarif").is_file()
    assert (plans / "b.html").is_file()
    assert check_step(repository, plans, plans="plans/01-compliant").returncode == 0
    assert check_step(repository, plans, plans="nowhere").returncode == 2


def test_the_action_counts_missing_data_as_a_failure_unless_it_is_told_otherwise(repository, plans):
    source = repository / "data" / "plans" / "09-missing-data"
    assert check_step(repository, plans, plans=str(source)).returncode == 1
    ran = check_step(repository, plans, plans=str(source), allow_unknown="true")
    assert ran.returncode == 0


def test_no_input_of_the_action_is_run_or_taken_for_an_option(repository, plans):
    hostile = '"; import os; os.system("touch hacked") #'
    ran = check_step(repository, plans, plans=f"{hostile}\n--help", jurisdiction=hostile)
    assert ran.returncode == 2
    assert "2 个方案无法检查（共 2 个）" in ran.stderr
    assert not (plans / "hacked").exists()
    scripts = [step.get("run", "") for step in action(repository)["runs"]["steps"]]
    assert not any("${{" in script for script in scripts)


def test_every_input_of_the_action_is_used(repository):
    document = action(repository)
    text = (repository / "action.yml").read_text(encoding="utf-8")
    for name, each in document["inputs"].items():
        assert f"inputs.{name} }}}}" in text
        assert each["description"]


def test_the_hooks_take_plans_and_layers_and_leave_other_files(repository):
    text = (repository / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    hooks = {each["id"]: each for each in yaml.safe_load(text)}
    pattern = re.compile(hooks["siting-check"]["files"])
    for name in ("plans/a/plan.yaml", "plans/指标表.xlsx", "plans/a/site.geojson", "p.gpkg"):
        assert pattern.search(name)
    for name in ("plans/a/expected.yaml", "README.md", "plans/myplan.yaml.orig", "airplan.yaml"):
        assert not pattern.search(name)
    assert all(each["entry"].startswith("siting ") for each in hooks.values())


def test_the_script_of_the_gitlab_example_runs(repository, plans, monkeypatch, capsys):
    path = repository / "docs" / "ci" / "gitlab-ci.yml"
    job = yaml.safe_load(path.read_text(encoding="utf-8"))["siting"]
    monkeypatch.chdir(plans)
    (line,) = job["script"]
    assert printed(f"{line} # exit 1", capsys)
    kept = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert all((plans / name).is_file() for name in kept)


def test_the_github_example_gives_inputs_that_the_action_has(repository):
    path = repository / "docs" / "ci" / "github-workflow.yml"
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["check"]["steps"]
    (step,) = [each for each in steps if "siting@" in each["uses"]]
    assert set(step["with"]) <= set(action(repository)["inputs"])
