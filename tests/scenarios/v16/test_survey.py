"""Tests of the survey: which profiles are not there at all, and what it takes to find out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.csms import DriverError, Receipt, Refused, Unsupported, v16
from harness.schemas import Kind, schemas
from harness.trace import Direction, Trace
from scenarios.v16.survey import MESSAGES, OPERATIONS, SURVEYED, absent, reason
from simulators.v16 import ChargePoint
from tests.simulators.central import Script, answer, central_system, receive, say_nothing, send

PATIENCE = 0.3


class Console:
    """A driver of a product that reacts to every operation as the test says."""

    def __init__(self, reaction: Exception | None = None, *operations: type[Any]) -> None:
        self.operations = frozenset(operations or v16.OPERATIONS.values())
        self.asked: list[str] = []
        self._reaction = reaction

    async def perform(self, operation: Any) -> Receipt | None:
        """React."""
        self.asked.append(operation.action())
        if self._reaction is not None:
            raise self._reaction
        return None


def refusing(*actions: str, code: str = "NotImplemented") -> Script:
    """Return a central system that refuses these actions and answers all others."""

    async def play(socket: ServerConnection) -> None:
        while True:
            message = await receive(socket)
            if message[2] in actions:
                await send(socket, [4, message[1], code, "", {}])
            else:
                await answer(socket, message)

    return play


async def surveyed(script: Script, *profiles: str, driver: Console | None = None) -> tuple[Mapping[str, str], Trace]:
    """Return what is absent of some profiles, and the wire."""
    trace = Trace()
    async with central_system(script) as endpoint:
        station = ChargePoint("CP1", endpoint, trace, patience=PATIENCE)
        found = await absent(station, driver or Console(), profiles)  # type: ignore[arg-type]
        await station.leave()
    return found, trace


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
@pytest.mark.parametrize("profile", sorted(MESSAGES))
async def test_profile_is_absent_where_every_message_is_refused(profile: str, code: str) -> None:
    """A profile of which no message is known is not there, and the reason says what to do."""
    found, _ = await surveyed(refusing(*MESSAGES[profile], code=code), *SURVEYED)
    assert found == {profile: reason(profile)}
    assert found[profile].endswith("not implemented; declare it in [features]")


@pytest.mark.parametrize("served", MESSAGES["Security"])
async def test_profile_is_there_where_one_message_is_answered(served: str) -> None:
    """One message that is answered shows that the profile is there; the others are for the scenarios to judge."""
    others = [action for action in MESSAGES["Security"] if action != served]
    found, _ = await surveyed(refusing(*others), "Security")
    assert found == {}


async def test_other_refusal_is_no_absence() -> None:
    """A message that is refused for another reason is known."""
    found, _ = await surveyed(refusing(*MESSAGES["Security"], code="InternalError"), "Security")
    assert found == {}


async def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    """Without a scenario of a profile that may be absent, not even a connection is made."""
    found, trace = await surveyed(say_nothing, "Core", "Transport")
    assert (found, len(trace)) == ({}, 0)


async def test_patience_is_spent_once() -> None:
    """A central system that does not answer is asked once, and has every profile until it says otherwise."""

    async def only_boot(socket: ServerConnection) -> None:
        await answer(socket, await receive(socket))
        await say_nothing(socket)

    loop = asyncio.get_running_loop()
    for script, asked in ((say_nothing, 1), (only_boot, 2)):
        began = loop.time()
        found, trace = await surveyed(script, *SURVEYED)
        assert found == {}
        assert loop.time() - began < 2 * PATIENCE + 1
        assert sum(entry.direction is Direction.SENT and entry.frame is not None for entry in trace) == asked


@pytest.mark.parametrize("profile", sorted(OPERATIONS))
async def test_profile_of_the_operator_is_absent_where_all_is_unsupported(profile: str) -> None:
    """A profile that has operations only is not there where the product has no function for any of them."""
    driver = Console(Unsupported("404"))
    found, _ = await surveyed(refusing(), profile, driver=driver)
    assert found == {profile: reason(profile)}
    assert len(driver.asked) == len(OPERATIONS[profile])


@pytest.mark.parametrize("reaction", [None, Refused("409"), DriverError("500")])
async def test_profile_of_the_operator_is_there_otherwise(reaction: Exception | None) -> None:
    """An order that is taken, refused or fails shows nothing missing, and no other is given."""
    driver = Console(reaction)
    found, _ = await surveyed(refusing(), "Reservation", driver=driver)
    assert (found, driver.asked) == ({}, ["CancelReservation"])


async def test_operation_that_the_driver_lacks_is_not_asked_for() -> None:
    """Where the driver performs no operation of a profile, nothing is learned of it."""
    driver = Console(Unsupported("404"), v16.Reset)
    found, _ = await surveyed(refusing(), "Reservation", driver=driver)
    assert (found, driver.asked) == ({}, [])


@pytest.mark.parametrize("action", [action for each in MESSAGES.values() for action in each])
def test_messages_are_valid(action: str) -> None:
    """What the survey asks with is what a proper station sends."""
    payload = next(each[action]() for each in MESSAGES.values() if action in each)
    assert schemas("1.6").violations(action, Kind.REQUEST, payload) == ()
