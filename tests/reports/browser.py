"""A real browser that looks at a document, and notes what no document may do: fail, complain, or ask for anything."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH; Debian's will do")


@dataclass
class Seen:
    """A document as a browser shows it, and what the browser had to complain of, or was asked to fetch."""

    page: Page
    trouble: list[str] = field(default_factory=list)

    async def violations(self) -> list[str]:
        """Return what axe holds against the page as it is now."""
        told: dict[str, Any] = (await Axe().run(self.page)).response
        return [f"{one['id']}: {node['html'][:200]}" for one in told["violations"] for node in one["nodes"]]

    async def text(self, selector: str) -> str:
        """Return the text of the first element that matches."""
        return " ".join((await self.page.locator(selector).first.inner_text()).split())

    async def count(self, selector: str) -> int:
        """Return how many elements match and can be seen."""
        return await self.page.locator(selector).filter(visible=True).count()


@asynccontextmanager
async def started() -> AsyncIterator[Browser]:
    """Have a browser while the context is entered."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def shown(
    browser: Browser, path: Path, fragment: str = "", *, width: int = 1280, scheme: Any = "light"
) -> AsyncIterator[Seen]:
    """Show a document from its file; there must be no trouble by the time that the context is left."""
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    try:
        seen = Seen(page)
        page.on("console", lambda message: seen.trouble.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.trouble.append(str(error)))
        page.on("request", lambda request: seen.trouble.append(request.url))
        await page.goto(f"{path.as_uri()}{fragment}")
        assert seen.trouble.pop(0).startswith(path.as_uri())
        yield seen
        assert seen.trouble == []
    finally:
        await page.close()


@asynccontextmanager
async def visited(browser: Browser, url: str) -> AsyncIterator[Seen]:
    """Show what a server shows; there must be no trouble, which is also what is asked of anybody else."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    try:
        seen = Seen(page)
        page.on("console", lambda message: seen.trouble.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.trouble.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(url) else seen.trouble.append(asked.url))
        await page.goto(url)
        yield seen
        assert seen.trouble == []
    finally:
        await page.close()
