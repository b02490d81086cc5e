"""Tests of the judged wire, without any connection."""

from __future__ import annotations

import pytest

from harness import rules
from harness.ocppj import Call, CallResult
from harness.trace import Direction, Event, Trace
from harness.versions import V16, V201
from harness.wire import Wire


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
