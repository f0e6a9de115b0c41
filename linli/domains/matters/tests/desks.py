"""Desks for tests of pages: who sits there, what they send, what they read."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from linli.domains.matters.models import Matter, MatterClass
from linli.domains.matters.rules import PlaceGiven
from linli.domains.matters.testing import Cast, a_report, make_cast, make_matter
from linli.ground.accounts.models import Account
from linli.ground.accounts.queries import needs_second_factor
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel.actor import Actor

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PANEL = {"HX-Request": "true", "HX-Target": "beside"}
EAST = WEST + 1


def desk_of(actor: Actor) -> Client:
    """A browser at which the actor has signed in, reading English."""
    assert actor.account_id is not None
    account = Account.objects.get(pk=actor.account_id)
    if needs_second_factor(actor):
        TOTP.activate(account, generate_totp_secret())
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def elsewhere() -> tuple[Cast, Matter]:
    """The street next door, with a matter of its own."""
    cast = make_cast(first="230803008", name="东风街道", west=EAST)
    return cast, make_matter(
        a_report(place=PlaceGiven(EAST + SIDE / 2, SOUTH + SIDE / 2, "EPSG:4490"))
    )


def on_the_spot() -> str:
    """The code of a class that may be settled on the spot and asks no questions."""
    found = MatterClass.objects.filter(current=True, on_the_spot=True, form=None)
    return found.order_by("code")[0].code


def url_of(matter_id: UUID, rest: str = "") -> str:
    return f"/desk/matters/{matter_id}/{rest}"


def send(client: Client, matter: Matter, key: str, **typed: object) -> Answer:
    """One step as a browser takes it: the form is opened, filled in and sent."""
    address = url_of(matter.id, f"steps/{key}/")
    form = client.get(address).context["form"]
    hidden = {name: form[name].value() for name in ("request_id", "seen_version")}
    return client.post(address, hidden | typed, follow=True)


def words(answer: Answer) -> str:
    """A page as it is read, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def body(answer: Answer) -> str:
    """A page without what differs from one request to the next."""
    html = answer.content.decode()
    html = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken":\s*)[=" ]+\w+"', "", html)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", html)


def asked(
    client: Client, method: str, address: str, sent: dict[str, object]
) -> tuple[int, str, int]:
    """What a request is answered with, and how many queries that took."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.post(address, sent) if method == "POST" else client.get(address)
    return answer.status_code, body(answer), len(captured)


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    target = io.BytesIO()
    Image.new("1" if size[0] > 5000 else "RGB", size).save(target, kind)
    return target.getvalue()
