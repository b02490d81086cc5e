"""The live page: what a browser is sent while stations speak."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import create_server
from typing import Any

import httpx
import pytest

from harness.conversation import Conversation
from harness.trace import Direction
from harness.versions import V16
from plugfest.watching import page as module
from plugfest.watching.page import Page


class Watched:
    """A page about two stations, and what a browser gets of it."""

    def __init__(self, page: Page, conversations: dict[tuple[str, str], Conversation], url: str) -> None:
        self.page = page
        self.conversations = conversations
        self.url = url
        self.client = httpx.AsyncClient(base_url=url, timeout=10)

    def station(self, name: str) -> Conversation:
        """Return a new conversation that the page shows."""
        made = Conversation(name, V16, patience=5, heard=self.page.heard)
        self.conversations[name, "1.6"] = made
        return made

    @asynccontextmanager
    async def events(self, **query: str) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
        """Yield the events as they come: name and data."""
        async with self.client.stream("GET", "/events", params=query) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield parsed(response)


async def parsed(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    """Yield the events of a response."""
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Serves a page on the loopback."""
    monkeypatch.setattr(module, "REFRESH", 0.02)
    conversations: dict[tuple[str, str], Conversation] = {}
    with create_server(("127.0.0.1", 0)) as listener:
        page = Page(conversations, "Watching ACME", listener)
        async with page.served():
            made = Watched(page, conversations, f"http://127.0.0.1:{listener.getsockname()[1]}")
            async with made.client:
                yield made


async def test_page_needs_nothing_from_elsewhere(watched: Watched) -> None:
    """Everything that it loads is its own, and it may load nothing else."""
    response = await watched.client.get("/")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="([^"]+)"', response.text):
        loaded = await watched.client.get(address)
        assert loaded.status_code == 200
        assert "http" not in loaded.text


async def test_state_of_each_station_is_sent(watched: Watched) -> None:
    """What was said until now is in the first event, what changes in another."""
    wire = watched.station("CP1").begin("101")
    async with watched.events() as events:
        name, state = await anext(events)
        assert (name, state["title"]) == ("state", "Watching ACME")
        (station,) = state["stations"]
        assert (station["station"], station["connected"], station["sent"]) == ("CP1", True, 0)
        wire.sent('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging"}]')
        _, state = await anext(events)
    (station,) = state["stations"]
    assert station["connectors"] == {"1": "Charging"}
    assert station["owed"] == [{"action": "StatusNotification", "by": "central system", "seconds": 0}]


async def test_problems_name_whose_they_are(watched: Watched) -> None:
    """Faults of either side are listed with what was expected."""
    wire = watched.station("CP1").begin("101")
    wire.sent("{}")
    wire.received("[]")
    async with watched.events() as events:
        _, state = await anext(events)
    assert [(one["side"], one["observed"]) for one in state["problems"]] == [
        ("station", "an object"),
        ("central system", "null"),
    ]
    assert (state["stations"][0]["stationProblems"], state["stations"][0]["centralProblems"]) == (1, 1)


async def test_messages_of_one_station_are_sent_as_they_pass(watched: Watched) -> None:
    """Those of before come first; answers are named after what they answer; others are left out."""
    wire, other = watched.station("CP1").begin("101"), watched.station("CP2").begin("101")
    wire.sent('[2,"1","Heartbeat",{}]')
    async with watched.events(station="CP1", version="1.6") as events:
        seen = [await anext(events) for _ in range(3)]
        assert [name for name, _ in seen] == ["message", "message", "state"]
        wire.received('[3,"1",{"currentTime":"2026-01-01T12:00:00Z"}]')
        other.sent('[2,"1","Heartbeat",{}]')
        data = await anext(data async for name, data in events if name == "message")
    assert (data["label"], data["direction"], data["index"]) == ("Heartbeat", Direction.RECEIVED, 2)


async def test_events_end_with_the_watch(watched: Watched) -> None:
    """A browser is told, so that it does not ask for ever."""
    async with watched.events() as events:
        await anext(events)
        watched.page.close()
        assert [name async for name, _ in events][-1] == "end"


async def test_page_of_somebody_else_cannot_read_along(watched: Watched) -> None:
    """A name that only points to the loopback is not answered."""
    assert (await watched.client.get("/", headers={"Host": "evil.example"})).status_code == 400
    assert (await watched.client.get("/", headers={"Host": "localhost:1"})).status_code == 200


def test_page_for_other_machines_is_answered_under_any_name() -> None:
    """Who serves it beyond the loopback has chosen so."""
    with create_server(("0.0.0.0", 0)) as listener:
        (guard,) = Page({}, "t", listener).application().user_middleware
    assert guard.kwargs["allowed_hosts"] == ["*"]
