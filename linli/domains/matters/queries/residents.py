from __future__ import annotations

import hmac
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from linli.domains.matters.models import Matter, MatterClass, Reporter
from linli.domains.matters.queries.paging import Page, page_by
from linli.domains.matters.queries.records import matter_just_made
from linli.domains.matters.rules import NumberOrCodeWrong, query_code
from linli.kernel.errors import NotFound
from linli.kernel.ids import NotAPhoneNumber, normalise_phone
from linli.kernel.keys import key_of, ring_of

QUERY_CODE = "query_code"
_RATING = "linli.rating"
_RATING_SECONDS = 90 * 86_400


def matter_of_reporter(number: str, secret: str) -> Matter:
    """The matter of this number for who knows its telephone or query code.

    A wrong number, a wrong telephone and an anonymous matter asked for by telephone are all the
    same NumberOrCodeWrong, after the same two queries.
    """
    matter = Matter.objects.filter(number=number.strip()).first()
    reporter = Reporter.objects.filter(matter__number=number.strip()).first()
    if matter is None or not _knows(matter, reporter, secret.strip()):
        raise NumberOrCodeWrong(field="secret")
    return matter_just_made(matter.id)


def query_code_of(matter: Matter) -> str:
    """The code a reporter is given, once, on the receipt."""
    return query_code(matter.id, key=key_of(QUERY_CODE).secret)


def _knows(matter: Matter, reporter: Reporter | None, secret: str) -> bool:
    """Compared in constant time, and with every key that is still valid."""
    typed = secret.upper().replace(" ", "").encode()
    codes = [query_code(matter.id, key=key.secret).encode() for key in ring_of(QUERY_CODE).keys]
    digests = _digests(secret)
    known = bytes(reporter.phone_digest or b"") if reporter else b""
    by_code = [hmac.compare_digest(typed, code) for code in codes]
    by_phone = [hmac.compare_digest(known, digest) for digest in digests]
    return any(by_code) or any(by_phone)


def _digests(secret: str) -> list[bytes]:
    try:
        return ring_of("contact").digests(normalise_phone(secret))
    except NotAPhoneNumber:
        return []


def rating_token(matter: Matter) -> str:
    """A link's token by which the reporter, and nobody else, rates without an account."""
    return signing.dumps(str(matter.id), salt=_RATING, compress=False)


def matter_by_rating(token: str) -> Matter:
    """The matter a token was made for, or NotFound."""
    try:
        return matter_just_made(
            UUID(signing.loads(token, salt=_RATING, max_age=_RATING_SECONDS))
        )
    except (signing.BadSignature, ValueError):
        raise NotFound from None


def published() -> QuerySet[Matter]:
    """What everybody may read, the latest first."""
    return (
        Matter.objects.published()
        .select_related("matter_class", "area__parent", "work")
        .order_by("-published_at", "id")
    )


def get_published(number: str) -> Matter:
    """One published matter, or NotFound."""
    try:
        return published().get(number=number)
    except Matter.DoesNotExist:
        raise NotFound from None


def page_of_published(cursor: str, *, limit: int) -> Page:
    """The published matters after a cursor, the latest first."""
    return page_by(published(), "published_at", cursor=cursor, limit=limit, later=False)


def class_for_right(right: str) -> MatterClass:
    """The class by which a person asks for a copy, a correction or a deletion, or NotFound."""
    found = MatterClass.objects.filter(current=True, personal=right).exclude(personal="")
    wanted = found.order_by("code").first()
    if wanted is None:
        raise NotFound
    return wanted


def matters_of_same_person(asked: Matter) -> list[Matter]:
    """Every matter reported with the same telephone number as this one, the latest first."""
    reporter = Reporter.objects.filter(matter=asked).first()
    if reporter is None or not reporter.phone:
        return [asked]
    digests = ring_of("contact").digests(reporter.phone)
    ids = Reporter.objects.filter(phone_digest__in=digests).values("matter")
    rows = Matter.objects.filter(id__in=ids).select_related("work", "matter_class", "area")
    return list(rows.order_by("-reported_at", "id"))
