"""What goes one way through a relay, understood without being touched: frames of RFC 6455, and the messages in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Protocol, Side

LONGEST_MESSAGE = 16 * 2**20
"""Bytes of a message that is still looked at."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message: a text, or the bytes of a binary one."""

    content: str | bytes


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping, or the ``pong`` to one."""

    data: bytes
    pong: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """A close frame."""

    code: int
    reason: str

    def __str__(self) -> str:
        return f"close {self.code} {self.reason}".strip()


@dataclass(frozen=True, slots=True)
class Violation:
    """What no WebSocket endpoint may send."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to be passed on as they came, and what they mean, if that is known."""

    raw: bytes
    means: Message | Ping | Closing | Violation | None = None


class Tap:
    """Cuts the bytes that one ``side`` reads into pieces that mean something; no input or output.

    Every byte comes out again, in order. After a close frame or a violation nothing means anything any more.
    """

    def __init__(self, side: Side) -> None:
        self._protocol = Protocol(side, max_size=LONGEST_MESSAGE)
        self._buffer = bytearray()
        self._message: list[bytes] = []
        self._opcode = Opcode.TEXT
        self._blind = False

    def cut(self, data: bytes) -> Iterator[Piece]:
        """Yield what is complete with these bytes."""
        self._buffer += data
        while not self._blind and (size := _frame_size(self._buffer)) is not None:
            if size > LONGEST_MESSAGE:
                break
            if len(self._buffer) < size:
                return
            raw = bytes(self._buffer[:size])
            del self._buffer[:size]
            yield self._piece(raw)
        yield from self._rest()

    def _rest(self) -> Iterator[Piece]:
        """Yield what cannot be looked at; where that is news, why."""
        size = _frame_size(self._buffer)
        if not self._blind and size is not None:
            self._blind = True
            yield Piece(b"", Violation(f"a frame of {size} bytes, at which this side looks no more"))
        if self._blind and self._buffer:
            raw = bytes(self._buffer)
            self._buffer.clear()
            yield Piece(raw)

    def _piece(self, raw: bytes) -> Piece:
        self._protocol.receive_data(raw)
        self._protocol.data_to_send()  # pongs and closing frames are for the real ends to send
        means: Message | Ping | Closing | Violation | None = None
        for event in self._protocol.events_received():
            assert isinstance(event, Frame)
            means = self._meaning(event)
        if (broken := self._protocol.parser_exc) is not None:
            self._blind = True
            means = Violation(str(broken))
        return Piece(raw, means)

    def _meaning(self, frame: Frame) -> Message | Ping | Closing | Violation | None:
        data = bytes(frame.data)
        match frame.opcode:
            case Opcode.PING | Opcode.PONG:
                return Ping(data, pong=frame.opcode is Opcode.PONG)
            case Opcode.CLOSE:
                self._blind = True
                return _closing(data)
            case Opcode.TEXT | Opcode.BINARY:
                self._opcode = frame.opcode
        self._message.append(data)
        if not frame.fin:
            return None
        whole = b"".join(self._message)
        self._message.clear()
        if self._opcode is Opcode.BINARY:
            return Message(whole)
        try:
            return Message(whole.decode())
        except UnicodeDecodeError as error:
            return Violation(f"a text message that is not UTF-8: {error.reason} at byte {error.start}")


def _closing(data: bytes) -> Closing:
    close = Close.parse(data)
    return Closing(close.code, close.reason)


def _frame_size(data: bytes | bytearray) -> int | None:
    """Return how many bytes the frame has with which the data begin, None where that is not known yet."""
    if len(data) < 2:
        return None
    length, header = data[1] & 0x7F, 2
    if length >= 126:
        header = 4 if length == 126 else 10
        if len(data) < header:
            return None
        length = int.from_bytes(data[2:header], "big")
    return header + length + (4 if data[1] & 0x80 else 0)
