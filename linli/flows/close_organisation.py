"""An organisation is closed only when no post stands in it, so that nobody sits in nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from linli.ground.accounts.queries import count_posts_in
from linli.ground.people import services
from linli.ground.people.models import Organisation
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _


class PostsStand(Conflict):
    """A post belongs somewhere."""

    message = _("{n} posts stand in it. Close them first, or let them be.")


@transaction.atomic
def close_organisation(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """Close an organisation that leads nobody and has no open post."""
    services.close_organisation(organisation, by=by, at=at)
    if standing := count_posts_in(organisation):
        raise PostsStand(n=standing)
