"""Steps that scenarios of whole charge points have in common."""

from __future__ import annotations

from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration
from harness.verdict import Checks, Inconclusive
from simulators.device import Device
from simulators.dialogue import Exchange


async def in_service(device: Device, **last: int) -> None:
    """Switch a charge point on, and wait until it has told of all its connectors, as a precondition.

    ``last`` is how it names the last of them: connectorId=2 unless said otherwise.
    """
    await device.switch_on()
    boot = await device.dialogue.told("BootNotification")
    if boot.answer.get("status") != "Accepted":
        raise Inconclusive(f"{device.id} was not accepted: {boot.answer}")
    await device.dialogue.told("StatusNotification", **(last or {"connectorId": 2}))


async def running(device: Device, id_tag: str, check: Checks, connector: int = 1) -> int:
    """Present a card to a connector that a car is plugged in at, and return the transaction once it runs."""
    await device.present(id_tag, connector)
    authorized = await device.dialogue.told("Authorize", idTag=id_tag)
    check.equal(authorized.answer["idTagInfo"]["status"], "Accepted", clause="OCPP 1.6 4.1")
    start = await device.dialogue.told("StartTransaction", connectorId=connector, idTag=id_tag)
    check.equal(start.answer["idTagInfo"]["status"], "Accepted", clause="OCPP 1.6 4.8")
    await device.dialogue.told("StatusNotification", connectorId=connector, status="Charging")
    return int(start.answer["transactionId"])


async def ended_with(device: Device, reason: str, check: Checks, *, within: float | None = None) -> Exchange:
    """Wait for the end of a transaction for a reason, which the central system confirms."""
    stop = await device.dialogue.told("StopTransaction", within=within, reason=reason)
    allowed = set(stop.answer) <= {"idTagInfo"}
    check.that(allowed, "nothing but idTagInfo", observed=str(stop.answer), clause="OCPP 1.6 6.50")
    return stop


async def caught_up(device: Device, csms: Csms) -> None:
    """Wait until a charge point has taken in all answers so far, which its answer to a later CALL proves.

    Firmware that misses one may wait for it longer than a scenario can. Scenarios that use it need GetConfiguration.
    """
    await csms.perform(GetConfiguration(station=device.id, key=("HeartbeatInterval",)))
    await device.dialogue.ordered("GetConfiguration")
