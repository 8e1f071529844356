"""A static map of one rule for reports: PNG, SVG or PDF, with all that a map in print must say.

Drawn without a display. Where the system has no Chinese font the map speaks English and shows
identifiers, and says which fonts would help: an empty box is never drawn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from siting.drafts import whole_file
from siting.errors import SitingError
from siting.message import message
from siting.render.model import MapAreas, MapModel, MapRule
from siting.render.rollup import counted_column, rule_totals
from siting.render.static import layers
from siting.render.static.fonts import Typeface, find_typeface
from siting.render.static.labels import free_places
from siting.render.static.layout import LAYOUTS, Legend, SheetLayout
from siting.render.static.legend import (
    Entry,
    area_entries,
    facility_entries,
    home_entries,
    site_entry,
)
from siting.render.static.pen import Pen
from siting.render.static.texts import columns_of, finding_text, folded, source_lines
from siting.render.static.words import speech_of

FORMATS = ("png", "svg", "pdf")
"""What `write_static_map` writes, by the file's ending."""


def write_static_map(
    model: MapModel,
    path: str | Path,
    *,
    rule_id: str | None = None,
    level: str | None = None,
    language: str = "zh",
    size_in: tuple[float, float] = (11.0, 7.8),
    dpi: int = 150,
    legend: Legend = "beside",
) -> Path:
    """Write the map of one rule as a picture.

    Parameters
    ----------
    model
        As for the HTML map.
    path
        The file; its ending (``.png``, ``.svg``, ``.pdf``) chooses the format.
    rule_id
        The rule to draw; left out: the one under which most people go without.
    level
        Level of the areas that are coloured; left out: that of the rule, else communities, else
        the finest.
    language
        ``zh`` or ``en``; Chinese needs a font with Chinese, and English is written without one.
    size_in
        Width and height in inches; A4 across by default.
    dpi
        Dots per inch of a PNG, and of the dots of large cities inside the others.
    legend
        ``beside`` the map on a sheet across the page, or ``below`` it on one for half a page: about
        as high as 1.25 times its width.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    SitingError
        An ending, a rule, a level or a language that there is not.
    """
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise SitingError(
            message("drawing.wrong_ending", path=target, suffix=target.suffix, known=FORMATS)
        )
    figure = draw_static_map(
        model, rule_id=rule_id, level=level, language=language, size_in=size_in, legend=legend
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Without a date, the same map is the same file.
    dates: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with whole_file(target) as draft:
        figure.savefig(draft, format=kind, dpi=dpi, metadata=dates.get(kind))
    return target


def draw_static_map(
    model: MapModel,
    *,
    rule_id: str | None = None,
    level: str | None = None,
    language: str = "zh",
    size_in: tuple[float, float] = (11.0, 7.8),
    legend: Legend = "beside",
    typeface: Typeface | None = None,
) -> Any:
    """Return the map of one rule as a ``matplotlib.figure.Figure``; a notebook shows it.

    Parameters and errors are those of `write_static_map`; ``typeface`` is found where left out.
    """
    if language not in ("zh", "en"):
        raise SitingError(message("drawing.bad_language", language=language))
    model.check()
    face = typeface or find_typeface()
    sheet = _Sheet(model, _rule(model, rule_id), level, language, face, LAYOUTS[legend])
    figure = Figure(figsize=size_in, facecolor="white")
    FigureCanvasAgg(figure)
    sheet.draw(figure)
    return figure


def worst_rules(model: MapModel, count: int) -> list[MapRule]:
    """Return the rules that judge anything, the worst first.

    Those about homes lead, and what stands beside another rule comes last; then what binds goes
    before what recommends, where it fails anybody, and then those under which most go without.
    """
    judged = [rule for rule in model.rules if (rule.verdict < 2).any()]
    return sorted(judged, key=lambda rule: _place(model, rule))[:count]


def _place(model: MapModel, rule: MapRule) -> tuple[bool, bool, bool, bool, float]:
    totals = rule_totals(model, rule)
    failed = totals[1, counted_column(totals)]
    advises = rule.strength != "mandatory"
    return rule.compared, rule.subject != "home", not totals[1, 0], advises, -float(failed)


def _rule(model: MapModel, rule_id: str | None) -> MapRule | None:
    if rule_id is None:
        worst = worst_rules(model, 1)
        return worst[0] if worst else None
    found = [rule for rule in model.rules if rule_id in (rule.id, rule.id.split("@")[0])]
    if not found:
        given = [rule.id for rule in model.rules[:5]]
        raise SitingError(message("drawing.no_rule", rule=rule_id, rules=given))
    return found[0]


_RANKED, _NAMED = 5, 15


class _Sheet:
    """One picture: the map, and beside it what explains it."""

    def __init__(
        self,
        model: MapModel,
        rule: MapRule | None,
        level: str | None,
        language: str,
        face: Typeface,
        layout: SheetLayout,
    ) -> None:
        self.model, self.rule, self.face, self.layout = model, rule, face, layout
        self.speech = speech_of(language, face)
        self.pen = Pen(self.speech, layout)
        self.areas = self._areas(level)
        self.plane = layers.plane_of(model)

    def draw(self, figure: Any) -> None:
        axes = figure.add_axes(self.layout.frame)
        axes.set_facecolor(layers.PAPER)
        axes.set(xticks=[], yticks=[])
        layers.draw_ground(axes, self.model, self.plane)
        ranked = None
        if self.areas is not None:
            ranked = layers.draw_areas(axes, self.model, self.rule, self.areas, self.plane)
        entries = self._subjects(axes)
        self._look(axes)
        self._names(axes, ranked)
        self.pen.scale(axes)
        self.pen.north(axes)
        shares: list[Entry] = []
        if self.areas is not None and ranked is not None and self.rule is not None:
            shares = area_entries(self.speech, self.model, self.rule, self.areas)
        self._legends(figure, entries, shares)
        self._texts(figure)

    def _look(self, axes: Any) -> None:
        """Show what is worth showing."""
        self.pen.fit(axes, layers.extent(self.model, self.rule, self.plane))

    def _areas(self, level: str | None) -> MapAreas | None:
        known = {areas.level: areas for areas in self.model.areas}
        if level is not None and level not in known:
            raise SitingError(message("drawing.no_level", level=level, levels=known))
        asked = (level, self.rule.level if self.rule else "", "community")
        first = next(iter(known.values()), None)
        return next((known[each] for each in asked if each in known), first)

    def _subjects(self, axes: Any) -> list[Entry]:
        """Draw homes, facilities and sites; return their entries of the legend."""
        if self.rule is None:
            return []
        entries: list[Entry] = []
        if self.rule.subject == "home":
            layers.draw_homes(
                axes, self.model, self.rule, self.plane, dot_share=self.layout.dot_share
            )
            entries += home_entries(self.speech, self.model, self.rule)
        if layers.draw_facilities(
            axes, self.model, self.rule, self.plane, dot_share=self.layout.dot_share
        ):
            entries += facility_entries(self.speech, self.model, self.rule)
        if sites := layers.draw_sites(axes, self.model, self.plane):
            entries.append(site_entry(self.speech, sites))
        return entries

    def _names(self, axes: Any, ranked: Any) -> None:
        """Write the names of the worst areas, with their rank where numbers rank them."""
        if self.areas is None or ranked is None:
            return
        rows, texts = self._named_areas(ranked)
        if not rows:
            return
        to_points = axes.transData + axes.figure.dpi_scale_trans.inverted()
        middles = to_points.transform(layers.label_places(self.areas, self.plane, rows)) * 72
        marks = to_points.transform(self._facilities()) * 72
        size = self.layout.name_size
        widths = [size * 0.58 * columns_of(text) for text in texts]
        places = free_places(middles.tolist(), widths, size, marks)
        for text, place in zip(texts, places, strict=True):
            if place is not None:
                self.pen.write(
                    axes, place[0] / 72, place[1] / 72, text, size=size, weight="bold",
                    ha="center", va="center", halo=True, transform=axes.figure.dpi_scale_trans,
                )  # fmt: skip

    def _named_areas(self, ranked: Any) -> tuple[list[int], list[str]]:
        """Return the rows of the areas that are named, the worst first, and what is written.

        An area that fails a rule of its own is no worse than the next one that does.
        """
        areas = self.areas
        assert areas is not None
        rows = layers.worst_first(ranked)
        judged = self.rule is not None and self.rule.subject == "area"
        if judged:
            rows = [row for row in rows if areas.names[row]]
        rows = rows[: _NAMED if judged else _RANKED]
        names = [self.face.drawable(areas.names[k] or areas.ids[k], areas.ids[k]) for k in rows]
        cut = [name[:24] for name in names]
        return rows, cut if judged else [f"{rank} {name}" for rank, name in enumerate(cut, 1)]

    def _facilities(self) -> Any:
        if self.rule is None:
            return np.empty((0, 2))
        return layers.facility_points(self.model, self.rule, self.plane)

    def _legends(self, figure: Any, subjects: list[Entry], areas: list[Entry]) -> None:
        """List what is drawn, in one column or the areas in one of their own."""
        boxes = self.layout.legends
        columns = [subjects + areas] if len(boxes) == 1 else [subjects, areas]
        for box, entries in zip(boxes, columns, strict=True):
            self.pen.legend(figure, box, entries)

    def _texts(self, figure: Any) -> None:
        model, rule, layout = self.model, self.rule, self.layout
        project, titled, found = layout.titles
        left, size = layout.frame[0], layout.text_size
        name = self.speech.label(model.title, "siting")
        self.pen.write(figure, left, project, name, size=size, colour="#5b5a66")
        if rule is not None:
            title = self.speech.label(rule.title, rule.id)
            self.pen.write(figure, left, titled, title, size=layout.title_size, weight="bold")
            self.pen.write(figure, left, found, finding_text(self.speech, model, rule), size=size)
        self._sources(figure)
        if model.made_up:
            self.pen.made_up(figure)

    def _sources(self, figure: Any) -> None:
        layout = self.layout
        lines = source_lines(self.speech, self.model, self.rule)
        text = "\n".join(part for line in lines for part in folded(line, layout.columns))
        self.pen.write(
            figure, layout.frame[0], 0.018, text, size=layout.source_size, colour="#5b5a66"
        )
