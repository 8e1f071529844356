"""The HTML map: a `MapModel` as a ``folium.Map``, and as a file.

The page is put together by `siting.render.page` from our own templates; none of the scripts that
folium would load from the network is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
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
        if language not in _LANGUAGES:
            raise SitingError(
                message("drawing.unknown_language", language=language, known=_LANGUAGES)
            )
        super().__init__(tiles=None)
        title = model.title.zh if language == "zh" else model.title.en
        page = _Page(
            title=title or model.title.zh or model.title.en, language=language, basemaps=basemaps
        )
        page.add_child(self)
        page.blocks = data_blocks(model, language=language, basemaps=basemaps)
        self.body = asset("assets/page.html").replace("MAP-ID", self.get_name())


def write_map(
    model: MapModel,
    path: str | Path,
    *,
    language: str = "zh",
    basemaps: Sequence[Basemap] | None = None,
) -> Path:
    """Write the map as one HTML file that opens without a network.

    Parameters
    ----------
    model
        What to show.
    path
        The file; an existing one is replaced only when the new one is complete.
    language
        ``zh`` or ``en``: the language at the start; the reader can switch.
    basemaps
        Online basemaps that the reader may turn on, such as ``[openstreetmap()]``; none by
        default, and then the page cannot make any request.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    TableError
        The model has faults; all of them are listed.
    SitingError
        A language that the page does not have.
    """
    html: str = draw_map(model, language=language, basemaps=basemaps).get_root().render()
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    draft.write_bytes(html.encode("utf-8", "replace"))
    draft.replace(target)
    return target


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
