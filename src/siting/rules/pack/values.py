"""Small values that every file people write has in common: texts in two languages, one-or-many.

Owns what the models of rule packs, facility types, projects and plans share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema


class Title(BaseModel):
    """A text in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(min_length=1, description="In Chinese.")
    en: str = Field(min_length=1, description="In English.")

    def text(self, language: str) -> str:
        """Return the text in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


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
