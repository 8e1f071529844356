"""Fixtures that several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Kernels compile on first use, so a deadline per example would measure the compiler.
settings.register_profile("siting", deadline=None, max_examples=60)
settings.load_profile("siting")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the top folder of the project."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real city data, or skip: it is not part of the repository."""
    default = REPOSITORY.parent / "shared" / "data"
    folder = Path(os.environ.get("SITING_REAL_DATA", default))
    if not folder.is_dir():
        pytest.skip("real city data is not beside the project (set SITING_REAL_DATA)")
    return folder
