"""Stations that come back after the network has failed them."""

from __future__ import annotations

import asyncio

from harness.ocppj import Call
from harness.verdict import SHALL, Checks, Inconclusive, Level
from scenarios.transport.clauses import BOOT, RECONNECTING
from scenarios.transport.dialects import Said
from simulators.connection import Closed, Handshake, Party, Upgraded
from simulators.observation import Answer, Observation
from simulators.station import Station

PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds that a station waits before it asks again to be let in, at first and in the end: twice as long each time."""

HEARTBEAT: Said = ("Heartbeat", {})


async def come_back(
    station: Station, said: Said = HEARTBEAT, *, within: float | None = None
) -> Observation | Handshake:
    """Connect and send a CALL, again and again, until it is answered; return the answer, or what came last.

    That ends after ``within`` seconds, without them with the patience of the station. Raises Inconclusive where it was
    the network that stood in the way to the end.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + (station.patience if within is None else within)
    pause = PAUSE
    while True:
        outcome: Observation | Handshake = await station.knock()
        if isinstance(outcome, Upgraded):
            outcome = await station.attempt(*said)
        if isinstance(outcome, Answer):
            return outcome
        if clock() >= end:
            break
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    if isinstance(outcome, Closed) and outcome.by is not Party.THEM:
        raise Inconclusive(f"{station.id} could not come back: {outcome}")
    return outcome


async def served_again(
    station: Station,
    check: Checks,
    said: Said = HEARTBEAT,
    *,
    within: float | None = None,
    level: Level = SHALL,
) -> Answer:
    """Have a station come back, check that it is served in time, and return the answer.

    Raises Inconclusive where it is not: then there is nothing more to see.
    """
    outcome = await come_back(station, said, within=within)
    limit = station.patience if within is None else within
    served = isinstance(outcome, Answer)
    expected = f"{said[0]} answered on a new connection within {limit:g} s"
    check.that(served, expected, observed=outcome, clause=RECONNECTING, level=level)
    if not isinstance(outcome, Answer):
        raise Inconclusive(f"{station.id} was not served again: {outcome}")
    return outcome


async def boots_again(station: Station, check: Checks) -> None:
    """Have a station come back and boot, and check that it is accepted; raises Inconclusive where it is not served."""
    answer = await served_again(station, check, ("BootNotification", station.identity))
    check.equal(answer.member("status"), "Accepted", clause=BOOT)


def calls_of(station: Station, *actions: str, since: int = 0) -> list[Call]:
    """Return the CALLs of some actions that the central system has sent to a station, from a trace entry on."""
    frames = (entry.frame for entry in station.received(since))
    return [frame for frame in frames if isinstance(frame, Call) and frame.action in actions]
