"""How a resident's browser calls on the pages, for tests."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from PIL import Image

from linli.domains.matters.testing import LAMP
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel.ids import uuid7

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

MIDDLE = {"lng": str(WEST + SIDE / 2), "lat": str(SOUTH + SIDE / 2), "crs": "EPSG:4490"}
HERE = "安民路12号3幢"


def filled(**changed: object) -> dict[str, object]:
    """The report of a lamp, as a browser sends it."""
    typed: dict[str, object] = {
        "request_id": str(uuid7()),
        "description": "3幢门口的路灯不亮，晚上看不见。",
        "class_code": LAMP,
        "answers.how_many": "one",
        "place_text": HERE,
        **MIDDLE,
        "kind": "named",
        "name": "李梅",
        "phone": "13800000001",
    }
    return typed | changed


def text_of(answer: Answer) -> str:
    """A page as it is read, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def picture(kind: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 48), "#446688").save(target, kind)
    return target.getvalue()
