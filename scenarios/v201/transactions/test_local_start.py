"""Transactions that a driver starts at the station: OCPP 2.0.1 E02, E03."""

from harness.scenario import Member, family, scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.answers import accepted
from simulators.v201 import ChargingStation

VERIFIED = "OCPP 2.0.1 E01.FR.12"
AUTHORIZED_FIRST = "OCPP 2.0.1 E03.FR.02"


@scenario(
    "v201.transactions.local-start.cable-first",
    spec=["OCPP 2.0.1 E02.FR.02", VERIFIED],
    octt=["TC_E_03_CSMS"],
    mutants=["start-without-token-refused", "event-without-token-info"],
    smoke=True,
)
async def test_cable_then_token(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """A transaction that starts with the cable is taken, and the token that comes later accepted."""
    tag = await tags.accepted()
    await station.ready()

    await station.status(1, 1, "Occupied")
    transaction = station.transaction(tag)
    await transaction.started("CablePluggedIn", info={"chargingState": "EVConnected"})
    accepted(check, await station.authorize(tag), clause="OCPP 2.0.1 C01.FR.07")
    accepted(check, await transaction.authorized(), clause=VERIFIED)
    await transaction.charging_state("Charging")


@family(
    Member(
        id=f"v201.transactions.local-start.{name}",
        title=f"A transaction that starts with the token is taken, and so is that the car {does}.",
        case=state,
        spec=[AUTHORIZED_FIRST, VERIFIED],
        octt=[octt],
        mutants=mutants,
    )
    for name, does, state, octt, mutants in (
        ("authorized-first", "charges", "Charging", "TC_E_04_CSMS", ["event-without-token-info"]),
        ("ev-not-ready", "is not ready to charge", "SuspendedEV", "TC_E_38_CSMS", ["suspension-refused"]),
    )
)
async def test_token_then_cable(station: ChargingStation, tags: Tags, check: Checks, case: str) -> None:
    """The token comes first, then the cable, then the charging state that the car brings about."""
    tag = await tags.accepted()
    await station.ready()

    accepted(check, await station.authorize(tag), clause="OCPP 2.0.1 C01.FR.07")
    transaction = station.transaction(tag)
    accepted(check, await transaction.started("Authorized", idToken=transaction.id_token), clause=VERIFIED)
    await station.status(1, 1, "Occupied")
    await transaction.updated("CablePluggedIn", info={"chargingState": "EVConnected"})
    answer = await transaction.charging_state(case)
    check.equal(answer.kind, "CALLRESULT", clause="OCPP 2.0.1 E03")


@scenario(
    "v201.transactions.local-start.never-plugged-in",
    spec=["OCPP 2.0.1 E03.FR.04", "OCPP 2.0.1 E03.FR.05", "OCPP 2.0.1 E06.FR.04"],
    octt=["TC_E_39_CSMS"],
    mutants=["connect-timeout-refused", "end-without-token-refused"],
)
async def test_nobody_plugs_in(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """A transaction for which nobody plugs in ends by a time-out, and its end is taken."""
    tag = await tags.accepted()
    await station.ready()

    accepted(check, await station.authorize(tag), clause="OCPP 2.0.1 C01.FR.07")
    transaction = station.transaction(tag)
    accepted(check, await transaction.started("Authorized", idToken=transaction.id_token), clause=VERIFIED)
    answer = await transaction.ended("EVConnectTimeout", "Timeout")
    check.equal(answer.kind, "CALLRESULT", clause="OCPP 2.0.1 E03.FR.05")


@scenario(
    "v201.transactions.local-start.numbered-from-zero-again",
    spec=["OCPP 2.0.1 E01.FR.07", VERIFIED],
    octt=["TC_E_53_CSMS"],
    mutants=["seq-no-of-the-station"],
)
async def test_each_transaction_is_numbered_from_zero(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """The events of two transactions, one after the other, are numbered from 0 each, and are taken alike."""
    tag = await tags.accepted()
    await station.ready()

    for _ in range(2):
        transaction = station.transaction(tag)
        answer = await transaction.started("Authorized", idToken=transaction.id_token)
        accepted(check, answer, clause=VERIFIED)
        await transaction.charging_state("Charging")
        await transaction.ended(idToken=transaction.id_token)
