"""What stations report besides."""

from __future__ import annotations

from tests.server.v201.desk import AT, Desk


async def test_security_events_are_recorded(desk: Desk) -> None:
    """A security event of any type is on record (A04.FR.03)."""
    event = {"type": "TamperDetectionActivated", "timestamp": AT, "techInfo": "lid"}
    assert await desk.tell("SecurityEventNotification", event) == {}
    (found,) = await desk.system.security.security_events("CS-1")
    assert (found["type"], found["info"]) == ("TamperDetectionActivated", "lid")


async def test_progress_is_noted(desk: Desk) -> None:
    """How an update and an upload go is on record (L01.FR.10, N01.FR.12)."""
    assert await desk.tell("FirmwareStatusNotification", {"status": "Installed", "requestId": 1}) == {}
    assert await desk.tell("LogStatusNotification", {"status": "Uploading", "requestId": 2}) == {}
    assert await desk.states() == ["done", "running"]
    assert (
        await desk.error("LogStatusNotification", {"status": "Idle", "requestId": 2**63})
        == "PropertyConstraintViolation"
    )


async def test_data_of_one_vendor_is_known(desk: Desk) -> None:
    """The data of the vendor that is known comes back, whatever it is; that of others is not known (P02)."""
    data = {"vendorId": "org.plugfest", "messageId": "echo", "data": {"any": [1]}}
    assert await desk.tell("DataTransfer", data) == {"status": "Accepted", "data": {"any": [1]}}
    assert await desk.tell("DataTransfer", {**data, "messageId": "x"}) == {"status": "UnknownMessageId"}
    assert await desk.tell("DataTransfer", {"vendorId": "x"}) == {"status": "UnknownVendorId"}
    sent, outcome = await desk.ask("DataTransfer", data, {"status": "Accepted"})
    assert (sent, outcome.status) == (data, "Accepted")
