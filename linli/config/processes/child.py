"""What every process of the house does first."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to end us when our parent is gone, even if it was killed.

    Otherwise a killed watcher would leave servers that hold the port and that
    nobody restarts.
    """
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(how))
    # The parent may have died before the kernel was asked.
    if os.getppid() != parent:
        sys.exit(0)
