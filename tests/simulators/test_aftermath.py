"""Tests of what follows a message that is owed no certain answer."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import Call, CallResult
from harness.verdict import SHALL, SHOULD, Checks, Level, Verdict
from simulators.aftermath import Service, SignOfLife, aftermath, sign_of_life
from simulators.v16.messages import core_calls
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


async def refuse_all(socket: ServerConnection) -> None:
    """Refuse every CALL."""
    while True:
        message = await receive(socket)
        await send(socket, [4, message[1], "GenericError", "", {}])


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
        (once(say_nothing, oblige), Service.MUTE),
        (once(refuse_all, oblige), Service.REFUSED),
        (hang_up, Service.ENDED),
    ],
    ids=["kept", "renewed", "mute", "refused", "ended"],
)
async def test_service_is_found_out(facing: Facing, script: Script, expected: Service) -> None:
    """A probe on this connection and one on a new one tell how the station is served."""
    station = await facing(script)
    await station.connect()
    assert (await sign_of_life(station)).service is expected


async def test_wedge_is_named_with_its_duration(facing: Facing) -> None:
    """A connection that stays open and mute is a wedge, and how long it was watched is told."""
    station = await facing(once(say_nothing, oblige))
    await station.connect()
    life = await sign_of_life(station)
    assert life.seconds >= station.patience
    assert str(life) == f"{Service.MUTE} ({life.seconds:.1f} s)"


async def test_wedge_that_passes_is_seen_to_pass(facing: Facing) -> None:
    """A sign of life that comes after patience, while the connection is still watched, ends a wedge."""
    late = asyncio.Event()

    async def oblige_late(socket: ServerConnection) -> None:
        message = await receive(socket)
        await late.wait()
        await answer(socket, message)

    station = await facing(oblige_late)
    await station.connect()
    asyncio.get_running_loop().call_later(1.5 * station.patience, late.set)
    assert (await sign_of_life(station, watch=60.0)).service is Service.WEDGED


@pytest.mark.parametrize(
    ("service", "closing", "verdict"),
    [
        (Service.KEPT, SHALL, Verdict.PASSED),
        (Service.WEDGED, SHALL, Verdict.REMARKED),
        (Service.RENEWED, SHALL, Verdict.FAILED),
        (Service.RENEWED, SHOULD, Verdict.REMARKED),
        (Service.RENEWED, None, Verdict.PASSED),
        (Service.REFUSED, None, Verdict.FAILED),
        (Service.MUTE, None, Verdict.FAILED),
        (Service.ENDED, None, Verdict.FAILED),
    ],
)
def test_only_closing_is_a_matter_of_the_case(service: Service, closing: Level | None, verdict: Verdict) -> None:
    """Whether a connection may be closed depends on what was sent; that an open one is served does not."""
    check = Checks(lambda: 0)
    SignOfLife(service, 1.0).judge(check, clause="OCPP-J 1.6 4.2", closing=closing)
    assert check.verdict() is verdict


async def test_message_that_is_ignored_has_no_reactions(facing: Facing) -> None:
    """The answer to the probe is no reaction to the message."""
    station = await facing(oblige)
    await station.connect()
    after = await aftermath(station, ODD)
    assert (after.life.service, after.texts, after.results) == (Service.KEPT, (), ())


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
