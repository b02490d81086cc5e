"""Block B: variables, reports and events of the device model."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from server.core.operator import Conflict
from server.core.validation import Payload
from tests.server.v201.desk import AT, THRESHOLD, Desk

KEY = ("OCPPCommCtrlr", "OfflineThreshold", "Actual")
STATE = {
    "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 2}},
    "variable": {"name": "AvailabilityState"},
}
LOCK = {
    "component": {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1, "connectorId": 1}},
    "variable": {"name": "Problem"},
}


def limit(action: str, value: str) -> Payload:
    """Return what a station reports that takes only so many items in one CALL of an action."""
    variable = {"name": "ItemsPerMessage", "instance": action}
    return {"component": {"name": "DeviceDataCtrlr"}, "variable": variable, "variableAttribute": [{"value": value}]}


async def report(desk: Desk, *data: Payload, **changes: Any) -> None:
    """Send one part of a report."""
    part = {"requestId": 1, "generatedAt": AT, "seqNo": 0, "reportData": list(data), **changes}
    assert await desk.tell("NotifyReport", part) == {}


async def notify(desk: Desk, **event: Any) -> Payload:
    """Send one event."""
    usual = {"eventId": 1, "timestamp": AT, "trigger": "Delta", "eventNotificationType": "HardWiredNotification"}
    return await desk.tell("NotifyEvent", {"generatedAt": AT, "seqNo": 0, "eventData": [{**usual, **event}]})


async def test_values_that_a_station_tells_are_stored(desk: Desk) -> None:
    """A value is stored as it was told, and none that was not (B06.FR.01)."""
    answer = [
        {**THRESHOLD, "attributeStatus": "Accepted", "attributeValue": "60"},
        {**THRESHOLD, "attributeType": "MaxSet", "attributeStatus": "NotSupportedAttributeType"},
    ]
    asked = {"getVariableData": [THRESHOLD, {**THRESHOLD, "attributeType": "MaxSet"}]}
    sent, outcome = await desk.ask("GetVariables", asked, {"getVariableResult": answer})
    assert (sent, outcome.payload) == (asked, {"getVariableResult": answer})
    assert await desk.variables() == {KEY: "60"}


async def test_values_that_a_station_takes_are_stored(desk: Desk) -> None:
    """A value is stored once the station has taken it, whatever the order and the case of its answer (B05.FR.10)."""
    other = {"component": {"name": "ClockCtrlr"}, "variable": {"name": "TimeZone"}}
    lower = {"component": {"name": "ocppcommctrlr"}, "variable": {"name": "offlinethreshold"}}
    asked = [{**THRESHOLD, "attributeValue": "123"}, {**other, "attributeValue": "CET"}]
    results = [{**other, "attributeStatus": "Rejected"}, {**lower, "attributeStatus": "RebootRequired"}]
    await desk.ask("SetVariables", {"setVariableData": asked}, {"setVariableResult": results})
    assert await desk.variables() == {KEY: "123"}


async def test_passwords_are_not_kept(desk: Desk) -> None:
    """The value of a password is not stored with the others, nor shown with the operation."""
    password = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    asked = {"setVariableData": [{**password, "attributeValue": "secret"}]}
    results = {"setVariableResult": [{**password, "attributeStatus": "Accepted"}]}
    sent, _ = await desk.ask("SetVariables", asked, results)
    assert sent == asked
    assert await desk.variables() == {("SecurityCtrlr", "BasicAuthPassword", "Actual"): None}
    assert "secret" not in str(await desk.operator.operations_of("CS-1"))
    with closing(sqlite3.connect(desk.system.settings.database)) as database:
        assert "secret" not in str(database.execute("SELECT CAST(payload AS TEXT) FROM operations").fetchall())


@pytest.mark.parametrize("action", ["GetVariables", "SetVariables"])
async def test_items_are_shared_out(desk: Desk, action: str) -> None:
    """A station that takes two items at once is sent as many CALLs as that needs (B05.FR.11, B06.FR.16)."""
    await report(desk, limit(action, "2"))
    kind = action.removesuffix("Variables").casefold()
    member, results = f"{kind}VariableData", f"{kind}VariableResult"
    value = {} if kind == "get" else {"attributeValue": "1"}
    items = [{"component": {"name": "C"}, "variable": {"name": f"V{number}"}, **value} for number in range(3)]
    receipt = await desk.operator.perform("CS-1", action, {member: items})
    for part in (items[:2], items[2:]):
        answer = [{"attributeStatus": "Rejected", **THRESHOLD} for _ in part]
        assert await desk.take(action, {results: answer}) == {member: part}
    outcome = await desk.operator.outcome(receipt, 5)
    assert outcome is not None
    assert outcome.payload is not None
    assert len(outcome.payload[results]) == 3


async def test_report_is_not_shared_out(desk: Desk) -> None:
    """A report with more items than the station takes at once is not asked for (B08.FR.17)."""
    await report(desk, limit("GetReport", "1"))
    assert "fewer" in await desk.refused("GetReport", {"componentVariable": [THRESHOLD, THRESHOLD]}, Conflict)
    sent, _ = await desk.ask("GetReport", {"componentVariable": [THRESHOLD], "requestId": 4}, {"status": "Accepted"})
    assert sent == {"componentVariable": [THRESHOLD], "requestId": 4}


async def test_report_is_stored_part_by_part(desk: Desk) -> None:
    """Every part of a report is stored, and the last one ends it (B07)."""
    sent, _ = await desk.ask("GetBaseReport", {"reportBase": "ConfigurationInventory"}, {"status": "Accepted"})
    assert sent["requestId"] > 0
    attributes = [{"value": "5", "mutability": "ReadOnly"}, {"type": "MaxSet", "value": "9"}]
    first = {**THRESHOLD, "variableAttribute": attributes}
    await report(desk, first, requestId=sent["requestId"], tbc=True)
    assert await desk.states() == ["running"]
    await report(desk, {**STATE, "variableAttribute": [{"value": "Occupied"}]}, requestId=sent["requestId"], seqNo=1)
    assert await desk.states() == ["done"]
    found = {one["attribute"]: one for one in await desk.operator.variables("CS-1") if one["variable"] == KEY[1]}
    assert {name: (one["value"], one["mutability"]) for name, one in found.items()} == {
        "Actual": ("5", "ReadOnly"),
        "MaxSet": ("9", "ReadWrite"),
    }
    shown = await desk.operator.connector("CS-1", 2, 1)
    assert shown is not None
    assert shown["status"] == "Occupied"


@pytest.mark.parametrize(
    ("answer", "state"),
    [({"status": "EmptyResultSet"}, "done"), ({"status": "NotSupported"}, "failed"), (None, "failed")],
)
async def test_report_that_will_not_come(desk: Desk, answer: Payload | None, state: str) -> None:
    """A report that is empty, or refused, is over at once (B08)."""
    order = {"componentCriteria": ["Problem"]}
    await desk.ask("GetReport", order, answer)
    assert await desk.states() == [state]


async def test_known_mutability_stays_known(desk: Desk) -> None:
    """A value that comes without a mutability does not make that unknown which was reported."""
    await report(desk, {**THRESHOLD, "variableAttribute": [{"value": "5", "mutability": "ReadWrite"}]})
    answer = {"getVariableResult": [{**THRESHOLD, "attributeStatus": "Accepted", "attributeValue": "6"}]}
    await desk.ask("GetVariables", {"getVariableData": [THRESHOLD]}, answer)
    (known,) = await desk.operator.variables("CS-1")
    assert (known["value"], known["mutability"]) == ("6", "ReadWrite")


async def test_problem_is_noticed(desk: Desk) -> None:
    """A problem that a station notifies of is confirmed and on record (G05.FR.03)."""
    assert await notify(desk, **LOCK, actualValue="true", techInfo="jammed") == {}
    assert await desk.variables() == {("ConnectorPlugRetentionLock", "Problem", "Actual"): "true"}
    (event,) = await desk.operator.events("CS-1")
    assert (event["actualValue"], event["techInfo"]) == ("true", "jammed")


async def test_event_shows_the_state_of_a_connector(desk: Desk) -> None:
    """The state of a connector may come as an event as well (G01.FR.01)."""
    assert await notify(desk, **STATE, actualValue="Faulted") == {}
    of_evse = {**STATE, "component": {"name": "Connector", "evse": {"id": 2}}}
    assert await notify(desk, **of_evse, actualValue="Available") == {}
    shown = await desk.operator.connector("CS-1", 2, 1)
    assert shown is not None
    assert shown["status"] == "Faulted"
    assert set(await desk.operator.evses("CS-1")) == {1}


async def test_what_the_store_cannot_hold_is_refused(desk: Desk) -> None:
    """Numbers beyond 64 bits, EVSEs below 0 and instants of no calendar are violations of a property."""
    part = {"requestId": 2**63, "generatedAt": AT, "seqNo": 0}
    assert await desk.error("NotifyReport", part) == "PropertyConstraintViolation"
    below = {"component": {"name": "C", "evse": {"id": -1}}, "variable": {"name": "V"}}
    data = {**part, "requestId": 1, "reportData": [{**below, "variableAttribute": [{}]}]}
    assert await desk.error("NotifyReport", data) == "PropertyConstraintViolation"
