from __future__ import annotations

from dataclasses import dataclass

from linli.ground.audit.services import digest_of
from linli.kernel.spec import Text
from linli.outer.packs.models import Installed
from linli.outer.packs.rules.difference import Change, difference
from linli.outer.packs.spec import Pack


@dataclass(frozen=True, slots=True)
class Plan:
    """What installing would change, measured against what is in force."""

    pack: Pack
    digest: bytes
    changes: tuple[Change, ...]
    installed_name: str = ""
    installed_version: str = ""

    @property
    def is_first(self) -> bool:
        return not self.installed_name

    @property
    def says_new_things_under_an_old_version(self) -> bool:
        return bool(self.changes) and self.pack.about.version == self.installed_version


def installed() -> Installed | None:
    """The pack in force; None before the first one."""
    return Installed.objects.latest_first().first()


def plan(pack: Pack) -> Plan:
    """The difference an installation would make, without making it."""
    current, body = installed(), pack.body()
    digest = digest_of(body)
    if current is None:
        return Plan(pack, digest, difference({}, body))
    same = bytes(current.digest) == digest
    changes = () if same else difference(current.body, body)
    return Plan(pack, digest, changes, current.name, current.version)


def lead_titles() -> dict[str, Text]:
    """The kinds of organisation a class may name as its lead, by the pack in force."""
    current = installed()
    leads = current.body["about"]["leads"] if current else {}
    return {key: Text.model_validate(title) for key, title in leads.items()}
