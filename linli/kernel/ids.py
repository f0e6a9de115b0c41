"""Numbers of things and people: made here, or checked before anybody leans on them.

Structure and check digit decide. An area the tables do not know only warns: a check that looks
the birthplace up turns away residents of Hong Kong, Macao and Taiwan and village collectives.
"""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import RFC_4122, UUID

from linli.kernel.clock import now
from linli.kernel.errors import Invalid, _


class NotEighteenSigns(Invalid):
    """A number of the wrong length, or with signs it cannot have."""

    message = _("This number must have 18 characters of the allowed kind.")


class NoSuchBirthDate(Invalid):
    """The digits that should be a birth date are none."""

    message = _("The birth date inside this number does not exist.")


class CheckDigitDiffers(Invalid):
    """A digit was mistyped, or two were swapped."""

    message = _("The last character does not fit the others. Please check the number.")


class NotAPhoneNumber(Invalid):
    """Neither a mobile number nor a fixed line with its area code."""

    message = _("This is not a telephone number. Fixed lines need their area code.")


# RFC 9562, version 7: 48 bits of milliseconds, then 74 random bits that only grow within one
# millisecond, so that rows written by one process keep their order.

_RANDOM_BITS: Final = 74
_BELIEVED_SETBACK_MS: Final = 10_000
_lock = threading.Lock()
_last = {"clock": (0, 0), "given": (0, 0)}


def uuid7(at: datetime | None = None) -> UUID:
    """An identifier that sorts by the moment it was made (or by the moment given).

    A clock set back by a little is ignored, so that order holds; set back by more than ten
    seconds it is believed, or one wrong hour would stamp every identifier until a restart.
    """
    milliseconds = int((now() if at is None else at.astimezone(UTC)).timestamp() * 1000)
    source = "clock" if at is None else "given"
    with _lock:
        milliseconds, tail = _next(*_last[source], milliseconds, wait=at is None)
        _last[source] = (milliseconds, tail)
    return _assembled(milliseconds, tail)


def is_uuid7(value: UUID) -> bool:
    """Whether this is an identifier of version 7, as a phone makes them."""
    return value.variant == RFC_4122 and value.version == 7


def _next(last: int, last_tail: int, milliseconds: int, *, wait: bool) -> tuple[int, int]:
    if wait and 0 < last - milliseconds < _BELIEVED_SETBACK_MS:
        milliseconds = last
    if milliseconds != last:
        return milliseconds, int.from_bytes(os.urandom(10), "big") >> 7  # one bit left to grow
    tail = last_tail + 1 + int.from_bytes(os.urandom(4), "big")
    assert tail < 1 << _RANDOM_BITS
    return milliseconds, tail


def _assembled(milliseconds: int, tail: int) -> UUID:
    upper = milliseconds << 16 | 0x7000 | tail >> 62
    lower = 1 << 63 | tail & ((1 << 62) - 1)
    return UUID(int=upper << 64 | lower)


# Resident numbers (GB 11643) and unified social credit codes (GB 32100)

_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECK: Final = "10X98765432"
_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PROVINCES: Final = frozenset(
    number
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for number in range(first, last + 1)
) | {81, 82, 83, 91}
_ALL_CHINA: Final = 10


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """A resident number whose structure and check digit are right."""

    number: str
    born_on: date
    area_known: bool


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A unified social credit code whose structure and check sign are right."""

    code: str
    area_known: bool


def check_resident_number(text: str, *, field: str | None = None) -> ResidentNumber:
    """The number in its one spelling, or the refusal that says what is wrong with it."""
    number = _plain(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise NotEighteenSigns(field)
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise NoSuchBirthDate(field) from None
    weighed = sum(w * int(n) for w, n in zip(_RESIDENT_WEIGHTS, number, strict=False))
    if number[17] != _RESIDENT_CHECK[weighed % 11]:
        raise CheckDigitDiffers(field)
    return ResidentNumber(number, born_on, int(number[:2]) in _PROVINCES)


def check_credit_code(text: str, *, field: str | None = None) -> CreditCode:
    """The code in its one spelling, or the refusal that says what is wrong with it."""
    code = _plain(text)
    if not re.fullmatch(
        rf"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}", code
    ):
        raise NotEighteenSigns(field)
    weighed = sum(pow(3, i, 31) * _CREDIT_ALPHABET.index(code[i]) for i in range(17))
    if code[17] != _CREDIT_ALPHABET[-weighed % 31]:
        raise CheckDigitDiffers(field)
    return CreditCode(code, int(code[2:4]) in _PROVINCES | {_ALL_CHINA})


def _plain(text: str) -> str:
    """Full-width signs, small letters and the spaces people put between groups."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


# Telephone numbers

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_FIXED: Final = re.compile(
    r"0?(?:(?P<short>10|2[0-9])(?P<eight>[2-8][0-9]{7})"
    r"|(?P<long>[3-9][0-9]{2})(?P<seven>[2-8][0-9]{6,7}))"
)
_SERVICE: Final = re.compile(r"[48]00[0-9]{7}")
_ABROAD: Final = re.compile(r"\+(?!86)[1-9][0-9]{7,14}")
_EXTENSION: Final = re.compile(
    r"(?:转|分机|ext\.?|x|#|-(?=[0-9]{1,5}$))\s*([0-9]{1,5})$", re.IGNORECASE
)


def normalise_phone(text: str, *, field: str | None = None) -> str:
    """One spelling for every way of writing a number: 13800000001 or 010-80000001-8.

    Numbers outside the mainland keep their plus sign. A fixed line without its area code is
    refused: nobody could call it back from elsewhere.
    """
    written = re.sub(r"[‐-―−]", "-", unicodedata.normalize("NFKC", text)).strip()
    number = _digits(written)
    if _MOBILE.fullmatch(number) or _ABROAD.fullmatch(number) or _SERVICE.fullmatch(number):
        return number
    if match := _FIXED.fullmatch(number):
        return _line(match)
    if (tail := _EXTENSION.search(written)) and (
        match := _FIXED.fullmatch(_digits(written[: tail.start()]))
    ):
        return f"{_line(match)}-{tail[1]}"
    raise NotAPhoneNumber(field)


def _digits(written: str) -> str:
    """The digits alone, with the country's own prefix taken off."""
    if re.search(r"[^0-9+\s\-().]", written):
        return ""
    bare = re.sub(r"[\s\-().]", "", written)
    return re.sub(r"^(\+86|0086|86(?=1[3-9][0-9]{9}$)|0(?=1[3-9][0-9]{9}$))", "", bare)


def _line(match: re.Match[str]) -> str:
    return f"0{match['short'] or match['long']}-{match['eight'] or match['seven']}"


# Numbers of matters

_COUNTY: Final = re.compile(r"[0-9]{6}")


def matter_number(county_code: str, on: date, value: int) -> str:
    """County, day and the value of one sequence: never used twice, gaps allowed.

    The value alone makes it unique; county and day are there for the people who read it out.
    """
    if not _COUNTY.fullmatch(county_code) or value < 1:
        raise ValueError(f"no matter number from {county_code!r} and {value}")
    return f"{county_code}{on:%Y%m%d}{value:04d}"
