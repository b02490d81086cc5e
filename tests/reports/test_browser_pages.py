"""The other pages in a real browser: everybody can use them, on a telephone too, and they ask for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from harness.verdict import Verdict
from reports import fairness_matrix, kill_matrix
from reports.load import HTML, write_all
from tests.harness.load.fleet import played
from tests.plugfest.test_compare import compared
from tests.reports import test_fairness_matrix as fairness
from tests.reports import test_kill_matrix as kills
from tests.reports.browser import needs_browser, shown
from tests.reports.load.sample import recorded, troubled

pytestmark = needs_browser


def _load(folder: Path) -> Path:
    write_all(recorded(folder, troubled(), floor=played(seconds=3)))
    return folder / HTML


def _kills(folder: Path) -> Path:
    kill_matrix.write(kill_matrix.Matrix([kills.row(a=kills.FAILED), kills.row(("a", "b"), a=kills.PASSED)]), folder)
    return folder / "kill-matrix.html"


def _fairness(folder: Path) -> Path:
    fairness_matrix.write(fairness_matrix.Matrix([fairness.row(a=Verdict.FAILED, b=Verdict.PASSED)]), folder)
    return folder / "fairness-matrix.html"


def _comparison(folder: Path) -> Path:
    page = folder / "compared.html"
    page.write_text(compared(folder, "--html").output, encoding="utf-8")
    return page


@pytest.mark.parametrize("made", [_load, _kills, _fairness, _comparison])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_can_be_used_by_everybody(
    browser: Browser, made: Callable[[Path], Path], scheme: str, tmp_path: Path
) -> None:
    """Axe finds no violation, and only tables and charts scroll sideways."""
    async with shown(browser, made(tmp_path), width=375, scheme=scheme) as seen:
        assert await seen.violations() == []
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == 375
