"""The sample run, and readers of its documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from harness.record import read
from reports.model import Report, report_of
from tests.reports import sample
from tests.reports.browser import started


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return the path of the sample record."""
    return sample.write(tmp_path)


@pytest.fixture
def report(record: Path) -> Report:
    """Return the sample run as documents see it."""
    return report_of(read(record))


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return a real browser."""
    async with started() as browser:
        yield browser
