"""A captive portal: what answers in place of the central system until somebody has signed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_ANSWER = b"HTTP/1.1 302 Found\r\nLocation: http://portal.invalid/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def portal() -> AsyncIterator[tuple[str, int]]:
    """Serve a portal on loopback for a while, and yield its address."""
    writers: set[asyncio.StreamWriter] = set()

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with suppress(ConnectionError):
            await reader.read(1)
            writer.write(_ANSWER)
            writer.close()

    server = await asyncio.start_server(redirect, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield host, port
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
