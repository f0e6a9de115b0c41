"""One way to compile, and a cache that a changed source never reads.

numba keeps a compiled function beside the file it stands in and does not look at the files it
calls. The folder here carries a digest of all of them, so a new version compiles anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def cache_folder() -> Path:
    """NUMBA_CACHE_DIR, else beside the source, else (read-only install) the user's cache."""
    here = Path(__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    name = f"zoning-{hashlib.sha256(sources).hexdigest()[:12]}"
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given) / name
    if os.access(here, os.W_OK):
        return here / "__pycache__" / name
    return Path.home() / ".cache" / "linli" / name


numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]


def compiled(function: Function) -> Function:
    """The function as machine code that runs without holding other threads up."""
    made: Any = numba.njit(cache=True, nogil=True, boundscheck=False)(function)
    answer: Function = made
    return answer
