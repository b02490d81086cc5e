"""How a station comes back into service: the boot is accepted, and the state of every connector is taken."""

from __future__ import annotations

from harness.verdict import Checks
from simulators.v16 import ChargePoint

STATUS = "OCPP 1.6 6.48"


async def all_reported(station: ChargePoint, check: Checks, status: str) -> None:
    """Report a status of the station and of each of its connectors, and check that each report is confirmed."""
    for connector in (0, *station.connectors):
        check.equal((await station.status(connector, status)).payload, {}, clause=STATUS)


async def back_in_service(station: ChargePoint, check: Checks) -> None:
    """Boot, and check that the boot is accepted and that the station is taken as available with all connectors."""
    boot = await station.boot(announce=False)
    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 1.6 4.2")
    await all_reported(station, check, "Available")
