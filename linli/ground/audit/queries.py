from __future__ import annotations

from django.db.models import QuerySet

from linli.ground.audit.models import Entry
from linli.kernel.refs import Ref


def entries_about(subject: Ref) -> QuerySet[Entry]:
    """Everything done to one record, oldest first."""
    return Entry.objects.filter(ref_kind=subject.kind, ref_id=subject.id).order_by("at", "id")
