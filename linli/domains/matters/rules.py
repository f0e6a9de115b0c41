"""Decisions about matters: plain Python, no table, no clock."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Final, Literal
from uuid import UUID

from linli.engines.workflow.spec import ENDED
from linli.kernel.errors import Conflict, Invalid, NotFound, TooMany, _

Channel = Literal["web", "telephone", "counter", "grid", "api"]
ReporterKind = Literal["named", "confidential", "anonymous", "worker"]
DESCRIPTION_LENGTH = 2000
PHOTOS = 9
PHOTO_KINDS = ("photo", "result_photo")


class DescriptionMissing(Invalid):
    """Nobody said what happened."""

    message = _("Please say what happened, in a few words.")


class DescriptionTooLong(Invalid):
    """More than anybody reads."""

    message = _("Please keep it under {most} characters.")


class PlaceMissing(Invalid):
    """Nobody said where."""

    message = _("Please say where: a point on the map, an address, or a few words.")


class PointOutside(Invalid):
    """The point lies in no street this installation serves."""

    message = _("This point lies outside {home}. Move it, or describe the place in words.")


class ClassUnknown(Invalid):
    """No current class has this code."""

    message = _("There is no class {code}.")


class PlaceUnknown(Invalid):
    """An address or a community that is not, or no longer, in the register."""

    message = _("This address is not in the register. Choose another, or describe the place.")


class ContactMissing(Invalid):
    """A named report needs a way to answer it."""

    message = _("Please leave a telephone number, or report anonymously.")


class AnonymousContact(Invalid):
    """Anonymous and a name do not go together."""

    message = _("An anonymous report keeps no name and no number.")


class ConditionUnknown(Invalid):
    """The class has no such filing condition."""

    message = _("Choose one of the filing conditions of this class.")


class ScoreOutOfRange(Invalid):
    """A rating is one of five."""

    message = _("Choose one of the five answers.")


class UnitUnknown(Invalid):
    """Not a station that serves this place."""

    message = _("Choose one of the units that serve this place.")


class PrivateWords(Invalid):
    """The public text repeats what only the file may hold."""

    message = _("The public text holds a telephone or document number. Take it out.")


class TooManyPhotos(Invalid):
    """Nine are enough."""

    message = _("At most {most} photos.")


class NotOnTheSpot(Conflict):
    """The class may not be closed by who found it."""

    message = _(
        "Matters of this class are handled by a unit; they cannot be settled on the spot."
    )


class NumberOrCodeWrong(NotFound):
    """A wrong number and a wrong telephone are never told apart."""

    message = _("No matter fits this number together with this telephone or query code.")


class TooManyReports(TooMany):
    """More than a street corner sees in an hour."""

    message = _("Too many reports from here at once. Please wait ten minutes, or telephone.")


class TooManyLookUps(TooMany):
    """Somebody is guessing."""

    message = _("Too many look-ups from here. Please wait ten minutes.")


@dataclass(frozen=True, slots=True)
class PlaceGiven:
    """Where, as somebody said it: a point with its coordinate system, an address, or words."""

    lng: float | None = None
    lat: float | None = None
    crs: str = "EPSG:4326"
    place_id: UUID | None = None
    area_id: UUID | None = None
    text: str = ""

    @property
    def has_point(self) -> bool:
        return self.lng is not None and self.lat is not None


@dataclass(frozen=True, slots=True)
class ReporterGiven:
    """Who reports, and how they may be answered."""

    kind: ReporterKind = "anonymous"
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything somebody tells when a matter comes in."""

    description: str
    place: PlaceGiven
    reporter: ReporterGiven
    channel: Channel
    class_code: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)


def checked_description(text: str) -> str:
    """What happened, trimmed; control characters other than line breaks are taken out."""
    clean = re.sub(r"[^\S\n]+", " ", re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", text)).strip()
    if not clean:
        raise DescriptionMissing(field="description")
    if len(clean) > DESCRIPTION_LENGTH:
        raise DescriptionTooLong(field="description", most=DESCRIPTION_LENGTH)
    return clean


def summary_of(description: str) -> str:
    """The first sentence, at most forty characters, for lists."""
    first = re.split(r"[\n。!?!?]", description, maxsplit=1)[0].strip() or description
    return first if len(first) <= 40 else f"{first[:39]}…"


def facts_of(
    *, matter_id: UUID, channel: str, on_the_spot: bool, inspect: bool, sample_percent: int
) -> frozenset[str]:
    """What a workflow's `when` may ask of a matter."""
    sampled = is_sampled(matter_id, sample_percent)
    return frozenset(
        {
            "self_found" if channel == "grid" else "reported",
            "sampled" if sampled else "not_sampled",
            "inspects" if inspect else "inspects_not",
            *(("on_the_spot",) if on_the_spot else ()),
        }
    )


def is_sampled(matter_id: UUID, percent: int) -> bool:
    """Whether a second person looks at a matter settled on the spot: fixed by its id, not by anybody."""
    return int.from_bytes(hashlib.sha256(matter_id.bytes).digest()[:4], "big") % 100 < percent


def query_code(matter_id: UUID, *, key: bytes) -> str:
    """Eight signs by which a reporter finds the matter again; computed, so never stored.

    Without the signs that look alike on paper: 0 O 1 I L.
    """
    signs = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    digest = hmac.new(key, b"query-code" + matter_id.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(signs[number // 31**at % 31] for at in range(8))


def blurred(lng: float, lat: float) -> tuple[float, float]:
    """A point rounded to about two hundred metres: enough for a map, too little for a door."""
    return round(lng / 0.002) * 0.002, round(lat / 0.002) * 0.002


def holds_private_words(text: str) -> bool:
    """Whether a text holds what looks like a telephone or document number."""
    return bool(re.search(r"(?<!\d)(1\d{10}|\d{17}[\dXx]|0\d{2,3}-?\d{7,8})(?!\d)", text))


def metres_between(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    """The distance of two points on the globe (haversine)."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lng - lng) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(half))


def days_between(begun: datetime, ended: datetime) -> float:
    """Days and their tenths."""
    return round((ended - begun).total_seconds() / 86_400, 1)


TOLD_OF_A_REPORT: Final = ("resident_received", "owner_new")


def told_of(
    *,
    key: str,
    needs: Collection[str],
    from_phase: str,
    to_phase: str,
    is_same_state: bool,
    has_new_owner: bool,
) -> tuple[str, ...]:
    """Which notices a step gives rise to: the resident's first, then that of the owner."""
    told: list[str] = []
    if to_phase == "waiting_reporter" and not is_same_state:
        told.append("resident_asked")
    if "answer" in needs:
        told.append("resident_answered")
    if to_phase == "void" and from_phase != "void":
        told.append("resident_declined")
    if to_phase not in ENDED:
        told += _told_owner(key, needs, from_phase, is_same_state, has_new_owner)
    return tuple(told)


def _told_owner(
    key: str,
    needs: Collection[str],
    from_phase: str,
    is_same_state: bool,
    has_new_owner: bool,
) -> list[str]:
    if key == "press":
        return ["owner_pressed"]
    if "reason" in needs and not is_same_state:
        return ["owner_returned"]
    if from_phase == "waiting_reporter" and not is_same_state:
        return ["owner_resumed"]
    return ["owner_new"] if has_new_owner else []
