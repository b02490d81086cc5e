"""Reset: OCPP 2.0.1 B11, B12."""

from harness.csms.console import Csms
from harness.csms.v201 import Reset
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.ordered import back_in_service, ordered
from simulators.v201 import ChargingStation

EVENT = "OCPP 2.0.1 E06.FR.15"


@scenario(
    "v201.provisioning.reset.idle-station",
    spec=["OCPP 2.0.1 B11.FR.04"],
    octt=["TC_B_20_CSMS"],
    needs=[Reset],
    mutants=["reset-kind-swapped", "boot-reason-refused"],
)
async def test_idle_station_is_reset(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A reset of an idle station arrives as ordered, and the boot that follows is accepted."""
    await station.ready()

    order = Reset(station=station.id, type="OnIdle")
    reset = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B11.FR.01")
    await reset.answer(status="Accepted")
    await station.reboot()
    await back_in_service(station, check, "RemoteReset")


@scenario(
    "v201.provisioning.reset.after-the-transaction",
    spec=["OCPP 2.0.1 B12.FR.01", "OCPP 2.0.1 B12.FR.03", "OCPP 2.0.1 E07.FR.03"],
    octt=["TC_B_21_CSMS"],
    needs=[Reset],
    mutants=["reset-kind-swapped", "scheduled-reset-refused"],
)
async def test_reset_waits_for_the_transaction(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reset on idle is scheduled until the transaction has ended; its end and the boot are taken."""
    transaction = await station.charging(await tags.accepted())

    order = Reset(station=station.id, type="OnIdle")
    reset = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B12.FR.01")
    await reset.answer(status="Scheduled")
    ended = await transaction.ended("StopAuthorized", "Local", idToken=transaction.id_token)
    check.that(True, "the end of the transaction confirmed", clause=EVENT, at=ended.entry.index)
    await station.reboot()
    await back_in_service(station, check, "ScheduledReset")


@scenario(
    "v201.provisioning.reset.immediate",
    spec=["OCPP 2.0.1 B12.FR.04"],
    octt=["TC_B_22_CSMS"],
    needs=[Reset],
    mutants=["reset-kind-swapped", "reset-command-refused"],
)
async def test_reset_ends_the_transaction(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """An immediate reset ends the transaction without a token; its end and the boot are taken."""
    transaction = await station.charging(await tags.accepted())

    order = Reset(station=station.id, type="Immediate")
    reset = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B12.FR.04")
    await reset.answer(status="Accepted")
    ended = await transaction.ended("ResetCommand", "ImmediateReset")
    check.that(True, "the end of the transaction confirmed", clause=EVENT, at=ended.entry.index)
    await station.reboot()
    await back_in_service(station, check, "RemoteReset")


@scenario(
    "v201.provisioning.reset.one-evse",
    spec=["OCPP 2.0.1 B11.FR.08"],
    needs=[Reset],
    mutants=["reset-evse-lost"],
)
async def test_one_evse_is_reset(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A reset of one EVSE names it, and one of the whole station names none."""
    await station.ready()

    for evse in (2, None):
        order = Reset(station=station.id, type="Immediate", evse_id=evse)
        reset = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B11.FR.08")
        await reset.answer(status="Rejected")
