"""Defects of WebSocket frames: what is read, what is sent, and how a connection is closed."""

from __future__ import annotations

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from server.core.connection import Connection
from server.mutants.registry import mutant


class _Tampering(Connection):
    """Reads the bytes of a frame that ``tamper`` makes of those which arrive, none to skip the frame."""

    def data_received(self, data: bytes) -> None:
        kept = self.tamper(data, data[0] & 0x0F) if self.open else data
        if kept:
            super().data_received(kept)

    def tamper(self, data: bytes, opcode: int) -> bytes:
        raise NotImplementedError


# Illegal frames


@mutant("frames-mask-optional", "Frames of a station that are not masked are read.")
class _MaskOptional(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return data if data[1] & 0x80 else bytes([data[0], data[1] | 0x80]) + bytes(4) + data[2:]


@mutant("frames-reserved-bits-ignored", "Reserved bits are ignored.")
class _ReservedBitsIgnored(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return bytes([data[0] & 0x8F]) + data[1:]


@mutant("frames-unknown-opcodes-skipped", "Frames of an unknown type are skipped.")
class _UnknownOpcodesSkipped(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return data if opcode in list(Opcode) else b""


@mutant("frames-orphan-continuation-skipped", "A continuation without a beginning is skipped.")
class _OrphanContinuationSkipped(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return b"" if opcode == Opcode.CONT and self._fragments is None else data


class _Joining(ServerProtocol):
    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT and self.current_size is not None:
            frame.opcode = Opcode.CONT
        super().recv_frame(frame)


@mutant("frames-interleaved-message-joined", "A message that begins inside another is joined to that.")
class _InterleavedMessageJoined(Connection):
    protocol = _Joining


@mutant("frames-long-pings-skipped", "Pings with more than 125 bytes are skipped.")
class _LongPingsSkipped(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return b"" if opcode == Opcode.PING and data[1] & 0x7F > 125 else data


@mutant("frames-fragmented-pings-answered", "Pings that are fragments are answered.")
class _FragmentedPingsAnswered(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return bytes([data[0] | 0x80]) + data[1:] if opcode == Opcode.PING else data


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


@mutant("frames-pings-unanswered", "Pings are not answered.")
class _PingsUnanswered(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return b"" if opcode == Opcode.PING else data


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
class _CloseUnanswered(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        if opcode == Opcode.CLOSE:
            self.abort()
        return b"" if opcode == Opcode.CLOSE else data


@mutant("close-ignored", "A close frame is ignored.")
class _CloseIgnored(_Tampering):
    def tamper(self, data: bytes, opcode: int) -> bytes:
        return b"" if opcode == Opcode.CLOSE else data


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
