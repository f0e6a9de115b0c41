"""The ways out of the house and what went by them, for who looks after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.engines.notices import queries
from linli.engines.notices.forms import OutboxFilter, TestForm
from linli.engines.notices.rules import AGAIN, CHANNEL_NAMES, OUTBOX, masked
from linli.engines.notices.services.channels import KINDS, configured
from linli.engines.notices.services.delivering import recipients_of
from linli.engines.notices.services.trying import send_again, send_test
from linli.engines.notices.views.words import STATE_MARKS, Said, StateMark, said
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.refs import page_name
from linli.kernel.requests import LinliRequest, needs, reads, writes

if TYPE_CHECKING:
    from linli.engines.notices.models import Dispatch
    from linli.engines.notices.queries import ChannelFares
    from linli.kernel.errors import StrOrPromise

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Line:
    """One channel: what it is called, how it fares, and the form that tries it."""

    name: str
    title: StrOrPromise
    variable: str
    fares: ChannelFares | None
    form: TestForm | None
    counts: tuple[tuple[StateMark, int, str], ...]


@needs("notices.manage")
@reads
def channels(request: LinliRequest) -> HttpResponse:
    """Every channel, whether it is there, how it fares, and a test of it."""
    return _channels(request)


def _channels(
    request: LinliRequest, *, wrong: dict[str, TestForm] | None = None
) -> HttpResponse:
    now = clock.now()
    fares = queries.fares(seen_by=request.actor, since=now - DAY, at=now)
    known = queries.addresses_of(seen_by=request.actor)
    there = configured()
    lines = []
    for name in (*KINDS, OUTBOX):
        form = None
        if name in there:
            form = (wrong or {}).get(name) or TestForm(channel=name, own=known.get(name, ""))
        fare = fares.get(name)
        variable = f"LINLI_{name.upper()}_URL"
        lines.append(Line(name, CHANNEL_NAMES[name], variable, fare, form, _counts(name, fare)))
    status = 422 if wrong else 200
    return page(request, "notices/channels.html", {"lines": lines}, status=status)


def _counts(name: str, fare: ChannelFares | None) -> tuple[tuple[StateMark, int, str], ...]:
    """The figures of a channel, each opening its messages."""
    if fare is None:
        return ()
    address = reverse("notices:outbox")
    return tuple(
        (mark, fare.counts[state], f"{address}?{urlencode({'channel': name, 'state': state})}")
        for state, mark in STATE_MARKS.items()
        if fare.counts.get(state)
    )


@needs("notices.manage")
@writes
def test(request: LinliRequest, channel: str) -> HttpResponse:
    """Send a test to myself; the message's own page shows what came back."""
    if channel not in configured():
        return redirect("notices:channels")
    form = TestForm(request.POST, channel=channel)
    if form.is_valid():
        try:
            sending = send_test(
                channel, form.cleaned_data["address"], by=request.actor, at=clock.now()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("notices:sending", sending.id)
    return _channels(request, wrong={channel: form})


@dataclass(frozen=True, slots=True)
class Row:
    """A message as its keeper sees it: to whom only as far as needed to tell two apart."""

    sending: Dispatch
    said: Said
    mark: StateMark
    channel: StrOrPromise
    to: str
    opens: str


@needs("notices.manage")
@reads
def outbox(request: LinliRequest) -> HttpResponse:
    """Everything on its way or gone, the latest first."""
    form = OutboxFilter(request.GET)
    asked = form.asked()
    rows = queries.outbox(
        seen_by=request.actor,
        channel=asked["channel"],
        state=asked["state"],
        cursor=request.GET.get("cursor", "")[:300],
    )
    given = {name: value for name, value in asked.items() if value}
    context = {
        "form": form,
        "rows": _rows(rows.items),
        "filtered": bool(given),
        "next_url": f"?{urlencode(given | {'cursor': rows.next})}" if rows.next else "",
        "first_url": f"?{urlencode(given)}" if request.GET.get("cursor") else "",
    }
    return page(request, "notices/outbox.html", context, island="rows")


def _rows(sendings: Sequence[Dispatch]) -> list[Row]:
    recipients = recipients_of(sendings)
    return [_row(sending, recipients[sending.id]) for sending in sendings]


def _row(sending: Dispatch, recipient: str) -> Row:
    notice = sending.notice
    # In the demo everything can be walked through, also what only the resident would get.
    hide = not settings.DEMO
    return Row(
        sending,
        said(notice, hide=hide),
        STATE_MARKS[sending.state],  # type: ignore[index] # the database holds only these
        CHANNEL_NAMES[sending.channel],
        masked(recipient) if recipient else "",
        page_name(notice.about),
    )


@needs("notices.manage")
@reads
def sending(request: LinliRequest, dispatch_id: UUID) -> HttpResponse:
    """One message: what became of it, and what the provider answered."""
    found = queries.get_dispatch(dispatch_id, seen_by=request.actor)
    waits = found.state in {"queued", "sending"}
    context = {"row": _rows([found])[0], "waits": waits, "may_again": found.state in AGAIN}
    return page(request, "notices/sending.html", context, island="now")


@needs("notices.manage")
@writes
def again(request: LinliRequest, dispatch_id: UUID) -> HttpResponse:
    """Send once more what failed, or of which nobody knows."""
    found = queries.get_dispatch(dispatch_id, seen_by=request.actor)
    try:
        send_again(found, by=request.actor, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("It goes again within a minute."))
    return redirect("notices:sending", found.id)
