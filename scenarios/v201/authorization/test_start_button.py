"""Charging that nobody needs to be known for: OCPP 2.0.1 C02."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.v201.answers import accepted
from simulators.v201 import ChargingStation, id_token

CLAUSE = "OCPP 2.0.1 C02.FR.02"


@scenario("v201.authorization.start-button.accepted", spec=[CLAUSE], mutants=["start-button-refused"])
async def test_start_by_button_is_accepted(station: ChargingStation, check: Checks) -> None:
    """A transaction that a button starts, with a token that stands for nobody, is answered Accepted."""
    nobody = id_token("", "NoAuthorization")
    await station.ready()

    transaction = station.transaction()
    answer = await transaction.started("Authorized", info={"chargingState": "EVConnected"}, idToken=nobody)
    accepted(check, answer, clause=CLAUSE)
    await transaction.charging_state("Charging")
    await transaction.ended("EVDeparted", "EVDisconnected")
