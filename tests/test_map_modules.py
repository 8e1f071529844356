"""The JavaScript of the map: its modules are checked, pass their own tests and make the bundle."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest

from siting.render.page import application


def command(name):
    """Return the path of a tool of Node, or skip; where Node is required its absence is a fault."""
    path = shutil.which(name)
    if path is None:
        missing(f"no {name} was found: install Node 18 or newer to test the JavaScript of the map")
    return path


def missing(reason):
    if os.environ.get("SITING_REQUIRE_NODE") == "1":
        pytest.fail(f"{reason} (SITING_REQUIRE_NODE is 1)")
    pytest.skip(reason)


@pytest.fixture
def npm(repository):
    """Return what runs a script of package.json with the tools that ``make js-tools`` installs."""
    path = command("npm")
    if not (repository / "node_modules" / "esbuild").is_dir():
        missing("the tools for the JavaScript of the map are not installed: run make js-tools")

    def run(script, *arguments):
        return run_in(repository, path, "run", "--silent", script, "--", *arguments)

    return run


def run_in(folder, *arguments):
    done = subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_modules_pass_their_own_tests(repository):
    node = command("node")
    files = sorted(map(str, (repository / "tests" / "map_modules").glob("*.test.js")))
    status, output = run_in(repository, node, "--test", "--test-reporter=tap", *files)
    assert status == 0, output
    assert int(re.search(r"^# pass (\d+)$", output, re.MULTILINE)[1]) > 80
    assert re.search(r"^# (?:fail|skipped|todo) [1-9]", output, re.MULTILINE) is None


def test_the_modules_are_formatted_and_clean_and_import_in_no_circle(npm):
    status, output = npm("lint")
    assert status == 0, output


@pytest.mark.usefixtures("npm")
def test_the_linter_sees_a_circle_of_imports(repository, tmp_path):
    shutil.copy(repository / "biome.json", tmp_path)
    folder = tmp_path / "src" / "siting" / "render" / "map_modules"
    folder.mkdir(parents=True)
    for one, other in (("a", "b"), ("b", "a")):
        lines = (f'import {{ {other} }} from "./{other}.js";', "", f"export const {one} = {other};")
        (folder / f"{one}.js").write_text("\n".join([*lines, ""]), encoding="utf-8")
    biome = shutil.which("biome", path=str(repository / "node_modules" / ".bin"))
    status, output = run_in(tmp_path, biome, "check", "--error-on-warnings")
    assert status != 0
    assert "noImportCycles" in output
    (folder / "a.js").write_text("export const a = 1;\n", encoding="utf-8")
    assert run_in(tmp_path, biome, "check", "--error-on-warnings")[0] == 0


def test_the_bundle_is_what_the_modules_make(npm, tmp_path):
    again = tmp_path / "map.js"
    status, output = npm("bundle", f"--outfile={again}")
    assert status == 0, output
    assert again.read_text(encoding="utf-8") == application(), "run make js"


def test_every_module_is_in_the_bundle(repository):
    folder = repository / "src" / "siting" / "render" / "map_modules"
    modules = {path.relative_to(repository).as_posix() for path in folder.rglob("*.js")}
    bundled = set(re.findall(r"^  // (src/\S+\.js)$", application(), re.MULTILINE))
    assert len(modules) > 40
    assert bundled == modules


def test_the_bundle_can_stand_inside_a_script_element():
    text = application()
    assert text.isascii()
    assert not re.search(r"</script|<!--", text, re.IGNORECASE)
    assert text.startswith("'use strict';")


def test_the_tools_are_pinned_and_come_without_a_lock_file(repository):
    package = json.loads((repository / "package.json").read_text(encoding="utf-8"))
    assert package["private"] is True
    assert "dependencies" not in package
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in package["devDependencies"].values())
    assert not (repository / "package-lock.json").exists()
