"""Mounts of a proof's own."""

from __future__ import annotations

import ctypes
import os
import subprocess

CLONE_NEWNS = 0x00020000


def may_mount() -> bool:
    """Whether this process may have mounts of its own; from then on nobody else sees them."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"], check=False).returncode == 0  # noqa: S607
