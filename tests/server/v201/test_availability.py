"""Block G: states of connectors, and who may use them."""

from __future__ import annotations

from typing import Any

import pytest

from server.core import instants
from server.core.operator import Impossible
from server.core.validation import Payload
from tests.server.v201.desk import AT, Desk


async def status(desk: Desk, state: str, evse_id: int = 1, connector_id: int = 1) -> None:
    """Send a StatusNotification."""
    told = {"timestamp": AT, "connectorStatus": state, "evseId": evse_id, "connectorId": connector_id}
    assert await desk.tell("StatusNotification", told) == {}


async def shown(desk: Desk, member: str) -> dict[tuple[int, int], Any]:
    """Return a member of all connectors by EVSE and connector."""
    found = await desk.operator.evses("CS-1")
    return {(evse, number): one[member] for evse, of_evse in found.items() for number, one in of_evse.items()}


async def test_state_of_each_connector(desk: Desk) -> None:
    """Connectors of the same number belong to their EVSEs, and the latest message counts (G01)."""
    await status(desk, "Available", 1)
    await status(desk, "Reserved", 2)
    await status(desk, "Occupied", 1)
    assert await shown(desk, "status") == {(1, 1): "Occupied", (2, 1): "Reserved"}
    assert (await shown(desk, "timestamp"))[1, 1] == instants.parse(AT)
    for wrong in ({"evseId": -1}, {"connectorId": -1}, {"timestamp": "0001-01-01T00:00:00+23:00"}):
        told = {"timestamp": AT, "connectorStatus": "Available", "evseId": 1, "connectorId": 1, **wrong}
        assert await desk.error("StatusNotification", told) == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    ("evse", "reached"),
    [
        (None, {(0, 0): "Inoperative", (1, 1): "Inoperative", (1, 2): "Inoperative", (2, 1): "Inoperative"}),
        ({"id": 1}, {(1, 0): "Inoperative", (1, 1): "Inoperative", (1, 2): "Inoperative", (2, 1): None}),
        ({"id": 1, "connectorId": 2}, {(1, 1): None, (1, 2): "Inoperative", (2, 1): None}),
    ],
)
async def test_availability_is_reached(desk: Desk, evse: Payload | None, reached: dict[tuple[int, int], Any]) -> None:
    """The availability of a station is that of its EVSEs, and of an EVSE that of its connectors (G03, G04)."""
    for place in ((1, 1), (1, 2), (2, 1)):
        await status(desk, "Available", *place)
    order = {"operationalStatus": "Inoperative", **({"evse": evse} if evse else {})}
    sent, outcome = await desk.ask("ChangeAvailability", order, {"status": "Accepted"})
    assert (sent, outcome.status) == (order, "Accepted")
    assert await shown(desk, "availability") == reached


async def test_scheduled_availability_is_shown_by_the_connector(desk: Desk) -> None:
    """An availability that is scheduled is reached when the connector shows it."""
    await status(desk, "Occupied")
    order = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}}
    await desk.ask("ChangeAvailability", order, {"status": "Scheduled"})
    assert await shown(desk, "availability") == {(1, 1): "Scheduled"}
    await status(desk, "Unavailable")
    assert await shown(desk, "availability") == {(1, 1): "Inoperative"}


async def test_rejected_change_changes_nothing(desk: Desk) -> None:
    """What a station refuses is not so."""
    await status(desk, "Available")
    await desk.ask("ChangeAvailability", {"operationalStatus": "Inoperative"}, {"status": "Rejected"})
    assert await shown(desk, "availability") == {(1, 1): None}
    for evse in ({"id": 0}, {"id": 1, "connectorId": 0}):
        order = {"operationalStatus": "Operative", "evse": evse}
        assert "1 or more" in await desk.refused("ChangeAvailability", order, Impossible)
