"""Tests of a charge point that speaks OCPP 1.6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import Call, CallError
from harness.schemas import Kind, schemas
from harness.trace import Direction, Trace
from harness.verdict import Inconclusive, Nonconformity
from harness.versions import V16
from simulators.connection import Endpoint
from simulators.v16 import (
    ChargePoint,
    meter_value,
    sampled,
    tag_info,
    tag_status,
    transaction_id,
)
from simulators.v16.configuration import AUTHORIZATION_KEY, Configuration
from simulators.v16.messages import core_calls
from tests.simulators.central import Script, answer, oblige, receive, say_nothing, send
from tests.simulators.conftest import Facing

SCHEMAS = schemas("1.6")


def sent(trace: Trace) -> list[Call]:
    """Return the CALLs of the station."""
    return [one.frame for one in trace if one.direction is Direction.SENT and isinstance(one.frame, Call)]


def granting(**members: dict[str, Any]) -> Script:
    """Return a central system that answers some actions with other members than a correct one."""

    async def grant(socket: ServerConnection) -> None:
        while True:
            message = await receive(socket)
            await answer(socket, message, **members.get(message[2], {}))

    return grant


@pytest.fixture
def lonely() -> ChargePoint:
    """A charge point that is not connected."""
    return ChargePoint("CP1", Endpoint("ws://127.0.0.1:1"), Trace())


# Answers of its own


def payload_of(action: str) -> dict[str, Any]:
    """Return a valid payload of an action, the required members only."""
    schema = SCHEMAS.schema(action, Kind.REQUEST)
    payload: dict[str, Any] = _example(schema, schema.get("definitions", {}))
    return payload


def _example(schema: Any, definitions: Any) -> Any:
    if "$ref" in schema:
        return _example(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            required = schema.get("required", ())
            return {name: _example(schema["properties"][name], definitions) for name in required}
        case "array":
            return [_example(schema["items"], definitions)] * schema.get("minItems", 1)
        case "integer" | "number":
            return 1
        case "boolean":
            return True
    return {"date-time": "2030-01-01T00:00:00Z", "uri": "ftp://host/"}.get(schema.get("format"), "x")


@pytest.mark.parametrize("action", sorted(SCHEMAS.actions))
async def test_default_answer_to_every_action_is_valid(lonely: ChargePoint, action: str) -> None:
    """Whatever a central system asks, the charge point answers by the schemas or refuses with a code of the table."""
    payload = payload_of(action)
    assert SCHEMAS.violations(action, Kind.REQUEST, payload) == ()
    outcome = await lonely.respond(Call("1", action, payload))
    if isinstance(outcome, CallError):
        assert outcome.code == "NotSupported"
        assert outcome.code in V16.error_codes
    else:
        assert SCHEMAS.violations(action, Kind.RESPONSE, outcome) == ()
    await lonely.leave()


async def test_unknown_action_is_not_implemented(lonely: ChargePoint) -> None:
    """An action that OCPP 1.6 does not know is refused as such."""
    outcome = await lonely.respond(Call("1", "Explode"))
    assert isinstance(outcome, CallError)
    assert outcome.code == "NotImplemented"


def test_configuration_tells_known_and_unknown_keys() -> None:
    """GetConfiguration returns what is known, and names what is not."""
    configuration = Configuration()
    found = configuration.get(["HeartbeatInterval", "NumberOfConnectors", "Colour"])
    assert found == {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
            {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
        ],
        "unknownKey": ["Colour"],
    }
    everything = [entry["key"] for entry in configuration.get([])["configurationKey"]]
    assert everything == sorted({**configuration.read_only, **configuration.writable, AUTHORIZATION_KEY: ""})
    assert len(everything) < int(configuration.read_only["GetConfigurationMaxKeys"])


def test_configuration_changes_what_is_writable() -> None:
    """ChangeConfiguration sets writable keys only."""
    configuration = Configuration()
    assert configuration.change("HeartbeatInterval", "5") == "Accepted"
    assert configuration.writable["HeartbeatInterval"] == "5"
    assert configuration.change("NumberOfConnectors", "9") == "Rejected"
    assert configuration.change("Colour", "red") == "NotSupported"
    assert configuration.change("SecurityProfile", "0") == "Accepted"
    assert configuration.change("SecurityProfile", "2") == "Rejected"


def test_configuration_never_tells_the_password() -> None:
    """The key of the password is known and writable, but has no value to read (security white paper A01.FR.08)."""
    configuration = Configuration()
    configuration.change(AUTHORIZATION_KEY, "ab" * 16)
    found = configuration.get([AUTHORIZATION_KEY])
    assert found == {"configurationKey": [{"key": AUTHORIZATION_KEY, "readonly": False}], "unknownKey": []}


@pytest.mark.parametrize(
    ("value", "status", "password"),
    [("ab" * 20, "Accepted", b"\xab" * 20), ("ab" * 15, "Rejected", b"old"), ("a word", "Rejected", b"old")],
)
def test_station_takes_a_new_password(lonely: ChargePoint, value: str, status: str, password: bytes) -> None:
    """A password of 16 to 20 bytes in hexadecimal is used from then on; any other changes nothing."""
    lonely.password = b"old"
    assert lonely.change_configuration({"key": AUTHORIZATION_KEY, "value": value}) == {"status": status}
    assert lonely.password == password


async def test_configuration_is_asked_and_changed_over_the_wire(lonely: ChargePoint) -> None:
    """The two configuration CALLs use the keys of this charge point."""
    change = Call("1", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "5"})
    assert await lonely.respond(change) == {"status": "Accepted"}
    found = await lonely.respond(Call("2", "GetConfiguration", {"key": ["HeartbeatInterval"]}))
    assert isinstance(found, dict)
    assert found["configurationKey"][0]["value"] == "5"


@pytest.mark.parametrize(
    ("asked", "status", "triggered"),
    [
        ({"requestedMessage": "BootNotification"}, "Accepted", ["BootNotification"]),
        ({"requestedMessage": "Heartbeat"}, "Accepted", ["Heartbeat"]),
        ({"requestedMessage": "MeterValues", "connectorId": 1}, "Accepted", ["MeterValues"]),
        ({"requestedMessage": "StatusNotification"}, "Accepted", ["StatusNotification"] * 3),
        ({"requestedMessage": "StatusNotification", "connectorId": 2}, "Accepted", ["StatusNotification"]),
        ({"requestedMessage": "FirmwareStatusNotification"}, "Accepted", ["FirmwareStatusNotification"]),
        ({"requestedMessage": "DiagnosticsStatusNotification"}, "Accepted", ["DiagnosticsStatusNotification"]),
        ({"requestedMessage": "Heartbeat", "connectorId": 3}, "Rejected", []),
    ],
)
async def test_trigger_brings_the_message(
    facing: Facing, trace: Trace, asked: dict[str, Any], status: str, triggered: list[str]
) -> None:
    """A TriggerMessage is answered first, then what it asks for is sent, and is valid."""
    answers: list[list[Any]] = []

    async def trigger(socket: ServerConnection) -> None:
        await send(socket, [2, "t", "TriggerMessage", asked])
        answers.append(await receive(socket))
        for _ in triggered:
            message = await receive(socket)
            await answer(socket, message)

    station = await facing(trigger)
    await station.connect()
    await station.wait_closed()
    assert answers == [[3, "t", {"status": status}]]
    assert [call.action for call in sent(trace)] == triggered
    for call in sent(trace):
        assert SCHEMAS.violations(call.action, Kind.REQUEST, call.payload) == ()


@pytest.mark.parametrize(
    ("wanted", "triggered"),
    [
        ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
        ("LogStatusNotification", "LogStatusNotification"),
    ],
)
async def test_extended_trigger_brings_the_message_of_the_security_extension(
    facing: Facing, wanted: str, triggered: str
) -> None:
    """What ExtendedTriggerMessage asks for is sent as the security white paper names it."""
    messages: list[list[Any]] = []

    async def trigger(socket: ServerConnection) -> None:
        await send(socket, [2, "t", "ExtendedTriggerMessage", {"requestedMessage": wanted}])
        messages.append(await receive(socket))
        messages.append(await receive(socket))
        await answer(socket, messages[-1])

    station = await facing(trigger)
    await station.connect()
    await station.wait_closed()
    assert messages[0] == [3, "t", {"status": "Accepted"}]
    assert messages[1][2:] == [triggered, {"status": "Idle"}]


def test_unknown_message_cannot_be_triggered(lonely: ChargePoint) -> None:
    """What the charge point cannot send is not implemented."""
    assert lonely.trigger({"requestedMessage": "Poem"}) == {"status": "NotImplemented"}


@pytest.mark.parametrize(
    ("asked", "status", "reported"),
    [
        ({"connectorId": 1, "type": "Inoperative"}, "Accepted", [(1, "Unavailable")]),
        ({"connectorId": 0, "type": "Operative"}, "Accepted", [(0, "Available")]),
        ({"connectorId": 3, "type": "Operative"}, "Rejected", []),
    ],
)
async def test_availability_is_changed_and_reported(
    facing: Facing, trace: Trace, asked: dict[str, Any], status: str, reported: list[tuple[int, str]]
) -> None:
    """A change of availability is answered, and the new status reported."""
    answers: list[list[Any]] = []

    async def change(socket: ServerConnection) -> None:
        await send(socket, [2, "c", "ChangeAvailability", asked])
        answers.append(await receive(socket))
        for _ in reported:
            await answer(socket, await receive(socket))

    station = await facing(change)
    await station.connect()
    await station.wait_closed()
    assert answers == [[3, "c", {"status": status}]]
    assert [(call.payload["connectorId"], call.payload["status"]) for call in sent(trace)] == reported


# Verbs


@pytest.mark.parametrize(
    "verb",
    [
        ChargePoint.boot,
        ChargePoint.heartbeat,
        lambda station: station.status(1, "Faulted", "GroundFailure", info="wet"),
        lambda station: station.status(1, "Available", timestamp=None),
        lambda station: station.authorize("A"),
        lambda station: station.start_transaction("A", reservationId=5),
        lambda station: station.stop_transaction(7, idTag="A", reason="Remote"),
        lambda station: station.meter_values(),
        lambda station: station.meter_values(meter_value(sampled("1.5", unit="kWh")), transaction=7),
        lambda station: station.data_transfer("org.plugfest", data="x"),
        lambda station: station.diagnostics_status("Uploading"),
        lambda station: station.firmware_status("Downloaded"),
        lambda station: station.charging("A"),
    ],
)
async def test_verb_sends_valid_calls(facing: Facing, trace: Trace, verb: Callable[[ChargePoint], Any]) -> None:
    """Every verb of the charge point sends what the schemas allow, and gets what is owed."""
    station = await facing(oblige)
    await station.connect()
    await verb(station)
    for call in sent(trace):
        assert SCHEMAS.violations(call.action, Kind.REQUEST, call.payload) == ()
    assert not any(entry.problems for entry in trace)


async def test_boot_connects_and_reports_every_connector(facing: Facing, trace: Trace) -> None:
    """A charge point that is accepted reports itself and both connectors."""
    station = await facing(oblige)
    assert (await station.boot(chargePointSerialNumber="1")).member("status") == "Accepted"
    boot, *statuses = sent(trace)
    assert boot.payload["chargePointSerialNumber"] == "1"
    assert [call.payload["connectorId"] for call in statuses] == [0, 1, 2]


async def test_boot_that_is_not_accepted_is_an_answer_and_no_precondition(facing: Facing, trace: Trace) -> None:
    """A pending charge point stays silent after its boot; as a precondition, that is inconclusive."""
    station = await facing(granting(BootNotification={"status": "Pending"}))
    assert (await station.boot()).member("status") == "Pending"
    assert [call.action for call in sent(trace)] == ["BootNotification"]
    with pytest.raises(Inconclusive, match="CP1 was not accepted"):
        await station.ready()


async def test_reboot_loses_the_connection_and_comes_back_without_booting(facing: Facing, trace: Trace) -> None:
    """After a reboot the charge point is connected, and has yet to boot."""
    station = await facing(oblige)
    await station.ready()
    calls = len(sent(trace))
    await station.reboot()
    assert station.connected
    assert len(sent(trace)) == calls


async def test_charging_connects_authorizes_and_starts(facing: Facing, trace: Trace) -> None:
    """A charge point that is to charge does all that comes before."""
    station = await facing(oblige)
    transaction = await station.charging("A", 2, meterStart=500)
    assert (transaction.id, transaction.id_tag, transaction.connector, transaction.meter_start) == (7, "A", 2, 500)
    assert [call.action for call in sent(trace)][4:] == [
        "Authorize",
        "StatusNotification",
        "StartTransaction",
        "StatusNotification",
    ]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"Authorize": {"idTagInfo": {"status": "Blocked"}}}, "A was not authorized"),
        ({"Authorize": {"idTagInfo": 5}}, "A was not authorized"),
        ({"StartTransaction": {"idTagInfo": {"status": "Invalid"}}}, "a transaction of A was not accepted"),
        ({"StartTransaction": {"transactionId": "seven"}}, "no transactionId in CALLRESULT"),
    ],
)
async def test_charging_that_is_not_granted_is_inconclusive(facing: Facing, wrong: dict[str, Any], reason: str) -> None:
    """A precondition that the central system does not grant is not what the scenario asks."""
    station = await facing(granting(**wrong))
    with pytest.raises(Inconclusive, match=reason):
        await station.charging("A")


async def test_meter_never_runs_backwards(facing: Facing, trace: Trace) -> None:
    """Every reading is higher than the one before."""
    station = await facing(oblige)
    transaction = await station.charging("A")
    await station.stop_transaction(transaction.id)
    readings = [call.payload[key] for call in sent(trace) for key in ("meterStart", "meterStop") if key in call.payload]
    assert readings[0] < readings[1]


async def test_what_an_answer_says_of_tag_and_transaction(facing: Facing) -> None:
    """The idTagInfo is read where there is one; the transactionId is owed."""
    station = await facing(granting(StartTransaction={"transactionId": True, "idTagInfo": 5}))
    await station.connect()
    authorized = await station.authorize("A")
    assert (tag_info(authorized), tag_status(authorized)) == ({"status": "Accepted"}, "Accepted")
    started = await station.start_transaction("A")
    assert (tag_info(started), tag_status(started)) == ({}, None)
    with pytest.raises(Nonconformity, match="an integer transactionId") as raised:
        transaction_id(started)
    assert raised.value.check.evidence == started.entry.index


async def test_transaction_id_is_returned(facing: Facing) -> None:
    """A transactionId that is an integer is what it is."""
    station = await facing(oblige)
    await station.connect()
    assert transaction_id(await station.start_transaction("A")) == 7


def test_core_calls_are_valid() -> None:
    """One CALL of each kind that the Core profile knows, each by its schema."""
    calls = core_calls("A")
    assert len({action for action, _ in calls}) == 8
    for action, payload in calls:
        assert SCHEMAS.violations(action, Kind.REQUEST, payload) == ()


async def test_local_list_is_taken(facing: Facing) -> None:
    """A local list is accepted and its version kept; a differential one has to be newer."""
    station = await facing(say_nothing)
    for version, update_type, status in (
        (3, "Full", "Accepted"),
        (3, "Differential", "VersionMismatch"),
        (4, "Differential", "Accepted"),
    ):
        answer = await station.respond(Call("l", "SendLocalList", {"listVersion": version, "updateType": update_type}))
        assert answer == {"status": status}
    assert station.list_version == 4
