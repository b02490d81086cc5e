"""Smart Charging: which profiles are sent, and which are believed to be installed."""

from __future__ import annotations

from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core import instants
from server.core.operator import Conflict, Impossible
from tests.server.v16.desk import Desk, ahead, desk_of

ACCEPTED = {"status": "Accepted"}
START = "2030-01-01T00:00:00Z"


def schedule(*starts: int, limit: float = 16.3, **members: Any) -> dict[str, Any]:
    """Return a schedule with periods that begin at these seconds."""
    periods = [{"startPeriod": start, "limit": limit} for start in starts]
    return {"chargingRateUnit": "A", "chargingSchedulePeriod": periods, **members}


def profile(id: int = 1, purpose: str = "TxDefaultProfile", kind: str = "Relative", **members: Any) -> dict[str, Any]:
    """Return a charging profile."""
    return {
        "chargingProfileId": id,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule(0, 60),
        **members,
    }


def on(connector: int, **members: Any) -> dict[str, Any]:
    """Return the request to install a profile."""
    return {"connectorId": connector, "csChargingProfiles": profile(**members)}


async def install(desk: Desk, connector: int, **members: Any) -> dict[str, Any]:
    """Install a profile and return what was sent."""
    sent, _ = await desk.ask("SetChargingProfile", on(connector, **members), ACCEPTED)
    found: dict[str, Any] = sent["csChargingProfiles"]
    return found


async def installed(desk: Desk) -> list[int]:
    """Return the ids of the profiles that are believed to be installed."""
    return [one["id"] for one in await desk.operator.charging_profiles(desk.station.id)]


async def test_profile_goes_out_as_entered(desk: Desk) -> None:
    """A profile that lacks nothing is sent as it is, and shows once it is accepted."""
    entered = on(1, stackLevel=2, validFrom=START, validTo="2030-01-02T00:00:00Z")
    sent, _ = await desk.ask("SetChargingProfile", entered, ACCEPTED)
    assert sent == entered
    view = {"id": 1, "connector_id": 1, "purpose": "TxDefaultProfile", "stack_level": 2, "transaction_id": None}
    assert await desk.operator.charging_profiles(desk.station.id) == [view]


@pytest.mark.parametrize("answer", [{"status": "Rejected"}, {"status": "NotSupported"}, None])
async def test_profile_that_is_not_accepted(desk: Desk, answer: dict[str, Any] | None) -> None:
    """Accepted alone installs a profile."""
    await desk.ask("SetChargingProfile", on(1), answer)
    assert await installed(desk) == []


async def test_limit_of_the_station(desk: Desk) -> None:
    """A ChargePointMaxProfile is for connector 0."""
    await install(desk, 0, purpose="ChargePointMaxProfile")
    await desk.refused("SetChargingProfile", on(1, purpose="ChargePointMaxProfile"), Impossible)


async def test_profile_of_a_transaction(desk: Desk) -> None:
    """A TxProfile names the transaction that is running, and ends with it."""
    transaction = await desk.start()
    assert (await install(desk, 1, purpose="TxProfile"))["transactionId"] == transaction
    assert (await install(desk, 1, purpose="TxProfile", transactionId=transaction))["transactionId"] == transaction
    assert await installed(desk) == [1]
    await desk.stop(transaction)
    assert await installed(desk) == []


async def test_profile_of_no_transaction(desk: Desk) -> None:
    """Without a transaction of its own on a connector above 0, a TxProfile is refused."""
    await desk.refused("SetChargingProfile", on(0, purpose="TxProfile"), Impossible)
    await desk.refused("SetChargingProfile", on(1, purpose="TxProfile"), Conflict)
    transaction = await desk.start(2)
    await desk.refused("SetChargingProfile", on(1, purpose="TxProfile", transactionId=transaction), Conflict)
    await desk.refused("SetChargingProfile", on(2, purpose="TxProfile", transactionId=transaction ^ 1), Conflict)


async def test_transaction_that_ends_first(system: CentralSystem) -> None:
    """A profile for a transaction that ends before it can be sent is not sent."""
    async with desk_of(system) as desk:
        transaction = await desk.start()
        await system.operator.perform("CS-1", "ClearCache", {})
        await desk.station.receive()
        receipt = await system.operator.perform("CS-1", "SetChargingProfile", on(1, purpose="TxProfile"))
        await desk.stop(transaction)
    async with desk_of(system) as desk:
        outcome = await system.operator.outcome(receipt, 5)
        assert outcome is not None
        assert outcome.reason == f"transaction {transaction} has ended before the profile could be sent"
        assert await desk.station.alive()


@pytest.mark.parametrize("kind", ["Absolute", "Recurring"])
async def test_start_of_a_schedule(desk: Desk, kind: str) -> None:
    """A schedule that is not relative begins at an instant, by default now."""
    more = {"recurrencyKind": "Daily"} if kind == "Recurring" else {}
    began = instants.now()
    sent = await install(desk, 1, kind=kind, **more)
    assert abs((instants.parse(sent["chargingSchedule"]["startSchedule"]) - began).total_seconds()) < 5
    sent = await install(desk, 1, kind=kind, chargingSchedule=schedule(0, startSchedule=START), **more)
    assert sent["chargingSchedule"]["startSchedule"] == START


@pytest.mark.parametrize(
    "members",
    [
        {"stackLevel": -1},
        {"transactionId": 5},
        {"recurrencyKind": "Daily"},
        {"kind": "Recurring"},
        {"chargingSchedule": schedule(0, startSchedule=START)},
        {"chargingSchedule": schedule()},
        {"chargingSchedule": schedule(1)},
        {"chargingSchedule": schedule(0, 60, 60)},
        {"chargingSchedule": schedule(0, 60, 30)},
        {"chargingSchedule": schedule(0, limit=16.25)},
        {"chargingSchedule": schedule(0, limit=-1)},
        {"chargingSchedule": schedule(0, minChargingRate=0.05)},
        {"validFrom": START, "validTo": START},
    ],
)
async def test_profile_that_is_wrong_in_itself(desk: Desk, members: dict[str, Any]) -> None:
    """What the text forbids of every profile is refused."""
    await desk.refused("SetChargingProfile", on(1, **members), Impossible)


async def test_capabilities_of_the_station(desk: Desk) -> None:
    """What a station has told that it cannot do, it is not asked for."""
    await desk.report(
        ChargeProfileMaxStackLevel="1",
        ChargingScheduleAllowedChargingRateUnit="Power",
        ChargingScheduleMaxPeriods="2",
    )
    watts = schedule(0, 60, chargingRateUnit="W")
    await desk.refused("SetChargingProfile", on(1, stackLevel=2, chargingSchedule=watts), Conflict)
    await desk.refused("SetChargingProfile", on(1), Conflict)
    longer = schedule(0, 60, 120, chargingRateUnit="W")
    await desk.refused("SetChargingProfile", on(1, chargingSchedule=longer), Conflict)
    await install(desk, 1, stackLevel=1, chargingSchedule=watts)


async def test_room_for_profiles(desk: Desk) -> None:
    """One profile more than the station holds is refused, unless it replaces one."""
    await desk.report(MaxChargingProfilesInstalled="1")
    await install(desk, 1, id=1)
    await desk.refused("SetChargingProfile", on(2, id=2), Conflict)
    await install(desk, 1, id=2)
    await install(desk, 2, id=2)
    assert await installed(desk) == [2]


async def test_profile_that_is_replaced(desk: Desk) -> None:
    """A profile takes the place of one with its id, or with its connector, purpose and level."""
    await install(desk, 1, id=1)
    await install(desk, 1, id=2, stackLevel=1)
    await install(desk, 2, id=3)
    await install(desk, 1, id=4)
    await install(desk, 1, id=3, stackLevel=2)
    assert await installed(desk) == [2, 4, 3]


@pytest.mark.parametrize(
    ("criteria", "left"),
    [
        ({"id": 2}, [1, 3]),
        ({"id": 2, "connectorId": 1}, [1, 3]),
        ({"id": 9}, [1, 2, 3]),
        ({"connectorId": 1}, [1]),
        ({"connectorId": 0}, [2, 3]),
        ({"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}, [1, 2]),
        ({}, []),
    ],
)
async def test_cleared(desk: Desk, criteria: dict[str, Any], left: list[int]) -> None:
    """A clearing that is accepted removes what it names: one profile, those that meet all criteria, or all."""
    await install(desk, 0, id=1, purpose="ChargePointMaxProfile")
    await install(desk, 1, id=2)
    await install(desk, 1, id=3, stackLevel=1)
    sent, _ = await desk.ask("ClearChargingProfile", criteria, {"status": "Unknown"})
    assert sent == criteria
    assert await installed(desk) == [1, 2, 3]
    await desk.ask("ClearChargingProfile", criteria, ACCEPTED)
    assert await installed(desk) == left


async def test_composite_schedule(desk: Desk) -> None:
    """A composite schedule is asked for as entered, and told as answered."""
    asked = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": START, "chargingSchedule": schedule(0, 60)}
    sent, outcome = await desk.ask("GetCompositeSchedule", asked, answer)
    assert (sent, outcome.payload) == (asked, answer)


async def test_composite_schedule_that_makes_no_sense(desk: Desk) -> None:
    """A duration is not negative, and the unit is one that the station takes."""
    asked = {"connectorId": 1, "duration": -1}
    await desk.refused("GetCompositeSchedule", asked, Impossible)
    await desk.report(ChargingScheduleAllowedChargingRateUnit="Current")
    await desk.refused("GetCompositeSchedule", asked | {"duration": 60, "chargingRateUnit": "W"}, Conflict)
    await desk.ask("GetCompositeSchedule", asked | {"duration": 60}, {"status": "Rejected"})


async def test_profile_of_a_remote_start(desk: Desk) -> None:
    """A remote start carries a profile for the transaction to come."""
    asked = {"idTag": "TAG", "connectorId": 1, "chargingProfile": profile(purpose="TxProfile")}
    assert (await desk.ask("RemoteStartTransaction", asked, ACCEPTED))[0] == asked
    assert await installed(desk) == []
    await desk.ask("RemoteStartTransaction", {"idTag": "TAG"}, ACCEPTED)


async def remote_start(desk: Desk, answer: str = "Accepted", **members: Any) -> None:
    """Start remotely with a profile."""
    asked = {"idTag": "TAG", "chargingProfile": profile(purpose="TxProfile"), **members}
    await desk.ask("RemoteStartTransaction", asked, {"status": answer})


@pytest.mark.parametrize("place", [{}, {"connectorId": 1}])
async def test_profile_of_a_remote_start_is_installed_with_its_transaction(desk: Desk, place: dict[str, Any]) -> None:
    """The transaction that follows a remote start has the profile that came with it, as long as it runs."""
    await remote_start(desk, **place)
    assert await installed(desk) == []
    transaction = await desk.start(idTag="tag")
    assert await desk.operator.charging_profiles(desk.station.id) == [
        {"id": 1, "connector_id": 1, "purpose": "TxProfile", "stack_level": 0, "transaction_id": transaction}
    ]
    await desk.start(connector=2)
    assert len(await installed(desk)) == 1
    await desk.stop(transaction)
    assert await installed(desk) == []


async def test_profile_of_a_remote_start_that_leads_to_nothing(desk: Desk) -> None:
    """No transaction gets the profile of a remote start that was refused, replaced, overtaken or ended by a boot."""
    await remote_start(desk, "Rejected", connectorId=1)
    await desk.start()
    assert await installed(desk) == []
    await remote_start(desk, connectorId=1)
    await desk.start(idTag="OTHER")
    await desk.start()
    assert await installed(desk) == []
    await remote_start(desk)
    await desk.ask("RemoteStartTransaction", {"idTag": "TAG"}, ACCEPTED)
    await desk.start(connector=2)
    assert await installed(desk) == []
    await remote_start(desk, connectorId=3)
    await desk.station.boot()
    await desk.start(connector=3)
    assert await installed(desk) == []


@pytest.mark.parametrize("members", [{"purpose": "TxDefaultProfile"}, {"purpose": "TxProfile", "transactionId": 5}])
async def test_profile_that_no_remote_start_carries(desk: Desk, members: dict[str, Any]) -> None:
    """It is no other profile, and there is no transaction yet."""
    asked = {"idTag": "TAG", "connectorId": 1, "chargingProfile": profile(**members)}
    await desk.refused("RemoteStartTransaction", asked, Impossible)


async def test_validity_that_is_open(desk: Desk) -> None:
    """A validity that is open on one side is fine."""
    await install(desk, 1, validFrom=ahead(hours=1))
