"""The gap analysis: a project in, findings on homes, facilities, areas and the city out."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting import render
from siting.data_report import DataReport
from siting.errors import SitingError
from siting.loaders.project.read import read_project
from siting.message import Language, message
from siting.pipeline.city import build_city, note_levels, note_overlaps, note_unmatched_gates
from siting.pipeline.demand.capacity import with_capacity
from siting.pipeline.found import Found, ground_of
from siting.pipeline.gaps.comparison import Comparison, compare_analyses
from siting.pipeline.gaps.map_model import build_map_model
from siting.pipeline.gaps.network_picture import network_figure
from siting.pipeline.gaps.outputs import write_analysis
from siting.pipeline.gaps.summary import build_summary
from siting.pipeline.gaps.what_if import what_if
from siting.pipeline.kept.layers import load_kept_layers
from siting.pipeline.kept.networks import Prepared
from siting.pipeline.manifest import build_manifest, versions
from siting.progress import Progress, part_of
from siting.report.analysis.text import summary_html, summary_text
from siting.rules.city.costs import CityCosts
from siting.rules.city.evaluate import evaluate_city
from siting.rules.city.findings_table import to_frame
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.selection import place_note, select_rules
from siting.words import current_language, say

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from siting.loaders.layer.load import Layers
    from siting.loaders.project.model import Project
    from siting.render.static.picture import Picture
    from siting.rules.city.model import City
    from siting.rules.pack.model import Pack, Rule


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(Found):
    """The result of a gap analysis; it shows itself in a notebook.

    What it holds is said at `siting.pipeline.found.Found`.
    """

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
        chosen = [block for block in self.blocks if rule_id in (None, block.rule.id)]
        return to_frame(chosen, self.city, say)

    def write(self, folder: Path | str, *, progress: Progress | None = None) -> Path:
        """Write all results into a folder, all or nothing, and return the folder.

        Raises
        ------
        SitingError
            The folder holds files that siting did not write, or cannot be written to.
        """
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
        return what_if(
            self,
            add_facilities=add_facilities,
            remove_facilities=remove_facilities,
            add_streets=add_streets,
            add_homes=add_homes,
        )

    def explore(self) -> Any:
        """Return the interactive map, a ``folium.Map`` that shows itself and needs no network."""
        return render.draw_map(build_map_model(self), language=self.language)

    def picture(self, rule_id: str | None = None, *, level: str | None = None) -> Picture:
        """Return the static map of one rule, the worst where left out; it shows itself too."""
        model = build_map_model(self)
        return render.Picture(
            render.draw_static_map(model, rule_id=rule_id, level=level, language=self.language)
        )

    def network_picture(self) -> Picture:
        """Return the picture of how whole the streets are; it shows itself too."""
        return render.Picture(network_figure(self))

    def compare(self, after: Found) -> Comparison:
        """Put this analysis and one after a change side by side, rule by rule."""
        return compare_analyses(self, after)

    def __repr__(self) -> str:
        return summary_text(self.summary, self.language)

    def _repr_html_(self) -> str:
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
    chosen = _project(project)
    spoken = _language(language or chosen.language or current_language())
    started = dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds")
    report = DataReport()
    day = _day(chosen, report)
    packs = read_packs(find_packs(chosen.rules, chosen.folder))
    layers, city = _prepared(chosen, report, cache=cache, progress=progress)
    rules = _rules(packs, chosen, day, report)
    note_levels(layers, rules, report)
    costs = CityCosts(city)
    blocks = evaluate_city(
        rules,
        city,
        costs=costs,
        also_report=("straight_line",) if straight_line else (),
        progress=part_of(progress, 0.7, 1.0),
    )
    found = Analysis(
        project=chosen,
        ground=ground_of(layers),
        city=city,
        blocks=blocks,
        summary=build_summary(
            blocks, city, head=_head(chosen, day, layers, report), language=spoken, costs=costs
        ),
        report=report,
        manifest=build_manifest(chosen, layers, date=str(day), started=started),
        date=day,
        language=spoken,
        costs=costs,
    )
    return with_capacity(found)


def _prepared(
    project: Project, report: DataReport, *, cache: bool, progress: Progress | None
) -> tuple[Layers, City]:
    """Read the layers, and put them on the network and into their areas."""
    with _no_collection():
        layers = load_kept_layers(
            project, cache=cache, progress=part_of(progress, 0.0, 0.55), report=report
        )
    note_overlaps(layers, report)
    note_unmatched_gates(layers, report)
    city = build_city(
        layers,
        project.parameters,
        report=report,
        prepared=Prepared(project.folder if cache else None, report=report),
        progress=part_of(progress, 0.55, 0.7),
    )
    return layers, city


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector: reading makes millions of shapes and no garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _project(project: Project | Path | str) -> Project:
    return read_project(Path(project)) if isinstance(project, str | Path) else project


def _language(language: str) -> Language:
    if language not in ("zh", "en"):
        raise SitingError(message("project.no_language", language=language))
    return "zh" if language == "zh" else "en"


def _day(project: Project, report: DataReport) -> dt.date:
    if project.date is None:
        told = message("note.date-is-today", today=project.day)
        report.add("project", "assumption", "date-is-today", told)
    return project.day


def _rules(
    packs: Sequence[Pack], project: Project, day: dt.date, report: DataReport
) -> tuple[Rule, ...]:
    chosen = select_rules(packs, date=day, jurisdiction=project.jurisdiction)
    note = place_note(chosen.left_out, project.jurisdiction)
    if note is not None:
        report.add("project", "assumption", "no-jurisdiction", note)
    return chosen.rules


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
