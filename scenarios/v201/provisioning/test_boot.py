"""BootNotification and negotiation of the version: OCPP 2.0.1 B01, Part 4 3."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.v201.ordered import confirmed, reported
from simulators.v201 import ChargingStation, component, event_data, evse, variable


@scenario(
    "v201.provisioning.boot.accepted",
    spec=["OCPP 2.0.1 B01.FR.02", "OCPP 2.0.1 G01.FR.01"],
    octt=["TC_B_01_CSMS"],
    mutants=["cold-boot-pending", "connector-status-refused", "connector-event-refused"],
    smoke=True,
)
async def test_cold_boot_is_accepted(station: ChargingStation, check: Checks) -> None:
    """The boot of a known station is accepted, and its connectors' states are confirmed in either form."""
    boot = await station.boot(announce=False, reason="PowerUp")
    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 2.0.1 B01.FR.02")

    await reported(station, check, "Available")
    for id, connector in station.statuses:
        place = component("Connector", evse=evse(id, connector))
        answer = await station.notify_event(event_data(place, variable("AvailabilityState"), "Available"))
        confirmed(answer, check, clause="OCPP 2.0.1 G01.FR.01")


@scenario(
    "v201.provisioning.boot.after-every-reason",
    spec=["OCPP 2.0.1 B01.FR.02"],
    mutants=["boot-reason-refused"],
)
async def test_boot_for_any_reason_is_accepted(station: ChargingStation, check: Checks) -> None:
    """Whatever made a station boot, the CSMS accepts it."""
    for reason in ("ApplicationReset", "FirmwareUpdate", "LocalReset", "Watchdog", "Unknown"):
        boot = await station.boot(announce=False, reason=reason)
        check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 2.0.1 B01.FR.02")
