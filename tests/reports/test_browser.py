"""The report in a real browser: what is packed is drawn, addresses lead to it, and everybody can use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from reports import HTML, STATEMENT, write_all
from tests.reports import sample
from tests.reports.browser import Seen, needs_browser, shown

pytestmark = needs_browser

RESET = "v16.core.reset.hard"
HOSTILE = '[id="v16.core.hostile.text"]'


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample run, which has a hostile central system, and of a rule that was broken."""
    record = sample.write(tmp_path_factory.mktemp("run"), [*sample.results(), sample.BREAKING], rules=[sample.BROKEN])
    return write_all(record)[0]


async def _open(seen: Seen, id: str) -> None:
    await seen.page.locator(f'[id="{id}"] > summary').click()
    await seen.page.locator(f'[id="{id}"] .body').wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (375, "light")])
async def test_axe_finds_no_violation(browser: Browser, report: Path, width: int, scheme: str) -> None:
    """Whatever the width and the colours, with findings, checks, the diagram and a frame open."""
    async with shown(browser, report, f"#{RESET}/5", width=width, scheme=scheme) as seen:
        await seen.page.locator(".message.found pre").wait_for()
        await seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        await seen.page.locator(f"{HOSTILE} .wire .message").first.wait_for()
        assert await seen.violations() == []


async def test_page_of_a_telephone_does_not_scroll_sideways(browser: Browser, report: Path) -> None:
    """Tables and diagrams scroll by themselves."""
    async with shown(browser, report, f"#{RESET}", width=375) as seen:
        await seen.page.locator(f'[id="{RESET}"] .message').first.wait_for()
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == 375


async def test_address_of_a_frame_shows_it(browser: Browser, report: Path) -> None:
    """Scenario and frame are open, and the frame has the eye of the reader."""
    async with shown(browser, report, f"#{RESET}/5") as seen:
        await seen.page.locator(".message.found pre").wait_for()
        assert '"Reset"' in await seen.text(".message.found pre")
        assert await seen.page.locator(".message.found").get_attribute("data-index") == "5"
        assert await seen.page.evaluate("document.activeElement.closest('.found') !== null")


async def test_a_check_leads_to_its_frame(browser: Browser, report: Path) -> None:
    """The link in the row of a check opens the frame that was judged."""
    async with shown(browser, report, f"#{RESET}") as seen:
        await seen.page.get_by_role("link", name="#5", exact=True).click()
        await seen.page.locator(".message.found pre").wait_for()
        assert "violated: check 2" in await seen.text(".message.found summary")


async def test_a_clause_leads_to_its_scenarios(browser: Browser, report: Path) -> None:
    """Exactly those that cite it are left, not those of a clause whose number begins alike."""
    async with shown(browser, report, f"#{RESET}") as seen:
        await seen.page.locator(f'[id="{RESET}"] .facts').get_by_role("link", name="OCPP 1.6 5.14").click()
        await seen.page.get_by_text("1 of 12 shown").wait_for()
        assert await seen.count("details.scenario") == 1


async def test_hostile_texts_stay_texts(browser: Browser, report: Path) -> None:
    """No element was made of what a central system sent, in checks, details, problems or frames."""
    async with shown(browser, report) as seen:
        await _open(seen, "v16.core.hostile.text")
        await seen.page.evaluate("document.querySelectorAll('.message').forEach((one) => { one.open = true; })")
        await seen.page.locator(f"{HOSTILE} .problems").wait_for()
        assert await seen.page.locator("img").count() == 0
        assert "<img src=x onerror=alert(1)>" in await seen.text(f"{HOSTILE} .details")
        assert "<img src=x onerror=alert(1)>" in await seen.text(f'{HOSTILE} .message[data-index="6"] pre')


async def test_filters_are_kept_in_the_address(browser: Browser, report: Path) -> None:
    """Who is given the address sees the same scenarios."""
    async with shown(browser, report) as seen:
        await seen.page.get_by_label("search").fill("reset")
        await seen.page.get_by_label("only news").check()
        left = await seen.text("#shown")
        address = await seen.page.evaluate("location.hash")
    async with shown(browser, report, address) as seen:
        assert (left, await seen.text("#shown")) == ("1 of 12 shown", "1 of 12 shown")


async def test_verdicts_are_filtered(browser: Browser, report: Path) -> None:
    """What is unticked is gone, and comes back when everything is shown again."""
    async with shown(browser, report) as seen:
        before = await seen.count("details.scenario")
        await seen.page.locator('[name=verdict][value="failed"]').uncheck()
        assert await seen.count("details.scenario.failed") == 0
        await seen.page.get_by_role("button", name="show all").click()
        await seen.page.get_by_text("12 of 12 shown").wait_for()
        assert await seen.count("details.scenario") == before == 12


async def test_keyboard_reaches_everything(browser: Browser, report: Path) -> None:
    """A slash searches, arrows walk from scenario to scenario, and Enter opens one."""
    async with shown(browser, report) as seen:
        await seen.page.keyboard.press("/")
        await seen.page.keyboard.type("reset")
        for key in ("ArrowDown", "Enter"):
            await seen.page.keyboard.press(key)
        await seen.page.locator(f'[id="{RESET}"] .message').first.wait_for()
        await seen.page.keyboard.press("ArrowDown")
        assert await seen.page.evaluate("document.activeElement.parentElement.dataset.index") == "0"


async def test_opening_a_scenario_makes_its_address(browser: Browser, report: Path) -> None:
    """What a reader looks at can be passed on from the bar of the browser."""
    async with shown(browser, report) as seen:
        await _open(seen, RESET)
        await seen.page.locator(f'[id="{RESET}"] .message summary').nth(5).click()
        assert await seen.page.evaluate("location.hash") == f"#{RESET}/5"


async def test_colours_can_be_chosen(browser: Browser, report: Path) -> None:
    """Dark is dark though the system is light."""
    async with shown(browser, report) as seen:
        light = await seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        await seen.page.get_by_label("colours").select_option("dark")
        dark = await seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 24, 31)")


async def test_print_leaves_out_what_paper_cannot_do(browser: Browser, report: Path) -> None:
    """Filters and colours of the screen are not printed; what is open is."""
    async with shown(browser, report, f"#{RESET}", scheme="dark") as seen:
        await seen.page.locator(f'[id="{RESET}"] .message').first.wait_for()
        await seen.page.emulate_media(media="print")
        assert not await seen.page.locator("#filters").is_visible()
        assert await seen.page.locator(f'[id="{RESET}"] .checks').is_visible()
        assert await seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


async def test_statement_can_be_read_by_everybody(browser: Browser, report: Path) -> None:
    """Axe finds no violation, also on a telephone, which does not scroll it sideways."""
    async with shown(browser, report.with_name(STATEMENT), width=375) as seen:
        assert await seen.violations() == []
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize("document", [HTML, STATEMENT])
async def test_paper_is_wide_enough(browser: Browser, report: Path, document: str) -> None:
    """Nothing is cut off at the right of a page that is as wide as A4 less its margins."""
    async with shown(browser, report.with_name(document), f"#{RESET}", width=680) as seen:
        await seen.page.emulate_media(media="print")
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == 680


async def test_statement_is_printed_with_lines_to_sign(browser: Browser, report: Path) -> None:
    """The lines are there, and a browser makes a PDF of it."""
    async with shown(browser, report.with_name(STATEMENT)) as seen:
        await seen.page.emulate_media(media="print")
        assert await seen.count(".signatures td:empty") >= 10
        assert (await seen.page.pdf()).startswith(b"%PDF")
