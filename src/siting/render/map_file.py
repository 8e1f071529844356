"""The HTML map as a file, without folium, which takes longer to load than the page to write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siting.drafts import whole_file
from siting.errors import SitingError
from siting.message import message
from siting.render.basemap import Basemap
from siting.render.model import MapModel
from siting.render.page import asset, data_blocks, document

_LANGUAGES = ("zh", "en")
_NAME = "siting_map"


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
    html = _page(model, language, tuple(basemaps or ()))
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as draft:
        draft.write_bytes(html.encode("utf-8", "replace"))
    return target


def _page(model: MapModel, language: str, basemaps: tuple[Basemap, ...]) -> str:
    check_language(language)
    return document(
        title=title_in(model, language),
        language=language,
        body=body_of(_NAME),
        script=f'var {_NAME} = siting.start("{_NAME}");',
        blocks=data_blocks(model, language=language, basemaps=basemaps),
        basemaps=basemaps,
    )


def check_language(language: str) -> None:
    """Raise `SitingError` for a language that the page does not have."""
    if language not in _LANGUAGES:
        raise SitingError(message("drawing.unknown_language", language=language, known=_LANGUAGES))


def title_in(model: MapModel, language: str) -> str:
    """Return the title in a language, or in the other where it is missing."""
    title = model.title.zh if language == "zh" else model.title.en
    return title or model.title.zh or model.title.en


def body_of(name: str) -> str:
    """Return the body of the page; its map has the given name."""
    return asset("assets/page.html").replace("MAP-ID", name)
