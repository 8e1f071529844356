"""The facts that rules ask for: their keys and units, and what people call them.

Owns the closed list of keys, such as ``households`` or ``floor_area_m2.elder_care``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.message import Language, Text
from siting.vocabulary.facility_types import load_facility_types, type_text
from siting.vocabulary.fact_titles import load_fact_titles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.vocabulary.title import Title

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

_LANGUAGES: tuple[Language, Language] = ("zh", "en")


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
    titles = load_fact_titles()
    if key in titles.figures:
        return _text(titles.figures[key])
    if key in titles.of_types:
        return _text(titles.of_types[key])
    quantity, _, code = key.partition(".")
    if quantity == "facilities" and code in titles.of_types:
        return _made("each_facility", title=_text(titles.of_types[code]))
    if quantity == "phases":
        return _phase_title(code)
    return _typed_title(key)


def fact_text(key: str) -> Text:
    """Name what a plan lacks: by its key, and for Chinese readers by its title too.

    >>> fact_text("population"), fact_text("unheard-of")
    (Text(zh='居住人口（population）', en='population'), Text(zh='unheard-of', en='unheard-of'))
    """
    title, own = fact_title(key), Text(key, key)
    return own if title == own else _made("with_key", title=title, key=own)


def _phase_title(key: str) -> Text:
    """Name a figure that each phase should give, or that one phase lacks."""
    figures = load_fact_titles().figures
    whole = _text(figures[key]) if key in figures else _typed_title(key)
    if whole.zh != key:
        return _made("each_phase", title=whole)
    # A phase has the name that its plan gave it, with dots or without.
    phase, _, scalar = key.rpartition(".")
    title = _text(figures[scalar]) if scalar in figures else Text(scalar, scalar)
    return _made("of_phase", phase=Text(phase, phase), title=title)


def _typed_title(key: str) -> Text:
    quantity, _, code = key.partition(".")
    types, titles = load_facility_types(), load_fact_titles().of_types
    if quantity not in titles or code not in types:
        return Text(key, key)
    return _made("of_type", type=type_text(code), title=_text(titles[quantity]))


def _made(pattern: str, **parts: Text) -> Text:
    """Put titles together as a pattern of the vocabulary says."""
    form = load_fact_titles().patterns[pattern]
    zh, en = (
        form.text(language).format(**{name: part.text(language) for name, part in parts.items()})
        for language in _LANGUAGES
    )
    return Text(zh, en)


def _text(title: Title) -> Text:
    return Text(title.zh, title.en)
