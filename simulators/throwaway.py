import asyncio

from websockets.asyncio.server import serve

from harness.trace import Direction, Event
from harness.wire import Wire
from simulators.connection import Upgraded, abort, open_socket


class Relay:
    def __init__(self, body):
        self.body = body
        self.server = None
        self.wire = Wire(body.id, body.version, body.trace)
        self.n = 0
        self.port = None
        self.barred = False
        self.open = set()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/ocpp"

    async def __aenter__(self):
        self.server = await serve(
            self.handle,
            "127.0.0.1",
            0,
            subprotocols=[self.body.version.subprotocol],
            compression=None,
            process_request=self.check,
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *a):
        self.server.close()
        await self.server.wait_closed()

    def check(self, conn, req):
        if self.barred:
            return conn.respond(503, "no")
        self.auth = req.headers.get("Authorization")

    async def bar(self):
        self.barred = True
        for ws in list(self.open):
            await abort(ws)

    async def clear(self):
        self.barred = False

    async def handle(self, ws):
        h = {"Authorization": self.auth} if self.auth else {}
        up = await open_socket(
            self.body.endpoint, self.body.id, patience=5, subprotocols=[self.body.version.subprotocol], headers=h
        )
        if not isinstance(up, Upgraded):
            self.wire.note(Direction.RECEIVED, Event.REFUSED, str(up))
            await ws.close(1011)
            return
        self.n += 1
        self.wire.opened(self.n, str(up))
        self.open.add(ws)

        async def a():
            async for m in ws:
                self.wire.sent(m)
                await up.socket.send(m)

        async def b():
            async for m in up.socket:
                self.wire.received(m)
                await ws.send(m)

        ts = [asyncio.create_task(a()), asyncio.create_task(b())]
        try:
            await asyncio.wait(ts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for t in ts:
                t.cancel()
            await asyncio.gather(*ts, return_exceptions=True)
            self.open.discard(ws)
            self.wire.ended(Direction.SENT, "ended")
            await abort(ws)
            await abort(up.socket)
