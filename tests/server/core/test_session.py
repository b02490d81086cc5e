"""Sessions: CALLs of a station are served or refused, answers find their CALLs."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from server.central_system import CentralSystem
from server.core.connection import MAX_UNANSWERED
from server.core.session import MAX_REMEMBERED_IDS, Session
from server.core.store import StoreError
from tests.server.charger import BOOT, PATIENCE, Charger, charger
from tests.server.conftest import Make, lock

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
SECRET = "5ec2e75ec2e75ec2e75ec2e75ec2e75e"
IGNORED = [
    "{",
    "[]",
    '[5,"x",{}]',
    '[2,5,"Heartbeat",{}]',
    '[2,null,"Heartbeat",{}]',
    '[2,"","Heartbeat",{}]',
    '[3,"nobody",{}]',
    '[4,"nobody","GenericError","",{}]',
    '[3,"nobody"]',
]


async def perform(system: CentralSystem, action: str, **payload: Any) -> str:
    """Have an operation performed and return its id."""
    return await system.operator.perform("CS-1", action, payload)


async def outcome(system: CentralSystem, operation: str) -> tuple[str, str | None]:
    """Return state and status of an operation that is over, or its reason."""
    found = await system.operator.outcome(operation, PATIENCE)
    assert found is not None
    return found.state, found.status or found.reason


@pytest.mark.parametrize("text", IGNORED)
async def test_what_needs_no_answer_gets_none(system: CentralSystem, text: str) -> None:
    """A text without usable id, or an answer nobody waits for, is ignored."""
    async with charger(system) as station:
        await station.send(text)
        assert await station.alive()
    assert system.metrics.ignored == 1


@pytest.mark.parametrize("id", ["0", "aB-_./+= ", "ü", "x" * 36])
async def test_answer_repeats_the_id(system: CentralSystem, id: str) -> None:
    """The unique id comes back as it was sent."""
    async with charger(system) as station:
        await station.send([2, id, "Heartbeat", {}])
        assert (await station.receive())[:2] == [3, id]


async def test_longer_id_is_refused(system: CentralSystem) -> None:
    """A CALL whose id is too long is refused."""
    async with charger(system) as station:
        await station.send([2, "x" * 37, "Heartbeat", {}])
        assert (await station.receive())[:3] == [4, "x" * 37, "FormationViolation"]


async def test_id_cannot_be_used_twice(system: CentralSystem) -> None:
    """A second CALL with the same id is refused, also when the first was."""
    async with charger(system) as station:
        for action in ("Heartbeat", "Nonsense"):
            await station.send([2, action, action, {}])
            await station.receive()
            await station.send([2, action, "Heartbeat", {}])
            assert (await station.receive())[2] == "ProtocolError"


async def test_ids_start_afresh_on_a_new_connection(system: CentralSystem) -> None:
    """An id belongs to one connection."""
    for _ in range(2):
        async with charger(system) as station:
            assert await station.alive()


async def test_memory_of_ids_is_bounded(system: CentralSystem) -> None:
    """A connection forgets its oldest ids."""
    async with charger(system):
        station = system.stations.get("CS-1")
        assert station is not None
        session = system.links.of(station)
        assert isinstance(session, Session)
        for number in range(2 * MAX_REMEMBERED_IDS):
            session.check_unique(f"n{number}")
        assert len(session._seen) == MAX_REMEMBERED_IDS


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("FooBar", {}, "NotImplemented"),
        ("heartbeat", {}, "NotImplemented"),
        ("/Heartbeat", {}, "NotImplemented"),
        ("Reset", {"type": "Hard"}, "NotSupported"),
        ("ClearCache", {}, "NotSupported"),
        ("Heartbeat", {"x": 1}, "FormationViolation"),
        ("Authorize", {}, "OccurenceConstraintViolation"),
        ("Authorize", {"idTag": 5}, "TypeConstraintViolation"),
        ("Authorize", {"idTag": "x" * 21}, "PropertyConstraintViolation"),
    ],
)
async def test_refusal_has_the_code_of_the_table(
    system: CentralSystem, action: str, payload: dict[str, Any], code: str
) -> None:
    """What cannot be served is refused with the code that fits."""
    async with charger(system) as station:
        assert await station.error(action, payload) == code
        assert await station.alive()


async def test_refusal_has_a_text_and_an_object(system: CentralSystem) -> None:
    """The description is a text and the details are an object."""
    async with charger(system) as station:
        answer = await station.call("FooBar")
        assert (len(answer), type(answer[3]), answer[4]) == (5, str, {})


async def test_calls_before_the_boot_are_refused(system: CentralSystem) -> None:
    """A station that has not been accepted may only boot."""
    async with charger(system, boot=False) as station:
        for action in ("Heartbeat", "StatusNotification"):
            assert await station.error(action) == "SecurityError"
        assert await station.error("bootNotification") == "NotImplemented"
        assert await station.error("Reset") == "NotSupported"
        assert await station.boot() == "Accepted"
        assert await station.alive()


async def test_accepted_station_need_not_boot_again(system: CentralSystem) -> None:
    """A station that was accepted is served after a reconnect."""
    async with charger(system):
        pass
    async with charger(system, boot=False) as station:
        assert await station.alive()


@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
async def test_station_that_is_not_accepted_is_not_served(system: CentralSystem, registration: str) -> None:
    """Pending and rejected stations are refused until a boot is accepted."""
    async with charger(system) as station:
        await system.operator.set_registration("CS-1", registration)
        assert await station.alive()
        assert await station.boot() == registration
        assert await station.error("Heartbeat") == "SecurityError"
        await system.operator.set_registration("CS-1", "Accepted")
        assert await station.boot() == "Accepted"
        assert await station.alive()


async def pending(system: CentralSystem, station: Charger) -> None:
    """Make a station pending."""
    await system.operator.set_registration("CS-1", "Pending")
    assert await station.boot() == "Pending"


async def trigger(system: CentralSystem, station: Charger, status: str, **payload: Any) -> None:
    """Ask a station for a message and let it answer."""
    operation = await perform(system, "TriggerMessage", **payload)
    call = await station.receive()
    await station.send([3, call[1], {"status": status}])
    assert (await outcome(system, operation))[1] == status


async def test_pending_station_may_send_what_it_was_asked_for(system: CentralSystem) -> None:
    """A triggered message is served once although the station is pending."""
    async with charger(system, boot=False) as station:
        await pending(system, station)
        await trigger(system, station, "Accepted", requestedMessage="StatusNotification", connectorId=1)
        assert await station.result("StatusNotification", STATUS) == {}
        assert await station.error("StatusNotification", STATUS) == "SecurityError"


async def test_pending_station_may_send_one_status_per_connector(system: CentralSystem) -> None:
    """Without a connectorId the status of every connector was asked for."""
    async with charger(system, boot=False) as station:
        await pending(system, station)
        await trigger(system, station, "Accepted", requestedMessage="StatusNotification")
        for connector in range(3):
            assert await station.result("StatusNotification", STATUS | {"connectorId": connector}) == {}


async def test_station_that_declines_a_trigger_may_not_send(system: CentralSystem) -> None:
    """A trigger that the station does not accept permits nothing."""
    async with charger(system, boot=False) as station:
        await pending(system, station)
        await trigger(system, station, "Rejected", requestedMessage="Heartbeat")
        assert await station.error("Heartbeat") == "SecurityError"


async def test_defect_is_an_internal_error_without_internals(
    system: CentralSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a defect a station learns nothing but that there is one."""

    def fail(*_: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(system.tags, "status", fail)
    async with charger(system) as station:
        answer = await station.call("Authorize", {"idTag": "A"})
        assert answer[2] == "InternalError"
        assert "secret" not in json.dumps(answer)
        assert await station.alive()
    assert system.metrics.failures == 1


async def test_locked_database_is_an_internal_error(make: Make, tmp_path: Path) -> None:
    """What cannot be stored is not confirmed, and served again once it can."""
    async with make(store_timeout=0.05) as system, charger(system) as station:
        other = await lock(tmp_path / "server.sqlite3")
        assert await station.error("StatusNotification", STATUS) == "InternalError"
        assert await station.alive()
        await asyncio.to_thread(other.close)
        assert await station.result("StatusNotification", STATUS) == {}


async def test_failed_write_is_no_defect(make: Make, tmp_path: Path) -> None:
    """A store that fails is noted with its reason, and counts as that rather than as a defect."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log), store_timeout=0.05) as system, charger(system) as station:
        other = await lock(tmp_path / "server.sqlite3")
        assert await station.error("StatusNotification", STATUS) == "InternalError"
        await asyncio.to_thread(other.close)
        assert system.metrics.failures == 0
        assert "plugfest_failed_writes 1.0" in system.metrics.text().decode()
    [line] = [line for line in await entries(log) if line["event"] == "store failed"]
    assert (line["station"], line["action"], line["reason"]) == ("CS-1", "StatusNotification", "database is locked")


async def test_pipelined_calls_are_all_answered(system: CentralSystem) -> None:
    """CALLs back to back are answered under their own ids."""
    async with charger(system) as station:
        for id, action, payload in (
            ("a", "StatusNotification", STATUS),
            ("b", "Heartbeat", {}),
            ("c", "Authorize", {"idTag": "A"}),
            ("d", "BootNotification", BOOT),
        ):
            await station.send([2, id, action, payload])
        answers = {answer[1]: answer[2] for answer in [await station.receive() for _ in range(4)]}
    assert answers["a"] == {}
    assert "idTagInfo" in answers["c"]
    assert answers["d"]["status"] == "Accepted"


async def test_calls_may_cross(system: CentralSystem) -> None:
    """A station is served while it owes an answer, also under the id that it owes."""
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        call = await station.receive()
        await station.send([2, call[1], "Heartbeat", {}])
        assert (await station.receive())[:2] == [3, call[1]]
        await station.send([3, call[1], {"status": "Accepted"}])
        assert await outcome(system, operation) == ("answered", "Accepted")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('[3,"ID",{}]', "invalid answer: status: breaks the rule required"),
        ('[3,"ID",{"status":"Maybe"}]', "invalid answer: status: breaks the rule enum"),
        ('[3,"ID"]', "invalid answer: not formed as an answer: [type, id]"),
        ('[3,"ID",{"status":"Acc', "invalid answer: not JSON, or cut off"),
        ('[4,"ID","NotSupported","no",{}]', "CALLERROR NotSupported: no"),
        ('[4,"ID","Bogus","",{}]', "CALLERROR Bogus: "),
        ('[4,"ID","NotSupported","no"]', "CALLERROR NotSupported: no"),
        ('[4,"ID"]', "invalid answer: not formed as an answer: [type, id]"),
    ],
)
async def test_answer_that_is_no_success_fails_the_operation(system: CentralSystem, answer: str, reason: str) -> None:
    """Whatever completes a CALL, it is not answered, and the next CALL follows."""
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        await station.send(answer.replace("ID", (await station.receive())[1]))
        assert await outcome(system, operation) == ("failed", reason)
        assert await station.alive()
        await perform(system, "ClearCache")
        assert (await station.receive())[2] == "ClearCache"


async def test_timeout_tells_what_came_instead(make: Make) -> None:
    """An operator whose CALL was answered by something that names no CALL is not told of silence alone."""
    async with make(call_timeout=0.2) as system, charger(system) as station:
        operation = await perform(system, "ClearCache")
        await station.receive()
        await station.send("Accepted")
        reason = "timeout: no answer within 0.2 s; a message was ignored: not JSON"
        assert await outcome(system, operation) == ("failed", reason)
        operation = await perform(system, "ClearCache")
        await station.receive()
        assert await outcome(system, operation) == ("failed", "timeout: no answer within 0.2 s")


async def test_refusal_of_a_repeated_call_comes_after_the_answer(system: CentralSystem) -> None:
    """A CALL that is sent twice at once is answered first and refused then, whatever the second looks like."""
    start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}
    async with charger(system) as station:
        for second in ([2, "dup", "StartTransaction", start], [2, "dup", "Nonsense", {}], [2, "dup"]):
            await station.send([2, "dup", "StartTransaction", start])
            await station.send(second)
            kind, id, payload = await station.receive()
            assert (kind, id, "transactionId" in payload) == (3, "dup", True)
            assert (await station.receive())[:2] == [4, "dup"]
            assert await station.alive()
            for session in system.links:
                session._seen.clear()  # type: ignore[attr-defined]


async def test_repeated_calls_are_bounded(make: Make, tmp_path: Path) -> None:
    """A station that repeats a CALL without end is not read any more until the first is answered."""
    async with make() as system, charger(system) as station:
        other = await lock(tmp_path / "server.sqlite3")
        for _ in range(2 * MAX_UNANSWERED):
            await station.send([2, "dup", "StatusNotification", STATUS])
        await station.connection.ping()
        [connection] = system._connections
        assert connection._unanswered <= MAX_UNANSWERED
        await asyncio.to_thread(other.close)
        assert (await station.receive())[0] == 3
        for _ in range(2 * MAX_UNANSWERED - 1):
            assert (await station.receive())[0] == 4


async def test_station_that_was_not_stored_at_first_is_stored_with_its_boot(make: Make, tmp_path: Path) -> None:
    """A station whose first contact met a locked database is known after a restart, once its boot was accepted."""
    async with make(accept_unknown=True, store_timeout=0.05) as system:
        other = await lock(tmp_path / "server.sqlite3")
        url, subprotocols = f"{system.endpoint}/NEW", [Subprotocol("ocpp1.6")]
        async with connect(url, subprotocols=subprotocols) as connection:
            station = Charger(connection, "NEW")
            assert await station.error("BootNotification", BOOT) == "InternalError"
            await asyncio.to_thread(other.close)
            assert await station.boot() == "Accepted"
    async with make() as system, charger(system, "NEW", boot=False) as station:
        assert await station.alive()


async def test_boot_keeps_what_the_operator_has_decided(system: CentralSystem) -> None:
    """A boot that is stored does not undo a decision on the next one."""
    async with charger(system):
        await system.operator.set_registration("CS-1", "Rejected")
    async with charger(system, boot=False) as station:
        assert await station.boot() == "Rejected"
    assert system.stations.get("CS-1").registration == "Rejected"  # type: ignore[union-attr]


async def test_deeply_nested_answer_fails_the_operation(system: CentralSystem) -> None:
    """An answer beyond all limits ends its CALL and nothing else."""
    async with charger(system) as station:
        operation = await perform(system, "ClearCache")
        id = (await station.receive())[1]
        await station.send(f'[3,"{id}",' + '{"a":' * 900 + "1" + "}" * 900 + "]")
        assert (await outcome(system, operation))[0] == "failed"
        assert await station.alive()


async def test_frames_are_logged_without_secrets(make: Make, tmp_path: Path) -> None:
    """Both directions are logged as JSON lines, and secret values are not."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log)) as system, charger(system) as station:
        operation = await perform(system, "ChangeConfiguration", key="AuthorizationKey", value=SECRET)
        call = await station.receive()
        assert call[3]["value"] == SECRET
        await station.send([3, call[1], {"status": "Accepted"}])
        await outcome(system, operation)
    text = await asyncio.to_thread(log.read_bytes)
    lines = [orjson.loads(line) for line in text.splitlines()]
    assert {line["direction"] for line in lines if line["event"] == "frame"} == {"received", "sent"}
    assert any("ChangeConfiguration" in line.get("text", "") for line in lines)
    assert SECRET.encode() not in text


async def test_disconnection_has_a_reason(make: Make, tmp_path: Path) -> None:
    """The log tells who has ended a connection, and why."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log), ping_interval=0.05, store_timeout=0.05) as system:
        async with charger(system) as station:
            await station.connection.close(4000, "enough")
        async with charger(system) as station, charger(system, boot=False):
            await station.closed()
        async with charger(system) as station:
            station.connection.transport.abort()
            await gone(system)
        async with charger(system) as station:
            tcp = station.connection.transport.get_extra_info("socket")
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            station.connection.transport.abort()
            await gone(system)
        async with charger(system) as station:
            station.connection.transport.pause_reading()
            await gone(system)
        async with charger(system) as station:
            await system.operator.remove_station("CS-1")
            await station.closed()
    found = [line["reason"] for line in await entries(log) if line["event"] == "disconnected"]
    assert found == [
        "closed by the station: 4000 (private use) enough",
        "closed by the central system: 1008 (policy violation) the station has connected again",
        "closed by the station: 1000 (OK)",
        "lost without a closing handshake",
        "lost: Connection reset by peer",
        "silent for two ping intervals",
        "closed by the central system: 1008 (policy violation) the station has been removed",
    ]


async def gone(system: CentralSystem) -> None:
    """Wait until the central system has noticed that its only station is gone."""
    [connection] = system._connections
    await asyncio.wait_for(asyncio.shield(connection.ended), PATIENCE)


async def entries(log: Path) -> list[dict[str, Any]]:
    """Return the lines of a log."""
    text = await asyncio.to_thread(log.read_bytes)
    return [orjson.loads(line) for line in text.splitlines()]


async def test_start_and_stop_are_logged(make: Make, tmp_path: Path) -> None:
    """The log begins with what is served and ends with the stop."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log)) as system:
        pass
    first, *_, last = await entries(log)
    assert (first["event"], first["endpoint"], first["mutant"]) == ("started", system.endpoint, None)
    assert last["event"] == "stopped"


async def test_stop_waits_for_answers_that_are_owed(make: Make, tmp_path: Path) -> None:
    """What a station has asked before the stop is answered before its connection is closed; nothing later is read."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log)) as system, charger(system) as station:
        other = await lock(tmp_path / "server.sqlite3")
        await station.send([2, "owed", "StatusNotification", STATUS])
        assert await station.alive()
        stopping = asyncio.create_task(system._close_connections(PATIENCE))
        await asyncio.sleep(0)
        await asyncio.to_thread(other.close)
        assert await station.receive() == [3, "owed", {}]
        assert await station.closed() == 1001
        await stopping


async def test_answer_that_is_too_late_is_not_logged_as_sent(make: Make, tmp_path: Path) -> None:
    """An answer to a station that is gone by then is logged, but not as one that was sent."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log)) as system, charger(system) as station:
        other = await lock(tmp_path / "server.sqlite3")
        await station.send([2, "late", "StatusNotification", STATUS])
        assert await station.alive()
        station.connection.transport.abort()
        await gone(system)
        await asyncio.to_thread(other.close)
    assert [line["direction"] for line in await entries(log) if '[3,"late"' in line.get("text", "")] == ["unsent"]


async def test_failed_write_of_its_own_is_logged(make: Make, tmp_path: Path) -> None:
    """What the central system stores without anybody waiting for it leaves a line where it fails, and no noise."""
    log = tmp_path / "frames.jsonl"
    async with make(log=str(log), store_timeout=0.05) as system:
        async with charger(system) as station:
            other = await lock(tmp_path / "server.sqlite3")
            await station.connection.close()
            with pytest.raises(StoreError):
                await system.store.read(lambda _: None)
        await asyncio.to_thread(other.close)
    found = [line for line in await entries(log) if line["event"] == "last sign of life not stored"]
    assert [(line["station"], line["reason"]) for line in found] == [("CS-1", "database is locked")]
