from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from linli.domains.matters.spec import PERMISSIONS as MATTERS
from linli.engines.notices.spec import PERMISSIONS as NOTICES
from linli.engines.workflow.spec import NOT_ROLES
from linli.ground.accounts.spec import PERMISSIONS as ACCOUNTS
from linli.ground.audit.spec import PERMISSIONS as AUDIT
from linli.ground.people.spec import PERMISSIONS as PEOPLE
from linli.ground.privacy.spec import PERMISSIONS as PRIVACY
from linli.ground.territory.spec import PERMISSIONS as TERRITORY
from linli.kernel.errors import _
from linli.outer.analytics.spec import PERMISSIONS as ANALYTICS
from linli.outer.packs.rules.faults import one_of
from linli.outer.packs.rules.sense.places import Places
from linli.outer.packs.spec import PERMISSIONS as PACKS

if TYPE_CHECKING:
    from linli.ground.accounts.spec import RoleSpec
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

PERMISSIONS: Final = {
    **ACCOUNTS,
    **ANALYTICS,
    **AUDIT,
    **NOTICES,
    **PEOPLE,
    **PRIVACY,
    **TERRITORY,
    **MATTERS,
    **PACKS,
}
KNOWN: Final = frozenset(PERMISSIONS)
_LONGEST_TITLE = 120
_OF_THE_WHOLE_CITY: Final = frozenset({"privacy.review"})


def held_by(role: RoleSpec) -> frozenset[str]:
    """Every permission of a role, however far it reaches."""
    return frozenset({*role.area, *role.assigned, *role.own})


def post_faults(pack: Pack, places: Places) -> Iterator[Fault]:
    """Every permission exists, and who may open contacts signs in with a second factor."""
    for key, role in pack.posts.roles.items():
        here = ("roles", key)
        if key in NOT_ROLES:
            yield places.fault("posts", *here, found=key, expected=_("a name of its own"))
        if max(len(role.title.zh), len(role.title.en)) > _LONGEST_TITLE:
            most = _("at most 120 characters")
            yield places.fault("posts", *here, "title", found=role.title.zh, expected=most)
        if not role.second_factor and any(
            p.endswith((".unmask", ".break_glass")) for p in held_by(role)
        ):
            expected = _("true, because the role may open masked contacts")
            yield places.fault("posts", *here, "second_factor", found=False, expected=expected)
        if role.level != "city" and held_by(role) & _OF_THE_WHOLE_CITY:
            expected = _("“city”, because the role reviews what was opened anywhere")
            yield places.fault("posts", *here, "level", found=role.level, expected=expected)
        yield from _unknown_permissions(key, role, places)


def _unknown_permissions(key: str, role: RoleSpec, places: Places) -> Iterator[Fault]:
    for scope, permissions in (
        ("area", role.area),
        ("assigned", role.assigned),
        ("own", role.own),
    ):
        for at, permission in enumerate(permissions):
            place = ("roles", key, scope, at)
            if permission not in KNOWN:
                expected = one_of(KNOWN, near=permission)
                yield places.fault("posts", *place, found=permission, expected=expected)
            elif permission in permissions[:at]:
                yield places.fault(
                    "posts", *place, found=permission, expected=_("each permission once")
                )
