from __future__ import annotations

from django.db.models import QuerySet

from linli.domains.matters.models import MatterClass
from linli.domains.matters.rules import ClassUnknown, suggest_class
from linli.kernel.words import search_words


def current_classes() -> QuerySet[MatterClass]:
    """Every class new matters may be filed under, by code."""
    return MatterClass.objects.filter(current=True).select_related("form").order_by("code")


def class_by_code(code: str) -> MatterClass:
    """The current class of a code, or ClassUnknown beside its field."""
    try:
        return MatterClass.objects.get(code=code, current=True)
    except MatterClass.DoesNotExist:
        raise ClassUnknown(field="matter_class", code=code[:12]) from None


def suggested_class(description: str) -> MatterClass:
    """The class whose title shares most words with the text, else the last one, which is "other"."""
    classes = list(current_classes())
    if not classes:
        raise ClassUnknown(field="matter_class", code="")
    words = set(search_words(description).split())
    titled = [(c.code, set(search_words(f"{c.title_zh} {c.major_zh}").split())) for c in classes]
    code = suggest_class(words, titled) or classes[-1].code
    return next(c for c in classes if c.code == code)
