"""A station comes through the relay as if there were none, and both sides are judged."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode

from harness.trace import Direction, Event
from harness.verdict import Verdict
from harness.versions import V16, V201
from simulators.certificates import StationKey
from simulators.connection import Closed, Declined, Endpoint, Unreachable
from simulators.credentials import Trust
from simulators.rawsocket import HttpAnswer, Opcode, RawFrame, frame
from simulators.watched import link
from simulators.watched.relay import Relay
from tests.simulators.central import answer, central_system, oblige, receive, send, tcp_server, upgrade
from tests.simulators.watched.conftest import PATIENCE, Watch, Watching

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


async def test_a_proper_day_breaks_nothing(watching: Watching) -> None:
    """What both sides say arrives, is recorded in order, and is judged."""
    watch = await watching(oblige)
    station = watch.station()
    await station.ready()
    assert (await station.heartbeat()).payload["currentTime"]
    await station.leave()
    await watch.heard(Event.CLOSED)
    assert watch.broken() == []
    assert watch.seen(Event.OPENED) == [(RECEIVED, "101 with subprotocol ocpp1.6")]
    assert watch.seen(Event.CLOSED) == [(SENT, "close 1000")]
    results = watch.results()
    assert {id: one.verdict for id, one in results.items()} == {
        "v16.central-system.CP1": Verdict.PASSED,
        "v16.station.CP1": Verdict.PASSED,
    }
    assert "Heartbeat" in results["v16.central-system.CP1"].service.answers  # type: ignore[union-attr]


async def test_texts_arrive_as_they_were_sent(watching: Watching) -> None:
    """Blanks, escapes and letters in a message are no business of the relay, nor is how it is cut into frames."""
    odd = '[ 2 ,"é\\u00e9", "Heartbeat",\n{ } ]'
    arrived: list[str] = []

    async def script(central: ServerConnection) -> None:
        arrived.extend([str(part) async for part in central.recv_streaming()])
        await central.send(odd)

    watch = await watching(script)
    async with watch.station().raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(odd[:5].encode(), fin=False) + frame(odd[5:].encode(), Opcode.CONTINUATION))
        back = await raw.next_frame()
    assert "".join(arrived) == odd
    assert len(arrived) == 2
    assert isinstance(back, RawFrame)
    assert back.payload.decode() == odd


async def test_credentials_and_refusals_are_passed_on(watching: Watching) -> None:
    """The station sees the answer of the central system, which has seen its credentials."""
    seen: list[str | None] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        seen.append(next((line for line in head.split("\r\n") if line.startswith("Authorization")), None))
        body = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 3\r\n\r\nno!'
        writer.write(body.encode())

    async with tcp_server(refuse) as endpoint:
        watch = await watching(endpoint)
        station = watch.station()
        station.password = b"secret"
        outcome = await station.knock()
    assert isinstance(outcome, Declined)
    assert (outcome.status, outcome.headers["www-authenticate"]) == (401, 'Basic realm="x"')
    assert seen == ["Authorization: Basic Q1AxOnNlY3JldA=="]
    assert watch.seen(Event.REFUSED) == [(RECEIVED, "HTTP 401 Unauthorized")]
    (result,) = watch.results().values()
    assert (result.verdict, result.message) == (
        Verdict.INCONCLUSIVE,
        "the station came but was not let in: HTTP 401 Unauthorized",
    )


async def test_each_side_is_blamed_for_its_own(watching: Watching) -> None:
    """A fault of the station and one of the central system have different ids."""

    async def script(central: ServerConnection) -> None:
        await answer(central, await receive(central), interval="soon")
        await receive(central)

    watch = await watching(script)
    station = watch.station()
    await station.connect()
    await station.call("BootNotification", {"chargePointVendor": "v", "chargePointModel": "m"})
    await station.send('{"neither": "list"}')
    await station.leave()
    await watch.heard(Event.CLOSED)
    assert watch.broken() == ["v16.wire.payload.BootNotification.response", "v16.station-wire.frame.array"]


async def test_pings_and_pongs_are_passed_on(watching: Watching) -> None:
    """A pong comes from the other end, not from the relay."""
    answered = asyncio.Event()

    async def script(central: ServerConnection) -> None:
        await (await central.ping(b"down"))
        answered.set()
        await central.wait_closed()

    watch = await watching(script)
    station = watch.station()
    await station.connect()
    await station.ping(b"up")
    async with asyncio.timeout(2):
        await answered.wait()
    await station.leave()
    assert (SENT, b"up".hex()) in watch.seen(Event.PING)
    assert (RECEIVED, b"up".hex()) in watch.seen(Event.PONG)
    assert (SENT, b"down".hex()) in watch.seen(Event.PONG)


@pytest.mark.parametrize("code", [CloseCode.NORMAL_CLOSURE, CloseCode.GOING_AWAY, 4000])
async def test_close_codes_of_the_central_system_are_passed_on(watching: Watching, code: int) -> None:
    """Code and reason arrive, and the end is the central system's."""

    async def script(central: ServerConnection) -> None:
        await central.close(code, "enough")

    watch = await watching(script)
    station = watch.station()
    await station.connect()
    assert await station.wait_closed() == Closed(code, "enough")
    assert await watch.heard(Event.CLOSED) == [(RECEIVED, f"close {code} enough")]


async def test_a_lost_station_is_lost_to_the_central_system(watching: Watching) -> None:
    """A reset without a close frame is passed on as one."""
    ended: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        try:
            await reader.read()
            ended.set_result(None)
        except ConnectionError as error:
            ended.set_result(error)

    async with tcp_server(talk) as endpoint:
        watch = await watching(endpoint)
        station = watch.station()
        await station.connect()
        await station.drop()
        async with asyncio.timeout(2):
            assert isinstance(await ended, ConnectionResetError)
    ((who, how),) = await watch.heard(Event.CLOSED)
    assert (who, how.startswith("the connection lost without a close frame")) == (SENT, True)


async def test_a_violation_of_the_station_is_its_fault(watching: Watching) -> None:
    """An unmasked frame reaches the central system, which closes, and the station is to blame."""
    watch = await watching(oblige)
    async with watch.station().raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(b"[]", masked=False))
        end = await raw.until_closed()
    assert end.code == CloseCode.PROTOCOL_ERROR
    assert watch.broken() == ["v16.station-wire.connection.frames"]
    ((who, _),) = watch.seen(Event.CLOSED)
    assert who is SENT


async def test_a_violation_of_the_central_system_is_its_fault(watching: Watching) -> None:
    """A masked frame is one that no server may send."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(frame(b"[]"))
        await reader.read()

    async with tcp_server(talk) as endpoint:
        watch = await watching(endpoint)
        station = watch.station()
        await station.connect()
        assert (await station.wait_closed()).violation is not None
    assert watch.broken() == ["v16.wire.connection.frames"]


async def test_calls_without_an_answer_are_told(watching: Watching) -> None:
    """Who owes an answer for as long as patience lasts has not given it; that is a fault of whoever owed it."""

    async def script(central: ServerConnection) -> None:
        await send(central, [2, "r", "Reset", {"type": "Soft"}])
        async for _ in central:
            continue

    watch = await watching(script)
    async with watch.station().raw_socket() as raw:
        await raw.upgrade()
        await raw.call("Heartbeat")
        await raw.next_frame()
        await watch.heard(Event.TEXT, 2)
        await asyncio.sleep(PATIENCE)
    await watch.heard(Event.CLOSED)
    told = {id: (one.verdict, one.message) for id, one in watch.results().items()}
    clause = "OCPP-J 1.6 4.2.1: expected an answer of"
    assert told == {
        "v16.central-system.CP1": (
            Verdict.FAILED,
            f"{clause} the central system to Heartbeat, observed none within 0.3 s, 1 time",
        ),
        "v16.station.CP1": (Verdict.FAILED, f"{clause} the station to Reset, observed none within 0.3 s, 1 time"),
    }


async def test_central_system_that_cannot_be_reached_is_told_to_the_station(watching: Watching) -> None:
    """The station gets an answer with the reason, and nobody is accused."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    watch = await watching(Endpoint(f"ws://127.0.0.1:{port}/ocpp"))
    async with watch.station().raw_socket() as raw:
        outcome = await raw.handshake(raw.request())
    assert isinstance(outcome, HttpAnswer)
    assert outcome.status == 502
    ((_, why),) = watch.seen(Event.LOST)
    assert "cannot be reached" in why
    (result,) = watch.results().values()
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("said", "told"),
    [(b"SSH-2.0-x\r\n\r\n", "not HTTP"), (b"", "closed the connection at once")],
    ids=["no HTTP", "nothing"],
)
async def test_an_answer_that_is_none_is_told(watching: Watching, said: bytes, told: str) -> None:
    """What is no answer to a handshake is not passed on."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with tcp_server(talk) as endpoint:
        watch = await watching(endpoint)
        outcome = await watch.station().knock()
    assert isinstance(outcome, Declined)
    assert outcome.status == 502
    ((_, why),) = watch.seen(Event.REFUSED)
    assert told in why


async def test_a_browser_is_told_that_a_station_connects_here(watching: Watching) -> None:
    """What is no handshake is answered by the relay, and belongs to no conversation."""
    watch = await watching(oblige)
    reader, writer = await asyncio.open_connection(*watch.endpoint.place)
    writer.write(b"GET /CP1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 426 ")
    await reader.read()
    writer.close()
    await writer.wait_closed()
    assert watch.conversations == {}
    assert len(watch.told) == 1


async def test_relay_goes_on_where_a_station_could_not_be_let_in(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that has no file left for one connection may have some for the next."""
    loop = asyncio.get_running_loop()
    accept, failures = loop.sock_accept, iter([OSError(24, "Too many open files")])

    async def failing(listener: socket.socket) -> Any:
        if (error := next(failures, None)) is not None:
            raise error
        return await accept(listener)

    monkeypatch.setattr(loop, "sock_accept", failing)
    watch = await watching(oblige)
    await watch.until(lambda: bool(watch.told))
    station = watch.station()
    await station.connect()
    await station.leave()
    assert watch.told == ["a station could not be let in: Too many open files"]


async def test_silence_instead_of_a_handshake_is_bounded(watching: Watching) -> None:
    """Who says nothing is let go."""
    watch = await watching(oblige)
    reader, writer = await asyncio.open_connection(*watch.endpoint.place)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert watch.told[0].endswith("no handshake of a WebSocket came")


async def test_a_version_that_nobody_judges_is_passed_on(watching: Watching) -> None:
    """A subprotocol that is not known is no reason to stand in the way."""

    async def echo(central: ServerConnection) -> None:
        await central.send(await central.recv())

    async with central_system(echo, subprotocols=["ocpp1.5"]) as endpoint:
        watch = await watching(endpoint)
        station = watch.station()
        await station.knock(subprotocols=["ocpp1.5"])
        await station.send("whatever")
        assert await station.wait_closed() == Closed(1000, "")
    assert [entry.text for entry in station.received() if entry.event is Event.TEXT] == ["whatever"]
    assert watch.conversations == {}
    assert "not judged" in watch.told[0]


async def test_without_a_subprotocol_the_usual_version_is_spoken(watching: Watching) -> None:
    """Where the handshake says nothing, the target file does."""
    async with central_system(oblige, subprotocols=None) as endpoint:
        watch = await watching(endpoint, usual=V201)
        station = watch.station()
        await station.knock(subprotocols=[])
        await station.leave()
        await watch.heard(Event.CLOSED)
    assert list(watch.conversations) == [("CP1", "2.0.1")]


async def test_connections_at_the_same_time_are_told_apart(watching: Watching) -> None:
    """Two connections of one identity have numbers; one that is over gives its number back."""
    watch = await watching(oblige)
    first, second, third = (watch.station() for _ in range(3))
    await first.connect()
    await second.connect()
    await first.leave()
    await third.connect()
    opened = [entry.connection for entry in watch.entries if entry.event is Event.OPENED]
    await second.leave()
    await third.leave()
    assert opened == [1, 2, 1]


async def test_open_connections_are_closed_when_the_relay_goes() -> None:
    """Both sides are told, and neither is blamed."""
    gone = asyncio.Event()

    async def script(central: ServerConnection) -> None:
        await central.wait_closed()
        gone.set()

    async with central_system(script) as endpoint:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            watch = Watch(Endpoint(f"ws://127.0.0.1:{listener.getsockname()[1]}"))
            relay = Relay(endpoint, watch.conversation, watch.tell, usual=V16, patience=1.0)
            async with relay.listening(listener):
                station = watch.station()
                await station.connect()
            assert await station.wait_closed() == Closed(CloseCode.GOING_AWAY, "plugfest watch ends")
            async with asyncio.timeout(2):
                await gone.wait()
    assert watch.seen(Event.CLOSED) == [(SENT, "plugfest watch ends")]


def certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """Return the context of a server called localhost, and its certificate."""
    key = StationKey.ecdsa()
    pem = key.self_signed("localhost", "plugfest")
    path = folder / "relay.pem"
    path.write_text(pem + key.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, pem


async def test_stations_connect_with_tls(watching: Watching, tmp_path: Path) -> None:
    """The relay has a certificate of its own; what a station that does not trust it does is told."""
    context, pem = certificate(tmp_path)
    watch = await watching(oblige, security=context)
    trusting = Trust(authority=pem).context()
    trusting.check_hostname = False
    station = watch.station(context=trusting)
    await station.ready()
    await station.leave()
    stranger = watch.station(context=Trust().context())
    assert isinstance(await stranger.knock(), Unreachable)
    await watch.until(lambda: bool(watch.told))
    assert "TLS failed" in watch.told[0]
    assert watch.broken() == []


@pytest.mark.parametrize(
    ("fault", "heartbeats"),
    [("drop Heartbeat.req 1", 1), ("duplicate Heartbeat.req 1", 3), ("delay 0.01s Heartbeat.req", 2)],
)
async def test_faults_strike_at_the_relay(watching: Watching, fault: str, heartbeats: int) -> None:
    """What is asked for happens to messages on their way, and accuses nobody."""
    arrived: list[str] = []

    async def script(central: ServerConnection) -> None:
        while True:
            message = await receive(central)
            arrived.append(message[2])
            await answer(central, message)

    watch = await watching(script, faults=[fault])
    station = watch.station()
    station.patience = 0.4
    await station.connect()
    for _ in range(2):
        await station.probe()
    await station.leave()
    await watch.heard(Event.CLOSED)
    assert len(arrived) == heartbeats
    assert watch.broken() == []
    assert {text for _, text in watch.seen(Event.FAULT)} == {fault}
    assert {one.verdict for one in watch.results().values()} == {Verdict.PASSED}


async def test_a_message_can_be_overtaken(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is held back goes at once after the next."""
    monkeypatch.setattr(link, "HELD", 60)
    arrived: asyncio.Queue[str] = asyncio.Queue()

    async def script(central: ServerConnection) -> None:
        async for message in central:
            arrived.put_nowait(str(message))

    watch = await watching(script, faults=["reorder Heartbeat 1"])
    async with watch.station().raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(b'[2,"1","Heartbeat",{}]') + frame(b'[2,"2","Heartbeat",{}]'))
        async with asyncio.timeout(2):
            assert [(await arrived.get())[4] for _ in range(2)] == ["2", "1"]


async def test_a_fault_can_cut_the_connection(watching: Watching) -> None:
    """The end is the network's, and the figures say so."""
    watch = await watching(oblige, faults=["cut Heartbeat.req 1"])
    station = watch.station()
    await station.connect()
    await station.probe()
    assert await watch.heard(Event.LOST) == [(SENT, "cut Heartbeat.req 1")]
    service = watch.results()["v16.central-system.CP1"].service
    assert service is None or service.ended == 0
