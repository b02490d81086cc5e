"""Central systems with habits that a fleet has to bear: ``python -m tests.simulators.load.odd_system HABIT``.

It prints its endpoint, and serves until its input ends. "fragmented" sends its answers in two frames, "pending" accepts
a station only at its second boot, a second after the first, "invalid" answers a Heartbeat without the time, "mute" not,
"binary" with a binary message.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from harness.ocppj import CALL, CALLRESULT
from simulators.load.null import answer_to


async def _serve(line: ServerConnection, habit: str) -> None:
    boots = 0
    with suppress(ConnectionClosed):
        async for message in line:
            kind, id, *rest = json.loads(message)
            if kind != CALL or (rest[0] == "Heartbeat" and habit == "mute"):
                continue
            payload = answer_to(rest[0], rest[1], "ocpp1.6")
            if rest[0] == "BootNotification":
                boots += 1
                if habit == "pending" and boots == 1:
                    payload |= {"status": "Pending", "interval": 1}
            if rest[0] == "Heartbeat" and habit == "invalid":
                payload = {}
            text = json.dumps([CALLRESULT, id, payload])
            binary = habit == "binary" and rest[0] == "Heartbeat"
            await line.send([text[:7], text[7:]] if habit == "fragmented" else text.encode() if binary else text)


async def _main(habit: str) -> None:
    async with serve(lambda line: _serve(line, habit), "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        print(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/", flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
