"""A name in two languages, as facility types, levels and rules have one."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Title(BaseModel):
    """A text in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(min_length=1, description="In Chinese.")
    en: str = Field(min_length=1, description="In English.")

    def text(self, language: str) -> str:
        """Return the text in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en
