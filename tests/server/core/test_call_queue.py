"""The queue of CALLs: one outstanding, the rest waits, nothing blocks for good."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from server.central_system import CentralSystem
from server.core.operator import Conflict, Impossible, Refused, UnknownStation
from server.core.store import StoreError
from tests.server.charger import PATIENCE, Charger, charger
from tests.server.conftest import Make, lock


async def perform(system: CentralSystem, action: str, **payload: Any) -> str:
    """Have an operation performed and return its id."""
    return await system.operator.perform("CS-1", action, payload)


async def outcome(system: CentralSystem, operation: str) -> tuple[str, str | None]:
    """Return state and status of an operation that is over, or its reason."""
    found = await system.operator.outcome(operation, PATIENCE)
    assert found is not None
    return found.state, found.status or found.reason


async def answer(station: Charger, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Take the next CALL, which must be of an action, answer it and return what it carried."""
    kind, id, received, carried = await station.receive()
    assert (kind, received) == (2, action)
    await station.send([3, id, payload])
    return dict(carried)


async def test_calls_go_out_one_by_one(system: CentralSystem) -> None:
    """The second CALL waits for the answer to the first."""
    async with charger(system) as station:
        first = await perform(system, "Reset", type="Hard")
        second = await perform(system, "ClearCache")
        call = await station.receive()
        assert call[2:] == ["Reset", {"type": "Hard"}]
        assert await station.alive()
        await station.send([3, call[1], {"status": "Rejected"}])
        assert await outcome(system, first) == ("answered", "Rejected")
        assert await answer(station, "ClearCache", {"status": "Accepted"}) == {}
        assert await outcome(system, second) == ("answered", "Accepted")


async def test_ids_are_never_used_twice(system: CentralSystem) -> None:
    """Every CALL has an id of its own, of at most 36 characters."""
    ids = set()
    async with charger(system) as station:
        for _ in range(50):
            await perform(system, "ClearCache")
            call = await station.receive()
            ids.add(call[1])
            await station.send([3, call[1], {"status": "Accepted"}])
    assert len(ids) == 50
    assert all(isinstance(id, str) and 0 < len(id) <= 36 for id in ids)


async def test_silent_station_does_not_delay_others(system: CentralSystem) -> None:
    """The queue of one station is its own."""
    async with charger(system) as silent, charger(system, "CS-2") as other:
        await perform(system, "ClearCache")
        await silent.receive()
        await system.operator.perform("CS-2", "ClearCache", {})
        assert (await other.receive())[2] == "ClearCache"


async def test_unanswered_call_fails_and_the_next_follows(make: Make) -> None:
    """A CALL that times out is reported, and its late answer is not taken for another's."""
    async with make(call_timeout=0.05) as system, charger(system) as station:
        first, second = await perform(system, "ClearCache"), await perform(system, "ClearCache")
        late = (await station.receive())[1]
        assert await outcome(system, first) == ("failed", "timeout: no answer within 0.05 s")
        call = await station.receive()
        await station.send([3, late, {"status": "Accepted"}])
        await station.send([3, call[1], {"status": "Rejected"}])
        assert await outcome(system, second) == ("answered", "Rejected")


async def test_operations_wait_for_the_station(system: CentralSystem) -> None:
    """What is asked of a station that is away is sent when it is back."""
    async with charger(system):
        pass
    operation = await perform(system, "ClearCache")
    found = await system.operator.outcome(operation)
    assert found is not None
    assert found.state == "pending"
    async with charger(system, boot=False) as station:
        await answer(station, "ClearCache", {"status": "Accepted"})
        assert await outcome(system, operation) == ("answered", "Accepted")


async def test_operations_wait_for_the_first_boot(system: CentralSystem) -> None:
    """A station that has never been accepted is sent nothing before it is."""
    await system.operator.provision_station("CS-1")
    await perform(system, "ClearCache")
    async with charger(system, boot=False) as station:
        assert await station.error("Heartbeat") == "SecurityError"
        assert await station.boot() == "Accepted"
        await answer(station, "ClearCache", {"status": "Accepted"})


async def test_lost_connection_fails_what_was_outstanding(system: CentralSystem) -> None:
    """A CALL does not outlive its connection; the next goes to the new one."""
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        await station.receive()
    assert await outcome(system, operation) == ("failed", "connection lost: closed by the station: 1000 (OK)")
    await perform(system, "Reset", type="Soft")
    async with charger(system, boot=False) as station:
        assert (await station.receive())[2] == "Reset"


async def test_replaced_connection_fails_what_was_outstanding(system: CentralSystem) -> None:
    """CALLs go to the newest connection only."""
    async with charger(system) as old:
        first = await perform(system, "ClearCache")
        await old.receive()
        async with charger(system, boot=False) as new:
            assert await outcome(system, first) == ("failed", "connection lost: the station has connected again")
            await perform(system, "Reset", type="Soft")
            assert (await new.receive())[2] == "Reset"


async def test_waiting_operations_outlive_the_central_system(make: Make) -> None:
    """After a restart what waited still waits, and what was outstanding has failed."""
    async with make() as system, charger(system) as station:
        outstanding, waiting = await perform(system, "ClearCache"), await perform(system, "Reset", type="Soft")
        await station.receive()
        await system.kill()
        await system.start()
        assert await outcome(system, outstanding) == ("failed", "connection lost")
        async with charger(system, boot=False) as again:
            await answer(again, "Reset", {"status": "Accepted"})
            assert await outcome(system, waiting) == ("answered", "Accepted")


async def test_rejected_station_is_sent_nothing(system: CentralSystem) -> None:
    """Nothing is sent to a rejected station, also not what waited for it."""
    async with charger(system) as station:
        await system.operator.set_registration("CS-1", "Rejected")
    await perform(system, "ClearCache")
    async with charger(system, boot=False) as station:
        call = await station.receive()
        await station.send([3, call[1], {"status": "Accepted"}])
        assert await station.boot() == "Rejected"
        with pytest.raises(Conflict, match="rejected"):
            await perform(system, "ClearCache")


async def test_pending_station_is_not_started_remotely(system: CentralSystem) -> None:
    """A pending station is configured but not asked to charge."""
    await system.operator.provision_station("CS-1")
    await system.operator.set_registration("CS-1", "Pending")
    async with charger(system, boot=False) as station:
        assert await station.boot() == "Pending"
        for action, payload in (
            ("RemoteStartTransaction", {"idTag": "A"}),
            ("RemoteStopTransaction", {"transactionId": 1}),
        ):
            with pytest.raises(Conflict, match="pending"):
                await system.operator.perform("CS-1", action, payload)
        await perform(system, "GetConfiguration")
        await answer(station, "GetConfiguration", {})


async def test_remote_start_waits_while_the_station_is_pending(system: CentralSystem) -> None:
    """What must not be sent yet lets others pass, and follows later."""
    async with charger(system):
        pass
    await perform(system, "RemoteStartTransaction", idTag="A")
    await system.operator.set_registration("CS-1", "Pending")
    station_record = system.stations.get("CS-1")
    assert station_record is not None
    station_record.answered = "Pending"
    await perform(system, "ClearCache")
    async with charger(system, boot=False) as station:
        await answer(station, "ClearCache", {"status": "Accepted"})
        assert await station.boot() == "Pending"
        await system.operator.set_registration("CS-1", "Accepted")
        assert await station.boot() == "Accepted"
        await answer(station, "RemoteStartTransaction", {"status": "Accepted"})


async def test_removed_station_takes_its_operations_along(system: CentralSystem) -> None:
    """Nothing is left of a station that has been removed."""
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        await station.receive()
        await perform(system, "ClearCache")
        await system.operator.remove_station("CS-1")
        assert await system.operator.outcome(operation, PATIENCE) is None
    assert len(system.queue) == 0


async def test_operation_of_a_station_that_was_never_stored_fails(make: Make, tmp_path: Path) -> None:
    """What was taken for a station that is unknown after a restart does not wait for ever."""
    async with make(accept_unknown=True, store_timeout=0.05) as system:
        other = await lock(tmp_path / "server.sqlite3")
        async with connect(f"{system.endpoint}/CS-1", subprotocols=[Subprotocol("ocpp1.6")]):
            with pytest.raises(StoreError):
                await system.store.read(lambda _: None)
        await asyncio.to_thread(other.close)
        operation = await perform(system, "ClearCache")
    async with make() as system:
        assert await outcome(system, operation) == ("failed", "the station is not known any more")


async def test_failed_operation_is_logged(make: Make, tmp_path: Path) -> None:
    """The log tells which operation has failed, and why."""
    log = tmp_path / "log"
    async with make(log=str(log)) as system, charger(system) as station:
        operation = await perform(system, "ClearCache")
        await station.send([4, (await station.receive())[1], "NotSupported", "", {}])
        await outcome(system, operation)
    text = await asyncio.to_thread(log.read_text, "utf-8")
    [line] = [one for one in map(json.loads, text.splitlines()) if one["event"] == "operation failed"]
    found = [line[name] for name in ("station", "action", "operation", "reason")]
    assert found == ["CS-1", "ClearCache", operation, "CALLERROR NotSupported: "]


async def test_unknown_operation_has_no_outcome(system: CentralSystem) -> None:
    """An id that was never handed out is unknown."""
    assert await system.operator.outcome("nonsense", 0.0) is None


async def test_patience_ends(system: CentralSystem) -> None:
    """Whoever waits for an outcome is told when it takes too long."""
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        await station.receive()
        found = await system.operator.outcome(operation, 0.01)
    assert found is not None
    assert found.state == "pending"


@pytest.mark.parametrize(
    ("action", "payload", "reason"),
    [
        ("Explode", {}, "unknown operation 'Explode'"),
        ("Heartbeat", {}, "unknown operation"),
        ("Reset", {"type": "Warm"}, "Reset: type: breaks the rule enum"),
        ("Reset", {}, "Reset: type: breaks the rule required"),
        ("ClearCache", {"x": 1}, "ClearCache: x: breaks the rule additionalProperties"),
        ("RemoteStartTransaction", {"idTag": "x" * 21}, "maxLength"),
        ("RemoteStartTransaction", {"idTag": "A", "connectorId": 0}, "connectorId must be 1 or more"),
        ("UnlockConnector", {"connectorId": 0}, "connectorId must be 1 or more"),
        ("ChangeAvailability", {"connectorId": -1, "type": "Operative"}, "connectorId must be 0 or more"),
        ("ChangeConfiguration", {"key": "A", "value": 60}, "value: breaks the rule type"),
        ("ChangeConfiguration", {"key": "k" * 51, "value": "1"}, "maxLength"),
        ("ChangeConfiguration", {"key": "WebSocketPingInterval", "value": "-1"}, "whole number"),
        ("ChangeConfiguration", {"key": "heartbeatinterval", "value": "often"}, "whole number"),
        ("DataTransfer", {"vendorId": "v" * 256}, "maxLength"),
        ("UnlockConnector", {"connectorId": 2**31}, "UnlockConnector: connectorId: no whole number may exceed"),
        ("GetDiagnostics", {"location": "ftp://a/b", "stopTime": "0000-01-01T00:00:00Z"}, "stopTime: .* format"),
        ("GetDiagnostics", {"location": "ftp://a/b", "startTime": "2024-05-01T12:00:00"}, "startTime: .* format"),
    ],
)
async def test_what_ocpp_forbids_is_not_taken(
    system: CentralSystem, action: str, payload: dict[str, Any], reason: str
) -> None:
    """An operator's mistake is told to the operator and sent to nobody."""
    async with charger(system) as station:
        with pytest.raises(Impossible, match=reason):
            await system.operator.perform("CS-1", action, payload)
        assert await station.alive()


async def test_station_must_be_known(system: CentralSystem) -> None:
    """Nothing can be asked of or about a station that is not known."""
    with pytest.raises(UnknownStation, match="no station 'X'"):
        await system.operator.perform("X", "ClearCache", {})
    with pytest.raises(UnknownStation):
        await system.operator.set_registration("X", "Accepted")
    await system.operator.remove_station("X")


async def test_registration_must_be_one(system: CentralSystem) -> None:
    """There are three registrations."""
    await system.operator.provision_station("CS-1")
    with pytest.raises(Refused, match="Accepted, Pending or Rejected"):
        await system.operator.set_registration("CS-1", "Perhaps")
    with pytest.raises(Refused, match="identity"):
        await system.operator.provision_station("")


async def test_defect_in_an_effect_fails_the_operation(system: CentralSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that cannot be recorded for a reason of our own ends the operation, and the next follows."""

    def fail(*_: Any) -> None:
        raise KeyError("defect")

    monkeypatch.setattr(system.operator.services["1.6"].operations, "answered", fail)
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        await answer(station, "ClearCache", {"status": "Accepted"})
        assert await outcome(system, operation) == ("failed", "internal error")
        await perform(system, "ClearCache")
        assert (await station.receive())[2] == "ClearCache"


async def test_stopping_leaves_what_waits(make: Make) -> None:
    """A central system that stops keeps what it has not sent."""
    async with make() as system:
        await system.operator.provision_station("CS-1")
        operation = await perform(system, "ClearCache")
    async with make() as system:
        found = await system.operator.outcome(operation)
        assert found is not None
        assert found.state == "pending"
        assert len(system.queue) == 1
        await asyncio.sleep(0)
