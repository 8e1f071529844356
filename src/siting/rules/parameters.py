"""The numbers that a project may set: walking, access, and what may stand in for missing data.

Owns their names, units, limits and defaults. A number that would invent people or dwellings has
no default: it is used only when the user writes it.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from siting.errors import WrongValueError
from siting.message import message
from siting.vocabulary.facility_types import load_facility_types


class Parameters(BaseModel):
    """Parameters of one analysis; frozen, in the units their names say.

    Examples
    --------
    >>> Parameters().walking_speed_m_per_min
    80.0
    >>> Parameters().persons_per_household is None
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    walking_speed_m_per_min: float = Field(
        default=80.0,
        gt=0,
        le=300,
        description="Walking speed in metres per minute, for every rule that limits minutes.",
    )
    max_access_m: float = Field(
        default=200.0,
        gt=0,
        le=5000,
        description=(
            "Longest straight way in metres from a home or facility to its street; farther ones "
            "are unknown, not served."
        ),
    )
    persons_per_household: float | None = Field(
        default=None,
        gt=0,
        le=20,
        description=(
            "People per household, used only where a home states one of the two; left out: "
            "nothing is filled."
        ),
    )
    floor_area_per_household_m2: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description=(
            "Floor area in m2 per household, used only for homes that state neither households "
            "nor people; left out: nothing is filled."
        ),
    )
    default_levels: float | None = Field(
        default=None,
        gt=0,
        le=200,
        description=(
            "Storeys of an OpenStreetMap building whose storeys are not mapped; left out: its "
            "floor area stays unknown."
        ),
    )
    elderly_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description=(
            "Share of people of 60 and over (0 to 1), used only for homes that state people but "
            "no elderly; left out: nothing is filled."
        ),
    )
    children_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description=(
            "Share of children under 3 (0 to 1), used only for homes that state people but no "
            "children; left out: nothing is filled."
        ),
    )
    complete_types: tuple[str, ...] = Field(
        default=(),
        description=(
            "Facility types that the data list completely: where one is absent, rules about it "
            "fail instead of being unknown."
        ),
    )

    @field_validator("complete_types")
    @classmethod
    def _known_types(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        types = load_facility_types() if codes else ()
        for code in codes:
            if code not in types:
                hint = load_facility_types().hint(code)
                raise WrongValueError(message("value.no_facility_type", code=code, hint=hint))
        return codes
