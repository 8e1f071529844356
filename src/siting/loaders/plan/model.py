"""What ``plan.yaml`` may say: every key, its unit and its meaning, checked at once.

Owns the model of the file only; `siting.loaders.plan.read` reads it and what it names.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from siting.did_you_mean import hint_known
from siting.errors import WrongValueError
from siting.loaders.project.model import (
    DeclaredCRS,
    FacilityLayer,
    FileLayer,
    ResidentialLayer,
    SourceFile,
)
from siting.message import message
from siting.rules.facts import SCALAR_UNITS, TYPED_UNITS
from siting.vocabulary.facility_types import load_facility_types
from siting.yaml_lines import shown


def _exact(value: object) -> object:
    """Keep a number as it is written: the shortest text of a float is what was typed."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise WrongValueError(message("value.no_number", value=shown(value)))
    number = Decimal(str(value))
    if not number.is_finite():
        raise WrongValueError(message("value.not_finite"))
    return number


def _known_type(code: str) -> str:
    types = load_facility_types()
    if code not in types:
        raise WrongValueError(message("value.no_facility_type", code=code, hint=types.hint(code)))
    return code


def _known_figure(figure: str) -> str:
    """Return the key of a fact; a facility type alone means its floor area."""
    key = f"floor_area_m2.{figure}" if figure in load_facility_types() else figure
    quantity, _, code = key.partition(".")
    if key in SCALAR_UNITS or (quantity in TYPED_UNITS and code in load_facility_types()):
        return key
    known = (*SCALAR_UNITS, *load_facility_types())
    hint = hint_known(figure, known)
    raise WrongValueError(message("value.no_figure", figure=figure, hint=hint))


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _path_as_mapping(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


def _or_path(model: type[BaseModel]) -> BeforeValidator:
    """Let a bare path stand for a mapping with that path."""
    return BeforeValidator(_path_as_mapping, json_schema_input_type=str | model)


class _CodesInSchema:
    """Lists the codes in the JSON Schema, so that editors complete them."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core), "enum": sorted(load_facility_types())}


_NotNegative = Annotated[float, Field(ge=0)]
_Share = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[
    Decimal, BeforeValidator(_exact, json_schema_input_type=_NotNegative), Field(ge=0)
]
Share = Annotated[
    Decimal, BeforeValidator(_exact, json_schema_input_type=_Share), Field(ge=0, le=1)
]
FacilityCode = Annotated[str, AfterValidator(_known_type), _CodesInSchema()]
_Codes = Annotated[list[FacilityCode], Field(min_length=1)]
ByType = dict[FacilityCode, Number]
Figure = Annotated[str, AfterValidator(_known_figure)]
_Cells = Annotated[
    str, Field(pattern=r"^([^!+]+!)?[A-Z]{1,3}[0-9]{1,7}( *\+ *([^!+]+!)?[A-Z]{1,3}[0-9]{1,7})*$")
]
Reading = Number | _Cells


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class TypedFigures(_Model):
    """Figures that exist once for each facility type."""

    floor_area_m2: ByType = Field(default_factory=dict, description="Floor area, m2.")
    land_area_m2: ByType = Field(default_factory=dict, description="Land or ground, m2.")
    places: ByType = Field(default_factory=dict, description="Places of a nursery or school.")
    beds: ByType = Field(default_factory=dict, description="Beds of an elder-care facility.")
    classes: ByType = Field(
        default_factory=dict, description="Classes of a kindergarten or school."
    )
    count: ByType = Field(default_factory=dict, description="Number of facilities.")


class PhaseFigures(TypedFigures):
    """The figures that a phase may have."""

    households: Number | None = Field(default=None, description="Planned households.")
    population: Number | None = Field(default=None, description="Planned residents.")
    total_floor_area_m2: Number | None = None
    residential_floor_area_m2: Number | None = None


class Indicators(PhaseFigures):
    """The indicator table; every figure in the unit that its key names."""

    persons_per_household: Number | None = Field(
        default=None, description="Used for the population where that is left out."
    )
    site_area_m2: Number | None = Field(
        default=None,
        description="The net area where both are known: it divides for ratio, density and green.",
    )
    gross_site_area_m2: Number | None = Field(
        default=None, description="With the land for roads and other public uses."
    )
    above_ground_floor_area_m2: Number | None = None
    underground_floor_area_m2: Number | None = None
    far_floor_area_m2: Number | None = Field(
        default=None, description="Floor area that counts for the floor-area ratio."
    )
    non_far_floor_area_m2: Number | None = None
    above_ground_non_far_floor_area_m2: Number | None = None
    public_floor_area_m2: Number | None = None
    other_floor_area_m2: Number | None = None
    stilt_floor_area_m2: Number | None = Field(
        default=None, description="Open floor on stilts (架空层)."
    )
    footprint_m2: Number | None = None
    floor_area_ratio: Number | None = None
    building_density_share: Share | None = Field(default=None, description="0 to 1.")
    green_share: Share | None = Field(default=None, description="0 to 1.")
    parking_spaces: Number | None = None
    bicycle_spaces: Number | None = None


class IndicatorFile(_Model):
    """A workbook with the indicator table."""

    path: SourceFile = Field(description="XLSX workbook, relative to the plan.")
    sheet: str | None = Field(default=None, description="Sheet to read; all where left out.")
    column: str | None = Field(
        default=None,
        description="Header of the column with the figures, where several may be meant.",
    )
    readings: dict[Figure, Reading] = Field(
        default_factory=dict,
        description="For a figure in doubt, the cell (B7) or cells (B7 + B8) that give it, or "
        "which of its readings is meant (0.35). A facility type alone is its floor area.",
    )


def _kind_of_indicators(value: object) -> str:
    is_file = isinstance(value, str | IndicatorFile) or (
        isinstance(value, dict) and "path" in value
    )
    return "IndicatorFile" if is_file else "Indicators"


class FacilityRow(_Model):
    """One planned facility without a drawing."""

    id: str | None = Field(default=None, description="Unique in the plan; made up where left out.")
    name: str = ""
    facility_type: Annotated[
        _Codes,
        BeforeValidator(_listed, json_schema_input_type=FacilityCode | _Codes),
    ] = Field(description="One code; or several, the first counting the area, the rest sharing it.")
    floor_area_m2: Number | None = None
    land_area_m2: Number | None = None
    places: Number | None = None
    beds: Number | None = None
    classes: Number | None = None
    phase: str = ""
    floor_level: int | None = Field(
        default=None, description="1 is the ground floor, -1 the first basement."
    )
    own_entrance: bool | None = None
    complex: str = Field(default="", description="Facilities of one service complex share it.")


class PhaseRow(PhaseFigures):
    """One phase of building, in the order of building."""

    name: str = Field(min_length=1)


class WaiverRow(_Model):
    """A decision that a rule does not bind this plan until a date."""

    rule: str = Field(min_length=1, description="The rule's id.")
    reason: str = Field(min_length=1)
    approver: str = Field(min_length=1)
    expires: dt.date = Field(description="The last day it holds.")
    subject: str = Field(default="", description="A facility's id; empty: the whole plan.")


class PlanLayers(_Model):
    """The drawing."""

    site: Annotated[FileLayer, _or_path(FileLayer)] | None = None
    buildings: Annotated[ResidentialLayer, _or_path(ResidentialLayer)] | None = None
    facilities: Annotated[FacilityLayer, _or_path(FacilityLayer)] | None = None


JURISDICTION = r"^[a-z]{2}(-[a-z0-9]+)*$"


class PlanFile(_Model):
    """A proposed residential development."""

    name: str = Field(min_length=1)
    jurisdiction: str = Field(
        description="Whose rules bind it, such as cn-hubei-wuhan.",
        pattern=JURISDICTION,
    )
    date: dt.date = Field(description="The rules in force on this day are applied.")
    status: Literal["new", "renewal", "existing"] = "new"
    indicators: Annotated[
        Annotated[IndicatorFile, _or_path(IndicatorFile), Tag("IndicatorFile")]
        | Annotated[Indicators, Tag("Indicators")],
        Discriminator(_kind_of_indicators),
    ] = Field(default_factory=Indicators, description="Figures, or a workbook with them.")
    facilities: list[FacilityRow] = Field(default_factory=list)
    phases: list[PhaseRow] = Field(default_factory=list)
    includes: dict[FacilityCode, list[FacilityCode]] = Field(
        default_factory=dict,
        description="For a facility type, the types whose area is part of its figure.",
    )
    reasons: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Rule id: why the plan takes the exception that the rule leaves, such as "
        "elder care that cannot stand in the first phase.",
    )
    waivers: list[WaiverRow] = Field(default_factory=list)
    layers: PlanLayers = Field(default_factory=PlanLayers)
    crs: DeclaredCRS | None = Field(default=None, description="Metric system to measure in.")
    context: SourceFile | None = Field(
        default=None, description="Project file of the existing city, for the radius rules."
    )
    description: str = ""


def plan_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``plan.yaml`` (draft 2020-12), so that editors complete it."""
    schema = PlanFile.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
