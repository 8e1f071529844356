"""The facts that rules ask for: their keys and units, and what people call them.

Owns the closed list of keys, such as ``households`` or ``floor_area_m2.elder_care``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.message import Text
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from collections.abc import Mapping

# The facts that stand alone, with their units.
SCALAR_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "households": "households",
        "population": "persons",
        "persons_per_household": "persons/household",
        "site_area_m2": "m2",
        "gross_site_area_m2": "m2",
        "total_floor_area_m2": "m2",
        "above_ground_floor_area_m2": "m2",
        "underground_floor_area_m2": "m2",
        "far_floor_area_m2": "m2",
        "non_far_floor_area_m2": "m2",
        "above_ground_non_far_floor_area_m2": "m2",
        "residential_floor_area_m2": "m2",
        "public_floor_area_m2": "m2",
        "other_floor_area_m2": "m2",
        "stilt_floor_area_m2": "m2",
        "footprint_m2": "m2",
        "floor_area_ratio": "",
        "building_density_share": "share",
        "green_share": "share",
        "parking_spaces": "spaces",
        "bicycle_spaces": "spaces",
    }
)

# The facts that exist once for each facility type, written ``<quantity>.<facility_type>``.
# ``shared_floor_area_m2`` is area of rooms that also serve the type but are counted under another.
TYPED_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "floor_area_m2": "m2",
        "shared_floor_area_m2": "m2",
        "land_area_m2": "m2",
        "places": "places",
        "beds": "beds",
        "classes": "classes",
        "count": "facilities",
    }
)

_SCALARS: Mapping[str, Text] = MappingProxyType(
    {
        "households": Text("居住户数", "households"),
        "population": Text("居住人口", "population"),
        "persons_per_household": Text("户均人口", "persons per household"),
        "site_area_m2": Text("用地面积", "site area"),
        "gross_site_area_m2": Text("总用地面积", "gross site area"),
        "total_floor_area_m2": Text("总建筑面积", "total floor area"),
        "above_ground_floor_area_m2": Text("地上建筑面积", "floor area above ground"),
        "underground_floor_area_m2": Text("地下建筑面积", "floor area below ground"),
        "far_floor_area_m2": Text("计容建筑面积", "floor area that counts"),
        "non_far_floor_area_m2": Text("不计容建筑面积", "floor area that does not count"),
        "above_ground_non_far_floor_area_m2": Text(
            "地上不计容建筑面积", "floor area above ground that does not count"
        ),
        "residential_floor_area_m2": Text("住宅建筑面积", "housing floor area"),
        "public_floor_area_m2": Text("公建面积", "floor area of public buildings"),
        "other_floor_area_m2": Text("其他建筑面积", "other floor area"),
        "stilt_floor_area_m2": Text("架空部分建筑面积", "floor area on stilts"),
        "footprint_m2": Text("建筑基底面积", "footprint of the buildings"),
        "floor_area_ratio": Text("容积率", "floor-area ratio"),
        "building_density_share": Text("建筑密度", "building density"),
        "green_share": Text("绿地率", "green share"),
        "parking_spaces": Text("机动车停车位", "parking spaces"),
        "bicycle_spaces": Text("非机动车停车位", "bicycle spaces"),
        "elderly": Text("老年人口", "elderly people"),
        "children": Text("儿童人口", "children"),
        "people": Text("人口", "people"),
        "zone": Text("所在分区", "zone"),
        "capacity": Text("容量", "capacity"),
        "residential_land": Text("居住用地", "residential land"),
        "homes": Text("住宅", "homes"),
        "context": Text("现状城市", "existing city"),
        "layers.buildings": Text("住宅楼图层", "layer of the buildings"),
        "facilities.complex": Text("设施所属综合体", "complex of each facility"),
        "facilities.floor_level": Text("设施所在楼层", "floor level of each facility"),
        "facilities.own_entrance": Text("设施是否有独立出入口", "own entrance of each facility"),
    }
)
_TYPED: Mapping[str, Text] = MappingProxyType(
    {
        "floor_area_m2": Text("建筑面积", "floor area"),
        "shared_floor_area_m2": Text("共用面积", "shared floor area"),
        "land_area_m2": Text("用地面积", "land"),
        "places": Text("学位（托位）数", "places"),
        "beds": Text("床位数", "beds"),
        "classes": Text("班数", "classes"),
        "count": Text("数量", "number"),
    }
)
_UNITS: Mapping[str, Text] = MappingProxyType(
    {
        "households": Text("户", "households"),
        "persons": Text("人", "persons"),
        "persons/household": Text("人/户", "persons/household"),
        "m2": Text("m²", "m²"),
        "m2/households": Text("m²/户", "m² per household"),
        "m2/m2": Text("", ""),
        "persons/households": Text("人/户", "persons per household"),
        "places": Text("个", "places"),
        "beds": Text("床", "beds"),
        "classes": Text("班", "classes"),
        "facilities": Text("处", "facilities"),
        "spaces": Text("个", "spaces"),
        "share": Text("", ""),
    }
)


def unit_of(key: str) -> str:
    """Return the unit of a fact's key.

    Raises
    ------
    KeyError
        Where the key is none of the known ones.

    Examples
    --------
    >>> unit_of("households"), unit_of("floor_area_m2.elder_care")
    ('households', 'm2')
    """
    quantity, dot, facility_type = key.partition(".")
    return TYPED_UNITS[quantity] if dot and facility_type else SCALAR_UNITS[key]


def fact_title(key: str) -> Text:
    """Return what a fact is called; the key itself where nothing knows it.

    Examples
    --------
    >>> fact_title("floor_area_m2.elder_care").zh, fact_title("households").en
    ('养老服务用房建筑面积', 'households')
    >>> fact_title("phases.一期.households").zh, fact_title("facilities.beds").zh
    ('一期居住户数', '各设施床位数')
    """
    if key in _SCALARS:
        return _SCALARS[key]
    if key in _TYPED:
        return _TYPED[key]
    quantity, _, code = key.partition(".")
    if quantity == "facilities" and code in _TYPED:
        return Text(f"各设施{_TYPED[code].zh}", f"{_TYPED[code].en} of each facility")
    if quantity == "phases":
        return _phase_title(code)
    return _typed_title(key)


def fact_words(key: str) -> str:
    """Name a fact in Chinese, with the key under which a plan gives it.

    >>> fact_words("population"), fact_words("unheard-of")
    ('居住人口（population）', 'unheard-of')
    """
    title = fact_title(key).zh
    return key if title == key else f"{title}（{key}）"


def _phase_title(key: str) -> Text:
    """Name a figure that each phase should give, or that one phase lacks."""
    whole = _SCALARS.get(key) or _typed_title(key)
    if whole.zh != key:
        return Text(f"各期{whole.zh}", f"{whole.en} of each phase")
    # A phase has the name that its plan gave it, with dots or without.
    phase, _, scalar = key.rpartition(".")
    title = _SCALARS.get(scalar, Text(scalar, scalar))
    return Text(f"{phase}{title.zh}", f"{title.en} of {phase}")


def _typed_title(key: str) -> Text:
    quantity, _, code = key.partition(".")
    types = load_facility_types()
    if quantity not in _TYPED or code not in types:
        return Text(key, key)
    return Text(
        types.title(code, "zh") + _TYPED[quantity].zh,
        f"{types.title(code, 'en')}: {_TYPED[quantity].en}",
    )


def unit_text(unit: str) -> Text:
    """Return how a unit is written for people; itself where nothing knows it.

    >>> unit_text("households").zh
    '户'
    """
    return _UNITS.get(unit, Text(unit.replace("m2", "m²"), unit.replace("m2", "m²")))
