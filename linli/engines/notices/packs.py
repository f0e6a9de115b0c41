"""Puts a pack's notices into their tables; a notice keeps the words it was written with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from linli.engines.notices.models import Customs, Wording
from linli.engines.notices.spec import NoticesSpec
from linli.ground.audit.services import digest_of


def install_notices(
    spec: NoticesSpec,
    *,
    holidays: Iterable[str],
    make_up_days: Iterable[str],
    at: datetime,
) -> None:
    """Make these the words people are told from now on; duty follows the working calendar."""
    body = spec.model_dump(mode="json", exclude={"texts"})
    body |= {"holidays": list(holidays), "make_up_days": list(make_up_days)}
    Customs.objects.update_or_create(id=1, defaults={"body": body})
    Wording.objects.filter(current=True).update(current=False)
    for kind, words in spec.texts.items():
        columns = {
            "title_zh": words.title.zh,
            "title_en": words.title.en,
            "text_zh": words.text.zh,
            "text_en": words.text.en,
        }
        Wording.objects.update_or_create(
            kind=kind,
            digest=digest_of(columns),
            defaults={"current": True},
            create_defaults={**columns, "current": True},
        )
