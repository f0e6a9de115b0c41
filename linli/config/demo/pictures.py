"""Drawings that stand for photos: no real place, no real person."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from linli.config.demo.names import seeded

_SIZE = (1280, 960)
Draw = ImageDraw.ImageDraw


def _sky(draw: Draw, top: tuple[int, int, int], bottom: tuple[int, int, int]) -> None:
    width, height = _SIZE
    for y in range(height):
        share = y / height
        colour = tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        draw.line([(0, y), (width, y)], fill=colour)


def _houses(draw: Draw, *, lit: bool, random: Random) -> None:
    for left in range(0, 1280, 320):
        height = random.randint(360, 560)
        top = 720 - height
        draw.rectangle(
            (left + 10, top, left + 290, 720), fill=(46, 52, 66) if lit else (150, 138, 124)
        )
        for x in range(left + 40, left + 270, 60):
            for y in range(top + 30, 690, 70):
                bright = random.random() < 0.4
                glass = (244, 212, 130) if bright and lit else (86, 100, 122)
                draw.rectangle((x, y, x + 34, y + 42), fill=glass)


def _night(draw: Draw, *, burning: bool) -> None:
    _sky(draw, (12, 16, 34), (38, 44, 70))
    _houses(draw, lit=True, random=seeded(3))
    draw.rectangle((0, 720, 1280, 960), fill=(30, 32, 38))
    if burning:
        for radius, shade in ((330, 60), (220, 100), (120, 170)):
            box = (840 - radius, 300 - radius // 2, 840 + radius, 300 + radius)
            draw.ellipse(box, fill=(shade + 50, shade + 36, shade // 2))
        draw.polygon([(800, 300), (880, 300), (1060, 940), (620, 940)], fill=(120, 108, 70))
    draw.rectangle((1000, 250, 1018, 900), fill=(80, 84, 92))
    draw.line([(1008, 255), (850, 270)], fill=(80, 84, 92), width=14)
    head = (255, 244, 190) if burning else (60, 62, 70)
    draw.polygon([(880, 262), (800, 280), (806, 306), (888, 290)], fill=head)


def _dark_lamp(draw: Draw) -> None:
    _night(draw, burning=False)


def _bright_lamp(draw: Draw) -> None:
    _night(draw, burning=True)


def _yard(draw: Draw, *, rubbish: bool) -> None:
    random = seeded(7)
    _sky(draw, (170, 194, 216), (222, 228, 230))
    _houses(draw, lit=False, random=seeded(5))
    draw.rectangle((0, 700, 1280, 960), fill=(142, 140, 134))
    for left in (180, 330):
        draw.rectangle((left, 560, left + 120, 760), fill=(52, 110, 78))
        draw.rectangle((left - 8, 540, left + 128, 566), fill=(40, 88, 62))
    for _ in range(90 if rubbish else 0):
        x, y = random.randint(120, 900), random.randint(700, 880)
        size = random.randint(14, 60)
        colour = random.choice(
            [(230, 230, 226), (36, 38, 42), (188, 60, 52), (66, 104, 170), (206, 178, 120)]
        )
        draw.ellipse((x, y, x + size, y + size * 2 // 3), fill=colour)


def _rubbish(draw: Draw) -> None:
    _yard(draw, rubbish=True)


def _clean(draw: Draw) -> None:
    _yard(draw, rubbish=False)


def _road(draw: Draw) -> None:
    random = seeded(11)
    draw.rectangle((0, 0, 1280, 960), fill=(92, 92, 94))
    for _ in range(5000):
        x, y = random.randint(0, 1279), random.randint(0, 959)
        shade = random.randint(70, 116)
        draw.point((x, y), fill=(shade, shade, shade))
    draw.rectangle((0, 0, 1280, 120), fill=(168, 162, 152))
    for left in range(0, 1280, 160):
        draw.line([(left, 0), (left, 120)], fill=(140, 134, 126), width=4)


def _manhole(draw: Draw) -> None:
    _road(draw)
    draw.ellipse((420, 380, 860, 720), fill=(14, 14, 16))
    draw.ellipse((640, 300, 1060, 560), fill=(70, 66, 62), outline=(40, 38, 36), width=12)
    for step in range(690, 1020, 44):
        draw.line([(step, 350), (step, 510)], fill=(48, 46, 44), width=8)


def _pothole(draw: Draw) -> None:
    _road(draw)
    edge = [
        (360, 520),
        (470, 400),
        (640, 430),
        (800, 370),
        (930, 500),
        (880, 680),
        (700, 740),
        (480, 700),
    ]
    draw.polygon(edge, fill=(58, 54, 50))
    draw.polygon([(x * 0.8 + 130, y * 0.8 + 112) for x, y in edge], fill=(74, 92, 104))


def _pole(draw: Draw) -> None:
    _road(draw)
    draw.rectangle((560, 0, 720, 900), fill=(120, 124, 130))
    draw.rectangle((586, 480, 694, 720), fill=(98, 102, 108), outline=(60, 62, 66), width=8)
    draw.rectangle((540, 560, 740, 610), fill=(206, 190, 120))


_DRAWN: dict[str, Callable[[Draw], None]] = {
    "dark_lamp": _dark_lamp,
    "bright_lamp": _bright_lamp,
    "rubbish": _rubbish,
    "clean": _clean,
    "manhole": _manhole,
    "pothole": _pothole,
    "pole": _pole,
}


@cache
def picture(name: str) -> bytes:
    """A drawing as a JPEG, the same every time."""
    image = Image.new("RGB", _SIZE)
    _DRAWN[name](ImageDraw.Draw(image))
    buffer = BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.4)).save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
