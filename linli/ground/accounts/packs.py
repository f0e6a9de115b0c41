"""Puts a pack's roles into their tables; posts and who holds them stay as they are."""

from __future__ import annotations

from datetime import datetime

from linli.ground.accounts.models import Holding, Role, RoleGrant
from linli.ground.accounts.spec import PostsSpec, RoleSpec


def install_posts(spec: PostsSpec, *, at: datetime) -> None:
    """Give every role exactly the permissions the pack names, from now on."""
    for key, role_spec in spec.roles.items():
        role, _created = Role.objects.update_or_create(
            key=key,
            defaults={
                "name_zh": role_spec.title.zh,
                "name_en": role_spec.title.en,
                "needs_second_factor": role_spec.second_factor,
                "is_unit": role_spec.unit,
                "is_separate": role_spec.separate,
            },
        )
        _keep_apart(role)
        RoleGrant.objects.filter(role=role).delete()
        RoleGrant.objects.bulk_create(_grants(role, role_spec))
    RoleGrant.objects.exclude(role__key__in=spec.roles).delete()


def _keep_apart(role: Role) -> None:
    """Seats taken before the role was set apart, or put back, follow it."""
    own = role if role.is_separate else None
    other = Holding.objects.filter(post__role=role, separate_role__isnull=role.is_separate)
    other.update(separate_role=own)


def _grants(role: Role, spec: RoleSpec) -> list[RoleGrant]:
    given = {"area": spec.area, "assigned": spec.assigned, "own": spec.own}
    return [
        RoleGrant(role=role, permission=permission, scope=scope)
        for scope, permissions in given.items()
        for permission in permissions
    ]
