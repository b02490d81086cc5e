"""A recorded log is played again: what differs is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from harness.adversity import CALM
from harness.csms import Operation, Tag, TagStatus, v16
from harness.csms.console import Csms
from harness.fieldlog.comparison import Difference, Sort
from harness.fieldlog.form import builtin_forms
from harness.fieldlog.reading import Fieldlog, Logged, read
from harness.judgement import seconds_off
from harness.settings import Settings
from harness.trace import Trace
from scenarios.stage.driver import driver_of
from scenarios.stage.replay import Replay
from scenarios.stage.replaying import Unreached
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from simulators.station import Station
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, central_system, receive

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


async def test_nobody_at_the_endpoint() -> None:
    """That there is nobody is no difference."""
    settings = target(csms={"endpoint": "ws://127.0.0.1:9/ocpp"})
    with pytest.raises(Unreached):
        await replayed(recorded(*BOOT), settings=settings, driver=driver_of(settings))
