"""Posts as a pack writes them: roles, and the permissions each gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from linli.kernel.spec import Key, Spec, Term, Text

Permission = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=60)]

PERMISSIONS: dict[str, Text] = {
    "house.check": Text(zh="查看系统自身状况", en="See how the house itself stands"),
    "accounts.view": Text(zh="查看岗位与任职", en="See posts and who holds them"),
    "accounts.manage": Text(zh="设置岗位、任职与账号", en="Set up posts, holders and accounts"),
    "jobs.manage": Text(zh="查看与重试后台任务", en="See jobs and run failed ones again"),
}

TERMS: dict[str, Term] = {
    "staff": Term(
        title=Text(
            zh="离岗人员的姓名、电话与账号",
            en="People who no longer serve: name, telephone, account",
        ),
        counted_from=Text(zh="最后一次任职结束", en="the end of the last post held"),
        longest="5 years",
    ),
}


class RoleSpec(Spec):
    """A kind of seat: at which level it stands and what it may do, how far.

    Nobody holds two `separate` roles at the same time.
    """

    title: Text
    level: Literal["city", "county", "street", "community", "grid"]
    unit: bool = False
    second_factor: bool = False
    separate: bool = False
    area: tuple[Permission, ...] = ()
    assigned: tuple[Permission, ...] = ()
    own: tuple[Permission, ...] = ()


class PostsSpec(Spec):
    """posts.toml: every role of the city's way of working."""

    basis: str = Field(min_length=1, max_length=300)
    roles: dict[Key, RoleSpec]
