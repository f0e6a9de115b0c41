"""Files and words nobody would send by mistake: what is sound, mangled in every way by chance."""

from __future__ import annotations

import io
import json
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from PIL import Image

from linli.domains.matters.queries.paging import _cursor
from linli.domains.matters.queries.paging import _read as read_cursor
from linli.engines.files.rules import reencode
from linli.ground.audit.rules.chain import Head
from linli.ground.territory.rules.codes import parse_code
from linli.ground.territory.rules.divisions import read_divisions
from linli.ground.territory.rules.outlines import read_outlines
from linli.kernel.crs import parse_crs
from linli.kernel.errors import Refusal
from linli.kernel.ids import check_credit_code, check_resident_number, normalise_phone

LONGEST_SECONDS = 5.0
MOST_KEPT = 20
ODD = (
    *(b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b'"', b",", b"{", b"[", b"1e999"),
    *(b"NaN", b"-0", b"=1+1", "邻里".encode(), "\ud800".encode("utf-8", "surrogatepass")),
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"%PDF-1.7", b"PK\x03\x04", b"9" * 400),
    *(b'{"a":' * 200, b"[" * 5000, b"\xff\xd9" * 50, b"\x00" * 4096, "٣４Ⅷ".encode()),
)


@dataclass(frozen=True, slots=True)
class Parser:
    """What reads files or words of strangers, sound samples of them, and its share of the tries."""

    name: str
    read: Callable[[bytes], object]
    samples: Sequence[bytes]
    share: int = 1


@dataclass(slots=True)
class Tried:
    """What came of it."""

    inputs: int = 0
    taken: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def words(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A reader of words, given bytes as JSON or a form would decode them."""

    def read_bytes(raw: bytes) -> object:
        try:
            return read(raw.decode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:
            return read(raw.decode("utf-8", "replace"))

    return read_bytes


def parsers() -> list[Parser]:
    """Everything that reads what somebody typed or sent."""
    page = _cursor(datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)).encode()
    return [
        Parser("divisions (CSV)", lambda raw: read_divisions(io.BytesIO(raw)), _csv(), 3),
        Parser("outlines (GeoJSON)", read_outlines, _geojson(), 3),
        Parser("pictures", reencode, list(_pictures()), 3),
        Parser("area codes", words(parse_code), [b"230803007001", b"230803007001001-01"]),
        Parser("resident numbers", words(check_resident_number), [b"11010519491231002X"]),
        Parser("credit codes", words(check_credit_code), [b"91350100M000100Y43"]),
        Parser(
            "telephones", words(normalise_phone), [b"+86 138-0000-0001", b"(010) 80000001-8"]
        ),
        Parser(
            "systems of places",
            words(parse_crs),
            [b"EPSG:4490", b"urn:ogc:def:crs:OGC:1.3:CRS84"],
        ),
        Parser(
            "page addresses",
            words(read_cursor),
            [page],
        ),
        Parser("heads", words(_head), [b"12:" + b"ab" * 32]),
    ]


def _head(text: str) -> object:
    """Told wrongly at the command line it is a ValueError, which argparse turns into a sentence."""
    try:
        return Head.read(text)
    except ValueError:
        return None


def try_all(chosen: Sequence[Parser], *, inputs: int, seed: int) -> dict[str, Tried]:
    """So many mangled samples, by the parsers' shares."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    shares = sum(parser.share for parser in chosen)
    return {
        parser.name: _try(parser, inputs * parser.share // shares, chance) for parser in chosen
    }


def _try(parser: Parser, count: int, chance: random.Random) -> Tried:
    tried = Tried()
    with _alarms():
        for _number in range(count):
            raw = mangled(chance.choice(parser.samples), chance)
            begun = time.perf_counter()
            signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
            try:
                parser.read(raw)
                tried.taken += 1
            except Refusal:
                pass
            except Exception as fault:
                if len(tried.faults) < MOST_KEPT:
                    tried.faults.append(f"{type(fault).__name__}: {fault} on {raw[:80]!r}")
            tried.inputs += 1
            tried.slowest = max(tried.slowest, time.perf_counter() - begun)
    return tried


@contextmanager
def _alarms() -> Iterator[None]:
    """Whatever takes too long is interrupted and is a fault."""

    def ring(_number: int, _frame: object) -> None:
        raise TimeoutError(f"no answer within {LONGEST_SECONDS:g} s")

    former = signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def mangled(sample: bytes, chance: random.Random) -> bytes:
    """A sound sample with one to four things done to it; now and then nothing but noise."""
    if chance.random() < 0.02:
        return chance.randbytes(chance.randint(0, 300))
    raw = bytearray(sample)
    for _time in range(chance.randint(1, 4)):
        at = chance.randint(0, len(raw))
        end = min(len(raw), at + chance.choice((1, 2, 8, 64, 1000)))
        match chance.randint(0, 5):
            case 0 if raw:
                raw[at % len(raw)] ^= 1 << chance.randint(0, 7)
            case 1:
                del raw[at:end]
            case 2:
                raw[at:at] = raw[at:end] * chance.choice((1, 2, 30))
            case 3:
                raw[at:at] = chance.choice(ODD)
            case 4:
                del raw[at:]
            case _:
                raw[at:end] = chance.randbytes(end - at)
    return bytes(raw[:200_000])


def _csv() -> list[bytes]:
    head = "code12,name,street_code,street,area_code,area,city_code,city,province\r\n"
    row = "230803007{0:03d},安民{0}社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省\r\n"
    rows = [row.format(number) for number in range(1, 6)]
    return [(head + "".join(rows[:count])).encode() for count in (1, 5)]


def _geojson() -> list[bytes]:
    square = [
        [130.30, 46.80],
        [130.31, 46.80],
        [130.31, 46.81],
        [130.30, 46.81],
        [130.30, 46.80],
    ]
    one = {
        "type": "Feature",
        "properties": {"name": "第一网格", "code": "230803007001001"},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    other = [[[x + 0.01, y] for x, y in square]]
    two = {
        "type": "Feature",
        "properties": {"name": "第二网格", "code": "230803007001002"},
        "geometry": {"type": "MultiPolygon", "coordinates": [other]},
    }
    collection = {"type": "FeatureCollection", "features": [one, two]}
    return [json.dumps(collection, ensure_ascii=ascii_).encode() for ascii_ in (True, False)]


def _pictures() -> Iterator[bytes]:
    image = Image.radial_gradient("L").resize((24, 16)).convert("RGB")
    for kind, options in (
        ("JPEG", {"quality": 60}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
    ):
        target = io.BytesIO()
        image.save(target, kind, **options)
        yield target.getvalue()
