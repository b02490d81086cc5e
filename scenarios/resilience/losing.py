"""How messages of a station are lost: the request on its way there, or the answer on its way back."""

from __future__ import annotations

from harness.verdict import Checks, Inconclusive
from scenarios.resilience.clauses import DELIVERED
from scenarios.resilience.comeback import served_again
from scenarios.resilience.tales import Moment, Said, Tale
from simulators.network.network import Network
from simulators.network.toxics import Stream, Timeout
from simulators.observation import Answer, Observation, Silence
from simulators.station import Station

GIVES_UP = 0.5
"""Seconds after which a station does not wait for an answer any longer."""


async def lose_request(station: Station, network: Network, said: Said, check: Checks) -> str:
    """Send a CALL that never arrives, for the connection has died without a word; come back, and return its id."""
    unique_id = station.new_id()
    await network.strand()
    await station.send([2, unique_id, *said])
    await station.drop()
    await served_again(station, check)
    return unique_id


async def lose_answer(station: Station, network: Network, said: Said, check: Checks) -> str:
    """Send a CALL whose answer never comes back, give it up, come back, and return its id."""
    unique_id = station.new_id()
    async with network.toxic(Timeout(streams=(Stream.DOWNSTREAM,))):
        outcome = await station.attempt(*said, unique_id=unique_id, patience=GIVES_UP)
        if not isinstance(outcome, Silence):
            raise Inconclusive(f"an answer that was to be lost was {outcome}")
        await station.drop()
    await served_again(station, check)
    return unique_id


def taken_again(check: Checks, outcome: Observation, moment: Moment) -> None:
    """Check what a message is answered that comes again: a question is one as ever, the rest is answered at least."""
    tolerable = () if moment is Moment.AUTHORIZE else ["CALLERROR"]
    check.graded(outcome.kind, good=["CALLRESULT"], tolerable=tolerable, clause=DELIVERED)


async def repeat(tale: Tale, moment: Moment, network: Network, check: Checks, *, renewed: bool = False) -> bool:
    """Send a message, lose its answer, send it again, judge that, and return whether it was confirmed.

    It comes again under its old id, or a ``renewed`` one; OCPP-J 4.1.4 allows both.
    """
    said = tale.says(moment)
    unique_id = await lose_answer(tale.station, network, said, check)
    again = await tale.station.attempt(*said, unique_id=None if renewed else unique_id)
    taken_again(check, again, moment)
    if isinstance(again, Answer):
        tale.hears(moment, again)
    return isinstance(again, Answer)
