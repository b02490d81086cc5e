"""Targets that are anything but a central system: every run ends in time, with verdicts that say what happened."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection

from harness.verdict import Verdict
from server.driver import ReferenceDriver
from simulators.connection import FLOOD
from simulators.rawsocket import Opcode, frame
from tests.hostile.run import Ran, play, plugfest, trouble
from tests.simulators.central import Script, Talk, central_system, say_nothing, tcp_server, upgrade

SCENARIOS = ("v16.core.reset.hard", "v16.core.boot.answer")
MEMORY = 400.0
"""MiB that a run may hold, whatever it is sent."""


def saying(data: bytes, *, again: bool = False) -> Talk:
    """Return a server that answers a handshake with these bytes, over and over if told to."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        while again:
            writer.write(data)
            await writer.drain()
        await writer.drain()
        writer.close()

    return talk


async def hear_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything and answer nothing."""
    while await reader.read(65_536):
        continue


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close the connection at once."""
    writer.close()


@pytest.mark.parametrize(
    ("talk", "sentence"),
    [
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), "was not let in: HTTP 200 OK"),
        (saying(b"\x00\xff\r\n" * 10_000, again=True), "an answer that is no WebSocket handshake"),
        (hear_only, "did not complete the handshake within 0.5 s"),
        (hang_up, "closed the connection"),
    ],
    ids=["web server", "garbage without end", "silent", "closes at once"],
)
async def test_target_without_a_websocket_teaches_nothing(tmp_path: Path, talk: Talk, sentence: str) -> None:
    """Where no connection comes about, every scenario is inconclusive with the reason, and the exit code is 3."""
    async with tcp_server(talk) as endpoint:
        ran = await play(tmp_path, endpoint.url, *SCENARIOS)
    expect(ran, Verdict.INCONCLUSIVE, sentence, code=3)


async def test_closed_port_teaches_nothing(tmp_path: Path) -> None:
    """A target that refuses connections is told as such; scenarios that do not apply teach nothing either."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ran = await play(tmp_path, f"ws://127.0.0.1:{port}/ocpp", *SCENARIOS, "v16.core.clear-cache.*")
    expect(ran, Verdict.INCONCLUSIVE, f"127.0.0.1:{port}/ocpp", "cannot be reached", code=3)
    assert Verdict.NOT_APPLICABLE in {result.verdict for result in ran.results()}


async def close_at_once(socket: ServerConnection) -> None:
    """Close as soon as the handshake is done."""
    await socket.close(1000, "enough")


def repeating(*answers: str | bytes) -> Script:
    """Return a central system that answers every message with all of these; "ID" stands for its id."""

    async def answer(socket: ServerConnection) -> None:
        async for message in socket:
            kind, unique_id, *_ = json.loads(message)
            for text in answers if kind == 2 else ():
                await socket.send(text.replace("ID", unique_id) if isinstance(text, str) else text)

    return answer


def flooding(data: bytes) -> Talk:
    """Return a central system that sends these bytes for as long as somebody takes them."""

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        while True:
            writer.write(data)
            await writer.drain()

    return flood


async def send_64_mebibytes(socket: ServerConnection) -> None:
    """Send one frame of 64 MiB."""
    socket.transport.write(frame(bytes(64 * 2**20), masked=False))
    await socket.wait_closed()


GARBAGE: dict[str | bytes, str] = {
    "hello": "one JSON text without duplicate members or NaN",
    '{"status": "Accepted"}': "a JSON array, observed an object",
    "[" * 100_000: "one JSON text without duplicate members or NaN",
    b"\x00" * 1000: "a binary message of 1000 bytes",
    "[9]": "message type 2, 3 or 4",
}
WRONG_TYPES: dict[str | bytes, str] = {
    "[3, 5, {}]": "a unique id string",
    '[3, "ID", [1]]': "the payload as an object",
    '[3, "ID", {"status": 1, "currentTime": {}}]': "BootNotification response valid against its schema",
    '[2, "b", "Explode", {}]': "an action of OCPP 1.6",
    '[2, "c", "Reset", {"type": 7}]': "Reset request valid against its schema",
}


@pytest.mark.parametrize(
    ("script", "sentences"),
    [
        (say_nothing, ["no answer within 0.5 s"]),
        (close_at_once, ["close 1000 enough"]),
        (repeating(*GARBAGE), [*GARBAGE.values()]),
        (repeating(*WRONG_TYPES), [*WRONG_TYPES.values()]),
        (send_64_mebibytes, ["67108864 bytes"]),
    ],
    ids=["silent", "closes at once", "garbage", "wrong types", "a frame of 64 MiB"],
)
async def test_target_that_answers_wrongly_fails(tmp_path: Path, script: Script, sentences: list[str]) -> None:
    """Where a connection comes about, what follows is judged: scenarios or rules fail, with the reason; exit code 1."""
    async with central_system(script) as endpoint:
        ran = await play(tmp_path, endpoint.url, *SCENARIOS)
    expect(ran, Verdict.FAILED, *sentences, code=1)


@pytest.mark.parametrize(
    ("talk", "sentence"),
    [
        (flooding(frame(b"", Opcode.PING, masked=False) * 1000), FLOOD),
        (flooding(frame(b'[2,"a","Reset",{"type":"Hard"}]', masked=False) * 1000), FLOOD),
        (flooding(frame(b'["' + b"x" * 2**20 + b'"]', masked=False)), FLOOD),
    ],
    ids=[
        "flood of pings",
        "flood of CALLs",
        "flood of megabytes",
    ],
)
async def test_target_that_floods_fails(tmp_path: Path, talk: Talk, sentence: str) -> None:
    """A flood of any kind is cut off and judged, and does not fill the memory."""
    async with tcp_server(talk) as endpoint:
        ran = await play(tmp_path, endpoint.url, *SCENARIOS)
    expect(ran, Verdict.FAILED, sentence, code=1)


async def test_endpoint_given_on_the_command_line_is_judged(tmp_path: Path) -> None:
    """The endpoint option leads the stations away from the bundled reference."""
    async with central_system(say_nothing) as endpoint:
        ran = await plugfest(
            tmp_path, "run", f"--endpoint={endpoint.url}", *(f"--scenario={one}" for one in SCENARIOS), "--out=o", "-n1"
        )
    expect(ran, Verdict.FAILED, "no answer within 0.5 s", code=1)
    assert [(one.id, one.message) for one in ran.results() if one.verdict is Verdict.NOT_APPLICABLE] == [
        ("v16.core.reset.hard", "nobody operates the target, and it takes Reset")
    ]


async def test_system_that_nobody_operates_is_judged_by_what_is_seen(tmp_path: Path) -> None:
    """With an endpoint and no driver nobody is accused of what only an operator could have brought about."""
    chosen = ("--scenario=v16.core.*", "--scenario=v16.transport.*")
    async with ReferenceDriver(accept_unknown=True) as driver:
        ran = await plugfest(tmp_path, "run", f"--endpoint={driver.endpoint}", *chosen, "--out=o", "-n1")
    verdicts = Counter(result.verdict for result in ran.results())
    assert trouble(ran) == []
    assert verdicts.keys() <= {Verdict.PASSED, Verdict.REMARKED, Verdict.NOT_APPLICABLE, Verdict.INCONCLUSIVE}, ran.out
    assert verdicts[Verdict.PASSED] > verdicts[Verdict.INCONCLUSIVE]
    assert any("gives no accepted tag in [id_tags]" in result.message for result in ran.results())


async def test_strangers_that_are_turned_away_accuse_nobody(tmp_path: Path) -> None:
    """Where made-up stations are not let in, what takes a known one is inconclusive, and says what to do."""
    async with ReferenceDriver() as driver:
        ran = await plugfest(
            tmp_path, "run", f"--endpoint={driver.endpoint}", "--scenario=v16.core.*", "--out=o", "-n1"
        )
    expect(ran, Verdict.INCONCLUSIVE, "not served (HTTP 404): list some that it knows in [stations] identities", code=3)


def expect(ran: Ran, verdict: Verdict, *sentences: str, code: int) -> None:
    """Assert that every scenario of a run has a verdict that is explained, and that nothing else came of it."""
    assert trouble(ran) == []
    assert ran.errors == ""
    results = [result for result in ran.results() if result.verdict is not Verdict.NOT_APPLICABLE]
    verdicts = {result.verdict for result in results}
    if rules := ran.rules():  # a broken rule may be why a scenario does not reach its question
        verdicts = verdicts - {Verdict.INCONCLUSIVE} | {rule.verdict for rule in rules} - {Verdict.REMARKED}
    results += rules
    assert verdicts == {verdict}, [result.message[:500] for result in results]
    broken = [check for result in results for check in result.checks if not check.held]
    told = "\n".join(
        [
            ran.out,
            *(result.message for result in results),
            *(f"{check.expected}, observed {check.observed}" for check in broken),
        ]
    )
    assert [sentence for sentence in sentences if sentence not in told] == []
    assert sentences[0] in ran.out
    assert max(len(text) for text in (ran.out, *(result.message for result in results))) < 50_000
    assert ran.code == code
    assert ran.memory < MEMORY
