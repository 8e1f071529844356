"""The HTML map: a `MapModel` as a ``folium.Map`` (as a file: `siting.render.map_file`).

The page is put together by `siting.render.page` from our own templates; none of the scripts that
folium would load from the network is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import folium
from branca.element import Figure
from jinja2 import Template

from siting.render.basemap import Basemap
from siting.render.map_file import body_of, check_language, title_in
from siting.render.model import MapModel
from siting.render.page import data_blocks, document


class _Page(Figure):
    """A figure whose whole document comes from this package."""

    def __init__(self, *, title: str, language: str, basemaps: tuple[Basemap, ...]) -> None:
        super().__init__(height="680px", width="100%", title=title)
        self.language = language
        self.basemaps = basemaps
        self.blocks: dict[str, str] = {}

    def render(self, **kwargs: Any) -> str:
        """Return the page; each call renders anew."""
        for child in self._children.values():
            child.render(**kwargs)
        return document(
            title=self.title or "",
            language=self.language,
            body=self.html.render(**kwargs),
            script=self.script.render(**kwargs).strip(),
            blocks=self.blocks,
            basemaps=self.basemaps,
        )


class CoverageMap(folium.Map):
    """A ``folium.Map`` of a ``MapModel``; made by `draw_map`."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium declares it so
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - folium declares it so
    _template = Template(
        "{% macro html(this, kwargs) %}{{ this.body }}{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = siting.start({{ this.get_name()|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, model: MapModel, *, language: str, basemaps: tuple[Basemap, ...]) -> None:
        check_language(language)
        super().__init__(tiles=None)
        page = _Page(title=title_in(model, language), language=language, basemaps=basemaps)
        page.add_child(self)
        page.blocks = data_blocks(model, language=language, basemaps=basemaps)
        self.body = body_of(self.get_name())


def draw_map(
    model: MapModel,
    *,
    language: str = "zh",
    basemaps: Sequence[Basemap] | None = None,
) -> Any:
    """Return the map as a ``folium.Map``, which shows itself in a notebook.

    Parameters and errors are those of ``write_map``. Shapes of folium that need no picture and no
    HTML (such as ``folium.CircleMarker`` or ``folium.PolyLine``) can be added to it.

    Returns
    -------
    folium.Map
    """
    return CoverageMap(model, language=language, basemaps=tuple(basemaps or ()))
