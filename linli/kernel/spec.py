"""The base of every section of a practice pack: frozen, and unknown keys are refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Spec(BaseModel):
    """A frozen piece of a pack."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Spec):
    """Words in Chinese, and in English where somebody wrote them."""

    zh: Sentence
    en: str = Field(default="", max_length=500)

    def in_language(self, language: str) -> str:
        """English readers get English where there is any, everybody else Chinese."""
        return self.en if language.startswith("en") and self.en else self.zh
