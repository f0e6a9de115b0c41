"""Puts a pack's terms into their table; what has been forgotten stays forgotten."""

from __future__ import annotations

from datetime import datetime

from linli.ground.privacy.models import Kept
from linli.ground.privacy.spec import RetentionSpec


def install_retention(spec: RetentionSpec, *, at: datetime) -> None:
    """Make these the terms in force; a term whose length changed is gone through from the start."""
    for term, kept in spec.terms.items():
        changed = {"keep": kept.keep, "basis": kept.basis}
        row, made = Kept.objects.get_or_create(
            term=term, defaults=changed | {"installed_at": at}
        )
        if not made and (row.keep, row.basis) != (kept.keep, kept.basis):
            row.keep, row.basis, row.installed_at, row.done_before = (
                kept.keep,
                kept.basis,
                at,
                None,
            )
            row.save()
    Kept.objects.exclude(term__in=spec.terms).delete()
