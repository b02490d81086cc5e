"""Where the gates of a load run were missed is named: actions, times, stations."""

from __future__ import annotations

import pytest

from harness.gates import Judged, gate, judge
from harness.load.figures import ANSWERED, LOST, UNANSWERED, Connection, Figures
from harness.load.measured import MeasuredLoad, spans
from tests.harness.load.fleet import Slowness, played, steady

ALL = "100 of 100 stations"
STARVED = "Heartbeat 3000.0 ms, Authorize 3000.0 ms"


def one_action(number: int, action: str, at: float) -> tuple[float, str]:
    """Be slow with Authorize."""
    return (0.15 if action == "Authorize" else 0.005), ANSWERED


def stall(number: int, action: str, at: float) -> tuple[float, str]:
    """Answer nothing from second 8 to second 10."""
    return (10 - at if 8 <= at < 10 else 0.005), ANSWERED


def leak(number: int, action: str, at: float) -> tuple[float, str]:
    """Become slower with time."""
    return 0.005 + 0.01 * at, ANSWERED


def starved(number: int, action: str, at: float) -> tuple[float, str]:
    """Have one station of a hundred wait."""
    return (3.0, UNANSWERED) if number == 42 else (0.005, ANSWERED)


def judged(text: str, slowness: Slowness) -> Judged:
    """Return what becomes of a gate."""
    (found,) = judge([gate(text)], MeasuredLoad(played(slowness)))
    return found


@pytest.mark.parametrize(
    ("text", "slowness", "observed", "place"),
    [
        ("p95=100ms", one_action, "150.0 ms", "Authorize 150.0 ms; throughout; 100 of 100 stations"),
        ("p95.Authorize=100ms", one_action, "150.0 ms", "throughout; at least 100 of 100 stations"),
        ("max=1s", stall, "2000.0 ms", f"Heartbeat 2000.0 ms, Authorize 1970.0 ms; in second 8; {ALL}"),
        ("p95=100ms", leak, "194.9 ms", f"Heartbeat 194.9 ms, Authorize 194.8 ms; in seconds 9 to 19; {ALL}"),
        ("max=1s", starved, "3000.0 ms", f"{STARVED}; throughout; 1 of 100 stations, such as CP042"),
        ("unanswered=0", starved, "24", "24 unanswered; in seconds 0 to 19"),
        ("errors=0.9%", starved, "1.000 %", "24 unanswered; in seconds 0 to 19"),
        ("errors.Heartbeat=0", starved, "20", "20 unanswered; in seconds 0 to 19"),
    ],
)  # fmt: skip
def test_slowness_is_named(text: str, slowness: Slowness, observed: str, place: str) -> None:
    """A gate that is missed says which action, when, and how many stations, by name where they are few."""
    found = judged(text, slowness)
    assert (found.met, found.observed, found.place) == (False, observed, place)


@pytest.mark.parametrize(
    "text",
    [
        "p99.9=6ms",
        "max=6ms",
        "errors=0",
        "unanswered=0",
        "stability=100%",
        "throughput=120/s",
        "throughput.Authorize=20/s",
    ],
)
def test_quick_central_system_meets_all(text: str) -> None:
    """Nothing is found where there is nothing."""
    assert judged(text, steady).met


def test_connections_that_fail_are_errors() -> None:
    """What ends connections is an error of the run, but of no action."""
    figures = played()
    figures.connection(Connection("CP001", 20.0, False, "ended by the central system"))
    found = judge([gate("errors=0"), gate("errors.Heartbeat=0")], MeasuredLoad(figures))
    assert [one.met for one in found] == [False, True]
    assert found[0].place == "1 connection ended by the central system; in second 20"


def test_instability_is_told_with_its_time() -> None:
    """Stability that is missed names the seconds in which stations were missing."""
    figures = played()
    for number in range(100):
        figures.connection(Connection(f"CP{number:03}", 20.5, False, LOST))
    figures.advance(21.5)
    (found,) = judge([gate("stability=99%")], MeasuredLoad(figures))
    assert (found.observed, found.place) == ("95.349 %", "in seconds 20 to 21")


def test_throughput_is_that_of_the_whole_fleet() -> None:
    """Seconds in which not all stations are expected yet do not lower it; nothing is told of a run without any."""
    figures = played(seconds=4)
    figures.connection(Connection("CP100", 4.0, True, "opened"))
    figures.advance(6.0)
    (found,) = judge([gate("throughput=1/s")], MeasuredLoad(figures))
    assert found.observed == "80.0/s"
    (found,) = judge([gate("throughput=1/s")], MeasuredLoad(Figures()))
    assert found.observed == "not measured"


@pytest.mark.parametrize("text", ["coverage=1%", "accuracy=1%", "stability=1%", "p95=1s"])
def test_what_a_run_does_not_measure(text: str) -> None:
    """A gate on what there is no figure of is not met."""
    (found,) = judge([gate(text)], MeasuredLoad(Figures()))
    assert (found.met, found.observed) == (False, "not measured")


def test_seconds_that_are_kept_as_one() -> None:
    """In a long run rates are still per second, and spans are in seconds."""
    measured = MeasuredLoad(played(starved, width=5))
    found = judge([gate("throughput=1/s"), gate("unanswered=0")], measured)
    assert [one.observed for one in found] == ["118.8/s", "24"]
    assert found[1].place == "24 unanswered; in seconds 0 to 19"


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([3], "second 3"),
        ([3, 5], "seconds 3, 5"),
        ([5, 3, 4], "seconds 3 to 5"),
        ([1, 3, 5, 7, 8], "seconds 1, 3, 5 and 1 more"),
    ],
)
def test_seconds_in_words(numbers: list[int], told: str) -> None:
    """Neighbours make a span, and only the first few are told."""
    assert spans(numbers) == told
