"""What an upload is, decided from its bytes alone: name and declared type prove nothing.

Every picture is decoded and written anew, so that nothing of the original survives but what
can be seen: no place, no device, no hidden part. The size is read from the header before
anything is decoded, because a few kilobytes can ask for gigabytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pi_heif
from PIL import Image, ImageCms, ImageOps

from linli.kernel.errors import Invalid, TooLarge, _

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 2560
THUMBNAIL_SIDE: Final = 480
QUALITY: Final = 85


class Kind(StrEnum):
    """What files look like from their first bytes."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    HEIC = "HEIC"
    AVIF = "AVIF"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"
    SVG = "SVG"
    PDF = "PDF"
    ZIP = "ZIP"
    VIDEO = "MP4"
    TEXT = "text"
    UNKNOWN = "?"


PICTURES: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.HEIC})


class EmptyFile(Invalid):
    message = _("The file is empty.")


class FileTooLarge(TooLarge):
    message = _("The photo has {found} MB; at most {most} MB are taken.")


class NotAPhoto(Invalid):
    message = _("This file ({found}) is not a photo. JPEG, PNG, WebP and HEIC are taken.")
    unknown = _("This file is not a photo. JPEG, PNG, WebP and HEIC are taken.")

    def __str__(self) -> str:
        """A question mark would tell nobody anything."""
        if self.values.get("found") == Kind.UNKNOWN.value:
            return str(self.unknown)
        return super().__str__()


class TooManyPixels(Invalid):
    message = _("The photo measures {width} × {height}; at most {most} megapixels are taken.")


class DamagedPhoto(Invalid):
    message = _("The photo is damaged or incomplete.")


class HidesAnotherFile(Invalid):
    message = _("The photo carries another file ({found}) inside it.")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the header of a picture says."""

    kind: Kind
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class ReencodedPicture:
    """A picture as it is kept: JPEG, upright, without metadata."""

    content: bytes
    width: int
    height: int
    sha256: str


_HEADS: Final = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF8", Kind.GIF),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"BM", Kind.BMP),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
)
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis"})
_STILL_BRANDS: Final = frozenset({b"mif1", b"msf1"})
_PAGE: Final = re.compile(rb"<(?:script|html|svg|iframe|\?php)[\s>/]", re.IGNORECASE)
_PDF_LOOKED_FOR_IN: Final = 1024  # readers of PDF accept its head anywhere in here
_DECODER_FAULTS: Final = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    RuntimeError,
    EOFError,
    ArithmeticError,
    LookupError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def sniff(head: bytes) -> Kind:
    """What the file is, from its first few hundred bytes."""
    for start, kind in _HEADS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp":
        return _branded(head)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<"):
        return Kind.SVG if b"<svg" in text[:1024] else Kind.TEXT
    return Kind.UNKNOWN


def _branded(head: bytes) -> Kind:
    length = min(int.from_bytes(head[:4], "big"), 256)
    brands = {head[8:12], *(head[n : n + 4] for n in range(16, length, 4))}
    if brands & _HEIC_BRANDS:
        return Kind.HEIC
    if b"avif" in brands or head[8:12] in _STILL_BRANDS:
        return Kind.AVIF
    return Kind.VIDEO


def check_size(size: int, *, field: str | None = None) -> None:
    """Refuse what is too large; a door asks this before it reads the file into memory."""
    if size > MOST_BYTES:
        found = f"{size / 1024**2:.1f}"
        raise FileTooLarge(field, found=found, most=MOST_BYTES // 1024**2)


def check_picture(raw: bytes, *, field: str | None = None) -> PictureFacts:
    """What the picture is, or the refusal of what is none, too much, cut short or double."""
    if not raw:
        raise EmptyFile(field)
    check_size(len(raw), field=field)
    kind = sniff(raw[:512])
    if kind not in PICTURES:
        raise NotAPhoto(field, found=kind.value)
    try:
        width, height, end = _MEASURES[kind](raw)
    except _DECODER_FAULTS:
        raise DamagedPhoto(field) from None
    if not (width > 0 and height > 0):
        raise DamagedPhoto(field)
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        raise TooManyPixels(field, width=width, height=height, most=most)
    _require_alone(raw, end, field)
    return PictureFacts(kind, width, height, len(raw))


def reencode(
    raw: bytes, *, field: str | None = None, longest: int = LONGEST_SIDE
) -> ReencodedPicture:
    """The picture as it is kept: upright, in plain colours, at most so long, nothing else."""
    facts = check_picture(raw, field=field)
    try:
        image = _decoded(raw, facts, longest)
    except _DECODER_FAULTS:
        raise DamagedPhoto(field) from None
    return _written(image, longest)


def thumbnail(raw: bytes, *, longest: int = THUMBNAIL_SIDE) -> ReencodedPicture:
    """A small picture of one that is kept."""
    return reencode(raw, longest=longest)


@dataclass(frozen=True, slots=True)
class ReadyPhoto:
    """A photo as it will be kept, and its small picture for lists."""

    picture: ReencodedPicture
    small: ReencodedPicture


def make_ready(raw: bytes) -> ReadyPhoto:
    """The checked photo and its small picture: the slow part, done before any row is locked."""
    picture = reencode(raw)
    return ReadyPhoto(picture, thumbnail(picture.content))


def _require_alone(raw: bytes, end: int, field: str | None) -> None:
    """No second file: what a viewer shows and what a browser runs must be the same thing.

    Phones do append things (a short film, a depth map), which are simply left behind.
    """
    found = _foreign(raw[end:])
    if b"%PDF-" in raw[:_PDF_LOOKED_FOR_IN]:
        found = Kind.PDF
    if found:
        raise HidesAnotherFile(field, found=found.value)


def _foreign(tail: bytes) -> Kind | None:
    if b"%PDF-" in tail:
        return Kind.PDF
    if 0 <= tail.find(b"PK\x03\x04") < tail.rfind(b"PK\x05\x06"):
        return Kind.ZIP
    return Kind.TEXT if _PAGE.search(tail) else None


# Width, height and where the picture ends. Each raises one of _DECODER_FAULTS when cut short.

Measure = tuple[int, int, int]
_NOT_FRAMES: Final = frozenset({0xC4, 0xC8, 0xCC})
_MARKER: Final = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MOST_PARTS: Final = 20_000  # a file made of nothing but tiny parts is made to keep us busy
_MOST_SCANS: Final = 100  # each scan of a progressive picture is decoded over the whole of it


def _measure_jpeg(raw: bytes) -> Measure:
    width = height = scans = 0
    at = 2
    for _part in range(_MOST_PARTS):
        match = _MARKER.match(raw, at)
        if match is None or scans > _MOST_SCANS:
            raise ValueError("no marker")
        at, marker = match.end(), match[1][0]
        if marker == 0xD9:
            return width, height, at
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            height, width = struct.unpack_from(">HH", raw, at + 3)
        at += int.from_bytes(raw[at : at + 2], "big")
        if marker == 0xDA:
            scans += 1
            at = _after_scan(raw, at)
    raise ValueError("too many parts")


def _after_scan(raw: bytes, start: int) -> int:
    found = _AFTER_SCAN.search(raw, start)
    if found is None:
        raise EOFError("the scan never ends")
    return found.start()


def _measure_png(raw: bytes) -> Measure:
    if raw[12:16] != b"IHDR":
        raise ValueError("no header")
    width, height = struct.unpack_from(">II", raw, 16)
    at = 8
    for _part in range(_MOST_PARTS):
        length, name = struct.unpack_from(">I4s", raw, at)
        at += 12 + length
        if at > len(raw):
            raise EOFError(name)
        if name == b"IEND":
            return width, height, at
    raise ValueError("too many parts")


def _measure_webp(raw: bytes) -> Measure:
    end = 8 + int.from_bytes(raw[4:8], "little")
    if end > len(raw) + 1:  # a last padding byte is often left out
        raise EOFError("shorter than it says")
    form, start = raw[12:16], 20
    if form == b"VP8X":
        wide, high = raw[start + 4 : start + 7], raw[start + 7 : start + 10]
        width, height = (1 + int.from_bytes(part, "little") for part in (wide, high))
    elif form == b"VP8L":
        (bits,) = struct.unpack_from("<I", raw, start + 1)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif form == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", raw, start + 6))
    else:
        raise ValueError(form)
    return width, height, end


def _measure_heic(raw: bytes) -> Measure:
    at = 0
    for _part in range(_MOST_PARTS):
        size, name = int.from_bytes(raw[at : at + 4], "big"), raw[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(raw[at + 8 : at + 16], "big")
        if size < 8 or not name.isalnum():  # the last box may leave its size open
            at = len(raw) if size == 0 and name.isalnum() else at
            break
        at += size
    if at > len(raw):
        raise EOFError("shorter than it says")
    width, height = pi_heif.open_heif(io.BytesIO(raw)).size
    return width, height, at


_MEASURES: Final = {
    Kind.JPEG: _measure_jpeg,
    Kind.PNG: _measure_png,
    Kind.WEBP: _measure_webp,
    Kind.HEIC: _measure_heic,
}


# Decoding and writing

_SRGB: Final = ImageCms.createProfile("sRGB")


def _decoded(raw: bytes, facts: PictureFacts, longest: int) -> Image.Image:
    """Upright, in sRGB on white, and no larger than the decoder can easily make it."""
    if facts.kind == Kind.HEIC:
        image = pi_heif.open_heif(io.BytesIO(raw), convert_hdr_to_8bit=True).to_pillow()
    else:
        image = Image.open(io.BytesIO(raw), formats=[facts.kind.value.upper()])
        if image.size != (facts.width, facts.height):
            raise ValueError("two sizes in one picture")
        image.draft("RGB", (longest, longest))
        image.load()
        image = _upright(image)
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("larger than its header said")
    return _plain_colours(image)


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except _DECODER_FAULTS:
        return image  # an unreadable note on how it was held is no reason to refuse a photo


def _plain_colours(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = image.point(lambda level: level / 256).convert("L")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        image = Image.new("RGB", layered.size, "white")
        image.paste(layered, mask=layered.getchannel("A"))
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        image = _in_srgb(image, profile)
    return image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        shown = ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, *_DECODER_FAULTS):
        return image  # colours a shade off are better than no photo
    return shown or image


def _written(image: Image.Image, longest: int) -> ReencodedPicture:
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    image.info = {}  # the writer copies comment and XMP from here
    target = io.BytesIO()
    image.save(target, "JPEG", quality=QUALITY)
    content = target.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    return ReencodedPicture(content, image.width, image.height, digest)
