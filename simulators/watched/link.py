"""One connection through a relay: every byte is passed on as it came, and looked at on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.protocol import Side

from harness.conversation import Conversation
from harness.ocppj import Call
from harness.trace import Direction, Entry, Event
from harness.wire import WatchedWire
from simulators.connection import reset
from simulators.network.faults import HELD, Fault, Faults, Verb
from simulators.watched.tap import Closing, Message, Piece, Ping, Tap, Violation

PORTION = 65_536
"""Bytes that are read at a time."""

LEAVING = "plugfest watch ends"
"""Why connections end that were open until then."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The open connection to a station, or to the central system."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def close(self, patience: float) -> None:
        """Close it; if that takes longer than ``patience`` seconds, by a reset."""
        self.writer.close()
        with suppress(OSError):
            try:
                async with asyncio.timeout(patience):
                    await self.writer.wait_closed()
            except TimeoutError:
                reset(self.writer.transport)


class Passage:
    """Two connections that belong together; what is read from one is written to the other, whatever it is.

    Where one has ended, the other has ``patience`` seconds to do so too.
    """

    def __init__(self, station: Stream, central: Stream, *, patience: float) -> None:
        self._ends: Mapping[Direction, Stream] = {Direction.SENT: station, Direction.RECEIVED: central}
        self._targets: Mapping[Direction, Stream] = {Direction.SENT: central, Direction.RECEIVED: station}
        self._patience = patience

    async def carry(self) -> None:
        """Pass on what comes from either side until both have ended."""
        pumps = [asyncio.create_task(self._pump(direction)) for direction in Direction]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(pumps, timeout=self._patience)
        except asyncio.CancelledError:
            self.leave()
            raise
        finally:
            for pump in pumps:
                pump.cancel()
            for pump in pumps:
                with suppress(asyncio.CancelledError):
                    await pump

    def take(self, direction: Direction, data: bytes) -> None:
        """Pass on what was read."""
        self._targets[direction].writer.write(data)

    def ended(self, direction: Direction, text: str) -> None:
        """Take notice that one side has ended its connection."""

    def leave(self) -> None:
        """Take notice that the relay goes away."""

    async def _pump(self, direction: Direction) -> None:
        """Pass on what goes one way, and its end."""
        source, target = self._ends[direction].reader, self._targets[direction].writer
        try:
            while data := await source.read(PORTION):
                self.take(direction, data)
                with suppress(ConnectionError):  # who is gone ends the other pump
                    await target.drain()
        except OSError:
            self.ended(direction, "the connection lost without a close frame, by a reset")
            reset(target.transport)
            return
        self.ended(direction, "the connection lost without a close frame")
        if target.can_write_eof() and not target.transport.is_closing():
            target.write_eof()
        else:
            target.close()


class Link(Passage):
    """The connection of a station to its central system, judged as part of a conversation."""

    def __init__(
        self,
        station: Stream,
        central: Stream,
        conversation: Conversation,
        wire: WatchedWire,
        *,
        patience: float,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(station, central, patience=patience)
        self._conversation = conversation
        self._wire = wire
        self._faults = faults
        self._taps = {Direction.SENT: Tap(Side.SERVER), Direction.RECEIVED: Tap(Side.CLIENT)}
        self._over = False
        self._held: dict[Direction, bytes] = {}

    def take(self, direction: Direction, data: bytes) -> None:
        """Look at what was read, and pass it on."""
        for piece in self._taps[direction].cut(data):
            self._take(direction, piece)

    def _take(self, direction: Direction, piece: Piece) -> None:
        match piece.means:
            case Message(content):
                self._take_message(direction, content, piece.raw)
                return
            case Ping(data, pong):
                self._wire.note(direction, Event.PONG if pong else Event.PING, data.hex())
            case Closing() as closing:
                self.ended(direction, str(closing))
            case Violation(text):
                self.ended(direction, f"a violation of the WebSocket protocol: {text}", violation=text)
        self._targets[direction].writer.write(piece.raw)

    def _take_message(self, direction: Direction, content: str | bytes, raw: bytes) -> None:
        if self._faults is None:
            self._targets[direction].writer.write(raw)  # whoever waits for it need not wait for the judgement
            self._record(direction, content)
            return
        entry = self._record(direction, content)
        fault = self._faults.strike(direction, entry.frame) if entry.frame else None
        if fault is None or entry.frame is None:
            self._deliver(direction, raw)
            return
        self._wire.note(direction, Event.FAULT, fault.text)
        if fault.verb is Verb.DUPLICATE:
            self._wire.repeated(direction, entry.frame)
        if fault.verb is Verb.DROP and isinstance(entry.frame, Call):
            self._conversation.spare(direction, self._wire, entry.frame)
        self._suffer(direction, fault, raw)

    def _record(self, direction: Direction, content: str | bytes) -> Entry:
        self._conversation.lapse(self._wire)
        return self._wire.sent(content)[1] if direction is Direction.SENT else self._wire.received(content)

    def _suffer(self, direction: Direction, fault: Fault, raw: bytes) -> None:
        """Have a fault strike a message."""
        loop = asyncio.get_running_loop()
        match fault.verb:
            case Verb.DELAY:
                loop.call_later(fault.seconds, self._targets[direction].writer.write, raw)
            case Verb.DUPLICATE:
                self._deliver(direction, raw + raw)
            case Verb.REORDER:
                self._let_go(direction)
                self._held[direction] = raw
                loop.call_later(HELD, self._let_go, direction)
            case Verb.CUT:
                self._lose(fault.text)
                for end in self._ends.values():
                    reset(end.writer.transport)

    def _deliver(self, direction: Direction, raw: bytes) -> None:
        """Pass a message on, and after it what it was to overtake."""
        self._targets[direction].writer.write(raw)
        self._let_go(direction)

    def _let_go(self, direction: Direction) -> None:
        if held := self._held.pop(direction, None):
            self._targets[direction].writer.write(held)

    def ended(self, direction: Direction, text: str, *, violation: str | None = None) -> None:
        """Record who ended the connection and how, the first time that it is seen."""
        if not self._over:
            self._over = True
            self._wire.ended(direction, text, violation=violation)

    def leave(self) -> None:
        """Tell both sides that the relay goes away."""
        if self._over:
            return
        self.ended(Direction.SENT, LEAVING)
        close = Frame(Opcode.CLOSE, Close(CloseCode.GOING_AWAY, LEAVING).serialize())
        for direction, target in self._targets.items():
            target.writer.write(close.serialize(mask=direction is Direction.SENT))

    def _lose(self, why: str) -> None:
        """Record that neither side ended the connection."""
        self._over = True
        self._wire.note(Direction.SENT, Event.LOST, why)
