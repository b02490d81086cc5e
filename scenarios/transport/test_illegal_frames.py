"""Frames that RFC 6455 forbids: the connection fails (sections 5, 7.1.7 and 8.1)."""

from harness.ocppj import encode
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.transport.dialects import EVERY_VERSION
from simulators.rawsocket import Opcode, RawSocket, frame
from simulators.station import Station


@scenario(
    "transport.illegal-frames.unmasked",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.1"],
    requirements={"1.6": ["WS-5.1-b"]},
    mutants=["frames-mask-optional"],
)
async def test_unmasked_frame_fails_the_connection(station: Station, check: Checks) -> None:
    """A frame of the station that is not masked makes the central system close the connection."""
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(_heartbeat(), masked=False), clause="RFC 6455 5.1")


@scenario(
    "transport.illegal-frames.reserved-bit",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.2"],
    requirements={"1.6": ["WS-5.2-a"]},
    mutants=["frames-reserved-bits-ignored"],
)
async def test_reserved_bit_fails_the_connection(station: Station, check: Checks) -> None:
    """A frame with a reserved bit that no extension has given a meaning fails the connection."""
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(_heartbeat(), reserved=0b010), clause="RFC 6455 5.2")


@scenario(
    "transport.illegal-frames.unknown-opcode",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.2"],
    requirements={"1.6": ["WS-5.2-b"]},
    mutants=["frames-unknown-opcodes-skipped"],
)
async def test_unknown_opcode_fails_the_connection(station: Station, check: Checks) -> None:
    """A data frame or control frame of an unknown type fails the connection."""
    for opcode in (0x3, 0xB):
        async with station.raw_socket() as raw:
            await _fails(raw, check, frame(b"x", opcode), clause="RFC 6455 5.2")


@scenario(
    "transport.illegal-frames.orphan-continuation",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.4"],
    requirements={"1.6": ["WS-5.4-b"]},
    mutants=["frames-orphan-continuation-skipped"],
)
async def test_orphan_continuation_fails_the_connection(station: Station, check: Checks) -> None:
    """A continuation frame that continues no message fails the connection."""
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(b"x", Opcode.CONTINUATION), clause="RFC 6455 5.4")


@scenario(
    "transport.illegal-frames.message-inside-a-message",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.4"],
    requirements={"1.6": ["WS-5.4-b"]},
    mutants=["frames-interleaved-message-joined"],
)
async def test_message_inside_a_message_fails_the_connection(station: Station, check: Checks) -> None:
    """A new message that begins before the fragments of another are complete fails the connection."""
    text = _heartbeat()
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(text[:9], fin=False) + frame(text[9:]), clause="RFC 6455 5.4")


@scenario(
    "transport.illegal-frames.long-control-frame",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.5"],
    requirements={"1.6": ["WS-5.5-a"]},
    mutants=["frames-long-pings-skipped"],
)
async def test_long_control_frame_fails_the_connection(station: Station, check: Checks) -> None:
    """A ping that carries more than 125 bytes fails the connection."""
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(b"x" * 126, Opcode.PING), clause="RFC 6455 5.5")


@scenario(
    "transport.illegal-frames.fragmented-control-frame",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.5"],
    requirements={"1.6": ["WS-5.5-a"]},
    mutants=["frames-fragmented-pings-answered"],
)
async def test_fragmented_control_frame_fails_the_connection(station: Station, check: Checks) -> None:
    """A ping that is a fragment fails the connection."""
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(b"x", Opcode.PING, fin=False), clause="RFC 6455 5.5")


@scenario(
    "transport.illegal-frames.invalid-utf8",
    versions=EVERY_VERSION,
    spec=["RFC 6455 8.1"],
    requirements={"1.6": ["WS-8.1-a"]},
    mutants=["invalid-utf8-stops-reader", "frames-utf8-repaired"],
)
async def test_invalid_utf8_fails_the_connection(station: Station, check: Checks) -> None:
    """A text message that is not valid UTF-8 fails the connection and is not answered."""
    text = encode([2, Station.new_id(), "DataTransfer", {"vendorId": "??"}]).encode().replace(b"??", b"\xc3\x28")
    async with station.raw_socket() as raw:
        await _fails(raw, check, frame(text), clause="RFC 6455 8.1", code=1007)


def _heartbeat() -> bytes:
    return encode([2, Station.new_id(), "Heartbeat", {}]).encode()


async def _fails(raw: RawSocket, check: Checks, illegal: bytes, *, clause: str, code: int = 1002) -> None:
    """Send something illegal on a fresh connection, which the central system then must give up."""
    await raw.upgrade()
    await raw.send(illegal)
    outcome = await raw.until_closed()
    check.that(outcome.ended, "the connection failed", observed=outcome, clause=clause)
    check.equal(outcome.answers, (), clause=clause)
    advised = outcome.code in (None, code)
    check.that(advised, f"close code {code}", observed=outcome.code, clause="RFC 6455 7.4.1", level=SHOULD)
