"""The published schema of a plan file agrees with what the reader takes and refuses."""

from __future__ import annotations

import datetime as dt

import jsonschema
import pytest
from pydantic import ValidationError

from siting.loaders.plan.model import PlanFile, plan_json_schema
from siting.vocabulary.facility_types import load_facility_types

HEAD = {"name": "甲", "jurisdiction": "cn-hubei-wuhan", "date": "2026-11-01"}


@pytest.mark.parametrize(
    ("more", "taken"),
    [
        ({"indicators": {"households": 0}}, True),
        ({"indicators": {"households": -1}}, False),
        ({"indicators": {"households": "1250"}}, False),
        ({"indicators": {"green_share": 1}}, True),
        ({"indicators": {"green_share": 1.01}}, False),
        ({"indicators": {"building_density_share": -0.01}}, False),
        ({"indicators": {"floor_area_m2": {"elder_care": 340}}}, True),
        ({"indicators": {"floor_area_m2": {"elder_care": -1}}}, False),
        ({"indicators": {"floor_area_m2": {"eldercare": 340}}}, False),
        ({"facilities": [{"facility_type": "canteen"}]}, True),
        ({"facilities": [{"facility_type": ["canteen", "sport"]}]}, True),
        ({"facilities": [{"facility_type": "cantine"}]}, False),
        ({"facilities": [{"facility_type": []}]}, False),
        ({"includes": {"community_service": ["elder_care"]}}, True),
        ({"includes": {"community_service": ["elderly"]}}, False),
        ({"nmae": 1}, False),
    ],
)
def test_the_schema_takes_what_the_reader_takes_and_refuses_what_it_refuses(more, taken):
    schema = jsonschema.Draft202012Validator(plan_json_schema())
    assert schema.is_valid({**HEAD, **more}) is taken
    data = {**HEAD, "date": dt.date(2026, 11, 1), **more}
    if taken:
        PlanFile.model_validate(data)
    else:
        with pytest.raises(ValidationError):
            PlanFile.model_validate(data)


def test_the_schema_lists_every_facility_type_for_editors_to_complete():
    areas = plan_json_schema()["$defs"]["Indicators"]["properties"]["floor_area_m2"]
    assert areas["propertyNames"]["enum"] == sorted(load_facility_types())
