"""The clock warns before a limit and tells the tree after it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.engines.workflow import queries
from linli.engines.workflow.events import AlarmsSounded
from linli.engines.workflow.models import Alarm, Work
from linli.engines.workflow.rules.alarms import alarms_of, next_alarm
from linli.ground.accounts.queries import NobodyHere, owner_for
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.events import publish
from linli.kernel.refs import Ref

AT_ONCE = 500


@transaction.atomic
def sound_alarms(*, by: Actor, at: datetime) -> int:
    """Sound every alarm whose time has come, at most five hundred; return how many works had one.

    What another process has locked this moment is left to the next minute. A work that is weeks
    late sounds all its alarms at once, so nobody up the tree is passed over.
    """
    due = Work.objects.filter(alarm_at__lte=at).select_for_update(
        of=("self",), skip_locked=True
    )
    works = list(due.select_related("area").order_by("alarm_at", "id")[:AT_ONCE])
    sounded = [alarm for work in works for alarm in _sound(work, at)]
    Alarm.objects.bulk_create(sounded)
    Work.objects.bulk_update(works, ["alarms", "alarm_at"])
    for alarm in sounded:
        subject = Ref(alarm.work.subject_kind, alarm.work.subject_id)
        note("work.alarm", subject, by=by, at=at, post_id=alarm.post_id)
    if sounded:
        publish(AlarmsSounded(at=at))
    return len(works)


def _sound(work: Work, at: datetime) -> list[Alarm]:
    """The alarms of one work that are due; the work keeps how many have sounded."""
    assert work.due_at is not None
    state = queries.workflow_of(work.definition_id).states[work.state]
    planned = alarms_of(
        state,
        started_at=work.entered_at,
        due=work.due_at,
        calendar=queries.working_calendar(),
    )
    due = [alarm for alarm in planned[work.alarms :] if alarm.at <= at]
    work.alarms += len(due)
    work.alarm_at = next_alarm(planned, work.alarms)
    told = [(alarm, _told(work, alarm.to, at)) for alarm in due]
    return [
        Alarm(
            work=work,
            post_id=post_id,
            state=work.state,
            due_at=work.due_at,
            is_warning=not alarm.to,
            at=at,
        )
        for alarm, post_id in told
        if post_id is not None
    ]


def _told(work: Work, role: str, at: datetime) -> UUID | None:
    """The post an alarm goes to: the owner, or the closest of the role; none where none is seated."""
    if not role:
        return work.owner_id
    try:
        return owner_for((role,), work.area.path, at=at)
    except NobodyHere:
        return None
