from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.domains.matters.packs import install_matters
from linli.engines.forms.packs import install_form
from linli.engines.notices.packs import install_notices
from linli.engines.workflow.packs import install_calendar, install_workflow
from linli.engines.workflow.services import begin_recount
from linli.ground.accounts.packs import install_posts
from linli.ground.audit.services import digest_of, note
from linli.ground.privacy.packs import install_retention
from linli.ground.territory.packs import install_territory
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _
from linli.kernel.events import publish
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref
from linli.outer.packs.events import PackInstalled
from linli.outer.packs.models import Installed, Release
from linli.outer.packs.queries.installed import installed, plan
from linli.outer.packs.rules.threeway import Choices
from linli.outer.packs.spec import Pack


class AnotherCity(Conflict):
    """Under another city's pack, the posts and matters here would lose their meaning."""

    message = _("“{installed}” is installed here; “{name}” cannot take its place.")


class Undecided(Conflict):
    """The new version and an edit made here changed the same place."""

    message = _(
        "Both the new version and an edit made here changed these; decide each: {places}"
    )


@transaction.atomic
def install_pack(
    pack: Pack, *, by: Actor, at: datetime, choices: Choices | None = None
) -> Installed:
    """Put a release in force, all of it or nothing; work that is running keeps its version.

    The pack has passed the gates: only they make one. What was edited here stays laid over it;
    where the new version changed the same place, `choices` say which stands. Installing what is
    in force already changes nothing and is not noted again.
    """
    if by.kind != "clock":
        by.require("packs.manage")
    Installed.objects.hold()
    current = installed()
    if current is not None and current.name != pack.about.name:
        raise AnotherCity(installed=current.name, name=pack.about.name)
    release = _release(pack, at=at)
    if current is not None and current.release_id == release.id:
        return current
    planned = plan(pack, today=clock.local(at).date(), choices=choices)
    if planned.undecided:
        raise Undecided(places="; ".join(conflict.name for conflict in planned.undecided))
    return put_in_force(
        planned.result,
        release=release,
        edition_id=uuid7(),
        overlay=planned.overlay,
        by=by,
        at=at,
    )


def put_in_force(
    pack: Pack,
    *,
    release: Release,
    edition_id: UUID,
    reason: str = "",
    basis: str = "",
    overlay: Mapping[str, str | None] | None = None,
    by: Actor,
    at: datetime,
) -> Installed:
    """Give every app its section, keep the whole as the next edition, leave the trace.

    The caller holds the lock on installations.
    """
    current, body = installed(), pack.body()
    _install_parts(pack, body, current.body if current else {}, at=at)
    if current is not None and current.body["calendar"] != body["calendar"]:
        begin_recount(by=by, at=at)
    seat = next(iter(by.seats), None)
    row = Installed.objects.create(
        id=edition_id,
        number=current.number + 1 if current else 1,
        release=release,
        overlay=dict(overlay or {}),
        name=pack.about.name,
        version=pack.about.version,
        digest=digest_of(body),
        body=body,
        reason=reason,
        basis=basis,
        actor_kind=by.kind,
        actor_key=by.account_id,
        post_id=seat.post_id if seat else None,
        installed_at=at,
    )
    note("packs.install", Ref("pack", row.id), by=by, at=at, fields=sorted(overlay or ()))
    publish(PackInstalled(at=at, installed_id=row.id))
    return row


def _release(pack: Pack, *, at: datetime) -> Release:
    texts = dict(pack.texts)
    row, _created = Release.objects.get_or_create(
        digest=digest_of(texts),
        defaults={
            "name": pack.about.name,
            "version": pack.about.version,
            "files": texts,
            "installed_at": at,
        },
    )
    return row


def _install_parts(
    pack: Pack, body: Mapping[str, object], before: Mapping[str, object], *, at: datetime
) -> None:
    """Each app takes its own section where it changed; classes come last and point to forms."""
    new = {section for section in body if body[section] != before.get(section)}
    for sections, install in _PARTS:
        if new & sections:
            install(pack, at)


def _install_many(pack: Pack, at: datetime) -> None:
    for name, workflow in pack.workflows.items():
        install_workflow(name, workflow, at=at)
    for name, form in pack.forms.items():
        install_form(name, form, at=at)


def _install_notices(pack: Pack, at: datetime) -> None:
    install_notices(
        pack.notices,
        holidays=pack.calendar.holidays,
        make_up_days=pack.calendar.make_up_days,
        at=at,
    )


_PARTS: tuple[tuple[frozenset[str], Callable[[Pack, datetime], None]], ...] = (
    (frozenset({"territory"}), lambda pack, at: install_territory(pack.territory, at=at)),
    (frozenset({"posts"}), lambda pack, at: install_posts(pack.posts, at=at)),
    (frozenset({"retention"}), lambda pack, at: install_retention(pack.retention, at=at)),
    (
        frozenset({"calendar"}),
        lambda pack, at: install_calendar("calendar", pack.calendar, at=at),
    ),
    (frozenset({"notices", "calendar"}), _install_notices),
    (frozenset({"workflows", "forms"}), _install_many),
    (frozenset({"forms", "matters"}), lambda pack, at: install_matters(pack.matters, at=at)),
)
