"""Tests of the recorded wire."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from harness.ocppj import Call, CallError, CallResult, Frame
from harness.rules import ARRAY, Ruling
from harness.trace import MAX_RECORDED_TEXT, Direction, Event, Trace, entry_line
from harness.versions import V16


def ticking() -> Iterator[float]:
    """Yield the times 100.0, 100.5, 101.0 and so on."""
    now = 100.0
    while True:
        yield now
        now += 0.5


@pytest.fixture
def trace() -> Trace:
    """A trace whose clock ticks half a second per look."""
    times = ticking()
    return Trace(lambda: next(times))


def test_entries_are_numbered_and_timed(trace: Trace) -> None:
    """Entries carry their index and the seconds since the trace began."""
    trace.add("CP1", Direction.SENT, Event.TEXT, "a")
    entry = trace.add("CP2", Direction.RECEIVED, Event.TEXT, "b")
    assert (entry.index, entry.at, len(trace)) == (1, 1.0, 2)
    assert trace[1] is entry


def test_iteration_does_not_see_later_entries(trace: Trace) -> None:
    """Reading a trace while it grows is safe."""
    trace.add("CP1", Direction.SENT, Event.OPENED)
    for _ in trace:
        trace.add("CP1", Direction.SENT, Event.PING)
    assert len(trace) == 2


def test_evidence(trace: Trace) -> None:
    """The newest evidence is the last entry that the central system produced."""
    assert trace.evidence() is None
    trace.add("CP1", Direction.RECEIVED, Event.TEXT)
    trace.add("CP1", Direction.RECEIVED, Event.PONG)
    trace.add("CP1", Direction.SENT, Event.TEXT)
    assert trace.evidence() == 1


def test_evidence_is_what_the_scenario_looks_at(trace: Trace) -> None:
    """A later frame that nobody looks at is no evidence."""
    trace.regard(trace.add("CP1", Direction.RECEIVED, Event.TEXT))
    trace.add("CP1", Direction.RECEIVED, Event.TEXT)
    assert trace.evidence() == 0


def test_line_holds_problems_and_not_the_frame(trace: Trace) -> None:
    """A line of the trace is JSON with the text, and with the problems if there are any."""
    ruling = Ruling(V16)
    ruling.that(False, ARRAY, "an array", "é")
    trace.add("CP1", Direction.SENT, Event.TEXT, "[]", frame=CallResult("1"))
    trace.add("CP1", Direction.RECEIVED, Event.TEXT, "{}", ruling=ruling)
    plain, noted = [json.loads(line) for line in trace.lines()]
    assert set(plain) == {"index", "at", "station", "connection", "direction", "event", "text"}
    assert noted["problems"] == [
        {
            "rule": "v16.wire.frame.array",
            "clause": "OCPP-J 1.6 4.2",
            "level": "SHALL",
            "expected": "an array",
            "observed": "é",
        }
    ]


def test_overlong_text_is_cut(trace: Trace) -> None:
    """A flood does not fill the disk: the text is cut, and its length noted."""
    whole = trace.add("CP1", Direction.RECEIVED, Event.TEXT, "x" * MAX_RECORDED_TEXT)
    cut = trace.add("CP1", Direction.RECEIVED, Event.TEXT, "x" * (MAX_RECORDED_TEXT + 1))
    assert len(whole.to_json()["text"]) == MAX_RECORDED_TEXT
    assert cut.to_json()["text"].endswith(f"… ({MAX_RECORDED_TEXT + 1} characters in all)")


@pytest.mark.parametrize(
    ("frame", "label"),
    [
        (Call("1", "Reset"), "CALL Reset"),
        (CallResult("1"), "CALLRESULT"),
        (CallError("1", "GenericError"), "CALLERROR GenericError"),
        (None, "closed 1000"),
    ],
)
def test_label(trace: Trace, frame: Frame | None, label: str) -> None:
    """An entry has a short name."""
    assert trace.add("CP1", Direction.SENT, Event.CLOSED, "1000", frame=frame).label() == label


def test_line_for_a_person(trace: Trace) -> None:
    """A line for a person shows time, station, direction and what happened."""
    sent = trace.add("CP1", Direction.SENT, Event.TEXT, "[2]")
    closed = trace.add("CP1", Direction.RECEIVED, Event.CLOSED, "1001")
    assert entry_line(sent.to_json()) == "   0.500  CP1 → [2]"
    assert entry_line(closed.to_json()) == "   1.000  CP1 ← (closed) 1001"


def test_simultaneous_connections_are_told_apart() -> None:
    """A line names the connection where it is not the first that its identity holds; an old trace has only one."""
    trace = Trace()
    for number in (1, 2):
        trace.add("CP1", Direction.SENT, Event.TEXT, "[]", connection=number)
    first, second = (entry_line(entry.to_json()) for entry in trace)
    assert "CP1 → []" in first
    assert "CP1 (connection 2) → []" in second
    old = {name: value for name, value in trace[0].to_json().items() if name != "connection"}
    assert "CP1 → []" in entry_line(old)


def test_entries_that_are_not_kept_are_told_and_numbered() -> None:
    """A trace that keeps nothing still tells each entry, with its index."""
    told: list[int] = []
    trace = Trace(kept=False)
    trace.listen(lambda entry: told.append(entry.index))
    for _ in range(2):
        trace.add("CP", Direction.SENT, Event.PING)
    assert (told, len(trace), list(trace)) == ([0, 1], 2, [])
