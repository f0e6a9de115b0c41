from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from linli.engines.forms.models import Record


def forget_answers(subjects: Iterable[UUID], *, kind: str) -> int:
    """Empty what was answered about these records; that there were answers stays.

    The caller leaves the trace.
    """
    return Record.objects.filter(subject_kind=kind, subject_id__in=list(subjects)).update(
        answers={}
    )
