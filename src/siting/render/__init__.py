"""The HTML map: a ``MapModel`` in, one file that asks for nothing from anywhere out."""

from siting.render.basemap import Basemap, openstreetmap, tianditu
from siting.render.model import (
    Citation,
    Label,
    MapAreas,
    MapContext,
    MapFacilities,
    MapHomes,
    MapModel,
    MapNote,
    MapRule,
    MapSites,
)
from siting.render.page import draw_map, write_map

__all__ = [
    "Basemap",
    "Citation",
    "Label",
    "MapAreas",
    "MapContext",
    "MapFacilities",
    "MapHomes",
    "MapModel",
    "MapNote",
    "MapRule",
    "MapSites",
    "draw_map",
    "openstreetmap",
    "tianditu",
    "write_map",
]
