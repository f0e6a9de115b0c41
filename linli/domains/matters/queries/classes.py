from __future__ import annotations

from django.utils.translation import get_language

from linli.domains.matters.models import MatterClass, Rules
from linli.domains.matters.rules import ClassUnknown
from linli.ground.audit.queries import remembered
from linli.kernel.words import search_words


@remembered
def current_classes() -> tuple[MatterClass, ...]:
    """Every class new matters may be filed under, by code."""
    classes = MatterClass.objects.filter(current=True).select_related("form")
    return tuple(classes.order_by("code"))


@remembered
def class_by_code(code: str) -> MatterClass:
    """The current class of a code, or ClassUnknown beside its field."""
    try:
        return MatterClass.objects.get(code=code, current=True)
    except MatterClass.DoesNotExist:
        raise ClassUnknown(field="matter_class", code=code[:12]) from None


def suggested_class(description: str) -> MatterClass:
    """The class most like a text, else the one the pack keeps for what nobody has read yet."""
    like = classes_like(description, most=1)
    if like:
        return like[0]
    other = Rules.objects.values_list("other_class", flat=True).first()
    return class_by_code(other or "")


@remembered
def _titled() -> tuple[tuple[MatterClass, frozenset[str]], ...]:
    return tuple(
        (one, frozenset(search_words(f"{one.title_zh} {one.major_zh}").split()))
        for one in current_classes()
    )


def in_language(zh: str, en: str) -> str:
    """English readers get English where there is any, everybody else Chinese."""
    return en if en and (get_language() or "").startswith("en") else zh


def title_of(matter_class: MatterClass) -> str:
    """The name of a class for the present reader."""
    return in_language(matter_class.title_zh, matter_class.title_en)


def classes_like(description: str, *, most: int = 3) -> list[MatterClass]:
    """The classes whose titles share words with a text, the best first; empty when none does."""
    words = set(search_words(description).split())
    scored = [
        (len(words & own), matter_class)
        for matter_class, own in _titled()
        if matter_class.for_residents
    ]
    best = sorted(
        (pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].code)
    )
    return [matter_class for _, matter_class in best[:most]]
