"""Notices that a source file has changed, for whoever is writing the house."""

from __future__ import annotations

import time

from linli.config.places import CHECKOUT

WATCHED = (CHECKOUT / "linli", CHECKOUT / "packs")
ENDINGS = (".py", ".toml", ".html", ".mo")
LOOK_SECONDS = 1.0


class Changes:
    """Compares the newest times and the number of files, once a second."""

    def __init__(self) -> None:
        self._seen = _picture()
        self._next = time.monotonic() + LOOK_SECONDS

    def happened(self) -> bool:
        """Whether anything changed since the last time it was asked."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + LOOK_SECONDS
        before, self._seen = self._seen, _picture()
        return before != self._seen


def _picture() -> tuple[int, int]:
    times = [
        path.stat().st_mtime_ns
        for root in WATCHED
        for ending in ENDINGS
        for path in root.rglob(f"*{ending}")
        if path.is_file()
    ]
    return len(times), max(times, default=0)
