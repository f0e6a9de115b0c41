"""The words of the desk's queues."""

from __future__ import annotations

from dataclasses import dataclass

from linli.domains.matters.queries import Queue
from linli.kernel.errors import _


@dataclass(frozen=True, slots=True)
class QueueWords:
    """How a queue is called, what its mark is, and what an empty one says."""

    label: object
    icon: str
    empty: object
    urgent: bool = False


QUEUES: dict[Queue, QueueWords] = {
    Queue.MINE: QueueWords(_("Mine"), "user", _("Nothing waits for you. Look at what is new.")),
    Queue.NEW: QueueWords(_("To accept"), "inbox", _("Every report has been looked at.")),
    Queue.TRIAGE: QueueWords(_("To route"), "route", _("Everything accepted has been routed.")),
    Queue.WITH_UNIT: QueueWords(_("With a unit"), "tool", _("No unit is handling anything.")),
    Queue.WAITING: QueueWords(
        _("Waiting for reporters"), "message-circle", _("Nobody owes us an answer.")
    ),
    Queue.CHECK: QueueWords(_("To inspect"), "checklist", _("Nothing waits to be inspected.")),
    Queue.FEEDBACK: QueueWords(
        _("To answer and publish"), "send", _("Everything handled has been answered.")
    ),
    Queue.SOON: QueueWords(_("Due soon"), "clock", _("Nothing falls due in the next hours.")),
    Queue.LATE: QueueWords(_("Late"), "alert-triangle", _("Nothing is late."), urgent=True),
    Queue.ENDED: QueueWords(_("Ended"), "archive", _("Nothing has ended yet.")),
    Queue.ALL: QueueWords(_("All"), "list", _("No matter has come in yet.")),
}
