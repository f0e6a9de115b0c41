"""Puts a pack's classes into their table; a matter keeps the class row it was filed under."""

from __future__ import annotations

from datetime import datetime

from linli.domains.matters.models import MatterClass, Rules
from linli.domains.matters.spec import ClassSpec, MattersSpec
from linli.engines.forms.models import FormVersion
from linli.ground.audit.services import digest_of


def install_matters(spec: MattersSpec, *, at: datetime) -> None:
    """Make these the classes that new matters are filed under."""
    Rules.objects.update_or_create(
        id=1,
        defaults={"sample_percent": spec.sample_percent, "other_class": spec.other_class},
    )
    forms = dict(FormVersion.objects.filter(current=True).values_list("name", "id"))
    MatterClass.objects.filter(current=True).update(current=False)
    for class_spec in spec.classes:
        _install_class(class_spec, forms.get(class_spec.form or ""))


def _install_class(spec: ClassSpec, form_id: object) -> None:
    stop = spec.stop_notice
    columns = {
        "major_zh": spec.major.zh,
        "major_en": spec.major.en,
        "title_zh": spec.title.zh,
        "title_en": spec.title.en,
        "stop_notice_zh": stop.zh if stop else "",
        "stop_notice_en": stop.en if stop else "",
        "conditions": [condition.model_dump() for condition in spec.conditions],
        "form_id": form_id,
        **{
            name: getattr(spec, name)
            for name in (
                "national",
                "duty",
                "platform",
                "lead",
                "severity",
                "limit",
                "workflow",
                "on_the_spot",
                "for_residents",
                "inspect",
                "personal",
                "basis",
            )
        },
    }
    MatterClass.objects.update_or_create(
        code=spec.code,
        digest=digest_of({**columns, "code": spec.code}),
        defaults={"current": True},
        create_defaults={**columns, "current": True},
    )
