"""Tests of what follows a message that is owed no certain answer."""

from __future__ import annotations

import itertools

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import Call, CallResult
from simulators.aftermath import Service, aftermath, service
from simulators.messages import core_calls
from tests.simulators.central import ANSWERS, Script, answer, oblige, receive, say_nothing, send
from tests.simulators.conftest import Facing

ODD = [9, "odd", "Heartbeat", {}]


def once(first: Script, then: Script) -> Script:
    """Return a script that plays ``first`` with the first connection and ``then`` with all others."""
    turns = itertools.chain([first], itertools.repeat(then))

    async def play(socket: ServerConnection) -> None:
        await next(turns)(socket)

    return play


async def hang_up(socket: ServerConnection) -> None:
    """End the connection at the first message."""
    await receive(socket)


async def ask_and_oblige(socket: ServerConnection) -> None:
    """Answer every message of whatever type as a CALL, with a CALL of its own before."""
    for number in itertools.count():
        message = await receive(socket)
        if message[0] != 3:
            await send(socket, [2, f"own-{number}", "ClearCache", {}])
            await answer(socket, message)


async def refuse_odd_and_oblige(socket: ServerConnection) -> None:
    """Refuse messages of an unknown type, and answer CALLs."""
    while True:
        message = await receive(socket)
        if message[0] == 2:
            await answer(socket, message)
        else:
            await send(socket, [4, message[1], "FormationViolation", "", {}])


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (oblige, Service.KEPT),
        (once(hang_up, oblige), Service.RENEWED),
        (once(say_nothing, oblige), Service.DEAF),
        (hang_up, Service.ENDED),
    ],
    ids=["kept", "renewed", "deaf", "ended"],
)
async def test_service_is_found_out(facing: Facing, script: Script, expected: Service) -> None:
    """A probe on this connection and one on a new one tell how the station is served."""
    station = await facing(script)
    await station.connect()
    assert await service(station) is expected


async def test_message_that_is_ignored_has_no_reactions(facing: Facing) -> None:
    """The answer to the probe is no reaction to the message."""
    station = await facing(oblige)
    await station.connect()
    after = await aftermath(station, ODD)
    assert (after.service, after.texts, after.results) == (Service.KEPT, (), ())


async def test_refusal_is_a_reaction_but_no_result(facing: Facing) -> None:
    """A CALLERROR is a reaction."""
    station = await facing(refuse_odd_and_oblige)
    await station.connect()
    after = await aftermath(station, ODD)
    assert after.texts == ('[4, "odd", "FormationViolation", "", {}]',)
    assert after.results == ()


async def test_served_message_has_a_result(facing: Facing) -> None:
    """A CALLRESULT to the message counts, CALLs of the central system and the answer to the probe do not."""
    station = await facing(ask_and_oblige)
    await station.connect()
    after = await aftermath(station, Call("odd", "Heartbeat"))
    assert [text[:9] for text in after.results] == ['[3, "odd"']
    assert after.texts == after.results


async def test_stray_answer_may_be_ignored(facing: Facing) -> None:
    """An answer of the station to nothing has no reactions where it is ignored."""
    station = await facing(oblige)
    await station.connect()
    assert (await aftermath(station, CallResult("nope"))).texts == ()


def test_core_calls_begin_with_the_boot() -> None:
    """There is one CALL of each kind, BootNotification first."""
    actions = [action for action, _ in core_calls("ABC")]
    assert actions[0] == "BootNotification"
    assert len(set(actions)) == len(actions)
    assert set(ANSWERS) < set(actions)
