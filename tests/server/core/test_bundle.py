"""Versions side by side: a tiny bundle of a made-up version beside OCPP 1.6, on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ocpp.exceptions import FormatViolationError, GenericError, OccurrenceConstraintViolationError, SecurityError
from websockets.typing import Subprotocol

from server.central_system import CentralSystem
from server.core.bundle import Bundle, Core, Service, routes
from server.core.framing import FrameRules
from server.core.operator import Impossible
from server.core.readings import Readings
from server.core.settings import ServerSettings, SettingsError
from server.core.stations import Station
from server.core.validation import Payload, SchemaErrors, Schemas
from server.parts import BUNDLES, Parts
from server.v16.operations import Operations
from tests.server.charger import PATIENCE, charger

ERRORS = SchemaErrors(form=FormatViolationError, occurrence=OccurrenceConstraintViolationError)
FRAMES = FrameRules(broken=FormatViolationError, unknown_type=GenericError, unreadable=SecurityError)


class Handlers:
    """Serves the one action of the made-up version that stations send."""

    def __init__(self) -> None:
        self.served: list[str] = []

    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        """Tell the time of long ago."""
        self.served.append(station.id)
        return {"currentTime": "1999-01-01T00:00:00Z"}


class OtherHandlers(Handlers):
    """Takes the place of the handlers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiny(Bundle):
    """A version with two actions, with the schemas of OCPP 2.0.1."""

    version: str = "9.9"
    subprotocol: str = "ocpp9.9"
    actions: frozenset[str] = frozenset({"Heartbeat", "Authorize", "ClearCache", "GetMonitoringReport"})
    orders: frozenset[str] = frozenset({"ClearCache", "GetMonitoringReport"})
    schemas: Schemas = field(default=Schemas("ocpp.v201", ERRORS, request="{action}Request"), repr=False)
    frames: FrameRules = FRAMES
    unaccepted: frozenset[str] = frozenset({"Heartbeat", "Authorize"})
    handlers: type[Handlers] = Handlers

    def open(self, core: Core) -> Service:
        """Put the parts together."""
        return Service(
            bundle=self,
            handlers=routes({"Heartbeat": "heartbeat"}, [self.handlers()]),
            operations=Operations([]),
            readings=Readings(),
        )


PARTS = Parts(bundles=(*BUNDLES, Tiny()))


def settings(path: Path, **more: Any) -> ServerSettings:
    """Return settings for a test."""
    return ServerSettings(port=0, log="off", database=path / "server.sqlite3", **more)


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[CentralSystem]:
    """Run a central system that serves both versions."""
    async with CentralSystem(settings(tmp_path), PARTS) as running:
        yield running


def speaking(*subprotocols: str) -> dict[str, Any]:
    """Return how a charger offers subprotocols."""
    return {"boot": False, "subprotocols": [Subprotocol(one) for one in subprotocols]}


async def test_station_may_change_its_version_between_connections(system: CentralSystem) -> None:
    """On one port, each connection is served by the version that it has negotiated."""
    async with charger(system) as station:
        assert await station.alive()
    async with charger(system, **speaking("ocpp9.9")) as station:
        assert (await station.result("Heartbeat"))["currentTime"].startswith("1999")
        assert system.operator.station("CS-1")["version"] == "9.9"
    async with charger(system, **speaking("ocpp1.6")) as station:
        assert not (await station.result("Heartbeat"))["currentTime"].startswith("1999")
        assert system.operator.station("CS-1")["version"] == "1.6"


@pytest.mark.parametrize("offered", [("ocpp9.9", "ocpp1.6"), ("ocpp1.6", "ocpp9.9")])
async def test_station_prefers_a_version(system: CentralSystem, offered: Sequence[str]) -> None:
    """Of several versions that are served, the first one offered is spoken."""
    async with charger(system, **speaking(*offered)) as station:
        assert station.connection.subprotocol == offered[0]


async def test_version_has_its_own_errors(system: CentralSystem) -> None:
    """What breaks a schema or the form of a frame is told in the words of the version that is spoken."""
    async with charger(system, **speaking("ocpp9.9")) as station:
        assert await station.error("Heartbeat", {"more": 1}) == "FormatViolation"
        assert await station.error("Authorize") == "NotSupported"
        await station.send([2, "id", "Heartbeat"])
        assert (await station.receive())[:3] == [4, "id", "FormatViolation"]
        await station.send("no JSON")
        assert (await station.receive())[:3] == [4, "-1", "SecurityError"]
        await station.send([9, "id", {}])
        assert (await station.receive())[:3] == [4, "id", "GenericError"]


async def test_operation_is_judged_by_the_version_spoken_last(system: CentralSystem) -> None:
    """An operation for a station that is away is one of the version that it spoke last, and of no other."""
    async with charger(system, **speaking("ocpp9.9")):
        pass
    await system.operator.perform("CS-1", "ClearCache", {})
    assert [one["version"] for one in await system.operator.operations_of("CS-1")] == ["9.9"]
    with pytest.raises(Impossible, match="unknown operation 'Reset'"):
        await system.operator.perform("CS-1", "Reset", {"type": "Hard"})


async def test_operation_of_one_version_only_needs_no_station(system: CentralSystem) -> None:
    """Of a station that has never spoken, an operation is one of the version that has it."""
    await system.operator.provision_station("CS-1")
    for action, version in (("Reset", "1.6"), ("GetMonitoringReport", "9.9")):
        assert system.operator.service(system.operator.known("CS-1"), action, None).bundle.version == version
    with pytest.raises(Impossible, match="OCPP 3 is not served"):
        system.operator.service(system.operator.known("CS-1"), "Reset", "3")


async def test_operation_waits_for_its_version(system: CentralSystem) -> None:
    """An operation of a version is not sent on a connection of another one."""
    async with charger(system) as station:
        operation = await system.operator.perform("CS-1", "ClearCache", {}, version="9.9")
        assert system.operator.waits_for(operation) == "the station to connect with OCPP 9.9"
        system.stations.get("CS-1").answered = "Accepted"  # type: ignore[union-attr]
    async with charger(system, **speaking("ocpp9.9")) as station:
        kind, id, action, _ = await station.receive()
        assert (kind, action) == (2, "ClearCache")
        await station.send([3, id, {"status": "Accepted"}])
        found = await system.operator.outcome(operation, PATIENCE)
        assert found is not None
        assert found.status == "Accepted"


async def test_version_outlives_a_restart(tmp_path: Path) -> None:
    """Which version a station spoke is known after a restart, also where that one is not served any more."""
    async with CentralSystem(settings(tmp_path), PARTS) as system:
        async with charger(system, **speaking("ocpp9.9")):
            pass
        operation = await system.operator.perform("CS-1", "ClearCache", {})
    async with CentralSystem(settings(tmp_path)) as system:
        assert system.operator.station("CS-1")["version"] == "9.9"
        found = await system.operator.outcome(operation)
        assert found is not None
        assert found.reason == "OCPP 9.9 is not served any more"


async def test_versions_show_their_records_together(system: CentralSystem) -> None:
    """What one version has on record is shown beside what another has, which may be nothing."""
    start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}
    async with charger(system) as station:
        await station.result("StartTransaction", start)
    async with charger(system, **speaking("ocpp9.9")):
        assert [one["id_tag"] for one in await system.operator.transactions("CS-1")] == ["A"]
        assert await system.operator.meter_values("CS-1", 10) == []


async def test_versions_can_be_chosen(tmp_path: Path) -> None:
    """A version that is not to be served is not agreed to."""
    async with CentralSystem(settings(tmp_path, versions=("1.6",)), PARTS) as system:
        async with charger(system, **speaking("ocpp9.9", "ocpp1.6")) as station:
            assert station.connection.subprotocol == "ocpp1.6"
        assert {version for version, _ in system.offered} == {"1.6"}


def test_version_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    """The error names the versions that there are."""
    with pytest.raises(SettingsError, match=r"there is no 3; there are 1\.6, 2\.0\.1, 9\.9"):
        CentralSystem(settings(tmp_path, versions=("3",)), PARTS)


def test_part_of_a_bundle_is_replaced() -> None:
    """A subclass of a part takes its place in the bundle that has the part, and in no other."""
    altered = PARTS.with_part(OtherHandlers)
    assert altered.bundles == (*BUNDLES, Tiny(handlers=OtherHandlers))
