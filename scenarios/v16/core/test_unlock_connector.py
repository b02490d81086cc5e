"""UnlockConnector: OCPP 1.6 section 5.18."""

from harness.csms.console import Csms
from harness.csms.v16 import UnlockConnector
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.orders import passed_on
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.53"


@scenario(
    "v16.core.unlock-connector.unlocked",
    spec=["OCPP 1.6 5.18", REQUEST],
    octt=["TC_017_1_CSMS"],
    requirements=["CORE-5.18-a", "OP-a"],
    needs=[UnlockConnector],
    mutants=["unlock-connector-zero"],
)
async def test_connector_is_unlocked(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The order to unlock a connector names that connector, on a station with detachable cables."""
    await station.ready()

    for connector in station.connectors:
        await csms.perform(UnlockConnector(station=station.id, connector_id=connector))
        unlock = await station.next_call("UnlockConnector")
        check.equal(unlock.payload, {"connectorId": connector}, clause=REQUEST)
        await unlock.answer(status="Unlocked")
        await station.heartbeat()


@scenario(
    "v16.core.unlock-connector.fixed-cable",
    spec=["OCPP 1.6 5.18", "OCPP 1.6 7.48"],
    octt=["TC_017_2_CSMS"],
    requirements=["CORE-5.18-a"],
    needs=[UnlockConnector],
    mutants=["unlock-connector-zero", "unsuccessful-answer-closes"],
)
async def test_fixed_cable_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station whose cable is fixed, so that it supports no unlocking, is served on."""
    await station.ready()

    await csms.perform(UnlockConnector(station=station.id, connector_id=1))
    unlock = await station.next_call("UnlockConnector")
    check.equal(unlock.payload, {"connectorId": 1}, clause=REQUEST)
    await unlock.answer(status="NotSupported")
    await station.heartbeat()


@scenario(
    "v16.core.unlock-connector.charging",
    spec=["OCPP 1.6 5.18", "OCPP 1.6 4.10"],
    octt=["TC_018_1_CSMS"],
    requirements=["CORE-5.18-a"],
    needs=[UnlockConnector],
    mutants=["unlock-connector-zero", "stop-by-unlock-refused"],
)
async def test_unlocking_ends_a_transaction(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A connector is unlocked under a running transaction, and its end for that reason is taken."""
    transaction = await station.charging(await tags.accepted())

    await csms.perform(UnlockConnector(station=station.id, connector_id=1))
    unlock = await station.next_call("UnlockConnector")
    check.equal(unlock.payload, {"connectorId": 1}, clause=REQUEST)
    await unlock.answer(status="Unlocked")

    await station.status(1, "Finishing")
    await station.stop_transaction(transaction.id, reason="UnlockCommand")
    check.equal((await station.status(1, "Available")).payload, {}, clause="OCPP 1.6 6.48")


@scenario(
    "v16.core.unlock-connector.failed",
    spec=["OCPP 1.6 5.18", "OCPP 1.6 7.48"],
    octt=["TC_030_CSMS"],
    requirements=["CORE-5.18-a"],
    needs=[UnlockConnector],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_failed_unlocking_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station whose lock is stuck is served on, and may be asked again."""
    await station.ready()

    for _ in range(2):
        await csms.perform(UnlockConnector(station=station.id, connector_id=1))
        unlock = await station.next_call("UnlockConnector")
        check.equal(unlock.payload, {"connectorId": 1}, clause=REQUEST)
        await unlock.answer(status="UnlockFailed")
        await station.heartbeat()


@scenario(
    "v16.core.unlock-connector.unknown-connector",
    spec=["OCPP 1.6 5.18", "OCPP 1.6 7.48"],
    octt=["TC_031_CSMS"],
    requirements=["CORE-5.18-a"],
    needs=[UnlockConnector],
    mutants=["unlock-connector-zero", "unsuccessful-answer-closes"],
)
async def test_unknown_connector_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that is asked to unlock a connector it does not have is served on."""
    await station.ready()

    unknown, control = (UnlockConnector(station=station.id, connector_id=connector) for connector in (9, 1))
    for unlock in await passed_on(station, csms, unknown, control=control):
        connector = unlock.payload.get("connectorId")
        above = isinstance(connector, int) and connector > 0
        check.that(above, "a connector above 0", observed=connector, clause=REQUEST)
    await station.heartbeat()
