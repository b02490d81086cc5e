"""What becomes of tests that need more than a Python, and the event loop of all of them."""

from __future__ import annotations

import pytest

from harness.patient_loop import PatientLoop
from plugfest.command import NOT_CARRIED_OUT
from plugfest.equipment import required
from simulators.microocpp.finding import Absent, find

MARKER = "microocpp"


def pytest_asyncio_loop_factories() -> dict[str, type[PatientLoop]]:
    """Have tests wait as a run of the suite does, for which a machine that stands still is no silence."""
    return {"patient": PatientLoop}


def pytest_configure() -> None:
    """End at once where the real MicroOCPP is required and cannot be had."""
    if MARKER in required() and (reason := _lack()):
        pytest.exit(reason, returncode=NOT_CARRIED_OUT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the real MicroOCPP where there is none."""
    marked = [item for item in items if item.get_closest_marker(MARKER)]
    if marked and (reason := _lack()):
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=reason))


def _lack() -> str | None:
    try:
        find()
    except Absent as absent:
        return str(absent)
    return None
