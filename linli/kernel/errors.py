"""Refusals: what the house answers when something cannot be done, in words a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    StrOrPromise = str | Promise

__all__ = [
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "Refusal",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "_",
]


class Refusal(Exception):
    """A refusal names what is the case, beside the field it concerns."""

    status: ClassVar[int] = 422
    message: StrOrPromise = _("This cannot be done.")

    def __init__(self, field: str | None = None, **values: object) -> None:
        super().__init__(field)
        self.field = field
        self.values = values

    @property
    def code(self) -> str:
        """The refusal's own name, stable for programs."""
        return type(self).__name__

    def __str__(self) -> str:
        return str(self.message).format(**self.values)


class Invalid(Refusal):
    """What was sent cannot be understood or is out of range."""

    message = _("This value is not valid.")


class NotFound(Refusal):
    """There is no such record, or none this reader may see: the two are never told apart."""

    status = 404
    message = _("There is no such record.")


class Forbidden(Refusal):
    """The reader's posts do not include this act."""

    status = 403
    message = _("Your posts do not include this act.")


class Conflict(Refusal):
    """Somebody else was first, or the record is no longer in that state."""

    status = 409
    message = _("This has changed meanwhile. Look at it again.")


class Gone(Refusal):
    """It was there and has been erased or has ended."""

    status = 410
    message = _("This is no longer available.")


class TooLarge(Refusal):
    """More than the house takes at once."""

    status = 413
    message = _("This is too large.")


class TooMany(Refusal):
    """Too many tries; waiting helps."""

    status = 429
    message = _("Too many tries. Please wait a few minutes.")


class Unavailable(Refusal):
    """The house cannot keep anything right now; nothing was written."""

    status = 503
    message = _(
        "The service cannot save anything right now. Nothing was written; please try again."
    )
