"""Online basemaps: a choice of whoever makes the map, and off until the reader turns one on.

A map without any carries a policy that forbids every request. With one, the policy opens for
pictures from the hosts of that basemap and for nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from siting.errors import SitingError
from siting.message import Message, message
from siting.render.model import MapText
from siting.words import say

DATUMS = ("WGS 84", "CGCS2000")
"""Datums whose tiles lie under the map's data as they are: they agree within decimetres."""


@dataclass(frozen=True, slots=True)
class Basemap:
    """Picture tiles in Web Mercator that the reader can lay under the map.

    Parameters
    ----------
    name
        What the switch is called.
    layers
        URL templates, drawn in this order, with ``{x} {y} {z}`` and perhaps ``{s}``.
    attribution
        Text that the provider asks for.
    subdomains
        What ``{s}`` stands for.
    max_zoom
        The deepest zoom level that exists.
    datum
        ``WGS 84`` or ``CGCS2000``. Tiles in GCJ-02 are refused: they are shifted by 100 to 700 m
        in a way that no offset of a whole tile undoes, so a home would be seen in the wrong
        street. That excludes Amap, Tencent and Google's tiles of mainland China, and Baidu's
        (BD-09).

    Raises
    ------
    SitingError
        A datum that does not fit, or a template that is not ``https``.
    """

    name: MapText
    layers: tuple[str, ...]
    attribution: str
    subdomains: tuple[str, ...] = ()
    max_zoom: int = 18
    datum: str = "WGS 84"

    def __post_init__(self) -> None:
        shown = self.name.en or self.name.zh
        if self.datum not in DATUMS:
            raise SitingError(
                message("basemap.wrong_datum", name=shown, datum=self.datum, known=DATUMS)
            )
        for layer in self.layers:
            if not re.fullmatch(r"https://[A-Za-z0-9{][A-Za-z0-9.{}:-]*/[^\s'\";,]*", layer):
                raise SitingError(message("basemap.bad_address", name=shown, address=layer))

    def hosts(self) -> tuple[str, ...]:
        """Return the origins that the tiles come from, sorted.

        Examples
        --------
        >>> openstreetmap().hosts()
        ('https://tile.openstreetmap.org',)
        """
        origins = {
            "https://" + layer.removeprefix("https://").split("/")[0] for layer in self.layers
        }
        names = self.subdomains or ("",)
        return tuple(sorted({o.replace("{s}", name) for o in origins for name in names}))


def openstreetmap() -> Basemap:
    """Return the standard tiles of OpenStreetMap (WGS 84).

    Their operators ask for light use and a Referer, which a page opened from a file does not
    send: put the map on a web server before turning them on.
    """
    return Basemap(
        name=_label(message("basemap.openstreetmap")),
        layers=("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
        attribution="© OpenStreetMap contributors",
        max_zoom=19,
    )


def tianditu(key: str) -> Basemap:
    """Return the vector map of Tianditu with its Chinese names (CGCS2000).

    Parameters
    ----------
    key
        The user's own browser key. It is written into the map file, readable by everybody who
        gets the file: restrict it to your own domain.

    Raises
    ------
    SitingError
        The key holds something else than letters and digits.
    """
    if not re.fullmatch(r"[A-Za-z0-9]+", key):
        raise SitingError(message("basemap.bad_key"))
    query = (
        "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    )
    layers = tuple(
        f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?LAYER={name}&{query}&tk={key}"
        for name in ("vec", "cva")
    )
    return Basemap(
        name=_label(message("basemap.tianditu")),
        layers=layers,
        attribution=say(message("basemap.tianditu_credit"), "zh"),
        subdomains=tuple("01234567"),
        max_zoom=18,
        datum="CGCS2000",
    )


def _label(name: Message) -> MapText:
    return MapText(say(name, "zh"), say(name, "en"))
