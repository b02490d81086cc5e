"""What is recorded of the feature profiles, through the operator API and the driver."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from harness.csms import (
    ChargingProfileReader,
    ChargingProfileView,
    LocalListReader,
    ReservationReader,
    ReservationView,
    TaskReader,
    TaskView,
    Unknown,
)
from server.central_system import CentralSystem
from server.core.tags import Tag
from server.driver import ReferenceDriver
from server.operator_api import application
from tests.server.v16.desk import Desk, desk_of

EXPIRY = "2099-01-01T00:00:00Z"
PERIODS = [{"startPeriod": 0, "limit": 16}]
LIMIT = {
    "chargingProfileId": 1,
    "stackLevel": 2,
    "chargingProfilePurpose": "ChargePointMaxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": PERIODS},
}
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}
RESERVATION = {"reservationId": 7, "connectorId": 1, "idTag": "TAG", "expiryDate": EXPIRY}


async def fill(desk: Desk) -> None:
    """Leave one record of each kind."""
    accepted = {"status": "Accepted"}
    await desk.operator.provision_tag(Tag(id_tag="TAG"))
    await desk.ask("SendLocalList", {"updateType": "Full"}, accepted)
    await desk.ask("ReserveNow", RESERVATION, accepted)
    await desk.ask("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": LIMIT}, accepted)
    roots = {"certificateType": "CentralSystemRootCertificate"}
    await desk.ask("GetInstalledCertificateIds", roots, {"status": "Accepted", "certificateHashData": [HASH]})
    await desk.ask("GetDiagnostics", {"location": "ftp://files.example/"}, {"fileName": "x.log"})


async def test_views_of_the_operator_api(system: CentralSystem, desk: Desk) -> None:
    """Members are named as the fields of the driver's views are."""
    await fill(desk)
    found = {}
    transport = httpx.ASGITransport(application(system))
    async with httpx.AsyncClient(transport=transport, base_url="http://operator") as api:
        for name in ("local-list", "reservations", "charging-profiles", "tasks", "installed-certificates"):
            found[name] = (await api.get(f"/stations/CS-1/{name}")).json()
            assert (await api.get(f"/stations/CS-2/{name}")).status_code == 404
    profile = {"id": 1, "connector_id": 0, "purpose": "ChargePointMaxProfile", "stack_level": 2, "transaction_id": None}
    assert found == {
        "local-list": {"version": 1, "entries": [{"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}]},
        "reservations": [{"id": 7, "status": "active", "connector_id": 1, "id_tag": "TAG", "expires": EXPIRY}],
        "charging-profiles": [profile],
        "installed-certificates": [{"type": "CentralSystemRootCertificate", "hash_data": HASH}],
        "tasks": [{"kind": "diagnostics", "state": "running", "status": None, "request_id": None}],
    }


async def test_views_of_the_driver() -> None:
    """The driver has the abilities, and reads what is recorded."""
    async with ReferenceDriver() as driver, desk_of(driver._system) as desk:
        for ability in (LocalListReader, ReservationReader, ChargingProfileReader, TaskReader):
            assert isinstance(driver, ability)
        await fill(desk)
        assert await driver.local_list_version("CS-1") == 1
        expires = datetime(2099, 1, 1, tzinfo=UTC)
        assert await driver.reservations("CS-1") == [
            ReservationView(id=7, status="active", connector_id=1, id_tag="TAG", expires=expires)
        ]
        assert await driver.charging_profiles("CS-1") == [
            ChargingProfileView(id=1, connector_id=0, purpose="ChargePointMaxProfile", stack_level=2)
        ]
        assert await driver.tasks("CS-1") == [TaskView(kind="diagnostics", state="running")]


@pytest.mark.parametrize("reader", ["local_list_version", "reservations", "charging_profiles", "tasks"])
async def test_station_that_is_not_known(reader: str) -> None:
    """Of a station that it does not know the driver tells nothing."""
    async with ReferenceDriver() as driver:
        with pytest.raises(Unknown, match="there is no station 'NOBODY'"):
            await getattr(driver, reader)("NOBODY")


async def test_records_go_with_their_station(desk: Desk) -> None:
    """A station that is removed takes along all that was recorded of it."""
    await fill(desk)
    await desk.operator.remove_station("CS-1")
    await desk.operator.provision_station("CS-1")
    assert await desk.operator.local_list("CS-1") == {"version": None, "entries": []}
    assert await desk.operator.reservations("CS-1") == []
    assert await desk.operator.charging_profiles("CS-1") == []
    assert await desk.operator.tasks("CS-1") == []
