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
    wanted = [_row(each, forms.get(each.form or "")) for each in spec.classes]
    known = {
        (code, bytes(digest)): class_id
        for class_id, code, digest in MatterClass.objects.values_list("id", "code", "digest")
    }
    kept = [known[found] for row in wanted if (found := (row.code, row.digest)) in known]
    MatterClass.objects.filter(current=True).exclude(id__in=kept).update(current=False)
    MatterClass.objects.filter(current=False, id__in=kept).update(current=True)
    MatterClass.objects.bulk_create(
        row for row in wanted if (row.code, row.digest) not in known
    )


def _row(spec: ClassSpec, form_id: object) -> MatterClass:
    """The class as a row; the same words again are the same row."""
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
    digest = digest_of({**columns, "code": spec.code})
    return MatterClass(code=spec.code, digest=digest, current=True, **columns)
