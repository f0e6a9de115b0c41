"""Matters as a pack writes them: classes, who is asked first, what a reporter must know."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from linli.engines.notices.spec import Kind
from linli.kernel.spec import Key, Spec, SpecError, Text

PERMISSIONS: dict[str, Text] = {
    "matters.view": Text(zh="查看事项", en="See matters"),
    "matters.report": Text(zh="登记事项", en="Take in matters"),
    "matters.handle": Text(zh="办理事项", en="Act on matters"),
    "matters.press": Text(zh="督促", en="Press a matter"),
    "matters.unmask": Text(zh="查看反映人联系方式", en="Open a reporter's contact"),
    "matters.view_archive": Text(zh="查看档案", en="Open archives"),
}

_MATTER = frozenset({"number", "matter_class"})
_OWNED = _MATTER | {"area", "due"}

NOTICES: dict[str, Kind] = {
    "resident_received": Kind(
        Text(zh="已收到反映", en="Report received"), "resident", _MATTER | {"link"}
    ),
    "resident_asked": Kind(
        Text(zh="请补充情况", en="Asked back"), "resident", _MATTER | {"question", "link"}
    ),
    "resident_answered": Kind(
        Text(zh="已答复，请评价", en="Answered, please rate"),
        "resident",
        _MATTER | {"answer", "link"},
    ),
    "resident_declined": Kind(
        Text(zh="未予受理", en="Declined"), "resident", _MATTER | {"reason", "link"}
    ),
    "owner_new": Kind(Text(zh="新到事项", en="New work"), "post", _OWNED),
    "owner_returned": Kind(
        Text(zh="退回事项", en="Work came back"), "post", _OWNED | {"reason"}
    ),
    "owner_resumed": Kind(Text(zh="补充已结束", en="The question is settled"), "post", _OWNED),
    "owner_pressed": Kind(Text(zh="事项被督促", en="Work was pressed"), "post", _OWNED),
    "owner_near_due": Kind(Text(zh="即将到期", en="Nearly due"), "post", _OWNED),
}

ClassCode = Annotated[str, StringConstraints(pattern=r"^\d{2}-\d{2}$")]
LimitText = Annotated[str, StringConstraints(pattern=r"^(immediate|\d{1,4} [a-z_]+)$")]

FACTS: dict[str, Text] = {
    "on_the_spot": Text(zh="可当场办结的类别", en="The class may be settled on the spot"),
    "sampled": Text(zh="抽中复核", en="Drawn for a second look"),
    "not_sampled": Text(zh="未抽中复核", en="Not drawn for a second look"),
    "self_found": Text(zh="主动发现", en="Found by a worker"),
    "reported": Text(zh="居民反映", en="Reported by a resident"),
    "inspects": Text(zh="需要核查", en="The class asks for inspection"),
    "inspects_not": Text(zh="无需核查", en="The class asks for no inspection"),
}


class Condition(Spec):
    """What must be the case for a matter of the class to be filed 立案条件."""

    key: Key
    title: Text


class ClassSpec(Spec):
    """One class of matters: what it is, who leads, how long, and what it asks."""

    code: ClassCode
    major: Text
    title: Text
    national: str = Field(default="", max_length=60)
    duty: Literal["street", "committee"]
    platform: Literal["order", "market", "enforcement", "convenience", "none"]
    lead: Key
    severity: Annotated[int, Field(ge=1, le=4)]
    limit: LimitText
    target: LimitText | None = None
    workflow: Key = "matter"
    form: Key | None = None
    stop_notice: Text | None = None
    on_the_spot: bool = False
    for_residents: bool = True
    inspect: bool = True
    conditions: tuple[Condition, ...] = ()
    basis: str = Field(min_length=1, max_length=300)


class MattersSpec(Spec):
    """matters.toml: every class, and the share of on-the-spot matters a second person looks at."""

    sample_percent: Annotated[int, Field(ge=0, le=100)]
    other_class: ClassCode
    classes: tuple[ClassSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _other_is_a_class(self) -> Self:
        if self.other_class not in {one.code for one in self.classes}:
            raise SpecError("other_class", self.other_class, "the code of one of the classes")
        return self
