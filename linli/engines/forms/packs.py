"""Puts a pack's forms into their table; old versions stay for the answers given to them."""

from __future__ import annotations

from datetime import datetime

from linli.engines.forms.models import FormVersion
from linli.engines.forms.spec import Form
from linli.ground.audit.services import digest_of


def install_form(name: str, spec: Form, *, at: datetime) -> None:
    """Make this the version that new answers go to."""
    body = spec.model_dump(mode="json")
    digest = digest_of(body)
    FormVersion.objects.filter(name=name, current=True).exclude(digest=digest).update(
        current=False
    )
    FormVersion.objects.update_or_create(
        name=name,
        digest=digest,
        defaults={"current": True},
        create_defaults={"body": body, "installed_at": at, "current": True},
    )
