"""What happens in the demo, read from its files."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal

from pydantic import Field

from linli.config.demo.city import DATA
from linli.kernel.spec import Spec

Source = Literal["named", "confidential", "anonymous", "telephone", "counter", "found", "api"]
Said = str | tuple[str, ...]


class Story(Spec):
    """One matter: what was said, where, and the steps it has taken until now."""

    says: str
    class_code: str = Field(default="", alias="class")
    source: Source = Field(default="named", alias="from")
    where: Literal["address", "point", "text"] = "address"
    place: str = ""
    grid: tuple[int, int] | None = None
    answers: dict[str, str | int | list[str]] = {}
    condition: str = ""
    course: str = ""
    ended: float = Field(ge=0)
    units: tuple[str, ...] = ()
    sampled: bool = False
    photos: tuple[str, ...] = ()
    result_photos: tuple[str, ...] = ()
    question: str = ""
    reply: str = ""
    reason: str = ""
    note: str = ""
    result: Said = ""
    answer: str = ""
    public_text: str = ""
    score: int | None = None
    score_reason: str = ""

    @property
    def steps(self) -> tuple[tuple[str, float], ...]:
        """Every step with the working hours before it."""
        pairs = (part.split() for part in self.course.split(",") if part.strip())
        return tuple((key, float(hours)) for key, hours in pairs)

    def result_of(self, turn: int) -> str:
        """What was done the first time, the second time."""
        if isinstance(self.result, str):
            return self.result
        return self.result[min(turn, len(self.result) - 1)]


@cache
def stories() -> tuple[Story, ...]:
    """Every story, those still running first."""
    found: list[Story] = []
    for name in ("stories_open.toml", "stories_ended.toml"):
        told = tomllib.loads((DATA / name).read_text(encoding="utf-8"))
        found += [Story.model_validate(story) for story in told["stories"]]
    return tuple(found)
