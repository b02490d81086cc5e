"""Where the results of a command go."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from harness.record import NAME
from reports.proof import beside

PLAIN_WIDTH = 120
"""Columns of what is printed where the output is no terminal."""


def cleared(folder: Path) -> Path:
    """Return a folder, which is made, without the traces and results of the run that it held, if it held one.

    Raises RecordError for a matrix in it that cannot be read: documents would need it when all is done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    beside(folder)
    if (folder / NAME).is_file():
        for name in ("traces", "allure-results"):
            shutil.rmtree(folder / name, ignore_errors=True)
    return folder


def new_folder() -> Path:
    """Return a new folder out/<time>, and point out/latest at it, where the system allows for links."""
    parent = Path("out")
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    (parent / name).mkdir(parents=True)
    latest = parent / "latest"
    with suppress(OSError):  # Windows keeps links for administrators
        latest.unlink(missing_ok=True)
        latest.symlink_to(name, target_is_directory=True)
    return parent / name
