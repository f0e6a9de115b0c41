"""Who sits where: the posts of an area or an organisation, their holders and their holes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from linli.ground.accounts import queries
from linli.ground.accounts.queries import FilledPost, RosterRow
from linli.ground.people import queries as people
from linli.ground.people.services import Contact, open_contact
from linli.ground.territory import queries as territory
from linli.kernel import clock
from linli.kernel.errors import NotFound, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes


@needs("territory.view")
@reads
def area_posts(request: LinliRequest, area_id: UUID) -> HttpResponse:
    """Who answers for an area, and which seats are empty."""
    area = territory.recorded_area(area_id)
    context = {
        "title": area.name,
        "back_url": reverse("territory:area", args=[area.id]),
        "rows": queries.posts_of_area(area, at=clock.now(), seen_by=request.actor),
        "roster_url": reverse("accounts:roster", args=[area.id]) if area.level == 4 else "",
    }
    return page(request, "accounts/posts.html", context, island="posts")


@needs("people.view_chain")
@reads
def organisation_posts(request: LinliRequest, organisation_id: UUID) -> HttpResponse:
    """Who heads an organisation and those directly below it, and which seats are empty."""
    wanted = people.get_organisation(organisation_id, seen_by=request.actor)
    context = {
        "title": wanted.name,
        "back_url": reverse("people:organisation", args=[wanted.id]),
        "rows": queries.posts_of_organisation(wanted, at=clock.now(), seen_by=request.actor),
        "roster_url": "",
    }
    return page(request, "accounts/posts.html", context, island="posts")


@needs("accounts.view")
@reads_and_writes
def roster(request: LinliRequest, area_id: UUID) -> HttpResponse:
    """A community's grids with leader and worker, for the wall and for a messaging group.

    The hub's number is shown in full when somebody who may asks for it; that is recorded.
    """
    community = territory.recorded_area(area_id)
    if community.level != territory.COMMUNITY:
        raise NotFound
    request.actor.require("accounts.view", community.path)
    rows = queries.roster_of(community, at=clock.now(), seen_by=request.actor)
    hub = queries.hub_of(community, at=clock.now())
    contact = None
    if request.method == "POST" and hub is not None:
        contact = open_contact(
            hub.account.person,
            area_path=community.path,
            purpose="roster",
            by=request.actor,
            at=clock.now(),
        )
    context = {
        "community": community,
        "rows": rows,
        "hub": hub,
        "contact": contact,
        "may_unmask": request.actor.may("people.unmask", community.path),
        "as_text": _as_text(community.name, rows, contact),
        "day": _today(),
    }
    response = page(request, "accounts/roster.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _as_text(name: str, rows: list[RosterRow], contact: Contact | None) -> str:
    lines = [name]
    lines += [f"{row.number}. {row.area.name}:{_said(row)}" for row in rows]
    if contact is not None:
        lines.append(f"{_('Street hub')}:{contact.phone}")
    return "\n".join(lines)


def _said(row: RosterRow) -> str:
    leader, worker = _names(row.leaders), _names(row.workers)
    return str(_("leader {leader}, worker {worker}")).format(leader=leader, worker=worker)


def _names(posts: tuple[FilledPost, ...]) -> str:
    held = [post.holder for post in posts if post.holder]
    return "、".join(held) or str(_("vacant"))


def _today() -> date:
    return clock.local(clock.now()).date()
