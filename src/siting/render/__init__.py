"""Maps of a ``MapModel``: one HTML file that asks for nothing from anywhere, or a picture."""

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
from siting.render.static import draw_static_map, write_static_map

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
    "draw_static_map",
    "openstreetmap",
    "tianditu",
    "write_map",
    "write_static_map",
]
