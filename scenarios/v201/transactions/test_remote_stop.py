"""Transactions that an operator stops: OCPP 2.0.1 E06, F03."""

from harness.csms.console import Csms
from harness.csms.v201 import RequestStopTransaction
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.ordered import ordered
from simulators.v201 import ChargingStation


@scenario(
    "v201.transactions.remote-stop.accepted",
    spec=["OCPP 2.0.1 F03.FR.01", "OCPP 2.0.1 F03.FR.09", "OCPP 2.0.1 E06.FR.03"],
    octt=["TC_E_21_CSMS"],
    needs=[RequestStopTransaction],
    mutants=["remote-stop-id-cut", "remote-stop-event-refused"],
)
async def test_remote_stop_names_the_transaction(
    station: ChargingStation, csms: Csms, tags: Tags, check: Checks
) -> None:
    """A remote stop names the transaction as the station has called it, and the end that it brings about is taken."""
    transaction = await station.charging(await tags.accepted())

    order = RequestStopTransaction(station=station.id, transaction_id=transaction.id)
    stop = await ordered(station, csms, order, check, clause="OCPP 2.0.1 F03.FR.01")
    await stop.answer(status="Accepted")
    answer = await transaction.ended("RemoteStop", "Remote")
    check.equal(answer.kind, "CALLRESULT", clause="OCPP 2.0.1 E06")
