"""Firmware Management: tasks from the request to their end."""

from __future__ import annotations

from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core.operator import Conflict, Impossible
from tests.server.conftest import Make
from tests.server.v16.desk import Desk, ahead, desk_of

UPDATE = {"location": "ftp://files.example/firmware.bin", "retrieveDate": "2030-01-01T00:00:00Z"}
UPLOAD = {"location": "ftp://files.example/upload"}


async def tasks(desk: Desk) -> list[tuple[Any, ...]]:
    """Return kind, state and status of all tasks of the station."""
    return [(one["kind"], one["state"], one["status"]) for one in await desk.operator.tasks(desk.station.id)]


@pytest.mark.parametrize("oldest", ["2024-05-02T00:00:00Z", "0000-01-01T00:00:00Z"])
async def test_log_of_an_impossible_time(desk: Desk, oldest: str) -> None:
    """A log is asked for in the order of times, and of times that there are."""
    log = {"remoteLocation": "ftp://a/b", "oldestTimestamp": oldest, "latestTimestamp": "2024-05-01T00:00:00Z"}
    await desk.refused("GetLog", {"logType": "SecurityLog", "log": log}, Impossible)


async def test_update_is_asked_for(desk: Desk) -> None:
    """An update goes out as it was entered, and its task runs."""
    sent, outcome = await desk.ask("UpdateFirmware", UPDATE, {})
    assert sent == UPDATE
    assert outcome.state == "answered"
    assert await tasks(desk) == [("firmware", "running", None)]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Downloading", "running"),
        ("Downloaded", "running"),
        ("Installing", "running"),
        ("Installed", "done"),
        ("DownloadFailed", "failed"),
        ("InstallationFailed", "failed"),
    ],
)
async def test_update_is_tracked(desk: Desk, status: str, state: str) -> None:
    """A task stands as the latest status of the station says."""
    await desk.ask("UpdateFirmware", UPDATE, {})
    assert await desk.station.result("FirmwareStatusNotification", {"status": status}) == {}
    assert await tasks(desk) == [("firmware", state, status)]


async def test_update_is_tracked_across_a_reboot(system: CentralSystem) -> None:
    """The station goes away and comes back, and the task is still the same."""
    async with desk_of(system) as desk:
        await desk.ask("UpdateFirmware", UPDATE, {})
        await desk.station.result("FirmwareStatusNotification", {"status": "Installing"})
    async with desk_of(system) as desk:
        await desk.station.result("FirmwareStatusNotification", {"status": "Installed"})
        assert await tasks(desk) == [("firmware", "done", "Installed")]


async def test_update_that_is_refused(desk: Desk) -> None:
    """A CALLERROR ends the task as failed."""
    _, outcome = await desk.ask("UpdateFirmware", UPDATE, None)
    assert outcome.state == "failed"
    assert await tasks(desk) == [("firmware", "failed", None)]


async def test_idle_is_no_status_of_a_task(desk: Desk) -> None:
    """Idle is answered and changes nothing."""
    await desk.ask("UpdateFirmware", UPDATE, {})
    await desk.station.result("FirmwareStatusNotification", {"status": "Installed"})
    assert await desk.station.result("FirmwareStatusNotification", {"status": "Idle"}) == {}
    assert await tasks(desk) == [("firmware", "done", "Installed")]


async def test_unsolicited_status(desk: Desk) -> None:
    """A status that nothing asked for is answered and begins a task."""
    assert await desk.station.result("DiagnosticsStatusNotification", {"status": "Uploading"}) == {}
    assert await desk.station.result("DiagnosticsStatusNotification", {"status": "Uploaded"}) == {}
    assert await tasks(desk) == [("diagnostics", "done", "Uploaded")]


async def test_diagnostics_to_come(desk: Desk) -> None:
    """A file name announces an upload."""
    await desk.ask("GetDiagnostics", UPLOAD, {"fileName": "x.log"})
    assert await tasks(desk) == [("diagnostics", "running", None)]
    await desk.station.result("DiagnosticsStatusNotification", {"status": "UploadFailed"})
    assert await tasks(desk) == [("diagnostics", "failed", "UploadFailed")]


async def test_nothing_to_upload(desk: Desk) -> None:
    """Without a file name nothing comes."""
    await desk.ask("GetDiagnostics", UPLOAD, {})
    assert await tasks(desk) == [("diagnostics", "done", None)]


async def test_status_that_comes_with_the_answer(desk: Desk) -> None:
    """A status in the same breath as the answer belongs to the task."""
    receipt = await desk.operator.perform(desk.station.id, "UpdateFirmware", UPDATE)
    _, id, *_ = await desk.station.receive()
    await desk.station.send([3, id, {}])
    await desk.station.result("FirmwareStatusNotification", {"status": "Downloading"})
    await desk.operator.outcome(receipt, 5)
    assert await tasks(desk) == [("firmware", "running", "Downloading")]


@pytest.mark.parametrize("location", ["", "firmware.bin", "/firmware.bin", "urn:firmware"])
async def test_location_that_is_no_uri(desk: Desk, location: str) -> None:
    """A location is an absolute URI."""
    assert "location" in await desk.refused("UpdateFirmware", UPDATE | {"location": location}, Impossible)


async def test_scheme_that_the_station_does_not_list(desk: Desk) -> None:
    """A file is not offered by a protocol that the station does not speak."""
    await desk.report(SupportedFileTransferProtocols="HTTPS, SFTP")
    assert "https, sftp" in await desk.refused("UpdateFirmware", UPDATE, Conflict)
    await desk.ask("UpdateFirmware", UPDATE | {"location": "https://files.example/firmware.bin"}, {})


@pytest.mark.parametrize(
    "members",
    [{"retries": -1}, {"retryInterval": -1}, {"startTime": ahead(hours=1), "stopTime": ahead()}],
)
async def test_members_that_make_no_sense(desk: Desk, members: dict[str, Any]) -> None:
    """Attempts and pauses are not negative, and a period ends after it began."""
    await desk.refused("GetDiagnostics", UPLOAD | members, Impossible)


async def test_update_that_a_power_cut_interrupts(make: Make) -> None:
    """What was sent and not answered when the central system died has failed once it is back."""
    async with make() as system, desk_of(system) as desk:
        await desk.operator.perform("CS-1", "UpdateFirmware", UPDATE)
        await desk.station.receive()
        await system.kill()
    async with make() as system:
        assert [one["state"] for one in await system.operator.tasks("CS-1")] == ["failed"]
