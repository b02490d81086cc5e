"""Our page in Locust's web UI: Locust as it is, a fleet on the null central system, and a browser that looks at it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from simulators.load.run import LOCUSTFILE, null
from tests.reports.browser import needs_browser, started, visited

LIMIT = 60.0
RATE = 20


@asynccontextmanager
async def ui(folder: Path, *options: str) -> AsyncIterator[str]:
    """Run Locust with its web UI, and yield the URL of that."""
    with null() as endpoint, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        line = [
            sys.executable,
            "-m",
            "locust",
            "-f",
            str(LOCUSTFILE),
            f"--host={endpoint}",
            "--users=5",
            f"--rate={RATE}",
        ]
        web = ["--web-host=127.0.0.1", f"--web-port={port}", "--loglevel=WARNING"]
        process = await asyncio.create_subprocess_exec(*line, *web, *options, cwd=folder)
        url = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=8)) as client:
                await client.get(url, timeout=LIMIT)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(LIMIT):
                await process.wait()


@needs_browser
async def test_charts_grow(tmp_path: Path) -> None:
    """Locust's page links to ours, which draws what there was so far, and asks nobody else for anything."""
    async with ui(tmp_path, "--autostart") as url, started() as browser, visited(browser, url) as seen:
        await seen.page.get_by_role("link", name="plugfest charts").click(timeout=1000 * LIMIT)
        charts = seen.page.locator("figure")
        await expect(charts).to_have_count(6, timeout=1000 * LIMIT)
        await expect(charts.nth(0).locator("polyline")).to_have_count(4, timeout=1000 * LIMIT)
        await expect(charts.nth(2).locator("figcaption")).to_contain_text("connected 5", timeout=1000 * LIMIT)
        assert await seen.violations() == []


@pytest.mark.parametrize("base", ["", "/fleet"])
async def test_page_before_there_is_a_test(tmp_path: Path, base: str) -> None:
    """It is there under the base path of the UI, with nothing to draw yet."""
    options = [f"--web-base-path={base}"] if base else []
    async with ui(tmp_path, *options) as url, httpx.AsyncClient(base_url=url) as client:
        page = await client.get(f"{base}/plugfest/")
        told = (await client.get(f"{base}/plugfest/points?run=9&since=5")).json()
    assert (page.status_code, "default-src 'none'" in page.headers["content-security-policy"]) == (200, True)
    assert (told["points"], told["incidents"], told["settled"]) == ([], [], 0)


async def test_test_after_a_smaller_one(tmp_path: Path) -> None:
    """All stations together send at the rate, also where the test before had fewer of them."""
    async with ui(tmp_path, "--workload=idle") as url, httpx.AsyncClient(base_url=url) as client:
        for stations in (1, 10):
            await client.post("/swarm", data={"user_count": stations, "spawn_rate": 100})
            point = await steady(client, stations)
            await client.post("/stop")
    assert point["answered"] < 2 * RATE


async def steady(client: httpx.AsyncClient, stations: int) -> dict[str, float]:
    """Return a point from a time at which so many stations had been connected for some seconds."""
    async with asyncio.timeout(LIMIT):
        while True:
            points = (await client.get("/plugfest/points")).json()["points"]
            found: list[dict[str, float]] = [one for one in points if one["connected"] > 0.99 * stations]
            if len(found) > 5:
                return found[3]
            await asyncio.sleep(0.2)  # Locust tells of nothing by itself
