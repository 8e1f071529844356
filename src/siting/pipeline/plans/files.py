"""Which of the paths that a user names are plans: folders, files, and what lies beside them."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from siting.errors import SitingError
from siting.loaders.plan.read import is_plan
from siting.message import message

_PLAN_FILE = "plan.yaml"
# Deeper than any repository; a folder that links to itself ends here.
_DEEPEST = 8
_BESIDE_SHAPEFILES = frozenset((".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx"))
_REPORT = re.compile(rb'\s*\{\s*"findings"\s*:')


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The plans among some paths, each once and in order, and what was passed over."""

    plans: tuple[Path, ...]
    skipped: tuple[Path, ...] = ()


def find_plans(paths: Iterable[str | Path], *, only_plans: bool = False) -> PlanFiles:
    """Find the plans that paths mean.

    Parameters
    ----------
    paths
        A plan's folder or file stands for itself. Another folder stands for the plans in it and
        below. A file that the ``plan.yaml`` beside it names stands for that plan, so that a
        changed layer names its plan; any other file stands for itself. A pattern such as
        ``plans/*``, which some shells do not expand, is expanded.
        A single file is always taken, so that reading it says what is wrong with it; among
        several paths, files that are no plans are skipped.
    only_plans
        Skip a single file that is no plan, too; nothing need be left. Every file beside a
        ``plan.yaml``, a deleted one too, names that plan: it may have been a part of it.

    Returns
    -------
    PlanFiles
        Paths that do not exist are among the plans, for the reader to say so.

    Raises
    ------
    SitingError
        There is no plan at all.

    Examples
    --------
    >>> files = find_plans(["plans/a.xlsx", "plans/notes.txt", "plans/b.gpkg"])
    >>> [path.name for path in files.plans]
    ['a.xlsx', 'notes.txt', 'b.gpkg']
    """
    named = [each for path in paths for each in _expanded(Path(path))]
    found: dict[Path, None] = {}
    skipped: dict[Path, None] = {}
    for path in named:
        beside = _plan_beside(path, only_plans=only_plans)
        alone = len(named) == 1 and not only_plans
        plans = (beside,) if beside else tuple(_plans_at(path, 0, alone=alone))
        found.update(dict.fromkeys(plans))
        if not plans:
            skipped[path] = None
    if not found and not only_plans:
        listed = tuple(map(str, skipped)) or message("plan.the_paths")
        raise SitingError(message("plan.none_found", paths=listed, file=_PLAN_FILE))
    return PlanFiles(tuple(found), tuple(skipped))


def _expanded(path: Path) -> list[Path]:
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    return [Path(each) for each in sorted(glob.glob(str(path)))] or [path]  # noqa: PTH207


def _plans_at(path: Path, depth: int, *, alone: bool) -> Iterator[Path]:
    if path.is_dir():
        if is_plan(path):
            yield path
        elif depth < _DEEPEST:
            for each in sorted(path.iterdir()):
                if not each.name.startswith("."):
                    yield from _plans_at(each, depth + 1, alone=False)
    elif path.name == _PLAN_FILE and path.is_file():
        yield path.parent
    elif _is_lock(path):
        return
    elif alone or _is_missing(path, depth) or (is_plan(path) and not is_report(path)):
        yield path


def _plan_beside(path: Path, *, only_plans: bool) -> Path | None:
    """Return the folder of the plan that a file is a part of; None for a plan of its own.

    A file that is named and is not a part must be read itself: the plan beside it may pass where
    the file fails.
    """
    file = path.parent / _PLAN_FILE
    if path.is_dir() or path == file or not file.is_file():
        return None
    if path.exists() and not _names(file, path):
        # An own plan is checked; a hook takes anything else for a part.
        return path.parent if only_plans and not is_plan(path) else None
    return path.parent if only_plans or path.exists() else None


def _names(plan_file: Path, path: Path) -> bool:
    """Tell whether the text of a plan names a file, or the Shapefile that the file belongs to."""
    text = plan_file.read_bytes()
    names = [path.name]
    if path.suffix.lower() in _BESIDE_SHAPEFILES:
        names.append(f"{path.stem}.shp")
    return any(os.fsencode(name) in text for name in names)


def _is_lock(path: Path) -> bool:
    """Tell the file that Excel and WPS keep beside a workbook while it is open."""
    return path.name.startswith("~$")


def _is_missing(path: Path, depth: int) -> bool:
    """Tell whether somebody named a path that is not there."""
    return depth == 0 and not path.exists()


def is_report(path: Path) -> bool:
    """Tell whether a file is a JSON report of a plan check, which may lie among the plans."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open("rb") as stream:
        return _REPORT.match(stream.read(200)) is not None
