"""A whole charging station that speaks OCPP 2.0.1: blocks B, C, E, F and G."""

from harness.csms.console import Csms
from harness.csms.v201 import (
    ChangeAvailability,
    GetBaseReport,
    GetVariables,
    RequestStartTransaction,
    RequestStopTransaction,
    Reset,
    TriggerMessage,
)
from harness.ocppj import Payload
from harness.scenario import Need
from harness.verdict import Checks
from harness.versions import V201
from scenarios.real_station.charging import in_service
from scenarios.real_station.pair import Mark, on_both
from scenarios.stage.devices import Device
from scenarios.stage.population import Tags
from simulators.dialogue import Exchange
from simulators.v201 import id_token

BOOT = "OCPP 2.0.1 B01.FR.02"
STATUS = "OCPP 2.0.1 G01.FR.01"
AUTHORIZE = "OCPP 2.0.1 C01.FR.02"
VERIFIED = "OCPP 2.0.1 E01.FR.12"
BACK = 20.0
"""Seconds in which a charging station that was told to reset is back; MicroOCPP takes 10."""


def both(tail: str, *spec: str, needs: tuple[Need, ...] = (), mutants: tuple[str, ...]) -> Mark:
    """Mark a test function as the scenarios of OCPP 2.0.1."""
    return on_both(tail, spec=spec, version=V201, profile="ocpp-2.0.1", needs=needs, mutants=mutants)


@both("boot.accepted", BOOT, STATUS, mutants=("cold-boot-pending", "connector-status-refused"))
async def test_boot_is_accepted(device: Device, check: Checks) -> None:
    """A charging station that is switched on is accepted, and the status of each of its connectors is taken."""
    await device.switch_on()

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)
    for evse in (1, 2):
        confirmed(await device.dialogue.told("StatusNotification", evseId=evse, connectorId=1), check, STATUS)


@both("boot.again", BOOT, mutants=("boot-only-once",))
async def test_charging_station_boots_again(device: Device, check: Checks) -> None:
    """A charging station that loses its power and gets it back is accepted again."""
    await in_service(device, evseId=2)

    await device.restart()

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)


@both("transaction.plug-first", AUTHORIZE, VERIFIED, mutants=("tag-valid-refused", "event-without-token-info"))
async def test_plug_first(device: Device, tags: Tags, check: Checks) -> None:
    """A driver who plugs in, presents a valid card, and presents it again, has charged."""
    await in_service(device, evseId=2)
    tag = await tags.accepted()

    await device.plug()
    confirmed(await device.dialogue.told("StatusNotification", connectorStatus="Occupied"), check, STATUS)
    start = await running(device, tag, check)
    await device.present(tag)

    ended = await device.dialogue.told("TransactionEvent", eventType="Ended")
    check.equal(transaction_of(ended), transaction_of(start), clause="OCPP 2.0.1 E06")


@both("transaction.card-first", AUTHORIZE, VERIFIED, mutants=("tag-valid-refused", "event-without-token-info"))
async def test_card_first(device: Device, tags: Tags, check: Checks) -> None:
    """A driver who presents a valid card and then plugs in charges."""
    await in_service(device, evseId=2)
    tag = await tags.accepted()

    await device.present(tag)
    authorized = await device.dialogue.told("Authorize", idToken=id_token(tag))
    check.equal(token_status(authorized), "Accepted", clause=AUTHORIZE)
    await device.plug()

    start = await device.dialogue.told("TransactionEvent", eventType="Started")
    check.equal(token_status(start), "Accepted", clause=VERIFIED)


@both("transaction.unplugged", "OCPP 2.0.1 E06", STATUS, mutants=("end-without-token-refused",))
async def test_unplugging_ends_a_transaction(device: Device, tags: Tags, check: Checks) -> None:
    """A car that is unplugged while it charges ends the transaction, and its connector is available again."""
    await in_service(device, evseId=2)
    await device.plug()
    await running(device, await tags.accepted(), check)

    await device.unplug()

    await device.dialogue.told("TransactionEvent", eventType="Ended")
    free = await device.dialogue.told("StatusNotification", evseId=1, connectorStatus="Available")
    confirmed(free, check, STATUS)


@both("transaction.blocked-card", "OCPP 2.0.1 C01.FR.07", mutants=("tag-blocked-accepted",))
async def test_blocked_card_does_not_charge(device: Device, tags: Tags, check: Checks) -> None:
    """A driver with a blocked card is not let charge."""
    await in_service(device, evseId=2)
    tag = await tags.blocked()
    await device.plug()

    await device.present(tag)

    refused = await device.dialogue.told("Authorize", idToken=id_token(tag))
    told = token_status(refused)
    check.that(told != "Accepted", "a refusal", observed=str(told), clause="OCPP 2.0.1 C01.FR.07")


@both("transaction.suspended", "OCPP 2.0.1 E02", mutants=("suspension-refused",))
async def test_car_that_pauses_is_told(device: Device, tags: Tags, check: Checks) -> None:
    """A car that stops charging for a while stays in its transaction, and the event is taken."""
    await in_service(device, evseId=2)
    await device.plug()
    start = await running(device, await tags.accepted(), check)

    await device.suspend()

    paused = await device.dialogue.told("TransactionEvent", eventType="Updated", triggerReason="ChargingStateChanged")
    check.equal(transaction_of(paused), transaction_of(start), clause="OCPP 2.0.1 E02")


@both(
    "remote-start.started",
    "OCPP 2.0.1 F01.FR.25",
    needs=(RequestStartTransaction,),
    mutants=("remote-start-evse-lost", "remote-start-token-mangled", "remote-start-event-refused"),
)
async def test_remote_start(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that the operator starts runs with the token and the number that he gave."""
    await in_service(device, evseId=2)
    token = id_token(await tags.accepted())
    await device.plug(2)

    await csms.perform(RequestStartTransaction(station=device.id, evse_id=2, id_token=token))

    order = await device.dialogue.ordered("RequestStartTransaction")
    check.equal(order.payload.get("idToken"), token, clause="OCPP 2.0.1 F01.FR.25")
    check.equal(order.payload.get("evseId"), 2, clause="OCPP 2.0.1 F01.FR.25")
    start = await device.dialogue.told("TransactionEvent", eventType="Started")
    check.equal(token_status(start), "Accepted", clause=VERIFIED)


@both(
    "remote-stop.stopped",
    "OCPP 2.0.1 F03.FR.01",
    needs=(RequestStopTransaction,),
    mutants=("remote-stop-id-cut", "remote-stop-event-refused"),
)
async def test_remote_stop(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that the operator stops ends, and its end is taken."""
    await in_service(device, evseId=2)
    await device.plug()
    transaction = transaction_of(await running(device, await tags.accepted(), check))

    await csms.perform(RequestStopTransaction(station=device.id, transaction_id=transaction))

    order = await device.dialogue.ordered("RequestStopTransaction")
    check.equal(order.payload.get("transactionId"), transaction, clause="OCPP 2.0.1 F03.FR.01")
    await device.dialogue.told("TransactionEvent", eventType="Ended", triggerReason="RemoteStop")


@both("report.full", "OCPP 2.0.1 B07.FR.04", needs=(GetBaseReport,), mutants=("report-part-refused",))
async def test_full_report(device: Device, csms: Csms, check: Checks) -> None:
    """The operator asks for all variables, and each part of the report is confirmed."""
    await in_service(device, evseId=2)

    await csms.perform(GetBaseReport(station=device.id, report_base="FullInventory"))

    order = await device.dialogue.ordered("GetBaseReport", reportBase="FullInventory")
    check.equal(order.payload.get("reportBase"), "FullInventory", clause="OCPP 2.0.1 B07.FR.01")
    more = True
    while more:
        part = await device.dialogue.told("NotifyReport", requestId=order.payload["requestId"])
        confirmed(part, check, "OCPP 2.0.1 B07.FR.04")
        more = part.payload.get("tbc", False)


@both("variables.asked", "OCPP 2.0.1 B06.FR.01", needs=(GetVariables,), mutants=("variable-mistaken",))
async def test_variable_is_asked_for(device: Device, csms: Csms, check: Checks) -> None:
    """The operator asks for a variable, whether the charging station has it or not."""
    await in_service(device, evseId=2)
    asked = {"component": {"name": "TxCtrlr"}, "variable": {"name": "EVConnectionTimeOut"}}

    await csms.perform(GetVariables(station=device.id, get_variable_data=(asked,)))

    order = await device.dialogue.ordered("GetVariables", getVariableData=[asked])
    (told,) = order.payload["getVariableData"]
    check.equal(told.get("attributeType", "Actual"), "Actual", clause="OCPP 2.0.1 B06.FR.01")


@both(
    "availability.changed",
    "OCPP 2.0.1 G03.FR.01",
    needs=(ChangeAvailability,),
    mutants=("operational-status-swapped", "unavailable-report-refused"),
)
async def test_evse_is_taken_out_of_service(device: Device, csms: Csms, check: Checks) -> None:
    """The operator takes an EVSE out of service, which the charging station reports."""
    await in_service(device, evseId=2)

    await csms.perform(ChangeAvailability(station=device.id, operational_status="Inoperative", evse={"id": 2}))

    order = await device.dialogue.ordered("ChangeAvailability")
    check.equal(order.payload.get("operationalStatus"), "Inoperative", clause="OCPP 2.0.1 G03.FR.01")
    status = await device.dialogue.told("StatusNotification", evseId=2, connectorStatus="Unavailable")
    confirmed(status, check, STATUS)


@both("trigger.heartbeat", "OCPP 2.0.1 F06.FR.01", needs=(TriggerMessage,), mutants=("requested-message-mistaken",))
async def test_heartbeat_is_triggered(device: Device, csms: Csms, check: Checks) -> None:
    """A Heartbeat that the operator asks for is answered with the present time."""
    await in_service(device, evseId=2)

    await csms.perform(TriggerMessage(station=device.id, requested_message="Heartbeat"))

    order = await device.dialogue.ordered("TriggerMessage", requestedMessage="Heartbeat")
    check.equal(order.payload.get("requestedMessage"), "Heartbeat", clause="OCPP 2.0.1 F06.FR.01")
    beat = await device.dialogue.told("Heartbeat")
    check.that("currentTime" in beat.answer, "the time", observed=str(beat.answer), clause="OCPP 2.0.1 G02")


@both("reset.immediate", "OCPP 2.0.1 B12.FR.01", needs=(Reset,), mutants=("reset-kind-swapped",))
async def test_reset(device: Device, csms: Csms, check: Checks) -> None:
    """A charging station that is told to reset at once boots again and is accepted."""
    await in_service(device, evseId=2)

    await csms.perform(Reset(station=device.id, type="Immediate"))

    order = await device.dialogue.ordered("Reset")
    check.equal(order.payload.get("type"), "Immediate", clause="OCPP 2.0.1 B12.FR.01")
    boot = await device.dialogue.told("BootNotification", within=BACK)
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)


async def running(device: Device, tag: str, check: Checks) -> Exchange:
    """Present a card where a car is plugged in, and return how the transaction began."""
    await device.present(tag)
    authorized = await device.dialogue.told("Authorize", idToken=id_token(tag))
    check.equal(token_status(authorized), "Accepted", clause=AUTHORIZE)
    start = await device.dialogue.told("TransactionEvent", eventType="Started")
    check.equal(token_status(start), "Accepted", clause=VERIFIED)
    return start


def transaction_of(event: Exchange) -> str:
    """Return the transaction that an event is about."""
    return str(event.payload["transactionInfo"]["transactionId"])


def token_status(exchange: Exchange) -> object:
    """Return what an answer says of a token, None where it says nothing."""
    info: Payload = exchange.answer.get("idTokenInfo", {})
    return info.get("status")


def confirmed(exchange: Exchange, check: Checks, clause: str) -> None:
    """Check that an answer has no members but customData."""
    check.equal(set(exchange.answer) - {"customData"}, set(), clause=clause)
