"""What is seen of a watch in a browser: each station, what is wrong, and the wire of one as a diagram that grows.

The page asks for nothing but its own events: server-sent ones, in which the state of all stations comes a few times a
second, and the messages of the one that is looked at as they pass.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import resources
from ipaddress import ip_address
from socket import socket
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from harness.conversation import Conversation
from harness.trace import Direction, Entry
from reports import html
from reports.model import shortened, visible
from reports.scenario import drawn
from reports.wire import Narrator
from server.serving import web

REFRESH = 0.5
"""Seconds between two looks at what has come."""

MOST_MESSAGES = 300
"""Messages of each station that are kept for whoever looks later."""

MOST_PROBLEMS = 100
LONGEST_FRAME = 20_000
"""Characters of one frame that are shown."""

_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'"

Key = tuple[str, str]


class Page:
    """Serves the page; it is told of entries as they are heard, and looks at them only where somebody watches.

    On the loopback only requests that name it are answered, so that no page of somebody else can read along.
    """

    def __init__(self, conversations: Mapping[Key, Conversation], title: str, listener: socket) -> None:
        self._conversations = conversations
        self._title = title
        self._listener = listener
        self._latest: defaultdict[Key, deque[Entry]] = defaultdict(lambda: deque(maxlen=MOST_MESSAGES))
        self._problems: deque[dict[str, str]] = deque(maxlen=MOST_PROBLEMS)
        self._closing = asyncio.Event()

    def heard(self, conversation: Conversation, entry: Entry) -> None:
        """Keep an entry for whoever looks, and what is wrong with it."""
        self._latest[_key(conversation)].append(entry)
        for problem in entry.problems:
            told = {
                "time": f"{datetime.now():%H:%M:%S}",
                "station": visible(conversation.station),
                "side": "station" if entry.direction is Direction.SENT else "central system",
                "level": problem.level.value,
                "clause": problem.clause,
                "expected": shortened(visible(problem.expected), 400),
                "observed": shortened(visible(problem.observed), 400),
            }
            self._problems.append(told)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Serve at the socket, which listens, while the context is entered."""
        async with web(self.application(), self._listener):
            try:
                yield
            finally:
                self.close()

    def close(self) -> None:
        """End the events of all who look."""
        self._closing.set()

    def application(self) -> Starlette:
        """Return what answers requests."""
        assets = {
            "/": ("text/html", _asset("page.html")),
            "/style.css": ("text/css", html.style() + _asset("page.css")),
            "/page.js": ("text/javascript", html.wire_script() + _asset("page.js")),
        }

        async def asset(request: Request) -> Response:
            kind, text = assets[request.url.path]
            return Response(text, media_type=kind, headers={"Content-Security-Policy": _POLICY})

        async def events(request: Request) -> Response:
            key = request.query_params.get("station", ""), request.query_params.get("version", "")
            return StreamingResponse(self._events(key), media_type="text/event-stream")

        routes = [*(Route(path, asset) for path in assets), Route("/events", events)]
        host = self._listener.getsockname()[0]
        hosts = [host, f"[{host}]", "localhost"] if ip_address(host).is_loopback else ["*"]
        guard = Middleware(TrustedHostMiddleware, allowed_hosts=hosts)
        return Starlette(routes=routes, middleware=[guard])

    async def _events(self, key: Key) -> AsyncIterator[str]:
        """Yield the events for somebody who looks at one conversation, until the watch ends."""
        narrator, shown, latest = Narrator(), -1, ""
        while not self._closing.is_set():
            for entry in list(self._latest.get(key, ())):
                if entry.index > shown:
                    shown = entry.index
                    yield _event("message", _drawn(narrator, entry))
            state = json.dumps(self._state(), ensure_ascii=False)
            if state != latest:
                latest = state
                yield f"event: state\ndata: {state}\n\n"
            try:
                await asyncio.wait_for(self._closing.wait(), REFRESH)
            except TimeoutError:
                continue
        yield _event("end", {})

    def _state(self) -> dict[str, Any]:
        return {
            "title": self._title,
            "stations": [_state(one) for _, one in sorted(self._conversations.items())],
            "problems": list(self._problems),
        }


def _key(conversation: Conversation) -> Key:
    return conversation.station, conversation.version.name


def _state(one: Conversation) -> dict[str, Any]:
    """Return the state of one conversation as a JSON object."""
    station, central = one.sides[Direction.SENT], one.sides[Direction.RECEIVED]
    return {
        "station": one.station,
        "version": one.version.name,
        "connected": one.connected,
        "registration": one.registration,
        "connectors": dict(sorted(one.connectors.items())),
        "sent": station.messages,
        "received": central.messages,
        "stationProblems": station.problems,
        "centralProblems": central.problems,
        "remarks": station.remarks + central.remarks,
        "owed": [
            {
                "action": call.action,
                "by": "central system" if asker is Direction.SENT else "station",
                "seconds": int(one.now - call.at),
            }
            for (asker, _, _), call in list(one.owed.items())[:5]
        ],
    }


def _drawn(narrator: Narrator, entry: Entry) -> dict[str, Any]:
    """Return an entry as the script draws it."""
    message = narrator.message(entry.to_json())
    return drawn(message, shortened(message.text, LONGEST_FRAME), 0, {})


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _asset(name: str) -> str:
    return (resources.files("plugfest.watching") / name).read_text(encoding="utf-8")
