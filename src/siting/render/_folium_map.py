"""The map as folium knows it: its own templates, and none of folium's scripts from elsewhere."""

from __future__ import annotations

from typing import Any

import folium
from branca.element import Figure
from jinja2 import Template

from siting.errors import SitingError
from siting.message import message
from siting.render.basemap import Basemap
from siting.render.model import MapModel
from siting.render.page import asset, data_blocks, document

_LANGUAGES = ("zh", "en")


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
    """A ``folium.Map`` of a ``MapModel``; made by ``siting.render.page.draw_map``."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium declares it so
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - folium declares it so
    _template = Template(
        "{% macro html(this, kwargs) %}{{ this.body }}{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = siting.start({{ this.get_name()|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, model: MapModel, *, language: str, basemaps: tuple[Basemap, ...]) -> None:
        if language not in _LANGUAGES:
            raise SitingError(message("drawing.bad_language", language=language))
        super().__init__(tiles=None)
        title = model.title.zh if language == "zh" else model.title.en
        page = _Page(
            title=title or model.title.zh or model.title.en, language=language, basemaps=basemaps
        )
        page.add_child(self)
        page.blocks = data_blocks(model, language=language, basemaps=basemaps)
        self.body = asset("assets/page.html").replace("MAP-ID", self.get_name())
