"""A practice pack as a city writes it: its name, its worked examples, all its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from linli.domains.matters.spec import ClassCode, MattersSpec
from linli.engines.forms.spec import Form
from linli.engines.notices.spec import NoticesSpec
from linli.engines.workflow.spec import Calendar, Need, Workflow
from linli.ground.accounts.spec import PostsSpec
from linli.ground.privacy.spec import RetentionSpec
from linli.ground.territory.spec import TerritorySpec
from linli.kernel.spec import Key, Spec, Text

PERMISSIONS: dict[str, Text] = {
    "packs.view": Text(zh="查看实践包", en="See the practice pack"),
    "packs.manage": Text(zh="修改和安装实践包", en="Edit and install the practice pack"),
    "packs.manage_roles": Text(zh="修改角色权限", en="Change what roles may do"),
    "calendar.manage": Text(zh="维护工作日历", en="Keep the working calendar"),
}

Version = Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]


class About(Spec):
    """pack.toml: what the pack is called, what it builds on, since when and why it holds."""

    name: Key
    title: Text
    version: Version
    extends: Key | None = None
    whole: bool = True
    in_force_from: date
    basis: str = Field(min_length=1, max_length=300)
    leads: dict[Annotated[Key, Field(max_length=24)], Text] = {}


class Expected(Spec):
    """Where the matter must stand after a beat, or the refusal it must meet."""

    state: Key | None = None
    phase: Key | None = None
    owner: Key | None = None
    due: datetime | None = None
    told: tuple[Key, ...] = ()
    refused: str | None = Field(default=None, max_length=60)


class Beat(Spec):
    """One act of a worked example: who did what, how long after the one before."""

    by: Key
    move: Key
    minutes: int = Field(ge=0, le=527_040)
    given: tuple[Need, ...] = ()
    unit: Key | None = None
    expect: Expected


class Case(Spec):
    """A worked example: a matter, what happens to it, and where it must then stand."""

    title: Text
    matter_class: ClassCode
    origin: Literal["reported", "self_found"]
    sampled: bool = False
    reported_at: datetime
    expect: Expected
    beats: tuple[Beat, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack whose every part has the right shape, together with what it extends.

    `texts` are the files it was read from, by pack and path.
    """

    about: About
    territory: TerritorySpec
    posts: PostsSpec
    retention: RetentionSpec
    calendar: Calendar
    notices: NoticesSpec
    matters: MattersSpec
    workflows: Mapping[str, Workflow]
    forms: Mapping[str, Form]
    cases: Mapping[str, Case]
    texts: Mapping[str, str]

    def body(self) -> dict[str, object]:
        """Everything the pack says, as plain values."""
        singles = {
            "about": self.about,
            "territory": self.territory,
            "posts": self.posts,
            "retention": self.retention,
            "calendar": self.calendar,
            "notices": self.notices,
            "matters": self.matters,
        }
        many = {"workflows": self.workflows, "forms": self.forms, "cases": self.cases}
        return {name: spec.model_dump(mode="json") for name, spec in singles.items()} | {
            name: {key: spec.model_dump(mode="json") for key, spec in specs.items()}
            for name, specs in many.items()
        }
