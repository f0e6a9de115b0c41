"""The working calendar comes to its end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from linli.engines.notices.queries import customs
from linli.engines.notices.services.writing import ToPost, send_notice
from linli.engines.workflow import queries
from linli.ground.accounts.models import Post
from linli.kernel import clock
from linli.kernel.actor import Actor


@transaction.atomic
def warn_of_calendars_end(*, by: Actor, at: datetime) -> int:
    """Tell the pack's roles, once a year, that the calendar needs a new one; return how many posts."""
    ends, warning = queries.calendar_ends(), customs().calendar_ends
    if ends is None or warning is None:
        return 0
    about, last_day = ends
    left = (last_day - clock.local(at).date()).days
    if left > warning.days:
        return 0
    posts = Post.objects.open().filter(role__key__in=warning.roles).order_by("id")
    told = 0
    for post_id in posts.values_list("id", flat=True):
        send_notice(
            "calendar_ends",
            ToPost(post_id),
            about=about,
            words={"day": last_day.isoformat(), "days": str(max(left, 0))},
            occasion=last_day.isoformat(),
            by=by,
            at=at,
        )
        told += 1
    return told
