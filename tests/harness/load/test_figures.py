"""What a fleet reports is counted by second and action, and parts are merged without loss."""

from __future__ import annotations

import json
import random

import pytest

from harness.load.figures import (
    ANSWERED,
    INVALID,
    LOST,
    UNANSWERED,
    Cause,
    Cell,
    Connection,
    Exchange,
    Figures,
    Health,
    Incident,
    Worst,
)
from harness.trace import Direction

ORIGIN = 1000.0


def exchange(
    at: float, took: float, outcome: str = ANSWERED, action: str = "Authorize", station: str = "A"
) -> Exchange:
    """Return an exchange that was due ``at`` seconds after the start, and was sent 10 ms later."""
    due = ORIGIN + at
    return Exchange(action, Direction.SENT, due, due + 0.01, due + took, outcome, station)


def test_exchange_counts_in_the_second_in_which_it_was_due() -> None:
    """However long an answer takes, it tells of the time at which it was asked for."""
    figures = Figures(ORIGIN)
    figures.exchange(exchange(2.9, 1.5))
    assert list(figures.seconds) == [2]
    cell = figures.cell("Authorize")
    assert (cell.scheduled.longest, cell.sent.longest, cell.count) == (1.5, 1.49, 1)


def test_unanswered_counts_with_the_time_waited_and_lost_does_not() -> None:
    """Nobody looks faster by not answering; a connection that ended says nothing of latency."""
    figures = Figures(ORIGIN)
    for outcome in (ANSWERED, UNANSWERED, LOST, INVALID, "InternalError"):
        figures.exchange(exchange(0.0, 3.0, outcome))
    cell = figures.cell()
    assert (cell.count, len(cell.scheduled), cell.errors, cell.checked) == (5, 4, 4, 4)
    assert figures.errors == {UNANSWERED: 1, LOST: 1, INVALID: 1, "InternalError": 1}


def test_worst_of_each_station_is_kept() -> None:
    """Of each station the longest latency is known, with action and second."""
    figures = Figures(ORIGIN)
    figures.exchange(exchange(0.0, 0.5))
    figures.exchange(exchange(4.0, 2.0, action="Heartbeat"))
    figures.exchange(exchange(5.0, 1.0))
    assert figures.worst == {"A": Worst(2.0, "Heartbeat", 4)}


def test_connected_time_is_counted_over_the_seconds() -> None:
    """A station is expected from when it is due until it leaves, and connected while it is."""
    figures = Figures(ORIGIN)
    for at, up, cause in (
        (0.5, False, Cause.DUE),
        (1.0, True, Cause.OPENED),
        (2.25, False, "lost"),
        (3.0, True, Cause.OPENED),
        (4.0, False, Cause.LEFT),
    ):
        figures.connection(Connection("A", ORIGIN + at, up, cause))
    figures.advance(ORIGIN + 9.0)
    assert {n: (s.connected, s.expected) for n, s in figures.seconds.items()} == {
        0: (0.0, 0.5),
        1: (1.0, 1.0),
        2: (0.25, 1.0),
        3: (1.0, 1.0),
        4: (0.0, 0.0),
    }
    assert figures.stability == pytest.approx(2.25 / 3.5)
    assert figures.errors == {"connection lost": 1}
    assert figures.seconds[2].failures == 1


def test_fleet_without_expectations_is_stable() -> None:
    """Where no station wanted to be connected none was missing."""
    assert Figures().stability == 1.0


def test_parts_of_a_fleet_make_the_whole() -> None:
    """What two workers took second by second, carried as JSON and merged, is what one would have counted."""
    whole, merged = Figures(ORIGIN), Figures()
    workers = [Figures(ORIGIN), Figures(ORIGIN)]
    chance = random.Random(1)
    for second in range(5):
        for number in range(40):
            station = f"CP{number}"
            at = second + number / 40
            told = exchange(at, chance.expovariate(10), station=station)
            change = Connection(station, ORIGIN + at, second % 2 == 0, Cause.OPENED if second % 2 == 0 else "lost")
            for one in (whole, workers[number % 2]):
                one.exchange(told)
                one.connection(change)
        workers[1].sample("memory", ORIGIN + second, float(second))
        for name, worker in enumerate(workers):
            health = Health(str(name), ORIGIN + second, 0.001, 0.5)
            worker.health(health)
            whole.health(health)
            merged.merge(Figures.from_json(json.loads(json.dumps(worker.take(ORIGIN + second + 1).to_json()))))
    whole.advance(ORIGIN + 5)
    assert merged.keys == whole.keys
    assert merged.cell().scheduled == whole.cell().scheduled
    assert merged.worst == whole.worst
    assert merged.connected == pytest.approx(whole.connected)
    assert merged.expected == pytest.approx(whole.expected)
    assert merged.errors == whole.errors
    assert {n: set(s.health) for n, s in merged.seconds.items()} == {n: {"0", "1"} for n in range(5)}
    assert {n: s.ended for n, s in merged.seconds.items()} == {n: 40 * (n % 2) for n in range(5)}
    assert {n: s.samples for n, s in merged.seconds.items()} == {n: {"memory": float(n)} for n in range(5)}


def test_what_was_taken_is_not_taken_again() -> None:
    """Each part holds only what is new; who is connected is not forgotten."""
    figures = Figures(ORIGIN)
    figures.connection(Connection("A", ORIGIN, True, Cause.OPENED))
    figures.exchange(exchange(0.0, 0.5))
    first = figures.take(ORIGIN + 1)
    assert (first.connected, len(first.worst)) == (1.0, 1)
    later = figures.take(ORIGIN + 2)
    assert (later.connected, sum(s.causes.total() for s in later.seconds.values())) == (1.0, 0)
    assert (later.cell().count, later.worst) == (0, {})


def test_incidents_and_samples_are_kept() -> None:
    """What happened to the run, and what the target tells of itself, travel along."""
    figures = Figures(ORIGIN)
    figures.incident(Incident(ORIGIN + 3, "worker 2 has gone"))
    figures.sample("memory", ORIGIN + 1, 5e6)
    carried = Figures.from_json(figures.to_json())
    assert carried.incidents == [Incident(3.0, "worker 2 has gone")]
    assert carried.seconds[1].samples == {"memory": 5e6}


def test_actions_of_stations_come_first() -> None:
    """The actions are listed with those of stations first, and each can be asked for alone."""
    figures = Figures(ORIGIN)
    figures.exchange(Exchange("DataTransfer", Direction.RECEIVED, ORIGIN, ORIGIN, ORIGIN + 1))
    figures.exchange(exchange(0.0, 0.1, action="DataTransfer"))
    assert figures.keys == [(Direction.SENT, "DataTransfer"), (Direction.RECEIVED, "DataTransfer")]
    assert figures.cell("DataTransfer").count == 2
    assert figures.cell("DataTransfer", Direction.RECEIVED).count == 1


def test_long_run_keeps_some_seconds_as_one() -> None:
    """With a width, seconds are kept together under the first of them, and connected time is that of all of them."""
    figures = Figures(ORIGIN, width=10)
    figures.connection(Connection("A", ORIGIN + 5, True, Cause.OPENED))
    for at in (9.9, 10.0, 19.9):
        figures.exchange(exchange(at, 0.1))
    figures.advance(ORIGIN + 20)
    carried = Figures.from_json(json.loads(json.dumps(figures.take(ORIGIN + 20).to_json())))
    assert carried.width == 10
    found = {n: (Cell.of(s.cells.values()).count, s.connected) for n, s in sorted(carried.seconds.items())}
    assert found == {0: (1, 5.0), 10: (2, 10.0)}
