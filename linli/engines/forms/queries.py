from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from linli.engines.forms.models import FormVersion, Record
from linli.engines.forms.spec import Form
from linli.kernel.errors import NotFound


def form_of(version_id: UUID) -> Form:
    """The questions of an installed version; versions never change, so each is read once."""
    return _read(version_id)


@lru_cache(maxsize=512)
def _read(version_id: UUID) -> Form:
    return Form.model_validate(FormVersion.objects.get(id=version_id).body)


def current_version(name: str) -> FormVersion:
    """The version of a form that new answers go to."""
    try:
        return FormVersion.objects.get(name=name, current=True)
    except FormVersion.DoesNotExist:
        raise NotFound from None


def answers_about(subject_kind: str, subject_id: UUID) -> list[tuple[Form, Record]]:
    """Every record about a subject with the form it answers, oldest first."""
    records = Record.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return [
        (form_of(record.form_id), record) for record in records.order_by("created_at", "id")
    ]
