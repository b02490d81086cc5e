"""Connections to an API: which are used again."""

from __future__ import annotations

import asyncio

import pytest

from harness.drivers.http import console
from harness.drivers.http.console import Console
from harness.drivers.http.table import HttpTable, Request

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(("kept", "connections"), [(60.0, 1), (0.0, 2)])
async def test_connection_that_was_idle_too_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch, kept: float, connections: int
) -> None:
    """The server may be ending it at the very moment of the next request."""
    monkeypatch.setattr(console, "KEPT", kept)
    opened: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            writer.write(ANSWER)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        api = Console(HttpTable(base_url=f"http://127.0.0.1:{port}"))
        for _ in range(2):
            await api.send(Request(method="GET", path="/"), {})
        await api.close()
    assert len(opened) == connections
