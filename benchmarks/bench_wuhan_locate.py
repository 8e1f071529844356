"""The best 40 community centroids for the elderly of Wuhan, and the curve from 1 to 100.

    python benchmarks/bench_wuhan_locate.py ../shared/data [seconds for the curve]

Prints time, memory, bound and gap. The data are not part of the repository.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import yaml

import siting
from siting.loaders.project.read import build_project
from siting.locate import Limits

PROJECTS = Path(__file__).resolve().parent.parent / "tests" / "projects"


def peak_mib():
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def project(data, folder):
    text = (PROJECTS / "wuhan.yaml").read_text(encoding="utf-8")
    written = yaml.safe_load(text.replace("../../../shared/data", data.resolve().as_posix()))
    rules = (PROJECTS / "reach.yaml").read_text(encoding="utf-8")
    path = folder / "rules.yaml"
    path.write_text(rules.replace("[hospital]", "[elder_care]"), encoding="utf-8")
    return build_project(written | {"rules": [str(path)]})


def main():
    data, seconds = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 120.0
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        analysis = siting.analyze(project(data, Path(folder)))
        print(f"analysis {time.perf_counter() - began:.1f} s, {peak_mib():,.0f} MiB")
        asked = {"rule": "trial-hospital", "sites": "areas:community", "assume_none": True}
        began = time.perf_counter()
        found = siting.propose_sites(analysis, p=40, curve=False, **asked)
        print(f"best 40 in {time.perf_counter() - began:.1f} s: {found.solution.message}")
        limits = Limits(seconds)
        curve = siting.propose_sites(
            analysis, p=40, curve=range(1, 101), limits=limits, **asked
        ).curve
        print(curve[["sites", "served", "bound", "gap"]].to_string(index=False))
        print(f"largest gap {curve['gap'].max():.3%}, {peak_mib():,.0f} MiB")


if __name__ == "__main__":
    main()
