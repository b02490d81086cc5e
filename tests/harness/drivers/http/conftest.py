"""A console on the loopback interface that answers as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Asked:
    """One request as the console saw it; ``body`` is parsed JSON, None when there was none."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


Answer = tuple[int, Any]


@dataclass
class Console:
    """Answers requests from a list, the last answer again and again; status code 0 hangs up."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [(200, {})])
    asked: list[Asked] = field(default_factory=list)
    stalled: threading.Event | None = None

    def answer(self, asked: Asked) -> Answer:
        """Record the request, and return the next answer once the console is not stalled."""
        self.asked.append(asked)
        if self.stalled:
            self.stalled.wait()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def handler_of(console: Console) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of a console."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content = console.answer(Asked(self.command, self.path, body, headers))
            if not status:
                return
            text = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def console() -> Iterator[Console]:
    """A console that answers 200 with an empty object until told otherwise."""
    console = Console()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(console))
    console.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield console
    finally:
        if console.stalled:
            console.stalled.set()
        server.shutdown()
        thread.join()
        server.server_close()


Stall = Callable[[], None]


@pytest.fixture
def stall(console: Console) -> Stall:
    """Makes the console silent for the rest of the test."""

    def silence() -> None:
        console.stalled = threading.Event()

    return silence
