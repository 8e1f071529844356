"""What tags and words mean, said by hand: who walks a way, what a gate does, who serves."""

from __future__ import annotations

from town_model import AGAINST, ALONG, BOTH, PRIVATE, SHUT

Tags = dict[str, str]

WAYS: list[tuple[Tags, str]] = [
    ({"highway": "residential"}, BOTH),
    ({"highway": "footway"}, BOTH),
    ({"highway": "steps", "conveying": "yes"}, BOTH),
    ({"highway": "residential", "oneway": "yes"}, BOTH),
    ({"highway": "unclassified", "oneway": "-1"}, BOTH),
    ({"highway": "service", "access": "destination"}, BOTH),
    ({"highway": "path", "access": "no", "foot": "yes"}, BOTH),
    ({"highway": "service", "access": "private", "foot": "designated"}, BOTH),
    ({"highway": "trunk", "sidewalk": "both"}, BOTH),
    ({"highway": "trunk", "foot": "yes"}, BOTH),
    ({"highway": "trunk;residential", "sidewalk:left": "yes"}, BOTH),
    ({"highway": "primary", "motorroad": "yes", "foot": "permissive"}, BOTH),
    ({"highway": "residential", "construction": "minor"}, BOTH),
    ({"highway": "residential;service"}, BOTH),
    ({"highway": "footway", "conveying": "forward", "oneway:foot": "no"}, BOTH),
    ({"highway": "footway", "tunnel": "building_passage"}, BOTH),
    ({"highway": "residential", "start_date": "1998", "end_date": "2040-06"}, BOTH),
    ({"highway": "footway", "oneway:foot": "yes"}, ALONG),
    ({"highway": "steps", "conveying": "forward"}, ALONG),
    ({"highway": "footway", "foot:backward": "no"}, ALONG),
    ({"highway": "path", "access": "no", "foot:forward": "yes"}, ALONG),
    ({"highway": "footway", "oneway:foot": "-1"}, AGAINST),
    ({"highway": "steps", "conveying": "backward"}, AGAINST),
    ({"highway": "footway", "foot:forward": "no"}, AGAINST),
    ({"highway": "service", "access": "private"}, PRIVATE),
    ({"highway": "footway", "foot": "private"}, PRIVATE),
    ({"highway": "service", "access": "residents"}, PRIVATE),
    ({"highway": "motorway"}, SHUT),
    ({"highway": "motorway_link", "sidewalk": "both"}, SHUT),
    ({"highway": "trunk"}, SHUT),
    ({"highway": "trunk;residential"}, SHUT),
    ({"highway": "residential;construction"}, SHUT),
    ({"highway": "motorway;service", "sidewalk": "both"}, SHUT),
    ({"highway": "trunk", "foot": "no", "sidewalk": "both"}, SHUT),
    ({"highway": "primary", "motorroad": "yes"}, SHUT),
    ({"highway": "residential", "foot": "no"}, SHUT),
    ({"highway": "service", "access": "no"}, SHUT),
    ({"highway": "path", "access": "military"}, SHUT),
    ({"highway": "service", "access": "private;no"}, SHUT),
    ({"highway": "construction", "construction": "residential"}, SHUT),
    ({"highway": "proposed"}, SHUT),
    ({"highway": "residential", "disused": "yes"}, SHUT),
    ({"highway": "footway", "end_date": "2021-03"}, SHUT),
    ({"highway": "footway", "start_date": "2031"}, SHUT),
    ({"highway": "busway"}, SHUT),
]
DECKS: list[tuple[Tags, float]] = [
    ({"highway": "residential", "bridge": "yes", "layer": "1"}, 1.0),
    ({"highway": "footway", "bridge": "viaduct"}, 1.0),
    ({"highway": "footway", "tunnel": "yes", "layer": "-1"}, -1.0),
    ({"highway": "steps", "covered": "yes", "tunnel": "passage"}, -1.0),
]
GATES: list[tuple[Tags, str]] = [
    ({"barrier": "gate"}, BOTH),
    ({"barrier": "bollard"}, BOTH),
    ({"barrier": "gate", "access": "private", "foot": "yes"}, BOTH),
    ({"barrier": "gate", "locked": "yes", "foot": "designated"}, BOTH),
    ({"barrier": "wall", "foot": "yes"}, BOTH),
    ({"barrier": "lift_gate", "access": "customers;destination"}, BOTH),
    ({"barrier": "fence", "end_date": "2019"}, BOTH),
    ({"barrier": "gate", "locked": "yes"}, SHUT),
    ({"barrier": "gate", "foot": "no"}, SHUT),
    ({"barrier": "gate", "access": "private;no"}, SHUT),
    ({"barrier": "wall"}, SHUT),
    ({"barrier": "fence"}, SHUT),
    ({"barrier": "gate", "locked": "yes", "access": "private"}, SHUT),
    ({"barrier": "gate", "access": "private"}, PRIVATE),
    ({"barrier": "swing_gate", "foot": "private"}, PRIVATE),
    ({"barrier": "gate", "access": "residents;delivery_only"}, PRIVATE),
]
SQUARES: list[tuple[Tags, str]] = [
    ({"highway": "pedestrian"}, BOTH),
    ({"highway": "footway"}, BOTH),
    ({"highway": "pedestrian", "access": "customers"}, BOTH),
]
RIVERS: list[Tags] = [
    {"natural": "water", "water": "river"},
    {"waterway": "riverbank"},
    {"natural": "water", "water": "canal"},
]
HOMES: list[tuple[Tags, bool]] = [
    ({"building": "apartments"}, True),
    ({"building": "house"}, True),
    ({"building": "yes"}, True),
    ({"building": "residential", "building:levels": "6"}, True),
    ({"building": "office"}, False),
    ({"building": "ruins"}, False),
    ({"building": "apartments", "abandoned": "yes"}, False),
    ({"building": "apartments", "construction": "yes"}, False),
    ({"building": "apartments", "start_date": "2029-01-01"}, False),
    ({"building": "house", "end_date": "2011"}, False),
    ({"building": "yes", "industrial": "factory"}, False),
]
HOME_NODES: list[tuple[Tags, bool]] = [
    ({"building": "apartments"}, True),
    ({"building": "yes"}, True),
    ({"building": "office"}, False),
]
KINDS = {"pharmacy", "kindergarten", "convenience_store", "reading_room"}
SERVICES: list[tuple[Tags, str, bool]] = [
    ({"amenity": "pharmacy"}, "pharmacy", True),
    ({"amenity": "pharmacy", "opening_hours": "Mo-Su 08:00-20:00"}, "pharmacy", True),
    ({"amenity": "pharmacy", "construction": "minor"}, "pharmacy", True),
    ({"amenity": "pharmacy", "disused": "yes"}, "pharmacy", False),
    ({"disused:amenity": "pharmacy"}, "pharmacy", False),
    ({"amenity": "pharmacy", "opening_hours": "off"}, "pharmacy", False),
    ({"amenity": "pharmacy", "end_date": "2024-12-31"}, "pharmacy", False),
    ({"amenity": "kindergarten"}, "kindergarten", True),
    ({"amenity": "kindergarten", "access": "private"}, "kindergarten", True),
    ({"amenity": "kindergarten", "abandoned": "yes"}, "kindergarten", False),
    ({"amenity": "kindergarten", "construction": "yes"}, "kindergarten", False),
    ({"amenity": "kindergarten", "start_date": "2028"}, "kindergarten", False),
    ({"abandoned:amenity": "kindergarten"}, "kindergarten", False),
    ({"shop": "convenience"}, "convenience_store", True),
    ({"shop": "convenience", "disused": "no", "end_date": "2044"}, "convenience_store", True),
    ({"shop": "convenience", "access": "private"}, "convenience_store", False),
    ({"shop": "vacant", "disused:shop": "convenience"}, "convenience_store", False),
    ({"shop": "convenience", "operational_status": "closed"}, "convenience_store", False),
    ({"amenity": "library"}, "reading_room", True),
    ({"amenity": "library", "opening_hours": "24/7"}, "reading_room", True),
    ({"amenity": "library", "access": "no"}, "reading_room", False),
    ({"amenity": "library", "opening_hours": 'closed "moved"'}, "reading_room", False),
    ({"amenity": "school", "isced:level": "1"}, "primary_school", True),
    ({"amenity": "school", "isced:level": "1", "vacant": "yes"}, "primary_school", False),
    ({"amenity": "school"}, "school", True),
    ({"amenity": "school", "demolished": "yes"}, "school", False),
]

# --- layers: the columns are named by `row_in` ---------------------------------------------------

HEADERS = {
    "class": ("fclass", "道路等级"),
    "bridge": ("bridge", "桥梁"),
    "tunnel": ("tunnel", "隧道"),
    "layer": ("layer", "层"),
    "oneway": ("oneway", "单向"),
    "status": ("status", "状态"),
}


def row_in(row: Tags, *, chinese: bool) -> Tags:
    """Return a row under the headers of a language; ``foot`` and ``access`` have but one."""
    return {HEADERS.get(key, (key, key))[chinese]: value for key, value in row.items()}


LINES: list[tuple[Tags, str]] = [
    ({"class": "residential"}, BOTH),
    ({"class": "支路"}, BOTH),
    ({"class": "主干路"}, BOTH),
    ({"class": "人行道"}, BOTH),
    ({"class": "高速辅路"}, BOTH),
    ({"class": "footway"}, BOTH),
    ({"class": "trunk", "foot": "yes"}, BOTH),
    ({"class": "service", "access": "no", "foot": "yes"}, BOTH),
    ({"class": "service", "access": "private"}, PRIVATE),
    ({"class": "motorway"}, SHUT),
    ({"class": "trunk_link"}, SHUT),
    ({"class": "高速公路"}, SHUT),
    ({"class": "快速路"}, SHUT),
    ({"class": "匝道"}, SHUT),
    ({"class": "规划支路"}, SHUT),
    ({"class": "在建道路"}, SHUT),
    ({"class": "residential", "foot": "no"}, SHUT),
    ({"class": "service", "access": "no"}, SHUT),
    ({"class": "trunk;residential"}, SHUT),
]
STATUSES: list[tuple[Tags, str]] = [
    ({"status": "在用"}, BOTH),
    ({"status": "open"}, BOTH),
    ({"status": "在建"}, SHUT),
    ({"status": "planned"}, SHUT),
    ({"status": "停用"}, SHUT),
]
# The words of a column of directions; what T and F mean depends on the others.
DIRECTIONS: list[dict[str, str]] = [
    {"F": ALONG, "T": AGAINST, "B": BOTH},
    {"T": ALONG, "F": BOTH, "no": BOTH},
    {"FT": ALONG, "TF": AGAINST, "-1": AGAINST},
    {"单向": ALONG, "逆向": AGAINST, "双向": BOTH},
    {"F": BOTH, "T": BOTH},
]
DECK_LINES: list[tuple[Tags, float]] = [
    ({"class": "residential", "bridge": "T"}, 1.0),
    ({"class": "支路", "bridge": "是", "layer": "1"}, 1.0),
    ({"class": "天桥"}, 1.0),
    ({"class": "footway", "tunnel": "yes", "layer": "-1"}, -1.0),
    ({"class": "人行地道"}, -1.0),
]
SQUARE_LINES: list[tuple[Tags, str]] = [
    ({"class": "pedestrian"}, BOTH),
    ({"class": "广场"}, BOTH),
    ({"class": "步行街"}, BOTH),
]
SERVICE_ROWS: list[tuple[Tags, str, bool]] = [
    ({"facility_type": "药店"}, "pharmacy", True),
    ({"facility_type": "药店", "状态": "营业"}, "pharmacy", True),
    ({"facility_type": "药店", "状态": "停业"}, "pharmacy", False),
    ({"facility_type": "幼儿园"}, "kindergarten", True),
    ({"facility_type": "kindergarten", "状态": "在建"}, "kindergarten", False),
    ({"facility_type": "便利店"}, "convenience_store", True),
    ({"facility_type": "便利店", "opening_hours": "off"}, "convenience_store", False),
    ({"facility_type": "图书阅览室"}, "reading_room", True),
    ({"facility_type": "reading_room", "状态": "空置"}, "reading_room", False),
    ({"facility_type": "小学"}, "primary_school", True),
    ({"facility_type": "小学", "状态": "规划"}, "primary_school", False),
    ({"facility_type": "学校"}, "school", True),
]
