"""Tests of how a station takes the CALLs of a central system."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.trace import Trace
from harness.verdict import SHOULD, Inconclusive, Nonconformity
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, oblige, receive, say_nothing, send
from tests.simulators.conftest import Facing

ALL_KEYS = [2, "unasked", "GetConfiguration", {}]
ONE_KEY = [2, "ordered", "GetConfiguration", {"key": ["HeartbeatInterval"]}]
RESET = [2, "r", "Reset", {"type": "Hard"}]


class Asking:
    """A central system that makes these CALLs at once, answers all others, and keeps what comes back by id."""

    def __init__(self, *calls: list[Any]) -> None:
        self._calls = calls
        self.answers: dict[str, list[Any]] = {}
        self._news = asyncio.Condition()

    async def __call__(self, socket: ServerConnection) -> None:
        """Play the central system on one connection."""
        await send(socket, *self._calls)
        while True:
            message = await receive(socket)
            if message[0] == 2:
                await answer(socket, message)
                continue
            async with self._news:
                self.answers[message[1]] = message
                self._news.notify_all()

    async def answered(self, unique_id: str) -> list[Any]:
        """Return what the station answered, as soon as it has."""
        async with asyncio.timeout(2), self._news:
            await self._news.wait_for(lambda: unique_id in self.answers)
        return self.answers[unique_id]


async def test_unclaimed_call_is_answered_by_the_station(facing: Facing, trace: Trace) -> None:
    """What a central system asks of its own accord is answered correctly, and no problem."""
    central = Asking(ALL_KEYS)
    station = await facing(central)
    await station.connect()
    kind, _, payload = await central.answered("unasked")
    assert kind == 3
    assert payload["unknownKey"] == []
    assert not any(entry.problems for entry in trace)


async def test_claimed_call_waits_for_the_scenario(facing: Facing) -> None:
    """A CALL whose action is claimed is answered as the scenario says."""
    central = Asking(RESET)
    station = await facing(central)
    station.expect("Reset")
    await station.connect()
    reset = await station.next_call("Reset")
    assert (reset.unique_id, reset.action, reset.payload) == ("r", "Reset", {"type": "Hard"})
    assert central.answers == {}
    await reset.answer({"status": "Rejected"}, status="Accepted")
    assert await central.answered("r") == [3, "r", {"status": "Accepted"}]


async def test_taken_call_is_the_evidence(facing: Facing, trace: Trace) -> None:
    """What a scenario checks after it has taken a CALL over is checked on that CALL."""
    station = await facing(Asking(RESET))
    station.expect("Reset")
    await station.connect()
    reset = await station.next_call("Reset")
    assert trace.evidence() == reset.entry.index


async def test_call_can_be_refused(facing: Facing) -> None:
    """A scenario can answer with a CALLERROR."""
    central = Asking(RESET)
    station = await facing(central)
    station.expect("Reset")
    await station.connect()
    await (await station.next_call("Reset")).refuse("InternalError", "no", {"a": 1})
    assert await central.answered("r") == [4, "r", "InternalError", "no", {"a": 1}]


async def test_call_can_be_left_to_the_station(facing: Facing) -> None:
    """A scenario that has taken a CALL over can still have it answered by default."""
    central = Asking(RESET)
    station = await facing(central)
    station.expect("Reset")
    await station.connect()
    await (await station.next_call("Reset")).answer_by_default()
    assert await central.answered("r") == [3, "r", {"status": "Rejected"}]


@pytest.mark.parametrize("calls", [(ALL_KEYS, ONE_KEY), (ONE_KEY, ALL_KEYS)])
async def test_unasked_call_is_not_taken_for_the_awaited_one(facing: Facing, calls: tuple[list[Any], ...]) -> None:
    """A wait that names members passes over a CALL of the same action without them, which the station answers."""
    central = Asking(*calls)
    station = await facing(central)
    station.expect("GetConfiguration")
    await station.connect()
    ordered = await station.next_call("GetConfiguration", key=["HeartbeatInterval"])
    assert ordered.unique_id == "ordered"
    assert (await central.answered("unasked"))[0] == 3
    await ordered.answer(configurationKey=[])
    assert await central.answered("ordered") == [3, "ordered", {"configurationKey": []}]


async def test_unasked_call_is_answered_while_the_awaited_one_is_still_to_come(facing: Facing) -> None:
    """A central system that makes one CALL at a time gets its answer before it makes the awaited one."""

    async def one_at_a_time(socket: ServerConnection) -> None:
        await send(socket, ALL_KEYS)
        await receive(socket)
        await send(socket, ONE_KEY)
        await socket.wait_closed()

    station = await facing(one_at_a_time, patience=2.0)
    station.expect("GetConfiguration")
    await station.connect()
    ordered = await station.next_call("GetConfiguration", key=["HeartbeatInterval"])
    assert ordered.unique_id == "ordered"


async def test_two_claims_take_two_calls(facing: Facing) -> None:
    """Each claim is for one CALL, and the first wait does not use up the second claim."""
    central = Asking([2, "1", "ClearCache", {}])
    station = await facing(central)
    first, second = station.expect("ClearCache"), station.expect("ClearCache")
    await station.connect()
    assert (await station.next_call("ClearCache")).unique_id == "1"
    assert (first.is_set(), second.is_set()) == (True, False)
    assert station._inbox.claimed("ClearCache")


async def test_claim_that_is_given_up_is_the_latest(facing: Facing) -> None:
    """Who gives a claim up does not take away an earlier one that somebody waits for."""
    station = await facing(Asking([2, "1", "ClearCache", {}]))
    first, second = station.expect("ClearCache"), station.expect("ClearCache")
    station.release("ClearCache")
    await station.connect()
    async with asyncio.timeout(2):
        await first.wait()
    assert not second.is_set()


async def test_each_arrival_tells_a_claim_of_its_own(facing: Facing) -> None:
    """Two CALLs set the events of two claims."""
    station = await facing(Asking([2, "1", "ClearCache", {}], [2, "2", "ClearCache", {}]))
    first, second = station.expect("ClearCache"), station.expect("ClearCache")
    await station.connect()
    async with asyncio.timeout(2):
        await first.wait()
        await second.wait()


async def test_more_calls_than_claims_are_kept(facing: Facing) -> None:
    """Which of several CALLs is the awaited one is not decided on arrival."""
    station = await facing(Asking([2, "1", "ClearCache", {}], [2, "2", "ClearCache", {}]))
    station.expect("ClearCache")
    await station.connect()
    await station.probe()
    assert len(station._inbox.empty()) == 2


async def test_released_claim_has_the_station_answer(facing: Facing) -> None:
    """What was kept for a claim that is given up is answered by the station."""
    central = Asking(RESET)
    station = await facing(central)
    arrived = station.expect("Reset")
    await station.connect()
    await arrived.wait()
    station.release("Reset")
    station.release("Reset")
    assert await central.answered("r") == [3, "r", {"status": "Rejected"}]


async def test_call_written_off_makes_room_for_the_next(facing: Facing, trace: Trace) -> None:
    """A CALL that the scenario leaves unanswered for good is not held against the one after it."""

    async def ask_twice(socket: ServerConnection) -> None:
        await send(socket, RESET)
        await answer(socket, await receive(socket))
        await send(socket, ALL_KEYS)
        await oblige(socket)

    station = await facing(ask_twice)
    station.expect("Reset")
    await station.connect()
    station.write_off(await station.next_call("Reset"))
    await station.heartbeat()
    await station.heartbeat()
    assert not any(entry.problems for entry in trace)


async def test_refusal_of_an_unknown_action_is_sent(facing: Facing) -> None:
    """What the charge point does not know is refused over the wire."""
    central = Asking([2, "x", "Explode", {}])
    station = await facing(central)
    await station.connect()
    assert (await central.answered("x"))[:3] == [4, "x", "NotImplemented"]


async def test_wait_without_a_claim_makes_one(facing: Facing) -> None:
    """A CALL that arrives after the wait began is taken without an earlier claim."""

    async def ask_on_heartbeat(socket: ServerConnection) -> None:
        await answer(socket, await receive(socket))
        await send(socket, RESET)
        await socket.wait_closed()

    station = await facing(ask_on_heartbeat)
    await station.connect()
    waiting = asyncio.create_task(station.next_call("Reset"))
    await station.heartbeat()
    assert (await waiting).payload == {"type": "Hard"}


async def test_call_that_does_not_come_is_a_nonconformity(facing: Facing) -> None:
    """An owed CALL that does not come accuses, as strongly as the scenario says."""
    station = await facing(oblige)
    await station.connect()
    with pytest.raises(Nonconformity) as raised:
        await station.next_call("Reset", patience=0.02, level=SHOULD, type="Hard")
    assert raised.value.check.expected == "a CALL Reset with {'type': 'Hard'}"
    assert raised.value.check.observed == "no such CALL within 0.02 s"
    assert raised.value.check.level is SHOULD
    assert not station._inbox.claimed("Reset")


async def test_close_ends_the_wait_for_a_call(facing: Facing) -> None:
    """A connection that the central system ends is told at once, not when patience ends."""

    async def leave(socket: ServerConnection) -> None:
        await receive(socket)
        await socket.close(1001)

    station = await facing(leave, patience=60.0)
    await station.connect()
    waiting = asyncio.create_task(station.next_call("Reset"))
    await station.probe()
    with pytest.raises(Nonconformity, match="observed close 1001"):
        await waiting


async def test_wait_for_a_call_without_a_connection_is_inconclusive(facing: Facing) -> None:
    """Nothing can be owed to a station that is not there."""
    station = await facing(oblige)
    with pytest.raises(Inconclusive, match="CP1 is not connected"):
        await station.next_call("Reset", patience=0.02)


# CALLs that must not come


async def test_absence_is_stated_after_a_barrier(facing: Facing) -> None:
    """Where no CALL came before the answer to a probe, there is none."""
    station = await facing(oblige)
    await station.connect()
    station.expect("Reset")
    assert await station.calls_until_probe("Reset") == []


async def unclaimed(station: ChargePoint) -> None:
    """Claim nothing."""


async def claimed(station: ChargePoint) -> None:
    """Claim the action."""
    station.expect("Reset")


async def claimed_and_released(station: ChargePoint) -> None:
    """Claim the action and give it up, as the console does when the central system refuses the operator."""
    station.expect("Reset")
    station.release("Reset")


@pytest.mark.parametrize("prepare", [unclaimed, claimed, claimed_and_released])
async def test_forbidden_call_is_found_and_answered(
    facing: Facing, prepare: Callable[[ChargePoint], Awaitable[None]]
) -> None:
    """A CALL that must not come is found whether or not its action is still claimed, and answered all the same."""
    central = Asking(RESET)
    station = await facing(central)
    await prepare(station)
    await station.connect()
    (entry,) = await station.calls_until_probe("Reset")
    assert entry.label() == "CALL Reset"
    assert (await central.answered("r"))[0] == 3


async def test_calls_before_the_claim_and_those_taken_over_do_not_count(facing: Facing) -> None:
    """What came unasked before, and what the scenario has taken over, is not what must not come."""
    central = Asking(ALL_KEYS)
    station = await facing(central)
    await station.connect()
    await central.answered("unasked")
    station.expect("GetConfiguration")
    assert await station.calls_until_probe("GetConfiguration") == []

    central._calls = (ONE_KEY,)
    station.expect("GetConfiguration")
    await station.connect()
    await (await station.next_call("GetConfiguration")).answer_by_default()
    assert await station.calls_until_probe("GetConfiguration") == []


# What the central system does wrong


async def test_repeated_message_id_is_a_problem(facing: Facing, trace: Trace) -> None:
    """A second CALL with the same id is noted, and answered all the same."""

    async def repeat(socket: ServerConnection) -> None:
        await send(socket, RESET)
        await receive(socket)
        await send(socket, RESET)
        await receive(socket)

    station = await facing(repeat)
    await station.connect()
    await station.wait_closed()
    (problem,) = [problem for entry in trace for problem in entry.problems]
    assert problem.expected == "an id not used before on this connection"


async def test_message_id_may_come_again_on_a_new_connection(facing: Facing, trace: Trace) -> None:
    """Ids of the central system are unique per connection only (OCPP-J 1.6 4.1.4)."""
    station = await facing(Asking(RESET))
    for _ in range(2):
        await station.connect()
        await station.probe()
    assert not any(entry.problems for entry in trace)


async def test_call_before_an_answer_is_remarked(facing: Facing, trace: Trace) -> None:
    """A second CALL while the first is unanswered is a remark, no accusation."""
    central = Asking(RESET, ALL_KEYS)
    station = await facing(central)
    station.expect("Reset")
    await station.connect()
    await station.probe()
    (problem,) = [problem for entry in trace for problem in entry.problems]
    assert (problem.level, problem.observed) == (SHOULD, "GetConfiguration before an answer")


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeAvailability", {"connectorId": "one", "type": "Operative"}),
        ("GetConfiguration", {"key": 5}),
        ("TriggerMessage", {}),
    ],
)
async def test_invalid_call_is_refused(facing: Facing, action: str, payload: dict[str, Any]) -> None:
    """A CALL that its schema forbids is refused as a correct station does."""
    central = Asking([2, "x", action, payload])
    station = await facing(central)
    await station.connect()
    assert (await central.answered("x"))[:3] == [4, "x", "FormationViolation"]


async def test_kept_calls_are_answered_when_the_station_leaves(facing: Facing) -> None:
    """A central system that asked something is not left waiting by a scenario that ends early."""
    central = Asking(RESET)
    station = await facing(central)
    arrived = station.expect("Reset")
    await station.connect()
    await arrived.wait()
    await station.leave()
    assert await central.answered("r") == [3, "r", {"status": "Rejected"}]


async def test_received_is_what_came_since_then(facing: Facing) -> None:
    """What the central system sent to this station can be read from any point on."""
    station = await facing(oblige)
    await station.connect()
    first = await station.heartbeat()
    second = await station.heartbeat()
    assert station.received(first.entry.index) == [first.entry, second.entry]
    assert len(station.received()) == 3


async def test_reaction_that_the_central_system_does_not_answer_disturbs_nobody(facing: Facing) -> None:
    """What a station sends of itself and nobody awaits makes no scenario fail."""

    async def trigger(socket: ServerConnection) -> None:
        await send(socket, [2, "t", "TriggerMessage", {"requestedMessage": "Heartbeat"}])
        await say_nothing(socket)

    station = await facing(trigger, patience=0.02)
    await station.connect()
    await station.attempt("Heartbeat", patience=0.1)
    await station.leave()
