"""A static map of one rule for reports: PNG, SVG or PDF, with all that a map in print must say.

Drawn without a display. Where the system has no Chinese font the map speaks English and shows
identifiers, and says which fonts would help: an empty box is never drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from siting.errors import SitingError
from siting.render import _static_layers as layers
from siting.render._fonts import Typeface, find_typeface
from siting.render.model import Label, MapAreas, MapModel, MapRule
from siting.render.rollup import rule_totals
from siting.render.words import coded

FORMATS = ("png", "svg", "pdf")
"""What `write_static_map` writes, by the file's ending."""

_WORDS = {
    "made_up": ("虚构数据，仅供演示", "Made-up data, for demonstration only"),
    "homes": ("住宅", "Homes"),
    "areas": ("{level}：缺服务者占比", "{level}: share without"),
    "verdicts": ("{level}：判定", "{level}: verdict"),
    "facilities": ("计入的设施", "Facilities counted"),
    "judged": ("设施判定", "Facilities by verdict"),
    "sites": ("拟建点", "Proposed sites"),
    "pass": ("达标", "pass"),
    "fail": ("不达标", "fail"),
    "unknown": ("未知", "unknown"),
    "exempt": ("不适用", "not applicable"),
    "near": ("达标，余量过半", "pass with half to spare"),
    "served": ("达标", "pass"),
    "over": ("不达标，差距较小", "fail by little"),
    "far": ("不达标，达 1.5–2 倍", "fail, 1.5 to 2 times"),
    "worst": ("不达标，超 2 倍或不可达", "fail, beyond twice or none"),
    "none": ("无数据", "no data"),
    "or_none": ("或无可达", " or none"),
    "north": ("北", "N"),
    "people": ("{failed} 人不达标", "{failed} people without"),
    "households": ("{failed} 户不达标", "{failed} households without"),
    "elderly": ("{failed} 名老年人不达标", "{failed} elderly people without"),
    "home": ("{failed} 处住宅不达标", "{failed} homes without"),
    "facility": ("{failed} 处设施不达标", "{failed} facilities fail"),
    "area": ("{failed} 个分区不达标", "{failed} areas fail"),
    "share": ("占 {share}", "{share} of all"),
    "source": ("依据：{citation}", "Rule: {citation}"),
    "data": ("数据：{attribution}", "Data: {attribution}"),
    "date": ("规则日期 {date}", "rules as of {date}"),
    "font": (
        "",
        (
            "No font with Chinese was found: names are shown as identifiers. "
            "Install Noto Sans CJK (fonts-noto-cjk)."
        ),
    ),
}
_ONE = {
    "people": "1 person without",
    "households": "1 household without",
    "elderly": "1 elderly person without",
    "home": "1 home without",
    "facility": "1 facility fails",
    "area": "1 area fails",
}
_SENSES = {"at_most": "≤", "at_least": "≥", "below": "<", "above": ">"}


def write_static_map(
    model: MapModel,
    path: str | Path,
    *,
    rule_id: str | None = None,
    level: str | None = None,
    language: str = "zh",
    size_in: tuple[float, float] = (11.0, 7.8),
    dpi: int = 150,
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
        raise SitingError(f"{target} has the ending '{target.suffix}'; expected one of {FORMATS}.")
    figure = draw_static_map(
        model, rule_id=rule_id, level=level, language=language, size_in=size_in
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    # Without a date, the same map is the same file.
    dates: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure.savefig(draft, format=kind, dpi=dpi, metadata=dates.get(kind))
    draft.replace(target)
    return target


def draw_static_map(
    model: MapModel,
    *,
    rule_id: str | None = None,
    level: str | None = None,
    language: str = "zh",
    size_in: tuple[float, float] = (11.0, 7.8),
    typeface: Typeface | None = None,
) -> Any:
    """Return the map of one rule as a ``matplotlib.figure.Figure``; a notebook shows it.

    Parameters and errors are those of `write_static_map`; ``typeface`` is found where left out.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if language not in ("zh", "en"):
        raise SitingError(f"the map has no language '{language}'; expected zh or en.")
    model.check()
    face = typeface or find_typeface()
    sheet = _Sheet(model, _rule(model, rule_id), level, language, face)
    figure = Figure(figsize=size_in, facecolor="white")
    FigureCanvasAgg(figure)
    sheet.draw(figure)
    return figure


def worst_rules(model: MapModel, count: int) -> list[MapRule]:
    """Return the rules under which most go without, the worst first; those about homes lead."""
    judged = [rule for rule in model.rules if (rule.verdict < 2).any()]
    return sorted(judged, key=lambda rule: _burden(model, rule), reverse=True)[:count]


def _burden(model: MapModel, rule: MapRule) -> tuple[bool, float]:
    failed = rule_totals(model, rule)[1]
    known = [failed[column] for column in (2, 1, 3, 0) if not np.isnan(failed[column])]
    return rule.subject == "home", float(known[0]) if known else 0.0


def _rule(model: MapModel, rule_id: str | None) -> MapRule | None:
    if rule_id is None:
        worst = worst_rules(model, 1)
        return worst[0] if worst else None
    found = [rule for rule in model.rules if rule_id in (rule.id, rule.id.split("@")[0])]
    if not found:
        given = ", ".join(rule.id for rule in model.rules[:5])
        raise SitingError(f"the map has no rule '{rule_id}'; it has {given} ...")
    return found[0]


class _Sheet:
    """One picture: the map, and beside it what explains it."""

    def __init__(
        self,
        model: MapModel,
        rule: MapRule | None,
        level: str | None,
        language: str,
        face: Typeface,
    ) -> None:
        self.model, self.rule, self.face = model, rule, face
        self.language = language if face.has_chinese else "en"
        self.areas = self._areas(level)
        self.plane = layers.plane_of(model)

    def word(self, key: str, **values: str) -> str:
        return _WORDS[key][self.language == "en"].format(**values)

    def label(self, label: Label, instead: str) -> str:
        """Return a label in the language of the map, or what can be drawn in its place."""
        first, second = (label.zh, label.en) if self.language == "zh" else (label.en, label.zh)
        return self.face.drawable(first or second, instead)

    def draw(self, figure: Any) -> None:
        axes = figure.add_axes((0.015, 0.075, 0.745, 0.80))
        axes.set_facecolor(layers.PAPER)
        axes.set(xticks=[], yticks=[])
        layers.draw_ground(axes, self.model, self.plane)
        ranked = None
        if self.areas is not None:
            ranked = layers.draw_areas(axes, self.model, self.rule, self.areas, self.plane)
        entries = self._subjects(axes)
        self._look(figure, axes)
        self._names(axes, ranked)
        self._scale(axes)
        self._north(axes)
        self._legend(figure, [*entries, *self._area_entries(ranked)])
        self._texts(figure)

    def _look(self, figure: Any, axes: Any) -> None:
        """Show what is worth showing, as wide as the frame is, with a metre of one length."""
        left, bottom, right, top = layers.extent(self.model, self.rule, self.plane)
        box = axes.get_position()
        width, height = figure.get_size_inches() * (box.width, box.height)
        scale = max((right - left) / width, (top - bottom) / height) / 2
        x, y = (left + right) / 2, (bottom + top) / 2
        axes.set(
            xlim=(x - scale * width, x + scale * width),
            ylim=(y - scale * height, y + scale * height),
        )

    def _areas(self, level: str | None) -> MapAreas | None:
        known = {areas.level: areas for areas in self.model.areas}
        if level is not None and level not in known:
            raise SitingError(f"the map has no areas of level '{level}'; it has {list(known)}.")
        asked = (level, self.rule.level if self.rule else "", "community")
        first = next(iter(known.values()), None)
        return next((known[each] for each in asked if each in known), first)

    def _subjects(self, axes: Any) -> list[tuple[str, Any]]:
        """Draw homes, facilities and sites; return their entries of the legend."""
        if self.rule is None:
            return []
        entries: list[tuple[str, Any]] = []
        if self.rule.subject == "home":
            layers.draw_homes(axes, self.model, self.rule, self.plane)
            counts = np.bincount(layers.shade_of(self.rule), minlength=len(layers.SHADES))
            entries.append((self.word("homes"), None))
            entries += [
                (f"{self._shade(shade, k)} ({counts[k]:,})", self._dot(shade, k))
                for k, shade in enumerate(layers.SHADES)
                if counts[k]
            ]
        if layers.draw_facilities(axes, self.model, self.rule, self.plane):
            entries += self._facility_entries()
        if sites := layers.draw_sites(axes, self.model, self.plane):
            entries.append((f"{self.word('sites')} ({sites:,})", ("*", layers.SITE, False)))
        return entries

    def _shade(self, shade: str, k: int) -> str:
        """Say what a shade stands for: in the rule's own unit where one limit holds for all."""
        assert self.rule is not None
        limit = np.asarray(self.rule.required, dtype=float)
        if k > layers.SHADES.index("worst") or limit.ndim or not limit > 0:
            return self.word(shade)
        upper = self.rule.sense in ("at_most", "below")
        times = (0.5, 1, 1.5, 2) if upper else (2, 1, 1 / 1.5, 0.5)
        edges = [self._amount(float(limit) * each) for each in times]
        within, beyond = ("≤ ", "> ") if upper else ("≥ ", "< ")
        if shade == "near":
            amount = within + edges[0]
        elif shade == "worst":
            amount = beyond + edges[3]
        else:
            amount = "–".join(edges[k - 1 : k + 1] if upper else edges[k : k - 2 : -1])
        unit = "" if self.rule.unit == "share" else f" {self._unit(self.rule.unit)}"
        verdict = self.word("pass" if k <= layers.SHADES.index("served") else "fail")
        none = self.word("or_none") if shade == "worst" and upper else ""
        return f"{verdict} · {amount}{unit}{none}"

    def _amount(self, value: float) -> str:
        assert self.rule is not None
        if self.rule.unit == "share":
            return f"{value:.1%}"
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

    def _dot(self, shade: str, k: int) -> tuple[str, str, bool]:
        crowd = len(self.model.homes.lon) > layers.RASTER_ABOVE
        if shade == "unknown":
            return "o", layers.CROWD_UNKNOWN if crowd else layers.SHADE_COLOURS[k], not crowd
        return "o", layers.SHADE_COLOURS[k], False

    def _facility_entries(self) -> list[tuple[str, Any]]:
        assert self.rule is not None
        if self.rule.subject != "facility":
            return [(self._counted_types(), ("D", layers.FACILITY, False))]
        counts = np.bincount(self.rule.verdict, minlength=4)
        return [
            (self.word("judged"), None),
            *(
                (f"{self.word(key)} ({counts[k]:,})", ("D", layers.VERDICT_COLOURS[k], False))
                for k, key in enumerate(("pass", "fail", "unknown"))
                if counts[k]
            ),
        ]

    def _counted_types(self) -> str:
        """Name the facilities that the rule counts, where they are few enough for one line."""
        assert self.rule is not None
        titles = self.model.facility_types
        kinds = [
            self.label(titles.get(kind, Label(kind, kind)), kind)
            for kind in self.rule.facility_types
        ]
        text = ("、" if self.language == "zh" else ", ").join(kinds)
        return text if 0 < len(text) <= 28 else self.word("facilities")

    def _area_entries(self, ranked: Any) -> list[tuple[str, Any]]:
        if self.areas is None or ranked is None or self.rule is None:
            return []
        level = self._level_name(self.areas)
        if self.rule.subject == "area":
            counts = np.bincount(self.rule.verdict, minlength=4)
            keys = ("pass", "fail", "unknown", "exempt")
            return [
                (self.word("verdicts", level=level), None),
                *(
                    (f"{self.word(key)} ({counts[k]:,})", ("s", layers.VERDICT_COLOURS[k], False))
                    for k, key in enumerate(keys)
                    if counts[k]
                ),
            ]
        edges = ("0 %", "0–10 %", "10–25 %", "25–50 %", "50–75 %", "75–100 %")
        swatches = [
            (text, ("s", layers.on_paper(colour, len(self.model.homes.lon)), False))
            for text, colour in zip(edges, layers.AREA_COLOURS, strict=True)
        ]
        return [(self.word("areas", level=level), None), *swatches]

    def _level_name(self, areas: MapAreas) -> str:
        known = coded("levels", areas.level, self.language)
        if known != areas.level:
            return known
        return self.label(areas.title, areas.level) or self.face.drawable(areas.level)

    def _names(self, axes: Any, ranked: Any) -> None:
        """Write the names of the five worst areas with their rank."""
        if self.areas is None or ranked is None:
            return
        rows = layers.worst_first(ranked)[:5]
        if not rows:
            return
        places = layers.label_places(self.areas, self.plane, rows)
        for rank, (row, place) in enumerate(zip(rows, places, strict=True), start=1):
            text = self.face.drawable(
                self.areas.names[row] or self.areas.ids[row], self.areas.ids[row]
            )
            self._write(
                axes, *place, f"{rank} {text[:24]}", size=8, weight="bold", ha="center", halo=True
            )

    def _scale(self, axes: Any) -> None:
        left, right = axes.get_xlim()
        bottom, top = axes.get_ylim()
        most = (right - left) * 0.22
        power = 10 ** np.floor(np.log10(most))
        length = next(k * power for k in (5, 2, 1) if k * power <= most)
        text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        x, y = left + (right - left) * 0.02, bottom + (top - bottom) * 0.025
        axes.plot(
            [x, x + length], [y, y], color=layers.TEXT, lw=2.2, solid_capstyle="butt", zorder=11
        )
        self._write(
            axes, x + length / 2, y + (top - bottom) * 0.008, text, size=8, ha="center", halo=True
        )

    def _north(self, axes: Any) -> None:
        arrow = {"arrowstyle": "-|>", "color": layers.TEXT, "lw": 1.4}
        axes.annotate(
            "",
            xy=(0.97, 0.975),
            xytext=(0.97, 0.915),
            xycoords="axes fraction",
            arrowprops=arrow,
            zorder=11,
        )
        self._write(
            axes,
            0.97,
            0.885,
            self.word("north"),
            size=9,
            ha="center",
            transform=axes.transAxes,
            halo=True,
        )

    def _legend(self, figure: Any, entries: Sequence[tuple[str, Any]]) -> None:
        axes = figure.add_axes((0.772, 0.075, 0.215, 0.80))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.axis("off")
        y = 0.985
        for text, mark in entries:
            if mark is None:
                y -= 0.012
                self._write(axes, 0.0, y, text, size=9, weight="bold")
            else:
                shape, colour, ring = mark
                axes.plot(
                    0.045,
                    y + 0.009,
                    marker=shape,
                    ms=7 if shape != "*" else 10,
                    ls="",
                    mfc="none" if ring else colour,
                    mec=colour if ring else "#55555588",
                    mew=1.2 if ring else 0.4,
                )
                self._write(axes, 0.11, y, text, size=8.5)
            y -= 0.036

    def _texts(self, figure: Any) -> None:
        model, rule = self.model, self.rule
        title = self.label(model.title, "siting")
        self._write(figure, 0.015, 0.955, title, size=10, colour="#5b5a66")
        if rule is not None:
            self._write(
                figure, 0.015, 0.918, self.label(rule.title, rule.id), size=15, weight="bold"
            )
            self._write(figure, 0.015, 0.888, self._finding(rule), size=10)
        self._write(figure, 0.015, 0.018, "\n".join(self._notes()), size=7, colour="#5b5a66")
        if model.made_up:
            box = {"facecolor": "#ffe08a", "edgecolor": "none", "pad": 4}
            self._write(
                figure,
                0.985,
                0.955,
                self.word("made_up"),
                size=9,
                weight="bold",
                ha="right",
                bbox=box,
            )

    def _finding(self, rule: MapRule) -> str:
        """Say what is required and how many go without."""
        parts = []
        limit = np.asarray(rule.required, dtype=float)
        if not limit.ndim and not np.isnan(limit):
            shown = f"{float(limit) * 100:g} %" if rule.unit == "share" else f"{float(limit):,g}"
            measure = coded("measure", rule.measure, self.language)
            unit = self._unit(rule.unit)
            if float(limit) == 1:
                one = coded("one", rule.unit, self.language)
                unit = unit if one == rule.unit else one
            parts.append(f"{measure} {_SENSES[rule.sense]} {shown} {unit}".strip())
        totals = rule_totals(self.model, rule)
        if totals[0, 0] + totals[1, 0]:
            key, column = _counted(totals)
            share = totals[1, column] / np.nansum(totals[:, column])
            if rule.subject != "city":
                parts.append(self._failed(key or rule.subject, totals[1, column]))
                parts.append(self.word("share", share=f"{share:.1%}"))
        return self.face.drawable(" · ".join(parts))

    def _failed(self, key: str, failed: float) -> str:
        if self.language == "en" and failed == 1:
            return _ONE[key]
        return self.word(key, failed=f"{failed:,.0f}")

    def _unit(self, unit: str) -> str:
        return coded("unit", unit, self.language)

    def _notes(self) -> list[str]:
        """Return where rule and data come from, and what made the picture."""
        model, lines = self.model, []
        if self.rule is not None:
            source = self.rule.citation
            document = source.document
            name = (
                document
                if isinstance(document, str)
                else (document.zh if self.language == "zh" else document.en or document.zh)
            )
            cited = " ".join(each for each in (name, source.number, source.clause) if each)
            if cited:
                lines.append(self.word("source", citation=self.face.drawable(cited, source.number)))
        made = " ".join(f"{what} {version}" for what, version in model.versions.items())
        dated = self.word("date", date=model.date) if model.date else ""
        given = (
            self.word("data", attribution=" · ".join(model.attribution))
            if model.attribution
            else ""
        )
        lines.append(" · ".join(self.face.drawable(each) for each in (given, dated, made) if each))
        return lines if self.face.has_chinese else [*lines, self.word("font")]

    def _write(
        self,
        where: Any,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        halo: bool = False,
        colour: str = layers.TEXT,
        **options: Any,
    ) -> None:
        from matplotlib.patheffects import withStroke

        effects = [withStroke(linewidth=2.5, foreground="white")] if halo else []
        where.text(
            x, y, text, fontfamily=list(self.face.families), fontsize=size, color=colour,
            parse_math=False, path_effects=effects, zorder=12, **options,
        )  # fmt: skip


def _counted(totals: Any) -> tuple[str, int]:
    """Return the word and the column of the best known weight; no word for subjects."""
    for key, column in (("people", 2), ("households", 1), ("elderly", 3)):
        if not np.isnan(totals[1, column]):
            return key, column
    return "", 0
