from __future__ import annotations

from datetime import datetime

from django.db import transaction

from linli.domains.matters.packs import install_matters
from linli.engines.forms.packs import install_form
from linli.engines.notices.packs import install_notices
from linli.engines.workflow.packs import install_calendar, install_workflow
from linli.ground.accounts.packs import install_posts
from linli.ground.audit.services import note
from linli.ground.privacy.packs import install_retention
from linli.ground.territory.packs import install_territory
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _
from linli.kernel.events import publish
from linli.kernel.refs import Ref
from linli.outer.packs.events import PackInstalled
from linli.outer.packs.models import Installed
from linli.outer.packs.queries.installed import plan
from linli.outer.packs.spec import Pack


class AnotherCity(Conflict):
    """Under another city's pack, the posts and matters here would lose their meaning."""

    message = _("“{installed}” is installed here; “{name}” cannot take its place.")


@transaction.atomic
def install_pack(pack: Pack, *, by: Actor, at: datetime) -> Installed:
    """Put a pack in force, all of it or nothing; work that is running keeps its version.

    The pack has passed the gates: only they make one. Installing what is in force already
    changes nothing and is not noted again.
    """
    Installed.objects.hold()
    planned = plan(pack)
    current = Installed.objects.latest_first().first()
    if current is not None and not planned.changes:
        return current
    if current is not None and current.name != pack.about.name:
        raise AnotherCity(installed=current.name, name=pack.about.name)
    _install_parts(pack, at=at)
    row = Installed.objects.create(
        name=pack.about.name,
        version=pack.about.version,
        digest=planned.digest,
        body=pack.body(),
        installed_at=at,
    )
    note("packs.install", Ref("pack", row.id), by=by, at=at)
    publish(PackInstalled(at=at, installed_id=row.id))
    return row


def _install_parts(pack: Pack, *, at: datetime) -> None:
    """Each app takes its own section; classes come last, because they point to forms."""
    install_territory(pack.territory, at=at)
    install_posts(pack.posts, at=at)
    install_retention(pack.retention, at=at)
    install_calendar("calendar", pack.calendar, at=at)
    install_notices(
        pack.notices,
        holidays=pack.calendar.holidays,
        make_up_days=pack.calendar.make_up_days,
        at=at,
    )
    for name, workflow in pack.workflows.items():
        install_workflow(name, workflow, at=at)
    for name, form in pack.forms.items():
        install_form(name, form, at=at)
    install_matters(pack.matters, at=at)
