"""Many stations at once: what one sends does not keep another from being answered (OCPP 1.6 sections 4.7 and 4.10)."""

import asyncio

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Stations, Tags
from simulators.v16 import meter_value, now, sampled

PAIRS = 4


@scenario(
    "v16.core.concurrent-stations.values-and-stops",
    spec=["OCPP 1.6 4.7", "OCPP 1.6 4.10"],
    requirements=["CORE-4.7-a", "CORE-4.10-a"],
    mutants=["meter-values-collide-with-stops"],
)
async def test_values_and_stops_at_once(stations: Stations, tags: Tags, check: Checks) -> None:
    """MeterValues of some stations and stops of others, all sent at once, are all confirmed."""
    made = [await stations.new() for _ in range(2 * PAIRS)]
    running = [await one.charging(await tags.accepted()) for one in made]

    calls = []
    for number, (one, transaction) in enumerate(zip(made, running, strict=True)):
        if number % 2:
            stop = {"transactionId": transaction.id, "meterStop": 1, "timestamp": now()}
            calls.append(one.attempt("StopTransaction", stop))
        else:
            values = {"connectorId": 1, "transactionId": transaction.id, "meterValue": [meter_value(sampled(1))]}
            calls.append(one.attempt("MeterValues", values))
    outcomes = await asyncio.gather(*calls)

    check.equal([outcome.kind for outcome in outcomes], ["CALLRESULT"] * len(made), clause="OCPP 1.6 4.10")
