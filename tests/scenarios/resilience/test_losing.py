"""Messages are lost where they are to be lost, and what comes again is judged for what it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.trace import Direction, Event, Trace
from harness.verdict import Checks, Inconclusive, Verdict
from scenarios.resilience.losing import lose_answer, lose_request, repeat, taken_again
from scenarios.resilience.tales import Moment, tale_of
from simulators.connection import Closed, Party
from simulators.network.network import Network
from simulators.observation import Answer, Observation, Refusal, Silence
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, central_system, receive, send

SAID = ("Authorize", {"idTag": "TAG"})
ENTRY = Trace().add("CP1", Direction.RECEIVED, Event.TEXT, "")


class Heard(list[tuple[str, str]]):
    """The ids and actions of what arrives at a central system, which answers all, or refuses the second of a kind."""

    def __init__(self, *, refuses: bool = False) -> None:
        super().__init__()
        self.refuses = refuses

    async def serve(self, socket: ServerConnection) -> None:
        """Serve one connection."""
        while True:
            _, id, action, *_ = message = await receive(socket)
            again = action in (earlier for _, earlier in self)
            self.append((id, action))
            if self.refuses and again and action != "Heartbeat":
                await send(socket, [4, id, "InternalError", "", {}])
            else:
                await answer(socket, message)

    def ids_of(self, action: str) -> list[str]:
        """Return the ids under which messages of an action came."""
        return [id for id, one in self if one == action]


@asynccontextmanager
async def connected(heard: Heard, network: Network | None) -> AsyncIterator[tuple[ChargePoint, Checks]]:
    """Yield a connected station, and checks on what comes back to it."""
    trace = Trace()
    async with central_system(heard.serve) as endpoint:
        way = await network.reach(endpoint) if network else endpoint
        station = ChargePoint("CP1", way, trace, patience=5.0)
        await station.connect()
        yield station, Checks(trace.evidence, version="1.6")
        await station.leave()


async def test_request_is_lost(network: Network) -> None:
    """It does not arrive, and afterwards the station is connected again."""
    heard = Heard()
    async with connected(heard, network) as (station, check):
        await lose_request(station, network, SAID, check)
        assert heard.ids_of("Authorize") == []
        assert isinstance(await station.probe(), Answer)


async def test_answer_is_lost(network: Network) -> None:
    """The message arrives under the id that is returned, and afterwards the station is connected again."""
    heard = Heard()
    async with connected(heard, network) as (station, check):
        id = await lose_answer(station, network, SAID, check)
        assert heard.ids_of("Authorize") == [id]
        assert isinstance(await station.probe(), Answer)


async def test_answer_that_comes_after_all_proves_nothing(network: Network) -> None:
    """A station whose way does not lead through the network has its answer."""
    async with connected(Heard(), None) as (station, check):
        with pytest.raises(Inconclusive, match="an answer that was to be lost was CALLRESULT"):
            await lose_answer(station, network, SAID, check)


@pytest.mark.parametrize("refuses", [False, True])
async def test_repetition(network: Network, refuses: bool) -> None:
    """The message comes twice under one id; a refusal of the second is remarked on, and confirms nothing."""
    heard = Heard(refuses=refuses)
    async with connected(heard, network) as (station, check):
        tale = tale_of(station, "TAG")
        assert await repeat(tale, Moment.START, network, check) is not refuses
        first, second = heard.ids_of("StartTransaction")
        assert first == second
        assert tale.confirmed == ([] if refuses else [Moment.START])
        assert check.verdict() is (Verdict.REMARKED if refuses else Verdict.PASSED)


REFUSED = Refusal("InternalError", "", ENTRY)
CASES: list[tuple[Any, Observation, Verdict]] = [
    (Moment.STOP, Answer({}, ENTRY), Verdict.PASSED),
    (Moment.STOP, REFUSED, Verdict.REMARKED),
    (Moment.STOP, Silence(1.0), Verdict.FAILED),
    (Moment.STOP, Closed(1011, "", by=Party.THEM), Verdict.FAILED),
    (Moment.AUTHORIZE, REFUSED, Verdict.FAILED),
]


@pytest.mark.parametrize(("moment", "outcome", "verdict"), CASES)
def test_what_comes_again_is_answered(moment: Moment, outcome: Observation, verdict: Verdict) -> None:
    """Messages of a transaction may be refused when they come again, but not left unanswered; a question may not."""
    check = Checks(lambda: 0, version="1.6")
    taken_again(check, outcome, moment)
    assert check.verdict() is verdict
