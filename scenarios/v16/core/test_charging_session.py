"""A transaction from the plug to the plug: OCPP 1.6 sections 3.6, 4.1, 4.8 to 4.10."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, tag_status, transaction_id

AUTHORIZE = "OCPP 1.6 4.1"
START = "OCPP 1.6 4.8"
STATUS = "OCPP 1.6 6.48"
STOP = "OCPP 1.6 6.50"


async def _shown(station: ChargePoint, check: Checks, status: str, error_code: str = "NoError") -> None:
    """Report the status of connector 1, which is answered with an empty payload."""
    check.equal((await station.status(1, status, error_code)).payload, {}, clause=STATUS)


@scenario(
    "v16.core.charging-session.plug-in-first",
    spec=[AUTHORIZE, START, "OCPP 1.6 4.9"],
    octt=["TC_003_CSMS"],
    requirements=["CORE-4.1-a", "CORE-4.8-a"],
    mutants=["tag-valid-refused", "start-accepts-none"],
)
async def test_plug_in_before_identification(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A driver who plugs in first and then presents a valid idTag can charge."""
    await station.ready()
    tag = await tags.accepted()

    await _shown(station, check, "Preparing")
    check.equal(tag_status(await station.authorize(tag)), "Accepted", clause=AUTHORIZE)
    start = await station.start_transaction(tag)
    check.equal(tag_status(start), "Accepted", clause=START)
    await _shown(station, check, "Charging")
    await station.stop_transaction(transaction_id(start))


@scenario(
    "v16.core.charging-session.identification-first",
    spec=[AUTHORIZE, START, "OCPP 1.6 4.9"],
    octt=["TC_004_1_CSMS"],
    requirements=["CORE-4.1-a", "CORE-4.8-a", "CORE-4.10-a"],
    mutants=["tag-valid-refused", "start-accepts-none", "stop-with-cost"],
    smoke=True,
)
async def test_identification_before_plug_in(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A driver who presents a valid idTag first and then plugs in can charge, and stop."""
    await station.ready()
    tag = await tags.accepted()

    check.equal(tag_status(await station.authorize(tag)), "Accepted", clause=AUTHORIZE)
    await _shown(station, check, "Preparing")
    start = await station.start_transaction(tag)
    check.equal(tag_status(start), "Accepted", clause=START)
    await _shown(station, check, "Charging")

    stop = await station.stop_transaction(transaction_id(start), idTag=tag)
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=STOP)


@scenario(
    "v16.core.charging-session.never-plugged-in",
    spec=[AUTHORIZE, "OCPP 1.6 4.9"],
    octt=["TC_004_2_CSMS"],
    mutants=["tag-valid-refused", "status-return-refused"],
)
async def test_nobody_plugs_in(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A driver who is authorized but does not plug in leaves the connector available again."""
    await station.ready()

    check.equal(tag_status(await station.authorize(await tags.accepted())), "Accepted", clause=AUTHORIZE)
    await _shown(station, check, "Preparing")
    await _shown(station, check, "Available")


@scenario(
    "v16.core.charging-session.unplugged-at-the-car",
    spec=["OCPP 1.6 4.10", "OCPP 1.6 4.9"],
    octt=["TC_005_1_CSMS"],
    requirements=["CORE-4.10-a"],
    mutants=["status-suspended-refused", "stop-with-cost"],
)
async def test_cable_is_pulled_at_the_car(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A cable that is pulled at the car suspends and then ends the transaction."""
    transaction = await station.charging(await tags.accepted())

    await _shown(station, check, "SuspendedEV")
    stop = await station.stop_transaction(transaction.id, reason="EVDisconnected")
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=STOP)
    await _shown(station, check, "Finishing")
    await _shown(station, check, "Available")


@scenario(
    "v16.core.charging-session.cached-tag",
    spec=[START, "OCPP 1.6 3.5.1"],
    octt=["TC_007_CSMS"],
    requirements=["CORE-4.8-a"],
    mutants=["start-needs-authorize", "start-accepts-none"],
)
async def test_cached_tag_starts(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start with an idTag that the station had in its cache, without Authorize before, is accepted."""
    await station.ready()

    await _shown(station, check, "Preparing")
    start = await station.start_transaction(await tags.accepted())
    check.equal(tag_status(start), "Accepted", clause=START)
    await _shown(station, check, "Charging")
    await station.stop_transaction(transaction_id(start))


@scenario(
    "v16.core.charging-session.lock-failure",
    spec=[AUTHORIZE, "OCPP 1.6 4.9", "OCPP 1.6 7.6"],
    octt=["TC_024_CSMS"],
    mutants=["tag-valid-refused", "status-fault-refused"],
)
async def test_connector_does_not_lock(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A connector that does not lock is reported as faulted after the driver was authorized."""
    await station.ready()

    check.equal(tag_status(await station.authorize(await tags.accepted())), "Accepted", clause=AUTHORIZE)
    await _shown(station, check, "Preparing")
    await _shown(station, check, "Faulted", "ConnectorLockFailure")
