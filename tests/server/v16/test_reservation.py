"""Reservations: made, used, cancelled, expired and lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core.operator import Conflict, Impossible
from server.core.tags import Tag
from tests.server.v16.desk import Desk, ahead, desk_of

ACCEPTED = {"status": "Accepted"}


def reservation(connector: int = 1, **members: Any) -> dict[str, Any]:
    """Return what an operator enters."""
    return {"connectorId": connector, "idTag": "TAG", "expiryDate": ahead(hours=1), **members}


async def reserve(desk: Desk, **members: Any) -> int:
    """Make a reservation that is accepted, and return its id."""
    sent, _ = await desk.ask("ReserveNow", reservation(**members), ACCEPTED)
    return int(sent["reservationId"])


async def statuses(desk: Desk) -> list[str]:
    """Return the statuses of all reservations of the station."""
    return [one["status"] for one in await desk.operator.reservations(desk.station.id)]


async def test_reservation(desk: Desk) -> None:
    """A reservation gets an id, and is active once it is accepted."""
    entered = reservation()
    sent, _ = await desk.ask("ReserveNow", entered, ACCEPTED)
    id = sent["reservationId"]
    assert sent == entered | {"reservationId": id}
    assert 0 < id < 2**31
    view = (await desk.operator.reservations(desk.station.id))[0]
    assert view.pop("expires").isoformat(timespec="milliseconds") == entered["expiryDate"].replace("Z", "+00:00")
    assert view == {"id": id, "status": "active", "connector_id": 1, "id_tag": "TAG"}


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_reservation_that_is_not_accepted(desk: Desk, status: str) -> None:
    """Accepted alone reserves."""
    _, outcome = await desk.ask("ReserveNow", reservation(), {"status": status})
    assert outcome.status == status
    assert await statuses(desk) == ["refused"]


async def test_reservation_that_fails(desk: Desk) -> None:
    """A CALLERROR reserves nothing."""
    await desk.ask("ReserveNow", reservation(), None)
    assert await statuses(desk) == ["refused"]


async def test_reservation_that_has_no_answer_yet(desk: Desk) -> None:
    """A reservation shows once the station has answered."""
    await desk.operator.perform(desk.station.id, "ReserveNow", reservation())
    await desk.station.receive()
    assert await statuses(desk) == []


async def test_ids_differ(system: CentralSystem) -> None:
    """No two reservations have the same id, whatever the station."""
    async with desk_of(system, "CS-1") as one, desk_of(system, "CS-2") as other:
        ids = [await reserve(desk, connector=connector) for desk in (one, other) for connector in (1, 2)]
    assert len(set(ids)) == 4


async def test_parent_of_the_tag(desk: Desk) -> None:
    """The group of a tag is named, unless another one was entered."""
    await desk.operator.provision_tag(Tag(id_tag="TAG", parent="GROUP"))
    sent, _ = await desk.ask("ReserveNow", reservation(), ACCEPTED)
    assert sent["parentIdTag"] == "GROUP"
    sent, _ = await desk.ask("ReserveNow", reservation(parentIdTag="OTHER"), ACCEPTED)
    assert sent["parentIdTag"] == "OTHER"


async def test_start_uses_the_reservation(desk: Desk) -> None:
    """A StartTransaction ends the reservation that it names, and no other."""
    await desk.operator.provision_tag(Tag(id_tag="TAG"))
    first, _ = await reserve(desk), await reserve(desk, connector=2)
    await desk.start(reservationId=first)
    assert await statuses(desk) == ["used", "active"]


@pytest.mark.parametrize(
    ("start", "ended"),
    [
        ({"idTag": "TAG"}, [1]),
        ({"idTag": "tag"}, [1]),
        ({"idTag": "TAG", "reservationId": 999}, [1]),
        ({"idTag": "FAMILY"}, [1]),
        ({"idTag": "TAG", "connector": 3}, [0]),
        ({"idTag": "OTHER"}, []),
        ({"idTag": "LONER"}, []),
    ],
)
async def test_start_uses_the_reservation_that_it_does_not_name(
    desk: Desk, start: dict[str, Any], ended: list[int]
) -> None:
    """A tag, or one of its group, ends the reservation of its connector, or else that of any connector."""
    tags = {"TAG": "GROUP", "FAMILY": "group", "OTHER": "OTHERS", "LONER": None}
    for tag, parent in tags.items():
        await desk.operator.provision_tag(Tag(id_tag=tag, parent=parent))
    for connector in (0, 1, 2):
        await reserve(desk, connector=connector)
    await desk.start(**start)
    records = await desk.operator.reservations(desk.station.id)
    assert [one["connector_id"] for one in records if one["status"] == "used"] == ended


async def test_refused_start_uses_no_reservation(desk: Desk) -> None:
    """A StartTransaction whose tag is not accepted leaves the reservation as it is."""
    await desk.start(reservationId=await reserve(desk))
    assert await statuses(desk) == ["active"]


@pytest.mark.parametrize("id", [999_999, 0, -1, 2**63 - 1])
async def test_start_with_a_reservation_that_nobody_made(desk: Desk, id: int) -> None:
    """An unknown reservation is no obstacle."""
    await reserve(desk, reservationId=1)
    assert await desk.start(reservationId=id) > 0
    assert await statuses(desk) == ["active"]


async def test_start_in_the_same_breath_as_the_answer(desk: Desk) -> None:
    """A start that comes right after the answer uses the reservation."""
    await desk.operator.provision_tag(Tag(id_tag="TAG"))
    receipt = await desk.operator.perform(desk.station.id, "ReserveNow", reservation(reservationId=5))
    _, id, *_ = await desk.station.receive()
    await desk.station.send([3, id, ACCEPTED])
    await desk.start(reservationId=5)
    await desk.operator.outcome(receipt, 5)
    assert await statuses(desk) == ["used"]


async def test_cancelled(desk: Desk) -> None:
    """A cancellation that is accepted ends the reservation; one that is rejected does not."""
    id = await reserve(desk)
    sent, _ = await desk.ask("CancelReservation", {"reservationId": id}, {"status": "Rejected"})
    assert sent == {"reservationId": id}
    assert await statuses(desk) == ["active"]
    await desk.ask("CancelReservation", {"reservationId": id}, ACCEPTED)
    assert await statuses(desk) == ["cancelled"]


async def test_expired(desk: Desk) -> None:
    """A reservation ends by itself, and cannot be used or cancelled later."""
    id = await reserve(desk, expiryDate=ahead(milliseconds=400))
    while await statuses(desk) == ["active"]:
        await asyncio.wait_for(desk.station.alive(), 5)
    await desk.start(reservationId=id)
    await desk.ask("CancelReservation", {"reservationId": id}, ACCEPTED)
    assert await statuses(desk) == ["expired"]


@pytest.mark.parametrize("status", ["Faulted", "Unavailable"])
async def test_connector_that_is_out_of_order(desk: Desk, status: str) -> None:
    """A connector that is out of order loses its reservation, and only that one does."""
    await reserve(desk), await reserve(desk, connector=2)
    await desk.status(2, "Reserved")
    await desk.status(2, status)
    assert await statuses(desk) == ["active", "terminated"]


async def test_station_that_is_out_of_order(desk: Desk) -> None:
    """A station that is out of order as a whole loses all reservations."""
    await reserve(desk, connector=0), await reserve(desk)
    await desk.status(1, "Faulted")
    assert await statuses(desk) == ["active", "terminated"]
    await desk.status(0, "Faulted")
    assert await statuses(desk) == ["terminated", "terminated"]


async def test_same_id_replaces(desk: Desk) -> None:
    """A reservation with an id that is in use takes the place of the earlier one."""
    await reserve(desk, reservationId=5)
    await reserve(desk, reservationId=5, connector=2)
    views = await desk.operator.reservations(desk.station.id)
    assert [(view["id"], view["connector_id"], view["status"]) for view in views] == [(5, 2, "active")]


async def test_members_that_nobody_can_hold(desk: Desk) -> None:
    """An instant is one of the calendar, and a number one that fits."""
    await desk.refused("ReserveNow", reservation(expiryDate="9999-12-31T23:59:59-14:00"), Impossible)
    await desk.refused("ReserveNow", reservation(reservationId=2**31), Impossible)
    await reserve(desk, reservationId=2**31 - 1)


async def test_replacement_that_is_rejected(desk: Desk) -> None:
    """A reservation that is to be replaced stands until the station has agreed."""
    await reserve(desk, reservationId=5)
    _, outcome = await desk.ask("ReserveNow", reservation(2, reservationId=5), {"status": "Rejected"})
    assert outcome.status == "Rejected"
    views = await desk.operator.reservations(desk.station.id)
    assert [(view["connector_id"], view["status"]) for view in views] == [(1, "active"), (2, "refused")]


async def test_expiry_in_the_past(desk: Desk) -> None:
    """A reservation that is over before it begins is refused."""
    await desk.refused("ReserveNow", reservation(expiryDate=ahead(seconds=-1)), Impossible)


async def test_expiry_while_the_station_is_away(system: CentralSystem) -> None:
    """A reservation that is over when the station comes back is not sent."""
    async with desk_of(system) as desk:
        pass
    expiry = ahead(milliseconds=50)
    receipt = await desk.operator.perform("CS-1", "ReserveNow", reservation(expiryDate=expiry))
    while ahead() <= expiry:
        await desk.operator.ping()
    async with desk_of(system) as desk:
        outcome = await desk.operator.outcome(receipt, 5)
        assert outcome is not None
        assert outcome.reason == "the reservation has expired before it could be sent"
        assert await desk.station.alive()


async def test_connector_zero(desk: Desk) -> None:
    """The station as a whole is reserved unless it has told that it cannot."""
    await reserve(desk, connector=0)
    await desk.report(ReserveConnectorZeroSupported="False")
    await desk.refused("ReserveNow", reservation(0), Conflict)
    await desk.report(ReserveConnectorZeroSupported="true")
    await reserve(desk, connector=0)
