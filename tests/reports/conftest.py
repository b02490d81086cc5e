"""The sample run, and readers of its documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.record import read
from reports.model import Report, report_of
from tests.reports import sample


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return the path of the sample record."""
    return sample.write(tmp_path)


@pytest.fixture
def report(record: Path) -> Report:
    """Return the sample run as documents see it."""
    return report_of(read(record))
