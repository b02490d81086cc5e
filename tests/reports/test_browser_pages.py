"""The other pages in a real browser: everybody can use them, on a telephone too, and they ask for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from harness.load.record import LoadRun
from harness.record import Run, read
from harness.verdict import Verdict
from reports import fairness_matrix, kill_matrix, systems_matrix
from reports import write_all as write_all_of_run
from reports.load import HTML, write_all
from tests.harness.load.fleet import played
from tests.plugfest.test_compare import compared
from tests.reports import sample
from tests.reports import test_fairness_matrix as fairness
from tests.reports import test_kill_matrix as kills
from tests.reports.browser import needs_browser, shown
from tests.reports.load.sample import GATES, loaded, recorded, troubled

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


def _systems(folder: Path) -> Path:
    runs: list[Run | LoadRun] = [loaded(folder / "calm"), loaded(folder / "lossy", troubled(), GATES)]
    for name in ("good", "bad"):
        (folder / name).mkdir()
        runs.append(read(sample.write(folder / name)))
    return systems_matrix.write(systems_matrix.systems_matrix(runs, folder), folder)[-1]


def _gated(folder: Path) -> Path:
    page = write_all_of_run(sample.write(folder, gates=("p95=100ms", "coverage.cases=100%", "news=0")))[0]
    assert 'class="gates"' in page.read_text(encoding="utf-8")
    return page


@pytest.mark.parametrize("made", [_load, _kills, _fairness, _comparison, _systems, _gated])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_can_be_used_by_everybody(
    browser: Browser, made: Callable[[Path], Path], scheme: str, tmp_path: Path
) -> None:
    """Axe finds no violation, and only tables and charts scroll sideways."""
    async with shown(browser, made(tmp_path), width=375, scheme=scheme) as seen:
        assert await seen.violations() == []
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize(
    ("made", "width"),
    [(_load, 680), (_kills, 680), (_fairness, 680), (_comparison, 680), (_gated, 680), (_systems, 1045)],
)
async def test_paper_is_wide_enough(browser: Browser, made: Callable[[Path], Path], width: int, tmp_path: Path) -> None:
    """Nothing is cut off at the right of A4 less its margins; the matrix of systems lies on its side."""
    async with shown(browser, made(tmp_path), width=width) as seen:
        await seen.page.emulate_media(media="print")
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == width


async def test_names_of_rows_stay_in_view(browser: Browser, tmp_path: Path) -> None:
    """Who scrolls the matrix of many systems sideways sees what a row is about, in a column that can be read."""
    async with shown(browser, _systems(tmp_path), width=375) as seen:
        section = seen.page.locator("section[aria-labelledby=section-1]")
        head = section.locator("tbody th").first
        before = await head.bounding_box()
        await seen.page.locator("section[aria-labelledby=section-1] .scroll").evaluate(
            "one => { one.scrollLeft = 300; }"
        )
        assert await head.bounding_box() == before
        assert before is not None
        assert before["width"] > 150
