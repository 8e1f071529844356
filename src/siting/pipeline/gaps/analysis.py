"""The gap analysis: a project in, findings on homes, facilities, areas and the city out."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting.errors import SitingError
from siting.pipeline.city import (
    Progress,
    build_city,
    note_gates_of_nobody,
    note_levels,
    note_overlaps,
)
from siting.pipeline.gaps.summary import build_summary
from siting.pipeline.manifest import build_manifest, versions
from siting.tables import DataReport

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from siting.loaders.layer.load import Layers
    from siting.loaders.project.model import Project
    from siting.pipeline.gaps.compare import Comparison
    from siting.render.picture import Picture
    from siting.rules.city.costs import CityCosts
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City
    from siting.rules.pack.model import Pack, Rule


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """The result of a gap analysis; it shows itself in a notebook.

    Parameters
    ----------
    project
        What was asked.
    layers, city
        The data in one metric CRS, and put on the street network.
    blocks
        The findings, a block for each rule and kind of subject.
    summary
        What ``summary.json`` holds.
    report
        What was repaired, excluded or assumed.
    manifest
        Inputs, rules, versions and parameters.
    date
        The day whose rules applied.
    language
        ``zh`` or ``en``, of titles and reports.
    costs
        The distances behind the findings, so that `what_if` need not search them again.
    """

    project: Project
    layers: Layers
    city: City
    blocks: tuple[FindingBlock, ...]
    summary: dict[str, Any]
    report: DataReport
    manifest: dict[str, Any]
    date: dt.date
    language: str
    costs: CityCosts | None = None

    @property
    def compliant(self) -> bool:
        """Whether no rule that governs fails for any subject.

        What is unknown is no failure of the city, but of the data: it is counted in the summary.
        """
        return not self.summary["verdicts"]["fail"]

    def findings(self, rule_id: str | None = None) -> pd.DataFrame:
        """Return findings as a table: a row is one rule on one subject.

        Parameters
        ----------
        rule_id
            Of one rule; all where left out.
        """
        from siting.rules.city.findings import to_frame

        chosen = [block for block in self.blocks if rule_id in (None, block.rule.id)]
        return to_frame(chosen, self.city)

    def write(self, folder: Path | str, *, progress: Progress | None = None) -> Path:
        """Write all results into a folder, all or nothing, and return the folder.

        Raises
        ------
        SitingError
            The folder holds files that siting did not write, or cannot be written to.
        """
        from siting.pipeline.gaps.outputs import write_analysis

        return write_analysis(self, Path(folder), progress=progress)

    def what_if(
        self,
        *,
        add_facilities: gpd.GeoDataFrame | None = None,
        remove_facilities: Sequence[str] = (),
        add_streets: gpd.GeoDataFrame | None = None,
        add_homes: gpd.GeoDataFrame | None = None,
    ) -> Analysis:
        """Return the analysis as it would be after a change; see `siting.pipeline.gaps.what_if`.

        Parameters
        ----------
        add_facilities, add_streets, add_homes
            Tables with the columns of their layers, in any system that PROJ knows.
        remove_facilities
            Identifiers of facilities.
        """
        from siting.pipeline.gaps.what_if import what_if

        return what_if(
            self,
            add_facilities=add_facilities,
            remove_facilities=remove_facilities,
            add_streets=add_streets,
            add_homes=add_homes,
        )

    def explore(self) -> Any:
        """Return the interactive map, a ``folium.Map`` that shows itself and needs no network."""
        from siting.pipeline.gaps.map_model import build_map_model
        from siting.render import draw_map

        return draw_map(build_map_model(self), language=self.language)

    def picture(self, rule_id: str | None = None, *, level: str | None = None) -> Picture:
        """Return the static map of one rule, the worst where left out; it shows itself too."""
        from siting.pipeline.gaps.map_model import build_map_model
        from siting.render.picture import Picture
        from siting.render.static import draw_static_map

        model = build_map_model(self)
        return Picture(draw_static_map(model, rule_id=rule_id, level=level, language=self.language))

    def compare(self, after: Analysis) -> Comparison:
        """Put this analysis and one after a change side by side, rule by rule."""
        from siting.pipeline.gaps.compare import compare

        return compare(self, after)

    def __repr__(self) -> str:
        from siting.report.analysis.text import summary_text

        return summary_text(self.summary, self.language)

    def _repr_html_(self) -> str:
        from siting.report.analysis.text import summary_html

        return summary_html(self.summary, self.language)


def analyze(
    project: Project | Path | str,
    *,
    language: str | None = None,
    straight_line: bool = False,
    cache: bool = True,
    progress: Progress | None = None,
) -> Analysis:
    """Judge every home, facility and area of a city by the rules in force.

    Parameters
    ----------
    project
        A project, or the path of its ``siting.yaml``.
    language
        ``zh`` or ``en``; the project's where left out.
    straight_line
        Report straight-line distance beside every walking rule.
    cache
        Keep the layers as read, the network and the attachments of a large city in
        ``.siting-cache`` beside the project file, and use them where nothing that they are made of
        has changed.
    progress
        Called with a label and a share from 0 to 1.

    Returns
    -------
    Analysis
        Subjects for which data is missing are ``unknown``, never passed.

    Raises
    ------
    SitingError
        A project, layer or rule pack that cannot be worked with; every fault of a file at once.
    """
    from siting.pipeline.demand.capacity import with_capacity
    from siting.rules.city.costs import CityCosts
    from siting.rules.city.evaluate import evaluate_city

    chosen = _project(project)
    spoken = _language(language or chosen.language)
    started = dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds")
    report = DataReport()
    day = chosen.date or _today(report)
    packs = _packs(chosen)
    layers, city = _prepared(chosen, report, cache=cache, progress=progress)
    rules = _rules(packs, chosen, day)
    note_levels(layers, rules, report)
    costs = CityCosts(city)
    blocks = evaluate_city(
        rules,
        city,
        costs=costs,
        also_report=("straight_line",) if straight_line else (),
        progress=_part(progress, 0.7, 1.0),
    )
    found = Analysis(
        project=chosen,
        layers=layers,
        city=city,
        blocks=blocks,
        summary=build_summary(
            blocks, city, head=_head(chosen, day, layers, report), language=spoken
        ),
        report=report,
        manifest=_manifest(chosen, layers, day, started),
        date=day,
        language=spoken,
        costs=costs,
    )
    return with_capacity(found)


def _prepared(
    project: Project, report: DataReport, *, cache: bool, progress: Progress | None
) -> tuple[Layers, City]:
    """Read the layers, and put them on the network and into their areas."""
    from siting.pipeline.kept.kernels import kernels_beside
    from siting.pipeline.kept.layers import load_kept_layers
    from siting.pipeline.kept.networks import Prepared

    with kernels_beside(), _no_collection():
        layers = load_kept_layers(
            project, cache=cache, progress=_part(progress, 0.0, 0.55), report=report
        )
    note_overlaps(layers, report)
    note_gates_of_nobody(layers, report)
    city = build_city(
        layers,
        project.parameters,
        report=report,
        prepared=Prepared(project.folder if cache else None, report=report),
        progress=_part(progress, 0.55, 0.7),
    )
    return layers, city


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let no garbage be looked for: reading makes millions of shapes, and none of them is any."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _project(project: Project | Path | str) -> Project:
    from siting.loaders.project.read import read_project

    return read_project(Path(project)) if isinstance(project, str | Path) else project


def _language(language: str) -> str:
    if language not in ("zh", "en"):
        raise SitingError(f"language is '{language}'; expected zh or en.")
    return language


def _today(report: DataReport) -> dt.date:
    today = dt.datetime.now(dt.UTC).astimezone().date()
    report.add(
        "project",
        "assumption",
        "date-is-today",
        f"the project names no date; the rules in force on {today} apply.",
    )
    return today


def _packs(project: Project) -> tuple[Pack, ...]:
    from siting.rules.pack.places import find_packs, read_packs

    return read_packs(find_packs(project.rules, project.folder))


def _rules(packs: Sequence[Pack], project: Project, day: dt.date) -> tuple[Rule, ...]:
    from siting.rules.pack.selection import select_rules

    return select_rules(packs, date=day, jurisdiction=project.jurisdiction).rules


def _part(progress: Progress | None, low: float, high: float) -> Progress | None:
    """Let a stage report 0 to 1 within its part of the whole."""
    if progress is None:
        return None
    return lambda label, share: progress(label, low + share * (high - low))


def _head(project: Project, day: dt.date, layers: Layers, report: DataReport) -> dict[str, Any]:
    severities = [note.severity for note in report.notes]
    return {
        "project": project.name,
        "made_up": project.made_up,
        "date": str(day),
        "crs": layers.crs.to_string(),
        "siting": versions()["siting"],
        "data_notes": {each: severities.count(each) for each in sorted(set(severities))},
    }


def _manifest(project: Project, layers: Layers, day: dt.date, started: str) -> dict[str, Any]:
    from siting.loaders.formats.files import input_file
    from siting.rules.pack.places import find_packs

    named = {"path": project.path.name, "name": project.name}
    if project.path.is_file():
        named["sha256"] = input_file(project.path).sha256
    pack_files = [
        {"path": _shown_pack(path, project.folder), "sha256": input_file(path).sha256}
        for path in find_packs(project.rules, project.folder)
    ]
    inputs = [
        {"path": _shown(each.path, project.folder), "sha256": each.sha256, "bytes": each.bytes}
        for each in layers.inputs
    ]
    return build_manifest(
        project=named,
        inputs=inputs,
        rule_packs=pack_files,
        parameters=project.parameters.model_dump(mode="json"),
        crs=layers.crs.to_string(),
        date=str(day),
        started=started,
    )


def _shown_pack(path: Path, folder: Path) -> str:
    """Name a shipped pack as siting does, and another as the project sees it."""
    from siting.rules.pack.places import shown_path
    from siting.shipped import shipped_folder

    is_shipped = path.resolve().is_relative_to(shipped_folder().resolve())
    return shown_path(path) if is_shipped else _shown(path.resolve(), folder)


def _shown(path: Path, folder: Path) -> str:
    """Name a file as the project sees it, so that a manifest names no machine."""
    import os

    try:
        return Path(os.path.relpath(path, folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.name
