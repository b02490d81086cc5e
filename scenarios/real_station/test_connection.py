"""How a whole charge point connects, and comes back: OCPP-J 1.6 sections 3, 5.3 and 6.2, OCPP 1.6 section 3.7."""

from datetime import datetime

from harness.csms import Restart, SecureHosting, TransactionReader
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration, GetConfiguration, RemoteStopTransaction
from harness.scenario import PROXY
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.real_station.charging import caught_up, ended_with, in_service, running
from scenarios.real_station.pair import on_both
from scenarios.stage.devices import Device, Devices
from scenarios.stage.population import Tags
from simulators.network.network import Network

BASIC = "OCPP-J 1.6 6.2.2"
BOOT = "OCPP 1.6 4.2"
OFFLINE = "OCPP 1.6 3.7"
BACK = 60.0
"""Seconds in which a charge point is back that has lost its connection; MicroOCPP waits 40 for a lost answer."""


@on_both("security.basic-auth", spec=[BASIC], profile="basic-auth", needs=[SecureHosting], mutants=["basic-refused"])
async def test_password_lets_it_in(device: Device, check: Checks) -> None:
    """A charge point that gives its password is let in (security profile 1)."""
    await device.switch_on()
    await device.dialogue.let_in(clause=BASIC)

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)


@on_both("security.tls", spec=["OCPP-J 1.6 6.2.1"], needs=[SecureHosting], mutants=["basic-refused"])
async def test_password_over_tls_lets_it_in(devices: Devices, check: Checks) -> None:
    """A charge point that gives its password over TLS is let in (security profile 2)."""
    device = await devices.secure(2)

    await device.switch_on()
    await device.dialogue.let_in(clause=BASIC)

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)


@on_both(
    "security.password-changed",
    spec=[BASIC],
    profile="basic-auth",
    needs=[SecureHosting, ChangeConfiguration],
    mutants=["password-not-switched"],
)
async def test_password_is_changed(device: Device, csms: Csms, check: Checks) -> None:
    """A charge point that was given a new password comes back with it."""
    await in_service(device)
    order = ChangeConfiguration(station=device.id, key="AuthorizationKey")
    await csms.perform(order)
    changed = await device.dialogue.ordered("ChangeConfiguration", key="AuthorizationKey")
    if changed.answer.get("status") not in ("Accepted", "RebootRequired"):
        raise Inconclusive(f"{device.id} does not take a new password: {changed.answer}")

    await device.restart()
    await device.dialogue.let_in(within=BACK, clause=BASIC)

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)


@on_both(
    "network.transaction-over-an-outage",
    spec=["OCPP 1.6 3.7", "OCPP 1.6 4.10"],
    needs=[GetConfiguration, TransactionReader],
    mutants=["stop-closes-none"],
)
async def test_transaction_ends_during_an_outage(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """The end of a transaction that came while the network was away is told afterwards, and is in the records."""
    await in_service(device)
    await device.plug()
    transaction = await running(device, await tags.accepted(), check)
    await caught_up(device, csms)

    await device.lose_network()
    await device.unplug()
    await device.regain_network()

    stop = await device.dialogue.told("StopTransaction", within=BACK, reason="EVDisconnected")
    view = await csms.transaction(device.id, transaction)
    check.equal(view.meter_stop, stop.payload["meterStop"], clause="OCPP 1.6 4.10")


@on_both(
    "network.charged-offline",
    spec=["OCPP 1.6 3.4", OFFLINE],
    profile="offline-capable",
    needs=[GetConfiguration, TransactionReader],
    mutants=["start-accepts-none", "transactions-dated-by-arrival"],
)
async def test_transaction_begins_during_an_outage(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that began while the network was away is told afterwards, and is on record as of its beginning."""
    await in_service(device)
    tag = await tags.accepted()
    await caught_up(device, csms)

    await device.lose_network()
    await device.plug()
    await device.present(tag)
    await device.regain_network()

    start = await device.dialogue.told("StartTransaction", within=BACK, idTag=tag)
    check.equal(start.answer["idTagInfo"]["status"], "Accepted", clause="OCPP 1.6 4.8")
    view = await csms.transaction(device.id, start.answer["transactionId"])
    if view.started is not None:
        told = datetime.fromisoformat(start.payload["timestamp"])
        check.equal(view.started, told, clause=OFFLINE, level=SHOULD)


@on_both(
    "network.cut",
    spec=["OCPP-J 1.6 5.3"],
    needs=[PROXY, GetConfiguration, RemoteStopTransaction],
    mutants=["reconnect-keeps-the-old-connection"],
)
async def test_it_is_reached_after_a_cut(
    device: Device, network: Network, csms: Csms, tags: Tags, check: Checks
) -> None:
    """A charge point whose connection the network cuts is back by itself, and the operator reaches it."""
    await in_service(device)
    await device.plug()
    transaction = await running(device, await tags.accepted(), check)
    await caught_up(device, csms)

    device.dialogue.anew()
    await network.cut()
    await device.dialogue.let_in(within=BACK, clause="OCPP-J 1.6 5.3")
    await csms.perform(RemoteStopTransaction(station=device.id, transaction_id=transaction))

    order = await device.dialogue.ordered("RemoteStopTransaction")
    check.equal(order.payload, {"transactionId": transaction}, clause="OCPP 1.6 5.12")
    await ended_with(device, "Remote", check, within=BACK)


@on_both(
    "network.central-system-killed",
    spec=["OCPP 1.6 3.7", "OCPP 1.6 4.10"],
    needs=[Restart, GetConfiguration, TransactionReader],
    mutants=["stop-closes-none"],
)
async def test_transaction_outlives_the_central_system(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction during which the central system is killed ends properly once it is there again."""
    await in_service(device)
    await device.plug()
    tag = await tags.accepted()
    transaction = await running(device, tag, check)
    await caught_up(device, csms)

    device.dialogue.anew()
    await csms.ask(Restart).kill()
    await csms.ask(Restart).restart()
    await device.dialogue.let_in(within=BACK, clause="OCPP-J 1.6 5.3")
    await device.present(tag)

    await device.dialogue.told("StopTransaction", within=BACK, transactionId=transaction)
    view = await csms.transaction(device.id, transaction)
    check.that(view.meter_stop is not None, "a transaction that has ended", observed=str(view), clause="OCPP 1.6 4.10")
