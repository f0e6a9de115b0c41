"""What people are told, as a pack writes it: the texts, the quiet hours, what may break through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from linli.kernel.errors import _
from linli.kernel.spec import Key, Spec, SpecError, Term, Text

PERMISSIONS: dict[str, Text] = {
    "notices.manage": Text(zh="管理消息通道与发件箱", en="Look after channels and outbox"),
}

TERMS: dict[str, Term] = {
    "notices": Term(
        title=Text(zh="消息及其发送记录", en="Notices and their sendings"),
        counted_from=Text(zh="消息写成", en="the writing of the notice"),
        longest="1 years",
    ),
}

# Every word a text may name, and what stands there.
WORDS: Final[dict[str, Text]] = {
    "number": Text(zh="事项编号", en="the matter's number"),
    "matter_class": Text(zh="事项类别", en="the matter's class"),
    "area": Text(zh="所在网格或社区", en="the grid or community"),
    "due": Text(zh="到期时间", en="until when"),
    "question": Text(zh="需要补充的问题", en="what is asked back"),
    "answer": Text(zh="答复内容", en="the answer"),
    "reason": Text(zh="原因", en="the reason"),
    "link": Text(zh="本人查看的链接", en="the reader's own link"),
    "days": Text(zh="剩余天数", en="how many days are left"),
    "day": Text(zh="日期", en="the day"),
    "channel": Text(zh="通道名称", en="the channel's name"),
}
# Who has one of these can act as the reader, so nobody else is shown it.
SECRET_WORDS: Final = frozenset({"link"})

PLACE: Final = re.compile(r"\{([a-z_]+)\}")
WallTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing people are told: to whom, and the words that are known then."""

    title: Text
    to: Literal["resident", "post", "account"]
    words: frozenset[str]


NOTICES: dict[str, Kind] = {
    "channel_test": Kind(
        Text(zh="通道测试", en="Test of a channel"), "account", frozenset({"channel"})
    ),
}


class NoticeText(Spec):
    """The words of one notice; `{number}` and the like stand for what is known then."""

    title: Text
    text: Text

    @model_validator(mode="after")
    def _places_are_whole(self) -> Self:
        for key, words in (("title", self.title), ("text", self.text)):
            for language in ("zh", "en"):
                rest = PLACE.sub("", getattr(words, language))
                if "{" in rest or "}" in rest:
                    expected = _("braces only around a word, such as {{number}}")
                    raise SpecError(f"{key}.{language}", rest, str(expected).format())
        return self

    def places(self) -> set[tuple[str, str]]:
        """Every word named, with the key it stands in."""
        return {
            (f"{key}.{language}", name)
            for key, words in (("title", self.title), ("text", self.text))
            for language in ("zh", "en")
            for name in PLACE.findall(getattr(words, language))
        }


class Hours(Spec):
    """Two times of the wall clock; an end before the beginning lies on the next day."""

    begin: WallTime
    end: WallTime

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.begin == self.end:
            raise SpecError("end", self.end, _("another time than `begin`"))
        return self


class Urgent(Spec):
    """What reaches a post off duty, and on which ground."""

    severity: Annotated[int, Field(ge=1, le=4)]
    notices: tuple[Key, ...] = Field(min_length=1)
    basis: str = Field(min_length=1, max_length=300)


class CalendarEnds(Spec):
    """How long before its end somebody is told that the working calendar needs a new year."""

    days: Annotated[int, Field(ge=1, le=365)]
    roles: tuple[Key, ...] = Field(min_length=1)


class NoticesSpec(Spec):
    """notices.toml: who is told what, in which words, and when nobody is disturbed."""

    basis: str = Field(min_length=1, max_length=300)
    quiet: Hours
    duty: Hours
    urgent: Urgent
    near_due_hours: Annotated[int, Field(ge=1, le=72)]
    calendar_ends: CalendarEnds
    texts: dict[Key, NoticeText]

    @model_validator(mode="after")
    def _duty_is_one_day(self) -> Self:
        if self.duty.end <= self.duty.begin:
            raise SpecError("duty.end", self.duty.end, _("a later time of the same day"))
        return self
