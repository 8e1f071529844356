"""Hostile files of every kind, two each: nothing unforeseen, no hang, no litter, no line of a log.

``make fuzz`` runs a thousand and more; `hostile.runs` says how to run a seed again.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hostile.files import KINDS


@pytest.mark.skipif(not hasattr(os, "fork"), reason="every run is a process made by fork")
def test_two_hostile_files_of_every_kind_are_read_or_refused(repository):
    paths = os.pathsep.join([str(repository / "src"), str(repository / "tests")])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "hostile.runs", str(2 * len(KINDS))],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
