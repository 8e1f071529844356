"""The JSON Schema of rule packs, so that editors complete and check them.

Owns adding to the model's own schema what it leaves to `siting.rules.pack.checks`: the names of
measures, units and facility types.
"""

from __future__ import annotations

from typing import Any

from siting.rules.pack.measures import MEASURES
from siting.rules.pack.model import PackText
from siting.vocabulary.facility_types import load_facility_types

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def pack_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a rule pack.

    Examples
    --------
    >>> schema = pack_schema()
    >>> "walking_distance" in schema["$defs"]["RuleText"]["properties"]["measure"]["enum"]
    True
    """
    schema = PackText.model_json_schema(by_alias=True, mode="validation")
    definitions = schema["$defs"]
    units = sorted({measure.unit for measure in MEASURES.values()})
    for name in ("RuleText", "Alternative"):
        definitions[name]["properties"]["measure"]["enum"] = sorted(MEASURES)
    for name in ("RuleText", "Alternative", "Functions"):
        _limit_codes(definitions[name]["properties"]["facility_types"])
    definitions["Require"]["properties"]["unit"]["enum"] = units
    return {"$schema": DRAFT, "$id": "siting/rule-pack", **schema, "title": "rules"}


def _limit_codes(field: dict[str, Any]) -> None:
    """Let a field take the known facility types only, one or several."""
    codes = list(load_facility_types())
    for way in field["anyOf"]:
        target = way.get("items", way)
        target["enum"] = codes
