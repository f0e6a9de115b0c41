"""Puts a pack's forms into their table; old versions stay for the answers given to them."""

from __future__ import annotations

from datetime import datetime

from linli.engines.forms.models import FormVersion
from linli.engines.forms.spec import Form
from linli.ground.audit.services import digest_of
from linli.kernel.versions import install_version


def install_form(name: str, spec: Form, *, at: datetime) -> None:
    """Make this the version that new answers go to."""
    body = spec.model_dump(mode="json")
    install_version(FormVersion, name, body=body, digest=digest_of(body), at=at)
