"""What the documentation says is what the code does."""

from __future__ import annotations

import importlib.util
import re
import sys

import grimp
import pytest


def script(path):
    """Return a script of the documentation as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def build_reference(repository):
    return script(repository / "docs" / "build_reference.py")


@pytest.fixture(scope="module")
def build_rooms(repository):
    return script(repository / "docs" / "build_rooms.py")


def test_reference_pages_are_what_the_code_makes(build_reference, repository):
    for name, page in build_reference.PAGES.items():
        committed = (repository / "docs" / name).read_text(encoding="utf-8")
        assert committed == page(), f"run python docs/build_reference.py to renew docs/{name}"


def test_every_key_of_a_project_file_is_explained(build_reference):
    for line in build_reference.project_page().splitlines():
        if line.startswith("| `"):
            assert line.split("|")[3].strip(), f"no meaning: {line}"


def test_the_picture_of_the_rooms_is_what_the_imports_make(build_rooms):
    committed = build_rooms.PICTURE.read_text(encoding="utf-8")
    assert committed == build_rooms.picture(), "run python docs/build_rooms.py to draw it again"


def test_every_arrow_of_the_picture_points_down(build_rooms):
    graph = grimp.build_graph("siting", cache_dir=None)
    height = {room.name: room.y for room in build_rooms.place(graph)}
    pairs = build_rooms.arrows(graph, set(height))
    assert ("cli", "pipeline") in pairs
    assert [pair for pair in pairs if height[pair[0]] >= height[pair[1]]] == []


FOLDERS = re.compile(r"(?<!`)`((?:src/siting/)?[\w-]+(?:/[\w-]+)*/?)`(?!`)")
PYTHON_FILES = re.compile(r"(?<![\w/….-])[\w.-]+(?:/[\w.-]+)*\.py\b")


def places_named(page, rooms):
    """Return the Python files that a page names, and the folders of rooms in backticks."""
    folders = (name.rstrip("/") for name in FOLDERS.findall(page) if "/" in name)
    of_rooms = (each for each in folders if each.removeprefix("src/siting/").split("/")[0] in rooms)
    return {*PYTHON_FILES.findall(page), *of_rooms}


def test_files_and_folders_of_rooms_are_found_in_a_page():
    page = "`rules/pack` and `src/siting/cli/`, `m2/m2`, `rules`\n```\n# network/graph.py: x\n```"
    found = places_named(page, {"rules", "cli", "network"})
    assert found == {"rules/pack", "src/siting/cli", "network/graph.py"}


@pytest.mark.parametrize("name", ["architecture.md", "words.md"])
def test_every_file_and_room_that_a_page_names_exists(name, repository):
    package = repository / "src" / "siting"
    rooms = {each.name for each in package.iterdir() if each.is_dir()}
    page = (repository / "docs" / name).read_text(encoding="utf-8")
    named = places_named(page, rooms)
    assert named
    assert [
        each
        for each in sorted(named)
        if not (package / each).exists() and not (repository / each).exists()
    ] == []
