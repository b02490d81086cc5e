"""Frames that RFC 6455 allows, however unusual: sections 5 and 10.4."""

from harness.ocppj import CallResult, encode
from harness.scenario import Takes, scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import AnyStations, Tags
from scenarios.transport.clauses import ANSWERED
from scenarios.transport.dialects import EVERY_VERSION, dialect
from simulators.observation import gist
from simulators.rawsocket import Opcode, RawFrame, frame
from simulators.station import Answer, Station


@scenario(
    "transport.frames.never-masked",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.1"],
    requirements={"1.6": ["WS-5.1-a"]},
    mutants=["frames-text-masked", "frames-pong-masked"],
)
async def test_frames_of_the_central_system_are_not_masked(station: Station, check: Checks) -> None:
    """None of the frames that the central system sends is masked: messages, pongs, close frames."""
    async with station.raw_socket() as raw:
        await raw.upgrade()
        await raw.call("BootNotification", station.identity)
        frames = [await raw.next_of(Opcode.TEXT)]
        await raw.send(frame(b"", Opcode.PING))
        frames.append(await raw.next_of(Opcode.PONG))
        await raw.send(frame(b"\x03\xe8", Opcode.CLOSE))
        frames += (await raw.until_closed(closing=True)).frames

    seen = [one for one in frames if isinstance(one, RawFrame)]
    if not seen:
        raise Inconclusive("the central system sent no frame")
    check.equal(len(seen), 3, clause="RFC 6455 5.1", level=SHOULD)
    for one in seen:
        check.that(not one.masked, "a frame without a mask", observed=one, clause="RFC 6455 5.1")


@scenario(
    "transport.frames.fragments-joined",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.4"],
    requirements={"1.6": ["WS-5.4-a"]},
    mutants=["frames-last-fragment-lost", "frames-ping-ends-message"],
)
async def test_fragments_are_joined(station: Station, check: Checks) -> None:
    """A message in three fragments with a ping between them is read as one, and the ping is answered."""
    unique_id = station.new_id()
    text = encode([2, unique_id, "BootNotification", station.identity]).encode()
    async with station.raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(text[:8], fin=False))
        await raw.send(frame(text[8:20], Opcode.CONTINUATION, fin=False))
        await raw.send(frame(b"between", Opcode.PING))
        await raw.send(frame(text[20:], Opcode.CONTINUATION))
        pong = await raw.next_of(Opcode.PONG)
        payload = pong.payload if isinstance(pong, RawFrame) else str(pong)
        check.equal(payload, b"between", clause="RFC 6455 5.4")
        answer = await raw.answer(unique_id)
    check.that(isinstance(answer, CallResult), "a CALLRESULT", observed=answer, clause="RFC 6455 5.4")


@scenario(
    "transport.frames.ping-answered",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.5.2"],
    requirements={"1.6": ["WS-5.5.2-a"]},
    mutants=["frames-pings-unanswered", "frames-pongs-empty"],
    smoke=True,
)
async def test_ping_is_answered_with_its_data(station: Station, check: Checks) -> None:
    """A ping is answered by a pong with the same data, be it empty or as long as it may be."""
    async with station.raw_socket() as raw:
        await raw.upgrade()
        for data in (b"", b"\x00\xffab", bytes(range(125))):
            await raw.send(frame(data, Opcode.PING))
            pong = await raw.next_of(Opcode.PONG)
            payload = pong.payload if isinstance(pong, RawFrame) else str(pong)
            if not check.equal(payload, data, clause="RFC 6455 5.5.2"):
                return


@scenario(
    "transport.frames.unsolicited-pong-ignored",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.5.3"],
    requirements={"1.6": ["WS-5.5.3-a"]},
    mutants=["frames-unsolicited-pong-fatal"],
)
async def test_unsolicited_pong_is_ignored(station: Station, check: Checks) -> None:
    """A pong that answers no ping changes nothing: the next message is answered."""
    async with station.raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(b"", Opcode.PONG) + frame(b"unasked", Opcode.PONG))
        answer = await raw.answer(await raw.call("BootNotification", station.identity))
    check.that(isinstance(answer, CallResult), "a CALLRESULT", observed=answer, clause="RFC 6455 5.5.3")


@scenario(
    "transport.frames.long-message-read",
    versions=EVERY_VERSION,
    spec=["RFC 6455 10.4"],
    requirements={"1.6": ["WS-10.4-a"]},
    needs=[Takes(80_000)],
)
async def test_long_message_is_read(station: Station, tags: Tags, check: Checks) -> None:
    """The end of a transaction in 64 KiB, full of meter values, is confirmed."""
    say = dialect(station)
    action, payload = say.long_end(await say.charge(await tags.accepted()))
    assert len(encode([payload])) > 65_536

    outcome = await station.attempt(action, payload)
    confirmed = isinstance(outcome, Answer)
    check.that(confirmed, "a CALLRESULT", observed=outcome, clause="RFC 6455 10.4", level=SHOULD)


@scenario(
    "transport.frames.oversized-message-contained",
    versions=EVERY_VERSION,
    spec=["RFC 6455 10.4"],
    requirements={"1.6": ["WS-10.4-a"]},
)
async def test_oversized_message_harms_nobody_else(station: Station, stations: AnyStations, check: Checks) -> None:
    """A text of 16 MiB that is no OCPP message leaves the other stations served."""
    other = await stations.new()
    await other.ready()
    async with station.raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(b"x" * 2**24))

        outcome = await other.probe()
    served = isinstance(outcome, Answer)
    check.that(served, "the Heartbeat answered", observed=outcome, clause="RFC 6455 10.4", level=SHOULD)


@scenario(
    "transport.frames.large-message",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.2", ANSWERED],
    requirements={"1.6": ["J-4.2.3-f"]},
    needs=[Takes(61_000)],
    mutants=["large-messages-lost"],
)
async def test_large_message_is_not_lost(station: Station, check: Checks) -> None:
    """MeterValues of some 60 kB are answered; a refusal or a close only remarks, but they never vanish."""
    await station.ready()
    if not isinstance(short := await station.attempt(*dialect(station).meter_values(1)), Answer):
        raise Inconclusive(f"short MeterValues are not confirmed either: {short}")

    outcome = await station.attempt(*dialect(station).meter_values(800))

    refused = [] if gist(outcome) == "silence" else [gist(outcome)]
    check.graded(gist(outcome), good=["CALLRESULT"], tolerable=refused, clause=ANSWERED)
