"""Tests of the judged wire, without any connection."""

from __future__ import annotations

import pytest

from harness import rules
from harness.ocppj import Call, CallResult
from harness.trace import Direction, Event, Trace
from harness.versions import V16, V201, held_of_stations
from harness.wire import WatchedWire, Wire


@pytest.fixture
def wire() -> Wire:
    """The wire of a station that speaks OCPP 2.0.1."""
    return Wire("CS1", V201, Trace())


def test_sent_and_received_are_recorded(wire: Wire) -> None:
    """Both directions are in the trace, as text, with frame, station and connection."""
    wire.opened(3, "101")
    text, sent = wire.sent(Call("1", "Heartbeat"))
    received = wire.received('[3,"1",{"currentTime":"2026-01-01T12:00:00Z"}]')
    assert text == sent.text == '[2,"1","Heartbeat",{}]'
    assert received.frame == CallResult("1", {"currentTime": "2026-01-01T12:00:00Z"})
    assert [(one.station, one.connection, one.direction) for one in wire.trace] == [
        ("CS1", 3, Direction.RECEIVED),
        ("CS1", 3, Direction.SENT),
        ("CS1", 3, Direction.RECEIVED),
    ]
    assert received.problems == ()
    assert wire.settled


def test_received_is_judged_by_the_rules_of_the_version(wire: Wire) -> None:
    """One and the same frame is right in one version and wrong in another."""
    refusal = '[4,"1","OccurenceConstraintViolation","",{}]'
    wire.sent(Call("1", "Heartbeat"))
    (problem,) = wire.received(refusal).problems
    assert problem.rule == V201.rule(rules.ERROR_CODE)
    older = Wire("CP1", V16, Trace())
    older.sent(Call("1", "Heartbeat"))
    assert older.received(refusal).problems == ()


def test_binary_message_breaks_the_rule_on_text(wire: Wire) -> None:
    """A binary message has no frame, and is recorded in part."""
    entry = wire.received(b"\x00" * 2000)
    assert (entry.frame, entry.event, len(entry.text)) == (None, Event.BINARY, 2000)
    assert [problem.demand for problem in entry.problems] == [rules.TEXT]


@pytest.mark.parametrize(
    ("flood", "violation", "broken"),
    [(False, None, []), (True, None, [rules.FLOOD]), (False, "a masked frame", [rules.FRAMES])],
)
def test_end_is_judged(wire: Wire, flood: bool, violation: str | None, broken: list[rules.Demand]) -> None:
    """A connection that ends for what the central system has sent breaks a rule."""
    entry = wire.ended(Direction.RECEIVED, "close", flood=flood, violation=violation)
    assert [problem.demand for problem in entry.problems] == broken


def test_reconnected_wire_forgets_ids_of_the_central_system(wire: Wire) -> None:
    """An id may come again on the next connection, and a CALL that was written off holds nothing up."""
    call = '[2,"1","GetBaseReport",{"requestId":1,"reportBase":"FullInventory"}]'
    assert wire.received(call).problems == ()
    assert {problem.demand for problem in wire.received(call).problems} == {rules.ID_FRESH, rules.ONE_CALL}
    wire.write_off("1")
    wire.opened(2, "101")
    assert wire.received(call).problems == ()


@pytest.fixture
def watched() -> WatchedWire:
    """A wire whose ends are both foreign."""
    return WatchedWire("CP1", V16, Trace())


def test_both_ends_of_a_watched_wire_are_judged_by_rules_of_their_own(watched: WatchedWire) -> None:
    """The same fault has one rule for a station and another for a central system."""
    (of_station,) = watched.sent('[2,"1","Authorize",{}]')[1].problems
    (of_central,) = watched.received('[2,"1","Reset",{}]').problems
    assert of_station.rule.id == "v16.station-wire.payload.Authorize.request"
    assert of_central.rule.id == "v16.wire.payload.Reset.request"


def test_answers_over_a_watched_wire_belong_to_the_calls_of_the_other_side(watched: WatchedWire) -> None:
    """An id that one side has used itself is none that it may answer."""
    watched.received('[2,"1","Reset",{"type":"Hard"}]')
    assert watched.sent('[3,"1",{"status":"Accepted"}]')[1].problems == ()
    (problem,) = watched.sent('[3,"1",{"status":"Accepted"}]')[1].problems
    assert problem.rule == held_of_stations(V16).rule(rules.ONE_ANSWER)
    assert [one.demand for one in watched.received('[3,"1",{}]').problems] == [rules.ID_KNOWN]


def test_ids_on_a_watched_wire_begin_anew_with_a_connection(watched: WatchedWire) -> None:
    """A station may use an id again on its next connection, and once a CALL was written off, another may follow."""
    call = '[2,"1","Heartbeat",{}]'
    watched.sent(call)
    assert {one.demand for one in watched.sent(call)[1].problems} == {rules.ID_FRESH, rules.ONE_CALL}
    watched.write_off("1")
    assert {one.demand for one in watched.sent(call)[1].problems} == {rules.ID_FRESH}
    watched.opened(2, "101")
    assert watched.sent(call)[1].problems == ()


def test_what_is_delivered_twice_may_be_answered_twice(watched: WatchedWire) -> None:
    """Who answers a message again that came again is not to blame."""
    call, answer = Call("1", "Heartbeat"), '[3,"1",{"currentTime":"2026-01-01T12:00:00Z"}]'
    watched.sent(call)
    watched.repeated(Direction.SENT, call)
    assert [watched.received(answer).problems for _ in range(2)] == [(), ()]
    assert watched.received(answer).problems != ()


def test_a_violation_by_the_station_is_the_stations(watched: WatchedWire) -> None:
    """What no WebSocket endpoint may send breaks the rule of whoever sent it."""
    (problem,) = watched.ended(Direction.SENT, "close", violation="an unmasked frame").problems
    assert problem.rule == held_of_stations(V16).rule(rules.FRAMES)
    (problem,) = watched.ended(Direction.RECEIVED, "close", violation="a masked frame").problems
    assert problem.rule == V16.rule(rules.FRAMES)
