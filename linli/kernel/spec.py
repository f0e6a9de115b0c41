"""The base of every section of a practice pack: frozen, and unknown keys are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from django.utils.functional import Promise

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Sentence = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)
]


class SpecError(ValueError):
    """What a validator found, and what it expected, at a key below the piece it looked at."""

    def __init__(self, key: str, found: str, expected: str | Promise) -> None:
        super().__init__(f"{key}: found {found}, expected {expected}")
        self.key, self.found, self.expected = key, found, expected


KeepText = Annotated[str, StringConstraints(pattern=r"^\d{1,4} (days|months|years)$")]


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


class Term(Spec):
    """A term the code can end: what it is about, from when it counts, and the longest it may be."""

    title: Text
    counted_from: Text
    longest: KeepText


def _plain(text: str) -> str:
    """What PostgreSQL can keep and a page can show: no NUL, no half of a surrogate pair."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("holds signs that are no text")
    return text


Words = Annotated[str, AfterValidator(_plain), StringConstraints(max_length=2000)]
Line = Annotated[str, AfterValidator(_plain), StringConstraints(max_length=200)]
