"""The chain of organisations, from the city down to a hub household on a stair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse

from linli.ground.people import queries
from linli.ground.people.services import Contact, open_contact
from linli.ground.privacy.forms import PurposeForm
from linli.kernel import clock
from linli.kernel.errors import NotFound, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, writes

if TYPE_CHECKING:
    from linli.ground.people.models import Organisation
    from linli.kernel.errors import StrOrPromise

# What each level of the chain does, by the level of the area it stands for.
DUTIES: dict[int, StrOrPromise] = {
    1: _("leads"),
    2: _("organises"),
    3: _("heads"),
    4: _("carries out"),
    5: _("carries out on the spot"),
    6: _("carries out on the spot"),
}
KINDS: dict[str, StrOrPromise] = {
    "party_city": _("City leading group"),
    "party_county": _("County committee"),
    "party_street": _("Street working committee"),
    "party_community": _("Community Party organisation"),
    "party_branch": _("Grid Party branch"),
    "party_group": _("Grid Party group"),
    "street": _("Street office"),
    "community": _("Residents' or villagers' committee"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation in the chain, and how many it leads."""

    organisation: Organisation
    kind: StrOrPromise
    duty: StrOrPromise
    below: int


def _rows(found: list[Organisation], request: LinliRequest) -> list[Row]:
    below = queries.counts_below(found, seen_by=request.actor)
    return [
        Row(
            one,
            KINDS.get(one.kind, _("Station or unit")),
            DUTIES[one.area.level],
            below.get(one.id, 0),
        )
        for one in found
    ]


def _after(request: LinliRequest) -> UUID | None:
    wanted = request.GET.get("after", "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError:
        raise NotFound from None


@needs("people.view_chain")
@reads
def chain(request: LinliRequest) -> HttpResponse:
    """Where the chain begins: whoever is led by nobody."""
    found = queries.organisations_below(None, seen_by=request.actor, after=_after(request))
    context = {
        "rows": _rows(found.items, request),
        "next_url": f"?after={found.next}" if found.next else "",
        "may_manage": request.actor.may("people.manage"),
    }
    return page(request, "people/chain.html", context)


@needs("people.view_chain")
@reads
def organisation(request: LinliRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: who leads it, whom it leads, and its hub households."""
    wanted = queries.get_organisation(organisation_id, seen_by=request.actor)
    return _page(request, wanted)


@needs("people.view_hubs")
@writes
def open_hub(request: LinliRequest, hub_id: int) -> HttpResponse:
    """One hub household's name and number in full, once, for a purpose; the looking is recorded."""
    hub = queries.get_hub(hub_id, seen_by=request.actor, on=_today())
    branch = queries.get_organisation(hub.branch.id, seen_by=request.actor)
    request.actor.require("people.unmask", branch.area.path)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, branch, purpose=form, status=422)
    contact = open_contact(
        hub.person,
        area_path=branch.area.path,
        purpose=form.cleaned_data["purpose"],
        by=request.actor,
        at=clock.now(),
    )
    response = _page(request, branch, purpose=form, opened=hub.id, contact=contact)
    response["Cache-Control"] = "no-store"
    return response


def _page(
    request: LinliRequest,
    wanted: Organisation,
    *,
    purpose: PurposeForm | None = None,
    opened: int | None = None,
    contact: Contact | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    below = queries.organisations_below(wanted, seen_by=actor, after=_after(request))
    context = {
        "organisation": wanted,
        "kind": KINDS.get(wanted.kind, _("Station or unit")),
        "duty": DUTIES[wanted.area.level],
        "leaders": queries.leaders_of(wanted),
        "rows": _rows(below.items, request),
        "next_url": f"?after={below.next}" if below.next else "",
        "has_hubs": wanted.kind in {"party_branch", "party_group"},
        "may_see_hubs": queries.may_see_hubs(wanted, seen_by=actor),
        "may_unmask": actor.may("people.unmask", wanted.area.path),
        "may_manage": actor.may("people.manage", wanted.area.path),
        "hubs": queries.hubs_of(wanted, seen_by=actor, on=_today()),
        "purpose": purpose or PurposeForm(),
        "opened": opened,
        "contact": contact,
    }
    return page(request, "people/organisation.html", context, status=status)


def _today() -> date:
    return clock.local(clock.now()).date()
