"""Transactions of a whole charge point: OCPP 1.6 sections 3.6, 4.1, 4.7 to 4.10."""

from harness.csms import TransactionReader
from harness.csms.console import Csms
from harness.csms.v16 import RemoteStartTransaction, RemoteStopTransaction
from harness.verdict import Checks
from scenarios.real_station.charging import ended_with, in_service, running
from scenarios.real_station.pair import on_both
from scenarios.stage.devices import Device, Devices
from scenarios.stage.population import Tags

AUTHORIZE = "OCPP 1.6 4.1"
START = "OCPP 1.6 4.8"
STOP = "OCPP 1.6 4.10"


@on_both("transaction.plug-first", spec=[AUTHORIZE, START, STOP], mutants=["tag-valid-refused", "start-accepts-none"])
async def test_plug_first(device: Device, tags: Tags, check: Checks) -> None:
    """A driver who plugs in, presents a valid card, and presents it again, has charged."""
    await in_service(device)
    tag = await tags.accepted()

    await device.plug()
    await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")
    await running(device, tag, check)
    await device.present(tag)

    await ended_with(device, "Local", check)


@on_both("transaction.card-first", spec=[AUTHORIZE, START, STOP], mutants=["tag-valid-refused", "start-accepts-none"])
async def test_card_first(device: Device, tags: Tags, check: Checks) -> None:
    """A driver who presents a valid card and then plugs in has charged."""
    await in_service(device)
    tag = await tags.accepted()

    await device.present(tag)
    authorized = await device.dialogue.told("Authorize", idTag=tag)
    check.equal(authorized.answer["idTagInfo"]["status"], "Accepted", clause=AUTHORIZE)
    await device.plug()
    start = await device.dialogue.told("StartTransaction", idTag=tag)

    check.equal(start.answer["idTagInfo"]["status"], "Accepted", clause=START)


@on_both("transaction.unplugged", spec=[STOP], mutants=["stop-without-tag-fails"])
async def test_unplugging_ends_a_transaction(device: Device, tags: Tags, check: Checks) -> None:
    """A car that is unplugged while it charges ends the transaction, and the connector is available again."""
    await in_service(device)
    await device.plug()
    await running(device, await tags.accepted(), check)

    await device.unplug()

    await ended_with(device, "EVDisconnected", check)
    free = await device.dialogue.told("StatusNotification", connectorId=1, status="Available")
    check.equal(free.answer, {}, clause="OCPP 1.6 6.48")


@on_both("transaction.blocked-card", spec=[AUTHORIZE], mutants=["tag-blocked-accepted"])
async def test_blocked_card_does_not_charge(device: Device, tags: Tags, check: Checks) -> None:
    """A driver with a blocked card is not let charge."""
    await in_service(device)
    tag = await tags.blocked()
    await device.plug()

    await device.present(tag)

    refused = await device.dialogue.told("Authorize", idTag=tag)
    check.that(
        refused.answer["idTagInfo"]["status"] != "Accepted", "a refusal", observed=str(refused.answer), clause=AUTHORIZE
    )


@on_both("transaction.suspended", spec=["OCPP 1.6 4.9"], mutants=["status-suspended-refused"])
async def test_car_that_pauses_is_shown(device: Device, tags: Tags, check: Checks) -> None:
    """A car that stops charging for a while stays in its transaction, and its status is taken."""
    await in_service(device)
    await device.plug()
    await running(device, await tags.accepted(), check)

    await device.suspend()

    paused = await device.dialogue.told("StatusNotification", connectorId=1, status="SuspendedEV")
    check.equal(paused.answer, {}, clause="OCPP 1.6 6.48")


@on_both("transaction.two-connectors", spec=[START], mutants=["transaction-id-constant"])
async def test_both_connectors_charge(device: Device, tags: Tags, check: Checks) -> None:
    """Two cars charge at the same charge point, each in a transaction of its own."""
    await in_service(device)
    transactions = []
    for connector in (1, 2):
        await device.plug(connector)
        transactions.append(await running(device, await tags.accepted(), check, connector))

    check.that(len(set(transactions)) == 2, "two transactions", observed=str(transactions), clause=START)


@on_both(
    "transaction.recorded",
    spec=[START, STOP],
    needs=[TransactionReader],
    mutants=["stop-reason-lost"],
)
async def test_transaction_is_recorded(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """What was charged is in the central system's records as the charge point has told it."""
    await in_service(device)
    await device.plug()
    transaction = await running(device, await tags.accepted(), check)
    await device.unplug()
    stop = await ended_with(device, "EVDisconnected", check)

    view = await csms.transaction(device.id, transaction)

    check.equal(view.meter_stop, stop.payload["meterStop"], clause=STOP)
    check.equal(view.reason, "EVDisconnected", clause=STOP)


@on_both(
    "remote-start.started", spec=["OCPP 1.6 5.11"], needs=[RemoteStartTransaction], mutants=["remote-start-tag-mangled"]
)
async def test_remote_start(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that the operator starts runs with the idTag that he gave."""
    await in_service(device)
    tag = await tags.accepted()
    await device.plug()
    await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")

    await csms.perform(RemoteStartTransaction(station=device.id, id_tag=tag, connector_id=1))

    order = await device.dialogue.ordered("RemoteStartTransaction")
    check.equal(order.payload.get("idTag"), tag, clause="OCPP 1.6 5.11")
    start = await device.dialogue.told("StartTransaction")
    check.equal(start.answer["idTagInfo"]["status"], "Accepted", clause=START)


@on_both(
    "remote-start.nobody-plugs-in",
    spec=["OCPP 1.6 5.11", "OCPP 1.6 4.9"],
    profile="short-intervals",
    needs=[RemoteStartTransaction],
    mutants=["status-return-refused"],
)
async def test_nobody_plugs_in(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A connector that an operator had prepared is free again when nobody plugs in, and its status is taken."""
    await in_service(device)
    tag = await tags.accepted()
    device.dialogue.anew()

    await csms.perform(RemoteStartTransaction(station=device.id, id_tag=tag, connector_id=1))

    await device.dialogue.ordered("RemoteStartTransaction")
    for status in ("Preparing", "Available"):
        told = await device.dialogue.told("StatusNotification", connectorId=1, status=status)
        check.equal(told.answer, {}, clause="OCPP 1.6 6.48")


@on_both(
    "remote-stop.stopped",
    spec=["OCPP 1.6 5.12"],
    needs=[RemoteStopTransaction],
    mutants=["remote-stop-latest-transaction"],
)
async def test_remote_stop(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """Of two transactions, the operator stops the one that he means."""
    await in_service(device)
    await device.plug()
    transaction = await running(device, await tags.accepted(), check)
    await device.plug(2)
    await running(device, await tags.accepted(), check, 2)

    await csms.perform(RemoteStopTransaction(station=device.id, transaction_id=transaction))

    order = await device.dialogue.ordered("RemoteStopTransaction")
    check.equal(order.payload, {"transactionId": transaction}, clause="OCPP 1.6 5.12")
    await ended_with(device, "Remote", check)


@on_both("transaction.twenty-at-once", spec=[START], mutants=["transaction-id-from-clock"])
async def test_twenty_at_once(devices: Devices, tags: Tags, check: Checks) -> None:
    """Twenty charge points charge at once, each in a transaction of its own."""
    several = [await devices.new() for _ in range(20)]
    for device in several:
        await device.switch_on()
    transactions = []
    for device in several:
        await device.dialogue.told("StatusNotification", connectorId=2)
        await device.plug()
        transactions.append(await running(device, await tags.accepted(), check))

    check.that(len(set(transactions)) == 20, "twenty transactions", observed=str(sorted(transactions)), clause=START)
