"""Block F: starting, stopping, unlocking and triggering from afar."""

from __future__ import annotations

import pytest

from server.core.operator import Conflict, Impossible
from server.core.validation import Payload
from tests.server.v201.desk import AT, TOKEN, Desk

ACCEPTED = {"status": "Accepted"}


async def test_remote_start_has_an_id(desk: Desk) -> None:
    """A remote start has an id of its own, or the one that the operator gives it (F01.FR.05)."""
    chosen = [(await desk.ask("RequestStartTransaction", {"idToken": TOKEN}, ACCEPTED))[0] for _ in range(2)]
    assert {tuple(sorted(one)) for one in chosen} == {("idToken", "remoteStartId")}
    assert len({one["remoteStartId"] for one in chosen}) == 2
    order = {"idToken": TOKEN, "remoteStartId": 5, "evseId": 1}
    sent, outcome = await desk.ask("RequestStartTransaction", order, {**ACCEPTED, "transactionId": "TX"})
    assert (sent, outcome.payload) == (order, {**ACCEPTED, "transactionId": "TX"})
    assert "evseId" in await desk.refused("RequestStartTransaction", {"idToken": TOKEN, "evseId": 0}, Impossible)


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("RequestStopTransaction", {"transactionId": "TX-1"}),
        ("UnlockConnector", {"evseId": 1, "connectorId": 1}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
        ("TriggerMessage", {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}),
        ("TriggerMessage", {"requestedMessage": "TransactionEvent", "evse": {"id": 1}}),
    ],
)
async def test_orders_reach_the_station(desk: Desk, action: str, order: Payload) -> None:
    """An order is passed on as it was given."""
    sent, outcome = await desk.ask(action, order, {"status": "UnlockFailed" if action[0] == "U" else "Rejected"})
    assert (sent, outcome.state) == (order, "answered")


async def test_trigger_that_cannot_be(desk: Desk) -> None:
    """An accepted station is not asked to boot, and a message of a connector names it (F06.FR.12, F06.FR.17)."""
    assert "accepted" in await desk.refused("TriggerMessage", {"requestedMessage": "BootNotification"}, Conflict)
    for order in (
        {"requestedMessage": "StatusNotification"},
        {"requestedMessage": "StatusNotification", "evse": {"id": 1}},
        {"requestedMessage": "Heartbeat", "evse": {"id": 1}},
        {"requestedMessage": "MeterValues", "evse": {"id": 0}},
    ):
        await desk.refused("TriggerMessage", order, Impossible)


async def test_pending_station_sends_what_it_was_asked_for(desk: Desk) -> None:
    """A message that was triggered is taken once from a station that is not accepted, others as often as they come."""
    await desk.operator.set_registration("CS-1", "Pending")
    await desk.boot()
    assert "pending" in await desk.refused("RequestStartTransaction", {"idToken": TOKEN}, Conflict)
    await desk.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Rejected"})
    assert await desk.error("Heartbeat") == "SecurityError"
    await desk.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}, ACCEPTED)
    assert "currentTime" in await desk.tell("Heartbeat")
    assert await desk.error("Heartbeat") == "SecurityError"
    await desk.ask("TriggerMessage", {"requestedMessage": "TransactionEvent"}, ACCEPTED)
    assert [await desk.event("Updated", number) for number in range(2)] == [{}, {}]
    await desk.ask("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}, ACCEPTED)
    assert await desk.error("SignCertificate", {"csr": "x"}) == "NotSupported"
    told = {"timestamp": AT, "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    assert await desk.error("StatusNotification", told) == "SecurityError"
