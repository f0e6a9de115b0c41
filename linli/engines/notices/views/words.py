"""The words of the pages about notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language

from linli.engines.notices.forms import STATE_NAMES
from linli.engines.notices.rules import State, fill
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.engines.notices.models import Notice
    from linli.kernel.errors import StrOrPromise


@dataclass(frozen=True, slots=True)
class StateMark:
    """How a sending stands: word, icon and colour together, and what the word means."""

    word: StrOrPromise
    icon: str
    tone: str
    meaning: StrOrPromise


STATE_MARKS: Final[dict[State, StateMark]] = {
    "queued": StateMark(
        STATE_NAMES["queued"], "clock", "amber", _("It goes as soon as the channel takes it.")
    ),
    "sending": StateMark(
        STATE_NAMES["sending"], "send", "blue", _("A job is at it right now.")
    ),
    "sent": StateMark(STATE_NAMES["sent"], "check", "green", _("The provider has taken it.")),
    "delivered": StateMark(
        STATE_NAMES["delivered"],
        "circle-check",
        "green",
        _("The provider says that it arrived."),
    ),
    "failed": StateMark(
        STATE_NAMES["failed"],
        "alert-circle",
        "red",
        _("The provider refused it, or could not be reached."),
    ),
    "uncertain": StateMark(
        STATE_NAMES["uncertain"],
        "help-circle",
        "purple",
        _("It may have gone. It is never sent twice by itself."),
    ),
    "kept": StateMark(
        STATE_NAMES["kept"], "archive", "grey", _("No channel reaches this resident.")
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in the reader's language."""

    title: str
    text: str


def said(notice: Notice, *, hide: bool = False) -> Said:
    """The words of a notice; `hide` for everybody it was not written to."""
    english = (get_language() or "").startswith("en")
    wording, words = notice.wording, notice.spoken()
    title = (wording.title_en if english else "") or wording.title_zh
    text = (wording.text_en if english else "") or wording.text_zh
    return Said(
        fill(title, words, english=english, hide=hide),
        fill(text, words, english=english, hide=hide),
    )
