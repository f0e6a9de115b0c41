"""Photos that no coder makes small."""

from __future__ import annotations

import io
import random

from PIL import Image


def noise(*, width: int, height: int, seed: int) -> bytes:
    """A JPEG of nothing but noise, the same for the same seed."""
    target = io.BytesIO()
    content = random.Random(seed).randbytes(width * height * 3)  # noqa: S311 - a picture, no secret
    Image.frombytes("RGB", (width, height), content).save(target, "JPEG", quality=90)
    return target.getvalue()
