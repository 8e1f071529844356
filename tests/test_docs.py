"""What the documentation says is what the code does."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture
def build_reference(repository):
    path = repository / "docs" / "build_reference.py"
    spec = importlib.util.spec_from_file_location("build_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_pages_are_what_the_code_makes(build_reference, repository):
    for name, page in build_reference.PAGES.items():
        committed = (repository / "docs" / name).read_text(encoding="utf-8")
        assert committed == page(), f"run python docs/build_reference.py to renew docs/{name}"


def test_every_key_of_a_project_file_is_explained(build_reference):
    for line in build_reference.project_page().splitlines():
        if line.startswith("| `"):
            assert line.split("|")[3].strip(), f"no meaning: {line}"
