"""Space kept aside, so that a full disk leaves the operator minutes of air."""

from __future__ import annotations

import os
from pathlib import Path

from linli.config.cluster.folders import MB, free_mb


def size_mb(profile: str) -> int:
    """64 MB in the demo and in tests, 256 MB where the work is real."""
    return 256 if profile == "main" else 64


def keep_ballast(home: Path, mb: int) -> bool:
    """Put the ballast in place once twice its size would still be free beside it."""
    path = home / "ballast"
    if path.exists() or free_mb(home) < 3 * mb:
        return path.exists()
    beside = home / "ballast.new"
    with beside.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, mb * MB)
    beside.rename(path)
    return True


def free_ballast(home: Path) -> bool:
    """Give the ballast's space back; whether there was one."""
    there = (home / "ballast").exists()
    (home / "ballast").unlink(missing_ok=True)
    return there
