"""A post is closed only when nothing is open in it, so that no work is left without an owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from linli.engines.workflow.queries import load_of
from linli.ground.accounts import services
from linli.ground.accounts.models import Post
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _


class PostOwnsWork(Conflict):
    """Work without an owner would be nobody's."""

    message = _("{n} pieces of work are open in this post. Settle them or pass them on first.")


@transaction.atomic
def close_post(post: Post, *, by: Actor, at: datetime) -> None:
    """Close a post in which nobody sits and nothing is open."""
    services.close_post(post, by=by, at=at)
    if still_open := load_of(post.id, at=at).open:
        raise PostOwnsWork(n=still_open)
