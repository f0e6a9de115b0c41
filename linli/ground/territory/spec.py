"""Territory as a pack writes it: the scheme of the codes, and how large a grid should be."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from linli.kernel.errors import _
from linli.kernel.spec import Spec, SpecError, Text

PERMISSIONS: dict[str, Text] = {
    "territory.view": Text(zh="查看区划与网格", en="See areas and grids"),
    "territory.import": Text(zh="导入区划", en="Import divisions"),
    "territory.publish": Text(zh="发布网格边界", en="Publish grid outlines"),
}


class Size(Spec):
    """How many households a grid of one kind should have."""

    title: Text
    least: int = Field(ge=0)
    most: int = Field(ge=1)

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.least > self.most:
            raise SpecError("least", str(self.least), _("no more than `most`"))
        return self


class TerritorySpec(Spec):
    """territory.toml."""

    basis: str = Field(min_length=1, max_length=300)
    scheme: Literal["statistical", "civil_affairs"]
    grid_sizes: dict[Literal["urban", "rural", "dedicated"], Size]
