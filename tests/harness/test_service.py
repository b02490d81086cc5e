"""How well stations were served, from their traces."""

from __future__ import annotations

import pytest

from harness.ocppj import Call, CallError, CallResult, Frame, encode
from harness.service import Service, percentile, service_of, total
from harness.trace import Direction, Event, Trace

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


class Wire:
    """A trace that is written at times of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.trace = Trace(lambda: self.now)

    def at(self, now: float, direction: Direction, what: Event | Frame | str, *, connection: int = 1) -> None:
        """Add an event, a frame, or a text that is none."""
        self.now = now
        event, frame = (what, None) if isinstance(what, Event) else (Event.TEXT, what)
        text = what if isinstance(what, str) else encode(frame) if frame else ""
        told = None if isinstance(frame, str) else frame
        self.trace.add("CP", direction, event, text, connection=connection, frame=told)

    def served(self, patience: float = 5.0) -> Service:
        """Return what follows."""
        return service_of(self.trace, patience)


@pytest.fixture
def wire() -> Wire:
    """A connection that opens at 1 s and brings an answer after 0.25 s."""
    wire = Wire()
    wire.at(1.0, RECEIVED, Event.OPENED)
    wire.at(2.0, SENT, Call("1", "Heartbeat"))
    wire.at(2.25, RECEIVED, CallResult("1"))
    return wire


def test_answer_times_by_action(wire: Wire) -> None:
    """An answer, a refusal too, belongs to its CALL; what nobody asked for is no answer."""
    wire.at(3.0, SENT, Call("2", "Authorize"))
    wire.at(3.1, RECEIVED, CallResult("9"))
    wire.at(3.5, RECEIVED, CallError("2", "InternalError"))
    assert wire.served().answers == {"Heartbeat": (0.25,), "Authorize": (0.5,)}
    assert list(wire.served().times) == [0.5, 0.25]


def test_station_that_leaves(wire: Wire) -> None:
    """An end by the station is no loss of service, nor is the time until it comes back."""
    wire.at(4.0, SENT, Event.CLOSED)
    wire.at(8.0, RECEIVED, Event.OPENED)
    wire.at(9.0, SENT, Call("2", "Heartbeat"))
    served = wire.served()
    assert (served.connected, served.expected, served.stability) == (4.0, 4.0, 1.0)
    assert (served.ended, served.lost, served.reconnects) == (0, 0, ())


@pytest.mark.parametrize(
    ("direction", "event", "counts"), [(RECEIVED, Event.CLOSED, (1, 0)), (SENT, Event.LOST, (0, 1))]
)
def test_end_that_is_not_the_stations(wire: Wire, direction: Direction, event: Event, counts: tuple[int, int]) -> None:
    """The time until the station has connected again is missing, and it is told who ended the connection."""
    wire.at(4.0, direction, event)
    wire.at(5.0, RECEIVED, Event.OPENED)
    wire.at(7.0, SENT, Call("2", "Heartbeat"))
    served = wire.served()
    assert (served.connected, served.expected, served.reconnects) == (5.0, 6.0, (1.0,))
    assert (served.ended, served.lost) == counts


def test_station_that_does_not_come_back(wire: Wire) -> None:
    """What follows an end until the trace ends is missing."""
    wire.at(4.0, SENT, Event.LOST)
    wire.at(6.0, SENT, Event.LOST)
    assert (wire.served().connected, wire.served().expected, wire.served().lost) == (3.0, 5.0, 1)


def test_provoked_end_counts_for_nothing(wire: Wire) -> None:
    """A central system may well end a connection on which it got what is no frame."""
    wire.at(3.0, SENT, "]")
    wire.at(4.0, RECEIVED, Event.CLOSED)
    assert (wire.served().ended, wire.served().stability) == (0, 1.0)


def test_connection_that_is_replaced(wire: Wire) -> None:
    """A central system may well end a connection beside which the station has opened another one."""
    wire.at(3.0, RECEIVED, Event.OPENED, connection=2)
    wire.at(4.0, RECEIVED, Event.CLOSED)
    assert (wire.served().ended, wire.served().stability) == (0, 1.0)


def test_connection_without_ocpp_counts_for_nothing() -> None:
    """A handshake alone is no service."""
    wire = Wire()
    wire.at(1.0, RECEIVED, Event.OPENED)
    wire.at(4.0, RECEIVED, Event.CLOSED)
    assert wire.served() == Service()
    assert wire.served().stability == 1.0


def test_station_that_was_connected_before() -> None:
    """A trace may begin in the middle of a connection."""
    wire = Wire()
    wire.at(1.0, SENT, Call("1", "Heartbeat"))
    wire.at(3.0, RECEIVED, CallResult("1"))
    assert wire.served().connected == 2.0


def test_unanswered_calls(wire: Wire) -> None:
    """A CALL that waited as long as patience lasts was not answered; where the station left before, that is open."""
    wire.at(3.0, SENT, Call("2", "Heartbeat"))
    wire.at(8.0, SENT, Event.CLOSED)
    wire.at(9.0, RECEIVED, Event.OPENED)
    wire.at(9.5, SENT, Call("3", "Heartbeat"))
    wire.at(9.6, SENT, Event.CLOSED)
    assert wire.served().unanswered == 1


def test_total_and_percentiles(wire: Wire) -> None:
    """Services add up; a percentile is one of the times."""
    wire.at(4.0, SENT, Event.LOST)
    wire.at(5.0, RECEIVED, Event.OPENED)
    whole = total([wire.served(), wire.served()])
    assert (whole.answers, whole.lost, list(whole.reconnects)) == ({"Heartbeat": [0.25, 0.25]}, 2, [1.0, 1.0])
    assert [percentile([4, 1, 3, 2], part) for part in (0, 0.5, 0.75, 0.95, 1)] == [1, 2, 3, 4, 4]
