"""Charging profiles for one transaction: OCPP 1.6 sections 3.13.1, 5.16 and 5.16.3."""

from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHALL, SHOULD, Checks, Level
from scenarios.stage.orders import delivered, passed_on
from scenarios.stage.population import Tags
from scenarios.v16.smart_charging.profiles import (
    Received,
    compare,
    moment,
    profile,
    schedule,
    setting,
)
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint, Transaction

CLAUSE = "OCPP 1.6 5.16.3"
REQUEST = "OCPP 1.6 6.43"
PURPOSES = "OCPP 1.6 3.13.1"


def _fits(check: Checks, call: IncomingCall, *running: Transaction, level: Level = SHALL) -> None:
    """Check that a TxProfile is for a connector and the transaction that is running on it."""
    received = Received.of(call.payload)
    sent = (received.connector, received.profile.get("transactionId"))
    fits = received.profile.get("chargingProfilePurpose") != "TxProfile" or sent in [
        (one.connector, one.id) for one in running
    ]
    expected = "a running transaction and its connector in a TxProfile"
    check.that(fits, expected, observed=sent, clause=PURPOSES, level=level)


@scenario(
    "v16.smart-charging.tx-profile.absolute",
    spec=["OCPP 1.6 5.16", CLAUSE, REQUEST],
    octt=["TC_057_CSMS"],
    requirements=["SC-5.16-b", "SC-7.8-a", "SC-7.8-b"],
    needs=[SetChargingProfile],
    mutants=[
        "profile-connector-shifted",
        "profile-purpose-default",
        "profile-transaction-lost",
        "profile-transaction-mistaken",
        "profile-start-lost",
        "profile-validity-lost",
        "profile-recurrency-invented",
    ],
)
async def test_absolute_transaction_profile(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A profile for a running transaction is set on its connector, with its id and with fixed times."""
    transaction = await station.charging(await tags.accepted())

    plan = schedule((0, 6.0), duration=3600, startSchedule=moment())
    times = {"validFrom": moment(), "validTo": moment(1)}
    entered = profile("TxProfile", plan=plan, transactionId=transaction.id, **times)
    received = Received.of((await delivered(station, csms, setting(station, 1, entered))).payload)
    check.equal(received.connector, 1, clause=REQUEST)
    compare(check, received, entered)
    await station.heartbeat()


@scenario(
    "v16.smart-charging.tx-profile.relative",
    spec=["OCPP 1.6 5.16", CLAUSE, "OCPP 1.6 7.9"],
    octt=["TC_057_CSMS"],
    requirements=["SC-5.16-b", "SC-7.8-a", "SC-7.8-b"],
    needs=[SetChargingProfile],
    mutants=[
        "profile-connector-shifted",
        "profile-transaction-lost",
        "profile-transaction-mistaken",
        "profile-start-invented",
        "profile-recurrency-invented",
    ],
)
async def test_relative_transaction_profile(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A relative profile for a running transaction is set with its id, and has no start of its own."""
    transaction = await station.charging(await tags.accepted(), 2)

    entered = profile("TxProfile", "Relative", transactionId=transaction.id)
    received = Received.of((await delivered(station, csms, setting(station, 2, entered))).payload)
    check.equal(received.connector, 2, clause=REQUEST)
    compare(check, received, entered)
    check.equal(received.schedule.get("startSchedule"), None, clause="OCPP 1.6 7.9")


@scenario(
    "v16.smart-charging.tx-profile.own-transaction",
    spec=["OCPP 1.6 5.16", CLAUSE],
    requirements=["SC-5.16-b"],
    needs=[SetChargingProfile],
    mutants=["profile-input-unchecked", "profile-transaction-latest"],
)
async def test_profile_names_the_transaction_of_its_connector(
    station: ChargePoint, csms: Csms, tags: Tags, check: Checks
) -> None:
    """A profile for a transaction is never sent for another connector than that of the transaction it names."""
    first = await station.charging(await tags.accepted(), 1)
    second = await station.charging(await tags.second(), 2)

    named: tuple[tuple[int, Payload], ...] = (
        (1, {}),
        (2, {}),
        (1, {"transactionId": second.id}),
        (2, {"transactionId": first.id}),
        (1, {"transactionId": first.id}),
    )
    *orders, control = [setting(station, one, profile("TxProfile", "Relative", **given)) for one, given in named]
    for call in await passed_on(station, csms, *orders, control=control):
        _fits(check, call, first, second)


@scenario(
    "v16.smart-charging.tx-profile.no-transaction",
    spec=["OCPP 1.6 5.16", CLAUSE, PURPOSES],
    requirements=["SC-5.16-b"],
    needs=[SetChargingProfile],
    mutants=["profile-without-transaction"],
)
async def test_no_transaction_no_profile(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """No profile for a transaction is sent where none is running; the station has to refuse it, so this remarks."""
    tag = await tags.accepted()
    await station.ready()

    first, second = (setting(station, connector, profile("TxProfile", "Relative")) for connector in station.connectors)
    control = setting(station, 1, profile())
    for call in await passed_on(station, csms, first, second, control=control):
        _fits(check, call, level=SHOULD)
    transaction = await station.charging(tag)
    await station.stop_transaction(transaction.id)
    for call in await passed_on(station, csms, first, control=control):
        _fits(check, call, level=SHOULD)


@scenario(
    "v16.smart-charging.tx-profile.whole-station",
    spec=["OCPP 1.6 5.16", PURPOSES],
    requirements=["SC-5.16-b"],
    needs=[SetChargingProfile],
    mutants=["profile-input-unchecked"],
)
async def test_no_transaction_profile_for_the_station(
    station: ChargePoint, csms: Csms, tags: Tags, check: Checks
) -> None:
    """A profile for a transaction is never sent for connector 0."""
    transaction = await station.charging(await tags.accepted())

    entered = profile("TxProfile", "Relative", transactionId=transaction.id)
    order, control = (setting(station, connector, entered) for connector in (0, transaction.connector))
    for call in await passed_on(station, csms, order, control=control):
        _fits(check, call, transaction)
