"""NotifyEvent of a connector: OCPP 2.0.1 G05."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.v201.ordered import confirmed
from simulators.v201 import ChargingStation, component, event_data, evse, variable


@scenario(
    "v201.availability.event.lock-failure",
    spec=["OCPP 2.0.1 G05.FR.03"],
    octt=["TC_G_20_CSMS"],
    mutants=["connector-event-refused", "event-answer-filled"],
    smoke=True,
)
async def test_lock_failure_is_confirmed(station: ChargingStation, check: Checks) -> None:
    """A problem of a connector's lock is reported, and the report confirmed."""
    await station.ready()

    lock = component("ConnectorPlugRetentionLock", evse=evse(1, 1))
    answer = await station.notify_event(event_data(lock, variable("Problem"), "true"))
    confirmed(answer, check, clause="OCPP 2.0.1 G05.FR.03")
