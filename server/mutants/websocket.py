"""Defects of WebSocket frames: what is read, what is sent, and how a connection is closed."""

from __future__ import annotations

from collections.abc import Callable

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from server.core.connection import Connection
from server.mutants.registry import mutant
from server.mutants.rows import Row

# Illegal frames


def _reads(*rows: Row[Callable[[bytes, int], bytes]]) -> None:
    """Declare mutants that read other bytes than those of a frame, none to skip it; ``how`` also gets its opcode."""
    for row in rows:
        row.declare(_reading(row.how))


def _reading(how: Callable[[bytes, int], bytes]) -> type[Connection]:
    class Reading(Connection):
        def data_received(self, data: bytes) -> None:
            kept = how(data, data[0] & 0x0F) if self.open else data
            if kept:
                super().data_received(kept)

    return Reading


_reads(
    Row("frames-mask-optional", "Frames of a station that are not masked are read.",
        lambda data, _: data if data[1] & 0x80 else bytes([data[0], data[1] | 0x80]) + bytes(4) + data[2:]),
    Row("frames-reserved-bits-ignored", "Reserved bits are ignored.",
        lambda data, _: bytes([data[0] & 0x8F]) + data[1:]),
    Row("frames-unknown-opcodes-skipped", "Frames of an unknown type are skipped.",
        lambda data, opcode: data if opcode in list(Opcode) else b""),
    Row("frames-long-pings-skipped", "Pings with more than 125 bytes are skipped.",
        lambda data, opcode: b"" if opcode == Opcode.PING and data[1] & 0x7F > 125 else data),
    Row("frames-fragmented-pings-answered", "Pings that are fragments are answered.",
        lambda data, opcode: bytes([data[0] | 0x80]) + data[1:] if opcode == Opcode.PING else data),
    Row("frames-pings-unanswered", "Pings are not answered.",
        lambda data, opcode: b"" if opcode == Opcode.PING else data),
    Row("close-ignored", "A close frame is ignored.", lambda data, opcode: b"" if opcode == Opcode.CLOSE else data),
)  # fmt: skip


@mutant("frames-orphan-continuation-skipped", "A continuation without a beginning is skipped.")
class _OrphanContinuationSkipped(Connection):
    def data_received(self, data: bytes) -> None:
        if not self.open or data[0] & 0x0F != Opcode.CONT or self._fragments is not None:
            super().data_received(data)


class _Joining(ServerProtocol):
    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT and self.current_size is not None:
            frame.opcode = Opcode.CONT
        super().recv_frame(frame)


@mutant("frames-interleaved-message-joined", "A message that begins inside another is joined to that.")
class _InterleavedMessageJoined(Connection):
    protocol = _Joining


@mutant("frames-utf8-repaired", "Bytes that are not UTF-8 are left out of a message.")
class _Utf8Repaired(Connection):
    def _message(self, opcode: Opcode, data: bytes) -> None:
        super()._message(opcode, data.decode(errors="ignore").encode())


# Legal frames


class _TextMasking(ServerProtocol):
    def send_frame(self, frame: Frame) -> None:
        self.writes.append(frame.serialize(mask=frame.opcode is Opcode.TEXT))


@mutant("frames-text-masked", "Messages are masked as if a client sent them.")
class _TextMasked(Connection):
    protocol = _TextMasking


class _PongMasking(ServerProtocol):
    def send_frame(self, frame: Frame) -> None:
        self.writes.append(frame.serialize(mask=frame.opcode is Opcode.PONG))


@mutant("frames-pong-masked", "Pongs are masked as if a client sent them.")
class _PongMasked(Connection):
    protocol = _PongMasking


class _ReservedBits(ServerProtocol):
    def send_frame(self, frame: Frame) -> None:
        super().send_frame(frame)
        self.writes[-1] = bytes([self.writes[-1][0] | 0x20]) + self.writes[-1][1:]


@mutant("frames-reserved-bit-set", "Frames have a reserved bit set.")
class _ReservedBitSet(Connection):
    protocol = _ReservedBits


@mutant("frames-last-fragment-lost", "The last fragment of a message is lost.")
class _LastFragmentLost(Connection):
    def _take(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.CONT or not frame.fin:
            super()._take(frame)


@mutant("frames-ping-ends-message", "A ping between the fragments of a message discards them.")
class _PingEndsMessage(Connection):
    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            self._fragments = None
        super()._take(frame)


class _EmptyPongs(ServerProtocol):
    def send_frame(self, frame: Frame) -> None:
        super().send_frame(Frame(Opcode.PONG, b"") if frame.opcode is Opcode.PONG else frame)


@mutant("frames-pongs-empty", "Pongs do not carry the data of the ping.")
class _PongsEmpty(Connection):
    protocol = _EmptyPongs


@mutant("frames-unsolicited-pong-fatal", "A pong that answers no ping ends the connection.")
class _UnsolicitedPongFatal(Connection):
    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PONG:
            self.abort()
        super()._take(frame)


# Closing


@mutant("close-unanswered", "A close frame is answered by the end of TCP alone.")
class _CloseUnanswered(Connection):
    def data_received(self, data: bytes) -> None:
        if self.open and data[0] & 0x0F == Opcode.CLOSE:
            self.abort()
        else:
            super().data_received(data)


class _NoStatus(ServerProtocol):
    def send_frame(self, frame: Frame) -> None:
        super().send_frame(Frame(Opcode.CLOSE, b"\x03\xed") if frame.opcode is Opcode.CLOSE else frame)


@mutant("close-code-1005", "Close frames carry the code 1005, which must never be sent.")
class _CloseCode1005(Connection):
    protocol = _NoStatus


class _Inflexible(ServerProtocol):
    def accept(self, request: Request) -> Response:
        response = super().accept(request)
        self.extensions = []
        return response


@mutant(
    "compression-broken",
    "permessage-deflate is agreed on, but compressed messages are not understood.",
    faults=["citrineos/citrineos-core#1094", "ChargeTimeEU/Java-OCA-OCPP#413"],
    remarks=True,
)
class _CompressionBroken(Connection):
    protocol = _Inflexible


@mutant(
    "invalid-utf8-stops-reader",
    "After a text that is not UTF-8, nothing more is read on a connection that stays open.",
    faults=["mobilityhouse/ocpp#666"],
)
class _InvalidUtf8StopsReader(Connection):
    def _message(self, opcode: Opcode, data: bytes) -> None:
        try:
            data.decode()
        except UnicodeDecodeError:
            self.receiver = None
        super()._message(opcode, data)
