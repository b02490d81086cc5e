"""Tests of how a charging station answers a CSMS."""

from __future__ import annotations

from typing import Any

import pytest

from harness.corpus import minimal
from harness.ocppj import Call, CallError
from harness.schemas import Kind, schemas
from harness.trace import Trace
from simulators.v201 import ChargingStation
from simulators.v201.device_model import PASSWORD
from tests.simulators.v201.conftest import Facing, asking, obliging, sent

SCHEMAS = schemas("2.0.1")


def variable(component: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a component and a variable as requests name them."""
    return {"component": {"name": component}, "variable": {"name": name}, **more}


@pytest.mark.parametrize("action", sorted(SCHEMAS.actions))
async def test_default_answer_to_every_action_is_valid(facing: Facing, action: str) -> None:
    """Whatever a CSMS asks, the station answers by the schemas or says that it does not support that."""
    station = await facing(obliging())
    await station.connect()
    outcome = await station.respond(Call("1", action, minimal(SCHEMAS.schema(action, Kind.REQUEST))))
    if isinstance(outcome, CallError):
        assert outcome.code == "NotSupported"
    else:
        assert SCHEMAS.violations(action, Kind.RESPONSE, outcome) == ()


async def test_unknown_action_is_not_implemented(lonely: ChargingStation) -> None:
    """An action that OCPP 2.0.1 does not know is refused as such."""
    outcome = await lonely.respond(Call("1", "Explode"))
    assert isinstance(outcome, CallError)
    assert outcome.code == "NotImplemented"


async def ask(station: ChargingStation, action: str, **payload: Any) -> dict[str, Any]:
    """Return the CALLRESULT of a station to a CALL."""
    outcome = await station.respond(Call("1", action, payload))
    assert isinstance(outcome, dict)
    return outcome


async def test_variables_are_written_and_read(lonely: ChargingStation) -> None:
    """What SetVariables writes is what GetVariables reads."""
    one = variable("OCPPCommCtrlr", "OfflineThreshold")
    written = await ask(lonely, "SetVariables", setVariableData=[{**one, "attributeValue": "123"}])
    assert written == {"setVariableResult": [{**one, "attributeStatus": "Accepted"}]}
    read = await ask(lonely, "GetVariables", getVariableData=[one])
    assert read == {"getVariableResult": [{**one, "attributeStatus": "Accepted", "attributeValue": "123"}]}


async def test_new_password_is_used_from_then_on(lonely: ChargingStation) -> None:
    """The password that a CSMS sets is that of the next connection; one that is refused changes nothing."""
    one = variable(PASSWORD.component, PASSWORD.variable)
    await ask(lonely, "SetVariables", setVariableData=[{**one, "attributeValue": "short"}])
    assert lonely.password is None
    await ask(lonely, "SetVariables", setVariableData=[{**one, "attributeValue": "0123456789abcdef"}])
    assert lonely.password == b"0123456789abcdef"


@pytest.mark.parametrize(
    ("action", "payload", "status", "reports"),
    [
        ("GetBaseReport", {"reportBase": "FullInventory"}, "Accepted", 4),
        ("GetBaseReport", {"reportBase": "SummaryInventory"}, "Accepted", 1),
        ("GetReport", {"componentVariable": [{"component": {"name": "ClockCtrlr"}}]}, "Accepted", 1),
        ("GetReport", {"componentCriteria": ["Problem"]}, "EmptyResultSet", 0),
    ],
)
async def test_report_follows_its_acceptance(
    facing: Facing, trace: Trace, action: str, payload: dict[str, Any], status: str, reports: int
) -> None:
    """A report is accepted first, then sent whole under the id of its request."""
    answers: list[Any] = []
    station = await facing(asking(action, {"requestId": 5, **payload}, answers, reports))
    await station.connect()
    await station.wait_closed()
    assert answers == [[3, "asked", {"status": status}]]
    assert [call.payload["requestId"] for call in sent(trace)] == [5] * reports
    assert [call.payload["tbc"] for call in sent(trace)] == [True] * (reports - 1) + [False] * (reports > 0)


@pytest.mark.parametrize(
    ("asked", "status", "triggered"),
    [
        ({"requestedMessage": "BootNotification"}, "Accepted", ["BootNotification"]),
        ({"requestedMessage": "Heartbeat"}, "Accepted", ["Heartbeat"]),
        ({"requestedMessage": "MeterValues", "evse": {"id": 1}}, "Accepted", ["MeterValues"]),
        ({"requestedMessage": "MeterValues"}, "Accepted", ["MeterValues"] * 2),
        ({"requestedMessage": "StatusNotification", "evse": {"id": 2}}, "Accepted", ["StatusNotification"]),
        ({"requestedMessage": "LogStatusNotification"}, "Accepted", ["LogStatusNotification"]),
        ({"requestedMessage": "TransactionEvent"}, "Rejected", []),
        ({"requestedMessage": "SignV2GCertificate"}, "NotImplemented", []),
        ({"requestedMessage": "Heartbeat", "evse": {"id": 9}}, "Rejected", []),
    ],
)
async def test_trigger_brings_the_message(
    facing: Facing, trace: Trace, asked: dict[str, Any], status: str, triggered: list[str]
) -> None:
    """A TriggerMessage is answered first, then what it asks for is sent, one after the other, and is valid."""
    answers: list[Any] = []
    station = await facing(asking("TriggerMessage", asked, answers, len(triggered)))
    await station.connect()
    await station.wait_closed()
    assert answers == [[3, "asked", {"status": status}]]
    assert [call.action for call in sent(trace)] == triggered
    for call in sent(trace):
        assert SCHEMAS.violations(call.action, Kind.REQUEST, call.payload) == ()


async def test_ongoing_transaction_is_told_of_when_triggered(facing: Facing, trace: Trace) -> None:
    """An event of an ongoing transaction can be triggered (F06)."""
    station = await facing(obliging())
    await station.charging("A")
    assert await ask(station, "TriggerMessage", requestedMessage="TransactionEvent") == {"status": "Accepted"}
    await station.probe()
    assert [call.payload["triggerReason"] for call in sent(trace) if call.action == "TransactionEvent"][-1] == "Trigger"


@pytest.mark.parametrize(
    ("asked", "status", "reported"),
    [
        ({"evse": {"id": 1}, "operationalStatus": "Inoperative"}, "Accepted", [(1, "Unavailable")]),
        ({"evse": {"id": 2, "connectorId": 1}, "operationalStatus": "Operative"}, "Accepted", [(2, "Available")]),
        ({"operationalStatus": "Inoperative"}, "Accepted", [(1, "Unavailable"), (2, "Unavailable")]),
        ({"evse": {"id": 1, "connectorId": 2}, "operationalStatus": "Operative"}, "Rejected", []),
    ],
)
async def test_availability_is_changed_and_reported(
    facing: Facing, trace: Trace, asked: dict[str, Any], status: str, reported: list[tuple[int, str]]
) -> None:
    """A change of availability is answered, and the new statuses reported."""
    answers: list[Any] = []
    station = await facing(asking("ChangeAvailability", asked, answers, len(reported)))
    await station.connect()
    await station.wait_closed()
    assert answers == [[3, "asked", {"status": status}]]
    assert [(call.payload["evseId"], call.payload["connectorStatus"]) for call in sent(trace)] == reported


async def test_evse_in_use_waits_and_stays_locked(facing: Facing) -> None:
    """During a transaction availability is only scheduled, the connector stays locked, and the status is told."""
    station = await facing(obliging())
    transaction = await station.charging("A")
    assert await ask(station, "ChangeAvailability", operationalStatus="Inoperative") == {"status": "Scheduled"}
    locked = await ask(station, "UnlockConnector", evseId=1, connectorId=1)
    assert locked == {"status": "OngoingAuthorizedTransaction"}
    assert await ask(station, "UnlockConnector", evseId=2, connectorId=1) == {"status": "Unlocked"}
    assert await ask(station, "UnlockConnector", evseId=3, connectorId=1) == {"status": "UnknownConnector"}
    asked = await ask(station, "GetTransactionStatus", transactionId=transaction.id)
    assert asked == {"messagesInQueue": False, "ongoingIndicator": True}
    assert await ask(station, "GetTransactionStatus") == {"messagesInQueue": False}


async def test_network_profile_is_kept(lonely: ChargingStation) -> None:
    """A network connection profile is taken into its slot."""
    assert await ask(lonely, "SetNetworkProfile", configurationSlot=2, connectionData={"a": 1}) == {
        "status": "Accepted"
    }
    assert lonely.network_profiles == {2: {"a": 1}}


def test_station_knows_whose_it_is(lonely: ChargingStation) -> None:
    """Organisation and security profile can be asked for."""
    lonely.belong("ACME", 2)
    model = lonely.device_model
    assert model.get(variable("SecurityCtrlr", "OrganizationName"))["attributeValue"] == "ACME"
    assert model.get(variable("SecurityCtrlr", "SecurityProfile"))["attributeValue"] == "2"
