"""Tests of what a charging station sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.schemas import Kind, schemas
from harness.trace import Trace
from harness.verdict import Inconclusive
from simulators.v201 import ChargingStation, component, event_data, evse, meter_value, sampled, variable
from simulators.v201.device_model import Key
from simulators.v201.messages import core_calls
from tests.simulators.v201.conftest import Facing, obliging, sent

SCHEMAS = schemas("2.0.1")


@pytest.mark.parametrize(
    "verb",
    [
        ChargingStation.boot,
        lambda station: station.boot(reason="RemoteReset"),
        ChargingStation.heartbeat,
        lambda station: station.status(2, 1, "Faulted"),
        lambda station: station.authorize("A"),
        lambda station: station.authorize("A", "eMAID"),
        lambda station: station.meter_values(),
        lambda station: station.meter_values(meter_value(sampled(1.5, context="Trigger")), evse=2),
        lambda station: station.notify_event(
            event_data(component("Connector", evse=evse(1, 1)), variable("AvailabilityState"), "Faulted")
        ),
        lambda station: station.report(1, []),
        lambda station: station.report(1, station.device_model.base_report("FullInventory")),
        lambda station: station.data_transfer("org.plugfest", data={"a": 1}),
        lambda station: station.security_event("StartupOfTheDevice", techInfo="x"),
        lambda station: station.charging("A"),
        lambda station: station.transaction("A").started(),
        lambda station: station.transaction("A").authorized(),
        lambda station: station.transaction().ended(meterValue=[station.reading(context="Transaction.End")]),
    ],
)
async def test_verb_sends_valid_calls(facing: Facing, trace: Trace, verb: Callable[[ChargingStation], Any]) -> None:
    """Every verb of the charging station sends what the schemas allow, and gets what is owed."""
    station = await facing(obliging())
    await station.connect()
    await verb(station)
    assert sent(trace)
    for call in sent(trace):
        assert SCHEMAS.violations(call.action, Kind.REQUEST, call.payload) == ()
    assert not any(entry.problems for entry in trace)


def test_core_calls_are_valid_and_begin_with_the_boot() -> None:
    """Each of the CALLs that every CSMS serves is valid, and the transaction among them ends."""
    calls = core_calls("A")
    assert calls[0][0] == "BootNotification"
    for action, payload in calls:
        assert SCHEMAS.violations(action, Kind.REQUEST, payload) == ()
    events = [payload for action, payload in calls if action == "TransactionEvent"]
    assert [one["eventType"] for one in events] == ["Started", "Ended"]
    assert len({one["transactionInfo"]["transactionId"] for one in events}) == 1


async def test_boot_connects_and_reports_every_connector(facing: Facing, trace: Trace) -> None:
    """A charging station that is accepted reports itself with its reason, and the connectors of both EVSEs."""
    station = await facing(obliging())
    assert (await station.boot(reason="Watchdog")).member("status") == "Accepted"
    boot, *statuses = sent(trace)
    assert boot.payload["reason"] == "Watchdog"
    assert [(call.payload["evseId"], call.payload["connectorId"]) for call in statuses] == [(1, 1), (2, 1)]


async def test_status_enters_the_device_model(facing: Facing) -> None:
    """What a status notification tells is what the device model has."""
    station = await facing(obliging())
    await station.connect()
    await station.status(2, 1, "Occupied")
    for key in (Key("EVSE", "AvailabilityState", evse=2), Key("Connector", "AvailabilityState", evse=2, connector=1)):
        assert station.device_model.variables[key].value == "Occupied"


async def test_report_comes_in_parts(facing: Facing, trace: Trace) -> None:
    """A long report is sent in several numbered parts, of which all but the last announce another one."""
    station = await facing(obliging())
    await station.connect()
    data = station.device_model.base_report("FullInventory")[:5]
    answers = await station.report(7, data, per_message=2)
    parts = [call.payload for call in sent(trace)]
    assert len(answers) == len(parts)
    assert [(one["requestId"], one["seqNo"], one["tbc"]) for one in parts] == [
        (7, 0, True),
        (7, 1, True),
        (7, 2, False),
    ]
    assert [entry for one in parts for entry in one["reportData"]] == data


async def test_charging_connects_authorizes_and_starts(facing: Facing, trace: Trace) -> None:
    """A charging station that is to charge does all that comes before, and numbers the events."""
    station = await facing(obliging())
    transaction = await station.charging("A", evse=2)
    assert (transaction.evse, transaction.ongoing) == (2, True)
    assert [call.action for call in sent(trace)][3:] == [
        "Authorize",
        "StatusNotification",
        "TransactionEvent",
        "TransactionEvent",
    ]
    events = [call.payload for call in sent(trace)[-2:]]
    assert [one["seqNo"] for one in events] == [0, 1]
    assert {one["transactionInfo"]["transactionId"] for one in events} == {transaction.id}
    assert station.ongoing() == station.ongoing(2) == [transaction]
    await transaction.ended()
    assert station.ongoing() == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"Authorize": {"idTokenInfo": {"status": "Blocked"}}}, "A was not authorized"),
        ({"Authorize": {"idTokenInfo": 5}}, "A was not authorized"),
        ({"TransactionEvent": {"idTokenInfo": {"status": "Invalid"}}}, "a transaction of A was not accepted"),
    ],
)
async def test_charging_that_is_not_granted_is_inconclusive(facing: Facing, wrong: dict[str, Any], reason: str) -> None:
    """A precondition that the CSMS does not grant is not what the scenario asks."""
    station = await facing(obliging(**wrong))
    with pytest.raises(Inconclusive, match=reason):
        await station.charging("A")


async def test_new_token_is_that_of_the_transaction(facing: Facing, trace: Trace) -> None:
    """A token that is presented during a transaction is from then on its own."""
    station = await facing(obliging())
    await station.connect()
    transaction = station.transaction()
    token = {"idToken": "B", "type": "Central"}
    await transaction.started()
    await transaction.authorized(token)
    assert transaction.id_token == token
    assert sent(trace)[-1].payload["idToken"] == token
