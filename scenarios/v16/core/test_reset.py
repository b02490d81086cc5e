"""Reset: OCPP 1.6 section 5.14."""

from harness.csms.console import Csms
from harness.csms.v16 import Reset
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v16.service import back_in_service
from simulators.v16 import ChargePoint


@scenario(
    "v16.core.reset.hard",
    spec=["OCPP 1.6 5.14"],
    octt=["TC_013_CSMS"],
    requirements=["CORE-5.14-a", "CORE-5.14-b", "OP-a"],
    needs=[Reset],
    mutants=["reset-type-swapped", "repeated-boot-pending", "status-connector-zero-refused"],
)
async def test_hard_reset_reaches_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A hard reset ordered by the operator arrives as such, and the reboot is accepted and shown."""
    await station.ready()

    await csms.perform(Reset(station=station.id, type="Hard"))
    reset = await station.next_call("Reset")
    check.equal(reset.payload, {"type": "Hard"}, clause="OCPP 1.6 6.39")
    await reset.answer(status="Accepted")

    await station.reboot()
    await back_in_service(station, check)


@scenario(
    "v16.core.reset.soft",
    spec=["OCPP 1.6 5.14"],
    octt=["TC_014_CSMS"],
    requirements=["CORE-5.14-a", "CORE-5.14-b", "OP-a"],
    needs=[Reset],
    mutants=["reset-type-swapped", "repeated-boot-pending", "status-connector-zero-refused"],
)
async def test_soft_reset_reaches_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A soft reset ordered by the operator arrives as such, and the boot that follows is accepted and shown."""
    await station.ready()

    await csms.perform(Reset(station=station.id, type="Soft"))
    reset = await station.next_call("Reset")
    check.equal(reset.payload, {"type": "Soft"}, clause="OCPP 1.6 6.39")
    await reset.answer(status="Accepted")

    await back_in_service(station, check)


@scenario(
    "v16.core.reset.refused",
    spec=["OCPP 1.6 5.14", "OCPP 1.6 7.42"],
    requirements=["CORE-5.14-a"],
    needs=[Reset],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_refused_reset_changes_nothing(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that refuses a reset of either type is served on."""
    await station.ready()

    for type in ("Hard", "Soft"):
        await csms.perform(Reset(station=station.id, type=type))
        reset = await station.next_call("Reset")
        check.equal(reset.payload, {"type": type}, clause="OCPP 1.6 6.39")
        await reset.answer(status="Rejected")
        await station.heartbeat()


@scenario(
    "v16.core.reset.stop-before-soft-reset",
    spec=["OCPP 1.6 5.14", "OCPP 1.6 4.10"],
    requirements=["CORE-5.14-b"],
    needs=[Reset],
    mutants=["stop-by-reset-refused"],
)
async def test_soft_reset_ends_the_transaction(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The transaction that a soft reset ends is stopped before the boot, and both are taken."""
    transaction = await station.charging(await tags.accepted())

    await csms.perform(Reset(station=station.id, type="Soft"))
    await (await station.next_call("Reset")).answer(status="Accepted")

    await station.stop_transaction(transaction.id, reason="SoftReset")
    await station.reboot()
    check.equal((await station.boot()).payload.get("status"), "Accepted", clause="OCPP 1.6 5.14")


@scenario(
    "v16.core.reset.stop-after-hard-reset",
    spec=["OCPP 1.6 5.14", "OCPP 1.6 4.10"],
    requirements=["CORE-5.14-b"],
    needs=[Reset],
    mutants=["stop-by-reset-refused", "stop-after-boot-refused", "repeated-boot-pending"],
)
async def test_hard_reset_delays_the_stop(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The transaction that a hard reset cut off may be stopped after the boot, with its connector's status."""
    transaction = await station.charging(await tags.accepted())

    await csms.perform(Reset(station=station.id, type="Hard"))
    await (await station.next_call("Reset")).answer(status="Accepted")

    await station.reboot()
    check.equal((await station.boot()).payload.get("status"), "Accepted", clause="OCPP 1.6 5.14")
    await station.stop_transaction(transaction.id, reason="HardReset")
    check.equal((await station.status(1, "Finishing")).payload, {}, clause="OCPP 1.6 4.9")
