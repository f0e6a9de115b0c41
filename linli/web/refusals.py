"""What a refusal leaves behind: who asked for a record that is not there for them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound, Refusal
from linli.kernel.refs import Ref

# The name a record has in an address, and the kind it has in the trail.
KINDS = {"matter_id": "matter", "area_id": "area", "organisation_id": "organisation"}


def note_guess(request: HttpRequest, refusal: Refusal) -> None:
    """Note that somebody asked for a record by an id they were not given.

    A record of another street and one that never was leave the same trace after the same
    queries, or the trace itself would tell them apart. Residents have no account and no ids.
    """
    actor = getattr(request, "actor", None)
    match = request.resolver_match
    if not isinstance(refusal, NotFound) or not isinstance(actor, Actor) or match is None:
        return
    for name, kind in KINDS.items():
        asked = match.kwargs.get(name)
        if actor.account_id is not None and isinstance(asked, UUID):
            note("refused.not_found", Ref(kind, asked), by=actor, at=clock.now())
