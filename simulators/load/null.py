"""A central system that does nothing but answer: what is measured with it is the generator's own.

``python -m simulators.load.null`` serves on any port of the loopback and prints its endpoint. Each line of its input
is answered with the number of CALLs that were served so far; it ends with its input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from datetime import UTC, datetime
from typing import Any, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

SUBPROTOCOLS = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")]
"""What it agrees to."""


class NullConnection(asyncio.Protocol):
    """One connection: every CALL is answered at once, as if all were well."""

    served = 0

    def __init__(self) -> None:
        self._protocol = ServerProtocol(subprotocols=SUBPROTOCOLS)
        self._version = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer what has come."""
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
                self._version = protocol.subprotocol or ""
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT and protocol.state is State.OPEN:
                kind, id, *rest = json.loads(bytes(event.data))
                if kind == 2:
                    NullConnection.served += 1
                    answer = json.dumps([3, id, answer_to(rest[0], rest[1], self._version)])
                    protocol.send_text(answer.encode())
        for out in protocol.data_to_send():
            if out:
                self._transport.write(out)
            else:
                self._transport.close()

    def eof_received(self) -> None:
        """Hang up with the other side."""
        if self._protocol.state is not State.CLOSED:
            self._protocol.receive_eof()


def answer_to(action: str, payload: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the payload of an answer that is valid for the subprotocol."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    accepted = {"status": "Accepted"}
    match action:
        case "BootNotification":
            return {**accepted, "currentTime": now, "interval": 300}
        case "Heartbeat":
            return {"currentTime": now}
        case "Authorize":
            return {"idTagInfo": accepted} if version == "ocpp1.6" else {"idTokenInfo": accepted}
        case "StartTransaction":
            return {"idTagInfo": accepted, "transactionId": 1}
        case "DataTransfer":
            return accepted
    return {}


async def serve() -> None:
    """Serve until the input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(NullConnection, "127.0.0.1", 0, backlog=4096)
    async with server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)  # noqa: T201 - for who starts it
        while await loop.run_in_executor(None, sys.stdin.readline):
            print(NullConnection.served, flush=True)  # noqa: T201


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
