"""A charging station that acts by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harness.trace import Trace
from harness.verdict import Inconclusive
from simulators.dialogue import Dialogue
from simulators.v201.acting import ActingChargingStation, Body
from simulators.v201.messages import id_token
from tests.simulators.central import ANSWERS, Central, central_system

LIMIT = 10.0
ACCEPTED = {"idTokenInfo": {"status": "Accepted"}}


@pytest.fixture
def central() -> Central:
    """A CSMS that accepts everything."""
    return Central({**ANSWERS, "Authorize": ACCEPTED, "TransactionEvent": ACCEPTED})


@pytest.fixture
async def device(central: Central, trace: Trace) -> AsyncIterator[ActingChargingStation]:
    """One that has booted."""
    async with central_system(central.script) as endpoint:
        body = Body("CS1", endpoint, trace, patience=LIMIT)
        acting = ActingChargingStation(body, Dialogue("CS1", body.version, trace, patience=LIMIT, slack=LIMIT))
        await acting.switch_on()
        await acting.dialogue.told("StatusNotification", evseId=2, connectorStatus="Available")
        yield acting
        await acting.leave()
        await body.leave()


async def _charging(device: ActingChargingStation, evse: int = 1) -> str:
    await device.plug(evse)
    await device.present("TAG", evse)
    start = await device.dialogue.told("TransactionEvent", eventType="Started")
    return str(start.payload["transactionInfo"]["transactionId"])


async def test_car_then_card(device: ActingChargingStation) -> None:
    """A card that is presented twice to a car that is plugged in makes a transaction; its events are numbered."""
    await device.plug()
    await device.dialogue.told("StatusNotification", evseId=1, connectorStatus="Occupied")
    await device.present("TAG")
    start = await device.dialogue.told("TransactionEvent", eventType="Started", triggerReason="Authorized")
    await device.obeys(11_000)
    await device.present("TAG")
    end = await device.dialogue.told("TransactionEvent", eventType="Ended", triggerReason="StopAuthorized")
    assert [one.payload["seqNo"] for one in (start, end)] == [0, 1]
    assert start.payload["transactionInfo"]["transactionId"] == end.payload["transactionInfo"]["transactionId"]
    assert end.payload["transactionInfo"]["stoppedReason"] == "Local"
    assert await device.status() == "Occupied"


async def test_card_then_car(device: ActingChargingStation) -> None:
    """A card that is presented first waits for the car."""
    await device.present("TAG")
    await device.dialogue.told("Authorize", idToken=id_token("TAG"))
    assert device.dialogue.calls("TransactionEvent") == []
    await device.plug()
    await device.dialogue.told("TransactionEvent", eventType="Started", idToken=id_token("TAG"))


async def test_card_of_somebody_else_changes_nothing(device: ActingChargingStation) -> None:
    """Who did not start a transaction does not end it."""
    await _charging(device)
    await device.present("OTHER")
    await device.obeys(11_000)


@pytest.mark.parametrize("action", ["Authorize", "TransactionEvent"])
async def test_card_that_is_refused(central: Central, device: ActingChargingStation, action: str) -> None:
    """A card that is not accepted does not charge, also if only the event tells so."""
    central.answers[action] = {"idTokenInfo": {"status": "Blocked"}}
    await device.plug()
    await device.present("TAG")
    if action == "TransactionEvent":
        await device.dialogue.told("TransactionEvent", eventType="Ended", triggerReason="Deauthorized")
    else:
        await device.dialogue.told("Authorize")
    with pytest.raises(Inconclusive, match="CS1 delivers 0 W"):
        await device.obeys(11_000)


async def test_car_that_pauses(device: ActingChargingStation) -> None:
    """A pause of the car is an event of its transaction, and none without."""
    await device.suspend(2)
    transaction = await _charging(device)
    await device.suspend()
    info = {"transactionId": transaction, "chargingState": "SuspendedEV"}
    await device.dialogue.told("TransactionEvent", eventType="Updated", transactionInfo=info)
    with pytest.raises(Inconclusive, match="delivers 0 W"):
        await device.obeys(11_000)


async def test_what_happens_without_network_is_told_later(device: ActingChargingStation) -> None:
    """The end of a transaction waits for the network; a card that is presented meanwhile is not admitted."""
    await _charging(device)
    await device.lose_network()
    await device.unplug()
    await device.present("TAG")
    assert device.dialogue.calls("TransactionEvent") == []
    await device.regain_network()
    await device.dialogue.told("TransactionEvent", eventType="Ended", triggerReason="EVCommunicationLost")
    assert device.dialogue.calls("Authorize") == []


async def test_reset(central: Central, device: ActingChargingStation) -> None:
    """A reset ends what is running before it boots again, and says why."""
    await _charging(device)
    device.dialogue.anew()
    await central.order("Reset", type="Immediate")
    await device.dialogue.told("TransactionEvent", eventType="Ended", triggerReason="ResetCommand")
    await device.dialogue.told("BootNotification", reason="RemoteReset")


async def test_remote_start_and_stop(central: Central, device: ActingChargingStation) -> None:
    """The operator starts on any free EVSE, and stops what he names."""
    await device.plug(1)
    order = {"idToken": id_token("TAG"), "remoteStartId": 7}
    for more in ({}, {"evseId": 1}):
        await central.order("RequestStartTransaction", **order, **more)
    answers = [(await device.dialogue.ordered("RequestStartTransaction")).answer["status"] for _ in range(2)]
    assert answers == ["Accepted", "Rejected"]
    start = await device.dialogue.told("TransactionEvent", eventType="Started", triggerReason="RemoteStart")
    assert start.payload["transactionInfo"]["remoteStartId"] == 7
    for transaction in ("another", start.payload["transactionInfo"]["transactionId"]):
        await central.order("RequestStopTransaction", transactionId=transaction)
    answers = [(await device.dialogue.ordered("RequestStopTransaction")).answer["status"] for _ in range(2)]
    assert answers == ["Rejected", "Accepted"]
    await device.dialogue.told("TransactionEvent", eventType="Ended", triggerReason="RemoteStop")


async def test_remote_start_without_a_car(central: Central, device: ActingChargingStation) -> None:
    """A remote start waits for the car."""
    await central.order("RequestStartTransaction", idToken=id_token("TAG"), remoteStartId=7, evseId=2)
    await device.dialogue.ordered("RequestStartTransaction")
    await device.plug(2)
    await device.dialogue.told("TransactionEvent", eventType="Started", triggerReason="CablePluggedIn")
