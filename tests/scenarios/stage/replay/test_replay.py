"""A recorded log is played again: what differs is found, and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from harness.adversity import CALM, Adversity
from harness.csms import Operation, Tag, TagStatus, v16
from harness.csms.console import Csms
from harness.fieldlog.comparison import Difference, Sort
from harness.fieldlog.form import builtin_forms
from harness.fieldlog.reading import Fieldlog, Logged, read
from harness.judgement import seconds_off
from harness.settings import Settings
from harness.trace import Trace
from scenarios.stage.driver import driver_of
from scenarios.stage.replay import part
from scenarios.stage.replay.part import Unreached
from scenarios.stage.replay.replay import Replay
from scenarios.stage.rig import Rig
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from simulators.station import Station
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, central_system, receive, say_nothing, send

TAG, BLOCKED = "TAG1", "TAG2"
QUICK: dict[str, Any] = {"call_timeout": 2.0}


def target(**tables: dict[str, Any]) -> Settings:
    """Return the settings of a quick target."""
    return Settings(**{**tables, "csms": {"patience": 1.0, **tables.get("csms", {})}})


def logged(text: str) -> Fieldlog:
    """Return what is in a log."""
    return read(text, builtin_forms())


async def session(driver: ReferenceDriver) -> Trace:
    """Record a session of one charge point with everything that a replay has to rewrite."""
    trace = Trace()
    async with driver:
        await driver.provision_station("CP-1")
        await driver.provision_tag(Tag(id_tag=TAG, parent="FLEET"))
        await driver.provision_tag(Tag(id_tag=BLOCKED, status=TagStatus.BLOCKED))
        station = ChargePoint("CP-1", Endpoint(driver.endpoint), trace, patience=1.5)
        csms = Csms(driver, patience=1.0)
        csms.watch(station)
        await station.boot()
        for tag in (BLOCKED, TAG):
            await station.attempt("Authorize", {"idTag": tag})
        await ordered(csms, station, v16.RemoteStartTransaction(station="CP-1", id_tag=TAG, connector_id=1))
        started = await station.start_transaction(TAG)
        id = int(started.member("transactionId") or 0)
        await station.attempt("MeterValues", meter_values(id))
        await ordered(csms, station, v16.RemoteStopTransaction(station="CP-1", transaction_id=id))
        await station.stop_transaction(id, idTag=TAG)
        await ordered(csms, station, v16.GetConfiguration(station="CP-1", key=("HeartbeatInterval",)))
        await station.attempt("Heartbeat")
        await station.attempt("DataTransfer", {"vendorId": "org.unknown"})
        await station.leave()
        await csms.leave()
    return trace


def meter_values(transaction: int) -> dict[str, Any]:
    """Return one reading."""
    reading = {"timestamp": "2026-01-05T08:00:00Z", "sampledValue": [{"value": "7"}]}
    return {"connectorId": 1, "transactionId": transaction, "meterValue": [reading]}


async def ordered(csms: Csms, station: Station, order: Operation) -> None:
    """Give an order that the station accepts."""
    await csms.perform(order)
    call = await station.next_call(order.action())
    await (call.answer_by_default() if order.action() == "GetConfiguration" else call.answer(status="Accepted"))


def text_of(trace: Trace) -> str:
    """Return a trace as it lies in a file."""
    return "".join(f"{line}\n" for line in trace.lines())


async def replayed(text: str, *, mutant: str | None = None, settings: Settings | None = None, **options: Any) -> Replay:
    """Play a log against a reference central system."""
    driver = options.pop("driver", None) or ReferenceDriver(mutant, **QUICK)
    options.setdefault("adversity", CALM)
    replay = Replay(settings or target(), driver, logged(text), **options)
    await replay.play()
    return replay


def told(differences: Sequence[Difference]) -> list[tuple[str, str, str, str]]:
    """Return what differs: which message, where in it, what it was and is."""
    found = [(one.what, one.deviation.place, one.deviation.recorded, one.deviation.now) for one in differences]
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
async def clean() -> str:
    """The log of a session with the reference."""
    return text_of(await session(ReferenceDriver(**QUICK)))


async def test_same_system_shows_no_difference(clean: str) -> None:
    """What was recorded on a system and is played again on the same comes back as it did, though all ids are new."""
    replay = await replayed(clean)
    assert told(replay.finds.differences) == []
    assert not replay.finds.unplayed
    assert replay.finds.played == sum(one.elements[0] == 2 or bool(one.by_station) for one in logged(clean).frames)


SHOWN = {
    "boot-time-missing": ("BootNotification.conf", "/currentTime", "absent", "…"),
    "heartbeat-extra-member": ("Heartbeat.conf", "/interval", "300", "absent"),
    "start-id-as-text": ("StartTransaction.conf", "/transactionId", "…", "…"),
    "clock-unreadable": ("Heartbeat.conf", "/currentTime", "…", "a moment"),
    "unknown-vendor-accepted": ("DataTransfer.conf", "/status", '"Accepted"', '"UnknownVendorId"'),
    "unknown-vendor-call-error": ("DataTransfer.conf", "", "CALLERROR NotSupported", "CALLRESULT"),
    "meter-values-unanswered": ("MeterValues.conf", "", "no answer", "CALLRESULT {}"),
    "call-fifth-element": ("RemoteStopTransaction.req", "", "5 elements", "4 elements"),
    "absent-members-null": ("RemoteStartTransaction.req", "/chargingProfile", "null", "absent"),
    "v16.RemoteStopTransaction.request.missing": (
        "RemoteStopTransaction.req",
        "",
        "a CALL without transactionId",
        "none can be asked for",
    ),
    "call-id-constant": ("v16.wire.unique-id.fresh", "", "1", "kept"),
    "heartbeat-answer-binary": ("Heartbeat.conf", "", "no answer", "…"),
}
"""Mutant → the difference that its log shows from the reference; … stands for what is another one each time."""


@pytest.mark.parametrize("mutant", SHOWN)
async def test_log_of_a_mutant_shows_its_defect_and_nothing_else(mutant: str) -> None:
    """What a mutant did otherwise is found in its log, played against the reference."""
    replay = await replayed(text_of(await session(ReferenceDriver(mutant, **QUICK))))
    found = told(replay.finds.differences)
    assert {what for what, *_ in found} <= {SHOWN[mutant][0], *ALIKE.get(mutant, ())}
    assert any(all(one in ("…", seen) for one, seen in zip(SHOWN[mutant], each, strict=True)) for each in found)


ALIKE = {
    "clock-unreadable": ["BootNotification.conf"],
    "call-fifth-element": ["RemoteStartTransaction.req", "GetConfiguration.req"],
}
"""Mutant → the other messages that have the same defect."""


async def test_mutant_shows_its_defect_in_a_replay(clean: str) -> None:
    """A log of the reference finds what is wrong with another system."""
    replay = await replayed(clean, mutant="start-without-id")
    assert ("StartTransaction.conf", "/transactionId") in {one[:2] for one in told(replay.finds.differences)}


async def test_what_never_comes_is_a_difference(clean: str) -> None:
    """A CALL of the record that was asked for and does not come, and an answer that does not, are told so."""
    replay = await replayed(clean, mutant="meter-values-unanswered")
    (one,) = told(replay.finds.differences)
    assert one[:3] == ("MeterValues.conf", "", "CALLRESULT")
    assert one[3].startswith("no answer within")


async def test_references_are_those_of_the_new_answers(clean: str) -> None:
    """The transaction that was started now is the one that is metered and stopped, by the station and the operator."""
    replay = await replayed(clean)
    (old,), (new,) = ({started(one) for one in logged(text).frames} - {None} for text in (clean, text_of(replay.trace)))
    assert old != new
    assert all(str(new) in one.text for one in logged(text_of(replay.trace)).frames if "transactionId" in one.text)


def started(frame: Logged) -> int | None:
    """Return the transaction that a StartTransaction.conf names."""
    id: int | None = frame.elements[2].get("transactionId") if frame.elements[0] == 3 else None
    return id


async def test_what_was_played_can_be_played_again(clean: str) -> None:
    """The trace of a replay is a log like any other."""
    replay = await replayed(clean)
    again = await replayed(text_of(replay.trace))
    assert told(again.finds.differences) == []


V201 = [
    (True, [2, "1", "BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}]),
    (False, [3, "1", {"currentTime": "2026-01-05T08:00:00Z", "interval": 1, "status": "Accepted"}]),
    (True, [2, "2", "TransactionEvent", {"eventType": "Started", "timestamp": "2026-01-05T08:00:00Z", "seqNo": 0,
            "triggerReason": "Authorized", "transactionInfo": {"transactionId": "T-1"},
            "evse": {"id": 1, "connectorId": 1}, "idToken": {"idToken": TAG, "type": "ISO14443"}}]),
    (False, [3, "2", {"idTokenInfo": {"status": "Accepted"}}]),
    (False, [2, "9", "RequestStopTransaction", {"transactionId": "T-1"}]),
    (True, [3, "9", {"status": "Accepted"}]),
    (True, [2, "3", "TransactionEvent", {"eventType": "Ended", "timestamp": "2026-01-05T08:01:00Z", "seqNo": 1,
            "triggerReason": "RemoteStop", "transactionInfo": {"transactionId": "T-1", "stoppedReason": "Remote"}}]),
    (False, [3, "3", {}]),
]  # fmt: skip


def recorded(*frames: tuple[bool, Sequence[Any]], every: float = 0.01, station: str | None = None) -> str:
    """Return a log of frames, each with whether it is the station's."""
    head = {} if station is None else {"station": station}
    return "".join(
        json.dumps({"t": every * at, "from": "station" if ours else "csms", "frame": json.dumps(frame), **head}) + "\n"
        for at, (ours, frame) in enumerate(frames)
    )


async def test_later_version_is_played_too() -> None:
    """In OCPP 2.0.1 the station gives each transaction a new id, which the operator's order names."""
    replay = await replayed(recorded(*V201))
    assert told(replay.finds.differences) == []
    assert "T-1" not in text_of(replay.trace)


BOOT = [
    (True, [2, "1", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}]),
    (False, [3, "1", {"currentTime": "2026-01-05T08:00:00Z", "interval": 1, "status": "Accepted"}]),
]
BEAT = [(True, [2, "2", "Heartbeat", {}]), (False, [3, "2", {"currentTime": "2026-01-05T08:00:01Z"}])]


async def test_stations_are_played_side_by_side() -> None:
    """Many stations of a log each have their own identity, connection and ids, in the order of the log."""
    steve = "2026-01-05 08:00:{:02},000 [chargeBoxId=CP-{}, sessionId=x] {}: {}\n"
    lines = [
        steve.format(at, number, "Received" if ours else "Sending", json.dumps(frame))
        for at, (ours, frame) in enumerate([*BOOT, *BEAT])
        for number in range(20)
    ]
    replay = await replayed("".join(lines))
    assert told(replay.finds.differences) == []
    assert {entry.station for entry in replay.trace} == {f"CP-{number}" for number in range(20)}


async def test_station_is_registered_as_the_log_shows() -> None:
    """A boot that was answered Pending is answered so again, where the driver can have that."""
    pending = (False, [3, "1", {"currentTime": "2026-01-05T08:00:00Z", "interval": 1, "status": "Pending"}])
    replay = await replayed(recorded(BOOT[0], pending))
    assert told(replay.finds.differences) == []


async def test_station_that_had_booted_before_boots_first() -> None:
    """A log that begins amid a session is played by a station that is accepted."""
    replay = await replayed(recorded(*BEAT))
    assert told(replay.finds.differences) == []
    assert any("boots first" in one for one in replay.finds.notes)


async def test_moments_end_with_the_replay() -> None:
    """What lay a minute before the end of the log lies a minute back now, and nothing lies in the future."""
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": "2026-01-05T07:59:01Z"}
    replay = await replayed(recorded(*BOOT, *BEAT, (True, [2, "3", "StatusNotification", status])))
    now, sent = (
        next(one.elements[place][name] for one in logged(text_of(replay.trace)).frames if name in one.elements[place])
        for name, place in (("currentTime", 2), ("timestamp", -1))
    )
    assert 55 < -seconds_off(sent, datetime.fromisoformat(now)) < 65


async def test_speed_keeps_the_pauses() -> None:
    """At ten times the speed a pause of two seconds is one of 0.2 s at least."""
    replay = await replayed(recorded(*BOOT, *BEAT, every=2.0), speed=10)
    sent = [entry.at for entry in replay.trace if "Heartbeat" in entry.text or "BootNotification" in entry.text]
    assert sent[1] - sent[0] >= 0.35
    assert told(replay.finds.differences) == []


async def test_ends_of_connections_are_played() -> None:
    """A station leaves and comes back where the log says so."""
    lines = recorded(*BOOT) + json.dumps({"t": 0.1, "event": "closed"}) + "\n" + recorded(*BEAT)
    replay = await replayed(lines)
    assert [entry.event.value for entry in replay.trace].count("opened") == 2
    assert told(replay.finds.differences) == []


async def closes(socket: Any) -> None:
    """Answer a boot, and go."""
    await answer(socket, await receive(socket))


async def test_connection_that_ends_is_a_difference() -> None:
    """Where the central system now ends the connection, that is told once, and the station connects again."""
    async with central_system(closes) as endpoint:
        settings = target(csms={"endpoint": endpoint.url})
        replay = await replayed(recorded(*BOOT, *BEAT), settings=settings, driver=driver_of(settings))
    assert [one.deviation.sort for one in replay.finds.differences] == [Sort.CONNECTION]


async def test_end_of_a_connection_is_told_once() -> None:
    """Several CALLs that were left without an answer by it are one difference."""

    async def script(socket: Any) -> None:
        await answer(socket, await receive(socket))
        assert [(await receive(socket))[2] for _ in range(2)] == ["Heartbeat"] * 2

    beats = [(True, [2, id, "Heartbeat", {}]) for id in "12"] + [(False, [3, id, BEAT[1][1][2]]) for id in "12"]
    async with central_system(script) as endpoint:
        settings = target(csms={"endpoint": endpoint.url})
        replay = await replayed(recorded(*BOOT, *beats), settings=settings, driver=driver_of(settings))
    assert [one.deviation.sort for one in replay.finds.differences] == [Sort.CONNECTION]


async def test_nobody_at_the_endpoint() -> None:
    """That there is nobody is no difference."""
    settings = target(csms={"endpoint": "ws://127.0.0.1:9/ocpp"})
    with pytest.raises(Unreached):
        await replayed(recorded(*BOOT), settings=settings, driver=driver_of(settings))


def happened(**members: Any) -> str:
    """Return a line of a trace of ours."""
    return json.dumps({"at": 0, "station": "CP-1", "connection": 1, "direction": "received", **members}) + "\n"


def said(*frames: tuple[bool, Sequence[Any] | str], at: float = 0.0) -> str:
    """Return lines of a trace of ours, each with whether it is the station's."""
    return "".join(
        happened(
            at=at,
            event="text",
            direction="sent" if ours else "received",
            text=frame if isinstance(frame, str) else json.dumps(frame),
        )
        for ours, frame in frames
    )


async def test_handshake_that_was_refused() -> None:
    """A station that was never let in is refused again, one that is let in otherwise is not tried."""
    stranger = said(*BOOT) + happened(event="refused", text="HTTP 404", station="CP-2")
    replay = await replayed(stranger)
    assert told(replay.finds.differences) == []
    replay = await replayed(stranger, driver=ReferenceDriver(accept_unknown=True, **QUICK))
    assert told(replay.finds.differences) == [("connection", "", "refused", "101 with subprotocol ocpp1.6")]
    both = happened(event="refused", text="HTTP 401") + happened(event="opened", text="") + said(*BOOT, *BEAT)
    replay = await replayed(both)
    assert told(replay.finds.differences) == []
    assert sum(replay.finds.unplayed.values()) == 1


async def test_end_that_the_central_system_made() -> None:
    """A connection that it ended in the log is waited for, and ended in its stead where it stays open."""
    log = happened(event="opened", text="") + said(*BOOT) + happened(event="closed", text="")
    replay = await replayed(log)
    assert told(replay.finds.differences) == [("connection", "", "closed by the central system", "stays open")]
    async with central_system(closes) as endpoint:
        settings = target(csms={"endpoint": endpoint.url})
        replay = await replayed(log, settings=settings, driver=driver_of(settings))
    assert told(replay.finds.differences) == []


async def test_call_beyond_the_log_is_answered_and_told() -> None:
    """One that the log does not have is answered as a station does."""

    async def script(socket: Any) -> None:
        await answer(socket, await receive(socket))
        await send(socket, [2, "9", "ClearCache", {}])
        assert (await receive(socket))[2] == {"status": "Accepted"}
        await answer(socket, await receive(socket))
        await say_nothing(socket)

    async with central_system(script) as endpoint:
        settings = target(csms={"endpoint": endpoint.url})
        log = recorded(*BOOT, *BEAT, every=0.2)
        replay = await replayed(log, settings=settings, driver=driver_of(settings), speed=1)
    assert told(replay.finds.differences) == [("ClearCache.req", "", "no CALL", "ClearCache {}")]


async def test_call_that_comes_unasked_is_answered_as_recorded() -> None:
    """Without any driver the CALLs that a central system makes by itself are played, in its own time."""
    answered = []

    async def script(socket: Any) -> None:
        await answer(socket, await receive(socket))
        await asyncio.sleep(0.05)  # it takes its time
        await send(socket, [2, "9", "ClearCache", {}])
        answered.append(await receive(socket))
        await say_nothing(socket)

    rejected = (False, [2, "5", "ClearCache", {}]), (True, [3, "5", {"status": "Rejected"}])
    reset = (False, [2, "6", "Reset", {"type": "Soft"}]), (True, [3, "6", {"status": "Accepted"}])
    async with central_system(script) as endpoint:
        settings = target(csms={"endpoint": endpoint.url})
        log = recorded(*BOOT, *rejected, *reset)
        replay = await replayed(log, settings=settings, driver=driver_of(settings))
    assert (told(replay.finds.differences), answered) == ([], [[3, "9", {"status": "Rejected"}]])
    assert replay.finds.unplayed == {"Reset: the driver has no such operation": 1}


async def test_early_call_is_answered_in_time() -> None:
    """A CALL that comes long before its place in the log is not left waiting for it."""
    answered = []

    async def script(socket: Any) -> None:
        await answer(socket, await receive(socket))
        await send(socket, [2, "9", "ClearCache", {}])
        answered.append(await receive(socket))
        await say_nothing(socket)

    later = (False, [2, "5", "ClearCache", {}]), (True, [3, "5", {"status": "Rejected"}])
    async with central_system(script) as endpoint:
        settings = target(csms={"endpoint": endpoint.url, "patience": 0.5})
        log = said(*BOOT) + said(BEAT[0], at=1.0) + said(*later, at=1.1)
        await replayed(log, settings=settings, driver=driver_of(settings), speed=1)
    assert answered == [[3, "9", {"status": "Rejected"}]]


async def test_order_that_is_refused_is_told() -> None:
    """What the operator is told is what there is in place of the CALL."""
    replay = await replayed(recorded(*BOOT, (False, [2, "5", "Reset", {"type": "Odd"}]), (True, [3, "5", {}])))
    (one,) = replay.finds.differences
    assert one.deviation.recorded == "a CALL"
    assert "Reset" in one.deviation.now


async def test_number_that_was_given_again_is_given_again() -> None:
    """The central system chooses a number once; a CALL that repeats it in the log is asked for with the same one."""
    asked = {"connectorId": 1, "expiryDate": "2026-01-05T09:00:00Z", "idTag": TAG, "reservationId": 77}
    twice = [((False, [2, id, "ReserveNow", asked]), (True, [4, id, "NotSupported", "", {}])) for id in "56"]
    authorized = (True, [2, "4", "Authorize", {"idTag": TAG}]), (False, [3, "4", {"idTagInfo": {"status": "Accepted"}}])
    replay = await replayed(recorded(*BOOT, *authorized, *twice[0], *twice[1]))
    assert told(replay.finds.differences) == []


async def test_what_is_no_frame_is_said_as_it_was() -> None:
    """A message that is no frame, and one of an unknown type, are sent; an answer to nothing is not."""
    log = happened(event="opened", text="") + said(*BOOT, (True, "{}"), (True, [9, "x"]), (True, [3, "y", {}]), *BEAT)
    replay = await replayed(log)
    assert {"{}", '[9,"x"]'} <= {entry.text for entry in replay.trace}
    assert replay.finds.unplayed == {"answers to CALLs that the log lacks": 1}


async def test_too_few_identities() -> None:
    """Stations that no listed identity is left for are not played, and that is counted."""
    two = "".join(said(*BOOT).replace("CP-1", name) for name in ("A", "B"))
    driver = ReferenceDriver(accept_unknown=True, **QUICK)
    replay = await replayed(two, settings=target(stations={"identities": ("X",)}), driver=driver)
    assert {entry.station for entry in replay.trace} == {"X"}
    assert sum(replay.finds.unplayed.values()) == 2
    assert told(replay.finds.differences) == []


async def test_log_of_two_connections_at_once() -> None:
    """An identity that holds two connections is played by two lines."""
    second = said(*BEAT).replace('"connection": 1', '"connection": 2')
    log = happened(event="opened", text="") + said(*BOOT) + second
    replay = await replayed(log)
    assert {entry.connection for entry in replay.trace} == {1, 2}


async def test_secure_target() -> None:
    """Under a security profile the stations prove who they are with credentials of their own."""
    replay = await replayed(recorded(*BOOT, *BEAT), settings=target(security={"profile": 1}))
    assert told(replay.finds.differences) == []


async def test_fault_is_noted() -> None:
    """What was done to a message on purpose is said beside what came of it."""
    adversity = Adversity(faults=("drop Heartbeat.conf 1",))
    replay = await replayed(recorded(*BOOT, *BEAT), adversity=adversity)
    assert [one.what for one in replay.finds.differences] == ["Heartbeat.conf"]
    assert "struck: drop Heartbeat.conf 1" in replay.finds.notes


@pytest.mark.parametrize("fault", ["cut Heartbeat.req 1", "cut Heartbeat.conf 1"])
async def test_connection_that_the_network_ends_is_no_difference(fault: str) -> None:
    """A station whose connection the network ended comes back, and says again what was not answered."""
    replay = await replayed(recorded(*BOOT, *BEAT), adversity=Adversity(faults=(fault,)))
    assert told(replay.finds.differences) == []
    assert [entry.event.value for entry in replay.trace].count("opened") == 2


async def test_network_that_lets_nobody_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the network does not let through is not held against the central system; it is counted."""

    class Down:
        host, port, opened = "127.0.0.1", 9, 0

        async def reach(self, endpoint: Endpoint) -> Endpoint:
            return replace(endpoint, via=self)

        async def leave(self) -> None: ...

        def severed(self) -> str:
            return "the network is down"

        def used(self) -> None: ...

    monkeypatch.setattr(Rig, "network", lambda *_: Down())
    monkeypatch.setattr(part, "PAUSE", 0.0)
    log = recorded(*BOOT, *BEAT)
    with pytest.raises(Unreached):
        await replayed(log)
    replay = Replay(target(), ReferenceDriver(**QUICK), logged(log), adversity=CALM)
    replay.finds.played = 1
    await replay.play()
    assert told(replay.finds.differences) == []
    assert replay.finds.unplayed["Heartbeat: not connected"] == 1


async def test_central_system_that_goes_away() -> None:
    """One that is there no longer is a difference, for it may be what is looked for."""

    async def script(socket: Any) -> None:
        await answer(socket, await receive(socket))
        socket.server.close()

    async with central_system(script) as endpoint:
        settings = target(csms={"endpoint": endpoint.url})
        log = recorded(*BOOT) + json.dumps({"t": 1, "event": "closed"}) + "\n" + recorded(*BEAT)
        replay = await replayed(log, settings=settings, driver=driver_of(settings))
    assert replay.finds.differences[-1].deviation.recorded == "opened"
    assert "cannot be reached" in replay.finds.differences[-1].deviation.now


async def test_connection_that_is_now_refused() -> None:
    """It is a difference of its own, once, and what cannot be said is counted."""
    settings = target(stations={"identities": ("NOBODY",)})
    log = recorded(*BOOT, *BEAT, (False, [2, "9", "ClearCache", {}]))
    replay = await replayed(log, settings=settings)
    assert [one.what for one in replay.finds.differences].count("connection") == 1
    assert replay.finds.unplayed["Heartbeat: not connected"] == 1


async def test_station_that_cannot_boot_first() -> None:
    """Where a station is not accepted that had been, that is said, and the replay goes on."""
    async with central_system(say_nothing) as endpoint:
        settings = target(csms={"endpoint": endpoint.url, "patience": 0.1})
        replay = await replayed(recorded(*BEAT), settings=settings, driver=driver_of(settings))
    assert any("and cannot now" in one for one in replay.finds.notes)
    assert [one.what for one in replay.finds.differences] == ["Heartbeat.conf"]


async def test_call_that_does_not_come() -> None:
    """A CALL that was asked for, and taken, is waited for."""
    order = (False, [2, "5", "ClearCache", {}]), (True, [3, "5", {"status": "Accepted"}])
    replay = await replayed(recorded(*V201[:2], *order), mutant="clear-cache-lost")
    assert told(replay.finds.differences) == [("ClearCache.req", "", "a CALL", "none within 1 s")]


async def test_breach_that_is_new() -> None:
    """A rule for frames that only the target breaks is told without a line of the log."""
    replay = await replayed(recorded(*BOOT, *BEAT), mutant="clock-six-digits")
    (one,) = replay.finds.differences
    assert (one.line, one.what, one.deviation.recorded) == (0, "v16.wire.timestamp.form", "kept")


async def test_loss_is_played() -> None:
    """A connection that was lost in a log that does not say by whom is dropped, after what was still to come."""
    lines = recorded((True, [2, "1", "Heartbeat", {}]), every=2.0)
    log = recorded(*BOOT) + lines + json.dumps({"t": 5, "event": "closed"}) + "\n"
    replay = await replayed(log)
    assert [one[:3] for one in told(replay.finds.differences)] == [("Heartbeat.conf", "", "no answer")]
