"""What a whole charge point tells of its meter: OCPP 1.6 sections 4.7 and 4.10."""

from harness.verdict import Checks
from scenarios.real_station.charging import ended_with, in_service, running
from scenarios.real_station.pair import on_both
from scenarios.stage.devices import Device
from scenarios.stage.population import Tags


@on_both("metering.periodic", spec=["OCPP 1.6 4.7"], profile="metering", mutants=["meter-values-with-status"])
async def test_meter_values_come_periodically(device: Device, tags: Tags, check: Checks) -> None:
    """Meter values that a charge point sends by itself while it charges are taken."""
    await in_service(device)
    await device.plug()
    transaction = await running(device, await tags.accepted(), check)

    for _ in range(2):
        values = await device.dialogue.told("MeterValues", transactionId=transaction)
        check.equal(values.answer, {}, clause="OCPP 1.6 6.32")


@on_both("metering.at-the-end", spec=["OCPP 1.6 4.10"], profile="metering", mutants=["stop-with-cost"])
async def test_stop_tells_what_was_measured(device: Device, tags: Tags, check: Checks) -> None:
    """The end of a transaction with what was measured during it is taken."""
    await in_service(device)
    await device.plug()
    tag = await tags.accepted()
    await running(device, tag, check)
    await device.dialogue.told("MeterValues")

    await device.present(tag)

    await ended_with(device, "Local", check)
