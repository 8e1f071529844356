"""One value where a list is kept: what every file that people write allows.

Owns what the models of rule packs, projects and plans share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema


class OneOrMany:
    """Accepts one value where a list is kept, and says so in the JSON Schema."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def listed(value: Any) -> Any:
    """Return a list as it is, nothing as an empty one, and one value as a list of one.

    Examples
    --------
    >>> listed("park"), listed(["park", "sport"]), listed(None)
    (['park'], ['park', 'sport'], [])
    """
    if value is None:
        return []
    return value if isinstance(value, list | tuple) else [value]
