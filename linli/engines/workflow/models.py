from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from linli.engines.workflow.spec import ENDED, OPEN
from linli.ground.accounts.models import Post
from linli.ground.audit.models import TransactionNumber
from linli.ground.territory.models import Area
from linli.kernel.actor import Actor
from linli.kernel.ids import uuid7
from linli.kernel.versions import Versioned


class Definition(Versioned):
    """A workflow as it was installed; running work keeps the version it began with."""


class Calendar(models.Model):
    """The working calendar that limits are counted by."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60, unique=True)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    installed_at = models.DateTimeField()


def visible_works(actor: Actor, permission: str, *, prefix: str = "") -> Q:
    """Nothing at all, unless a grant opens it: by place, or because a post holds or held it.

    `prefix` leads from the filtered table to its work, so that a domain filters its own rows.
    """
    where = Q(pk__in=[])
    for grant in actor.grants_for(permission):
        if grant.scope == "area":
            where |= Q(**{f"{prefix}area__path__startswith": grant.area_path})
        elif grant.scope == "assigned":
            held = _assigned_to(grant.post_id, grant.organisation_id)
            where |= Q(Exists(held.filter(work_id=OuterRef(f"{prefix}pk"))))
    return where


def _assigned_to(post_id: UUID, organisation_id: UUID | None) -> models.QuerySet[Assignment]:
    """A post sees what it holds or held; a station's desk, what any post of the station does."""
    mine = Q(post_id=post_id)
    if organisation_id is not None:
        mine |= Q(post__organisation_id=organisation_id)
    return Assignment.objects.filter(mine)


class WorkQuerySet(models.QuerySet["Work"]):
    def visible_to(self, actor: Actor, permission: str) -> Self:
        """Only what a grant of this permission opens."""
        return self.filter(visible_works(actor, permission))

    def lock(self, work: Work) -> Work:
        """The row as it now stands, held until the transaction ends."""
        locked = self.select_for_update(of=("self",)).select_related("area", "owner__role")
        return locked.get(pk=work.pk)

    def open(self) -> Self:
        """Everything that is not yet done or void."""
        return self.filter(phase__in=OPEN)


class Work(models.Model):
    """A loop that must be settled: where it stands, whose it is, until when."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    phase = models.CharField(max_length=20)
    state = models.CharField(max_length=60)
    owner = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    clock_at = models.DateTimeField(null=True)
    returned = models.BooleanField(default=False)
    entered_at = models.DateTimeField()
    returns = models.PositiveSmallIntegerField(default=0)
    holds = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    alarms = models.PositiveSmallIntegerField(default=0)
    alarm_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="work_one_subject", fields=["subject_kind", "subject_id"]
            ),
            models.CheckConstraint(
                name="work_open_has_owner_and_limit",
                condition=Q(
                    phase__in=sorted(ENDED),
                    owner=None,
                    due_at=None,
                    closed_at__isnull=False,
                )
                | Q(
                    phase__in=list(OPEN),
                    owner__isnull=False,
                    due_at__isnull=False,
                    closed_at=None,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at"], name="work_owner_due", condition=Q(closed_at=None)
            ),
            models.Index(
                fields=["phase", "due_at"], name="work_phase_due", condition=Q(closed_at=None)
            ),
            models.Index(fields=["area", "phase", "due_at"], name="work_area_phase_due"),
            # The order of the lists: what is due first, what came in last, what moved last.
            models.Index(fields=["due_at", "id"], name="work_due", condition=Q(closed_at=None)),
            models.Index(
                fields=["-opened_at", "id"],
                include=["area", "closed_at", "subject_kind"],
                name="work_opened",
            ),
            models.Index(fields=["-changed_at", "id"], name="work_changed"),
            models.Index(
                fields=["clock_at"], name="work_clock", condition=Q(clock_at__isnull=False)
            ),
            models.Index(
                fields=["alarm_at"], name="work_alarm", condition=Q(alarm_at__isnull=False)
            ),
            models.Index(
                fields=["subject_kind", "closed_at", "id"],
                name="work_ended",
                condition=Q(closed_at__isnull=False),
            ),
        ]


class Move(models.Model):
    """One step of a work's story: what was done, from where to where, by which post, when."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=60)
    step = models.PositiveSmallIntegerField(null=True)
    from_state = models.CharField(max_length=60, blank=True)
    to_state = models.CharField(max_length=60)
    from_phase = models.CharField(max_length=20, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_key = models.UUIDField(null=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    at_doubtful = models.BooleanField(default=False)
    handled = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    xact = models.BigIntegerField(db_default=TransactionNumber())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="move_in_order", fields=["work", "number"]),
        ]
        indexes = [models.Index(fields=["xact"], name="move_xact")]


class Assignment(models.Model):
    """A post held this work from a moment on: what it held, it may still read."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["post", "work"], name="assignment_post_work")]


class Clock(models.Model):
    """A limit that runs or ran: the resident's own, the unit's, or that of a state."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    limit = models.CharField(max_length=30)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clock_kind_known", condition=Q(kind__in=["resident", "unit", "state"])
            ),
            models.UniqueConstraint(
                name="clock_one_running_per_kind",
                fields=["work", "kind"],
                condition=Q(stopped_at=None),
            ),
            models.CheckConstraint(
                name="clock_never_runs_backwards",
                condition=Q(due_at__gte=models.F("started_at")),
            ),
        ]


class Pause(models.Model):
    """A stretch in which a clock stood still; the move that began it says why."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_it_begins",
                condition=Q(until_at__gte=models.F("from_at")),
            ),
        ]


class Alarm(models.Model):
    """The clock told a post that a limit is near, or has passed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    is_warning = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["post", "at"], name="alarm_post_at")]


class Recount(models.Model):
    """Counting every running limit again, after the working calendar has changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)


class Shift(models.Model):
    """A running limit that ends at another time since the calendar changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    recount = models.ForeignKey(Recount, on_delete=models.CASCADE, related_name="+")
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    was_due_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["recount", "id"], name="shift_recount")]
