"""Matters as a pack writes them: classes, who is asked first, what a reporter must know."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from linli.engines.notices.spec import Kind
from linli.kernel.spec import Key, Spec, SpecError, Term, Text

PERMISSIONS: dict[str, Text] = {
    "matters.view": Text(zh="查看事项", en="See matters"),
    "matters.report": Text(zh="登记事项", en="Take in matters"),
    "matters.handle": Text(zh="办理事项", en="Act on matters"),
    "matters.press": Text(zh="督促", en="Press a matter"),
    "matters.unmask": Text(zh="查看反映人联系方式", en="Open a reporter's contact"),
    "matters.answer_person": Text(
        zh="办理个人信息更正、删除请求", en="Correct and delete a person's data at their wish"
    ),
    "matters.view_archive": Text(zh="查看档案", en="Open archives"),
}

TERMS: dict[str, Term] = {
    "matter_photos": Term(
        title=Text(zh="事项照片", en="Photos of matters"),
        counted_from=Text(zh="事项办结", en="the end of the matter"),
        longest="3 years",
    ),
    "matter_reporter": Term(
        title=Text(
            zh="反映人姓名、电话与档案中的个人附页",
            en="Reporters: name, telephone, archive annex",
        ),
        counted_from=Text(zh="事项办结", en="the end of the matter"),
        longest="5 years",
    ),
    "matter_content": Term(
        title=Text(zh="反映内容、办理说明与答复", en="What was reported, noted and answered"),
        counted_from=Text(zh="事项办结", en="the end of the matter"),
        longest="10 years",
    ),
    "matter_papers": Term(
        title=Text(
            zh="归档的案卷（不含个人附页）", en="Archived case files, without the annex"
        ),
        counted_from=Text(zh="事项办结", en="the end of the matter"),
        longest="30 years",
    ),
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
    "never_returned": Text(zh="未退回过", en="No unit gave it back yet"),
    "returned_once": Text(zh="退回过一次", en="A unit gave it back once"),
    "returned_twice": Text(zh="退回过两次", en="Units gave it back twice"),
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
    personal: Literal["", "copy", "correct", "delete"] = ""
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
