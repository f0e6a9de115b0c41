"""What the house goes by: its settings, its pack, its calendar, its styles."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from linli.config.doctor.finding import Finding, fault, ok, remark
from linli.config.environment import Settings
from linli.engines.workflow.models import Calendar
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.outer.packs import queries as packs

CALENDAR_ENDS = timedelta(days=60)
MAIL_SECONDS = 5


def environment() -> Iterator[Finding]:
    """Nothing that belongs only on the machine of whoever writes code."""
    house = Settings.from_env()
    if house.places.profile != "main":
        yield ok("settings", _("This is the demo or a test: secrets are not looked at."))
        return
    if house.debug:
        yield fault(
            "settings",
            _("LINLI_DEBUG is on: a fault shows its insides to whoever meets it."),
            _("Take LINLI_DEBUG out of the environment and restart."),
        )
    if not house.base_url.startswith("https://"):
        yield remark(
            "settings",
            _("BASE_URL is not https: passwords and cookies can be read on the way."),
            _("Put a proxy with a certificate in front and set BASE_URL."),
        )
    if not house.debug and house.base_url.startswith("https://"):
        yield ok("settings", _("Cookies are sent by https only."))


def styles() -> Iterator[Finding]:
    """What pages are dressed with was collected."""
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file() or settings.DEBUG:
        yield ok("styles", _("Styles and islands are collected."))
    else:
        yield fault(
            "styles",
            _("Styles were not collected: pages cannot be shown."),
            "linli manage collectstatic --no-input",
        )


def calendar() -> Iterator[Finding]:
    """The working calendar does not end unnoticed: limits would run over holidays."""
    row = Calendar.objects.order_by("id").first()
    if row is None:
        return
    last = date.fromisoformat(row.body["last_day"])
    ends_soon = last - clock.local(clock.now()).date() < CALENDAR_ENDS
    said, values = _("The working calendar ends on {day}."), {"day": last.isoformat()}
    if ends_soon:
        todo = _("Import the next year's holidays, announced each November.")
        yield remark("calendar", said, todo, **values)
    else:
        yield ok("calendar", said, **values)


def pack() -> Iterator[Finding]:
    """What is in force is what the pack's folder says."""
    found = packs.installed()
    if found is None:
        yield fault(
            "pack",
            _("No practice pack is in force: nothing can be reported."),
            "linli packs install NAME",
        )
        return
    try:
        today = clock.local(clock.now()).date()
        planned = packs.plan(
            packs.check_pack(packs.find_folder(found.name), today=today).passed(), today=today
        )
    except Refusal as refusal:
        yield remark(
            "pack",
            _("The folder of {name} does not pass: {reason}"),
            "linli packs check {name}",
            name=found.name,
            reason=refusal,
        )
        return
    if planned.changes:
        yield remark(
            "pack",
            _("{name}: its folder differs from what is in force in {count} places."),
            "linli packs plan {name} && linli packs install {name}",
            name=found.name,
            count=len(planned.changes),
        )
    else:
        yield ok("pack", "{name} {version}", name=found.name, version=found.version)


def mail() -> Iterator[Finding]:
    """The mail server, if one is named, takes a connection."""
    address = Settings.from_env().email_url
    if not address:
        return
    parts = urlsplit(address)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    try:
        with socket.create_connection((str(parts.hostname), port), timeout=MAIL_SECONDS):
            yield ok("mail", _("The mail server answers."))
    except OSError as error:
        yield fault(
            "mail",
            _("The mail server {host} does not answer: {reason}"),
            _("See LINLI_EMAIL_URL and the firewall."),
            host=parts.hostname,
            reason=error,
        )
