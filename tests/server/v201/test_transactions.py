"""Block E: transactions as their events make them."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.tags import Tag
from server.core.validation import Payload
from tests.server.conftest import Make
from tests.server.v201.desk import AT, TOKEN, Desk, desk_of, sample

LATER = "2024-05-01T13:00:00Z"
EVSE = {"id": 1, "connectorId": 2}


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """Have the central system know the token."""
    await desk.operator.provision_tag(Tag(id_tag="TOKEN", parent="GROUP"))
    return desk


async def one(desk: Desk) -> Payload:
    """Return the one transaction on record."""
    (found,) = await desk.transactions()
    return found


async def test_transaction_from_its_start_to_its_end(desk: Desk) -> None:
    """What the events of a transaction tell is on record (E01 to E06)."""
    assert await desk.event("Started", 0, evse=EVSE, info={"chargingState": "EVConnected"}) == {}
    authorized = await desk.event("Updated", 1, idToken=TOKEN, triggerReason="Authorized")
    group = {"idToken": "GROUP", "type": "Central"}
    assert authorized == {"idTokenInfo": {"status": "Accepted", "groupIdToken": group}}
    await desk.event("Updated", 2, info={"chargingState": "Charging", "remoteStartId": 7})
    found = await one(desk)
    assert (found["id"], found["active"], found["evse_id"], found["connector_id"]) == ("TX-1", True, 1, 2)
    assert (found["id_tag"], found["charging_state"], found["remote_start_id"]) == ("TOKEN", "Charging", 7)
    assert (found["reason"], found["stopped"], found["missing"]) == (None, None, [])
    assert await desk.event("Ended", 3, timestamp=LATER, info={"stoppedReason": "EVDisconnected"}) == {}
    found = await one(desk)
    assert (found["active"], found["reason"]) == (False, "EVDisconnected")
    assert (found["stopped"] - found["started"]).total_seconds() == 3600


async def test_reason_is_local_where_none_is_told(desk: Desk) -> None:
    """An end without a reason was brought about at the station."""
    await desk.event("Ended", 0)
    assert (await one(desk))["reason"] == "Local"


async def test_event_that_comes_again_is_booked_once(desk: Desk) -> None:
    """An event whose answer was lost is answered again, and neither it nor its values are booked twice (E13)."""
    event: dict[str, Any] = {"idToken": TOKEN, "meterValue": sample(5), "evse": EVSE}
    answer = await desk.event("Started", 0, **event)
    await desk.event("Updated", 1, evse={"id": 1, "connectorId": 3})
    assert await desk.event("Started", 0, **event) == answer
    found = await one(desk)
    assert len(found["meter_values"]) == 1
    assert (found["active"], found["connector_id"]) == (True, 3)


async def test_events_may_come_in_any_order(desk: Desk) -> None:
    """An end that overtakes what came before ends the transaction for good, and gaps are told (E01.FR.07)."""
    await desk.event("Ended", 4, timestamp=LATER, offline=True, info={"chargingState": "Idle"})
    assert (await one(desk))["missing"] == [0, 1, 2, 3]
    await desk.event("Started", 0, offline=True, idToken=TOKEN)
    await desk.event("Updated", 2, offline=True, info={"chargingState": "Charging"})
    found = await one(desk)
    assert (found["active"], found["missing"], found["charging_state"]) == (False, [1, 3], "Idle")
    assert (found["id_tag"], found["started"] < found["stopped"]) == ("TOKEN", True)


async def test_gap_beyond_all_measure(desk: Desk) -> None:
    """A seqNo that is far off is booked, and not all that is missing is listed."""
    await desk.event("Updated", 2**62)
    assert len((await one(desk))["missing"]) == 1000
    await desk.event("Updated", -1)
    assert (await one(desk))["missing"][0] == 0


async def test_tokens_are_verified_again(desk: Desk) -> None:
    """A start with a token that is not worth it is told so, and booked all the same (E01.FR.11, E03.FR.02)."""
    for status, token in (("Unknown", "NOBODY"), ("Blocked", "BLOCKED")):
        if token == "BLOCKED":
            await desk.operator.provision_tag(Tag(id_tag=token, status="Blocked"))
        answer = await desk.event("Started", 0, token, idToken={"idToken": token, "type": "ISO14443"})
        assert answer == {"idTokenInfo": {"status": status}}
    assert [found["active"] for found in await desk.transactions()] == [True, True]


async def test_button_starts_a_transaction(desk: Desk) -> None:
    """A token that stands for nobody is accepted (C02.FR.02)."""
    answer = await desk.event("Started", 0, idToken={"idToken": "", "type": "NoAuthorization"})
    assert answer == {"idTokenInfo": {"status": "Accepted"}}


async def test_token_that_stops_is_not_that_which_began(desk: Desk) -> None:
    """The token on record is that which the transaction was begun with."""
    await desk.operator.provision_tag(Tag(id_tag="OTHER", parent="GROUP"))
    other = {"idToken": "OTHER", "type": "ISO14443"}
    await desk.event("Started", 0, idToken=TOKEN)
    answer = await desk.event("Updated", 1, idToken=other, triggerReason="StopAuthorized")
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await desk.event("Ended", 2, idToken=other, triggerReason="StopAuthorized")
    assert (await one(desk))["id_tag"] == "TOKEN"


async def test_token_in_use(make: Make) -> None:
    """Where tokens are not used twice at a time, a second transaction of one is told so, and the first is not."""
    async with make(parallel_tag_use=False) as system, desk_of(system) as desk:
        await desk.operator.provision_tag(Tag(id_tag="TOKEN"))
        statuses = []
        for type, number, id in (("Started", 0, "A"), ("Started", 0, "B"), ("Updated", 1, "A"), ("Ended", 2, "A")):
            answer = await desk.event(type, number, id, idToken=TOKEN)
            statuses.append(answer["idTokenInfo"]["status"])
        assert statuses == ["Accepted", "ConcurrentTx", "Accepted", "Accepted"]
        assert (await desk.event("Started", 0, "C", idToken=TOKEN))["idTokenInfo"]["status"] == "Accepted"


async def test_transaction_whose_end_was_lost(desk: Desk) -> None:
    """A transaction that begins later on its EVSE shows that the one before is over; one that began before does not."""
    await desk.event("Started", 0, "A", evse=EVSE)
    await desk.event("Started", 0, "OTHER", evse={"id": 2})
    await desk.event("Started", 0, "B", evse={"id": 1}, timestamp=LATER)
    await desk.event("Updated", 1, "A", evse={"id": 1})
    assert {found["id"]: found["active"] for found in await desk.transactions()} == {
        "A": False,
        "OTHER": True,
        "B": True,
    }


async def test_meter_is_read_at_both_ends(desk: Desk) -> None:
    """The register at the beginning and at the end is told in Wh."""
    kilo = {"unitOfMeasure": {"unit": "kWh", "multiplier": -1}}
    await desk.event("Started", 0, meterValue=sample(15, context="Transaction.Begin", **kilo))
    of_phase = sample(1, context="Transaction.End", phase="L1")
    await desk.event("Ended", 1, meterValue=of_phase + sample(1800.4, context="Transaction.End"))
    found = await one(desk)
    assert (found["meter_start"], found["meter_stop"]) == (1500, 1800)
    odd = {"context": "Transaction.Begin", "unitOfMeasure": {"unit": "Wh", "multiplier": 400}}
    await desk.event("Started", 0, "ODD", meterValue=sample(1, **odd))
    assert (await desk.transactions())[1]["meter_start"] is None


async def test_sampled_values_have_their_defaults(desk: Desk) -> None:
    """Values with and without a transaction are told with what the text gives them."""
    assert await desk.tell("MeterValues", {"evseId": 0, "meterValue": sample(16, measurand="Current.Import")}) == {}
    await desk.event("Updated", 0, evse=EVSE, timestamp=LATER, meterValue=sample(5))
    usual = {"timestamp": "2024-05-01T12:00:00.000Z", "context": "Sample.Periodic", "location": "Outlet"}
    energy = {"measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh", "multiplier": 0}}
    values = await desk.operator.meter_values("CS-1", 5)
    assert {"evse_id": 1, "connector_id": 2, "transaction_id": "TX-1", "value": 5, **usual, **energy} in values
    current = {"measurand": "Current.Import", "unitOfMeasure": {"multiplier": 0}, "value": 16}
    assert {"evse_id": 0, "connector_id": None, "transaction_id": None, **usual, **current} in values


async def test_status_is_asked_for(desk: Desk) -> None:
    """A station can be asked how a transaction stands (E14)."""
    answer = {"ongoingIndicator": True, "messagesInQueue": False}
    sent, outcome = await desk.ask("GetTransactionStatus", {"transactionId": "TX-1"}, answer)
    assert (sent, outcome.payload) == ({"transactionId": "TX-1"}, answer)


async def test_event_that_cannot_be_booked(desk: Desk) -> None:
    """An instant of no calendar and a number beyond 64 bits are violations of a property."""
    event = {"eventType": "Started", "timestamp": AT, "triggerReason": "Trigger", "seqNo": 0}
    event |= {"transactionInfo": {"transactionId": "TX-1"}}
    for wrong in ({"timestamp": "0001-01-01T00:00:00+23:00"}, {"seqNo": 2**63}, {"evse": {"id": -1}}):
        assert await desk.error("TransactionEvent", {**event, **wrong}) == "PropertyConstraintViolation"
    assert await desk.transactions() == []
