"""How many files, and so connections, this process and those that it begins may have open."""

from __future__ import annotations

import contextlib
import sys

MOST = 1_048_576
"""What is asked for where a system sets no limit of its own: one that is boundless is refused by some."""


def allow_all() -> None:
    """Raise the limit to what the system lets a process have: a usual soft limit of 1024 is less than a fleet needs."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else hard
    if soft not in (resource.RLIM_INFINITY, wanted):
        with contextlib.suppress(ValueError, OSError):  # a system that grants less keeps what it has
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
