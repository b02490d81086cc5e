"""A cable that comes out at the side of the car, and in again: OCPP 2.0.1 E10."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from simulators.v201 import ChargingStation


@scenario(
    "v201.transactions.suspension.resumed",
    spec=["OCPP 2.0.1 E10.FR.01"],
    octt=["TC_E_26_CSMS"],
    mutants=["idle-transaction-refused"],
)
async def test_transaction_goes_on_after_unplugging(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """A transaction in which the car is unplugged for a while is taken to go on, event by event."""
    transaction = await station.charging(await tags.accepted())

    lost = await transaction.updated("EVCommunicationLost", info={"chargingState": "Idle"})
    await station.status(1, 1, "Available")
    await station.status(1, 1, "Occupied")
    back = await transaction.updated("CablePluggedIn", info={"chargingState": "EVConnected"})
    again = await transaction.charging_state("Charging")
    for answer in (lost, back, again):
        check.equal(answer.kind, "CALLRESULT", clause="OCPP 2.0.1 E10.FR.01", at=answer.entry.index)
