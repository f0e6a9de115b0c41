from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from linli.ground.audit.services import digest_of
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.spec import Text
from linli.outer.packs.models import Installed, InstalledQuerySet
from linli.outer.packs.queries.check import check_texts
from linli.outer.packs.rules.difference import Change, difference
from linli.outer.packs.rules.editing import laid_over, merged_texts, overlay_of
from linli.outer.packs.rules.sense.calendars import AHEAD
from linli.outer.packs.rules.threeway import Choices, Conflict
from linli.outer.packs.spec import Pack


@dataclass(frozen=True, slots=True)
class Plan:
    """What installing would change, measured against what is in force.

    `result` is the pack with what was edited here laid over it; where something is undecided it
    is the pack as its makers wrote it.
    """

    pack: Pack
    result: Pack
    digest: bytes
    changes: tuple[Change, ...]
    installed_name: str = ""
    installed_version: str = ""
    overlay: Mapping[str, str | None] | None = None
    conflicts: tuple[Conflict, ...] = ()

    @property
    def is_first(self) -> bool:
        return not self.installed_name

    @property
    def says_new_things_under_an_old_version(self) -> bool:
        return bool(self.changes) and self.pack.about.version == self.installed_version

    @property
    def undecided(self) -> tuple[Conflict, ...]:
        return tuple(conflict for conflict in self.conflicts if conflict.choice is None)


def installed() -> Installed | None:
    """The pack in force; None before the first one."""
    return Installed.objects.select_related("release").latest_first().first()


def in_force() -> Installed:
    """The pack in force, or NotFound before the first one."""
    found = installed()
    if found is None:
        raise NotFound
    return found


def texts_of(edition: Installed) -> dict[str, str]:
    """Every file of a pack as it was put in force."""
    return laid_over(edition.release.files, edition.overlay)


def editions() -> InstalledQuerySet:
    """Everything that was ever in force, the latest first."""
    return Installed.objects.select_related("release", "post__role").latest_first()


def get_edition(number: int) -> Installed:
    """The pack that was put in force under this number, or NotFound."""
    found = editions().filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def edition_before(edition: Installed) -> Installed | None:
    """What was in force before."""
    return editions().filter(number__lt=edition.number).first()


def plan(pack: Pack, *, today: date, choices: Choices | None = None) -> Plan:
    """The difference an installation would make, without making it.

    What was edited here is laid over the new version; PackRefused where the two do not fit.
    """
    current = installed()
    if current is None:
        body = pack.body()
        return Plan(pack, pack, digest_of(body), difference({}, body))
    result, conflicts = pack, tuple[Conflict, ...]()
    if current.overlay and current.name == pack.about.name:
        texts, conflicts = merged_texts(
            current.release.files, current.overlay, pack.texts, choices or {}
        )
        if not any(conflict.choice is None for conflict in conflicts):
            result = check_texts(pack.about.name, texts, today=today).passed()
    body = result.body()
    digest = digest_of(body)
    same = bytes(current.digest) == digest
    return Plan(
        pack,
        result,
        digest,
        () if same else difference(current.body, body),
        current.name,
        current.version,
        overlay_of(pack.texts, result.texts),
        conflicts,
    )


def lead_titles() -> dict[str, Text]:
    """The kinds of organisation a class may name as its lead, by the pack in force."""
    current = installed()
    leads = current.body["about"]["leads"] if current else {}
    return {key: Text.model_validate(title) for key, title in leads.items()}


def days_left(actor: Actor, at: datetime) -> int:  # noqa: ARG001 - as the index asks every section
    """The days the calendar still knows, once they are few; at least one, also when it has ended."""
    current = installed()
    if current is None:
        return 0
    last = date.fromisoformat(current.body["calendar"]["last_day"])
    left = last - clock.local(at).date()
    return max(left.days, 1) if left < AHEAD else 0
