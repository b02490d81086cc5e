"""RequestStartTransaction: OCPP 2.0.1 F01, F02."""

from harness.csms import TransactionReader
from harness.csms.console import Csms
from harness.csms.v201 import RequestStartTransaction
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from scenarios.v201.ordered import ordered
from simulators.inbox import IncomingCall
from simulators.v201 import ChargingStation, Transaction, id_token, token_status

REQUEST = "OCPP 2.0.1 F01.FR.25"


async def _started(station: ChargingStation, csms: Csms, check: Checks, tag: str) -> IncomingCall:
    """Have a transaction started on EVSE 1, and check what reaches the station."""
    order = RequestStartTransaction(station=station.id, id_token=id_token(tag), evse_id=1)
    return await ordered(station, csms, order, check, clause=REQUEST, chosen=["remoteStartId"])


async def _charged(transaction: Transaction, start: IncomingCall, check: Checks) -> None:
    """Begin the transaction that a remote start asks for, with the car plugged in, and charge."""
    info = {"remoteStartId": start.payload["remoteStartId"], "chargingState": "EVConnected"}
    answer = await transaction.started("RemoteStart", info=info, idToken=start.payload["idToken"])
    check.equal(token_status(answer), "Accepted", clause="OCPP 2.0.1 C01.FR.02")
    await transaction.charging_state("Charging")


@scenario(
    "v201.remote-control.start.plugged-in-first",
    spec=["OCPP 2.0.1 F01.FR.25"],
    octt=["TC_F_01_CSMS"],
    needs=[RequestStartTransaction],
    mutants=["remote-start-evse-lost", "remote-start-event-refused"],
    smoke=True,
)
async def test_remote_start_after_plugging_in(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """With the cable plugged in, a remote start names token and EVSE, and the transaction goes on with it."""
    tag = await tags.accepted()
    await station.ready()
    transaction = station.transaction()
    await transaction.started("CablePluggedIn", info={"chargingState": "EVConnected"})

    start = await _started(station, csms, check, tag)
    await start.answer(status="Accepted", transactionId=transaction.id)
    info = {"remoteStartId": start.payload["remoteStartId"]}
    answer = await transaction.updated("RemoteStart", info=info, idToken=id_token(tag))
    check.equal(token_status(answer), "Accepted", clause="OCPP 2.0.1 C01.FR.02")
    await transaction.charging_state("Charging")


@scenario(
    "v201.remote-control.start.authorized-first",
    spec=["OCPP 2.0.1 F02.FR.01", "OCPP 2.0.1 F01.FR.01"],
    octt=["TC_F_02_CSMS"],
    needs=[RequestStartTransaction],
    mutants=["remote-start-evse-lost", "remote-start-token-mangled"],
)
async def test_remote_start_is_authorized(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that authorizes remote starts asks for the token it was given, and may then charge."""
    tag = await tags.accepted()
    await station.ready()

    start = await _started(station, csms, check, tag)
    await start.answer(status="Accepted")
    given = start.payload["idToken"]
    answer = await station.authorize(given["idToken"], given["type"])
    check.equal(token_status(answer), "Accepted", clause="OCPP 2.0.1 F01.FR.01")
    transaction = station.transaction(given["idToken"], type=given["type"])
    await _charged(transaction, start, check)


@scenario(
    "v201.remote-control.start.not-authorized",
    spec=["OCPP 2.0.1 F02.FR.01", "OCPP 2.0.1 F01.FR.02"],
    octt=["TC_F_03_CSMS"],
    needs=[RequestStartTransaction],
    mutants=["remote-start-evse-lost", "remote-start-event-refused"],
)
async def test_remote_start_without_authorization(
    station: ChargingStation, csms: Csms, tags: Tags, check: Checks
) -> None:
    """A station that does not authorize remote starts begins at once, and its events are taken."""
    tag = await tags.accepted()
    await station.ready()

    start = await _started(station, csms, check, tag)
    await start.answer(status="Accepted")
    transaction = station.transaction(tag)
    await _charged(transaction, start, check)


@scenario(
    "v201.remote-control.start.never-plugged-in",
    spec=["OCPP 2.0.1 E03.FR.04", "OCPP 2.0.1 E03.FR.05"],
    octt=["TC_F_04_CSMS"],
    needs=[RequestStartTransaction],
    mutants=["connect-timeout-refused"],
)
async def test_remote_start_without_a_car(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start after which nobody plugs in ends by time-out, and both events are taken."""
    tag = await tags.accepted()
    await station.ready()

    start = await _started(station, csms, check, tag)
    await start.answer(status="Accepted")
    transaction = station.transaction(tag)
    info = {"remoteStartId": start.payload["remoteStartId"]}
    await transaction.started("RemoteStart", info=info, idToken=start.payload["idToken"])
    ended = await transaction.ended("EVConnectTimeout", "Timeout")
    check.that(True, "the end of the transaction confirmed", clause="OCPP 2.0.1 E03.FR.05", at=ended.entry.index)


@scenario(
    "v201.remote-control.start.shown",
    spec=["OCPP 2.0.1 F01.FR.25"],
    needs=[RequestStartTransaction, TransactionReader],
    mutants=["remote-start-id-forgotten"],
)
async def test_remote_start_is_shown_with_its_id(
    station: ChargingStation, csms: Csms, tags: Tags, check: Checks
) -> None:
    """A transaction that a remote start began is shown with the id of that request."""
    tag = await tags.accepted()
    await station.ready()

    start = await _started(station, csms, check, tag)
    await start.answer(status="Accepted")
    transaction = station.transaction(tag)
    info = {"remoteStartId": start.payload["remoteStartId"]}
    await transaction.started("RemoteStart", info=info, idToken=start.payload["idToken"])
    views = await csms.ask(TransactionReader).transactions(station.id)
    shown = [view.remote_start_id for view in views if view.id == transaction.id]
    check.equal(shown, [start.payload["remoteStartId"]], clause=REQUEST, level=SHOULD)
