from __future__ import annotations

import hashlib
import io
import struct
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pi_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from linli.engines.files import rules
from linli.engines.files.rules import (
    DamagedPhoto,
    EmptyFile,
    FileTooLarge,
    HidesAnotherFile,
    Kind,
    NotAPhoto,
    TooManyPixels,
    check_picture,
    reencode,
    sniff,
    thumbnail,
)

HEIC = (Path(__file__).parent / "samples" / "held_upright.heic").read_bytes()
SECRET = b"31.2304N-121.4737E"


def drawing(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """White in the top left corner, blue on the left, red on the right."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, 0, width // 2, height))
    image.paste((240, 240, 240), (0, 0, width // 6, height // 4))
    return image.convert(mode)


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def shown(picture: rules.ReencodedPicture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content))


def is_near(pixel: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 40 for a, b in zip(pixel, expected, strict=True))


JPEG = written(drawing(), "JPEG")
PNG = written(drawing(), "PNG")
WEBP = written(drawing(), "WEBP")
GOOD = {Kind.JPEG: JPEG, Kind.PNG: PNG, Kind.WEBP: WEBP, Kind.HEIC: HEIC}


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_of_photo_is_known_from_its_bytes(kind: Kind) -> None:
    facts = check_picture(GOOD[kind])
    assert (facts.kind, facts.size) == (kind, len(GOOD[kind]))
    assert {facts.width, facts.height} == {96, 64}


@pytest.mark.parametrize(
    "options",
    [{"lossless": True}, {"quality": 50}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}],
)
def test_every_form_of_webp_is_measured(options: dict[str, object]) -> None:
    facts = check_picture(written(drawing(97, 33), "WEBP", **options))
    assert (facts.width, facts.height) == (97, 33)


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True}, {"quality": 5},
                                     {"restart_marker_blocks": 1}])  # fmt: skip
def test_every_form_of_jpeg_is_measured(options: dict[str, object]) -> None:
    facts = check_picture(written(drawing(97, 33), "JPEG", **options))
    assert (facts.width, facts.height) == (97, 33)


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("run.sh", "echo")
    return target.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (SVG, Kind.SVG),
        (b"\xef\xbb\xbf \n<svg></svg>", Kind.SVG),
        (b"<!doctype html><html></html>", Kind.TEXT),
        (b"%PDF-1.7\n%", Kind.PDF),
        (written(drawing(), "PDF"), Kind.PDF),
        (written(drawing(), "GIF"), Kind.GIF),
        (written(drawing(), "BMP"), Kind.BMP),
        (written(drawing(), "TIFF"), Kind.TIFF),
        (written(drawing(), "AVIF"), Kind.AVIF),
        (archive(), Kind.ZIP),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Kind.VIDEO),
        (b"\x7fELF", Kind.UNKNOWN),
        (b"hello", Kind.UNKNOWN),
        (b"\0" * 100, Kind.UNKNOWN),
        (b"\xff", Kind.UNKNOWN),
    ],
)
def test_what_is_no_photo_is_refused_naming_what_it_is(raw: bytes, kind: Kind) -> None:
    assert sniff(raw[:512]) is kind
    for act in (check_picture, reencode):
        with pytest.raises(NotAPhoto) as caught:
            act(raw, field="photos")
        assert (caught.value.field, caught.value.values["found"]) == ("photos", kind.value)


def test_what_nobody_can_name_is_refused_without_a_question_mark() -> None:
    assert "?" not in str(NotAPhoto("photos", found=Kind.UNKNOWN.value))
    assert "SVG" in str(NotAPhoto("photos", found=Kind.SVG.value))


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(EmptyFile):
        check_picture(b"")
    with pytest.raises(FileTooLarge):
        check_picture(JPEG + b"\0" * rules.MOST_BYTES)
    check_picture(JPEG + b"\0" * (rules.MOST_BYTES - len(JPEG)))


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png_claiming(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(min(width * height, 60_000_000)), 1))
    return b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")


def claiming(raw: bytes, width: int, height: int) -> bytes:
    """The JPEG with another size in its header."""
    at = raw.index(b"\xff\xc0") + 5
    return raw[:at] + struct.pack(">HH", height, width) + raw[at + 4 :]


@pytest.mark.parametrize(
    "bomb",
    [
        png_claiming(10_000, 6_000),
        png_claiming(2**31 - 1, 2**31 - 1),
        claiming(JPEG, 65_500, 65_500),
        WEBP[:26] + struct.pack("<HH", 16_383, 16_383) + WEBP[30:],
    ],
)
def test_a_bomb_is_refused_by_its_header_before_anything_is_decoded(bomb: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(TooManyPixels):
        reencode(bomb)
    assert time.perf_counter() - begun < 0.1


def test_a_photo_of_just_fifty_megapixels_is_taken() -> None:
    facts = check_picture(png_claiming(10_000, 5_000))
    assert facts.width * facts.height == rules.MOST_PIXELS


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_photo_cut_short_is_refused(kind: Kind, share: float) -> None:
    raw = GOOD[kind]
    with pytest.raises(DamagedPhoto):
        check_picture(raw[: int(len(raw) * share)])


@pytest.mark.parametrize(
    "raw",
    [claiming(JPEG, 0, 64), PNG.replace(b"IDAT", b"JDAT"),
     b"\xff\xd8\xff" + b"\xff" * 1_000_000,
     b"\xff\xd8" + b"\xff\xe0\0\2" * 1_000_000, b"RIFF\xff\0\0\0WEBPVP9 " + b"\0" * 300,
     b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"a") * 100_000,
     PNG[:40] + b"\xff\xff" + PNG[42:]],
)  # fmt: skip
def test_a_broken_photo_is_refused_and_soon(raw: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(DamagedPhoto):
        reencode(raw)
    assert time.perf_counter() - begun < 0.5


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    ("tail", "found"),
    [(archive(), "ZIP"), (b"junk%PDF-1.4\n", "PDF"), (b"<script>alert(1)</script>", "text"),
     (b"<?php system($x);", "text"), (SVG, "text")],
)  # fmt: skip
def test_a_photo_that_is_a_second_file_too_is_refused(
    kind: Kind, tail: bytes, found: str
) -> None:
    with pytest.raises(HidesAnotherFile) as caught:
        check_picture(GOOD[kind] + tail)
    assert caught.value.values["found"] == found


def test_a_pdf_head_inside_the_photos_own_comment_is_refused() -> None:
    with pytest.raises(HidesAnotherFile):
        check_picture(written(drawing(), "JPEG", comment=b"%PDF-1.4 1 0 obj"))


def test_what_phones_append_is_left_behind() -> None:
    film = struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom" + SECRET
    assert SECRET not in reencode(JPEG + film).content
    assert reencode(JPEG + film).sha256 == reencode(JPEG).sha256


# What is kept


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_kept_shows_the_same_and_is_an_ordinary_jpeg(kind: Kind) -> None:
    kept = reencode(GOOD[kind])
    image = shown(kept)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.size == (kept.width, kept.height)
    assert kept.sha256 == hashlib.sha256(kept.content).hexdigest()
    if kind != Kind.HEIC:
        assert is_near(image.getpixel((4, 4)), (240, 240, 240))
        assert is_near(image.getpixel((90, 60)), (200, 30, 30))


def test_a_photo_from_a_phone_held_upright_is_turned_once() -> None:
    kept = reencode(HEIC)
    assert (kept.width, kept.height) == (64, 96)
    assert is_near(shown(kept).getpixel((60, 4)), (240, 240, 240))
    exif = Image.Exif()
    exif[0x0112] = 6
    same = reencode(written(drawing(), "JPEG", exif=exif, quality=95))
    assert (same.width, same.height) == (64, 96)
    assert is_near(shown(same).getpixel((60, 4)), (240, 240, 240))


def told_everything(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, object] = {"exif": exif.tobytes(), "icc_profile": profile}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        options["pnginfo"] = text
    else:
        options["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if kind == "JPEG":
        options["comment"] = SECRET
    return written(drawing(), kind, **options)


@pytest.mark.parametrize(
    "raw", [told_everything(kind) for kind in ("JPEG", "PNG", "WEBP")] + [HEIC]
)
def test_no_metadata_of_the_original_survives(raw: bytes) -> None:
    assert SECRET in raw or b"Kamera" in raw
    for kept in (reencode(raw), thumbnail(raw)):
        for told in (SECRET, b"Kamera", b"Exif", b"ICC_PROFILE", b"xmpmeta", b"ns.adobe.com"):
            assert told not in kept.content
        image = shown(kept)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning")
@pytest.mark.parametrize(
    "note",
    [b"II*\0\x08\0\0\0\xff\xff\x12\x01", b"nothing of the kind", b"", b"MM\0*\xff\xff\xff\xff"],
)
def test_a_broken_note_on_how_it_was_held_does_not_lose_the_photo(note: bytes) -> None:
    assert reencode(written(drawing(), "JPEG", exif=b"Exif\0\0" + note)).width == 96


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "I;16", "CMYK"])
def test_every_way_of_storing_colours_becomes_plain(mode: str) -> None:
    image = (
        drawing(mode=mode)
        if mode != "I;16"
        else drawing(mode="L").convert("I;16").point(lambda level: level * 256)
    )
    kept = shown(reencode(written(image, "JPEG" if mode == "CMYK" else "PNG")))
    corner = kept.getpixel((4, 4))
    assert kept.mode == "RGB"
    assert isinstance(corner, tuple)
    assert min(corner) > 200


def test_what_is_transparent_is_shown_on_white() -> None:
    image = drawing(mode="RGBA")
    image.putalpha(0)
    assert is_near(shown(reencode(written(image, "PNG"))).getpixel((90, 60)), (255, 255, 255))


@pytest.mark.parametrize(
    "size", [(6_000, 4_000), (300, 5_000), (2_560, 2_560), (1, 1), (5_000, 1)]
)
def test_no_side_is_longer_than_the_longest_and_nothing_is_blown_up(
    size: tuple[int, int],
) -> None:
    for kind in ("JPEG", "PNG"):
        kept = reencode(written(Image.new("RGB", size, "red"), kind))
        assert max(kept.width, kept.height) == min(rules.LONGEST_SIDE, max(size))
        assert (
            kept.width * size[1] == pytest.approx(kept.height * size[0], rel=0.01)
            or min(size) == 1
        )
        small = thumbnail(kept.content)
        assert max(small.width, small.height) == min(rules.THUMBNAIL_SIDE, max(size))


def test_the_same_photo_is_kept_as_the_same_bytes() -> None:
    assert reencode(JPEG).content == reencode(JPEG).content


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(GOOD)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_photo_with_changed_bytes_is_kept_or_refused_and_nothing_else(
    kind: Kind, changes: list[tuple[float, int]]
) -> None:
    raw = bytearray(GOOD[kind])
    for where, byte in changes:
        raw[int(where * (len(raw) - 1))] = byte
    with suppress(DamagedPhoto, TooManyPixels, NotAPhoto, HidesAnotherFile):
        assert shown(reencode(bytes(raw))).format == "JPEG"


def test_the_sample_really_is_what_phones_send() -> None:
    assert pi_heif.is_supported(HEIC)
