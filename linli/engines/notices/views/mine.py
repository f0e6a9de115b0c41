"""What was told to the reader, and where else the reader wants to hear it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.engines.notices import queries
from linli.engines.notices.forms import AddressForm
from linli.engines.notices.services.reading import keep_address, read_all, read_notice
from linli.engines.notices.views.words import Said, said
from linli.kernel import clock
from linli.kernel.errors import _
from linli.kernel.pages import page
from linli.kernel.refs import page_name
from linli.kernel.requests import LinliRequest, public, reads, reads_and_writes, writes

if TYPE_CHECKING:
    from linli.engines.notices.models import Notice

OWN = "who has signed in reads what was told to them, and nothing else is there"


@dataclass(frozen=True, slots=True)
class Row:
    """A notice as its reader sees it."""

    notice: Notice
    said: Said
    opens: bool


@public(OWN)
@reads_and_writes
def mine(request: LinliRequest) -> HttpResponse:
    """What was told to me and my posts; a form posted here says that all of it was read."""
    if request.actor.account_id is None:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        count = read_all(by=request.actor, at=clock.now())
        messages.success(request, str(_("{n} notices read.")).format(n=count))
        return redirect("notices:mine")
    everything = request.GET.get("show") == "all"
    rows = queries.notices_of(
        seen_by=request.actor,
        only_unread=not everything,
        cursor=request.GET.get("cursor", "")[:300],
    )
    asked = {"show": "all"} if everything else {}
    context = {
        "everything": everything,
        "rows": [_row(notice) for notice in rows.items],
        "next_url": f"?{urlencode(asked | {'cursor': rows.next})}" if rows.next else "",
        "first_url": f"?{urlencode(asked)}" if request.GET.get("cursor") else "",
    }
    return page(request, "notices/mine.html", context, island="rows")


def _row(notice: Notice) -> Row:
    return Row(notice, said(notice), bool(page_name(notice.about)))


@public(OWN)
@reads
def bell(request: LinliRequest) -> HttpResponse:
    """How much waits, for the bell of the shell; nothing at all for who has not signed in."""
    if request.actor.account_id is None:
        return HttpResponse(status=204)
    count = queries.unread_count(seen_by=request.actor)
    context = {"count": count, "most": queries.MOST_COUNTED}
    response = page(request, "notices/bell.html", context)
    response["Cache-Control"] = "no-store"
    return response


@public(OWN)
@writes
def read(request: LinliRequest, notice_id: UUID) -> HttpResponse:
    """Note that I have read it, and go to what it tells of when that was asked for."""
    notice = queries.get_notice(notice_id, seen_by=request.actor)
    read_notice(notice, by=request.actor, at=clock.now())
    if request.POST.get("then") == "open" and (name := page_name(notice.about)):
        return redirect(name, notice.about_id)
    return redirect("notices:mine")


@public(OWN)
@reads_and_writes
def addresses(request: LinliRequest) -> HttpResponse:
    """Where else I want to hear it; an empty field is no disturbance."""
    if request.actor.account_id is None:
        return redirect_to_login(request.get_full_path())
    known = queries.addresses_of(seen_by=request.actor)
    form = AddressForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        for channel, address in form.cleaned_data.items():
            if address != known.get(channel, ""):
                keep_address(channel, address, by=request.actor, at=clock.now())
        messages.success(request, _("Kept. What concerns you goes there within duty hours."))
        return redirect("notices:addresses")
    in_force = queries.customs()
    context = {"form": form, "duty": in_force.duty}
    status = 422 if form.is_bound else 200
    return page(request, "notices/addresses.html", context, status=status)
