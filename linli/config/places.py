"""Where this checkout keeps what it makes: named by a hash, so two checkouts never meet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# In the folder of a house whose restore is under way, or was cut.
RESTORING = "restoring"


def hash_of(path: Path) -> str:
    """Ten letters that stand for a path, however long or Chinese the path is."""
    return sha256(os.fsencode(path)).hexdigest()[:10]


def default_data_dir(env: Mapping[str, str], uid: int, checkout: Path = CHECKOUT) -> Path:
    """Root keeps data where the account of the database can reach it; a user at home."""
    if uid == 0:
        return Path("/var/lib/linli") / hash_of(checkout)
    home = env.get("XDG_DATA_HOME") or str(
        Path(env.get("HOME") or Path.home()) / ".local/share"
    )
    return Path(home) / "linli" / hash_of(checkout)


def default_socket_base(uid: int) -> Path:
    """A short folder, because the path of a unix socket ends at 107 bytes.

    It never depends on the session (XDG_RUNTIME_DIR would): a second terminal,
    or a timed job without one, must find the same server.
    """
    return Path("/run/linli") if uid == 0 else Path("/tmp") / f"linli-{uid}"  # noqa: S108 - 0700 and ours, checked before use
